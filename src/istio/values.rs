//! The Helm values that the injector sees: the key `values` of the ConfigMap `istio-sidecar-injector`.

use super::error::Error;
use super::versions::Minor;
use crate::{Value, yaml};

/// The values.
#[derive(Debug, Clone, Default)]
pub struct Values(Value);

impl Values {
    /// Reads the values, JSON or YAML; an empty text has none.
    ///
    /// # Errors
    ///
    /// When the text is neither, or no map.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let value = match serde_json::from_str(text) {
            Ok(value) => value,
            Err(_) => yaml::parse_value(text).map_err(|e| Error::config("values", e))?,
        };
        match value {
            Value::Null => Ok(Self(Value::Object(serde_json::Map::new()))),
            Value::Object(_) => Ok(Self(value)),
            _ => Err(Error::config("values", "must be a map with `global`, `sidecarInjectorWebhook`, …")),
        }
    }

    /// The raw values, as templates see them.
    pub fn value(&self) -> &Value {
        &self.0
    }

    /// The value at a path of keys.
    pub fn get(&self, path: &[&str]) -> Option<&Value> {
        path.iter().try_fold(&self.0, |v, key| v.get(key)).filter(|v| !v.is_null())
    }

    /// The text at a path of keys; numbers and bools as Go prints them; empty where there is none.
    pub fn text(&self, path: &[&str]) -> String {
        match self.get(path) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => crate::go::number(number.as_f64().unwrap_or_default()),
            Some(other @ Value::Bool(_)) => other.to_string(),
            _ => String::new(),
        }
    }

    /// Whether `true` stands at a path of keys.
    pub fn is_true(&self, path: &[&str]) -> bool {
        self.get(path).and_then(Value::as_bool).unwrap_or(false)
    }

    /// The minor that `global.tag` names, if it names a release.
    pub fn minor(&self) -> Option<Minor> {
        Minor::parse(&self.text(&["global", "tag"]))
    }
}
