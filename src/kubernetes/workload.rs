//! Which objects carry a pod, and where.

use std::collections::{HashMap, HashSet};

use schemars::JsonSchema;
use serde::Deserialize;

use super::identity::Identity;
use super::selector::{Selector, string_map};
use crate::Value;
use crate::plain::one_line;
use crate::yaml::{Path, Step, value_at};

/// A kind whose objects carry pods, and the paths to its pod templates.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WorkloadKind {
    /// The API group; empty for the core group.
    #[serde(default)]
    pub group: String,
    /// The kind.
    #[schemars(length(min = 1))]
    pub kind: String,
    /// Where the pod templates are: `spec.template`, `spec.workers[*].template` ([*]: every element of a list or value of a map); empty for an object that is a pod itself.
    #[schemars(length(min = 1))]
    pub pod_templates: Vec<String>,
}

/// Kinds that are known without configuration: group, kind, pod templates.
const BUILT_IN: &[(&str, &str, &[&str])] = &[
    ("", "Pod", &[""]),
    ("", "ReplicationController", &["spec.template"]),
    ("apps", "Deployment", &["spec.template"]),
    ("apps", "DaemonSet", &["spec.template"]),
    ("apps", "ReplicaSet", &["spec.template"]),
    ("apps", "StatefulSet", &["spec.template"]),
    ("extensions", "Deployment", &["spec.template"]),
    ("extensions", "DaemonSet", &["spec.template"]),
    ("extensions", "ReplicaSet", &["spec.template"]),
    ("batch", "Job", &["spec.template"]),
    ("batch", "CronJob", &["spec.jobTemplate.spec.template"]),
    ("apps.openshift.io", "DeploymentConfig", &["spec.template"]),
    ("", "DeploymentConfig", &["spec.template"]),
    ("argoproj.io", "Rollout", &["spec.template"]),
    ("serving.knative.dev", "Service", &["spec.template"]),
    ("apps.kruise.io", "CloneSet", &["spec.template"]),
    ("apps.kruise.io", "DaemonSet", &["spec.template"]),
    ("apps.kruise.io", "StatefulSet", &["spec.template"]),
    ("jobset.x-k8s.io", "JobSet", &["spec.replicatedJobs[*].template.spec.template"]),
    (
        "leaderworkerset.x-k8s.io",
        "LeaderWorkerSet",
        &["spec.leaderWorkerTemplate.leaderTemplate", "spec.leaderWorkerTemplate.workerTemplate"],
    ),
];

/// What stands for any element of a list, or any value of a map, in a path to pod templates.
const ANY: &str = "[*]";

/// How far lists may be nested in lists.
const MAX_LIST_DEPTH: usize = 16;

/// Which kinds carry pods: the built-in ones and those that the config adds.
#[derive(Debug, Clone, Default)]
pub struct Kinds {
    added: Vec<WorkloadKind>,
}

/// One object that carries pods.
#[derive(Debug, Clone)]
pub struct Workload<'a> {
    /// The object itself.
    pub object: &'a Value,
    /// Where it stands in the document: empty, or `items[n]` within a List.
    pub path: Path,
    /// Paths of its pods (`metadata` and `spec`), from the object.
    pub pods: Vec<Path>,
}

/// The group of an `apiVersion`: what stands before the slash.
pub(super) fn group(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(g, _)| g)
}

impl Workload<'_> {
    /// Which pods it takes for its own, where it says so: a label selector, or labels alone in the oldest kinds.
    pub fn selector(&self) -> Option<Selector> {
        let spec = self.object.get("spec")?;
        let map = spec.get("selector")?.as_object().filter(|map| !map.is_empty())?;
        if map.values().all(Value::is_string) {
            return Some(Selector { match_labels: string_map(Some(spec), "selector"), ..Selector::default() });
        }
        super::selector::label_selector(spec.get("selector")?)
    }
}

impl Kinds {
    /// The built-in kinds and these, which win over built-in ones of the same name.
    pub fn new(added: Vec<WorkloadKind>) -> Self {
        Self { added }
    }

