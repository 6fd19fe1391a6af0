//! What an injector renders adds to a pod. An empty list, or a key with nothing below it (a `range` over nothing), asks for nothing:
//! the API server would never be asked to take the user's away for it. Directives and nulls of scalars say what they say.

use serde_json::Map;

use super::fields;
use super::fields::Shape;
use crate::Value;

/// Takes from a patch the nulls and empty lists that would delete a list or a map of the original, an object of this type.
pub fn keep_what_is_there(patch: &mut Value, original: &Value, kind: &str) {
    if let (Value::Object(patch), Value::Object(original)) = (patch, original) {
        keep(patch, original, Some(kind));
    }
}

fn keep(patch: &mut Map<String, Value>, original: &Map<String, Value>, kind: Option<&str>) {
    if patch.contains_key("$patch") {
        return;
    }
    patch.retain(|key, value| !(is_nothing(value) && original.get(key).is_some_and(holds_something)));
    for (key, value) in patch {
        let Some(before) = original.get(key) else { continue };
        let field = kind.and_then(|k| fields::field(k, key));
        let below = match field.map(fields::Field::shape) {
            Some(Shape::Struct(kind) | Shape::List(kind)) => Some(kind),
            _ => None,
        };
        match (value, before) {
            (Value::Object(value), Value::Object(before)) => keep(value, before, below),
            (Value::Array(items), Value::Array(before)) => {
                let Some(merge_key) = field.filter(|f| f.merges()).and_then(|f| f.merge_key) else { continue };
                for item in items {
                    let same = before.iter().find(|b| b.get(merge_key).is_some() && b.get(merge_key) == item.get(merge_key));
                    if let (Some(item), Some(Value::Object(same))) = (item.as_object_mut(), same) {
                        keep(item, same, below);
                    }
                }
            }
            _ => {}
        }
    }
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}

fn holds_something(value: &Value) -> bool {
    value.as_array().is_some_and(|list| !list.is_empty()) || value.as_object().is_some_and(|map| !map.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn merged(original: Value, mut patch: Value) -> Value {
        keep_what_is_there(&mut patch, &original, "Pod");
        crate::kubernetes::strategic_merge(original, patch, "Pod").unwrap_or_default()
    }

    #[test]
    fn nothing_rendered_deletes_nothing() {
        let pod = json!({"metadata": {"labels": {"a": "b"}}, "spec": {
            "containers": [{"name": "app", "args": ["x"], "securityContext": {"runAsUser": 1}}],
            "tolerations": [{"key": "k"}], "securityContext": {"fsGroup": 1}}});
        for patch in [
            json!({"metadata": null, "spec": null}),
            json!({"metadata": {"labels": null}, "spec": {"containers": null, "tolerations": null, "securityContext": null}}),
            json!({"spec": {"containers": [], "tolerations": []}}),
            json!({"spec": {"containers": [{"name": "app", "args": [], "securityContext": null}]}}),
        ] {
            assert_eq!(merged(pod.clone(), patch.clone()), pod, "{patch}");
        }
    }

    #[test]
    fn what_is_asked_for_by_name_is_deleted() {
        let pod = json!({"spec": {"hostname": "h", "containers": [{"name": "app"}, {"name": "old"}]}});
        let patch = json!({"spec": {"hostname": null, "containers": [{"name": "old", "$patch": "delete"}]}});
        assert_eq!(merged(pod, patch), json!({"spec": {"containers": [{"name": "app"}]}}));
    }
}
