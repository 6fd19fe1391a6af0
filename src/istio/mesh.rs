//! The mesh config: Istio's defaults overlaid by the key `mesh` of the ConfigMap `istio`.

use serde_json::{Map, Value as Json, json};

use super::error::{Error, WrongField};
use super::messages::MESH_CONFIG;
use super::versions::Minor;
use super::{messages, proxy_config};
use crate::{Value, yaml};

/// The key of the proxy config that pods start from.
const DEFAULT_CONFIG: &str = "defaultConfig";
/// The providers of telemetry and authorization.
const PROVIDERS: &str = "extensionProviders";
/// The port of the sidecar's own endpoints where nobody sets another.
const STATUS_PORT: i64 = 15020;

/// An effective mesh config.
#[derive(Debug, Clone)]
pub struct Mesh {
    config: Map<String, Value>,
    default_config: Map<String, Value>,
}

impl Mesh {
    /// Reads a mesh config over the defaults of a minor.
    ///
    /// # Errors
    ///
    /// When the text is no YAML, or a field has another type than Istio's.
    pub fn parse(text: &str, minor: Minor) -> Result<Self, Error> {
        let wrong = |e: WrongField| Error::config("mesh config", e);
        let mut value = yaml::parse_last_wins(text).map_err(|e| Error::config("mesh config", e))?;
        // Only this spelling counts: the reference reads the proxy config apart from the rest, by this key.
        let proxy = value.as_object_mut().and_then(|map| map.shift_remove(DEFAULT_CONFIG));
        let mut over = messages::read(&value, MESH_CONFIG, minor).map_err(wrong)?;
        over.shift_remove(DEFAULT_CONFIG);
        let mut default_config = proxy_config::defaults(minor);
        if let Some(proxy) = proxy {
            proxy_config::overlay(&mut default_config, &proxy, true, minor).map_err(|e| wrong(e.below([DEFAULT_CONFIG])))?;
        }
        let mut config = defaults();
        let providers = over.shift_remove(PROVIDERS);
        messages::overlay(&mut config, over, MESH_CONFIG);
        if let (Some(Value::Array(all)), Some(Value::Array(own))) = (config.get_mut(PROVIDERS), providers) {
            merge_by_name(all, own);
        }
        config.insert(DEFAULT_CONFIG.to_owned(), Value::Object(default_config.clone()));
        Ok(Self { config, default_config })
    }

    /// The whole config, as templates see it.
    pub fn value(&self) -> Value {
        Value::Object(self.config.clone())
    }

    /// `defaultConfig`: the proxy config that pods start from.
    pub fn default_config(&self) -> &Map<String, Value> {
        &self.default_config
    }

    /// The port of the sidecar's own endpoints.
    pub fn status_port(&self) -> i64 {
        self.default_config.get("statusPort").and_then(Json::as_i64).unwrap_or(STATUS_PORT)
    }

    /// The namespace of what holds for the whole mesh.
    pub fn root_namespace(&self) -> &str {
        self.config.get("rootNamespace").and_then(Json::as_str).unwrap_or_default()
    }

    /// Whether the sidecar scrapes the application's metrics together with its own.
    pub fn merges_prometheus(&self) -> bool {
        self.config.get("enablePrometheusMerge").and_then(Json::as_bool).unwrap_or(true)
    }

    /// What `.InboundTrafficPolicyMode` says: `localhost` or `passthrough`.
    pub fn inbound_policy(&self) -> &'static str {
        let mode = self.config.get("inboundTrafficPolicy").and_then(|p| p.get("mode")).and_then(Json::as_str);
        if mode == Some("LOCALHOST") { "localhost" } else { "passthrough" }
    }
}

/// Merges extension providers: those of a name that is there take its place, others come behind.
fn merge_by_name(all: &mut Vec<Value>, over: Vec<Value>) {
    for provider in over {
        match all.iter_mut().find(|p| p.get("name") == provider.get("name")) {
            Some(slot) => *slot = provider,
            None => all.push(provider),
        }
    }
}

fn defaults() -> Map<String, Value> {
    let defaults = json!({
        "proxyListenPort": 15001,
        "proxyInboundListenPort": 15006,
        "connectTimeout": "10s",
        "protocolDetectionTimeout": "0s",
        "dnsRefreshRate": "60s",
        "ingressClass": "istio",
        "ingressService": "istio-ingressgateway",
        "ingressControllerMode": "STRICT",
        "enableTracing": true,
        "trustDomain": "cluster.local",
        "rootNamespace": "istio-system",
        "enableAutoMtls": true,
        "enablePrometheusMerge": true,
        "inboundTrafficPolicy": {"mode": "PASSTHROUGH"},
        "outboundTrafficPolicy": {"mode": "ALLOW_ANY"},
        "localityLbSetting": {"enabled": true},
        "defaultServiceExportTo": ["*"],
        "defaultVirtualServiceExportTo": ["*"],
        "defaultDestinationRuleExportTo": ["*"],
        "defaultProviders": {},
        PROVIDERS: [
            {"name": "prometheus", "prometheus": {}},
            {"name": "stackdriver", "stackdriver": {}},
            {"name": "envoy", "envoyFileAccessLog": {"path": "/dev/stdout"}},
        ],
    });
    match defaults {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
