//! The JSON Schema of the configuration: for editors, for hosts, and for [`super::shape`], which checks every configuration
//! by it.

use std::sync::OnceLock;

use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform as _};
use schemars::{JsonSchema, Schema};
use serde_json::json;

use super::names::{API_VERSION, KIND};
use super::spec::Spec;
use crate::Value;

/// The JSON Schema (draft 7) of a `SidecarInjector`.
pub fn schema() -> &'static Value {
    static SCHEMA: OnceLock<Value> = OnceLock::new();
    SCHEMA.get_or_init(|| {
        json!({
            "$schema": "http://json-schema.org/draft-07/schema#",
            "title": KIND,
            "description": "Configuration of sidecarize: what is injected where, and how it is reported.",
            "type": "object",
            "properties": {
                "apiVersion": {"type": "string", "enum": [API_VERSION]},
                "kind": {"type": "string", "enum": [KIND]},
                "metadata": {"type": "object"},
                "spec": of::<Spec>(),
            },
            "additionalProperties": false,
            "required": ["apiVersion", "kind", "spec"],
        })
    })
}

/// The part of it that is about `spec`.
pub(super) fn spec() -> &'static Value {
    schema().get("properties").and_then(|p| p.get("spec")).unwrap_or(&Value::Null)
}

/// The schema of a type, with the schemas of its parts in their places.
fn of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft07().with(|s| {
        s.inline_subschemas = true;
        s.meta_schema = None;
    });
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    schema.remove("title");
    RecursiveTransform(drop_empty_default).transform(&mut schema);
    schema.to_value()
}

/// A default that is empty says nothing.
fn drop_empty_default(schema: &mut Schema) {
    if schema.get("default").is_some_and(is_empty) {
        schema.remove("default");
    }
}

fn is_empty(default: &Value) -> bool {
    match default {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use serde::Deserialize as _;

    use super::*;
    use crate::config::shape;
    use crate::yaml::Path;

    /// A value that has every field of a schema; of alternatives, the one of this number.
    fn sample(schema: &Value, pick: usize) -> Value {
        let pick_of = |list: &Vec<Value>| list.get(pick % list.len()).cloned().unwrap();
        let alternatives = |key: &str| schema.get(key).and_then(Value::as_array);
        if let Some(choices) = alternatives("enum") {
            return pick_of(choices);
        }
        if let Some(alternatives) = alternatives("anyOf") {
            return sample(&pick_of(alternatives), pick);
        }
        let one_of = alternatives("oneOf");
        if let Some(value) = one_of.and_then(|all| pick_of(all).get("const").cloned()) {
            return value;
        }
        let excluded: Vec<Value> = one_of.map_or_else(Vec::new, |all| {
            let chosen = pick_of(all);
            all.iter().filter(|a| **a != chosen).flat_map(|a| a["required"].as_array().unwrap().clone()).collect()
        });
        match schema.get("type").map(|t| t.get(0).unwrap_or(t)).and_then(Value::as_str) {
            Some("boolean") => json!(pick == 0),
            Some("array") => json!([sample(&schema["items"], pick)]),
            Some("object") => {
                let named = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
                let fields = named.filter(|(name, _)| !excluded.contains(&json!(name))).map(|(k, s)| (k.clone(), sample(s, pick)));
                let other = schema.get("additionalProperties").filter(|a| a.is_object()).map(|s| ("other".to_owned(), sample(s, pick)));
                Value::Object(fields.chain(other).collect())
            }
            Some("string") => json!("text"),
            other => json!(other),
        }
    }

    /// Paths of all maps of a value whose schema closes them.
    fn closed<'v>(value: &'v Value, schema: &'v Value, path: String, found: &mut Vec<String>) {
        if schema.get("additionalProperties") == Some(&Value::Bool(false)) {
            found.push(path.clone());
        }
        for alternative in schema.get("anyOf").and_then(Value::as_array).into_iter().flatten() {
            closed(value, alternative, path.clone(), found);
        }
        for (key, below) in value.as_object().into_iter().flatten() {
            closed(below, &schema["properties"][key], format!("{path}/{key}"), found);
        }
        for (i, item) in value.as_array().into_iter().flatten().enumerate() {
            closed(item, &schema["items"], format!("{path}/{i}"), found);
        }
    }

    #[test]
    fn the_reader_accepts_every_field_of_the_schema_and_no_other() {
        let mut maps = 0;
        for pick in 0..6 {
            let full = sample(spec(), pick);
            let mut mistakes = Vec::new();
            let read = shape::check(&full, spec(), Path::of(["spec"]), &mut mistakes);
            assert_eq!(mistakes, [], "{full:#}");
            assert_eq!(read.as_ref(), Some(&full));
            Spec::deserialize(&full).unwrap();
            let mut paths = Vec::new();
            closed(&full, spec(), String::new(), &mut paths);
            for path in paths.iter().filter(|p| full.pointer(p).is_some_and(Value::is_object)) {
                let mut more = full.clone();
                more.pointer_mut(path).and_then(Value::as_object_mut).unwrap().insert("nonsense".to_owned(), json!(1));
                let mut mistakes = Vec::new();
                shape::check(&more, spec(), Path::of(["spec"]), &mut mistakes);
                assert!(mistakes.iter().any(|m| m.path.last() == Some(&"nonsense".into())), "{path}: {mistakes:?}");
                // Within a partial pod, what is beside its shape is Kubernetes'.
                assert!(Spec::deserialize(&more).is_err() || path.contains("/pod"), "{path}");
                maps += 1;
            }
        }
        assert!(maps > 50, "{maps}");
    }

    #[test]
    fn the_schema_in_the_catalogue_entry_is_current() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("functions/sidecarize/schema.json");
        let current = format!("{:#}\n", schema());
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, &current).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap(), current, "write it with: UPDATE=1 cargo test schema");
    }
}
