//! One object with its workloads, as `kube-inject` takes it: who is injected, where its pod's metadata and spec stand, what comes out.

use std::collections::BTreeMap;

use serde_json::Map;

use super::identity::Identity;
use super::injector::{Injector, Request};
use super::kube_inject::skip;
use super::zero_fields;
use crate::Value;
use crate::workload::{Kinds, value_at, value_at_mut};
use crate::yaml::{Path, Step};

/// API groups whose kinds Istio's injection knows; others (Rollouts, JobSets, …) it leaves alone.
const GROUPS: &[&str] = &["", "apps", "extensions", "batch", "apps.openshift.io"];

/// Metadata of namespaces by their names.
pub type Namespaces = BTreeMap<String, Value>;

/// What came of one object.
#[derive(Debug, Default)]
pub struct ObjectOutcome {
    /// The object after injection, where it differs from the object before.
    pub after: Option<Value>,
    /// Warnings, a line each.
    pub warnings: Vec<String>,
    /// Errors, a line each; each names its workload.
    pub errors: Vec<String>,
}

/// Where a pod's metadata and spec stand in its workload.
struct Place {
    metadata: Path,
    spec: Path,
}

/// `kube-inject` puts what belongs on a CronJob's pods onto its job template.
fn place(kind: &str, pod: &Path) -> Place {
    let under = |path: &Path, key: &str| path.iter().cloned().chain([Step::Key(key.to_owned())]).collect::<Path>();
    let metadata = match (kind, pod.get(..pod.len().saturating_sub(2))) {
        ("CronJob", Some(job_template)) => under(&job_template.to_vec(), "metadata"),
        _ => under(pod, "metadata"),
    };
    Place { metadata, spec: under(pod, "spec") }
}

impl Injector {
    /// Injects every workload of an object, the items of a List included, as `kube-inject` does.
    pub fn kube_inject(&self, object: &Value, namespaces: &Namespaces) -> ObjectOutcome {
        let mut outcome = ObjectOutcome::default();
        let mut after = None;
        for workload in Kinds::default().workloads(object) {
            let api_version = workload.object.get("apiVersion").and_then(Value::as_str).unwrap_or_default();
            let group = api_version.split_once('/').map_or("", |(group, _)| group);
            if !GROUPS.contains(&group) {
                continue;
            }
            let zeroes = zero_fields::missing(workload.object, self.minor);
            if !zeroes.is_empty()
                && let Some(target) = value_at_mut(after.get_or_insert_with(|| object.clone()), &workload.path)
            {
                zero_fields::add(target, zeroes);
            }
            for pod_path in &workload.pods {
                self.kube_inject_pod(workload.object, &workload.path, pod_path, namespaces, &mut outcome, |path, value| {
                    let after = after.get_or_insert_with(|| object.clone());
                    set(after, path, value);
                });
            }
        }
        if outcome.errors.is_empty() {
            outcome.after = after;
        }
        outcome
    }

    fn kube_inject_pod(
        &self,
        workload: &Value,
        at: &Path,
        pod_path: &Path,
        namespaces: &Namespaces,
        outcome: &mut ObjectOutcome,
        mut put: impl FnMut(&Path, Value),
    ) {
        let identity = Identity::of(workload);
        let place = place(&identity.kind, pod_path);
        let mut pod = Map::new();
        for (key, path) in [("metadata", &place.metadata), ("spec", &place.spec)] {
            if let Some(value) = value_at(workload, path) {
                pod.insert(key.to_owned(), value.clone());
            }
        }
        let pod = Value::Object(pod);
        let own = pod.get("metadata").and_then(|m| m.get("namespace")).and_then(Value::as_str).filter(|n| !n.is_empty());
        let namespace = own.unwrap_or(&identity.namespace);
        let named = identity_of_object(workload, &identity);
        if let Some(skip) = skip(&pod, namespace, self.minor) {
            outcome.warnings.push(skip.warning(&named));
            return;
        }
        let request = Request { identity: &identity, namespace: namespaces.get(namespace), pod: &pod, proxy_configs: &[] };
        match self.inject(request) {
            Ok(injected) => {
                outcome.warnings.extend(injected.warnings);
                for (key, path) in [("metadata", &place.metadata), ("spec", &place.spec)] {
                    let new = injected.pod.get(key);
                    if let Some(new) = new.filter(|n| Some(*n) != pod.get(key)) {
                        put(&at.iter().chain(path).cloned().collect(), new.clone());
                    }
                }
            }
            Err(error) => outcome.errors.push(format!("{named}: {error}")),
        }
    }
}

/// The object's own kind and name, for messages: a bare pod's identity is that of its owner.
fn identity_of_object(object: &Value, identity: &Identity) -> Identity {
    let text = |key: &str| object.get("metadata").and_then(|m| m.get(key)).and_then(Value::as_str);
    let kind = object.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned();
    Identity { kind, name: text("name").or_else(|| text("generateName")).unwrap_or_default().to_owned(), ..identity.clone() }
}

/// Puts a value at a path whose last key may be new.
fn set(object: &mut Value, path: &Path, value: Value) {
    let Some((Step::Key(key), parents)) = path.split_last() else { return };
    if let Some(map) = value_at_mut(object, parents).and_then(Value::as_object_mut) {
        map.insert(key.clone(), value);
    }
}
