//! What changes in an object, named in such a way that the same change of two workloads is equal: places are named from the
//! pod on, list items by their merge key.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::hide::{LAST_APPLIED, SECRET};
use super::secrets::CHANGED;
use crate::kubernetes::merge_key;
use crate::{Value, record};

/// One change of an object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Difference {
    /// Whether it is in a pod template, so that pods restart.
    pub in_pod: bool,
    /// Where: `containers[istio-proxy].image`.
    pub place: String,
    /// What was there; nothing where it is new.
    pub before: Option<String>,
    /// What is there then; nothing where it goes.
    pub after: Option<String>,
}

/// The changes that make `after` of `before`.
pub(super) fn changes(before: &Value, after: &Value) -> Vec<Difference> {
    let mut walk = Walk { found: Vec::new() };
    walk.compare(&Location::default(), before, after);
    walk.found
}

/// Where a value stands.
#[derive(Debug, Clone, Default)]
struct Location {
    in_pod: bool,
    text: String,
    /// The key under which it stands.
    key: String,
}

impl Location {
    fn field(&self, key: &str, parent: &Value) -> Self {
        let is_pod = !self.in_pod && is_pod(parent);
        // `spec` is the same word in each place of a pod.
        let text = match key {
            _ if is_pod && key == "spec" => String::new(),
            _ if self.text.is_empty() || is_pod => key.to_owned(),
            _ if key.contains('.') => format!("{}[{key}]", self.text),
            _ => format!("{}.{key}", self.text),
        };
        Self { in_pod: self.in_pod || is_pod, text, key: key.to_owned() }
    }

    fn item(&self, name: &str) -> Self {
        Self { in_pod: self.in_pod, text: format!("{}[{name}]", self.text), key: String::new() }
    }
}

/// Whether a value is a pod or a pod template.
fn is_pod(value: &Value) -> bool {
    value.get("spec").and_then(|spec| spec.get("containers")).is_some_and(Value::is_array)
}

struct Walk {
    found: Vec<Difference>,
}

impl Walk {
    fn compare(&mut self, at: &Location, before: &Value, after: &Value) {
        if before == after {
            return;
        }
        match (before, after) {
            (Value::Object(b), Value::Object(a)) => {
                if let Some((at, moved)) = self.moved(at, before, after) {
                    return self.compare(&at, &moved, after);
                }
                let keys = b.keys().chain(a.keys().filter(|key| !b.contains_key(*key)));
                // The record says the same once more.
                for key in keys.filter(|key| *key != record::ANNOTATION) {
                    let parent = if is_pod(after) { after } else { before };
                    self.side_by_side(&at.field(key, parent), b.get(key), a.get(key));
                }
            }
            (Value::Array(b), Value::Array(a)) => self.compare_lists(at, b, a),
            (Value::String(b), Value::String(a)) => match (json_object(b), json_object(a)) {
                (Some(b), Some(a)) => self.compare(at, &b, &a),
                _ => self.change(at, Some(before), Some(after)),
            },
            _ => self.change(at, Some(before), Some(after)),
        }
    }

    /// The spec of a pod before, with its containers in the lists in which they are after; nothing where none moves.
    fn moved(&mut self, at: &Location, before: &Value, after: &Value) -> Option<(Location, Value)> {
        let is_spec = at.in_pod && at.text.is_empty() && at.key == "spec";
        let mut moved = before.clone();
        for (from, to) in [("containers", "initContainers"), ("initContainers", "containers")].into_iter().filter(|_| is_spec) {
            let list =
                |spec: &'_ Value, key: &str| named(spec.get(key)?.as_array()?, "name").map(|l| l.into_iter().map(|(n, _)| n).collect());
            let [Some(old), Some(new)]: [Option<Vec<String>>; 2] = [list(before, from), list(after, to)] else { continue };
            for (index, name) in new.iter().enumerate().filter(|(_, name)| old.contains(name)) {
                let item = moved.get_mut(from)?.as_array_mut().and_then(|items| {
                    let at = items.iter().position(|item| item.get("name").and_then(Value::as_str) == Some(name))?;
                    Some(items.remove(at))
                })?;
                let slot = moved.as_object_mut()?.entry(to).or_insert_with(|| Value::Array(Vec::new()));
                let items = slot.as_array_mut()?;
                items.insert(index.min(items.len()), item);
                let (before, after) = (Some(from.to_owned()), Some(to.to_owned()));
                self.found.push(Difference { in_pod: true, place: format!("container {name}"), before, after });
            }
        }
        (moved != *before).then(|| (at.clone(), moved))
    }

    fn side_by_side(&mut self, at: &Location, before: Option<&Value>, after: Option<&Value>) {
        if at.key == LAST_APPLIED {
            return self.copy_of_the_object(at, before, after);
        }
        match (before, after) {
            (Some(before), Some(after)) => self.compare(at, before, after),
            // A map or list of one side only: each of its named parts is a change.
            (None, Some(Value::Object(map))) if matches!(at.key.as_str(), "labels" | "annotations" | "metadata") => {
                self.compare(at, &Value::Object(serde_json::Map::new()), &Value::Object(map.clone()));
            }
            (None, Some(Value::Array(list))) if merge_key(&at.key).is_some() => self.compare_lists(at, &[], list),
            (Some(Value::Array(list)), None) if merge_key(&at.key).is_some() => self.compare_lists(at, list, &[]),
            (before, after) => self.change(at, before, after),
        }
    }

