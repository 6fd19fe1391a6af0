//! Who is injected by `kube-inject`: everybody but host networking, the system's namespaces, and pods that say no.

use crate::istio::{Behaviour, INJECT, Minor};
use crate::kubernetes::Identity;
use crate::{Value, kubernetes};

/// Namespaces that belong to the system.
pub const SYSTEM_NAMESPACES: [&str; 4] = ["kube-system", "kube-public", "kube-node-lease", "local-path-storage"];

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
    /// The warning about a workload that is passed over, whose pod's namespace decided.
    pub fn warning(self, workload: &Identity, namespace: &str) -> String {
        let name = if workload.namespace.is_empty() { workload.name.clone() } else { format!("{}/{}", workload.namespace, workload.name) };
        let why = match self {
            Self::HostNetwork => "has host networking enabled".to_owned(),
            Self::SystemNamespace => format!("is in the system namespace {namespace}"),
            Self::Disabled => "has sidecar injection disabled".to_owned(),
        };
        format!("===> Skipping injection because {} {name:?} {why}", workload.kind)
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
    (wish(says(pod, minor)?, minor) == Wish::No).then_some(Skip::Disabled)
}

/// What a value of the label or annotation asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wish {
    Yes,
    No,
    /// Nothing, and so it should.
    Nothing,
    /// Nothing, though the user wrote something.
    Unclear,
}

/// What a value of the label or annotation asks for in a minor.
pub(crate) fn wish(value: &str, minor: Minor) -> Wish {
    let words = minor.has(Behaviour::InjectWords);
    let is_yes = || ["y", "yes", "true", "on"].iter().any(|word| value.eq_ignore_ascii_case(word));
    match value {
        "" => Wish::Nothing,
        "true" => Wish::Yes,
        "false" => Wish::No,
        _ if words && is_yes() => Wish::Yes,
        _ if words => Wish::No,
        _ => Wish::Unclear,
    }
}

/// What the pod's label or annotation says.
fn says(pod: &Value, minor: Minor) -> Option<&str> {
    let label = kubernetes::label(pod, INJECT).filter(|_| minor.has(Behaviour::InjectLabel));
    label.or_else(|| kubernetes::annotation(pod, INJECT))
}

/// The warning about a label or annotation that says neither yes nor no.
pub(crate) fn undecided(pod: &Value, workload: &Identity, minor: Minor) -> Option<String> {
    let other = says(pod, minor).filter(|says| wish(says, minor) == Wish::Unclear)?;
    Some(format!("{workload}: {INJECT}: {other:?} is neither true nor false and decides nothing"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_says_neither_yes_nor_no_is_warned_of() {
        let workload = Identity { kind: "Pod".to_owned(), name: "web".to_owned(), ..Identity::default() };
        let warning = |says: &str| undecided(&json!({"metadata": {"labels": {INJECT: says}}}), &workload, Minor(31));
        assert_eq!(
            warning("yes").as_deref(),
            Some("Pod web: sidecar.istio.io/inject: \"yes\" is neither true nor false and decides nothing")
        );
        for says in ["true", "false", ""] {
            assert_eq!(warning(says), None, "{says}");
        }
    }
}
