//! Reads configuration out of JSON-like values and collects every mistake with its path, so that one run shows them all.

use std::collections::BTreeMap;

use crate::Value;

/// A mistake in the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Path of the field: `spec.sidecars[0].pod`.
    pub path: String,
    /// What is wrong and what to do.
    pub message: String,
}

impl std::fmt::Display for Mistake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.path.is_empty() { f.write_str(&self.message) } else { write!(f, "{}: {}", self.path, self.message) }
    }
}

/// A value, where it stands, and the mistakes found so far.
pub struct Reader<'a, 'm> {
    value: &'a Value,
    path: String,
    mistakes: &'m mut Vec<Mistake>,
}

/// What a value is, in words.
pub fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "a map",
    }
}

/// The name among `known` that was probably meant, if one is close.
pub fn closest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let lower = name.to_lowercase();
    known
        .into_iter()
        .map(|k| (distance(&lower, &k.to_lowercase()), k))
        .filter(|(d, k)| *d <= 2.max(k.len() / 4) && *d < k.len())
        .min_by_key(|(d, _)| *d)
        .map(|(_, k)| k)
}

/// Edit distance (Levenshtein); names here are short.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cb, above) in b.iter().zip(row.iter_mut().skip(1)) {
            let here = (diagonal + usize::from(ca != *cb)).min(*above + 1).min(left + 1);
            diagonal = *above;
            *above = here;
            left = here;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

impl<'a, 'm> Reader<'a, 'm> {
    /// Reads `value`, which stands at `path`.
    pub fn new(value: &'a Value, path: &str, mistakes: &'m mut Vec<Mistake>) -> Self {
        Self { value, path: path.to_owned(), mistakes }
    }

    /// The value itself.
    pub fn value(&self) -> &'a Value {
        self.value
    }

    /// The value's path.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Notes a mistake at this value.
    pub fn mistake(&mut self, message: impl Into<String>) {
        self.mistakes.push(Mistake { path: self.path.clone(), message: message.into() });
    }

    fn below(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// Says that only these fields may stand here; each other one is a mistake. False when this is no map at all.
    pub fn fields(&mut self, known: &[&str]) -> bool {
        let Some(map) = self.value.as_object() else {
            self.mistake(format!("must be a map, not {}", type_name(self.value)));
            return false;
        };
        for key in map.keys().filter(|k| !known.contains(&k.as_str())) {
            let hint = closest(key, known.iter().copied())
                .map_or_else(|| format!("known are {}", known.join(", ")), |k| format!("did you mean {k}?"));
            let path = self.below(key);
            self.mistakes.push(Mistake { path, message: format!("unknown field; {hint}") });
        }
        true
    }

    /// The field of this name, if it is there and not null.
    pub fn field(&mut self, key: &str) -> Option<Reader<'a, '_>> {
        let value = self.value.get(key).filter(|v| !v.is_null())?;
        let path = self.below(key);
        Some(Reader { value, path, mistakes: self.mistakes })
    }

    /// A string field; empty when it is absent.
    pub fn text(&mut self, key: &str) -> String {
        self.field(key).map_or_else(String::new, |mut f| f.as_text())
    }

    /// This value as a string; a mistake and empty when it is none.
    pub fn as_text(&mut self) -> String {
        if let Some(s) = self.value.as_str() {
            return s.to_owned();
        }
        self.mistake(format!("must be a string, not {}: put quotes around it", type_name(self.value)));
        String::new()
    }

    /// A boolean field.
    pub fn boolean(&mut self, key: &str) -> Option<bool> {
        self.field(key).and_then(|mut f| f.as_boolean())
    }

    /// This value as a boolean.
    pub fn as_boolean(&mut self) -> Option<bool> {
        let found = self.value.as_bool();
        if found.is_none() {
            self.mistake(format!("must be true or false, not {}", type_name(self.value)));
        }
        found
    }

    /// A field that holds one of these words; the first one when it is absent.
    pub fn choice<T: Copy>(&mut self, key: &str, choices: &[(&str, T)]) -> Option<T> {
        let mut field = self.field(key)?;
        let written = match field.value {
            Value::String(s) => s.clone(),
            Value::Bool(b) => b.to_string(),
            other => other.to_string(),
        };
        let found = choices.iter().find(|(name, _)| *name == written).map(|(_, t)| *t);
        if found.is_none() {
            let names: Vec<&str> = choices.iter().map(|(n, _)| *n).collect();
            field.mistake(format!("{written:?} is not one of {}", names.join(", ")));
        }
        found
    }

    /// Calls `read` for each element of a list field.
    pub fn list<T>(&mut self, key: &str, mut read: impl FnMut(&mut Reader<'a, '_>) -> T) -> Vec<T> {
        let Some(mut field) = self.field(key) else { return Vec::new() };
        let Some(list) = field.value.as_array() else {
            field.mistake(format!("must be a list, not {}", type_name(field.value)));
            return Vec::new();
        };
        list.iter()
            .enumerate()
            .map(|(i, value)| read(&mut Reader { value, path: format!("{}[{i}]", field.path), mistakes: field.mistakes }))
            .collect()
    }

    /// A field that maps strings to strings.
    pub fn texts(&mut self, key: &str) -> BTreeMap<String, String> {
        let Some(mut field) = self.field(key) else { return BTreeMap::new() };
        let Some(map) = field.value.as_object() else {
            field.mistake(format!("must be a map, not {}", type_name(field.value)));
            return BTreeMap::new();
        };
        map.keys().map(|k| (k.clone(), field.text(k))).collect()
    }
}
