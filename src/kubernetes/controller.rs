//! The pods that Kubernetes' controllers make of a workload's template, as they send them to the API server.
//!
//! Webhooks know a workload from its pods alone: by their generated name, their owner and their labels. Source: Kubernetes' documentation
//! of each kind and of its well-known labels.

use serde_json::{Map, json};

use super::identity::Identity;
use super::workload::group;
use crate::Value;
use crate::yaml::{Step, value_at};

/// What stands for the hash of a pod template: of the letters and the length of a real one.
const HASH: &str = "5d9f7c8b6f";
/// What stands for the unique id of an owner that need not exist.
const UID: &str = "00000000-0000-4000-8000-000000000000";
/// What stands for the minutes that a CronJob's controller appends to the names of its Jobs.
const MINUTES: &str = "29000000";

/// What owns the pods of a workload: the object from which a controller makes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Its `apiVersion`, `kind` and `name`, as the pod's reference to it has them, and the namespace of both.
    pub identity: Identity,
    /// Labels that its controller adds to those of the template.
    pub labels: Vec<(&'static str, String)>,
}

/// What owns the pods at `path` in a workload; nothing owns a bare pod.
///
/// Names that a controller makes up are made up here, too. JobSets, LeaderWorkerSets, CronJobs and Rollouts own their pods through
/// others; an object of a kind that Kubernetes does not have is taken for the owner itself.
pub fn owner_of_pods(object: &Value, path: &[Step]) -> Option<Owner> {
    if path.is_empty() {
        return None;
    }
    let written = Identity::of(object);
    let name = written.name.clone();
    let as_owner = |api_version: &str, kind: &str, name: String, labels| {
        let identity = Identity { api_version: api_version.to_owned(), kind: kind.to_owned(), name, ..written.clone() };
        Owner { identity, labels }
    };
    let replica_set = |label| as_owner("apps/v1", "ReplicaSet", format!("{name}-{HASH}"), vec![(label, HASH.to_owned())]);
    let job = |name: String| {
        let uids = ["batch.kubernetes.io/controller-uid", "controller-uid"].map(|key| (key, UID.to_owned()));
        let names = ["batch.kubernetes.io/job-name", "job-name"].map(|key| (key, name.clone()));
        as_owner("batch/v1", "Job", name, uids.into_iter().chain(names).collect())
    };
    let revision = |hash: String| ("controller-revision-hash", hash);
    Some(match (group(&written.api_version), written.kind.as_str()) {
        ("apps" | "extensions", "Deployment") => replica_set("pod-template-hash"),
        ("argoproj.io", "Rollout") => replica_set("rollouts-pod-template-hash"),
        ("apps" | "extensions", "ReplicaSet") => as_owner("apps/v1", "ReplicaSet", name, Vec::new()),
        ("apps" | "extensions", "DaemonSet") => {
            as_owner("apps/v1", "DaemonSet", name, vec![revision(HASH.to_owned()), ("pod-template-generation", "1".to_owned())])
        }
        ("apps", "StatefulSet") => {
            let labels = vec![revision(format!("{name}-{HASH}"))];
            as_owner("apps/v1", "StatefulSet", name, labels)
        }
        ("leaderworkerset.x-k8s.io", "LeaderWorkerSet") => {
            let is_worker = path.last() == Some(&Step::Key("workerTemplate".to_owned()));
            let name = if is_worker { format!("{name}-0") } else { name };
            let labels = vec![revision(format!("{name}-{HASH}"))];
            as_owner("apps/v1", "StatefulSet", name, labels)
        }
        ("", "ReplicationController") => as_owner("v1", "ReplicationController", name, Vec::new()),
        ("" | "apps.openshift.io", "DeploymentConfig") => {
            let labels = vec![("deployment", format!("{name}-1")), ("deploymentconfig", name.clone())];
            as_owner("v1", "ReplicationController", format!("{name}-1"), labels)
        }
        ("batch", "Job") => job(name),
        ("batch", "CronJob") => job(format!("{name}-{MINUTES}")),
        ("jobset.x-k8s.io", "JobSet") => {
            // spec.replicatedJobs[n], of which the first Job.
            let of_jobs = path.get(..3).and_then(|jobs| value_at(object, jobs)).and_then(|jobs| jobs.get("name")).and_then(Value::as_str);
            job(of_jobs.map_or_else(|| name.clone(), |jobs| format!("{name}-{jobs}-0")))
        }
        _ => Owner { identity: written, labels: Vec::new() },
    })
}

