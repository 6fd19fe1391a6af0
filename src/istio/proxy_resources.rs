//! ProxyConfig resources (`networking.istio.io`): which of them hold for a pod, and what they set.

use serde_json::{Map, json};

use crate::Value;
use crate::kubernetes::{Labels, Selector, label_selector};

/// What the resources that hold for a pod set, weakest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProxyConfigs {
    /// Of those without a selector: the root namespace's, then that of the pod's namespace. The pod's own annotation is stronger.
    pub for_all: Vec<Value>,
    /// Of the one whose selector chooses the pod: stronger than the annotation.
    pub for_pod: Option<Value>,
}

impl ProxyConfigs {
    /// The resources that hold for a pod of these labels. Of several in one place the oldest does.
    pub fn matching(resources: &[Value], root_namespace: &str, namespace: &str, labels: &Labels) -> Self {
        let stands_in =
            |r: &Value, wanted: &str| r.get("metadata").and_then(|m| m.get("namespace")).and_then(Value::as_str) == Some(wanted);
        let chosen = |r: &Value| {
            r.get("spec")
                .and_then(|s| s.get("selector"))
                .filter(|s| s.get("matchLabels").and_then(Value::as_object).is_some_and(|m| !m.is_empty()))
                .and_then(label_selector)
        };
        let oldest = |wanted: &str, holds: &dyn Fn(Option<Selector>) -> bool| {
            resources.iter().filter(|r| stands_in(r, wanted) && holds(chosen(r))).min_by_key(|r| age(r)).map(overlay)
        };
        let for_all = |wanted: &str| oldest(wanted, &|selector| selector.is_none());
        let own = Some(namespace).filter(|n| *n != root_namespace).and_then(for_all);
        Self {
            for_all: for_all(root_namespace).into_iter().chain(own).collect(),
            for_pod: oldest(namespace, &|selector| selector.is_some_and(|s| s.matches(labels))),
        }
    }

    /// How many resources hold.
    pub fn len(&self) -> usize {
        self.for_all.len() + usize::from(self.for_pod.is_some())
    }

    /// Whether none holds.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What orders resources by age: what no cluster has created yet is younger than what one has, and of equal ones the first is older.
fn age(resource: &Value) -> (bool, &str) {
    let created = resource.get("metadata").and_then(|m| m.get("creationTimestamp")).and_then(Value::as_str);
    (created.is_none(), created.unwrap_or_default())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn resource(namespace: &str, created: Option<&str>, selector: Option<&str>, concurrency: u32) -> Value {
        let selector = selector.map(|app| json!({"matchLabels": {"app": app}}));
        json!({
            "metadata": {"namespace": namespace, "creationTimestamp": created},
            "spec": {"selector": selector, "concurrency": concurrency},
        })
    }

    fn found(resources: &[Value]) -> (Vec<Value>, Option<Value>) {
        let labels = Labels::from([("app".to_owned(), "web".to_owned())]);
        let ProxyConfigs { for_all, for_pod } = ProxyConfigs::matching(resources, "istio-system", "shop", &labels);
        (for_all, for_pod)
    }

    #[test]
    fn what_chooses_the_pod_stands_apart_from_what_holds_for_all() {
        let resources = [
            resource("shop", None, Some("web"), 3),
            resource("shop", None, None, 2),
            resource("istio-system", None, None, 1),
            resource("istio-system", None, Some("web"), 9),
            resource("shop", None, Some("other"), 9),
        ];
        let expected = (vec![json!({"concurrency": 1}), json!({"concurrency": 2})], Some(json!({"concurrency": 3})));
        assert_eq!(found(&resources), expected);
    }

    #[test]
    fn of_several_in_one_place_the_oldest_holds() {
        let (old, new) = (Some("2024-01-01T00:00:00Z"), Some("2025-01-01T00:00:00Z"));
        let both = |first, second| {
            let (a, b) = (resource("shop", first, Some("web"), 1), resource("shop", second, Some("web"), 2));
            found(&[a, b]).1.and_then(|o| o.get("concurrency").and_then(Value::as_i64))
        };
        assert_eq!(both(new, old), Some(2));
        assert_eq!(both(old, new), Some(1));
        assert_eq!(both(None, new), Some(2));
        assert_eq!(both(None, None), Some(1));
    }
}
