//! What a `SidecarInjector` means, once all of it is as it should be.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::istio::Revision;
use super::names::{API_VERSION, KIND, SMALLEST};
use super::sources::{Defaults, Sources};
use super::spec::{Diff, Spec, Webhook};
use super::switch::Switch;
use super::{schema, shape, sidecars};
use crate::Value;
use crate::finding::{Finding, Kind, type_name};
use crate::istio::NATIVE_KUBERNETES;
use crate::kubernetes::WorkloadKind;
use crate::read::Namespace;
use crate::sidecar::Sidecar;
use crate::yaml::Path;

/// A validated `SidecarInjector`.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Config {
    /// Warnings that are errors here.
    pub fail_on: Vec<Kind>,
    /// Namespace of objects that have none; never written into them.
    pub default_namespace: String,
    /// What is known of namespaces without any Namespace object.
    pub namespaces: Vec<Namespace>,
    /// ProxyConfig objects of the cluster.
    pub proxy_configs: Vec<Value>,
    /// What the admission webhook of the cluster does with injected pods.
    pub webhook: Webhook,
    /// Revisions of Istio.
    pub istio: Vec<Revision>,
    /// Sidecars of one's own, in the order in which they are injected.
    pub sidecars: Vec<Sidecar>,
    /// Kinds that carry pods beyond the built-in ones.
    pub workloads: Vec<WorkloadKind>,
    /// How changes are shown.
    pub diff: Diff,
    /// Whether what is needed to undo an injection is kept on the workload.
    pub record: Switch,
}

impl Config {
    /// Reads a `SidecarInjector`, or a ConfigMap with string data.
    ///
    /// # Errors
    ///
    /// Every mistake found, each with its path.
    pub fn from_value(object: &Value) -> Result<Self, Vec<Finding>> {
        Self::with_defaults(object, Defaults::default())
    }

    fn with_defaults(object: &Value, defaults: Defaults) -> Result<Self, Vec<Finding>> {
        let text = |key| object.get(key).and_then(Value::as_str).unwrap_or_default();
        let (api_version, kind) = (text("apiVersion"), text("kind"));
        let mistake = |path: Path, message: String| Err(vec![Finding::at(path, message)]);
        match (api_version, kind) {
            (API_VERSION, KIND) if object.get("spec").is_none_or(Value::is_null) => {
                mistake(Path::new(), format!("spec is missing; the smallest configuration is\n{SMALLEST}"))
            }
            (API_VERSION, KIND) => {
                let mut mistakes = Vec::new();
                let object = shape::check(object, schema::schema(), Path::new(), &mut mistakes).unwrap_or_default();
                Self::read(object.get("spec").unwrap_or(&Value::Null), Path::of(["spec"]), defaults, mistakes)
            }
            ("v1", "ConfigMap") => {
                let mut mistakes = Vec::new();
                let schema = schema::spec();
                let spec = config_map_spec(object, schema, &mut mistakes);
                let spec = shape::check(&spec, schema, Path::of(["data"]), &mut mistakes).unwrap_or_default();
                Self::read(&spec, Path::of(["data"]), defaults, mistakes)
            }
            _ => {
                let found = if kind.is_empty() { "no kind".to_owned() } else { format!("{api_version} {kind}") };
                let field = if kind == KIND { "apiVersion" } else { "kind" };
                let path = Path::of(object.get(field).map(|_| field));
                mistake(
                    path,
                    format!("the configuration must be {API_VERSION} {KIND} (or a ConfigMap with the same settings in data), not {found}"),
                )
            }
        }
    }

    /// The configuration of what fits the schema of a `spec`, where that is all of it.
    fn read(spec: &Value, path: Path, defaults: Defaults, mut mistakes: Vec<Finding>) -> Result<Self, Vec<Finding>> {
        match Spec::deserialize(spec) {
            Ok(spec) => {
                let config = Self::of(spec, &path, defaults, &mut mistakes);
                if mistakes.is_empty() { Ok(config) } else { Err(mistakes) }
            }
            Err(_) if !mistakes.is_empty() => Err(mistakes),
            Err(error) => Err(vec![Finding::at(path, error.to_string())]),
        }
    }

    /// Reads a configuration as [`Config::from_value`] and completes it from these sources.
    ///
    /// # Errors
    ///
    /// Every mistake found, each with its path.
    pub fn load(object: &Value, sources: &Sources<'_>) -> Result<Self, Vec<Finding>> {
        let mut config = Self::with_defaults(object, sources.defaults)?;
        let failed = config.istio.iter_mut().enumerate().filter_map(|(i, revision)| revision.resolve(i, sources).err());
        let mistakes: Vec<Finding> = failed.flatten().collect();
        if mistakes.is_empty() { Ok(config) } else { Err(mistakes) }
    }