/// The pod that the controller of a workload sends to the API server. `pod` is one of its pods, `path` where that stands in the
/// object. A bare pod is sent as it is.
///
/// What a controller does to a pod for the node, or for the name of one replica, is not done.
pub fn created_pod(object: &Value, path: &[Step], pod: &Value, namespace: &str) -> Value {
    let template = pod.get("metadata").and_then(Value::as_object);
    let mut metadata = match owner_of_pods(object, path) {
        None => template.cloned().unwrap_or_default(),
        Some(Owner { identity: owner, labels: added }) => {
            // Of the template's metadata, controllers take these and nothing else.
            let taken = ["labels", "annotations", "finalizers"].into_iter().filter_map(|key| Some((key, template?.get(key)?)));
            let mut metadata: Map<String, Value> = taken.map(|(key, value)| (key.to_owned(), value.clone())).collect();
            if !added.is_empty() {
                let mut labels = metadata.get("labels").and_then(Value::as_object).cloned().unwrap_or_default();
                labels.extend(added.into_iter().map(|(key, value)| (key.to_owned(), Value::String(value))));
                metadata.insert("labels".to_owned(), Value::Object(labels));
            }
            let Identity { api_version, kind, name, .. } = owner;
            metadata.insert("generateName".to_owned(), json!(format!("{name}-")));
            let reference = json!({
                "apiVersion": api_version, "kind": kind, "name": name, "uid": UID, "controller": true, "blockOwnerDeletion": true,
            });
            metadata.insert("ownerReferences".to_owned(), json!([reference]));
            metadata
        }
    };
    metadata.insert("namespace".to_owned(), json!(namespace));
    let mut spec = pod.get("spec").cloned().unwrap_or_else(|| json!({}));
    claim_volumes(object, &mut spec);
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})
}

/// Gives a pod the volumes of its StatefulSet's claims, as the first replica has them; they replace its own of the same names.
fn claim_volumes(object: &Value, spec: &mut Value) {
    let claims = object.get("spec").and_then(|s| s.get("volumeClaimTemplates")).and_then(Value::as_array);
    let names = claims.into_iter().flatten().filter_map(|claim| claim.get("metadata")?.get("name")?.as_str());
    let set = Identity::of(object).name;
    let mut volumes: Vec<Value> =
        names.map(|name| json!({"name": name, "persistentVolumeClaim": {"claimName": format!("{name}-{set}-0")}})).collect();
    if volumes.is_empty() {
        return;
    }
    let own = spec.get("volumes").and_then(Value::as_array).into_iter().flatten();
    let kept: Vec<Value> = own.filter(|own| volumes.iter().all(|claim| claim.get("name") != own.get("name"))).cloned().collect();
    volumes.extend(kept);
    if let Some(spec) = spec.as_object_mut() {
        spec.insert("volumes".to_owned(), Value::Array(volumes));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pod_is_what_its_controller_sends() {
        let object = json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "labels": {"own": "x"}},
            "spec": {"template": {"metadata": {"name": "not-taken", "labels": {"app": "web"}}, "spec": {"containers": []}}},
        });
        let path = ["spec", "template"].map(|key| Step::Key(key.to_owned()));
        let pod = created_pod(&object, &path, &object["spec"]["template"], "shop");
        assert_eq!(
            pod,
            json!({
                "apiVersion": "v1", "kind": "Pod", "spec": {"containers": []},
                "metadata": {
                    "namespace": "shop", "generateName": "web-5d9f7c8b6f-", "labels": {"app": "web", "pod-template-hash": "5d9f7c8b6f"},
                    "ownerReferences": [{
                        "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-5d9f7c8b6f", "uid": UID,
                        "controller": true, "blockOwnerDeletion": true,
                    }],
                },
            })
        );
    }

    #[test]
    fn the_claims_of_a_stateful_set_are_volumes_of_its_pods() {
        let object = json!({
            "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "db"},
            "spec": {
                "volumeClaimTemplates": [{"metadata": {"name": "data"}}],
                "template": {"spec": {"volumes": [{"name": "data", "emptyDir": {}}, {"name": "tmp", "emptyDir": {}}]}},
            },
        });
        let path = ["spec", "template"].map(|key| Step::Key(key.to_owned()));
        let pod = created_pod(&object, &path, &object["spec"]["template"], "shop");
        let volumes = json!([{"name": "data", "persistentVolumeClaim": {"claimName": "data-db-0"}}, {"name": "tmp", "emptyDir": {}}]);
        assert_eq!(pod["spec"]["volumes"], volumes);
    }

    #[test]
    fn a_bare_pod_is_sent_as_it_is() {
        let object = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "one"}, "spec": {"containers": []}});
        let pod = created_pod(&object, &[], &object, "shop");
        assert_eq!(pod["metadata"], json!({"name": "one", "namespace": "shop"}));
    }
}
