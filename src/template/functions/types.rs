//! Sprig's defaults, types and JSON.

use gotmpl::Value as Go;

use super::arguments::{Function, Result, arg, equal, failed, is_empty, last, string, text};
use crate::template::printf::type_of;
use crate::template::{boxed, json, view};
use crate::{Value, kubernetes};

pub(super) const FUNCTIONS: &[(&str, Function)] = &[
    ("default", |a| Ok(if a.len() < 2 || is_empty(arg(a, 1)) { arg(a, 0).clone() } else { arg(a, 1).clone() })),
    ("empty", |a| Ok(Go::Bool(is_empty(arg(a, 0))))),
    ("coalesce", |a| Ok(a.iter().find(|v| !is_empty(v)).cloned().unwrap_or(Go::Nil))),
    ("all", |a| Ok(Go::Bool(a.iter().all(|v| !is_empty(v))))),
    ("any", |a| Ok(Go::Bool(a.iter().any(|v| !is_empty(v))))),
    ("ternary", ternary),
    ("fail", |a| Err(failed(text(a, 0)))),
    ("kindOf", |a| Ok(string(kind(arg(a, 0))))),
    ("kindIs", |a| Ok(Go::Bool(kind(arg(a, 1)) == text(a, 0)))),
    ("typeOf", |a| Ok(string(type_of(arg(a, 0))))),
    ("typeIs", |a| Ok(Go::Bool(type_of(arg(a, 1)) == text(a, 0)))),
    ("typeIsLike", |a| Ok(Go::Bool(type_of(arg(a, 1)) == text(a, 0)))),
    ("deepEqual", |a| Ok(Go::Bool(equal(arg(a, 0), arg(a, 1))))),
    ("fromJson", |a| Ok(from_json(a).unwrap_or(Go::Nil))),
    ("mustFromJson", from_json),
    ("toJson", |a| Ok(string(json::text(&json::of(arg(a, 0)))))),
    ("toRawJson", |a| Ok(string(kubernetes::unescaped(&json::of(arg(a, 0)))))),
    ("toPrettyJson", |a| Ok(string(kubernetes::pretty(&json::of(arg(a, 0)))))),
];

fn ternary(args: &[Go]) -> Result {
    match boxed::held(last(args)) {
        Go::Bool(yes) => Ok(arg(args, usize::from(!yes)).clone()),
        other => Err(failed(format!("ternary: true or false is expected, not a {}", other.type_name()))),
    }
}

fn from_json(args: &[Go]) -> Result {
    serde_json::from_str::<Value>(&text(args, 0)).map(|v| view::raw(&v)).map_err(|e| failed(format!("fromJson: {e}")))
}

/// Go's kind of a value.
fn kind(value: &Go) -> &'static str {
    match value {
        Go::Nil => "invalid",
        boxed if boxed::is(boxed) => "ptr",
        Go::Bool(_) => "bool",
        Go::Int(_) => "int",
        Go::Uint(_) => "uint64",
        Go::Float(_) => "float64",
        Go::String(_) => "string",
        Go::List(_) => "slice",
        Go::Map(_) => "map",
        _ => "func",
    }
}
