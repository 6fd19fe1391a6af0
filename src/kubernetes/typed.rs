//! Values as Go prints them: Kubernetes types with Go's field order, `omitempty` and canonical quantities; strings with Go's escapes.

use std::io::{self, Write};

use serde::Serialize as _;
use serde_json::Map;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};

use super::fields;
use super::fields::{Field, Shape};
use super::quantity::Quantity;
use crate::Value;

/// An object of a Kubernetes type as its Go struct would print it: fields in Go's order, empty ones left out where Go does,
/// quantities in canonical form, maps sorted. Fields that the type does not have are dropped, as Go drops them.
pub fn canonical(value: &Value, kind: &str) -> Value {
    canonical_struct(value, kind)
}

fn canonical_struct(value: &Value, kind: &str) -> Value {
    let mut out = Map::new();
    for field in fields::of(kind) {
        let printed = value.get(field.json).filter(|v| !v.is_null()).map(|v| canonical_value(v, field.shape()));
        match printed {
            Some(printed) if !(field.omit_empty && is_empty(field, &printed)) => {
                out.insert(field.json.to_owned(), printed);
            }
            Some(_) => {}
            None => {
                if let Some(zero) = zero(field) {
                    out.insert(field.json.to_owned(), zero);
                }
            }
        }
    }
    Value::Object(out)
}

/// What Go prints for a field that nobody set: nothing with `omitempty`, but a struct that is no pointer is never empty for Go.
fn zero(field: &Field) -> Option<Value> {
    if field.is_pointer() {
        return (!field.omit_empty).then_some(Value::Null);
    }
    match field.shape() {
        Shape::Struct(inner) => Some(canonical_struct(&Value::Null, inner)),
        Shape::Scalar("Quantity") => Some(Value::from("0")),
        _ if field.omit_empty => None,
        Shape::Scalar("string") => Some(Value::from("")),
        Shape::Scalar("bool") => Some(Value::from(false)),
        Shape::Scalar("int32" | "int64" | "IntOrString") => Some(Value::from(0)),
        Shape::List(_) | Shape::Map(_) | Shape::Scalar(_) => Some(Value::Null),
    }
}

fn canonical_value(value: &Value, shape: Shape<'_>) -> Value {
    match shape {
        Shape::Struct(kind) => canonical_struct(value, kind),
        Shape::List(element) => {
            Value::Array(value.as_array().into_iter().flatten().map(|v| canonical_value(v, fields::shape(element))).collect())
        }
        Shape::Map(of) => {
            let mut entries: Vec<_> = value.as_object().into_iter().flatten().collect();
            entries.sort_by(|a, b| a.0.cmp(b.0));
            Value::Object(entries.into_iter().map(|(k, v)| (k.clone(), canonical_value(v, fields::shape(of)))).collect())
        }
        Shape::Scalar("Quantity") => canonical_quantity(value),
        Shape::Scalar("string") => scalar_text(value).map_or_else(|| value.clone(), Value::from),
        Shape::Scalar(_) => value.clone(),
    }
}

/// A number or bool without quotes as the text that Go makes of it where a text is wanted; it takes fractions for 32-bit ones.
pub fn scalar_text(scalar: &Value) -> Option<String> {
    #[expect(clippy::cast_possible_truncation, reason = "Go cuts them, too")]
    let fraction = scalar.as_f64().filter(|_| scalar.is_f64()).map(|f| f as f32);
    match (scalar, fraction) {
        (_, Some(fraction)) => Some(fraction_text(fraction)),
        (Value::Number(_) | Value::Bool(_), None) => Some(scalar.to_string()),
        _ => None,
    }
}

