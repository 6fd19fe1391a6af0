//! The `SidecarInjector` object: what is injected where, and how it is reported. One object, the same in every host.

mod installation;
mod istio;
mod reader;
mod sidecars;
mod sources;

use std::collections::BTreeMap;

pub use installation::{Installation, installation};
pub use istio::Revision;
pub use reader::{Mistake, Reader, closest, type_name};
pub use sources::{Source, Sources};

use crate::Value;
use crate::decide::{Namespace, Operator, Requirement, Selector};
use crate::istio::NATIVE_KUBERNETES;
use crate::sidecar::Sidecar;
use crate::workload::WorkloadKind;

/// `apiVersion` of the configuration.
pub const API_VERSION: &str = "sidecarize.dev/v1alpha1";
/// `kind` of the configuration.
pub const KIND: &str = "SidecarInjector";

/// The smallest configuration that does something; shown where none is given.
pub const SMALLEST: &str = "apiVersion: sidecarize.dev/v1alpha1
kind: SidecarInjector
metadata:
  name: injector
  annotations: {config.kubernetes.io/local-config: \"true\"}
spec:
  sidecars:
  - name: log-agent
    pod:
      spec:
        containers:
        - name: log-agent
          image: example.com/log-agent:1
";

/// A validated `SidecarInjector`.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// Warnings that are errors here.
    pub fail_on: Vec<Warning>,
    /// Namespace of objects that have none; never written into them.
    pub default_namespace: String,
    /// What is known of namespaces without any Namespace object.
    pub namespaces: Vec<Namespace>,
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
    pub record: RecordMode,
}

/// `spec.webhook`: whether the admission webhook runs beside us.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Webhook {
    /// It runs too, and renders again what it selects.
    #[default]
    Coexist,
    /// It runs; injected pods get the label that keeps it away.
    Bypass,
    /// There is none.
    Absent,
}

/// `spec.diff`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diff {
    /// What the results carry.
    pub results: DiffResults,
    /// Whether the diff also goes to standard error.
    pub stderr: bool,
    /// Path of an item that holds the diff; empty for none.
    pub item: String,
}

/// `spec.diff.results`: what the results carry.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DiffResults {
    /// The unified diff in `tags.diff`.
    #[default]
    Full,
    /// As `full`, and a result for each workload that is left alone, too.
    All,
    /// Counts of lines only.
    Summary,
    /// No result for an injected workload.
    None,
}

/// `spec.record`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RecordMode {
    /// Where the result is committed (`--in-place`, kpt).
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl RecordMode {
    /// Whether to keep a record, where the host commits the result or not.
    pub fn resolve(self, committed: bool) -> bool {
        match self {
            Self::Auto => committed,
            Self::Always => true,
            Self::Never => false,
        }
    }
}

/// Warnings that `spec.failOn` can turn into errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warning {
    /// A namespace's labels would decide and nothing is known of it.
    UnknownNamespace,
    /// An object of an unknown kind carries a pod template.
    UnhandledKind,
    /// A Job whose sidecar keeps it from finishing.
    JobNeverFinishes,
    /// An injected part that the namespace's Pod Security level forbids.
    PodSecurity,
    /// An opt-in on the workload instead of its pod template.
    MisplacedOptIn,
}

const WARNINGS: &[(&str, Warning)] = &[
    ("unknownNamespace", Warning::UnknownNamespace),
    ("unhandledKind", Warning::UnhandledKind),
    ("jobNeverFinishes", Warning::JobNeverFinishes),
    ("podSecurity", Warning::PodSecurity),
    ("misplacedOptIn", Warning::MisplacedOptIn),
];

