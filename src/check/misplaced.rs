//! Opt-ins that stand where nobody reads them.

use super::checked::{Checked, is_istio, misplaced};
use crate::Value;
use crate::decide::{DEFAULT_KEY, meant};
use crate::finding::Finding;
use crate::istio::{INJECT, NAMESPACE_LABEL, REVISION_LABEL};
use crate::kubernetes::string_map;
use crate::yaml::{Path, Step, value_at};

/// Annotations of a pod that choose what is injected into it.
const ANNOTATIONS: [&str; 2] = ["inject.istio.io/templates", "proxy.istio.io/config"];
/// Keys that count on a pod, and on the workload only for one that is a pod; those of sidecars of one's own come to them.
const OF_PODS: &[&str] = &[DEFAULT_KEY, INJECT, REVISION_LABEL, ANNOTATIONS[0], ANNOTATIONS[1]];
/// Where a pod has its opt-ins.
const PLACES: [&str; 2] = ["labels", "annotations"];

/// The most common mistakes: the opt-in stands on the workload, or on what a CronJob makes its Jobs of, instead of its pod template;
/// an annotation stands among the labels; the label of namespaces stands on a workload or a pod.
pub(super) fn opt_in(checked: &Checked<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for holder in holders(checked) {
        let metadata = metadata_at(checked, &holder);
        for place in PLACES {
            let to = checked.pods.first().map(|p| p.field(["metadata", place])).unwrap_or_default();
            let map = string_map(metadata, place);
            for (key, value) in map.iter().filter(|(key, value)| is_of_pods(checked, key, value) && !pod_decides(checked, key)) {
                let what = if holder.is_empty() { "the workload".to_owned() } else { holder.to_string() };
                let message = format!("{key}: {value:?} stands on {what}, where nobody reads it; move it to {to}");
                found.push(misplaced(field(checked, &holder, place), message));
            }
        }
    }
    for pod in checked.pods {
        let metadata = pod.before.get("metadata");
        let annotations = string_map(metadata, "annotations");
        for (key, value) in string_map(metadata, "labels") {
            if ANNOTATIONS.contains(&key.as_str()) && !annotations.contains_key(&key) {
                let to = pod.field(["metadata", "annotations"]);
                let message = format!("{key}: {value:?} stands among the labels, where nobody reads it; move it to {to}");
                found.push(misplaced(pod.field(["metadata", "labels"]), message));
            }
        }
    }
    let of_pods = checked.pods.iter().filter(|p| p.path != *checked.path).map(|p| (&p.path, p.before.get("metadata")));
    for (path, metadata) in std::iter::once((checked.path, checked.object.get("metadata"))).chain(of_pods) {
        if let Some(value) = string_map(metadata, "labels").get(NAMESPACE_LABEL) {
            let message =
                format!("{NAMESPACE_LABEL}: {value:?} is a label of namespaces; a pod says {INJECT}: \"true\" or \"false\" instead");
            found.push(misplaced(path.join(["metadata", "labels"]), message));
        }
    }
    found
}

/// Where on the way from the workload to its pods there is metadata that is no pod's: paths from the workload.
fn holders(checked: &Checked<'_>) -> Vec<Path> {
    let mut found: Vec<Path> = Vec::new();
    for pod in checked.pods {
        let way = pod.path.get(checked.path.len()..).unwrap_or_default();
        let above = (0..way.len()).filter_map(|depth| way.get(..depth)).map(Path::of::<&Step>);
        for holder in above.filter(|holder| metadata_at(checked, holder).is_some_and(Value::is_object)) {
            if !found.contains(&holder) {
                found.push(holder);
            }
        }
    }
    found
}

fn metadata_at<'c>(checked: &Checked<'c>, holder: &Path) -> Option<&'c Value> {
    value_at(checked.object, holder)?.get("metadata")
}

fn field(checked: &Checked<'_>, holder: &Path, place: &str) -> Path {
    checked.path.join(holder).key("metadata").key(place)
}

/// Whether a label or annotation is one that pods opt in or out with. A key that the user chose may mean more than that.
fn is_of_pods(checked: &Checked<'_>, key: &str, value: &str) -> bool {
    OF_PODS.contains(&key) || meant(value).is_some() && checked.config.sidecars.iter().any(|s| s.opt_in_key == key)
}

/// Whether a pod says itself what the key would say.
fn pod_decides(checked: &Checked<'_>, key: &str) -> bool {
    let is_of_istio = |code: &str| matches!(code, "podLabel" | "podAnnotation" | "podRevision");
    let by_pod = || checked.decisions.iter().any(|d| is_istio(&d.sidecar) && is_of_istio(d.reason.code));
    let has = |metadata| PLACES.iter().any(|place| string_map(metadata, place).contains_key(key));
    checked.pods.iter().any(|p| has(p.before.get("metadata"))) || key.contains("istio.io/") && by_pod()
}