    /// That kubectl's copy of the object differs; what is in it says the same once more, values that may be secrets included.
    fn copy_of_the_object(&mut self, at: &Location, before: Option<&Value>, after: Option<&Value>) {
        if before != after {
            let (stand_in, changed) = (Value::from(SECRET), Value::from(CHANGED));
            let new = if before.is_some() { &changed } else { &stand_in };
            self.change(at, before.and(Some(&stand_in)), after.and(Some(new)));
        }
    }

    fn compare_lists(&mut self, at: &Location, before: &[Value], after: &[Value]) {
        if let Some((b, a)) = merge_key(&at.key).and_then(|key| Some((named(before, key)?, named(after, key)?))) {
            for (name, item) in &b {
                self.side_by_side(&at.item(name), Some(item), a.get(name).copied());
            }
            for (name, item) in a.iter().filter(|(name, _)| !b.contains_key(*name)) {
                self.change(&at.item(name), None, Some(item));
            }
            let kept = |from: &IndexMap<String, &Value>, other: &IndexMap<String, &Value>| -> Vec<String> {
                from.keys().filter(|name| other.contains_key(*name)).cloned().collect()
            };
            let (old, new) = (kept(&b, &a), kept(&a, &b));
            if old != new {
                self.found.push(Difference {
                    in_pod: at.in_pod,
                    place: format!("{}, order", at.text),
                    before: Some(old.join(", ")),
                    after: Some(new.join(", ")),
                });
            }
            return;
        }
        let only = |list: &[Value], other: &[Value]| -> Vec<Value> {
            let other: HashSet<&Value> = other.iter().collect();
            list.iter().filter(|v| !other.contains(v)).cloned().collect()
        };
        let (gone, new) = (only(before, after), only(after, before));
        if gone.is_empty() && new.is_empty() {
            let text = |list: &[Value]| Value::Array(list.to_vec());
            return self.change(at, Some(&text(before)), Some(&text(after)));
        }
        let paired = gone.len().max(new.len());
        for i in 0..paired {
            self.change(&at.item(""), gone.get(i), new.get(i));
        }
    }

    fn change(&mut self, at: &Location, before: Option<&Value>, after: Option<&Value>) {
        let Location { in_pod, text, .. } = at;
        self.found.push(Difference { in_pod: *in_pod, place: text.clone(), before: before.map(show), after: after.map(show) });
    }
}

/// The items by their merge key, in their order, where each has one and no two are the same.
fn named<'v>(items: &'v [Value], key: &str) -> Option<IndexMap<String, &'v Value>> {
    let mut found = IndexMap::with_capacity(items.len());
    for item in items {
        if found.insert(show(item.get(key)?), item).is_some() {
            return None;
        }
    }
    Some(found)
}

/// The object that a text holds as JSON.
fn json_object(text: &str) -> Option<Value> {
    text.starts_with('{').then(|| serde_json::from_str(text).ok()).flatten().filter(Value::is_object)
}

/// A value as users read it: text without quotes; of a container its image.
fn show(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(map) => match map.get("image").or_else(|| map.get("value")) {
            Some(telling) => show(telling),
            None => value.to_string(),
        },
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The changes as text, one a line.
    fn told(before: &Value, after: &Value) -> String {
        let told = |c: Difference| format!("{}: {} → {}\n", c.place, c.before.unwrap_or_default(), c.after.unwrap_or_default());
        changes(before, after).into_iter().map(told).collect()
    }

    #[test]
    fn places_are_named_from_the_pod_on() {
        let deployment = |image: &str, status: &str, env: Value| {
            json!({"kind": "Deployment", "metadata": {"name": "web"}, "spec": {"template": {
                "metadata": {"annotations": {"sidecar.istio.io/status": status}},
                "spec": {"containers": [{"name": "web"}, {"name": "istio-proxy", "image": image, "args": ["proxy", image], "env": env}]},
            }}})
        };
        let before = deployment("proxy:1", r#"{"revision":"a","volumes":["x"]}"#, json!([{"name": "A", "value": "1"}]));
        let mut after = deployment("proxy:2", r#"{"revision":"b","volumes":["x","y"]}"#, json!([{"name": "B", "valueFrom": {}}]));
        after["spec"]["template"]["spec"]["volumes"] = json!([{"name": "tmp", "emptyDir": {}}]);
        after["metadata"]["labels"] = json!({"a": "b"});
        insta::assert_snapshot!(told(&before, &after), @"
        metadata.labels.a:  → b
        metadata.annotations[sidecar.istio.io/status].revision: a → b
        metadata.annotations[sidecar.istio.io/status].volumes[]:  → y
        containers[istio-proxy].image: proxy:1 → proxy:2
        containers[istio-proxy].args[]: proxy:1 → proxy:2
        containers[istio-proxy].env[A]: 1 → 
        containers[istio-proxy].env[B]:  → {\"name\":\"B\",\"valueFrom\":{}}
        volumes[tmp]:  → {\"name\":\"tmp\",\"emptyDir\":{}}
        ");
    }

    #[test]
    fn a_container_that_moves_and_an_order() {
        let pod = |init: Value, containers: Value| json!({"kind": "Pod", "spec": {"initContainers": init, "containers": containers}});
        let (a, b, c) = (json!({"name": "a", "image": "a:1"}), json!({"name": "b"}), json!({"name": "c"}));
        insta::assert_snapshot!(told(&pod(json!([]), json!([a, b, c])), &pod(json!([a]), json!([c, b]))), @"
        container a: containers → initContainers
        containers, order: b, c → c, b
        ");
    }
}
