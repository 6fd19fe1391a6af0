//! A kustomize Component with a patch for each workload that changes, for users who want patches in Git and no plugin.
//!
//! Patches are JSON patches: unlike a strategic merge they give every list the order that it must have. They test what they
//! build on, so that one that no longer fits fails instead of patching something else. Where a target matches nothing, kustomize
//! says nothing; a strategic merge that only names the object fails there, so that each JSON patch has one before it.

use std::collections::{BTreeMap, HashMap};

use serde_json::json;

use super::model::{Comparison, Report, WorkloadReport};
use super::patch::{guarded_json_patch, makes};
use crate::finding::MISREAD;
use crate::kubernetes::Identity;
use crate::{Value, yaml};

/// The first line of every file of a component, by which a later run knows its own.
const HEAD: &str = "# Written by sidecarize diff --format kustomize.";
/// Name of the component's own file.
const KUSTOMIZATION: &str = "kustomization.yaml";

/// A component: what is in its folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    patches: Vec<Patch>,
}

/// The patch of one workload.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Patch {
    file: String,
    target: Value,
    /// A strategic merge that changes nothing.
    guard: String,
    /// What it patches and why, as comment lines.
    comment: String,
    operations: Value,
}

/// A workload that kustomize cannot patch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {identity}: {reason}")]
pub struct Unpatchable {
    /// The file that it stands in.
    pub file: String,
    /// Its line there.
    pub line: usize,
    /// Which workload.
    pub identity: Identity,
    /// Why, and what to do.
    pub reason: &'static str,
}

impl Patch {
    fn text(&self) -> String {
        format!("{}{}", self.comment, yaml::to_string(&self.operations))
    }
}

impl Component {
    /// The component that does what injecting would.
    ///
    /// # Errors
    ///
    /// Every workload that kustomize could not find or not tell from another.
    pub fn new(report: &Report<'_>) -> Result<Self, Vec<Unpatchable>> {
        let mut component = Self { patches: Vec::new() };
        let mut errors = Vec::new();
        let mut targets: HashMap<Value, usize> = HashMap::new();
        for (_, workload) in report.workloads() {
            *targets.entry(target(workload.identity)).or_default() += 1;
        }
        let mut files: BTreeMap<String, usize> = BTreeMap::new();
        for (file, workload) in report.workloads() {
            let target = target(workload.identity);
            let twice = targets.get(&target).is_some_and(|count| *count > 1);
            let (Some(before), Some(after)) = (&workload.before, &workload.after) else { continue };
            if before.value == after.value {
                continue;
            }
            let mut refuse = |reason| {
                errors.push(Unpatchable {
                    file: file.to_owned(),
                    line: *workload.lines.start(),
                    identity: workload.identity.clone(),
                    reason,
                });
            };
            if before.value.get("metadata").and_then(|m| m.get("name")).is_none() {
                refuse("kustomize patches by metadata.name, and it has none: give it one, or take inject and commit the result");
            } else if twice {
                refuse(
                    "another one has the same kind, namespace and name, so kustomize cannot tell them apart: write a component for each base",
                );
            } else {
                let name = file_name(workload.identity);
                let count = files.entry(name.clone()).or_default();
                *count += 1;
                let file = if *count == 1 { format!("{name}.yaml") } else { format!("{name}-{count}.yaml") };
                let patch = guarded_json_patch(&before.value, &after.value);
                // Operations are plain values; null would show if that were not so.
                let operations = serde_json::to_value(&patch).unwrap_or(Value::Null);
                let made = Patch { file, target, guard: guard(workload.identity), comment: comment(workload), operations };
                if makes(&patch, &before.value, &after.value) && yaml::parse_value(&made.text()).as_ref() == Ok(&made.operations) {
                    component.patches.push(made);
                } else {
                    refuse(MISREAD);
                }
            }
        }
        if errors.is_empty() { Ok(component) } else { Err(errors) }
    }

    /// The files of the component, by their names in its folder.
    pub fn files(&self) -> BTreeMap<String, String> {
        let patch = |p: &Patch| (p.file.clone(), format!("{HEAD}\n{}", p.text()));
        let mut files: BTreeMap<String, String> = self.patches.iter().map(patch).collect();
        let patches = self.entries(|p| json!({"path": p.file, "target": p.target}));
        files.insert(KUSTOMIZATION.to_owned(), kustomization(patches));
        files
    }

    /// The component as one file, with the patches in it.
    pub fn to_single_file(&self) -> String {
        kustomization(self.entries(|p| json!({"target": p.target, "patch": p.text()})))
    }

    /// The patches of the kustomization: of each workload, the guard before what changes it.
    fn entries(&self, entry: impl Fn(&Patch) -> Value) -> Vec<Value> {
        self.patches.iter().flat_map(|p| [json!({"patch": p.guard}), entry(p)]).collect()
    }

    /// Whether a text is a file of a component that an earlier run wrote.
    pub fn wrote(text: &str) -> bool {
        text.lines().next() == Some(HEAD)
    }
}

fn kustomization(patches: Vec<Value>) -> String {
    let component = json!({"apiVersion": "kustomize.config.k8s.io/v1alpha1", "kind": "Component", "patches": patches});
    format!("{HEAD}\n# Write it again after every change of the manifests or of the configuration.\n{}", yaml::to_string(&component))
}

/// What the patch is for. kustomize takes names for regular expressions, and an absent namespace for any.
fn target(identity: &Identity) -> Value {
    let (group, version) = identity.api_version.split_once('/').unwrap_or(("", &identity.api_version));
    let mut target = serde_json::Map::new();
    if !group.is_empty() {
        target.insert("group".to_owned(), group.into());
    }
    target.insert("version".to_owned(), version.into());
    target.insert("kind".to_owned(), identity.kind.as_str().into());
    // To kustomize, an object without a namespace is one of the default namespace.
    let namespace = if identity.namespace.is_empty() { "default" } else { &identity.namespace };
    target.insert("namespace".to_owned(), namespace.into());
    target.insert("name".to_owned(), identity.name.replace('.', r"\.").into());
    Value::Object(target)
}

/// A strategic merge that only names the object: kustomize finds it as it finds the target, and fails where it does not.
fn guard(identity: &Identity) -> String {
    let mut metadata = json!({"name": identity.name});
    if let (false, Some(metadata)) = (identity.namespace.is_empty(), metadata.as_object_mut()) {
        metadata.insert("namespace".to_owned(), identity.namespace.as_str().into());
    }
    yaml::to_string(&json!({"apiVersion": identity.api_version, "kind": identity.kind, "metadata": metadata}))
}

/// `shop-deployment-web`.
fn file_name(identity: &Identity) -> String {
    let parts = [&identity.namespace, &identity.kind, &identity.name];
    let name = parts.iter().filter(|p| !p.is_empty()).map(|p| p.to_lowercase()).collect::<Vec<_>>().join("-");
    name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' || c == '-' { c } else { '-' }).collect()
}

fn comment(workload: &WorkloadReport<'_>) -> String {
    // Nothing in a name or reason may end the comment's line.
    let line = |text: &str| text.replace(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'), " ");
    let reasons = workload.reasons(Comparison::Injection);
    std::iter::once(workload.identity.to_string()).chain(reasons).map(|text| format!("# {}\n", line(&text))).collect()
}
