//! Who a pod belongs to, as templates see it in `.TypeMeta` and `.DeploymentMeta`.

use crate::Value;

/// The workload that a pod belongs to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// `apiVersion` of the workload.
    pub api_version: String,
    /// `kind` of the workload.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its namespace; empty where it has none.
    pub namespace: String,
}

/// Digits that a CronJob's controller appends to the names of its Jobs.
const CRON_JOB_SUFFIX: std::ops::RangeInclusive<usize> = 8..=10;

/// The version by which Rollouts are known from the labels of their pods.
const ROLLOUT_VERSION: &str = "v1alpha1";

impl Identity {
    /// The identity of a workload object. A bare pod is the workload of its controlling owner where it has a generated name.
    pub fn of(object: &Value) -> Self {
        let text = |v: Option<&Value>| v.and_then(crate::kubernetes::scalar_text).unwrap_or_default();
        let metadata = object.get("metadata");
        let field = |k: &str| metadata.and_then(|m| m.get(k));
        let own = Self {
            api_version: text(object.get("apiVersion")),
            kind: text(object.get("kind")),
            name: text(field("name")),
            namespace: text(field("namespace")),
        };
        if own.kind == "Pod" && own.api_version == "v1" { Self::of_pod(object, own) } else { own }
    }

    /// The identity that the webhook sees: it knows a workload only from the pods that its controller makes.
    pub fn at_admission(object: &Value, pod: &Value, namespace: &str) -> Self {
        let own = Self { namespace: namespace.to_owned(), ..Self::of(object) };
        match own.kind.as_str() {
            "Pod" => own,
            // Its pods belong to a ReplicationController with a label.
            "DeploymentConfig" => Self { api_version: "v1".to_owned(), ..own },
            "CronJob" => Self { api_version: "batch/v1".to_owned(), ..own },
            // Its pods belong to a ReplicaSet with a label that tells no group.
            "Rollout" => Self { api_version: ROLLOUT_VERSION.to_owned(), ..own },
            // Whatever group a manifest names, the controllers are those of this one.
            "Deployment" | "DaemonSet" | "StatefulSet" => Self { api_version: "apps/v1".to_owned(), ..own },
            "ReplicaSet" => Self { api_version: "apps/v1".to_owned(), ..own }.controller(|name| crate::kubernetes::label(pod, name)),
            _ => own.controller(|name| crate::kubernetes::label(pod, name)),
        }
    }

    fn of_pod(pod: &Value, own: Self) -> Self {
        let metadata = pod.get("metadata");
        let generated = metadata.and_then(|m| m.get("generateName")).and_then(Value::as_str).is_some_and(|n| !n.is_empty());
        let owners = metadata.and_then(|m| m.get("ownerReferences")).and_then(Value::as_array);
        let owner = owners.into_iter().flatten().find(|o| o.get("controller") == Some(&Value::Bool(true)));
        let Some(owner) = owner.filter(|_| generated) else { return own };
        let text = |k: &str| owner.get(k).and_then(Value::as_str).unwrap_or_default().to_owned();
        let owner = Self { api_version: text("apiVersion"), kind: text("kind"), name: text("name"), namespace: own.namespace };
        owner.controller(|name| crate::kubernetes::label(pod, name))
    }

    /// The workload that made this owner of a pod, told by names and labels.
    fn controller<'a>(self, label: impl Fn(&str) -> Option<&'a str>) -> Self {
        match self.kind.as_str() {
            "ReplicaSet" => {
                let kinds = [("pod-template-hash", "Deployment", None), ("rollouts-pod-template-hash", "Rollout", Some(ROLLOUT_VERSION))];
                for (hash_label, kind, api_version) in kinds {
                    if let Some(hash) = label(hash_label).filter(|h| !h.is_empty())
                        && let Some(name) = self.name.strip_suffix(hash).and_then(|n| n.strip_suffix('-'))
                    {
                        let api_version = api_version.map_or(self.api_version.clone(), str::to_owned);
                        return Self { kind: kind.to_owned(), name: name.to_owned(), api_version, ..self };
                    }
                }
                self
            }
            "ReplicationController" => match label("deploymentconfig").filter(|name| !name.is_empty()) {
                Some(name) => Self { kind: "DeploymentConfig".to_owned(), name: name.to_owned(), ..self },
                None => self,
            },
            "Job" => match self.name.rsplit_once('-') {
                Some((name, digits)) if CRON_JOB_SUFFIX.contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) => {
                    Self { kind: "CronJob".to_owned(), api_version: "batch/v1".to_owned(), name: name.to_owned(), ..self }
                }
                _ => self,
            },
            _ => self,
        }
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
            let Identity { api_version, kind, name, .. } = Identity::at_admission(&object, &json!({}), "shop");
            assert_eq!((api_version.as_str(), kind.as_str(), name.as_str()), expected);
        }
    }
}
