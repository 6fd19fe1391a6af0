//! Reading Istio's messages (MeshConfig, ProxyConfig) from YAML: either spelling of a field's name, enums by name or number, durations
//! as protocol buffers or as Go writes them.
//!
//! Fields that the table does not have are kept by the name they have in minors that may have them, and dropped in the others.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Map;

use super::error::WrongField;
use super::versions::{Behaviour, Minor};
use crate::Value;
use crate::finding::closest;
use crate::yaml::{Path, Step};

/// One field of a message.
#[derive(Debug, Deserialize)]
pub struct Field {
    /// Go's name, which templates use.
    pub go: String,
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

#[expect(clippy::expect_used, reason = "the table is part of the program; without it pods would be wrong in silence")]
static MESSAGES: LazyLock<HashMap<String, Vec<Field>>> =
    LazyLock::new(|| serde_json::from_str(include_str!("istio-messages.json")).expect("istio-messages.json is a table of messages"));

/// The mesh config's message.
pub const MESH_CONFIG: &str = "istio.mesh.v1alpha1.MeshConfig";
/// The proxy config's message.
pub const PROXY_CONFIG: &str = "istio.mesh.v1alpha1.ProxyConfig";

/// Fields that Istio removed: message, either spelling, and what the minors that have them do.
const REMOVED: &[(&str, [&str; 2], Behaviour)] =
    &[(PROXY_CONFIG, ["parentShutdownDuration", "parent_shutdown_duration"], Behaviour::ParentShutdownDuration)];

/// The fields of a message in the order in which they print; nothing for an unknown one.
pub fn fields(message: &str) -> Option<&'static [Field]> {
    MESSAGES.get(message).map(Vec::as_slice)
}

fn field(message: &str, name: &str) -> Option<&'static Field> {
    MESSAGES.get(message)?.iter().find(|f| f.json == name || f.proto == name)
}

/// A message with its fields under their JSON names and in their JSON forms; nulls are left out.
///
/// # Errors
///
/// The first field whose value has another type.
pub fn read(value: &Value, message: &str, minor: Minor) -> Result<Map<String, Value>, WrongField> {
    Reader { minor }.message(value, message)
}

/// The fields of a message that this minor knows nothing of and drops, each with the one that was probably meant. Fields that Istio
/// removed are none of them.
pub fn unknown(value: &Value, message: &str, minor: Minor) -> Vec<(Path, Option<&'static str>)> {
    let mut walk = Unknown { reader: &Reader { minor }, path: Path::new(), found: Vec::new() };
    walk.value(value, message);
    walk.found
}

/// The walk through a message in search of fields that are dropped.
struct Unknown<'r> {
    reader: &'r Reader,
    path: Path,
    found: Vec<(Path, Option<&'static str>)>,
}

impl Unknown<'_> {
    fn value(&mut self, value: &Value, kind: &str) {
        let element = kind.strip_prefix("repeated ").or_else(|| kind.strip_prefix("map<string,")?.strip_suffix('>')).map(str::trim);
        match (value, element) {
            (Value::Array(items), Some(kind)) => items.iter().enumerate().for_each(|(i, item)| self.below(Step::Index(i), item, kind)),
            (Value::Object(map), Some(kind)) => map.iter().for_each(|(key, item)| self.below(key.as_str(), item, kind)),
            (Value::Object(map), None) => {
                let Some(fields) = fields(kind) else { return };
                for (key, value) in map.iter().filter(|(_, value)| !value.is_null()) {
                    match field(kind, key) {
                        Some(known) => self.below(key.as_str(), value, &known.kind),
                        None if self.reader.keeps(kind, key) || removed(kind, key).is_some() => {}
                        None => {
                            let meant = closest(key, fields.iter().map(|f| f.json.as_str()));
                            self.found.push((self.path.join([key.as_str()]), meant));
                        }
                    }
                }
            }
            _ => {}
        }
    }

    fn below(&mut self, step: impl Into<Step>, value: &Value, kind: &str) {
        self.path.push(step.into());
        self.value(value, kind);
        self.path.pop();
    }
}

