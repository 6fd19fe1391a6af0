//! One object with its workloads, as `kube-inject` takes it: who is injected, where its pod's metadata and spec stand, what comes out.

use std::borrow::Cow;

use super::object::Inject;
use super::outcome::{Outcome, put};
use crate::check::Written;
use crate::decide::{skip, undecided};
use crate::finding::Finding;
use crate::inject::{AUTO_IMAGE, Injector, Request};
use crate::istio::{Error, ProxyConfigs};
use crate::kubernetes::{Identity, Kinds, NO_CONTAINER_LEFT, NO_CONTAINERS, Workload, has_no_containers};
use crate::read::Namespaces;
use crate::yaml::{Path, value_at};
use crate::{Value, inject, istio, kubernetes};

/// Kinds that Istio's injection knows, in whichever API group; others (Rollouts, JobSets, …) it leaves alone.
const KINDS: &[&str] =
    &["Pod", "ReplicationController", "Deployment", "DaemonSet", "ReplicaSet", "StatefulSet", "Job", "CronJob", "DeploymentConfig"];

/// What `kube-inject` injects with: one injector, for every pod that does not refuse it.
#[derive(Debug)]
pub struct KubeInject {
    injector: Injector,
    kinds: Kinds,
}

/// Where a pod's metadata and spec stand in its workload.
struct PodParts {
    metadata: Path,
    spec: Path,
}

impl PodParts {
    /// The pod of a workload: what stands at its path, or metadata and spec from where they stand apart.
    fn pod<'w>(&self, workload: &'w Value, path: &Path) -> Cow<'w, Value> {
        if self.metadata.starts_with(path)
            && let Some(pod) = value_at(workload, path)
        {
            return Cow::Borrowed(pod);
        }
        let parts = [("metadata", &self.metadata), ("spec", &self.spec)];
        let found = parts.into_iter().filter_map(|(key, at)| Some((key.to_owned(), value_at(workload, at)?.clone())));
        Cow::Owned(Value::Object(found.collect()))
    }
}

/// `kube-inject` puts what belongs on a CronJob's pods onto its job template.
fn parts_of(kind: &str, pod: &Path) -> PodParts {
    let metadata = match (kind, pod.get(..pod.len().saturating_sub(2))) {
        ("CronJob", Some(job_template)) => Path::of(job_template).key("metadata"),
        _ => pod.join(["metadata"]),
    };
    PodParts { metadata, spec: pod.join(["spec"]) }
}

impl KubeInject {
    /// Injects with this injector.
    pub fn new(injector: Injector) -> Self {
        Self { injector, kinds: Kinds::default() }
    }

    /// Injects every workload of an object, the items of a List included.
    pub fn run(&self, object: &Value, namespaces: &Namespaces) -> Outcome {
        let mut outcome = Outcome::default();
        for workload in self.kinds.workloads(object) {
            let kind = workload.object.get("kind").and_then(Value::as_str).unwrap_or_default();
            if !KINDS.contains(&kind) {
                continue;
            }
            let mut changed = Vec::new();
            for pod_path in &workload.pods {
                changed.extend(self.pod(&workload, pod_path, namespaces, &mut outcome));
            }
            let zeroes = inject::missing(workload.object, self.injector.minor());
            if !zeroes.is_empty() {
                let mut after = workload.object.clone();
                inject::add(&mut after, zeroes);
                changed.into_iter().for_each(|(path, value)| put(&mut after, &path, value));
                changed = vec![(Path::new(), after)];
            }
            outcome.changed.extend(changed.into_iter().map(|(path, value)| (workload.path.join(path), value)));
        }
        if !outcome.errors.is_empty() {
            outcome.changed.clear();
        }
        outcome
    }

