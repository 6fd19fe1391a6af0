//! A setting that is on, off, or what the circumstances say.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::Value;

/// `auto`, `true` or `false`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(into = "Value")]
pub enum Switch {
    /// What the circumstances say.
    #[default]
    Auto,
    /// On.
    On,
    /// Off.
    Off,
}

impl Switch {
    /// Whether it is on, where `auto` means this.
    pub fn resolve(self, auto: bool) -> bool {
        self.decided().unwrap_or(auto)
    }

    /// What the user decided; nothing for `auto`.
    pub fn decided(self) -> Option<bool> {
        match self {
            Self::Auto => None,
            Self::On => Some(true),
            Self::Off => Some(false),
        }
    }
}

impl From<Switch> for Value {
    fn from(switch: Switch) -> Self {
        switch.decided().map_or_else(|| Self::from("auto"), Self::from)
    }
}

impl<'de> Deserialize<'de> for Switch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Bool(true) => Ok(Self::On),
            Value::Bool(false) => Ok(Self::Off),
            Value::String(text) => match text.as_str() {
                "auto" => Ok(Self::Auto),
                "true" => Ok(Self::On),
                "false" => Ok(Self::Off),
                _ => Err(de::Error::unknown_variant(&text, &["auto", "true", "false"])),
            },
            other => Err(de::Error::custom(format!("{other} is not one of auto, true, false"))),
        }
    }
}

impl JsonSchema for Switch {
    fn schema_name() -> Cow<'static, str> {
        "Switch".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"enum": ["auto", true, "true", false, "false"]})
    }
}
