//! The proxy config: Istio's defaults, what overlays them, and the pod's own annotation.

use serde_json::{Map, json};

use super::error::{Error, WrongField};
use super::messages::PROXY_CONFIG;
use super::proxy_resources::ProxyConfigs;
use super::versions::{Behaviour, Minor};
use super::{messages, proxy_checks};
use crate::{Value, kubernetes, yaml};

/// The annotation that overlays the proxy config of one pod.
pub const ANNOTATION: &str = "proxy.istio.io/config";

const METADATA: &str = "proxyMetadata";

/// Istio's own proxy config of a minor.
pub fn defaults(minor: Minor) -> Map<String, Value> {
    let mut config = json!({
        "configPath": "./etc/istio/proxy",
        "binaryPath": "/usr/local/bin/envoy",
        "serviceCluster": "istio-proxy",
        "drainDuration": "45s",
        "terminationDrainDuration": "5s",
        "proxyAdminPort": 15000,
        "controlPlaneAuthPolicy": "MUTUAL_TLS",
        "discoveryAddress": "istiod.istio-system.svc:15012",
        "statNameLength": 189,
        "statusPort": 15020,
        "interceptionMode": "REDIRECT",
    });
    if minor.has(Behaviour::ParentShutdownDuration) {
        config["parentShutdownDuration"] = json!("60s");
    }
    if minor.has(Behaviour::DefaultConcurrency) {
        config["concurrency"] = json!(2);
    }
    if minor.has(Behaviour::DefaultZipkin) {
        config["tracing"] = json!({"zipkin": {"address": "zipkin.istio-system:9411"}});
    }
    match config {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// Overlays a proxy config: fields replace, `proxyMetadata` merges by key where `merge_metadata` says so.
///
/// # Errors
///
/// The first field whose value has another type, or is refused.
pub fn overlay(base: &mut Map<String, Value>, over: &Value, merge_metadata: bool, minor: Minor) -> Result<(), WrongField> {
    let over = messages::read(over, PROXY_CONFIG, minor)?;
    let before = base.get(METADATA).and_then(Value::as_object).cloned();
    messages::overlay(base, over, PROXY_CONFIG);
    if let (Some(mut all), true) = (before, merge_metadata) {
        let new = base.get(METADATA).and_then(Value::as_object).cloned().unwrap_or_default();
        all.extend(new);
        all.sort_keys();
        base.insert(METADATA.to_owned(), Value::Object(all));
    }
    proxy_checks::check(base)
}

/// The proxy config of a pod, from weak to strong: the mesh's, that of ProxyConfig resources for all pods, of the pod's annotation,
/// of the ProxyConfig resource that chooses the pod. What the annotation sets that no proxy config of this minor has is put among
/// `warnings`: Istio reads the rest.
///
/// # Errors
///
/// When a resource or the annotation is no proxy config.
pub fn of_pod(
    mesh_default: &Map<String, Value>,
    resources: &ProxyConfigs,
    pod: &Value,
    minor: Minor,
    warnings: &mut Vec<String>,
) -> Result<Map<String, Value>, Error> {
    let mut config = mesh_default.clone();
    let of_resource = |config: &mut _, over| overlay(config, over, true, minor).map_err(|e| Error::config("ProxyConfig", e));
    resources.for_all.iter().try_for_each(|over| of_resource(&mut config, over))?;
    if let Some(text) = kubernetes::annotation(pod, ANNOTATION) {
        let over = yaml::parse_last_wins(text).map_err(|e| Error::annotation(ANNOTATION, text, e))?;
        let merges = minor.has(Behaviour::ProxyMetadataMerges);
        overlay(&mut config, &over, merges, minor).map_err(|e| Error::annotation(ANNOTATION, text, e))?;
        warnings.extend(messages::unknown(&over, PROXY_CONFIG, minor).into_iter().map(|(path, meant)| {
            let hint = meant.map(|name| format!("; did you mean {name}?")).unwrap_or_default();
            format!("annotation {ANNOTATION}: {path}: no field of a proxy config has this name, and Istio reads the rest without it{hint}")
        }));
    }
    resources.for_pod.iter().try_for_each(|over| of_resource(&mut config, over))?;
    Ok(config)
}
