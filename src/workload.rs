//! Which objects carry a pod, and where.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::Value;
use crate::decide::{Selector, string_map};
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
    /// Where the pod templates are: `spec.template`, `spec.workers[*].template`; empty for an object that is a pod itself.
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

/// Identity of a workload, for messages and results.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// `apiVersion` as written.
    pub api_version: String,
    /// `kind` as written.
    pub kind: String,
    /// `metadata.name`, or `metadata.generateName` where there is no name.
    pub name: String,
    /// `metadata.namespace`; empty where the object has none.
    pub namespace: String,
}

impl Identity {
    /// Reads the identity of an object; what is missing is empty.
    pub fn of(object: &Value) -> Self {
        let text = |v: Option<&Value>| v.and_then(Value::as_str).unwrap_or_default().to_owned();
        let metadata = object.get("metadata");
        let field = |k: &str| metadata.and_then(|m| m.get(k));
        Self {
            api_version: text(object.get("apiVersion")),
            kind: text(object.get("kind")),
            name: text(field("name").or_else(|| field("generateName"))),
            namespace: text(field("namespace")),
        }
    }
}

impl std::fmt::Display for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [kind, namespace, name] = [&self.kind, &self.namespace, &self.name].map(|text| one_line(text));
        let slash = if namespace.is_empty() { "" } else { "/" };
        write!(f, "{kind} {namespace}{slash}{name}")
    }
}

/// The group of an `apiVersion`: what stands before the slash.
fn group(api_version: &str) -> &str {
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
        crate::istio::selector(spec.get("selector")?)
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
        let mut found = Vec::new();
        self.collect(document, Vec::new(), &mut found);
        found
    }

    fn collect<'a>(&self, object: &'a Value, path: Path, found: &mut Vec<Workload<'a>>) {
        if is_list(object) && path.len() < 2 * MAX_LIST_DEPTH {
            let items = object.get("items").and_then(Value::as_array);
            for (i, item) in items.into_iter().flatten().enumerate() {
                let mut at = path.clone();
                at.extend([Step::Key("items".into()), Step::Index(i)]);
                self.collect(item, at, found);
            }
            return;
        }
        let Some(templates) = self.templates(object) else { return };
        let pods: Vec<Path> = templates.iter().flat_map(|t| expand(object, t)).filter(|p| has_pod_spec(object, p)).collect();
        if !pods.is_empty() {
            found.push(Workload { object, path, pods });
        }
    }

    /// The objects of a document whose kind carries pods, the items of a List included: each with its place and the paths where
    /// its pods belong, whatever stands there.
    pub(crate) fn carriers<'a>(&self, document: &'a Value) -> Vec<(&'a Value, Path, Vec<Path>)> {
        let mut found = Vec::new();
        let mut open: Vec<(&Value, Path)> = vec![(document, Vec::new())];
        while let Some((object, path)) = open.pop() {
            if is_list(object) && path.len() < 2 * MAX_LIST_DEPTH {
                let items = object.get("items").and_then(Value::as_array).map_or(&[][..], Vec::as_slice).iter().enumerate().rev();
                open.extend(
                    items.map(|(i, item)| (item, path.iter().cloned().chain([Step::Key("items".into()), Step::Index(i)]).collect())),
                );
            } else if let Some(templates) = self.templates(object) {
                let pods = templates.iter().flat_map(|t| expand(object, t)).collect();
                found.push((object, path, pods));
            }
        }
        found
    }

    /// What looks like a workload and lacks its `apiVersion` or its `kind`, the items of a List included: the path of what is missing.
    pub fn nameless(document: &Value) -> Vec<Path> {
        let mut found = Vec::new();
        let mut open: Vec<(&Value, Path)> = vec![(document, Vec::new())];
        while let Some((object, path)) = open.pop() {
            let at = |steps: &[Step]| -> Path { path.iter().chain(steps).cloned().collect() };
            if is_list(object) && path.len() < 2 * MAX_LIST_DEPTH {
                let items = object.get("items").and_then(Value::as_array).map_or(&[][..], Vec::as_slice).iter().enumerate().rev();
                open.extend(items.map(|(i, item)| (item, at(&[Step::Key("items".into()), Step::Index(i)]))));
                continue;
            }
            let has = |key: &str| object.get(key).is_some_and(|v| !v.is_null());
            let missing = match (has("apiVersion"), has("kind")) {
                (true, false) => "kind",
                (false, true) => "apiVersion",
                _ => continue,
            };
            let pod = object.get("spec").and_then(|s| s.get("containers")).is_some_and(Value::is_array);
            if pod || find_template(object, &mut Vec::new(), 0).is_some() {
                found.push(at(&[Step::Key(missing.to_owned())]));
            }
        }
        found
    }

    /// Where an object of a kind that is not known seems to carry a pod template, if it does.
    pub fn unhandled(&self, object: &Value) -> Option<String> {
        let named = |key: &str| object.get(key).is_some_and(|v| !v.is_null());
        if is_list(object) || self.templates(object).is_some() || named("apiVersion") != named("kind") {
            return None;
        }
        if object.get("kind").and_then(Value::as_str) == Some("PodTemplate") {
            return None;
        }
        find_template(object, &mut Vec::new(), 0)
    }
}