/// A fraction with as few digits as tell it, and with an exponent outside of these.
fn fraction_text(fraction: f32) -> String {
    if fraction.is_infinite() {
        return if fraction > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let scientific = format!("{fraction:e}");
    match scientific.split_once('e').and_then(|(digits, exponent)| Some((digits, exponent.parse::<i32>().ok()?))) {
        Some((digits, exponent)) if fraction != 0.0 && !(-4..6).contains(&exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{digits}e{sign}{:02}", exponent.abs())
        }
        _ => fraction.to_string(),
    }
}

/// A quantity in canonical form, as a string; what is none stays as it is.
fn canonical_quantity(value: &Value) -> Value {
    let text = match value {
        Value::String(s) => s.clone(),
        Value::Number(n) => n.to_string(),
        _ => return value.clone(),
    };
    // Go reads past spaces.
    Quantity::parse(text.trim_matches(' ')).map_or_else(|_| value.clone(), |q| Value::String(q.to_string()))
}

/// Whether Go's `omitempty` would leave this value out.
fn is_empty(field: &Field, value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(b) => !field.is_pointer() && !b,
        Value::Number(n) => !field.is_pointer() && n.as_f64() == Some(0.0) && field.go_type != "IntOrString",
        Value::String(s) => !field.is_pointer() && s.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty() && matches!(field.shape(), Shape::Map(_)),
    }
}

/// A patch as Go's types would carry it out: what Go would not print (a zero in a field with `omitempty`) becomes a null,
/// which deletes, quantities get their canonical form, and what the type does not have is dropped. Lists and maps that merge
/// stay, for an empty one of them changes nothing.
pub fn typed_patch(patch: &Value, kind: &str) -> Value {
    let Some(map) = patch.as_object() else { return patch.clone() };
    let convert = |(key, value): (&String, &Value)| {
        let Some(field) = fields::field(kind, key) else {
            // A directive of the merge is no field.
            return key.starts_with('$').then(|| (key.clone(), value.clone()));
        };
        let value = typed_patch_value(value, field.shape());
        let mergeable = value.is_object() || (value.is_array() && field.merges());
        let gone = field.omit_empty && !mergeable && is_empty(field, &value);
        Some((key.clone(), if gone { Value::Null } else { value }))
    };
    let mut out: Map<String, Value> = map.iter().filter_map(convert).collect();
    for field in fields::of(kind).iter().filter(|f| f.go_type == "Quantity" && !map.contains_key(f.json)) {
        out.insert(field.json.to_owned(), Value::from("0"));
    }
    Value::Object(out)
}

/// An object as Go's types would carry it before it is merged over another: what Go would not print is left out, so that it changes nothing.
/// Fields that the type does not have stay.
pub fn typed_overlay(value: &Value, kind: &str) -> Value {
    let Some(map) = value.as_object() else { return value.clone() };
    let keep = |(key, value): (&String, &Value)| {
        let Some(field) = fields::field(kind, key) else { return Some((key.clone(), value.clone())) };
        let value = match (field.shape(), value) {
            (Shape::Struct(kind), Value::Object(_)) => typed_overlay(value, kind),
            (Shape::List(element), Value::Array(list)) => Value::Array(list.iter().map(|v| typed_overlay(v, element)).collect()),
            _ => value.clone(),
        };
        let hollow = matches!(field.shape(), Shape::Struct(_)) && !field.is_pointer() && value.as_object().is_some_and(Map::is_empty);
        let gone = value.is_null() || hollow || (field.omit_empty && is_empty(field, &value));
        (!gone).then(|| (key.clone(), value))
    };
    Value::Object(map.iter().filter_map(keep).collect())
}

fn typed_patch_value(value: &Value, shape: Shape<'_>) -> Value {
    match (shape, value) {
        (Shape::Struct(kind), Value::Object(_)) => typed_patch(value, kind),
        (Shape::List(element), Value::Array(list)) => {
            Value::Array(list.iter().map(|v| typed_patch_value(v, fields::shape(element))).collect())
        }
        (Shape::Map(of), Value::Object(map)) => {
            Value::Object(map.iter().map(|(k, v)| (k.clone(), typed_patch_value(v, fields::shape(of)))).collect())
        }
        (Shape::Scalar("Quantity"), _) => canonical_quantity(value),
        _ => value.clone(),
    }
}

/// JSON as Go's `encoding/json` prints it: compact, with `<`, `>`, `&` and the line separators escaped.
pub fn to_string(value: &Value) -> String {
    escaped(unescaped(value))
}

/// JSON as Go's `encoding/json` prints it, but without escapes.
pub fn unescaped(value: &Value) -> String {
    printed(value, CompactFormatter)
}