    /// Injects one pod of a workload. Gives the parts that change, with their paths in the workload.
    fn pod(&self, workload: &Workload<'_>, pod_path: &Path, namespaces: &Namespaces, outcome: &mut Outcome) -> Vec<(Path, Value)> {
        let (workload, path) = (workload.object, &workload.path);
        let identity = istio::owner(workload);
        let parts = parts_of(&identity.kind, pod_path);
        let error = |at: Path, message: String| Finding::at(path.join(at), message);
        let pod = kubernetes::with_texts(parts.pod(workload, pod_path));
        let own = pod.get("metadata").and_then(|m| m.get("namespace")).and_then(Value::as_str).filter(|n| !n.is_empty());
        let namespace = own.unwrap_or(&identity.namespace);
        let named = identity_of_object(workload, &identity);
        if let Err(reason) = kubernetes::check(&pod, "Pod") {
            outcome.errors.push(error(pod_path.clone(), Error::Type(reason).to_string()));
            return Vec::new();
        }
        if let Some(skip) = skip(&pod, namespace, self.injector.minor()) {
            outcome.warnings.push(Finding::whole(skip.warning(&named, namespace)));
            outcome.warnings.extend(unreplaced(&pod).map(|name| {
                Finding::whole(format!(
                    "{named}: container {name} has the image {AUTO_IMAGE}, which only an injection replaces: a cluster finds no such image"
                ))
            }));
            return Vec::new();
        }
        if has_no_containers(&pod) {
            outcome.errors.push(error(parts.spec.join(["containers"]), format!("spec.containers: {NO_CONTAINERS}")));
            return Vec::new();
        }
        outcome.warnings.extend(undecided(&pod, &named, self.injector.minor()).map(Finding::whole));
        let none = ProxyConfigs::default();
        let request =
            Request { identity: &identity, namespace: namespaces.get(namespace), pod: &pod, proxy_configs: &none, own_status_port: true };
        match self.injector.inject(request) {
            Ok(mut injected) => {
                outcome.warnings.extend(injected.warnings.into_iter().map(Finding::whole));
                if has_no_containers(&injected.pod) {
                    // The reference writes such a pod where the user's own proxy becomes a native sidecar and nothing else is there.
                    let only_proxy =
                        kubernetes::containers(&pod, kubernetes::CONTAINERS).iter().all(|c| kubernetes::name(c) == Some(istio::PROXY));
                    let message = format!("spec.containers: {NO_CONTAINER_LEFT}");
                    if only_proxy {
                        outcome.warnings.push(Finding::whole(format!("{named}: {message}")));
                    } else {
                        outcome.errors.push(error(parts.spec.join(["containers"]), message));
                    }
                }
                let mut part = |key: &str| injected.pod.get_mut(key).map(Value::take).filter(|new| Some(new) != pod.get(key));
                let (metadata, spec) = (part("metadata"), part("spec"));
                [(parts.metadata, metadata), (parts.spec, spec)].into_iter().filter_map(|(path, new)| Some((path, new?))).collect()
            }
            Err(failed) => {
                let at = failed.annotation_key().map_or_else(|| pod_path.clone(), |key| parts.metadata.join(["annotations", key]));
                outcome.errors.push(error(at, failed.to_string()));
                Vec::new()
            }
        }
    }
}

impl Inject for KubeInject {
    fn object(&self, object: &Value, namespaces: &Namespaces, _written: Written<'_>) -> Outcome {
        self.run(object, namespaces)
    }

    fn kinds(&self) -> &Kinds {
        &self.kinds
    }
}

/// The containers whose image an injection would replace.
fn unreplaced(pod: &Value) -> impl Iterator<Item = &str> {
    let all = [kubernetes::CONTAINERS, kubernetes::INIT_CONTAINERS].into_iter().flat_map(|list| kubernetes::containers(pod, list));
    all.filter(|c| c.get("image").and_then(Value::as_str) == Some(AUTO_IMAGE)).filter_map(kubernetes::name)
}

/// The object's own kind and name, for messages: a bare pod's identity is that of its owner.
fn identity_of_object(object: &Value, identity: &Identity) -> Identity {
    let text = |key: &str| object.get("metadata").and_then(|m| m.get(key)).and_then(kubernetes::scalar_text);
    let kind = object.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned();
    Identity { kind, name: text("name").or_else(|| text("generateName")).unwrap_or_default(), ..identity.clone() }
}
