//! What rendered manifests of istiod say about its injection: the `SidecarInjector` that does the same.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;
use serde_json::{Map, Value as Json, json};

use super::sources::{INJECTOR_PART, MESH_PART, Part, text};
use super::{API_VERSION, KIND};
use crate::Value;
use crate::kubernetes::hosts::LOCAL_CONFIG;
use crate::kubernetes::{Labels, label_selector, string_map};

/// Labels of a MutatingWebhookConfiguration: the revision that it stands for, and the tag.
const REVISION: &str = "istio.io/rev";
const TAG: &str = "istio.io/tag";
/// The container of istiod.
const DISCOVERY: &str = "discovery";
/// Variables of istiod that its own code reads, beyond those that templates name.
const VARIABLES: &[&str] = &["ENABLE_NATIVE_SIDECARS", "REWRITE_TCP_PROBES"];
/// Annotations of a namespace that decide user ids on OpenShift.
const OPENSHIFT: &str = "openshift.io/sa.scc.";
/// Parts of the names of fields that hold credentials.
const CREDENTIALS: &[&str] = &["accesstoken", "apikey", "password", "secret", "credential"];

/// What an installation of Istio injects.
#[derive(Debug, Clone)]
pub struct Installation {
    /// The `SidecarInjector`.
    pub config: Value,
    /// What is worth a look.
    pub warnings: Vec<String>,
}

/// One revision, as far as it is known.
#[derive(Default)]
struct Found {
    injector: Vec<String>,
    mesh: Option<String>,
    namespace: String,
    tags: BTreeSet<String>,
    env: BTreeMap<String, String>,
    path: BTreeMap<String, String>,
    by_default: bool,
}

/// The configuration that does what the istiods among these objects do; nothing where there is no injector's ConfigMap.
pub fn installation<'a>(objects: impl IntoIterator<Item = &'a Value>) -> Option<Installation> {
    let objects: Vec<&Value> = objects.into_iter().collect();
    let mut revisions: BTreeMap<String, Found> = BTreeMap::new();
    let mut warnings = Vec::new();
    for object in of_kind(&objects, "ConfigMap") {
        let Some(revision) = INJECTOR_PART.revision_of(object) else { continue };
        let found = revisions.entry(revision.to_owned()).or_default();
        if !found.injector.is_empty() {
            warnings.push(format!("revision {revision} has more than one ConfigMap {}: the first one counts", text(object, "name")));
            continue;
        }
        found.injector = INJECTOR_PART.texts(object).unwrap_or_default();
        text(object, "namespace").clone_into(&mut found.namespace);
    }
    if revisions.is_empty() {
        return None;
    }
    for (revision, found) in &mut revisions {
        let name = MESH_PART.usual_name(revision);
        let near = |o: &&&Value| text(o, "name") == name && text(o, "namespace") == found.namespace;
        let mesh = of_kind(&objects, "ConfigMap").iter().find(near).and_then(|o| only(MESH_PART, o));
        match &mesh {
            Some(mesh) => warnings.extend(credentials(mesh, revision)),
            None => warnings.push(format!("revision {revision} has no ConfigMap {name} with mesh in namespace {:?}", found.namespace)),
        }
        found.mesh = mesh;
    }
    for webhook in of_kind(&objects, "MutatingWebhookConfiguration") {
        read_webhook(webhook, &mut revisions);
    }
    for deployment in of_kind(&objects, "Deployment") {
        read_istiod(deployment, &mut revisions);
    }
    let namespaces = namespaces(&objects);
    let mut spec = Map::new();
    if !namespaces.is_empty() {
        spec.insert("namespaces".to_owned(), Value::Array(namespaces));
    }
    spec.insert("istio".to_owned(), revisions.into_iter().map(|(name, found)| found.entry(&name)).collect());
    let config = json!({
        "apiVersion": API_VERSION,
        "kind": KIND,
        "metadata": {"name": "mesh", "annotations": {(LOCAL_CONFIG): "true"}},
        "spec": spec,
    });
    Some(Installation { config, warnings })
}

fn of_kind<'a>(objects: &[&'a Value], kind: &str) -> Vec<&'a Value> {
    objects.iter().copied().filter(|o| o.get("kind").and_then(Value::as_str) == Some(kind)).collect()
}

fn only(part: Part, object: &Value) -> Option<String> {
    part.texts(object)?.into_iter().next()
}

/// A webhook gives its revision a tag, says whether it takes pods that nobody labelled, and names cluster and network.
fn read_webhook(object: &Value, revisions: &mut BTreeMap<String, Found>) {
    let labels = string_map(object.get("metadata"), "labels");
    let Some(found) = labels.get(REVISION).and_then(|revision| revisions.get_mut(revision)) else { return };
    let tag = labels.get(TAG);
    found.tags.extend(tag.cloned());
    for webhook in object.get("webhooks").and_then(Value::as_array).into_iter().flatten() {
        let takes = |key: &str, labels: &Labels| match webhook.get(key).filter(|v| !v.is_null()) {
            Some(value) => label_selector(value).is_some_and(|s| s.matches(labels)),
            None => true,
        };
        let plain = Labels::from([("kubernetes.io/metadata.name".to_owned(), "shop".to_owned())]);
        found.by_default |= takes("namespaceSelector", &plain) && takes("objectSelector", &Labels::new());
        let client = webhook.get("clientConfig");
        let path = client.and_then(|c| c.get("service")).and_then(|s| s.get("path")).or_else(|| client.and_then(|c| c.get("url")));
        if tag.is_none() {
            found.path.extend(path.and_then(Value::as_str).map(pairs).unwrap_or_default());
        }
    }
}