    /// Paths of an object's pod templates; `None` when nothing is known of its kind.
    fn templates(&self, object: &Value) -> Option<Vec<&str>> {
        let api_version = object.get("apiVersion")?.as_str()?;
        let kind = object.get("kind")?.as_str()?;
        let group = group(api_version);
        if let Some(k) = self.added.iter().find(|k| k.kind == kind && k.group == group) {
            return Some(k.pod_templates.iter().map(String::as_str).collect());
        }
        let (_, _, paths) = BUILT_IN.iter().find(|(g, k, _)| *k == kind && *g == group)?;
        Some(paths.to_vec())
    }

    /// The workloads of a document, the items of a List included.
    pub fn workloads<'a>(&self, document: &'a Value) -> Vec<Workload<'a>> {
        let workload = |(object, path)| {
            let pods = pods_at(object, &self.templates(object)?);
            (!pods.is_empty()).then_some(Workload { object, path, pods })
        };
        Self::objects(document).into_iter().filter_map(workload).collect()
    }

    /// The objects of a document, the items of a List instead of itself, each with its place.
    pub(crate) fn objects(document: &Value) -> Vec<(&Value, Path)> {
        let mut found = Vec::new();
        let mut open: Vec<(&Value, Path)> = vec![(document, Path::new())];
        while let Some((object, path)) = open.pop() {
            if is_list(object) && path.len() < 2 * MAX_LIST_DEPTH {
                let items = object.get("items").and_then(Value::as_array).map_or(&[][..], Vec::as_slice).iter().enumerate().rev();
                open.extend(items.map(|(i, item)| (item, path.join(["items"]).item(i))));
            } else {
                found.push((object, path));
            }
        }
        found
    }

    /// The objects of a document whose kind carries pods, the items of a List included: each with its place and the paths where
    /// its pods belong, whatever stands there.
    pub(crate) fn carriers<'a>(&self, document: &'a Value) -> Vec<(&'a Value, Path, Vec<Path>)> {
        let carrier = |(object, path)| {
            let pods = self.templates(object)?.iter().flat_map(|t| expand(object, t)).collect();
            Some((object, path, pods))
        };
        Self::objects(document).into_iter().filter_map(carrier).collect()
    }

    /// What looks like a workload and lacks its `apiVersion` or its `kind`, the items of a List included: the path of what is missing.
    pub fn nameless(document: &Value) -> Vec<Path> {
        let mut found = Vec::new();
        for (object, path) in Self::objects(document) {
            let has = |key: &str| object.get(key).is_some_and(|v| !v.is_null());
            let missing = match (has("apiVersion"), has("kind")) {
                (true, false) => "kind",
                (false, true) => "apiVersion",
                // kubectl takes them from the list, as in a DeploymentList.
                (false, false) if !path.is_empty() => "kind",
                _ => continue,
            };
            let pod = object.get("spec").and_then(|s| s.get("containers")).is_some_and(Value::is_array);
            if pod || !templates(object).is_empty() {
                found.push(path.key(missing));
            }
        }
        found
    }

    /// The pod templates that an object, or one in a List, seems to carry and that no path leads to.
    pub fn unhandled(&self, object: &Value) -> Vec<Unhandled> {
        Self::objects(object).into_iter().filter_map(|(object, path)| self.unhandled_in(object, path)).collect()
    }

    fn unhandled_in(&self, object: &Value, path: Path) -> Option<Unhandled> {
        let Identity { api_version, kind, .. } = Identity::of(object);
        if api_version.is_empty() || kind.is_empty() || carries_templates_of_others(&kind) {
            return None;
        }
        let group = group(&api_version).to_owned();
        let added = self.added.iter().find(|k| k.kind == kind && k.group == group);
        if added.is_none() && self.templates(object).is_some() {
            return None;
        }
        let configured = added.map(|k| k.pod_templates.clone()).unwrap_or_default();
        let handled: HashSet<Path> = configured.iter().flat_map(|t| expand(object, t)).filter(|p| has_pod_spec(object, p)).collect();
        let missed: Vec<Path> = templates(object).into_iter().filter(|place| !handled.contains(place)).collect();
        let is_missed = !missed.is_empty() || (added.is_some() && handled.is_empty());
        if !is_missed {
            return None;
        }
        let first = missed.first().map(|missed| path.join(missed)).unwrap_or(path);
        Some(Unhandled { path: first, group, kind, missed: patterns(object, &missed), configured })
    }
}

