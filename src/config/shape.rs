//! Holds a value against the schema and collects every mistake with its path, so that one run shows them all.

use serde_json::Map;

use crate::Value;
use crate::finding::{Finding, closest, type_name};
use crate::yaml::Path;

/// What of a value fits the schema: without fields that are null, which are as absent, and without what is a mistake.
pub(super) fn check(value: &Value, schema: &Value, path: Path, mistakes: &mut Vec<Finding>) -> Option<Value> {
    Shape { mistakes }.value(value, schema, &path)
}

struct Shape<'m> {
    mistakes: &'m mut Vec<Finding>,
}

impl Shape<'_> {
    fn mistake(&mut self, path: &Path, message: impl Into<String>) {
        self.mistakes.push(Finding::at(path.clone(), message));
    }

    fn value(&mut self, value: &Value, schema: &Value, path: &Path) -> Option<Value> {
        if let Some(choices) = choices(schema) {
            return self.choice(value, &choices, path);
        }
        if let Some(alternatives) = list(schema, "anyOf") {
            // Alternatives differ by type here.
            return match alternatives.iter().find(|a| admits(a, value)) {
                Some(alternative) => self.value(value, alternative, path),
                None => self.wrong_type(value, &alternatives.iter().flat_map(types).collect::<Vec<_>>(), path),
            };
        }
        if !admits(schema, value) {
            return self.wrong_type(value, &types(schema), path);
        }
        match value {
            Value::Object(map) => Some(Value::Object(self.map(map, schema, path))),
            Value::Array(items) => self.items(items, schema, path),
            Value::String(text) if text.is_empty() && schema.get("minLength").is_some() => self.empty(schema, path),
            scalar => Some(scalar.clone()),
        }
    }

    fn empty(&mut self, schema: &Value, path: &Path) -> Option<Value> {
        self.mistake(path, format!("must not be empty{}", meaning(schema)));
        None
    }

    fn wrong_type(&mut self, value: &Value, types: &[&str], path: &Path) -> Option<Value> {
        let names: Vec<&str> = types.iter().filter(|t| **t != "null").map(|t| in_words(t)).collect();
        let scalar = matches!(value, Value::Bool(_) | Value::Number(_)) && types.contains(&"string");
        let hint = if scalar { ": put quotes around it" } else { "" };
        self.mistake(path, format!("must be {}, not {}{hint}", names.join(" or "), type_name(value)));
        None
    }

    fn choice(&mut self, value: &Value, choices: &[&Value], path: &Path) -> Option<Value> {
        if choices.contains(&value) {
            return Some(value.clone());
        }
        let mut names: Vec<String> = choices.iter().map(|c| plain(c)).collect();
        names.dedup();
        self.mistake(path, format!("{:?} is not one of {}", plain(value), names.join(", ")));
        None
    }

    /// The list, where each of its items fits.
    fn items(&mut self, items: &[Value], schema: &Value, path: &Path) -> Option<Value> {
        if items.is_empty() && schema.get("minItems").is_some() {
            return self.empty(schema, path);
        }
        let below = schema.get("items").unwrap_or(&Value::Bool(true));
        let read: Vec<Option<Value>> = items.iter().enumerate().map(|(i, item)| self.value(item, below, &path.clone().item(i))).collect();
        read.into_iter().collect()
    }

    fn map(&mut self, map: &Map<String, Value>, schema: &Value, path: &Path) -> Map<String, Value> {
        let known = schema.get("properties").and_then(Value::as_object);
        let others = schema.get("additionalProperties").unwrap_or(&Value::Bool(true));
        let below = |key: &str| path.clone().key(key);
        let given = |key: &str| map.get(key).is_some_and(|value| !value.is_null());
        for name in list(schema, "required").into_iter().flatten().filter_map(Value::as_str).filter(|name| !given(name)) {
            let field = known.and_then(|k| k.get(name)).unwrap_or(&Value::Null);
            self.mistake(path, format!("{name} is missing{}", meaning(field)));
        }
        let alternatives: Vec<&str> =
            list(schema, "oneOf").into_iter().flatten().filter_map(|a| list(a, "required")).flatten().filter_map(Value::as_str).collect();
        if !alternatives.is_empty() && alternatives.iter().filter(|name| given(name)).count() != 1 {
            self.mistake(path, format!("needs exactly one of {}", alternatives.join(", ")));
        }
        let mut read = Map::new();
        for (key, value) in map {
            let field = known.and_then(|k| k.get(key));
            if field.is_none() && others == &Value::Bool(false) {
                self.unknown(key, known, &below(key));
                continue;
            }
            let schema = field.unwrap_or(others);
            if !value.is_null() || admits(schema, value) {
                read.extend(self.value(value, schema, &below(key)).map(|v| (key.clone(), v)));
            }
        }
        read
    }

    fn unknown(&mut self, key: &str, known: Option<&Map<String, Value>>, path: &Path) {
        let names = || known.into_iter().flat_map(Map::keys).map(String::as_str);
        let hint = closest(key, names())
            .map_or_else(|| format!("known are {}", names().collect::<Vec<_>>().join(", ")), |k| format!("did you mean {k}?"));
        self.mistake(path, format!("unknown field; {hint}"));
    }
}

fn list<'s>(schema: &'s Value, key: &str) -> Option<&'s Vec<Value>> {
    schema.get(key).and_then(Value::as_array)
}

/// The values that a schema allows, where it lists them.
fn choices(schema: &Value) -> Option<Vec<&Value>> {
    if let Some(values) = list(schema, "enum") {
        return Some(values.iter().collect());
    }
    let alternatives = list(schema, "oneOf")?;
    alternatives.iter().map(|a| a.get("const").or_else(|| a.get("enum")?.get(0))).collect()
}

/// The JSON types that a schema allows; none for any.
fn types(schema: &Value) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// Whether a value has a type that the schema allows.
fn admits(schema: &Value, value: &Value) -> bool {
    let types = types(schema);
    types.is_empty() && schema.get("anyOf").is_none() && choices(schema).is_none() || types.contains(&json_type(value))
}

fn json_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// A JSON type as users of YAML call it.
fn in_words(json_type: &str) -> &str {
    match json_type {
        "boolean" => "true or false",
        "string" => "a string",
        "array" => "a list",
        "object" => "a map",
        other => other,
    }
}

/// What a field means, behind a message about it.
fn meaning(schema: &Value) -> String {
    schema.get("description").and_then(Value::as_str).map_or_else(String::new, |text| format!(". {}", text.replace('\n', " ")))
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
