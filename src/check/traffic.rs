//! Init containers that run while traffic already goes to a proxy that does not run yet.

use super::checked::{CheckedPod, elements};
use crate::finding::Finding;

const PROXY: &str = "istio-proxy";
/// The init containers of Istio; with `istio-validation` (and without `istio-init`) traffic is captured by the CNI plugin
/// before any init container starts.
const VALIDATION: &str = "istio-validation";
const INIT: &str = "istio-init";
/// The user whose traffic is never captured.
const PROXY_USER: i64 = 1337;

/// The pod's own init containers whose traffic has nowhere to go.
pub(super) fn before_the_proxy(pod: &CheckedPod<'_>) -> Vec<Finding> {
    let injected = |wanted: &str| pod.injected("initContainers").any(|(name, _)| name == wanted);
    let late = pod.injected("containers").any(|(name, _)| name == PROXY);
    if !late || !injected(VALIDATION) || injected(INIT) {
        return Vec::new();
    }
    let runs_as_proxy = |container: &crate::Value| {
        container.get("securityContext").and_then(|s| s.get("runAsUser")).and_then(crate::Value::as_i64) == Some(PROXY_USER)
    };
    let own: Vec<&str> = elements(pod.before, "initContainers").filter(|(_, c)| !runs_as_proxy(c)).map(|(name, _)| name).collect();
    if own.is_empty() {
        return Vec::new();
    }
    let message = format!(
        "init container {} runs before the proxy while its traffic is already captured, so it has no network: use native sidecars (nativeSidecars: true), or run it as user {PROXY_USER}",
        own.join(", ")
    );
    vec![Finding::at(pod.field(["spec", "initContainers"]), message)]
}
