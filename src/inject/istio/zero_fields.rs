//! Fields that the reference's `kube-inject` prints though nobody set them: zeroes that Kubernetes' Go types do not leave out.
//!
//! They mean nothing, but its output has them, so `kube-inject` here has them too; `inject` does not write them.

use serde_json::json;

use crate::Value;
use crate::istio::{Behaviour, Minor};
use crate::kubernetes::map_mut;

/// Kind, where the field stands, its name.
const ZEROES: &[(&str, &str, &[&str])] = &[
    ("ReplicaSet", "status", &["replicas"]),
    ("ReplicationController", "status", &["replicas"]),
    ("StatefulSet", "status", &["replicas"]),
    ("DaemonSet", "status", &["currentNumberScheduled", "desiredNumberScheduled", "numberMisscheduled", "numberReady"]),
    (
        "DeploymentConfig",
        "status",
        &["availableReplicas", "latestVersion", "observedGeneration", "replicas", "unavailableReplicas", "updatedReplicas"],
    ),
];

/// The fields of a workload that the reference would add: where each stands, its name, its value.
pub(crate) fn missing(workload: &Value, minor: Minor) -> Vec<(&'static str, &'static str, Value)> {
    let kind = workload.get("kind").and_then(Value::as_str).unwrap_or_default();
    let mut fields: Vec<(&str, &str, Value)> = Vec::new();
    for (_, section, names) in ZEROES.iter().filter(|(k, ..)| *k == kind) {
        fields.extend(names.iter().map(|name| (*section, *name, json!(0))));
    }
    if kind == "StatefulSet" && minor.has(Behaviour::AvailableReplicas) {
        fields.push(("status", "availableReplicas", json!(0)));
    }
    match kind {
        "StatefulSet" => fields.push(("spec", "serviceName", json!(""))),
        "CronJob" => fields.push(("spec", "schedule", json!(""))),
        "DeploymentConfig" => fields.extend([("spec", "test", json!(false)), ("spec", "replicas", json!(0))]),
        _ => {}
    }
    fields.retain(|(section, name, _)| workload.get(section).and_then(|s| s.get(name)).is_none());
    fields
}

/// Writes the fields into a workload.
pub(crate) fn add(workload: &mut Value, fields: Vec<(&'static str, &'static str, Value)>) {
    for (section, name, value) in fields {
        map_mut(workload, section).insert(name.to_owned(), value);
    }
}
