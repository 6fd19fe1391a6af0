//! Looking at and changing a pod that is a value: annotations, labels, containers.

use std::borrow::Cow;

use serde_json::Map;

use super::typed;
use crate::Value;

/// The ordinary containers of a pod.
pub const CONTAINERS: &str = "containers";
/// The init containers of a pod.
pub const INIT_CONTAINERS: &str = "initContainers";
/// An annotation of a pod.
pub fn annotation<'a>(pod: &'a Value, name: &str) -> Option<&'a str> {
    pod.get("metadata")?.get("annotations")?.get(name)?.as_str()
}

/// A label of a pod.
pub fn label<'a>(pod: &'a Value, name: &str) -> Option<&'a str> {
    pod.get("metadata")?.get("labels")?.get(name)?.as_str()
}

/// Names of a pod's metadata that templates see.
const NAMES: [&str; 3] = ["name", "generateName", "namespace"];
/// Lists of a pod's spec whose elements templates and merges know by their names.
const NAMED: [&str; 4] = [CONTAINERS, INIT_CONTAINERS, "volumes", "imagePullSecrets"];

/// The pod with its labels, annotations and names as texts: `true` and `8080` without quotes are texts there for Kubernetes' readers
/// of YAML.
pub fn with_texts(pod: Cow<'_, Value>) -> Cow<'_, Value> {
    let metadata = pod.get("metadata");
    let of = |key: &str| metadata.and_then(|m| m.get(key)).and_then(Value::as_object);
    let in_maps = ["labels", "annotations"].iter().filter_map(|key| of(key)).flat_map(|map| map.values());
    let names = NAMES.iter().filter_map(|key| metadata.and_then(|m| m.get(key)));
    let of_items = NAMED.iter().flat_map(|list| containers(&pod, list)).filter_map(|item| item.get("name"));
    if !in_maps.chain(names).chain(of_items).any(is_other_scalar) {
        return pod;
    }
    let mut pod = pod.into_owned();
    let quote = |value: &mut Value| {
        if let Some(text) = scalar_text(value).filter(|_| !value.is_string()) {
            *value = Value::from(text);
        }
    };
    if let Some(metadata) = pod.get_mut("metadata") {
        NAMES.iter().for_each(|key| metadata.get_mut(*key).into_iter().for_each(quote));
        for key in ["labels", "annotations"] {
            metadata.get_mut(key).and_then(Value::as_object_mut).into_iter().flatten().for_each(|(_, value)| quote(value));
        }
    }
    for list in NAMED {
        containers_mut(&mut pod, list).into_iter().flatten().filter_map(|item| item.get_mut("name")).for_each(quote);
    }
    Cow::Owned(pod)
}

fn is_other_scalar(value: &Value) -> bool {
    value.is_boolean() || value.is_number()
}

/// A scalar as the text that Kubernetes' readers of YAML make of it where a type wants a text.
pub fn scalar_text(scalar: &Value) -> Option<String> {
    scalar.as_str().map(str::to_owned).or_else(|| typed::scalar_text(scalar))
}

/// All annotations whose values are strings.
pub fn annotations(pod: &Value) -> impl Iterator<Item = (&str, &str)> {
    let map = pod.get("metadata").and_then(|m| m.get("annotations")).and_then(Value::as_object);
    map.into_iter().flatten().filter_map(|(k, v)| Some((k.as_str(), v.as_str()?)))
}

/// A map under a key, made where there is none.
pub fn map_mut<'a>(value: &'a mut Value, key: &str) -> &'a mut Map<String, Value> {
    let slot = object_mut(value).entry(key).or_insert(Value::Null);
    object_mut(slot)
}

/// A value as a map, whatever it was before.
pub fn object_mut(value: &mut Value) -> &mut Map<String, Value> {
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    match value {
        Value::Object(map) => map,
        _ => unreachable!("the line above made it a map"),
    }
}

