//! What is known of namespaces.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::Value;
use crate::kubernetes::{Kinds, Labels, string_map};

/// What is known of a namespace.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Namespace {
    /// Its name.
    #[schemars(length(min = 1))]
    pub name: String,
    /// Its labels.
    #[serde(default)]
    pub labels: Labels,
    /// Its annotations.
    #[serde(default)]
    pub annotations: Labels,
}

/// What is known of the cluster: namespaces by name, and what holds for all pods of one.
#[derive(Debug, Clone, Default)]
pub struct Namespaces {
    by_name: BTreeMap<String, Namespace>,
    proxy_configs: Vec<Value>,
}

impl Namespaces {
    /// Starts with what the configuration knows: namespaces and ProxyConfigs.
    pub fn new(configured: &[Namespace], proxy_configs: &[Value]) -> Self {
        Self { by_name: configured.iter().map(|n| (n.name.clone(), n.clone())).collect(), proxy_configs: proxy_configs.to_vec() }
    }

    /// Merges a Namespace object among the manifests over what is known, and remembers Istio's ProxyConfigs, in a List too; other
    /// objects are ignored.
    pub fn learn(&mut self, document: &Value) {
        Kinds::objects(document).into_iter().for_each(|(object, _)| self.learn_one(object));
    }

    fn learn_one(&mut self, object: &Value) {
        let text = |key| object.get(key).and_then(Value::as_str);
        let group = text("apiVersion").and_then(|v| v.split_once('/')).map(|(group, _)| group);
        if group == Some("networking.istio.io") && text("kind") == Some("ProxyConfig") {
            let text = |o: &Value, key| o.get("metadata").and_then(|m| m.get(key)).and_then(Value::as_str).map(str::to_owned);
            let named = |o: &Value| Some((text(o, "namespace")?, text(o, "name")?));
            // What the cluster has of this name is what the manifest replaces.
            self.proxy_configs.retain(|known| named(known).is_none() || named(known) != named(object));
            self.proxy_configs.push(object.clone());
        }
        if text("apiVersion") != Some("v1") || text("kind") != Some("Namespace") {
            return;
        }
        let Some(name) = object.get("metadata").and_then(|m| m.get("name")).and_then(Value::as_str) else { return };
        let known = self.by_name.entry(name.to_owned()).or_default();
        known.name = name.to_owned();
        known.labels.extend(string_map(object.get("metadata"), "labels"));
        known.annotations.extend(string_map(object.get("metadata"), "annotations"));
    }

    /// The ProxyConfig objects (`networking.istio.io`) of the configuration and among the manifests, in their order.
    pub fn proxy_configs(&self) -> &[Value] {
        &self.proxy_configs
    }

    /// All that are known, by name.
    pub fn all(&self) -> impl Iterator<Item = &Namespace> {
        self.by_name.values()
    }

    /// What is known of the namespace of this name.
    pub fn get(&self, name: &str) -> Option<&Namespace> {
        self.by_name.get(name)
    }
}
