//! Containers with the image `auto`, which only an injection replaces.

use super::checked::{Checked, CheckedPod, LISTS, is_istio};
use crate::Value;
use crate::decide::{Gate, Trace, gate};
use crate::finding::Finding;
use crate::inject::AUTO_IMAGE;
use crate::istio::is_injected;
use crate::kubernetes::Labels;

/// The containers that keep the image, so that a cluster would look for one of this name.
pub(super) fn left(checked: &Checked<'_>, pod: &CheckedPod<'_>) -> Vec<Finding> {
    let why = if is_injected(&pod.after) {
        "no template that is injected has a container of this name"
    } else if stays_without(checked, pod) {
        "the pod is not injected"
    } else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for list in LISTS {
        let all = pod.after.get("spec").and_then(|s| s.get(list)).and_then(Value::as_array).into_iter().flatten();
        for container in all.filter(|c| c.get("image").and_then(Value::as_str) == Some(AUTO_IMAGE)) {
            let name = container.get("name").and_then(Value::as_str).unwrap_or_default();
            let before = pod.before.get("spec").and_then(|s| s.get(list)).and_then(Value::as_array).into_iter().flatten();
            let index = before.clone().position(|c| c.get("name").and_then(Value::as_str) == Some(name));
            let path = index.map_or_else(|| pod.field(["spec"]), |index| pod.field(["spec", list]).item(index).key("image"));
            let message = format!(
                "container {name} has the image {AUTO_IMAGE}, which only Istio's injection replaces, and {why}: a cluster finds no such image"
            );
            found.push(Finding::at(path, message));
        }
    }
    found
}

/// Whether nothing is known here that would inject the pod later.
fn stays_without(checked: &Checked<'_>, pod: &CheckedPod<'_>) -> bool {
    if !checked.config.istio.is_empty() {
        return checked.decisions.iter().any(|d| is_istio(&d.sidecar));
    }
    // Without a revision here, the cluster's webhook may take the pod.
    let open = |labels: &Labels, name: &str| matches!(gate(name, Some(labels), pod.before, false, &mut Trace::default()), Gate::Open(..));
    checked.namespace.is_some_and(|namespace| !open(&namespace.labels, &namespace.name))
}