impl Config {
    /// Reads a `SidecarInjector`, or a ConfigMap with string data.
    ///
    /// # Errors
    ///
    /// Every mistake found, each with its path.
    pub fn from_value(object: &Value) -> Result<Self, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        let mut reader = Reader::new(object, "", &mut mistakes);
        let kind = object.get("kind").and_then(Value::as_str).unwrap_or_default();
        let api_version = object.get("apiVersion").and_then(Value::as_str).unwrap_or_default();
        let config = match (api_version, kind) {
            (API_VERSION, KIND) => {
                reader.fields(&["apiVersion", "kind", "metadata", "spec"]);
                match reader.field("spec") {
                    Some(mut spec) => read_spec(&mut spec),
                    None => {
                        reader.mistake(format!("spec is missing; the smallest configuration is\n{SMALLEST}"));
                        Self::default()
                    }
                }
            }
            ("v1", "ConfigMap") => match config_map_spec(&mut reader) {
                Some(spec) => read_spec(&mut Reader::new(&spec, "data", &mut mistakes)),
                None => Self::default(),
            },
            _ => {
                let found = if kind.is_empty() { "no kind".to_owned() } else { format!("{api_version} {kind}") };
                reader.mistake(format!(
                    "the configuration must be {API_VERSION} {KIND} (or a ConfigMap with the same settings in data), not {found}"
                ));
                Self::default()
            }
        };
        if mistakes.is_empty() { Ok(config) } else { Err(mistakes) }
    }

    /// Reads a configuration as [`Config::from_value`] and completes it from these sources.
    ///
    /// # Errors
    ///
    /// Every mistake found, each with its path.
    pub fn load(object: &Value, sources: &Sources<'_>) -> Result<Self, Vec<Mistake>> {
        let mut config = Self::from_value(object)?;
        let failed = config.istio.iter_mut().enumerate().filter_map(|(i, revision)| revision.resolve(i, sources).err());
        let mistakes: Vec<Mistake> = failed.flatten().collect();
        if mistakes.is_empty() { Ok(config) } else { Err(mistakes) }
    }
}

/// The settings of a ConfigMap's data: each value is YAML text, as `kpt fn eval -- sidecars='[…]'` gives it.
fn config_map_spec(reader: &mut Reader<'_, '_>) -> Option<Value> {
    let data = reader.texts("data");
    if data.is_empty() {
        reader.mistake(format!("no configuration: the ConfigMap's data is empty; the smallest configuration is\n{SMALLEST}"));
        return None;
    }
    let mut spec = serde_json::Map::new();
    for (key, text) in data {
        let value = match key.as_str() {
            "defaultNamespace" => Value::String(text),
            _ => match crate::yaml::parse_value(&text) {
                Ok(value) => value,
                Err(error) => {
                    if let Some(mut field) = reader.field("data") {
                        field.mistake(format!("{key} is not YAML: {error}"));
                    }
                    continue;
                }
            },
        };
        spec.insert(key, value);
    }
    Some(Value::Object(spec))
}

/// Fields of `spec`.
const SPEC_FIELDS: &[&str] =
    &["webhook", "failOn", "defaultNamespace", "namespaces", "kubernetesVersion", "istio", "sidecars", "workloads", "diff", "record"];

fn read_spec(spec: &mut Reader<'_, '_>) -> Config {
    if !spec.fields(SPEC_FIELDS) {
        return Config::default();
    }
    let fail_on = match spec.field("failOn") {
        None => vec![Warning::UnknownNamespace],
        Some(_) => spec.list("failOn", read_warning).into_iter().flatten().collect(),
    };
    let kubernetes_minor = spec.field("kubernetesVersion").and_then(|mut field| read_kubernetes_minor(&mut field));
    let webhooks = [("coexist", Webhook::Coexist), ("bypass", Webhook::Bypass), ("absent", Webhook::Absent)];
    let mut config = Config {
        fail_on,
        webhook: spec.choice("webhook", &webhooks).unwrap_or_default(),
        default_namespace: spec.text("defaultNamespace"),
        namespaces: spec.list("namespaces", read_namespace),
        istio: spec.list("istio", istio::read),
        sidecars: spec.list("sidecars", |r| sidecars::read(r, kubernetes_minor.is_some_and(|k| k >= NATIVE_KUBERNETES))),
        workloads: spec.list("workloads", read_workload),
        diff: spec.field("diff").map(|mut d| read_diff(&mut d)).unwrap_or_default(),
        record: spec
            .choice("record", &[("auto", RecordMode::Auto), ("true", RecordMode::Always), ("false", RecordMode::Never)])
            .unwrap_or_default(),
    };
    config.istio.iter_mut().for_each(|revision| revision.settings.kubernetes_minor = kubernetes_minor);
    let mut seen = BTreeMap::new();
    for (i, name) in config.istio.iter().enumerate().flat_map(|(i, r)| std::iter::once(&r.name).chain(&r.tags).map(move |n| (i, n))) {
        if let Some(first) = seen.insert(name.clone(), i) {
            spec.mistake(format!("istio[{i}] and istio[{first}] both answer to the revision or tag {name:?}"));
        }
    }
    let mut seen = BTreeMap::new();
    for (i, sidecar) in config.sidecars.iter().enumerate().filter(|(_, s)| !s.name.is_empty()) {
        if let Some(first) = seen.insert(sidecar.name.clone(), i) {
            spec.mistake(format!("sidecars[{i}] and sidecars[{first}] are both named {:?}: give each its own name", sidecar.name));
        }
    }
    if config.sidecars.is_empty() && config.istio.is_empty() {
        spec.mistake(format!("nothing to inject: add sidecars or istio; the smallest configuration is\n{SMALLEST}"));
    }
    config
}