/// Sets an annotation.
pub fn set_annotation(pod: &mut Value, name: &str, value: impl Into<Value>) {
    let metadata = object_mut(pod).entry("metadata").or_insert(Value::Null);
    map_mut(metadata, "annotations").insert(name.to_owned(), value.into());
}

/// Sets a label.
pub fn set_label(pod: &mut Value, name: &str, value: impl Into<Value>) {
    let metadata = object_mut(pod).entry("metadata").or_insert(Value::Null);
    map_mut(metadata, "labels").insert(name.to_owned(), value.into());
}

/// Removes the annotations that a test picks.
pub fn remove_annotations(pod: &mut Value, pick: impl Fn(&str) -> bool) {
    if let Some(map) = pod.get_mut("metadata").and_then(|m| m.get_mut("annotations")).and_then(Value::as_object_mut) {
        map.retain(|k, _| !pick(k));
    }
}

/// The containers of one of the pod's lists.
pub fn containers<'a>(pod: &'a Value, list: &str) -> &'a [Value] {
    pod.get("spec").and_then(|s| s.get(list)).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// One of the pod's lists of containers, if the pod has it.
pub fn containers_mut<'a>(pod: &'a mut Value, list: &str) -> Option<&'a mut Vec<Value>> {
    pod.get_mut("spec")?.get_mut(list)?.as_array_mut()
}

/// A container's name.
pub fn name(container: &Value) -> Option<&str> {
    container.get("name").and_then(Value::as_str)
}

/// A container by name.
pub fn container<'a>(pod: &'a Value, list: &str, wanted: &str) -> Option<&'a Value> {
    containers(pod, list).iter().find(|c| name(c) == Some(wanted))
}

/// A container by name, to be changed.
pub fn container_mut<'a>(pod: &'a mut Value, list: &str, wanted: &str) -> Option<&'a mut Value> {
    containers_mut(pod, list)?.iter_mut().find(|c| name(c) == Some(wanted))
}

/// The environment of a container, made where there is none.
pub fn env_mut(container: &mut Value) -> &mut Vec<Value> {
    let slot = object_mut(container).entry("env").or_insert(Value::Null);
    if !slot.is_array() {
        *slot = Value::Array(Vec::new());
    }
    match slot {
        Value::Array(list) => list,
        _ => unreachable!("the line above made it a list"),
    }
}

/// The literal value of a container's environment variable.
pub fn env_value<'a>(container: &'a Value, variable: &str) -> Option<&'a str> {
    let env = container.get("env").and_then(Value::as_array)?;
    env.iter().find(|v| name(v) == Some(variable))?.get("value")?.as_str()
}

/// An environment variable with a plain value.
pub fn env_var(name: &str, value: impl Into<Value>) -> Value {
    serde_json::json!({"name": name, "value": value.into()})
}

/// A bool as Go's `strconv.ParseBool` reads it.
pub fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn floats_become_texts_with_the_digits_of_32_bits() {
        let text = |float: f64| scalar_text(&json!(float)).unwrap_or_default();
        for (float, expected) in [
            (1.10, "1.1"),
            (3.0, "3"),
            (100_000.0, "100000"),
            (1e6, "1e+06"),
            (16_777_217.0, "1.6777216e+07"),
            (33_554_433.5, "3.3554432e+07"),
            (123_456.789, "123456.79"),
            (0.300_000_000_000_000_04, "0.3"),
            (1e-7, "1e-07"),
            (1.5e300, "+Inf"),
        ] {
            assert_eq!(text(float), expected);
        }
    }

    #[test]
    fn names_that_are_numbers_are_texts() {
        let pod = json!({"metadata": {"name": 5}, "spec": {"containers": [{"name": 1.10}], "volumes": [{"name": true}]}});
        let expected = json!({"metadata": {"name": "5"}, "spec": {"containers": [{"name": "1.1"}], "volumes": [{"name": "true"}]}});
        assert_eq!(*with_texts(Cow::Borrowed(&pod)), expected);
    }
}