/// The pairs that a webhook's address ends in: `/inject/cluster/c1/net/n1`.
fn pairs(address: &str) -> BTreeMap<String, String> {
    let Some((_, rest)) = address.split_once("/inject/") else { return BTreeMap::new() };
    let parts: Vec<&str> = rest.trim_end_matches('/').split('/').collect();
    parts
        .chunks_exact(2)
        .filter_map(|pair| match pair {
            [key, value] => Some(((*key).to_owned(), value.replace("--slash--", "/"))),
            _ => None,
        })
        .collect()
}

/// istiod's Deployment tells its environment, as far as templates and rules read it.
fn read_istiod(object: &Value, revisions: &mut BTreeMap<String, Found>) {
    let labels = string_map(object.get("metadata"), "labels");
    let pod = object.get("spec").and_then(|s| s.get("template"));
    let pod_labels = string_map(pod.and_then(|p| p.get("metadata")), "labels");
    let revision = labels.get(REVISION).or_else(|| pod_labels.get(REVISION)).map_or(super::istio::DEFAULT, String::as_str);
    let containers = pod.and_then(|p| p.get("spec")).and_then(|s| s.get("containers")).and_then(Value::as_array);
    let discovery = containers.into_iter().flatten().find(|c| c.get("name").and_then(Value::as_str) == Some(DISCOVERY));
    let (Some(found), Some(discovery)) = (revisions.get_mut(revision), discovery) else { return };
    for variable in discovery.get("env").and_then(Value::as_array).into_iter().flatten() {
        let field = |key: &str| variable.get(key).and_then(Value::as_str);
        if let (Some(name), Some(value)) = (field("name"), field("value")) {
            found.env.insert(name.to_owned(), value.to_owned());
        }
    }
}

impl Found {
    /// The entry of `spec.istio` for this revision.
    fn entry(self, name: &str) -> Value {
        let mut entry = Map::new();
        let mut put = |key: &str, value: Value| entry.insert(key.to_owned(), value);
        put("revision", Json::from(name));
        if !self.tags.is_empty() {
            put("tags", self.tags.iter().filter(|t| *t != name).cloned().collect());
        }
        let [config, values] = self.injector.as_slice() else { return Value::Object(entry) };
        put("injector", json!({"inline": {"config": config, "values": values}}));
        if let Some(mesh) = &self.mesh {
            put("mesh", json!({"inline": mesh}));
        }
        let read = variables(config);
        let env: Map<String, Value> =
            self.env.iter().filter(|(k, _)| read.contains(k.as_str())).map(|(k, v)| (k.clone(), Json::from(v.as_str()))).collect();
        if !env.is_empty() {
            put("env", Value::Object(env));
        }
        for (variable, field) in [("PLATFORM", "platform"), ("COMPLIANCE_POLICY", "compliancePolicy")] {
            if let Some(value) = self.env.get(variable).filter(|v| !v.is_empty()) {
                put(field, Json::from(value.as_str()));
            }
        }
        for (key, field) in [("cluster", "cluster"), ("net", "network")] {
            if let Some(value) = self.path.get(key) {
                put(field, Json::from(value.as_str()));
            }
        }
        let further: Map<String, Value> = self
            .path
            .iter()
            .filter(|(k, _)| !matches!(k.as_str(), "cluster" | "net"))
            .map(|(k, v)| (k.clone(), Json::from(v.as_str())))
            .collect();
        if !further.is_empty() {
            put("proxyEnv", Value::Object(further));
        }
        if self.by_default {
            put("enableNamespacesByDefault", Json::from(true));
        }
        Value::Object(entry)
    }
}

/// The variables that templates and rules read.
fn variables(config: &str) -> BTreeSet<&str> {
    let mut names: BTreeSet<&str> = VARIABLES.iter().copied().collect();
    if let Ok(call) = Regex::new(r#"\benv\s+"([A-Za-z_][A-Za-z0-9_]*)""#) {
        names.extend(call.captures_iter(config).filter_map(|c| c.get(1)).map(|m| m.as_str()));
    }
    names
}

/// What is known of namespaces: their labels, and what decides user ids.
fn namespaces(objects: &[&Value]) -> Vec<Value> {
    let mut by_name: BTreeMap<&str, Value> = BTreeMap::new();
    for object in of_kind(objects, "Namespace") {
        let labels = string_map(object.get("metadata"), "labels");
        let mut annotations = string_map(object.get("metadata"), "annotations");
        annotations.retain(|key, _| key.starts_with(OPENSHIFT));
        let mut namespace = Map::from_iter([("name".to_owned(), Json::from(text(object, "name")))]);
        for (key, map) in [("labels", labels), ("annotations", annotations)] {
            if !map.is_empty() {
                namespace.insert(key.to_owned(), map.into_iter().map(|(k, v)| (k, Json::from(v))).collect::<Map<_, _>>().into());
            }
        }
        by_name.insert(text(object, "name"), Value::Object(namespace));
    }
    by_name.into_values().collect()
}

/// Fields of a mesh config that look as if they held credentials.
fn credentials(mesh: &str, revision: &str) -> Vec<String> {
    let mut found = Vec::new();
    if let Ok(value) = crate::yaml::parse_value(mesh) {
        find_credentials(&value, "", &mut found);
    }
    found
        .into_iter()
        .map(|path| format!("revision {revision}: mesh config: {path} looks like a credential; take it out before you commit this"))
        .collect()
}

fn find_credentials(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let below = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                let lower = key.to_lowercase();
                if value.as_str().is_some_and(|v| !v.is_empty()) && CREDENTIALS.iter().any(|c| lower.contains(c)) {
                    found.push(below);
                } else {
                    find_credentials(value, &below, found);
                }
            }
        }
        Value::Array(list) => list.iter().enumerate().for_each(|(i, v)| find_credentials(v, &format!("{path}[{i}]"), found)),
        _ => {}
    }
}