/// Pod templates of an object that no path leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unhandled {
    /// Where the first of them is, or the object where none is seen.
    pub path: Path,
    /// The API group of the object.
    group: String,
    /// Its kind.
    kind: String,
    /// Paths to them, as `spec.workloads` takes them.
    missed: Vec<String>,
    /// The paths that the configuration has for the kind.
    configured: Vec<String>,
}

impl std::fmt::Display for Unhandled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { group, kind, missed, configured, .. } = self;
        let kind = one_line(kind);
        if missed.is_empty() {
            return write!(
                f,
                "no path that spec.workloads has for {kind} leads to a pod: {configured:?}; each must lead to a map with spec"
            );
        }
        // A path such as spec.tasks[0].template never leads anywhere.
        let all: Vec<&String> = configured.iter().filter(|path| !path.replace(ANY, "").contains('[')).chain(missed).collect();
        match configured.as_slice() {
            [] => write!(f, "{kind} seems to carry a pod template that nobody handles; to inject it, add under spec.workloads: ")?,
            _ => write!(
                f,
                "{kind} seems to carry a pod template that no path under spec.workloads leads to; to inject it, let its entry be: "
            )?,
        }
        write!(f, "{{group: {group:?}, kind: {kind}, podTemplates: {all:?}}}")
    }
}

/// Whether a kind holds pod templates of which no pod is made: policies match and change others, revisions remember them.
fn carries_templates_of_others(kind: &str) -> bool {
    kind.ends_with("Policy") || matches!(kind, "PodTemplate" | "ControllerRevision")
}

/// The pods at these paths of an object, each once.
fn pods_at(object: &Value, templates: &[&str]) -> Vec<Path> {
    let mut seen = HashSet::new();
    let pods = templates.iter().flat_map(|t| expand(object, t)).filter(|p| has_pod_spec(object, p));
    pods.filter(|pod| templates.len() == 1 || seen.insert(pod.clone())).collect()
}

/// The places as patterns: any element where there is a list, any value where all values of a map hold a template.
fn patterns(object: &Value, places: &[Path]) -> Vec<String> {
    let mut patterns: Vec<String> = Vec::new();
    let mut alike: HashMap<&[Step], bool> = HashMap::new();
    for place in places {
        let mut pattern = String::new();
        for (i, step) in place.iter().enumerate() {
            let parent = place.get(..i).unwrap_or_default();
            match step {
                Step::Key(key)
                    if i == 0
                        || !(key.contains(['.', '[']) || *alike.entry(parent).or_insert_with(|| are_alike(object, parent, places))) =>
                {
                    if !pattern.is_empty() {
                        pattern.push('.');
                    }
                    pattern.push_str(key);
                }
                _ => pattern.push_str(ANY),
            }
        }
        patterns.push(pattern);
    }
    let mut seen = HashSet::new();
    patterns.retain(|pattern| seen.insert(pattern.clone()));
    patterns
}

/// Whether the keys of a map are names that its author chose, as in `pytorchReplicaSpecs: {Master: …, Worker: …}`: there are several,
/// and each value holds templates in the same places.
fn are_alike(object: &Value, parent: &[Step], places: &[Path]) -> bool {
    let Some(map) = value_at(object, parent).and_then(Value::as_object).filter(|map| parent.len() > 1 && map.len() > 1) else {
        return false;
    };
    let mut below: HashMap<&str, Vec<&[Step]>> = HashMap::new();
    for place in places.iter().filter(|place| place.starts_with(parent)) {
        if let Some([Step::Key(key), rest @ ..]) = place.get(parent.len()..) {
            below.entry(key).or_default().push(rest);
        }
    }
    let mut rests = map.keys().map(|key| below.get(key.as_str()));
    let first = rests.next().flatten();
    first.is_some_and(|first| first.iter().all(|rest| !rest.is_empty())) && rests.all(|rest| rest == first)
}

