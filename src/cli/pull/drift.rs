//! Whether a configuration is still what a cluster has: what `pull` writes is compared, what people add is theirs.

use serde_json::Map;
use similar::TextDiff;

use crate::istio::DEFAULT_REVISION;
use crate::{Value, yaml};

/// Fields of `spec` that are read of a cluster, in the order in which they are written.
pub(super) const READ: [&str; 4] = ["kubernetesVersion", "namespaces", "proxyConfigs", "istio"];
/// Fields of a revision that are.
pub(super) const READ_OF_REVISION: [&str; 12] = [
    "revision",
    "tags",
    "webhooks",
    "injector",
    "mesh",
    "env",
    "platform",
    "compliancePolicy",
    "cluster",
    "network",
    "proxyEnv",
    "enableNamespacesByDefault",
];
/// How many unchanged lines stand around a change.
const CONTEXT: usize = 3;

/// The difference between a file and what a cluster has now, as a unified diff; nothing where there is none. About `unread` fields
/// nothing is known, and of the file only these `revisions` are meant; empty for all.
pub fn drift(file: &Value, name: &str, cluster: &Value, server: &str, unread: &[&str], revisions: &[String]) -> Option<String> {
    let [old, new] = [file, cluster].map(|config| yaml::to_string(&read_part(config, unread, revisions)));
    if old == new {
        return None;
    }
    Some(TextDiff::from_lines(&old, &new).unified_diff().context_radius(CONTEXT).header(name, server).to_string())
}

/// What of a configuration is read of a cluster.
fn read_part(config: &Value, unread: &[&str], revisions: &[String]) -> Value {
    let pick = |from: Option<&Value>, keys: &[&str]| -> Map<String, Value> {
        let field = |key: &&str| Some(((*key).to_owned(), from?.get(*key).filter(|v| !v.is_null())?.clone()));
        keys.iter().filter(|key| !unread.contains(key)).filter_map(field).collect()
    };
    let mut spec = pick(config.get("spec"), &READ);
    if let Some(Value::Array(list)) = spec.get_mut("istio") {
        for entry in list.iter_mut() {
            *entry = Value::Object(pick(Some(entry), &READ_OF_REVISION));
        }
        list.retain(|entry| revisions.is_empty() || revisions.iter().any(|name| name == revision(entry)));
        list.sort_by(|a, b| revision(a).cmp(revision(b)));
    }
    Value::Object(Map::from_iter([("spec".to_owned(), Value::Object(spec))]))
}

/// The name of a revision as a configuration has it.
pub(super) fn revision(entry: &Value) -> &str {
    entry.get("revision").and_then(Value::as_str).filter(|name| !name.is_empty()).unwrap_or(DEFAULT_REVISION)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_people_add_is_no_drift() {
        let cluster = json!({"spec": {"kubernetesVersion": "1.34", "istio": [{"revision": "a", "tags": ["x"]}]}});
        let file = json!({"spec": {"webhook": "bypass", "istio": [{"revision": "a", "nativeSidecars": true, "tags": ["x"]}], "kubernetesVersion": "1.34"}});
        assert_eq!(drift(&file, "f", &cluster, "s", &[], &[]), None);
        let moved = json!({"spec": {"kubernetesVersion": "1.33", "istio": [{"revision": "a", "tags": ["y"]}]}});
        let text = drift(&file, "f", &moved, "s", &[], &[]).unwrap_or_default();
        assert!(
            text.contains("--- f\n+++ s\n") && text.contains("-  kubernetesVersion: \"1.34\"\n+  kubernetesVersion: \"1.33\""),
            "{text}"
        );
        assert_eq!(drift(&file, "f", &moved, "s", &["kubernetesVersion", "tags"], &[]), None);
    }

    #[test]
    fn only_the_revisions_that_were_asked_for_are_compared() {
        let cluster = json!({"spec": {"istio": [{"revision": "b"}]}});
        let file = json!({"spec": {"istio": [{"revision": "b"}, {"tags": ["x"]}]}});
        assert_eq!(drift(&file, "f", &cluster, "s", &[], &["b".to_owned()]), None);
        assert!(drift(&file, "f", &cluster, "s", &[], &[]).is_some());
    }
}
