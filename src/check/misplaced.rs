//! Opt-ins that stand where nobody reads them.

use super::{Checked, Found};
use crate::config::Warning;
use crate::decide::{DEFAULT_KEY, string_map};
use crate::engine::Finding;
use crate::istio::{INJECT, NAMESPACE_LABEL, REVISION_LABEL};
use crate::workload::display;

/// Label of a namespace whose pods are in the mesh without sidecars.
const DATAPLANE: &str = "istio.io/dataplane-mode";
/// Keys that count on a pod, and on the workload only for one that is a pod.
const OF_PODS: &[&str] = &[DEFAULT_KEY, INJECT, REVISION_LABEL, "inject.istio.io/templates", "proxy.istio.io/config"];

fn misplaced(path: String, message: String) -> Found {
    (Some(Warning::MisplacedOptIn), Finding { path, message })
}

/// The most common mistake: the opt-in stands on the workload instead of its pod template; and the label of namespaces on a
/// workload or a pod.
pub(super) fn opt_in(checked: &Checked<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    let is_pod = checked.identity.kind == "Pod";
    let decided_by_pod = checked.decisions.iter().any(|d| d.reason.code.starts_with("pod"));
    let metadata = checked.object.get("metadata");
    for place in ["labels", "annotations"] {
        let map = string_map(metadata, place);
        let to = checked.pods.first().map(|p| p.field(&format!("metadata.{place}"))).unwrap_or_default();
        for (key, value) in map.iter().filter(|(k, _)| OF_PODS.contains(&k.as_str()) && !is_pod) {
            let same = checked.pods.iter().any(|p| string_map(p.before.get("metadata"), place).get(key) == Some(value));
            if !same && !decided_by_pod {
                let message = format!("{key}: {value:?} stands on the workload, where nobody reads it; move it to {to}");
                found.push(misplaced(format!("metadata.{place}"), message));
            }
        }
    }
    let of_pods = checked.pods.iter().map(|p| (display(&p.path), p.before.get("metadata")));
    let everywhere = std::iter::once((String::new(), metadata)).chain(of_pods.filter(|(path, _)| !path.is_empty()));
    for (path, metadata) in everywhere {
        if let Some(value) = string_map(metadata, "labels").get(NAMESPACE_LABEL) {
            let path = if path.is_empty() { "metadata.labels".to_owned() } else { format!("{path}.metadata.labels") };
            let message =
                format!("{NAMESPACE_LABEL}: {value:?} is a label of namespaces; a pod says {INJECT}: \"true\" or \"false\" instead");
            found.push(misplaced(path, message));
        }
    }
    found
}

/// A namespace in ambient mode whose pods are injected all the same.
pub(super) fn ambient(checked: &Checked<'_>) -> Vec<Found> {
    let by_istio = checked.decisions.iter().any(|d| d.inject && d.sidecar.starts_with("istio"));
    let Some(namespace) = checked.namespace.filter(|n| by_istio && n.labels.get(DATAPLANE).is_some_and(|m| m == "ambient")) else {
        return Vec::new();
    };
    let message = format!(
        "namespace {} has the label {DATAPLANE}: ambient, and the pod gets a sidecar all the same: pods with a sidecar are not in ambient mode; take one of the two away",
        namespace.name
    );
    vec![(None, Finding { path: "metadata.namespace".to_owned(), message })]
}
