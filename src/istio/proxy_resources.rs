//! ProxyConfig resources (`networking.istio.io`): which of them hold for a pod, and what they set.

use serde_json::{Map, json};

use super::policy::selector;
use crate::Value;
use crate::decide::Labels;

/// What the matching resources overlay, in the order in which they apply: of the root namespace, of the pod's namespace, of its labels.
/// Of several at one level the first, which is the oldest, holds.
pub fn matching(resources: &[Value], root_namespace: &str, namespace: &str, labels: &Labels) -> Vec<Value> {
    let stands_in = |r: &&Value, wanted: &str| r.get("metadata").and_then(|m| m.get("namespace")).and_then(Value::as_str) == Some(wanted);
    let chosen = |r: &Value| {
        r.get("spec")
            .and_then(|s| s.get("selector"))
            .filter(|s| s.get("matchLabels").and_then(Value::as_object).is_some_and(|m| !m.is_empty()))
            .and_then(selector)
    };
    let for_all = |wanted: &str| resources.iter().find(|r| stands_in(r, wanted) && chosen(r).is_none());
    let for_pod = resources.iter().find(|r| stands_in(r, namespace) && chosen(r).is_some_and(|s| s.matches(labels)));
    let own = for_all(namespace).filter(|_| namespace != root_namespace);
    [for_all(root_namespace), own, for_pod].into_iter().flatten().map(overlay).collect()
}

/// The fields of a resource as the proxy config has them.
fn overlay(resource: &Value) -> Value {
    let mut over = Map::new();
    let spec = resource.get("spec");
    let field = |key: &str| spec.and_then(|s| s.get(key)).filter(|v| !v.is_null()).cloned();
    for (key, name) in [("concurrency", "concurrency"), ("environmentVariables", "proxyMetadata")] {
        if let Some(value) = field(key) {
            over.insert(name.to_owned(), value);
        }
    }
    if let Some(image) = field("image") {
        over.insert("image".to_owned(), json!({"imageType": image.get("imageType").cloned().unwrap_or_else(|| json!(""))}));
    }
    Value::Object(over)
}
