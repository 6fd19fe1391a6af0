//! One pod, step by step: the order of the steps is the behaviour, so it stands here as one list.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Map;

use super::identity::Identity;
use super::injector::Injector;
use super::{Error, annotations, cluster_env, metadata, order, overrides, probes, prometheus, render, strip};
use crate::Value;

/// A pod on its way through the steps.
pub(super) struct Run<'a> {
    /// Configuration and templates.
    pub injector: &'a Injector,
    /// The workload that the pod belongs to.
    pub identity: &'a Identity,
    /// Metadata of the namespace, if it is known.
    pub namespace: Option<&'a Value>,
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

type Step = fn(&mut Run<'_>) -> Result<(), Error>;

/// Every step, in order.
const STEPS: &[(&str, Step)] = &[
    ("validate the annotations", |run| annotations::validate(run.original, run.injector.minor)),
    ("find cluster and network", cluster_env::collect),
    ("strip an earlier injection", strip::strip),
    ("select the templates", render::select),
    ("render and merge", render::render),
    ("re-apply the user's containers", overrides::reapply),
    ("set the cluster environment", cluster_env::apply),
    ("merge Prometheus scraping", prometheus::merge),
    ("rewrite probes", probes::rewrite),
    ("record the injection", metadata::record),
    ("order the containers", order::order),
];

impl Run<'_> {
    /// Takes every step.
    pub fn go(&mut self) -> Result<(), Error> {
        STEPS.iter().try_for_each(|(_, step)| step(self))
    }
}
