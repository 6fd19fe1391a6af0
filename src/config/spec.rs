//! The `SidecarInjector` as it is written: every field with its type and what it means. The reader and the JSON Schema both
//! come of these types, so that a field cannot be in one and not in the other. A field that may be left out may be null as
//! well; the schema does not offer that.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::switch::Switch;
use crate::Value;
use crate::decide::WebhookSelectors;
use crate::finding::Kind;
use crate::kubernetes::WorkloadKind;
use crate::read::Namespace;
use crate::sidecar::{Match, Position};

/// What is injected where, and how it is reported.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Spec {
    /// What the cluster's admission webhook does with injected pods.
    #[serde(default)]
    pub webhook: Webhook,
    /// Warnings that are errors here.
    #[serde(default = "default_fail_on")]
    pub fail_on: Vec<Kind>,
    /// Namespace of objects that have none; it is never written into them.
    #[serde(default)]
    pub default_namespace: String,
    /// What is known of namespaces; Namespace objects among the manifests are merged over it.
    #[serde(default)]
    pub namespaces: Vec<Namespace>,
    /// Istio's ProxyConfig objects of the cluster; those among the manifests stand in the place of the ones of their names.
    #[serde(default)]
    pub proxy_configs: Vec<ProxyConfig>,
    /// The nodes' version of Kubernetes, such as "1.34"; it decides about native sidecars where nothing else does.
    #[serde(default)]
    pub kubernetes_version: String,
    /// Revisions of Istio, each with the configuration of its injector.
    #[serde(default)]
    pub istio: Vec<IstioRevision>,
    /// Sidecars of one's own, in the order in which they are injected.
    #[serde(default)]
    pub sidecars: Vec<SidecarSpec>,
    /// Kinds that carry pods, beyond the built-in ones.
    #[serde(default)]
    pub workloads: Vec<WorkloadKind>,
    /// How changes are shown to hosts.
    #[serde(default)]
    pub diff: Diff,
    /// Whether what is needed to undo an injection is kept on the workload; auto: where the result stays in files.
    #[serde(default)]
    pub record: Switch,
}

fn default_fail_on() -> Vec<Kind> {
    vec![Kind::UnknownNamespace]
}

/// `spec.webhook`: whether the admission webhook runs beside us.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Webhook {
    /// It runs too, and renders again what it selects.
    #[default]
    Coexist,
    /// It runs; injected pods get the label that keeps it away.
    Bypass,
    /// There is none.
    Absent,
}

/// `spec.diff`: how changes are shown to hosts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Diff {
    /// What the results carry.
    pub results: DiffResults,
    /// Whether the diff also goes to standard error.
    pub stderr: bool,
    /// Path, inside the package, of an item that holds the diff; empty for none.
    pub item: String,
}

/// `spec.diff.results`: what the results carry.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
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

/// A revision of Istio.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct IstioRevision {
    /// Its name; default is the unnamed one.
    #[serde(default)]
    pub revision: String,
    /// Further names of it.
    #[serde(default)]
    pub tags: Vec<String>,
    /// What the cluster's webhooks of this revision select, where that is not what those of its name do; any of them takes a pod.
    /// Absent: the name is a tag like the others. Empty: nothing but the tags.
    #[serde(default)]
    #[schemars(with = "Vec<WebhookSelectors>")]
    pub webhooks: Option<Vec<WebhookSelectors>>,
    /// Where the injector's own configuration stands; absent: in the ConfigMap istio-sidecar-injector among the manifests.
    #[serde(default)]
    #[schemars(with = "SourceSpec<InjectorTexts>")]
    pub injector: Option<SourceSpec<InjectorTexts>>,
    /// Where the mesh config stands; absent: in the ConfigMap istio among the manifests.
    #[serde(default)]
    #[schemars(with = "SourceSpec<Text>")]
    pub mesh: Option<SourceSpec<Text>>,
    /// Istio's minor, such as "1.30", where values.global.tag does not tell.
    #[serde(default)]
    pub version: String,
    /// Whether the proxy is a native sidecar where the pod does not say.
    #[serde(default)]
    pub native_sidecars: Switch,
    /// istiod's environment, as far as templates and rules read it.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// openshift, or empty.
    #[serde(default)]
    pub platform: String,
    /// istiod's compliance policy, such as fips-140-2, or empty.
    #[serde(default)]
    pub compliance_policy: String,
    /// The cluster's name; empty: what the values say.
    #[serde(default)]
    pub cluster: String,
    /// The network's name; empty: what the values say.
    #[serde(default)]
    pub network: String,
    /// Further variables of the proxy, from the address of the webhook.
    #[serde(default)]
    pub proxy_env: BTreeMap<String, String>,
    /// Whether namespaces without any label are injected by it.
    #[serde(default)]
    pub enable_namespaces_by_default: bool,
}

