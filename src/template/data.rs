//! What a template sees as its dot.

use std::collections::BTreeMap;
use std::sync::Arc;

use gotmpl::Value as Go;
use serde_json::json;

use super::{values, view};
use crate::{Value, istio};

/// A part of the data that many renderings share: made once, and cheap to give to each.
#[derive(Debug, Clone)]
pub struct Part(Go);

impl Part {
    /// A mesh config, for `.MeshConfig`.
    pub fn mesh_config(config: &Value) -> Self {
        Self(view::message(config, istio::MESH_CONFIG))
    }

    /// A proxy config, for `.ProxyConfig`.
    pub fn proxy_config(config: &Value) -> Self {
        Self(view::message(config, istio::PROXY_CONFIG))
    }

    /// Values, for `.Values`: raw maps, whose numbers are 64-bit floats.
    pub fn values(values: &Value) -> Self {
        Self(view::raw(values))
    }
}

/// The data of one rendering, under Go's names.
#[derive(Debug, Clone, Default)]
pub struct Data {
    fields: BTreeMap<Arc<str>, Go>,
    /// The names of the fields that many renderings share.
    shared: Vec<Arc<str>>,
}

impl Data {
    /// Data without anything.
    pub fn new() -> Self {
        Self::default()
    }

    fn with(mut self, name: &str, value: Go) -> Self {
        self.fields.insert(Arc::from(name), value);
        self
    }

    /// `.ObjectMeta`: the pod's metadata.
    #[must_use]
    pub fn object_meta(self, metadata: &Value) -> Self {
        self.with("ObjectMeta", view::kubernetes(metadata, "ObjectMeta"))
    }

    /// `.Spec`: the pod's spec.
    #[must_use]
    pub fn spec(self, spec: &Value) -> Self {
        self.with("Spec", view::kubernetes(spec, "PodSpec"))
    }

    /// `.TypeMeta`: apiVersion and kind of the workload.
    #[must_use]
    pub fn type_meta(self, api_version: &str, kind: &str) -> Self {
        self.with("TypeMeta", view::kubernetes(&json!({"apiVersion": api_version, "kind": kind}), "TypeMeta"))
    }

    /// `.DeploymentMeta`: name and namespace of the workload.
    #[must_use]
    pub fn deployment_meta(self, name: &str, namespace: &str) -> Self {
        let printed = format!("{namespace}/{name}");
        let entries = [("Name", name), ("Namespace", namespace), (values::TYPE, view::NAMESPACED_NAME), (values::TEXT, &printed)];
        let value = values::map(entries.into_iter().map(|(k, v)| (k, values::string(v))));
        self.with("DeploymentMeta", value)
    }

    /// `.ProxyConfig`: the effective proxy config of the pod.
    #[must_use]
    pub fn proxy_config(self, config: &Value) -> Self {
        self.with("ProxyConfig", Part::proxy_config(config).0)
    }

    /// `.MeshConfig`: the mesh config.
    #[must_use]
    pub fn mesh_config(self, config: &Value) -> Self {
        self.part("MeshConfig", &Part::mesh_config(config))
    }

    /// `.Values`: raw maps, whose numbers are 64-bit floats.
    #[must_use]
    pub fn values(self, values: &Value) -> Self {
        self.part("Values", &Part::values(values))
    }

    /// A part that was made before, and is the same for many renderings.
    #[must_use]
    pub fn part(mut self, name: &str, part: &Part) -> Self {
        self.shared.push(Arc::from(name));
        self.with(name, part.0.clone())
    }

    /// A further field that is the same for many renderings.
    #[must_use]
    pub fn setting(mut self, name: &str, value: &Value) -> Self {
        self.shared.push(Arc::from(name));
        self.set(name, value)
    }

    /// A further field.
    #[must_use]
    pub fn set(self, name: &str, value: &Value) -> Self {
        self.with(name, view::typed(value))
    }

    /// Makes a field that is not set an error, as it is a mistake; else it is nothing, as newer releases of Istio have more fields.
    #[must_use]
    pub fn closed(self) -> Self {
        self.with(values::TYPE, values::string("template's data"))
    }

    pub(super) fn value(&self) -> Go {
        Go::Map(Arc::new(self.fields.clone()))
    }

    /// What is the same for many renderings, by name.
    pub(super) fn shared(&self) -> Vec<(Arc<str>, Go)> {
        let value = |name: &Arc<str>| (Arc::clone(name), self.fields.get(name).cloned().unwrap_or(Go::Nil));
        self.shared.iter().map(value).collect()
    }

    /// Whether these parts, and no others, are what many renderings share.
    pub(super) fn shares(&self, parts: &[(Arc<str>, Go)]) -> bool {
        parts.len() == self.shared.len()
            && parts.iter().all(|(name, value)| self.shared.contains(name) && self.fields.get(name).is_some_and(|own| same(own, value)))
    }
}

/// Whether two values are the same without looking far: a map or a list is the same as itself.
fn same(a: &Go, b: &Go) -> bool {
    match (a, b) {
        (Go::Map(a), Go::Map(b)) => Arc::ptr_eq(a, b),
        (Go::List(a), Go::List(b)) => Arc::ptr_eq(a, b),
        (Go::Nil, Go::Nil) => true,
        (Go::Bool(a), Go::Bool(b)) => a == b,
        (Go::Int(a), Go::Int(b)) => a == b,
        (Go::String(a), Go::String(b)) => a == b,
        _ => false,
    }
}
