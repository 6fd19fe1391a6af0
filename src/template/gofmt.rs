//! Go's `%v`: what an action prints, `print` joins and sprig's functions read as text.

use gotmpl::Value as Go;

use super::view::{TEXT, TYPE};
use crate::pod::fields;

/// Exponents of ten at which a float prints without an exponent.
const PLAIN: std::ops::Range<i32> = -4..6;

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
            Some(Go::String(kind)) if !fields::of(kind).is_empty() => {
                out.push('{');
                for (i, field) in fields::of(kind).iter().enumerate() {
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
        Go::String(text) => super::printf::quoted(text),
        Go::List(items) => format!("[]interface {{}}{{{}}}", all(items.iter().map(syntax).collect())),
        Go::Map(map) if !map.contains_key(TYPE) => {
            let entry = |(key, item): (&std::sync::Arc<str>, &Go)| format!("{}:{}", super::printf::quoted(key), syntax(item));
            format!("map[string]interface {{}}{{{}}}", all(map.iter().map(entry).collect()))
        }
        other => print(other),
    }
}

/// A float as `strconv` formats it with `g` and the shortest precision: with an exponent below 1e-4 and from 1e+06 on.
pub(crate) fn number(float: f64) -> String {
    if float.is_nan() {
        return "NaN".to_owned();
    }
    if float.is_infinite() {
        return if float > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let scientific = format!("{float:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else { return scientific };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if float == 0.0 || PLAIN.contains(&exponent) {
        return float.to_string();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
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
