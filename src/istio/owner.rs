//! Who a pod belongs to, as templates see it in `.TypeMeta` and `.DeploymentMeta`.

use crate::Value;
use crate::kubernetes::{self, Identity};

/// Digits that a CronJob's controller appends to the names of its Jobs.
const CRON_JOB_SUFFIX: std::ops::RangeInclusive<usize> = 8..=10;

/// The version by which Rollouts are known from the labels of their pods.
const ROLLOUT_VERSION: &str = "v1alpha1";

/// The identity of a workload object. A bare pod is the workload of its controlling owner where it has a generated name.
pub fn owner(object: &Value) -> Identity {
    let text = |v: Option<&Value>| v.and_then(kubernetes::scalar_text).unwrap_or_default();
    let metadata = object.get("metadata");
    let field = |k: &str| metadata.and_then(|m| m.get(k));
    let own = Identity {
        api_version: text(object.get("apiVersion")),
        kind: text(object.get("kind")),
        name: text(field("name")),
        namespace: text(field("namespace")),
    };
    if own.kind == "Pod" && own.api_version == "v1" { owner_of_pod(object, own) } else { own }
}

/// The identity that the webhook sees: it knows a workload only from the pods that its controller makes.
pub fn owner_at_admission(object: &Value, pod: &Value, namespace: &str) -> Identity {
    let own = Identity { namespace: namespace.to_owned(), ..owner(object) };
    match own.kind.as_str() {
        "Pod" => own,
        // Its pods belong to a ReplicationController with a label.
        "DeploymentConfig" => Identity { api_version: "v1".to_owned(), ..own },
        "CronJob" => Identity { api_version: "batch/v1".to_owned(), ..own },
        // Its pods belong to a ReplicaSet with a label that tells no group.
        "Rollout" => Identity { api_version: ROLLOUT_VERSION.to_owned(), ..own },
        // Whatever group a manifest names, the controllers are those of this one.
        "Deployment" | "DaemonSet" | "StatefulSet" => Identity { api_version: "apps/v1".to_owned(), ..own },
        "ReplicaSet" => controller(Identity { api_version: "apps/v1".to_owned(), ..own }, |name| kubernetes::label(pod, name)),
        _ => controller(own, |name| kubernetes::label(pod, name)),
    }
}

fn owner_of_pod(pod: &Value, own: Identity) -> Identity {
    let metadata = pod.get("metadata");
    let generated = metadata.and_then(|m| m.get("generateName")).and_then(Value::as_str).is_some_and(|n| !n.is_empty());
    let owners = metadata.and_then(|m| m.get("ownerReferences")).and_then(Value::as_array);
    let owner = owners.into_iter().flatten().find(|o| o.get("controller") == Some(&Value::Bool(true)));
    let Some(owner) = owner.filter(|_| generated) else { return own };
    let text = |k: &str| owner.get(k).and_then(Value::as_str).unwrap_or_default().to_owned();
    let owner = Identity { api_version: text("apiVersion"), kind: text("kind"), name: text("name"), namespace: own.namespace };
    controller(owner, |name| kubernetes::label(pod, name))
}

/// The workload that made this owner of a pod, told by names and labels.
fn controller<'a>(owner: Identity, label: impl Fn(&str) -> Option<&'a str>) -> Identity {
    match owner.kind.as_str() {
        "ReplicaSet" => {
            let kinds = [("pod-template-hash", "Deployment", None), ("rollouts-pod-template-hash", "Rollout", Some(ROLLOUT_VERSION))];
            for (hash_label, kind, api_version) in kinds {
                if let Some(hash) = label(hash_label).filter(|h| !h.is_empty())
                    && let Some(name) = owner.name.strip_suffix(hash).and_then(|n| n.strip_suffix('-'))
                {
                    let api_version = api_version.map_or(owner.api_version.clone(), str::to_owned);
                    return Identity { kind: kind.to_owned(), name: name.to_owned(), api_version, ..owner };
                }
            }
            owner
        }
        "ReplicationController" => match label("deploymentconfig").filter(|name| !name.is_empty()) {
            Some(name) => Identity { kind: "DeploymentConfig".to_owned(), name: name.to_owned(), ..owner },
            None => owner,
        },
        "Job" => match owner.name.rsplit_once('-') {
            Some((name, digits)) if CRON_JOB_SUFFIX.contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) => {
                Identity { kind: "CronJob".to_owned(), api_version: "batch/v1".to_owned(), name: name.to_owned(), ..owner }
            }
            _ => owner,
        },
        _ => owner,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn at_admission_a_workload_is_what_its_pods_tell() {
        let cases = [
            ("extensions/v1beta1", "Deployment", "web", ("apps/v1", "Deployment", "web")),
            ("apps/v1beta2", "StatefulSet", "db", ("apps/v1", "StatefulSet", "db")),
            ("argoproj.io/v1alpha1", "Rollout", "web", ("v1alpha1", "Rollout", "web")),
            ("apps.openshift.io/v1", "DeploymentConfig", "dc", ("v1", "DeploymentConfig", "dc")),
            ("batch/v1beta1", "CronJob", "tick", ("batch/v1", "CronJob", "tick")),
            ("batch/v1", "Job", "backup-12345678", ("batch/v1", "CronJob", "backup")),
            ("batch/v1", "Job", "backup", ("batch/v1", "Job", "backup")),
            ("apps.kruise.io/v1alpha1", "CloneSet", "set", ("apps.kruise.io/v1alpha1", "CloneSet", "set")),
        ];
        for (api_version, kind, name, expected) in cases {
            let object = json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": name}});
            let Identity { api_version, kind, name, .. } = owner_at_admission(&object, &json!({}), "shop");
            assert_eq!((api_version.as_str(), kind.as_str(), name.as_str()), expected);
        }
    }
}
