//! Go's `%v`: what an action prints, `print` joins and sprig's functions read as text.

use gotmpl::Value as Go;

use super::values::{TEXT, TYPE};
use crate::go::number;
use crate::kubernetes;

/// A value as Go's `fmt` prints it with `%v`: `1e+06`, `[a b]`, `map[k:v]`, `{a b}` for a Kubernetes object, `<nil>`.
pub(super) fn print(value: &Go) -> String {
    let mut out = String::new();
    push(value, &mut out);
    out
}

fn push(value: &Go, out: &mut String) {
    match value {
        Go::Float(float) => out.push_str(&number(*float)),
        Go::String(text) => out.push_str(text),
        Go::List(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(' ');
                }
                push(item, out);
            }
            out.push(']');
        }
        Go::Map(map) if map.contains_key(TEXT) => push(map.get(TEXT).unwrap_or(&Go::Nil), out),
        Go::Map(map) => match map.get(TYPE) {
            Some(Go::String(kind)) if !kubernetes::of(kind).is_empty() => {
                out.push('{');
                for (i, field) in kubernetes::of(kind).iter().enumerate() {
                    if i > 0 {
                        out.push(' ');
                    }
                    push(map.get(field.go).unwrap_or(&Go::Nil), out);
                }
                out.push('}');
            }
            _ => {
                out.push_str("map[");
                for (i, (key, item)) in map.iter().filter(|(k, _)| !k.is_empty() || !map.contains_key(TYPE)).enumerate() {
                    if i > 0 {
                        out.push(' ');
                    }
                    out.push_str(key);
                    out.push(':');
                    push(item, out);
                }
                out.push(']');
            }
        },
        other => out.push_str(&other.to_string()),
    }
}

/// A value as it stands in Go's source, as `%#v` prints it.
pub(super) fn syntax(value: &Go) -> String {
    let all = |items: Vec<String>| items.join(", ");
    match value {
        Go::Nil => "interface {}(nil)".to_owned(),
        Go::String(text) => crate::go::quoted(text),
        Go::List(items) => format!("[]interface {{}}{{{}}}", all(items.iter().map(syntax).collect())),
        Go::Map(map) if !map.contains_key(TYPE) => {
            let entry = |(key, item): (&std::sync::Arc<str>, &Go)| format!("{}:{}", crate::go::quoted(key), syntax(item));
            format!("map[string]interface {{}}{{{}}}", all(map.iter().map(entry).collect()))
        }
        other => print(other),
    }
}

/// Go's `print`: a space between two operands when neither is a string.
pub(super) fn sprint(args: &[Go]) -> String {
    let mut out = String::new();
    let mut before: Option<&Go> = None;
    for value in args {
        if before.is_some_and(|b| !matches!(b, Go::String(_)) && !matches!(value, Go::String(_))) {
            out.push(' ');
        }
        push(value, &mut out);
        before = Some(value);
    }
    out
}
