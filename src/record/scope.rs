//! How far a record reaches: never beyond what an injection touches. Whoever can write a manifest can write its record, and
//! reviewers do not read those; so nothing is taken back that the pods themselves could not show.

use super::pod;
use crate::Value;
use crate::kubernetes::{Kinds, is_list};
use crate::yaml::{Path, value_at, value_at_mut};

/// What an injection changes of a pod's metadata.
const METADATA: [&str; 2] = ["labels", "annotations"];
/// What is wrong with `original` as what an object was before it became `injected`, both without record.
pub(super) fn excess(kinds: &Kinds, injected: &Value, original: &Value) -> Option<String> {
    let pods = pods(kinds, injected);
    if outside(injected, &pods) != outside(original, &pods) {
        return Some("it reaches beyond the labels, annotations and specs of pods".to_owned());
    }
    pods.iter().find_map(|path| {
        let of = |object, key| value_at(object, path).and_then(|pod: &Value| pod.get(key));
        let place = |key| format!("{}: ", path.join([key]));
        let metadata = of(original, "metadata").and_then(|before| pod::metadata(of(injected, "metadata"), before));
        let spec = || pod::spec(of(injected, "spec")?, of(original, "spec")?).map(|why| place("spec") + &why);
        metadata.map(|why| place("metadata") + &why).or_else(spec)
    })
}

/// Where the pods of an object are. Of a kind that only the configuration knows, what is called a template and has containers
/// is one.
pub(super) fn pods(kinds: &Kinds, object: &Value) -> Vec<Path> {
    let workloads = kinds.workloads(object);
    if workloads.is_empty() && !is_list(object) {
        return crate::kubernetes::templates(object);
    }
    workloads.iter().flat_map(|w| w.pods.iter().map(|pod| w.path.join(pod))).collect()
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
