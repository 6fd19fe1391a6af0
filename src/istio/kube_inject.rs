//! Who is injected by `kube-inject`: everybody but host networking, the system's namespaces, and pods that say no.

use super::identity::Identity;
use super::pod;
use super::versions::{Behaviour, Minor};
use crate::Value;

/// Namespaces that belong to the system.
pub const SYSTEM_NAMESPACES: [&str; 4] = ["kube-system", "kube-public", "kube-node-lease", "local-path-storage"];

/// The label and the annotation of a pod that opt in or out.
pub const INJECT: &str = "sidecar.istio.io/inject";

/// Why a pod is passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skip {
    /// It shares the node's network, whose traffic must not be captured.
    HostNetwork,
    /// It is in one of the system's namespaces.
    SystemNamespace,
    /// Its label or annotation says so.
    Disabled,
}

impl Skip {
    /// The warning about a workload that is passed over.
    pub fn warning(self, workload: &Identity) -> String {
        let name = if workload.namespace.is_empty() { workload.name.clone() } else { format!("{}/{}", workload.namespace, workload.name) };
        let why = match self {
            Self::HostNetwork => "has host networking enabled".to_owned(),
            Self::SystemNamespace => format!("is in the system namespace {}", workload.namespace),
            Self::Disabled => "has sidecar injection disabled".to_owned(),
        };
        format!("===> Skipping injection because {} {name:?} {why}", workload.kind)
    }
}

impl std::fmt::Display for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { kind, name, namespace, .. } = self;
        if namespace.is_empty() { write!(f, "{kind} {name}") } else { write!(f, "{kind} {namespace}/{name}") }
    }
}

/// Why a pod is not injected; none when it is.
pub fn skip(pod: &Value, namespace: &str, minor: Minor) -> Option<Skip> {
    if pod.get("spec").and_then(|s| s.get("hostNetwork")) == Some(&Value::Bool(true)) {
        return Some(Skip::HostNetwork);
    }
    if SYSTEM_NAMESPACES.contains(&namespace) {
        return Some(Skip::SystemNamespace);
    }
    let label = pod::label(pod, INJECT).filter(|_| minor.has(Behaviour::InjectLabel));
    let says = label.or_else(|| pod::annotation(pod, INJECT));
    (says == Some("false")).then_some(Skip::Disabled)
}
