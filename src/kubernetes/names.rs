//! Names of fields as Go reads JSON: in whatever case of letters the user wrote them.

use serde_json::Map;

use super::fields;
use super::fields::Shape;
use crate::Value;

/// An object of a Kubernetes type with its fields under the names that the type has. Names that no field has stay.
pub fn as_typed(value: Value, kind: &str) -> Value {
    read(value, Shape::Struct(kind))
}

fn read(value: Value, shape: Shape<'_>) -> Value {
    match (shape, value) {
        (Shape::Struct(kind), Value::Object(map)) => Value::Object(read_struct(map, kind)),
        (Shape::List(element), Value::Array(list)) => list.into_iter().map(|v| read(v, fields::shape(element))).collect(),
        (Shape::Map(of), Value::Object(map)) => map.into_iter().map(|(k, v)| (k, read(v, fields::shape(of)))).collect(),
        (_, other) => other,
    }
}

fn read_struct(map: Map<String, Value>, kind: &str) -> Map<String, Value> {
    let misspelt = |key: &String| fields::field(kind, key).is_none() && fields::field_in_any_case(kind, key).is_some();
    let sorts = map.keys().any(misspelt);
    let mut entries: Vec<(String, Value)> = map.into_iter().collect();
    if sorts {
        // The reference has sorted the keys before it looks for their fields; of several spellings the last one wins.
        entries.sort_by(|a, b| a.0.cmp(&b.0));
    }
    let mut out = Map::new();
    for (key, value) in entries {
        let Some(field) = fields::field_in_any_case(kind, &key) else {
            out.insert(key, value);
            continue;
        };
        let value = read(value, field.shape());
        match out.get_mut(field.json) {
            Some(before) => join(before, value),
            None => drop(out.insert(field.json.to_owned(), value)),
        }
    }
    out
}

/// A value read over another one: maps are joined, all else is replaced.
fn join(before: &mut Value, value: Value) {
    match (before, value) {
        (Value::Object(before), Value::Object(more)) => {
            for (key, value) in more {
                match before.get_mut(&key) {
                    Some(slot) => join(slot, value),
                    None => drop(before.insert(key, value)),
                }
            }
        }
        (before, value) => *before = value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_match_in_any_case_of_letters() {
        let pod = json!({"Spec": {"CONTAINERS": [{"Name": "a", "resources": {"Limits": {"CPU": 1}}, "\u{17f}tdin": true, "unKnown": 1}]}});
        let expected = json!({"spec": {"containers": [{"name": "a", "resources": {"limits": {"CPU": 1}}, "stdin": true, "unKnown": 1}]}});
        assert_eq!(as_typed(pod, "Pod"), expected);
    }

    #[test]
    fn of_several_spellings_the_last_in_the_order_of_bytes_wins() {
        let mount = |text: &str| as_typed(serde_json::from_str(text).unwrap_or_default(), "VolumeMount");
        assert_eq!(mount(r#"{"readonly": false, "readOnly": true}"#), json!({"readOnly": false}));
        assert_eq!(mount(r#"{"READONLY": true, "readOnly": false}"#), json!({"readOnly": false}));
        let container = json!({"securitycontext": {"runAsUser": 5}, "securityContext": {"runAsGroup": 6}});
        assert_eq!(as_typed(container, "Container"), json!({"securityContext": {"runAsUser": 5, "runAsGroup": 6}}));
    }
}
