//! What templates see, back as JSON: plain values with sorted keys, Kubernetes objects and messages in Go's field order.

use std::collections::BTreeMap;
use std::sync::Arc;

use gotmpl::Value as Go;
use serde_json::Map;

use super::values::TYPE;
use super::view::NAMESPACED_NAME;
use super::{boxed, view};
use crate::{Value, istio, kubernetes};

/// The JSON value of what a template sees.
pub(super) fn of(value: &Go) -> Value {
    match boxed::held(value) {
        Go::Bool(b) => Value::Bool(*b),
        Go::Int(n) => Value::from(*n),
        Go::Uint(n) => Value::from(*n),
        Go::Float(f) => whole(*f).map_or_else(|| Value::from(*f), Value::from),
        Go::String(s) => Value::String(s.to_string()),
        // A list or map of Go's that was never made.
        unset if view::is_unset(unset) => Value::Null,
        Go::List(list) => Value::Array(list.iter().map(of).collect()),
        Go::Map(map) => match map.get(TYPE) {
            Some(Go::String(kind)) if **kind == *NAMESPACED_NAME => view::names(map),
            Some(Go::String(kind)) => object(map, kind),
            _ => Value::Object(map.iter().map(|(k, v)| (k.to_string(), of(v))).collect()),
        },
        _ => Value::Null,
    }
}

/// Whole floats print without a fraction in JSON.
fn whole(float: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^53")]
    (float.fract() == 0.0 && float.abs() < EXACT).then_some(float as i64)
}

fn object(map: &Arc<BTreeMap<Arc<str>, Go>>, kind: &str) -> Value {
    let mut out = Map::new();
    match istio::fields(kind) {
        Some(known) => {
            for field in known {
                let value = map.get(field.go.as_str()).filter(|v| is_set(v, field) || is_chosen(map, field, known));
                if let Some(value) = value {
                    let value = of(value);
                    let text = matches!(field.kind.as_str(), "int64" | "uint64" | "google.protobuf.Int64Value");
                    out.insert(field.json.clone(), if text { Value::String(value.to_string()) } else { value });
                }
            }
            for (name, value) in map.iter().filter(|(k, _)| !k.is_empty() && !known.iter().any(|f| *f.go == ***k)) {
                let mut letters = name.chars();
                let json: String = letters.next().map(|c| c.to_ascii_lowercase()).into_iter().chain(letters).collect();
                out.insert(json, of(value));
            }
        }
        None => add_fields(map, kind, &mut out),
    }
    Value::Object(out)
}

/// Whether a field of a message is set. A wrapper that is there counts, whatever it holds.
fn is_set(value: &Go, field: &istio::Field) -> bool {
    let wrapper = field.kind.starts_with("google.protobuf.") && field.kind.ends_with("Value");
    if wrapper { !matches!(value, Go::Nil) } else { value.is_truthy() && !is_first(value, &field.names) }
}

/// Whether an enum of a group is what the group has: it counts with its first value, too, where no other field of the group is set.
fn is_chosen(map: &BTreeMap<Arc<str>, Go>, field: &istio::Field, known: &[istio::Field]) -> bool {
    let other = |f: &istio::Field| f.oneof == field.oneof && f.json != field.json;
    let set = |f: &istio::Field| map.get(f.go.as_str()).is_some_and(|v| is_set(v, f));
    field.oneof.is_some() && !field.names.is_empty() && !known.iter().any(|f| other(f) && set(f))
}

/// Whether an enum has its first value, which counts as unset.
fn is_first(value: &Go, names: &[String]) -> bool {
    matches!((value, names.first()), (Go::String(s), Some(first)) if **s == **first)
}

fn add_fields(map: &BTreeMap<Arc<str>, Go>, kind: &str, out: &mut Map<String, Value>) {
    for field in kubernetes::of(kind) {
        let Some(value) = map.get(field.go) else { continue };
        let is_struct = matches!(value, Go::Map(m) if m.contains_key(TYPE));
        // A pointer that is set counts, whatever it points to.
        let set = if field.is_pointer() { !matches!(value, Go::Nil) } else { value.is_truthy() || is_struct };
        if set || !field.omit_empty {
            out.insert(field.json.to_owned(), of(value));
        }
    }
}

/// JSON as Go's encoder prints it: no space, and `<`, `>`, `&` escaped.
pub(super) fn text(value: &Value) -> String {
    crate::kubernetes::to_string(value)
}