/// An object of Istio's kind ProxyConfig, as a cluster has it.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub(super) struct ProxyConfig(pub Value);

impl JsonSchema for ProxyConfig {
    fn schema_name() -> Cow<'static, str> {
        "ProxyConfig".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "properties": {
                "apiVersion": {"type": "string"},
                "kind": {"type": "string", "enum": ["ProxyConfig"]},
                "metadata": {"type": "object"},
                "spec": {"type": "object"},
            },
            "required": ["apiVersion", "kind", "metadata"],
        })
    }
}

/// Where a part of Istio's configuration stands.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, bound(deserialize = "T: Deserialize<'de>"))]
#[schemars(extend("oneOf" = [{"required": ["inline"]}, {"required": ["configMap"]}, {"required": ["file"]}]))]
pub(super) struct SourceSpec<T> {
    /// Here.
    #[serde(default)]
    #[schemars(with = "T")]
    pub inline: Option<T>,
    /// In a ConfigMap among the manifests: NAME, NAMESPACE/NAME, or both as fields.
    #[serde(default)]
    #[schemars(with = "ConfigMapName")]
    pub config_map: Option<ConfigMapName>,
    /// In a file, relative to this configuration; a KRM function reads none.
    #[serde(default)]
    #[schemars(with = "String")]
    pub file: Option<String>,
}

/// The injector's own configuration.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct InjectorTexts {
    /// Key config of the ConfigMap istio-sidecar-injector.
    pub config: Text,
    /// Key values of the ConfigMap istio-sidecar-injector.
    pub values: Text,
}

/// The name of a ConfigMap.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum ConfigMapName {
    /// As text.
    Text(String),
    /// As fields.
    Fields(ConfigMapFields),
}

/// The name of a ConfigMap, as fields.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ConfigMapFields {
    /// Its name.
    #[schemars(length(min = 1))]
    pub name: String,
    /// Its namespace; empty for any.
    #[serde(default)]
    pub namespace: String,
}

/// YAML that stands as text or as an object; an object is as its JSON, which is YAML too.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "Value")]
pub(super) struct Text(pub String);

impl From<Value> for Text {
    fn from(value: Value) -> Self {
        match value {
            Value::String(text) => Self(text),
            object => Self(object.to_string()),
        }
    }
}

impl JsonSchema for Text {
    fn schema_name() -> Cow<'static, str> {
        "Text".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": ["string", "object"]})
    }
}

/// A sidecar of one's own.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("oneOf" = [{"required": ["pod"]}, {"required": ["template"]}]))]
pub(super) struct SidecarSpec {
    /// By it the opt-in list and the record tell the sidecar from others.
    #[schemars(length(min = 1))]
    pub name: String,
    /// Which workloads it goes into, all that is given must hold; absent: the default opt-in.
    #[serde(default, rename = "match")]
    #[schemars(with = "Match")]
    pub matches: Option<Match>,
    /// Label or annotation of a pod template that decides whatever match says: "true" or "false".
    #[serde(default)]
    pub opt_in_key: String,
    /// Whether its containers are init containers that restart always; auto: where kubernetesVersion is 1.33 or newer.
    #[serde(default)]
    pub native: Switch,
    /// Where its containers stand among the pod's.
    #[serde(default)]
    pub position: Position,
    /// A partial pod, merged strategically.
    #[serde(default)]
    #[schemars(with = "PartialPod")]
    pub pod: Option<PartialPod>,
    /// A Go template that renders a partial pod from .Spec, .ObjectMeta, .DeploymentMeta, .TypeMeta and .Values.
    #[serde(default)]
    #[schemars(with = "String")]
    pub template: Option<String>,
    /// What the template sees as .Values.
    #[serde(default)]
    pub values: Value,
}

/// A partial pod; what injection relies on has a shape, the rest is Kubernetes'.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub(super) struct PartialPod(pub Value);

impl JsonSchema for PartialPod {
    fn schema_name() -> Cow<'static, str> {
        "PartialPod".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        // In a partial pod, null deletes.
        let texts = json_schema!({"type": ["object", "null"], "additionalProperties": {"type": ["string", "null"]}});
        let named = json_schema!({
            "type": ["array", "null"],
            "items": {"type": "object", "properties": {"name": {"type": "string", "minLength": 1}}, "required": ["name"]},
        });
        json_schema!({
            "type": "object",
            "properties": {
                "apiVersion": {"type": "string"},
                "kind": {"type": "string"},
                "metadata": {"type": "object", "properties": {"labels": texts, "annotations": texts}},
                "spec": {
                    "type": "object",
                    "properties": {"containers": named, "initContainers": named, "volumes": named, "imagePullSecrets": named},
                },
            },
            "additionalProperties": false,
        })
    }
}