/// Whether an object is a List of others.
pub fn is_list(object: &Value) -> bool {
    object.get("kind").and_then(Value::as_str).is_some_and(|k| k == "List" || k.ends_with("List"))
        && object.get("items").is_some_and(Value::is_array)
}

/// The object that a field of a document belongs to: within a List, the item.
pub fn subject<'v>(document: &'v Value, field: &[Step]) -> &'v Value {
    let (mut object, mut rest) = (document, field);
    while let [Step::Key(items), index @ Step::Index(_), below @ ..] = rest
        && items == "items"
        && is_list(object)
        && let Some(item) = value_at(object, &[Step::Key(items.clone()), index.clone()])
    {
        (object, rest) = (item, below);
    }
    object
}

/// What is said about a pod that would have nothing but what is injected.
pub(crate) const NO_CONTAINERS: &str =
    "the pod has no container of its own, and a cluster refuses a workload without: write its containers, or leave it out of the injection";

/// What is said about a pod whose containers are all gone or among the init containers after injection.
pub(crate) const NO_CONTAINER_LEFT: &str =
    "no container is left in the pod after injection, and a cluster refuses a pod without: look at what the sidecars render for containers";

/// Whether a pod has no container at all.
pub(crate) fn has_no_containers(pod: &Value) -> bool {
    pod.get("spec").and_then(|s| s.get("containers")).and_then(Value::as_array).is_none_or(Vec::is_empty)
}

/// Whether something with a `spec` mapping stands at this path.
fn has_pod_spec(object: &Value, path: &Path) -> bool {
    value_at(object, path).and_then(|pod| pod.get("spec")).is_some_and(Value::is_object)
}

/// Every path that a pattern such as `spec.workers[*].template` stands for in this object.
fn expand(object: &Value, pattern: &str) -> Vec<Path> {
    let mut paths: Vec<Path> = vec![Path::new()];
    for part in pattern.split('.').filter(|p| !p.is_empty()) {
        let key = part.trim_end_matches(ANY);
        for path in &mut paths {
            path.push(key.into());
        }
        for _ in 0..part.matches(ANY).count() {
            paths = paths.iter().flat_map(|path| children(object, path)).collect();
        }
    }
    paths
}

/// The paths of a list's elements or of a map's values.
fn children(object: &Value, path: &Path) -> Vec<Path> {
    let steps: Vec<Step> = match value_at(object, path) {
        Some(Value::Array(list)) => (0..list.len()).map(Step::Index).collect(),
        Some(Value::Object(map)) => map.keys().cloned().map(Step::Key).collect(),
        _ => Vec::new(),
    };
    steps.into_iter().map(|step| path.join([step])).collect()
}

/// Every place of an object, of whatever kind, that seems to hold a pod template.
pub fn templates(object: &Value) -> Vec<Path> {
    let mut found = Vec::new();
    collect_templates(object, &mut Path::new(), &mut found);
    found
}

fn collect_templates(value: &Value, path: &mut Path, found: &mut Vec<Path>) {
    let children: Vec<(Step, &Value)> = match value {
        Value::Object(map) => map.iter().map(|(k, v)| (Step::Key(k.clone()), v)).collect(),
        Value::Array(list) => list.iter().enumerate().map(|(i, v)| (Step::Index(i), v)).collect(),
        _ => return,
    };
    for (step, child) in children {
        let is_template = matches!(&step, Step::Key(k) if is_template(k, child));
        path.push(step);
        if is_template {
            found.push(path.clone());
        } else {
            collect_templates(child, path, found);
        }
        path.pop();
    }
}

/// Whether this is `…template` with `spec.containers`, the mark of a pod template.
fn is_template(key: &str, value: &Value) -> bool {
    key.to_lowercase().ends_with("template") && value.get("spec").and_then(|s| s.get("containers")).is_some_and(Value::is_array)
}
