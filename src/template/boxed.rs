//! Values that are pointers or messages in Go and scalars in YAML: numbers and bools behind a pointer, wrapped scalars, durations. They
//! are there even where they hold 0 or false, and print in a way of their own.

use std::collections::BTreeMap;
use std::sync::Arc;

use gotmpl::Value as Go;

use super::gofmt;
use super::values::{TEXT, TYPE, string};
use crate::go;
use crate::go::nanoseconds;

/// The key under which a boxed value keeps the scalar; no field of Go has such a name.
const HELD: &str = "\0held";
/// The type of durations in messages.
pub(super) const DURATION: &str = "google.protobuf.Duration";
/// The wrappers of scalars in messages.
const WRAPPERS: [&str; 7] = [
    "google.protobuf.BoolValue",
    "google.protobuf.DoubleValue",
    "google.protobuf.Int32Value",
    "google.protobuf.Int64Value",
    "google.protobuf.StringValue",
    "google.protobuf.UInt32Value",
    "google.protobuf.UInt64Value",
];

/// A scalar behind a pointer of this type (`*int64`).
pub(super) fn pointer(kind: &str, value: Go) -> Go {
    let text = gofmt::print(&value);
    build(kind, &text, value, [])
}

/// The value of a field of a message, if its type is a wrapper or a duration.
pub(super) fn of_message(kind: &str, value: &Go) -> Option<Go> {
    match value {
        Go::String(text) if kind == DURATION => {
            let all = nanoseconds(text)?;
            let (seconds, nanos) = (all / 1_000_000_000, all % 1_000_000_000);
            let number = |n: i128| Go::Int(i64::try_from(n).unwrap_or(0));
            let set = [("seconds", seconds), ("nanos", nanos)].into_iter().filter(|(_, n)| *n != 0);
            let text: Vec<String> = set.map(|(name, n)| format!("{name}:{n}")).collect();
            Some(build(kind, &text.join(" "), value.clone(), [("Seconds", number(seconds)), ("Nanos", number(nanos))]))
        }
        Go::Bool(_) | Go::Int(_) | Go::Float(_) | Go::String(_) if WRAPPERS.contains(&kind) => {
            let text = match value {
                Go::String(text) if !text.is_empty() => format!("value:{}", go::quoted(text)),
                other if other.is_truthy() => format!("value:{}", gofmt::print(other)),
                _ => String::new(),
            };
            Some(build(kind, &text, value.clone(), [("Value", value.clone())]))
        }
        _ => None,
    }
}

fn build<const N: usize>(kind: &str, text: &str, held: Go, fields: [(&str, Go); N]) -> Go {
    let own = [(TYPE, string(kind)), (TEXT, string(text)), (HELD, held)];
    Go::Map(Arc::new(own.into_iter().chain(fields).map(|(name, value)| (Arc::from(name), value)).collect::<BTreeMap<_, _>>()))
}

/// The scalar that a value holds; any other value itself.
pub(super) fn held(value: &Go) -> &Go {
    match value {
        Go::Map(map) => map.get(HELD).unwrap_or(value),
        _ => value,
    }
}

/// Whether a value is boxed.
pub(super) fn is(value: &Go) -> bool {
    matches!(value, Go::Map(map) if map.contains_key(HELD))
}

/// What a value prints as, where that is not its fields.
pub(super) fn printed(value: &Go) -> Option<&Go> {
    match value {
        Go::Map(map) => map.get(TEXT),
        _ => None,
    }
}

/// The message's type of a boxed value.
pub(super) fn message(value: &Go) -> Option<&'static str> {
    let Go::Map(map) = value else { return None };
    match map.get(TYPE) {
        Some(Go::String(kind)) if map.contains_key(HELD) => [DURATION].into_iter().chain(WRAPPERS).find(|known| *known == &**kind),
        _ => None,
    }
}

/// Go's name of a boxed value's type.
pub(super) fn type_name(value: &Go) -> Option<String> {
    let Go::Map(map) = value else { return None };
    match (message(value), map.get(TYPE)) {
        (Some(DURATION), _) => Some("*durationpb.Duration".to_owned()),
        (Some(wrapper), _) => Some(wrapper.replace("google.protobuf.", "*wrapperspb.")),
        (None, Some(Go::String(kind))) if map.contains_key(HELD) => Some(kind.to_string()),
        _ => None,
    }
}
