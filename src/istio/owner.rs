//! Who a pod belongs to, as templates see it in `.TypeMeta` and `.DeploymentMeta`.

use crate::Value;
use crate::kubernetes::{self, Identity, Owner};
use crate::yaml::Step;

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

/// The identity that the webhook sees: it knows a workload only from the pods that its controller makes. `path` is where the pod stands
/// in the object.
pub fn owner_at_admission(object: &Value, path: &[Step], pod: &Value, namespace: &str) -> Identity {
    let identity = match kubernetes::owner_of_pods(object, path) {
        None => owner(object),
        Some(Owner { identity, labels }) => {
            let added = |name: &str| labels.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str());
            controller(identity, |name| added(name).or_else(|| kubernetes::label(pod, name)))
        }
    };
    Identity { namespace: namespace.to_owned(), ..identity }
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
    fn pods_of_job_sets_and_leader_worker_sets_belong_to_what_these_make() {
        let key = |name: &str| Step::Key(name.to_owned());
        let jobs = json!({
            "apiVersion": "jobset.x-k8s.io/v1alpha2", "kind": "JobSet", "metadata": {"name": "train"},
            "spec": {"replicatedJobs": [{"name": "driver"}, {"name": "workers"}]},
        });
        let path = vec![key("spec"), key("replicatedJobs"), Step::Index(1), key("template"), key("spec"), key("template")];
        let seen = owner_at_admission(&jobs, &path, &json!({}), "ml");
        assert_eq!((seen.api_version.as_str(), seen.kind.as_str(), seen.name.as_str()), ("batch/v1", "Job", "train-workers-0"));
        let set = json!({"apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet", "metadata": {"name": "serve"}});
        for (template, name) in [("leaderTemplate", "serve"), ("workerTemplate", "serve-0")] {
            let path = vec![key("spec"), key("leaderWorkerTemplate"), key(template)];
            let seen = owner_at_admission(&set, &path, &json!({}), "ml");
            assert_eq!((seen.kind.as_str(), seen.name.as_str()), ("StatefulSet", name));
        }
    }

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
            // The controllers of another group's kinds are that group's.
            ("apps.kruise.io/v1beta1", "StatefulSet", "set", ("apps.kruise.io/v1beta1", "StatefulSet", "set")),
        ];
        for (api_version, kind, name, expected) in cases {
            let object = json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": name}});
            let Identity { api_version, kind, name, .. } = owner_at_admission(&object, &[Step::Key("spec".to_owned())], &json!({}), "shop");
            assert_eq!((api_version.as_str(), kind.as_str(), name.as_str()), expected);
        }
    }
}
