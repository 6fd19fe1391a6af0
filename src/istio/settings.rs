//! What an installation of Istio is set to.

use std::collections::BTreeMap;

/// Everything that decides what is injected, as texts and plain settings.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The injector config (key `config`), or the text of one template.
    pub config: String,
    /// The values (key `values`), JSON or YAML.
    pub values: String,
    /// The mesh config (key `mesh`), YAML.
    pub mesh: String,
    /// The revision; empty for the default one.
    pub revision: String,
    /// Whether proxies are native sidecars, where the pod does not say; none: what the version and its environment have by default.
    pub native_sidecars: Option<bool>,
    /// The minor of the nodes' Kubernetes, which decides about native sidecars where nothing else does; none: new enough.
    pub kubernetes_minor: Option<u32>,
    /// Istio's version, where `values.global.tag` does not tell.
    pub version: Option<String>,
    /// Whether templates may use data and functions of any minor, as where they are given apart from the version.
    pub templates_of_any_minor: bool,
    /// `openshift`, or empty.
    pub platform: String,
    /// istiod's compliance policy: `fips-140-2` and the like, or empty.
    pub compliance_policy: String,
    /// The cluster's name; empty: what the values say.
    pub cluster: String,
    /// The network's name; empty: what the values say.
    pub network: String,
    /// istiod's environment, as far as templates and rules read it.
    pub env: BTreeMap<String, String>,
    /// Further environment of the sidecar, from the path of the webhook's address.
    pub proxy_env: BTreeMap<String, String>,
}

/// The minor of Kubernetes from which native sidecars are stable.
pub const NATIVE_KUBERNETES: u32 = 33;
