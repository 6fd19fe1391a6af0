//! What a sidecar changes of what was in the pod before it. Equal values are no clash.

use std::collections::HashMap;

use crate::kubernetes::{Field, Shape};
use crate::yaml::Path;
use crate::{Value, kubernetes};

/// A value of the pod that a sidecar replaces or takes away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    /// Where it stands, from the pod on.
    pub path: Path,
    /// Before, and after where it is still there; scalars as written, nothing for lists and maps.
    pub values: (Option<String>, Option<String>),
    /// Whether it is gone.
    pub gone: bool,
}

/// Everything of `before` that is not in `after` as it was; both are pods.
pub(super) fn clashes(before: &Value, after: &Value) -> Vec<Clash> {
    let mut found = Vec::new();
    compare(before, Some(after), None, Some("PodTemplateSpec"), &Path::new(), &mut found);
    found
}

fn compare(before: &Value, after: Option<&Value>, field: Option<&Field>, kind: Option<&str>, path: &Path, found: &mut Vec<Clash>) {
    if after == Some(before) || is_empty(before) {
        return;
    }
    match (before, after) {
        (Value::Object(before), Some(Value::Object(after))) => {
            for (key, value) in before {
                let field = kind.and_then(|k| kubernetes::field(k, key));
                let below = match field.map(Field::shape) {
                    Some(Shape::Struct(kind) | Shape::List(kind)) => Some(kind),
                    _ => None,
                };
                compare(value, after.get(key), field, below, &path.clone().key(key), found);
            }
        }
        (Value::Array(before), Some(Value::Array(after))) if field.is_some_and(Field::merges) => {
            // The item itself where the list has no key.
            let part = |item: &'_ Value| {
                let part = field.and_then(|f| f.merge_key).map_or(Some(item), |key| item.get(key));
                part.map(Value::to_string)
            };
            let mut by_part = HashMap::new();
            for item in after {
                by_part.entry(part(item)).or_insert(item);
            }
            for (i, item) in before.iter().enumerate() {
                let same = by_part.get(&part(item)).copied();
                compare(item, same, None, kind, &path.clone().item(i), found);
            }
        }
        (before, after) => {
            let values = (scalar(before), after.and_then(scalar));
            found.push(Clash { path: path.clone(), values, gone: after.is_none() });
        }
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}

fn scalar(value: &Value) -> Option<String> {
    (!value.is_object() && !value.is_array()).then(|| value.to_string())
}

impl std::fmt::Display for Clash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (before, after) = &self.values;
        match (before, after) {
            _ if self.gone => write!(f, "takes {} away", self.path),
            (Some(before), Some(after)) => write!(f, "replaces {}: {before} by {after}", self.path),
            _ => write!(f, "replaces {}", self.path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_added_or_equal_is_no_clash() {
        let before = json!({"metadata": {"labels": {"a": "1"}}, "spec": {"containers": [{"name": "a"}], "hostname": null}});
        let after =
            json!({"metadata": {"labels": {"b": "2", "a": "1"}}, "spec": {"containers": [{"name": "b"}, {"name": "a"}], "hostname": "h"}});
        assert_eq!(clashes(&before, &after), []);
    }

    #[test]
    fn replaced_and_deleted_values_are_found_at_every_level() {
        let before = json!({"metadata": {"annotations": {"x.io/y": "1"}}, "spec": {
            "securityContext": {"runAsUser": 1}, "tolerations": [{"key": "a"}], "hostNetwork": true}});
        let after = json!({"metadata": {"annotations": {"x.io/y": "2"}}, "spec": {
            "securityContext": {"runAsUser": 2, "fsGroup": 3}, "tolerations": [{"key": "b"}]}});
        let found: Vec<String> = clashes(&before, &after).iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                "replaces metadata.annotations[x.io/y]: \"1\" by \"2\"",
                "replaces spec.securityContext.runAsUser: 1 by 2",
                "replaces spec.tolerations",
                "takes spec.hostNetwork away",
            ]
        );
    }
}
