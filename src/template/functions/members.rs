//! Fields and methods of values that are scalars here and structs in Go: quantities, ports that are numbers or names, durations,
//! wrapped scalars.

use gotmpl::Value as Go;

use super::arguments::{Result, as_text, failed, string};
use super::durations;
use crate::go::nanoseconds;
use crate::kubernetes::Quantity;
use crate::template::boxed::DURATION;

/// Go's own duration, which that of a message is `AsDuration`.
pub(super) const GO_DURATION: &str = "time.Duration";
/// What containers ask for: methods read some resources of it, and give 0 for what nobody asked for.
const RESOURCES: &str = "map[string]Quantity";
const RESOURCE_METHODS: [(&str, &str); 5] =
    [("Cpu", "cpu"), ("Memory", "memory"), ("Pods", "pods"), ("Storage", "storage"), ("StorageEphemeral", "ephemeral-storage")];

/// Whether a type is that of amounts of resources.
pub(super) fn is_resources(kind: &str) -> bool {
    kind == RESOURCES
}

/// The type of what a method gives.
pub(super) fn declares(kind: Option<&str>, name: &str) -> Option<&'static str> {
    match (kind, name) {
        (_, "AsDuration") => Some(GO_DURATION),
        (Some(RESOURCES), _) => Some("Quantity"),
        _ => None,
    }
}

/// A field or method of a value of this declared type; nothing where it has none of this name. What a variable holds has no
/// declared type (`first`): there the value itself tells.
pub(super) fn of(value: &Go, kind: Option<&str>, name: &str, first: bool) -> Option<Result> {
    match (kind, value) {
        (Some(RESOURCES), Go::Map(map)) => {
            let Some((_, key)) = RESOURCE_METHODS.iter().find(|(method, _)| *method == name) else {
                return Some(Err(failed(format!("can't evaluate field {name}: resources are read by methods such as Cpu and Memory"))));
            };
            Some(Ok(map.get(*key).cloned().unwrap_or_else(|| string("0"))))
        }
        (Some("Quantity"), Go::String(_) | Go::Int(_) | Go::Float(_)) => quantity(value, name),
        (Some("IntOrString"), _) => int_or_string(value, name),
        (Some(DURATION), Go::String(text)) => duration(text, name),
        (Some(DURATION), Go::Nil) if name.starts_with("Get") || name == "AsDuration" => duration("0s", name),
        (Some(GO_DURATION), Go::String(text)) => go_duration(text, name),
        (Some(kind), Go::Nil) if name == "GetValue" => unset_wrapper(kind),
        (Some(kind), _) if name == "Value" && is_wrapper(kind) && !matches!(value, Go::Nil) => Some(Ok(value.clone())),
        (None, Go::String(text)) if first => match name {
            "MilliValue" | "IsZero" => quantity(value, name),
            "StrVal" => int_or_string(value, name),
            "Seconds" | "Nanos" | "AsDuration" | "GetSeconds" | "GetNanos" if text.ends_with('s') => duration(text, name),
            _ => None,
        },
        (None, Go::Int(_)) if first && matches!(name, "IntVal" | "StrVal" | "IntValue") => int_or_string(value, name),
        (None, Go::Int(_) | Go::Bool(_)) if first && name == "Value" => Some(Ok(value.clone())),
        _ => None,
    }
}

fn is_wrapper(kind: &str) -> bool {
    kind.starts_with("google.protobuf.") && kind.ends_with("Value")
}

/// `GetValue` of a wrapper that is not set: the zero value of what it wraps.
fn unset_wrapper(kind: &str) -> Option<Result> {
    match kind {
        "google.protobuf.BoolValue" => Some(Ok(Go::Bool(false))),
        "google.protobuf.StringValue" => Some(Ok(string(""))),
        "google.protobuf.DoubleValue" => Some(Ok(Go::Float(0.0))),
        _ if is_wrapper(kind) => Some(Ok(Go::Int(0))),
        _ => None,
    }
}

fn quantity(value: &Go, name: &str) -> Option<Result> {
    let amount = Quantity::parse(&as_text(value)).ok()?;
    Some(Ok(match name {
        "String" => string(amount.to_string()),
        "Value" => Go::Int(amount.ceil()),
        "MilliValue" => Go::Int(amount.ceil_milli()),
        "IsZero" => Go::Bool(amount.is_zero()),
        _ => return None,
    }))
}

fn int_or_string(value: &Go, name: &str) -> Option<Result> {
    let (number, text) = match value {
        Go::Int(n) => (*n, None),
        Go::String(text) => (0, Some(text)),
        _ => return None,
    };
    Some(Ok(match (name, text) {
        ("Type", text) => Go::Int(i64::from(text.is_some())),
        ("IntVal", _) | ("IntValue", None) => Go::Int(number),
        ("IntValue", Some(text)) => Go::Int(text.parse().unwrap_or(0)),
        ("StrVal", text) => text.map_or_else(|| string(""), |t| Go::String(t.clone())),
        ("String", _) => string(as_text(value)),
        _ => return None,
    }))
}

fn duration(text: &str, name: &str) -> Option<Result> {
    let all = nanoseconds(text)?;
    let whole = |n: i128| Some(Ok(Go::Int(i64::try_from(n).ok()?)));
    match name.strip_prefix("Get").unwrap_or(name) {
        "Seconds" => whole(all / 1_000_000_000),
        "Nanos" => whole(all % 1_000_000_000),
        "AsDuration" => Some(Ok(string(durations::go(all)))),
        "IsValid" => Some(Ok(Go::Bool(true))),
        _ => None,
    }
}

fn go_duration(text: &str, name: &str) -> Option<Result> {
    let all = nanoseconds(text)?;
    let whole = |n: i128| Some(Ok(Go::Int(i64::try_from(n).ok()?)));
    #[expect(clippy::cast_precision_loss, reason = "as Go divides")]
    let of = |unit: f64| Some(Ok(Go::Float(all as f64 / unit)));
    match name {
        "Hours" => of(3.6e12),
        "Minutes" => of(6e10),
        "Seconds" => of(1e9),
        "Milliseconds" => whole(all / 1_000_000),
        "Microseconds" => whole(all / 1_000),
        "Nanoseconds" => whole(all),
        "String" => Some(Ok(string(text))),
        _ => None,
    }
}