    /// What a `spec` of the right shape means; what contradicts itself is a mistake.
    fn of(spec: Spec, path: &Path, defaults: Defaults, mistakes: &mut Vec<Finding>) -> Self {
        let complete = mistakes.is_empty();
        let mut mistake = |below: Path, message: String| mistakes.push(Finding::at(path.join(below), message));
        if complete && spec.sidecars.is_empty() && spec.istio.is_empty() {
            mistake(Path::new(), format!("nothing to inject: add sidecars or istio; the smallest configuration is\n{SMALLEST}"));
        }
        let kubernetes_minor = kubernetes_minor(&spec.kubernetes_version);
        if kubernetes_minor.is_none() && !spec.kubernetes_version.is_empty() {
            mistake(Path::of(["kubernetesVersion"]), format!("{:?} is no version of Kubernetes such as \"1.34\"", spec.kubernetes_version));
        }
        let kubernetes_minor = kubernetes_minor.or(defaults.kubernetes_minor);
        if spec.diff.item.starts_with('/') || spec.diff.item.split('/').any(|part| part == "..") {
            mistake(Path::of(["diff", "item"]), "must be a path inside the package, without ..".to_owned());
        }
        let mut istio: Vec<Revision> = spec.istio.into_iter().map(|revision| Revision::new(revision, kubernetes_minor)).collect();
        for Revision { settings, .. } in &mut istio {
            settings.native_sidecars = settings.native_sidecars.or(defaults.native_sidecars);
        }
        let mut seen = BTreeMap::new();
        for (i, name) in istio.iter().enumerate().flat_map(|(i, r)| r.names().map(move |n| (i, n))) {
            if let Some(first) = seen.insert(name, i) {
                mistake(Path::new(), format!("istio[{i}] and istio[{first}] both answer to the revision or tag {name:?}"));
            }
        }
        let mut seen = BTreeMap::new();
        for (i, sidecar) in spec.sidecars.iter().enumerate() {
            if let Some(first) = seen.insert(&sidecar.name, i) {
                mistake(
                    Path::new(),
                    format!("sidecars[{i}] and sidecars[{first}] are both named {:?}: give each its own name", sidecar.name),
                );
            }
            for (below, message) in sidecars::contradictions(sidecar) {
                mistake(Path::of(["sidecars"]).item(i).join(below), message);
            }
        }
        let native = defaults.native_sidecars.unwrap_or(kubernetes_minor.is_some_and(|k| k >= NATIVE_KUBERNETES));
        Self {
            fail_on: spec.fail_on,
            default_namespace: spec.default_namespace,
            namespaces: spec.namespaces,
            proxy_configs: spec.proxy_configs.into_iter().map(|object| object.0).collect(),
            webhook: spec.webhook,
            istio,
            sidecars: spec.sidecars.into_iter().map(|sidecar| sidecars::sidecar(sidecar, native)).collect(),
            workloads: spec.workloads,
            diff: spec.diff,
            record: spec.record,
        }
    }
}

/// The settings of a ConfigMap's data: each value is YAML text, as `kpt fn eval -- sidecars='[…]'` gives it.
/// Only a setting that is text anyway stands as it is.
fn config_map_spec(object: &Value, schema: &Value, mistakes: &mut Vec<Finding>) -> Value {
    let mut spec = serde_json::Map::new();
    let mut mistake = |path: Path, message: String| mistakes.push(Finding::at(path, message));
    let data = object.get("data").and_then(Value::as_object).filter(|data| !data.is_empty());
    if data.is_none() {
        mistake(Path::of(["data"]), format!("no configuration: the ConfigMap's data is empty; the smallest configuration is\n{SMALLEST}"));
    }
    for (key, value) in data.into_iter().flatten() {
        let is_text = schema.get("properties").and_then(|p| p.get(key)).and_then(|field| field.get("type")).is_some_and(|t| t == "string");
        let read = match value.as_str() {
            Some(text) if is_text => Ok(Value::from(text)),
            Some(text) => crate::yaml::parse_value(text).map_err(|error| format!("is no YAML: {error}")),
            None => Err(format!("must be a string, not {}: put quotes around it", type_name(value))),
        };
        match read {
            Ok(value) => drop(spec.insert(key.clone(), value)),
            Err(message) => mistake(Path::of(["data", key]), message),
        }
    }
    Value::Object(spec)
}

/// The minor of a Kubernetes version such as `1.34` or `v1.34.2`.
pub fn kubernetes_minor(text: &str) -> Option<u32> {
    text.trim_start_matches('v').strip_prefix("1.").and_then(|rest| rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok())
}