/// The minor of a Kubernetes version such as `1.34` or `v1.34.2`.
fn read_kubernetes_minor(reader: &mut Reader<'_, '_>) -> Option<u32> {
    let text = reader.as_text();
    let minor =
        text.trim_start_matches('v').strip_prefix("1.").and_then(|rest| rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok());
    if minor.is_none() && !text.is_empty() {
        reader.mistake(format!("{text:?} is no version of Kubernetes such as \"1.34\""));
    }
    minor
}

fn read_warning(reader: &mut Reader<'_, '_>) -> Option<Warning> {
    let name = reader.as_text();
    let found = WARNINGS.iter().find(|(n, _)| *n == name).map(|(_, w)| *w);
    if found.is_none() && !name.is_empty() {
        let names: Vec<&str> = WARNINGS.iter().map(|(n, _)| *n).collect();
        reader.mistake(format!("{name:?} is not one of {}", names.join(", ")));
    }
    found
}

fn read_namespace(reader: &mut Reader<'_, '_>) -> Namespace {
    reader.fields(&["name", "labels", "annotations"]);
    let name = reader.text("name");
    if name.is_empty() {
        reader.mistake("a namespace needs a name");
    }
    Namespace { name, labels: reader.texts("labels"), annotations: reader.texts("annotations") }
}

fn read_workload(reader: &mut Reader<'_, '_>) -> WorkloadKind {
    reader.fields(&["group", "kind", "podTemplates"]);
    let kind = WorkloadKind {
        group: reader.text("group"),
        kind: reader.text("kind"),
        pod_templates: reader.list("podTemplates", |r| r.as_text()),
    };
    if kind.kind.is_empty() || kind.pod_templates.is_empty() {
        reader.mistake("a workload needs kind and podTemplates, such as kind: RayCluster, podTemplates: [\"spec.headGroupSpec.template\"]");
    }
    kind
}

fn read_diff(reader: &mut Reader<'_, '_>) -> Diff {
    reader.fields(&["results", "stderr", "item"]);
    let choices = [("full", DiffResults::Full), ("all", DiffResults::All), ("summary", DiffResults::Summary), ("none", DiffResults::None)];
    let item = reader.text("item");
    let outside = item.starts_with('/') || item.split('/').any(|part| part == "..");
    if let Some(mut field) = reader.field("item").filter(|_| outside) {
        field.mistake("must be a path inside the package, without ..");
    }
    Diff { results: reader.choice("results", &choices).unwrap_or_default(), stderr: reader.boolean("stderr").unwrap_or(false), item }
}

/// Reads a Kubernetes label selector.
fn read_selector(reader: &mut Reader<'_, '_>) -> Selector {
    reader.fields(&["matchLabels", "matchExpressions"]);
    Selector {
        match_labels: reader.texts("matchLabels"),
        match_expressions: reader.list("matchExpressions", read_requirement).into_iter().flatten().collect(),
    }
}

fn read_requirement(reader: &mut Reader<'_, '_>) -> Option<Requirement> {
    reader.fields(&["key", "operator", "values"]);
    let key = reader.text("key");
    let name = reader.text("operator");
    let values = reader.list("values", |r| r.as_text());
    let Some(operator) = Operator::from_name(&name) else {
        reader.mistake(format!("operator {name:?} is not one of In, NotIn, Exists, DoesNotExist"));
        return None;
    };
    let wants_values = matches!(operator, Operator::In | Operator::NotIn);
    if wants_values == values.is_empty() {
        let must = if wants_values { "needs values" } else { "takes no values" };
        reader.mistake(format!("operator {name} {must}"));
    }
    if key.is_empty() {
        reader.mistake("a requirement needs a key");
    }
    Some(Requirement { key, operator, values })
}