/// Whether an object is a List of others.
pub fn is_list(object: &Value) -> bool {
    object.get("kind").and_then(Value::as_str).is_some_and(|k| k == "List" || k.ends_with("List"))
        && object.get("items").is_some_and(Value::is_array)
}

/// Whether something with a `spec` mapping stands at this path.
fn has_pod_spec(object: &Value, path: &Path) -> bool {
    value_at(object, path).and_then(|pod| pod.get("spec")).is_some_and(Value::is_object)
}

/// A path as people write it: `spec.template.spec.containers[0]`.
pub fn display(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Key(k) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(k);
            }
            Step::Index(i) => text.push_str(&format!("[{i}]")),
        }
    }
    text
}

/// The path of a field below one, as people write it.
pub fn below(path: &[Step], field: &str) -> String {
    let path = display(path);
    match path.as_str() {
        "" => field.to_owned(),
        _ if field.starts_with('[') => path + field,
        _ => format!("{path}.{field}"),
    }
}

/// Every path that a pattern such as `spec.workers[*].template` stands for in this object.
fn expand(object: &Value, pattern: &str) -> Vec<Path> {
    let mut paths: Vec<Path> = vec![Vec::new()];
    for part in pattern.split('.').filter(|p| !p.is_empty()) {
        let (key, many) = part.strip_suffix("[*]").map_or((part, false), |k| (k, true));
        for path in &mut paths {
            path.push(Step::Key(key.to_owned()));
        }
        if many {
            paths = paths
                .into_iter()
                .flat_map(|path| {
                    let n = value_at(object, &path).and_then(Value::as_array).map_or(0, Vec::len);
                    (0..n).map(move |i| path.iter().cloned().chain([Step::Index(i)]).collect::<Path>())
                })
                .collect();
        }
    }
    paths
}

/// Every place of an object, of whatever kind, that seems to hold a pod template.
pub fn templates(object: &Value) -> Vec<Path> {
    let mut found = Vec::new();
    collect_templates(object, &mut Vec::new(), &mut found);
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

/// Looks for `…template.spec.containers`, the mark of a pod template.
fn find_template(value: &Value, path: &mut Path, depth: usize) -> Option<String> {
    if depth > 12 {
        return None;
    }
    match value {
        Value::Object(map) => map.iter().find_map(|(k, v)| {
            path.push(Step::Key(k.clone()));
            let found = if is_template(k, v) { Some(display(path)) } else { find_template(v, path, depth + 1) };
            path.pop();
            found
        }),
        Value::Array(list) => list.iter().enumerate().find_map(|(i, v)| {
            path.push(Step::Index(i));
            let found = find_template(v, path, depth + 1);
            path.pop();
            found
        }),
        _ => None,
    }
}
