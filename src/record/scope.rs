//! How far a record reaches: never beyond what an injection touches. Whoever can write a manifest can write its record, and
//! reviewers do not read those; so nothing is taken back that the pods themselves could not show.

use foldhash::HashMap;

use crate::Value;
use crate::workload::{Kinds, display, is_list};
use crate::yaml::{Path, value_at, value_at_mut};

/// What an injection changes of a pod's metadata.
const METADATA: [&str; 2] = ["labels", "annotations"];
/// Lists of containers; an injection adds to them and moves what is in them.
const CONTAINERS: [&str; 2] = ["containers", "initContainers"];
/// What decides over a pod's rights: an injection may add it where there is none, and puts nothing in its place.
const RIGHTS: [&str; 9] = [
    "automountServiceAccountToken",
    "hostIPC",
    "hostNetwork",
    "hostPID",
    "hostUsers",
    "nodeName",
    "runtimeClassName",
    "serviceAccount",
    "serviceAccountName",
];
/// What runs in a container and with which rights, likewise.
const PROGRAM: [&str; 5] = ["image", "command", "args", "workingDir", "securityContext"];
/// Istio's container, which the user may have begun: of that much else may be replaced, on OpenShift its users for example.
const PROXY: &str = "istio-proxy";

/// What is wrong with `original` as what an object was before it became `injected`, both without record.
pub(super) fn excess(kinds: &Kinds, injected: &Value, original: &Value) -> Option<String> {
    let pods = pods(kinds, injected);
    if outside(injected, &pods) != outside(original, &pods) {
        return Some("it reaches beyond the labels, annotations and specs of pods".to_owned());
    }
    pods.iter().find_map(|path| {
        let of = |object| value_at(object, path).and_then(|pod: &Value| pod.get("spec"));
        let place = if path.is_empty() { "spec".to_owned() } else { format!("{}.spec", display(path)) };
        spec(of(injected)?, of(original)?).map(|why| format!("{place}: {why}"))
    })
}

/// Where the pods of an object are. Of a kind that only the configuration knows, what is called a template and has containers
/// is one.
pub(super) fn pods(kinds: &Kinds, object: &Value) -> Vec<Path> {
    let workloads = kinds.workloads(object);
    if workloads.is_empty() && !is_list(object) {
        return crate::workload::templates(object);
    }
    workloads.iter().flat_map(|w| w.pods.iter().map(|pod| w.path.iter().chain(pod).cloned().collect())).collect()
}

/// An object without what an injection may touch.
fn outside(object: &Value, pods: &[Path]) -> Value {
    let mut rest = object.clone();
    for path in pods {
        let Some(Value::Object(pod)) = value_at_mut(&mut rest, path) else { continue };
        if let Some(Value::Object(_)) = pod.get("spec") {
            pod.shift_remove("spec");
        }
        if let Some(Value::Object(metadata)) = pod.get_mut("metadata") {
            METADATA.iter().for_each(|key| drop(metadata.shift_remove(*key)));
        }
        if pod.get("metadata").is_some_and(is_empty) {
            pod.shift_remove("metadata");
        }
    }
    tidy(&mut rest);
    rest
}

/// Takes metadata and annotations of an object away where they hold nothing: where a workload had none, or empty ones, theirs is
/// the record alone, and without it they say nothing.
pub fn tidy(object: &mut Value) {
    let Some(object) = object.as_object_mut() else { return };
    if let Some(Value::Object(metadata)) = object.get_mut("metadata")
        && metadata.get("annotations").is_some_and(is_empty)
    {
        metadata.shift_remove("annotations");
    }
    if object.get("metadata").is_some_and(is_empty) {
        object.shift_remove("metadata");
    }
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_object().is_some_and(serde_json::Map::is_empty)
}

/// What is wrong with a pod's spec as it was.
fn spec(injected: &Value, original: &Value) -> Option<String> {
    let before: Vec<&Value> = all_containers(original).collect();
    let after = by_name(all_containers(injected));
    if before.is_empty() && !after.is_empty() {
        return Some("it leaves no container".to_owned());
    }
    replaced(&RIGHTS, injected, original)
        .map(|key| format!("it changes {key}"))
        .or_else(|| before.iter().find_map(|container| one(container, &after, "container", &PROGRAM)))
        .or_else(|| {
            let after = by_name(items(injected, "volumes"));
            items(original, "volumes").find_map(|volume| one(volume, &after, "volume", &["hostPath"]))
        })
}

/// The first of the items with each name.
fn by_name<'v>(items: impl Iterator<Item = &'v Value>) -> HashMap<Option<&'v Value>, &'v Value> {
    let mut found = HashMap::default();
    items.for_each(|item| {
        found.entry(item.get("name")).or_insert(item);
    });
    found
}

/// What is wrong with a container or a volume as it was, in which these fields are the user's.
fn one(before: &Value, after: &HashMap<Option<&Value>, &Value>, what: &str, fields: &[&'static str]) -> Option<String> {
    let name = before.get("name");
    let shown = name.and_then(Value::as_str).unwrap_or_default();
    match after.get(&name) {
        None => Some(format!("it adds {what} {shown}")),
        Some(same) => replaced(fields, same, before)
            .filter(|key| shown != PROXY || *key == "image")
            .map(|key| format!("it changes {key} of {what} {shown}")),
    }
}

/// The field of these in which something else stood; `image: auto` is what an injection fills in.
fn replaced(fields: &[&'static str], injected: &Value, original: &Value) -> Option<&'static str> {
    let is_replaced = |key: &&&str| {
        let before = original.get(**key).filter(|value| value.as_str() != Some("auto"));
        before.is_some_and(|before| injected.get(**key) != Some(before))
    };
    fields.iter().find(is_replaced).copied()
}

fn items<'v>(spec: &'v Value, list: &str) -> impl Iterator<Item = &'v Value> {
    spec.get(list).and_then(Value::as_array).into_iter().flatten()
}

fn all_containers(spec: &Value) -> impl Iterator<Item = &Value> {
    CONTAINERS.iter().flat_map(|list| items(spec, list))
}
