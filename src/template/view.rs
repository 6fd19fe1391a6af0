//! Objects as templates see them: under Go's field names, with Go's zero values for what is unset.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock};

use gotmpl::Value as Go;

use super::boxed;
use super::values::{TYPE, map, string};
use crate::kubernetes::{Field, Shape};
use crate::{Value, istio, kubernetes};

/// The type of a workload's name and namespace.
pub(super) const NAMESPACED_NAME: &str = "NamespacedName";

/// A workload's name and namespace as JSON: Go gives its fields no other names.
pub(super) fn names(map: &Entries) -> Value {
    let text = |key: &str| match map.get(key) {
        Some(Go::String(text)) => Value::from(&**text),
        _ => Value::Null,
    };
    ["Namespace", "Name"].into_iter().map(|key| (key.to_owned(), text(key))).collect::<serde_json::Map<_, _>>().into()
}

/// Any value as Go reads it from JSON or YAML: numbers are 64-bit floats.
pub(super) fn raw(value: &Value) -> Go {
    match value {
        Value::Null => Go::Nil,
        Value::Bool(b) => Go::Bool(*b),
        Value::Number(n) => Go::Float(n.as_f64().unwrap_or(0.0)),
        Value::String(s) => string(s),
        Value::Array(list) => Go::List(list.iter().map(raw).collect()),
        Value::Object(entries) => map(entries.iter().map(|(k, v)| (k.as_str(), raw(v)))),
    }
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
    let unset = zero_struct(kind);
    let set: Vec<(&str, Go)> = value
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(_, v)| !v.is_null())
        .filter_map(|(key, v)| {
            let field = kubernetes::field(kind, key)?;
            let value = kubernetes_field(v, field.shape());
            // Amounts and ports have methods of their own.
            let points = field.is_pointer() && matches!(field.shape(), Shape::Scalar(of) if of != "Quantity" && of != "IntOrString");
            Some((field.go, if points { boxed::pointer(field.go_type, value) } else { value }))
        })
        .collect();
    if set.is_empty() {
        return Go::Map(unset);
    }
    let mut entries = (*unset).clone();
    for (name, value) in set {
        if let Some(slot) = entries.get_mut(name) {
            *slot = value;
        }
    }
    Go::Map(Arc::new(entries))
}

fn kubernetes_field(value: &Value, shape: Shape<'_>) -> Go {
    match shape {
        Shape::Struct(kind) if value.is_object() => kubernetes(value, kind),
        Shape::List(element) => {
            let element = kubernetes::shape(element);
            Go::List(value.as_array().into_iter().flatten().map(|v| kubernetes_field(v, element)).collect())
        }
        Shape::Map(of) => {
            let of = kubernetes::shape(of);
            map(value.as_object().into_iter().flatten().map(|(k, v)| (k.as_str(), kubernetes_field(v, of))))
        }
        _ => typed(value),
    }
}

/// The lists and maps that nobody set. They are empty, but print as `null` in JSON, as nil ones of Go do.
static UNSET_LIST: LazyLock<Arc<[Go]>> = LazyLock::new(|| Arc::from([]));
static UNSET_MAP: LazyLock<Entries> = LazyLock::new(Arc::default);

/// A list that nobody made: Go's nil, which is `null` in JSON.
pub(super) fn no_list() -> Go {
    Go::List(Arc::clone(&UNSET_LIST))
}

/// Whether a list or map is one that nobody set.
pub(super) fn is_unset(value: &Go) -> bool {
    match value {
        Go::List(list) => Arc::ptr_eq(list, &UNSET_LIST),
        Go::Map(map) => Arc::ptr_eq(map, &UNSET_MAP),
        _ => false,
    }
}

thread_local! {
    /// Objects of which nothing is set, by type: what every view starts from.
    static ZEROES: RefCell<HashMap<String, Entries>> = RefCell::default();
}

type Entries = Arc<BTreeMap<Arc<str>, Go>>;

fn zero_struct(kind: &str) -> Entries {
    if let Some(known) = ZEROES.with(|z| z.borrow().get(kind).cloned()) {
        return known;
    }
    let mut entries: BTreeMap<Arc<str>, Go> = kubernetes::of(kind).iter().map(|f| (Arc::from(f.go), zero(f))).collect();
    entries.insert(Arc::from(TYPE), string(kind));
    let entries = Arc::new(entries);
    ZEROES.with(|z| z.borrow_mut().insert(kind.to_owned(), Arc::clone(&entries)));
    entries
}

/// What Go has for a field that is not set.
fn zero(field: &Field) -> Go {
    if field.is_pointer() {
        return Go::Nil;
    }
    match field.shape() {
        Shape::List(_) => Go::List(Arc::clone(&UNSET_LIST)),
        Shape::Map(_) => Go::Map(Arc::clone(&UNSET_MAP)),
        Shape::Struct(kind) => Go::Map(zero_struct(kind)),
        Shape::Scalar("bool") => Go::Bool(false),
        Shape::Scalar("int" | "int32" | "int64") => Go::Int(0),
        Shape::Scalar(_) => string(""),
    }
}

/// A protocol buffer message of this type of the table.
pub(super) fn message(value: &Value, kind: &str) -> Go {
    let Some(known) = istio::fields(kind) else { return raw(value) };
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
    if value.is_object() && istio::fields(kind).is_some() {
        return message(value, kind);
    }
    let value = typed(value);
    boxed::of_message(kind, &value).unwrap_or(value)
}

/// What Go has for a field of a message that is not set.
pub(super) fn unset(kind: &str, names: &[String]) -> Go {
    match kind {
        "string" => string(""),
        "bool" => Go::Bool(false),
        "int32" | "uint32" | "int64" | "uint64" => Go::Int(0),
        "float" | "double" => Go::Float(0.0),
        "enum" => string(names.first().map_or("", String::as_str)),
        _ if kind.starts_with("repeated ") => Go::List(Arc::clone(&UNSET_LIST)),
        _ if kind.starts_with("map<") => Go::Map(Arc::clone(&UNSET_MAP)),
        _ => Go::Nil,
    }
}