/// JSON as Go's `encoding/json` prints it with an indentation of two spaces.
pub fn pretty(value: &Value) -> String {
    escaped(printed(value, PrettyFormatter::new()))
}

fn printed(value: &Value, formatter: impl Formatter) -> String {
    let mut out = Vec::with_capacity(128);
    let written = value.serialize(&mut Serializer::with_formatter(&mut out, GoNumbers(formatter)));
    written.ok().and_then(|()| String::from_utf8(out).ok()).unwrap_or_default()
}

fn escaped(plain: String) -> String {
    if !plain.contains(['<', '>', '&', '\u{2028}', '\u{2029}']) {
        return plain;
    }
    // These stand only within strings, where every one of them may be written as an escape.
    let mut out = String::with_capacity(plain.len() + 16);
    for c in plain.chars() {
        match c {
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            '\u{2028}' => out.push_str("\\u2028"),
            '\u{2029}' => out.push_str("\\u2029"),
            other => out.push(other),
        }
    }
    out
}

/// A layout of JSON whose floats print as Go's: with an exponent below 1e-6 and from 1e21 on.
struct GoNumbers<F>(F);

/// Hands the layout on to the one within.
macro_rules! as_within {
    ($($method:ident($($arg:ident: $kind:ty)?)),*) => {
        $(fn $method<W: ?Sized + Write>(&mut self, writer: &mut W $(, $arg: $kind)?) -> io::Result<()> {
            self.0.$method(writer $(, $arg)?)
        })*
    };
}

impl<F: Formatter> Formatter for GoNumbers<F> {
    as_within!(
        begin_array(),
        end_array(),
        begin_array_value(first: bool),
        end_array_value(),
        begin_object(),
        end_object(),
        begin_object_key(first: bool),
        begin_object_value(),
        end_object_value()
    );

    fn write_f64<W: ?Sized + Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        let size = value.abs();
        if size == 0.0 || (1e-6..1e21).contains(&size) {
            return write!(writer, "{value}");
        }
        let scientific = format!("{value:e}");
        match scientific.split_once('e') {
            Some((digits, exponent)) if !exponent.starts_with('-') => write!(writer, "{digits}e+{exponent}"),
            _ => writer.write_all(scientific.as_bytes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn prints_a_container_as_go_does() {
        let container = json!({"image": "a", "unknown": 1, "name": "c", "tty": false, "resources": {"limits": {"cpu": "3000m"}}});
        assert_eq!(to_string(&canonical(&container, "Container")), r#"{"name":"c","image":"a","resources":{"limits":{"cpu":"3"}}}"#);
        assert_eq!(to_string(&canonical(&json!({"name": "c"}), "Container")), r#"{"name":"c","resources":{}}"#);
    }

    #[test]
    fn a_patch_deletes_what_go_would_not_print() {
        let patch = json!({"readinessProbe": {"initialDelaySeconds": 0, "periodSeconds": 2}, "args": [], "env": [], "securityContext": {"runAsUser": 0}});
        assert_eq!(
            typed_patch(&patch, "Container"),
            json!({"readinessProbe": {"initialDelaySeconds": null, "periodSeconds": 2}, "args": null, "env": [], "securityContext": {"runAsUser": 0}})
        );
    }

    #[test]
    fn scalars_where_a_text_is_wanted_are_texts() {
        let env =
            |value: &str| canonical(&json!({"name": "A", "value": serde_json::from_str::<Value>(value).unwrap_or_default()}), "EnvVar");
        let cases = [
            ("8080", "8080"),
            ("1.23456789", "1.2345679"),
            ("1234567.5", "1.2345675e+06"),
            ("true", "true"),
            ("1e22", "1e+22"),
            ("0.00001", "1e-05"),
            ("2.5", "2.5"),
        ];
        for (written, text) in cases {
            assert_eq!(env(written), json!({"name": "A", "value": text}), "{written}");
        }
    }

    #[test]
    fn escapes_as_go_does() {
        assert_eq!(to_string(&json!("a<b>&c")), r#""a\u003cb\u003e\u0026c""#);
    }
}
