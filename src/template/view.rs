//! Objects as templates see them: under Go's field names, with Go's zero values for what is unset.

use std::collections::BTreeMap;
use std::sync::Arc;

use gotmpl::Value as Go;

use super::messages;
use crate::Value;
use crate::pod::fields::{self, Shape, shape};

/// The key under which a view keeps the name of its type; no field of Go has an empty name.
pub(super) const TYPE: &str = "";
/// The key under which a view keeps what it prints as, where that is not its fields.
pub(super) const TEXT: &str = "\0text";

/// Any value as Go reads it from JSON or YAML: numbers are 64-bit floats.
pub(super) fn raw(value: &Value) -> Go {
    match value {
        Value::Null => Go::Nil,
        Value::Bool(b) => Go::Bool(*b),
        Value::Number(n) => Go::Float(n.as_f64().unwrap_or(0.0)),
        Value::String(s) => string(s),
        Value::Array(list) => Go::List(list.iter().map(raw).collect()),
        Value::Object(map) => self::map(map.iter().map(|(k, v)| (k.as_str(), raw(v)))),
    }
}

pub(super) fn string(text: &str) -> Go {
    Go::String(Arc::from(text))
}

pub(super) fn map<'k>(entries: impl Iterator<Item = (&'k str, Go)>) -> Go {
    Go::Map(Arc::new(entries.map(|(k, v)| (Arc::from(k), v)).collect::<BTreeMap<Arc<str>, Go>>()))
}

/// A value of the engine's own, where whole numbers are integers.
pub(super) fn typed(value: &Value) -> Go {
    match value {
        Value::Number(n) => n.as_i64().map(Go::Int).unwrap_or_else(|| Go::Float(n.as_f64().unwrap_or(0.0))),
        other => raw(other),
    }
}

/// A Kubernetes object of this type of the table.
pub(super) fn kubernetes(value: &Value, kind: &str) -> Go {
    let mut entries: BTreeMap<Arc<str>, Go> = BTreeMap::new();
    entries.insert(Arc::from(TYPE), string(kind));
    add_fields(value, kind, &mut entries);
    Go::Map(Arc::new(entries))
}

fn add_fields(value: &Value, kind: &str, entries: &mut BTreeMap<Arc<str>, Go>) {
    for field in fields::of(kind) {
        let go = match value.get(&field.json).filter(|v| !v.is_null()) {
            Some(set) => kubernetes_field(set, &field.go_type),
            None => zero(&field.go_type),
        };
        entries.insert(Arc::from(field.go.as_str()), go);
    }
}

fn kubernetes_field(value: &Value, go_type: &str) -> Go {
    match shape(go_type.trim_start_matches('*')) {
        Shape::Struct(kind) if value.is_object() => kubernetes(value, kind),
        Shape::List(element) => Go::List(value.as_array().into_iter().flatten().map(|v| kubernetes_field(v, element)).collect()),
        Shape::Map(element) => map(value.as_object().into_iter().flatten().map(|(k, v)| (k.as_str(), kubernetes_field(v, element)))),
        _ => typed(value),
    }
}

/// What Go has for a field that is not set.
fn zero(go_type: &str) -> Go {
    if go_type.starts_with('*') {
        return Go::Nil;
    }
    match shape(go_type) {
        Shape::List(_) => Go::List(Arc::from([])),
        Shape::Map(_) => map(std::iter::empty()),
        Shape::Struct(kind) => kubernetes(&Value::Null, kind),
        Shape::Scalar("bool") => Go::Bool(false),
        Shape::Scalar("int" | "int32" | "int64") => Go::Int(0),
        Shape::Scalar(_) => string(""),
    }
}

/// A protocol buffer message of this type of the table.
pub(super) fn message(value: &Value, kind: &str) -> Go {
    let Some(known) = messages::fields(kind) else { return raw(value) };
    let mut entries: BTreeMap<Arc<str>, Go> = BTreeMap::new();
    entries.insert(Arc::from(TYPE), string(kind));
    for field in known {
        let go = match value.get(&field.json).filter(|v| !v.is_null()) {
            Some(set) => message_field(set, &field.kind),
            None => unset(&field.kind, &field.names),
        };
        entries.insert(Arc::from(field.go.as_str()), go);
    }
    for (key, value) in value.as_object().into_iter().flatten().filter(|(k, _)| !known.iter().any(|f| f.json == **k)) {
        // A field of another minor: Go's name is the JSON name with a capital.
        let mut letters = key.chars();
        let name: String = letters.next().map(|c| c.to_ascii_uppercase()).into_iter().chain(letters).collect();
        entries.insert(Arc::from(name), typed(value));
    }
    Go::Map(Arc::new(entries))
}

fn message_field(value: &Value, kind: &str) -> Go {
    if let Some(element) = kind.strip_prefix("repeated ") {
        return Go::List(value.as_array().into_iter().flatten().map(|v| message_field(v, element)).collect());
    }
    if let Some(element) = kind.strip_prefix("map<string,").and_then(|k| k.strip_suffix('>')) {
        return map(value.as_object().into_iter().flatten().map(|(k, v)| (k.as_str(), message_field(v, element.trim()))));
    }
    if value.is_object() && messages::fields(kind).is_some() { message(value, kind) } else { typed(value) }
}

fn unset(kind: &str, names: &[String]) -> Go {
    match kind {
        "string" => string(""),
        "bool" => Go::Bool(false),
        "int32" | "uint32" | "int64" | "uint64" => Go::Int(0),
        "float" | "double" => Go::Float(0.0),
        "enum" => string(names.first().map_or("", String::as_str)),
        _ if kind.starts_with("repeated ") => Go::List(Arc::from([])),
        _ if kind.starts_with("map<") => map(std::iter::empty()),
        _ => Go::Nil,
    }
}