/// What the minors do that have a field which Istio removed.
fn removed(message: &str, key: &str) -> Option<Behaviour> {
    REMOVED.iter().find(|(of, names, _)| *of == message && names.contains(&key)).map(|(.., had)| *had)
}

/// How messages are read.
struct Reader {
    minor: Minor,
}

fn wrong(expected: &str) -> WrongField {
    WrongField::here(format!("expected {expected}"))
}

impl Reader {
    fn message(&self, value: &Value, message: &str) -> Result<Map<String, Value>, WrongField> {
        let map = match value {
            Value::Null => return Ok(Map::new()),
            Value::Object(map) => map,
            _ => return Err(wrong("a map")),
        };
        let mut out = Map::new();
        for (key, value) in map.iter().filter(|(_, v)| !v.is_null()) {
            match field(message, key) {
                Some(f) => {
                    let read = self.value(value, &f.kind, &f.names).map_err(|wrong| wrong.below([key.as_str()]))?;
                    out.insert(f.json.clone(), read);
                }
                None if self.keeps(message, key) => drop(out.insert(key.clone(), value.clone())),
                None => {}
            }
        }
        Ok(out)
    }

    /// Whether a field that the table does not have stays: this minor may have it, and is not known to have lost it.
    fn keeps(&self, message: &str, key: &str) -> bool {
        self.minor.has(Behaviour::UnknownFields) && removed(message, key).is_none_or(|had| self.minor.has(had))
    }

    fn value(&self, value: &Value, kind: &str, names: &[String]) -> Result<Value, WrongField> {
        if let Some(element) = kind.strip_prefix("repeated ") {
            let list = value.as_array().ok_or_else(|| wrong("a list"))?;
            let item = |(i, v): (usize, &Value)| self.value(v, element, names).map_err(|wrong| wrong.below([Step::Index(i)]));
            return list.iter().enumerate().map(item).collect::<Result<_, _>>().map(Value::Array);
        }
        if let Some(of) = kind.strip_prefix("map<string,").and_then(|k| k.strip_suffix('>')) {
            let map = value.as_object().ok_or_else(|| wrong("a map"))?;
            let entry = |(key, value): (&String, &Value)| {
                let read = self.entry(value, of.trim(), names).map_err(|wrong| wrong.below([key.as_str()]))?;
                Ok((key.clone(), read))
            };
            return map.iter().map(entry).collect::<Result<_, WrongField>>().map(Value::Object);
        }
        match kind {
            message if MESSAGES.contains_key(message) => self.message(value, message).map(Value::Object),
            "enum" => read_enum(value, names),
            scalar => read_scalar(value, scalar),
        }
    }

    /// A value of a map, where a null stands for the empty text.
    fn entry(&self, value: &Value, kind: &str, names: &[String]) -> Result<Value, WrongField> {
        if value.is_null() && kind == "string" { Ok(Value::from("")) } else { self.value(value, kind, names) }
    }
}

fn read_scalar(value: &Value, kind: &str) -> Result<Value, WrongField> {
    match kind {
        "string" | "google.protobuf.StringValue" => value.as_str().map(Value::from).ok_or_else(|| wrong("a string")),
        "bool" | "google.protobuf.BoolValue" => value.as_bool().map(Value::from).ok_or_else(|| wrong("true or false")),
        "int32" | "google.protobuf.Int32Value" => whole(value, i32::MIN.into(), i32::MAX.into()),
        "uint32" | "google.protobuf.UInt32Value" => whole(value, 0, u32::MAX.into()),
        "google.protobuf.Int64Value" => whole(value, i64::MIN, i64::MAX),
        "double" => {
            let number = value.as_f64().or_else(|| value.as_str()?.parse().ok());
            number.map(|n| if value.is_number() { value.clone() } else { Value::from(n) }).ok_or_else(|| wrong("a number"))
        }
        "google.protobuf.Duration" => {
            value.as_str().and_then(crate::go::canonical).map(Value::from).ok_or_else(|| wrong("a duration such as 45s"))
        }
        _ => Ok(value.clone()),
    }
}

