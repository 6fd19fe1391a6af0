//! How two documents are compared: as values, with the allowances that the README beside the golden cases lists.

use serde_json::{Map, Value};
use sidecarize::internals::kubernetes::Quantity;

/// Keys that count as absent when they hold an empty map.
const NOISE: &[&str] = &["status", "strategy", "updateStrategy", "resources", "creationTimestamp", "securityContext", "metadata"];
/// Keys that injection rewrites: what stands below them is compared strictly.
const OURS: &[&str] = &["livenessProbe", "readinessProbe", "startupProbe", "lifecycle", "labels", "annotations", "env", "securityContext"];
/// Keys that hold a quantity.
const QUANTITIES: &[&str] = &["sizeLimit", "storage", "divisor"];

/// A value without what makes no difference. `parents` are the keys above it, innermost last.
pub fn normal(value: &Value, parents: &mut Vec<String>) -> Value {
    match value {
        Value::Object(map) => {
            let mut out = Map::new();
            for (key, value) in map {
                parents.push(key.clone());
                let value = normal(value, parents);
                parents.pop();
                let empty = match &value {
                    Value::Null => true,
                    Value::Object(map) => map.is_empty() && NOISE.contains(&key.as_str()),
                    Value::Array(list) => list.is_empty(),
                    _ => false,
                };
                if !empty {
                    out.insert(key.clone(), value);
                }
            }
            Value::Object(out)
        }
        Value::Array(list) => {
            parents.push("[]".to_owned());
            let list = list.iter().map(|v| normal(v, parents)).collect();
            parents.pop();
            Value::Array(list)
        }
        scalar => normal_scalar(scalar, parents),
    }
}

fn normal_scalar(value: &Value, parents: &[String]) -> Value {
    let last = parents.last().map(String::as_str).unwrap_or_default();
    let above = parents.iter().rev().nth(1).map(String::as_str).unwrap_or_default();
    if ["limits", "requests"].contains(&above) || QUANTITIES.contains(&last) {
        let text = value.as_str().map(str::to_owned).unwrap_or_else(|| value.to_string());
        return Quantity::parse(&text).map_or_else(|_| value.clone(), |q| Value::from(q.plain()));
    }
    value.clone()
}

/// Puts into `expected` what the reference drops because it does not know it, where it stands unchanged in input and output.
pub fn keep_users(expected: &mut Value, actual: &Value, input: &Value) {
    match (expected, actual, input) {
        (Value::Object(expected), Value::Object(actual), Value::Object(input)) => {
            for (key, value) in actual {
                if OURS.contains(&key.as_str()) {
                    if let Some(expected) = expected.get_mut(key) {
                        keep_zeroes(expected, value, input.get(key).unwrap_or(&Value::Null));
                    }
                    continue;
                }
                match expected.get_mut(key) {
                    Some(expected) => keep_users(expected, value, input.get(key).unwrap_or(&Value::Null)),
                    None if input.get(key) == Some(value) => {
                        expected.insert(key.clone(), value.clone());
                    }
                    None => {}
                }
            }
        }
        (Value::Array(expected), Value::Array(actual), Value::Array(input)) => {
            let name = |v: &Value| v.get("name").and_then(Value::as_str).map(str::to_owned);
            for (i, (expected, actual)) in expected.iter_mut().zip(actual).enumerate() {
                let named = name(actual).and_then(|n| input.iter().find(|v| name(v).as_ref() == Some(&n)));
                keep_users(expected, actual, named.or(input.get(i)).unwrap_or(&Value::Null));
            }
        }
        _ => {}
    }
}

/// Puts into `expected` the zeroes that the user wrote out, where they stand unchanged in input and output.
fn keep_zeroes(expected: &mut Value, actual: &Value, input: &Value) {
    let (Value::Object(expected), Value::Object(actual), Value::Object(input)) = (expected, actual, input) else { return };
    for (key, value) in actual {
        let is_zero = value == &Value::from(0) || value == &Value::Bool(false) || value == &Value::from("");
        match expected.get_mut(key) {
            Some(expected) => keep_zeroes(expected, value, input.get(key).unwrap_or(&Value::Null)),
            None if is_zero && input.get(key) == Some(value) => {
                expected.insert(key.clone(), value.clone());
            }
            None => {}
        }
    }
}

/// The first path at which two values differ, with both.
pub fn difference(expected: &Value, actual: &Value, path: &str) -> Option<String> {
    match (expected, actual) {
        (Value::Object(a), Value::Object(b)) => {
            let mut keys: Vec<&String> = a.keys().chain(b.keys()).collect();
            keys.sort();
            keys.dedup();
            keys.into_iter()
                .find_map(|k| difference(a.get(k).unwrap_or(&Value::Null), b.get(k).unwrap_or(&Value::Null), &format!("{path}.{k}")))
        }
        (Value::Array(a), Value::Array(b)) => (0..a.len().max(b.len()))
            .find_map(|i| difference(a.get(i).unwrap_or(&Value::Null), b.get(i).unwrap_or(&Value::Null), &format!("{path}[{i}]"))),
        _ if expected == actual => None,
        _ => Some(format!("{path}: expected {expected}, got {actual}")),
    }
}
