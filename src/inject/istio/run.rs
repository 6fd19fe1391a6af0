//! A pod that is to be injected, on its way through the steps of Istio's injection, and after them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Map;

use super::injector::Injector;
use crate::Value;
use crate::istio::ProxyConfigs;
use crate::kubernetes::Identity;
use crate::read::Namespace;

/// A pod to be injected.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The workload that it belongs to.
    pub identity: &'a Identity,
    /// Its namespace, if it is known.
    pub namespace: Option<&'a Namespace>,
    /// The pod: a map with `metadata` and `spec`.
    pub pod: &'a Value,
    /// What the ProxyConfig resources that hold for the pod set.
    pub proxy_configs: &'a ProxyConfigs,
    /// Whether the status port is that of the pod's own proxy config, as in `kube-inject`, or the mesh's, as in the webhook.
    pub own_status_port: bool,
}

/// An injected pod.
#[derive(Debug, Clone)]
pub struct Injected {
    /// The pod after injection.
    pub pod: Value,
    /// The templates used.
    pub templates: Vec<String>,
    /// What names them: an annotation of the pod, or a field of the injector config.
    pub templates_by: &'static str,
    /// Whether its proxy is a native sidecar.
    pub native: bool,
    /// What says so: an annotation of the pod, a setting, a variable of istiod's, or a version.
    pub native_by: &'static str,
    /// What is worth telling.
    pub warnings: Vec<String>,
}

/// A pod on its way through the steps.
pub(crate) struct Run<'a> {
    /// Configuration and templates.
    pub injector: &'a Injector,
    /// The workload that the pod belongs to.
    pub identity: &'a Identity,
    /// The namespace, if it is known.
    pub namespace: Option<&'a Namespace>,
    /// The pod as it was given.
    pub original: &'a Value,
    /// The effective proxy config.
    pub proxy_config: Map<String, Value>,
    /// Whether its status port counts, or the mesh's.
    pub own_status_port: bool,
    /// Environment that overrides the sidecar's own.
    pub proxy_env: BTreeMap<String, String>,
    /// The pod without an earlier injection: what templates see.
    pub stripped: Cow<'a, Value>,
    /// The names in the lists of what the templates render, merged onto nothing.
    pub template_pod: Value,
    /// What the templates render, merged onto the pod.
    pub merged: Value,
    /// Names of the templates used.
    pub templates: Vec<String>,
    /// What names them: an annotation, or a field of the injector config.
    pub templates_by: &'static str,
    /// What is worth telling.
    pub warnings: Vec<String>,
}

impl Run<'_> {
    /// The port of the sidecar's own endpoints.
    pub fn status_port(&self) -> i64 {
        let own = self.proxy_config.get("statusPort").and_then(Value::as_i64);
        own.filter(|_| self.own_status_port).unwrap_or_else(|| self.injector.mesh.status_port())
    }
}