/// A whole number within these bounds; it may stand in quotes, or have a fraction of zero.
fn whole(value: &Value, least: i64, most: i64) -> Result<Value, WrongField> {
    let text = value.as_str().map(str::to_owned).unwrap_or_else(|| value.to_string());
    #[expect(clippy::cast_possible_truncation, reason = "the bounds are checked below")]
    let whole = value.as_i64().or_else(|| text.parse().ok()).or_else(|| value.as_f64().filter(|f| f.fract() == 0.0).map(|f| f as i64));
    let within = whole.filter(|n| (least..=most).contains(n));
    let expected = || if whole.is_some() { format!("{least} to {most}") } else { "a whole number".to_owned() };
    within.map(Value::from).ok_or_else(|| wrong(&expected()))
}

fn read_enum(value: &Value, names: &[String]) -> Result<Value, WrongField> {
    let by_number = value.as_u64().and_then(|n| names.get(usize::try_from(n).ok()?));
    let by_name = value.as_str().and_then(|s| names.iter().find(|n| *n == s));
    match by_number.or(by_name) {
        Some(name) => Ok(Value::from(name.as_str())),
        // Enums of other minors may have more values.
        None if value.is_string() && names.is_empty() => Ok(value.clone()),
        None => Err(wrong(&format!("one of {}", names.join(", ")))),
    }
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

    const MINOR: Minor = Minor(31);

    #[test]
    fn reads_both_spellings_numbers_of_enums_and_durations() {
        let read = read(
            &json!({"discovery_address": "a:1", "interceptionMode": 1, "drainDuration": "1m30s", "statusPort": 1.0, "concurrency": "2",
                "tracing": {"sampling": "1.5"}, "proxyMetadata": {"A": null}}),
            PROXY_CONFIG,
            MINOR,
        );
        let expected = json!({"discoveryAddress": "a:1", "interceptionMode": "TPROXY", "drainDuration": "90s", "statusPort": 1, "concurrency": 2,
            "tracing": {"sampling": 1.5}, "proxyMetadata": {"A": ""}});
        assert_eq!(Value::Object(read.unwrap()), expected);
    }

    #[test]
    fn errors_name_the_field() {
        let error = |value: Value| read(&value, PROXY_CONFIG, MINOR).unwrap_err().to_string();
        assert_eq!(error(json!({"tracing": {"sampling": 1, "zipkin": []}})), "tracing.zipkin: expected a map");
        assert_eq!(error(json!({"drainDuration": "1d"})), "drainDuration: expected a duration such as 45s");
        assert_eq!(
            error(json!({"gatewayTopology": {"numTrustedProxies": -1}})),
            "gatewayTopology.numTrustedProxies: expected 0 to 4294967295"
        );
    }

    #[test]
    fn fields_that_a_minor_drops_are_named_with_what_was_meant() {
        let config = json!({"concurency": 2, "discovery_address": "a:1", "parentShutdownDuration": "60s", "nothingAtAll": null,
            "tracing": {"sampling": 1, "samplings": 2}, "proxyMetadata": {"ANY": "name"}});
        let meant = [(Path::of(["concurency"]), Some("concurrency")), (Path::of(["tracing", "samplings"]), Some("sampling"))];
        assert_eq!(unknown(&config, PROXY_CONFIG, MINOR), meant);
        // A minor that is newer than the table may have them.
        assert_eq!(unknown(&config, PROXY_CONFIG, Minor(99)), []);
    }

    #[test]
    fn unknown_fields_stay_in_minors_that_may_have_them() {
        let config = json!({"parentShutdownDuration": "60s"});
        let kept = |minor: u32| !read(&config, PROXY_CONFIG, Minor(minor)).unwrap().is_empty();
        assert_eq!([16, 17, 31, 32, u32::MAX].map(kept), [true, false, false, false, false]);
        let newer = |minor: u32| !read(&json!({"newer": 1}), PROXY_CONFIG, Minor(minor)).unwrap().is_empty();
        assert_eq!([31, 32, u32::MAX].map(newer), [false, true, true]);
    }
}
