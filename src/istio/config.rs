//! The injector config: policy, templates and selectors, from the key `config` of the ConfigMap `istio-sidecar-injector`.

use std::collections::BTreeMap;

use super::error::Error;
use crate::{Value, yaml};

/// The name of the template that a plain template text stands for.
pub const SIDECAR_TEMPLATE: &str = "sidecar";

/// An injector config.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// `enabled`, `disabled`, or what the user wrote.
    pub policy: String,
    /// Templates for pods that name none.
    pub default_templates: Vec<String>,
    /// Template texts by name.
    pub templates: BTreeMap<String, String>,
    /// Names that stand for lists of templates.
    pub aliases: BTreeMap<String, Vec<String>>,
    /// Label selectors of pods that are injected whatever the policy; raw.
    pub always_inject: Vec<Value>,
    /// Label selectors of pods that are never injected; raw.
    pub never_inject: Vec<Value>,
    /// Annotations added to every injected pod.
    pub injected_annotations: BTreeMap<String, String>,
}

impl Config {
    /// Reads an injector config. A text that does not parse to a config with `templates` is the one template `sidecar`.
    ///
    /// # Errors
    ///
    /// When the config is one of the legacy era (`template` without `templates`), or when a field has a wrong type.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let value = match yaml::parse_last_wins(text) {
            Ok(value) => value,
            // The text of a template; but who names templates means a config.
            Err(e) if text.lines().any(|l| l.starts_with("templates:")) => return Err(Error::config("injector config", e)),
            Err(_) => Value::Null,
        };
        let Some(templates) = value.get("templates").filter(|t| t.is_object()) else {
            if value.get("template").is_some_and(Value::is_string) {
                return Err(Error::config(
                    "injector config",
                    "has `template` but no `templates`: configs of Istio 1.8 and older are not supported here",
                ));
            }
            let templates = BTreeMap::from([(SIDECAR_TEMPLATE.to_owned(), text.to_owned())]);
            return Ok(Self {
                policy: "enabled".to_owned(),
                default_templates: vec![SIDECAR_TEMPLATE.to_owned()],
                templates,
                ..Self::default()
            });
        };
        let templates = string_map(templates, "templates")?;
        let list = |key: &str| value.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
        let mut default_templates = names(value.get("defaultTemplates"));
        if default_templates.is_empty() {
            default_templates.push(SIDECAR_TEMPLATE.to_owned());
        }
        let aliases = value.get("aliases").and_then(Value::as_object).into_iter().flatten();
        Ok(Self {
            policy: value.get("policy").and_then(Value::as_str).unwrap_or_default().to_owned(),
            default_templates,
            templates,
            aliases: aliases.map(|(k, v)| (k.clone(), names(Some(v)))).collect(),
            always_inject: list("alwaysInjectSelector"),
            never_inject: list("neverInjectSelector"),
            injected_annotations: match value.get("injectedAnnotations") {
                None | Some(Value::Null) => BTreeMap::new(),
                Some(map) => string_map(map, "injectedAnnotations")?,
            },
        })
    }

    /// The templates that a pod gets: those it names, else the default ones, with aliases expanded once.
    pub fn select(&self, asked: Option<&str>) -> Vec<String> {
        let names: Vec<&str> = match asked {
            Some(list) => list.split(',').map(str::trim).collect(),
            None => self.default_templates.iter().map(String::as_str).collect(),
        };
        let expand = |name: &str| self.aliases.get(name).cloned().unwrap_or_else(|| vec![name.to_owned()]);
        names.into_iter().flat_map(expand).collect()
    }
}

fn names(value: Option<&Value>) -> Vec<String> {
    value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn string_map(value: &Value, field: &str) -> Result<BTreeMap<String, String>, Error> {
    let map = value.as_object().ok_or_else(|| Error::config("injector config", format!("{field} must be a map of names to texts")))?;
    let entry = |(k, v): (&String, &Value)| {
        let text = v.as_str().ok_or_else(|| Error::config("injector config", format!("{field}.{k} must be a text")))?;
        Ok((k.clone(), text.to_owned()))
    };
    map.iter().map(entry).collect()
}
