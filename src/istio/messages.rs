//! Reading Istio's messages (MeshConfig, ProxyConfig) from YAML: either spelling of a field's name, enums by name or number, durations.
//!
//! Fields that the table does not have (of other minors) are kept by the name they have.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Map;

use crate::Value;

/// One field of a message.
#[derive(Debug, Deserialize)]
pub struct Field {
    /// The name in JSON and YAML.
    pub json: String,
    /// The name in the protocol buffer, which JSON and YAML may have too.
    pub proto: String,
    /// The field's type: a scalar, `enum`, a message, `repeated T`, `map<string,T>`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The group of fields of which only one can be set.
    #[serde(default)]
    pub oneof: Option<String>,
    /// Names of the enum's values, by number.
    #[serde(default, rename = "enum")]
    pub names: Vec<String>,
}

static MESSAGES: LazyLock<HashMap<String, Vec<Field>>> =
    LazyLock::new(|| serde_json::from_str(include_str!("istio-messages.json")).unwrap_or_default());

/// The mesh config's message.
pub const MESH_CONFIG: &str = "istio.mesh.v1alpha1.MeshConfig";
/// The proxy config's message.
pub const PROXY_CONFIG: &str = "istio.mesh.v1alpha1.ProxyConfig";

fn field(message: &str, name: &str) -> Option<&'static Field> {
    MESSAGES.get(message)?.iter().find(|f| f.json == name || f.proto == name)
}

/// A message with its fields under their JSON names and in their JSON forms; nulls are left out.
///
/// # Errors
///
/// The path of a field whose value has another type, and what the type is.
pub fn read(value: &Value, message: &str) -> Result<Map<String, Value>, String> {
    read_message(value, message, "")
}

fn read_message(value: &Value, message: &str, path: &str) -> Result<Map<String, Value>, String> {
    let map = match value {
        Value::Null => return Ok(Map::new()),
        Value::Object(map) => map,
        _ => return Err(wrong(path, "a map")),
    };
    let mut out = Map::new();
    for (key, value) in map.iter().filter(|(_, v)| !v.is_null()) {
        let at = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        match field(message, key) {
            Some(f) => out.insert(f.json.clone(), read_value(value, &f.kind, &f.names, &at)?),
            None => out.insert(key.clone(), value.clone()),
        };
    }
    Ok(out)
}

fn wrong(path: &str, expected: &str) -> String {
    if path.is_empty() { format!("expected {expected}") } else { format!("{path}: expected {expected}") }
}

fn read_value(value: &Value, kind: &str, names: &[String], path: &str) -> Result<Value, String> {
    if let Some(element) = kind.strip_prefix("repeated ") {
        let list = value.as_array().ok_or_else(|| wrong(path, "a list"))?;
        let item = |(i, v): (usize, &Value)| read_value(v, element, names, &format!("{path}[{i}]"));
        return list.iter().enumerate().map(item).collect::<Result<_, _>>().map(Value::Array);
    }
    if let Some(of) = kind.strip_prefix("map<string,").and_then(|k| k.strip_suffix('>')) {
        let map = value.as_object().ok_or_else(|| wrong(path, "a map"))?;
        let entry = |(key, value): (&String, &Value)| Ok((key.clone(), read_value(value, of.trim(), names, &format!("{path}.{key}"))?));
        return map.iter().map(entry).collect::<Result<_, String>>().map(Value::Object);
    }
    match kind {
        "string" | "google.protobuf.StringValue" => value.as_str().map(Value::from).ok_or_else(|| wrong(path, "a string")),
        "bool" | "google.protobuf.BoolValue" => value.as_bool().map(Value::from).ok_or_else(|| wrong(path, "true or false")),
        "int32" | "uint32" | "google.protobuf.Int32Value" | "google.protobuf.UInt32Value" | "google.protobuf.Int64Value" => {
            let text = value.as_str().map(str::to_owned).unwrap_or_else(|| value.to_string());
            let whole =
                value.as_i64().or_else(|| text.parse().ok()).or_else(|| value.as_f64().filter(|f| f.fract() == 0.0).map(|f| f as i64));
            whole.map(Value::from).ok_or_else(|| wrong(path, "a whole number"))
        }
        "enum" => read_enum(value, names, path),
        "google.protobuf.Duration" => {
            let text = value.as_str().ok_or_else(|| wrong(path, "a duration such as 45s"))?;
            duration(text).map(Value::from).ok_or_else(|| wrong(path, "a duration such as 45s"))
        }
        message if MESSAGES.contains_key(message) => read_message(value, message, path).map(Value::Object),
        _ => Ok(value.clone()),
    }
}

fn read_enum(value: &Value, names: &[String], path: &str) -> Result<Value, String> {
    let by_number = value.as_u64().and_then(|n| names.get(usize::try_from(n).ok()?));
    let by_name = value.as_str().and_then(|s| names.iter().find(|n| *n == s));
    match by_number.or(by_name) {
        Some(name) => Ok(Value::from(name.as_str())),
        // Enums of other minors may have more values.
        None if value.is_string() && names.is_empty() => Ok(value.clone()),
        None => Err(wrong(path, &format!("one of {}", names.join(", ")))),
    }
}

/// A duration as protocol buffers print it: seconds with at most nine decimals (`45s`, `0.500s`). Go's forms (`1m30s`) are refused, as Istio refuses them.
fn duration(text: &str) -> Option<String> {
    let number = text.strip_suffix('s')?;
    let (sign, digits) = number.strip_prefix('-').map_or(("", number), |d| ("-", d));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !all_digits(whole) || !all_digits(fraction) || fraction.len() > 9 {
        return None;
    }
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let fraction = fraction.trim_end_matches('0');
    let padded = match fraction.len() {
        0 => String::new(),
        n => format!(".{fraction:0<width$}", width = n.div_ceil(3) * 3),
    };
    Some(format!("{sign}{whole}{padded}s"))
}

/// Overlays a message: every field that the overlay has replaces the base's, and of fields that exclude each other only the overlay's stays.
pub fn overlay(base: &mut Map<String, Value>, over: Map<String, Value>, message: &str) {
    for (key, value) in over {
        if let Some(group) = field(message, &key).and_then(|f| f.oneof.as_deref()) {
            base.retain(|k, _| field(message, k).and_then(|f| f.oneof.as_deref()) != Some(group));
        }
        base.insert(key, value);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn reads_both_spellings_numbers_of_enums_and_durations() {
        let read = read(
            &json!({"discovery_address": "a:1", "interceptionMode": 1, "drainDuration": "45.50s", "statusPort": 1.0, "newField": 1}),
            PROXY_CONFIG,
        );
        let expected =
            json!({"discoveryAddress": "a:1", "interceptionMode": "TPROXY", "drainDuration": "45.500s", "statusPort": 1, "newField": 1});
        assert_eq!(Value::Object(read.unwrap()), expected);
    }

    #[test]
    fn errors_name_the_field() {
        assert_eq!(read(&json!({"tracing": {"sampling": 1, "zipkin": []}}), PROXY_CONFIG).unwrap_err(), "tracing.zipkin: expected a map");
        assert_eq!(read(&json!({"drainDuration": "1m"}), PROXY_CONFIG).unwrap_err(), "drainDuration: expected a duration such as 45s");
    }
}
