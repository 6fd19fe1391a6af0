//! What rendered manifests of istiod say about its injection: the `SidecarInjector` that does the same.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;
use serde_json::{Map, Value as Json, json};

use super::injector::kubernetes_minor;
use super::names::{API_VERSION, DEFAULT_REVISION, KIND};
use super::sources::{INJECTOR_PART, MESH_PART, Part, text};
use crate::Value;
use crate::decide::{NAME_LABEL, WebhookSelectors, standard};
use crate::kubernetes::hosts::LOCAL_CONFIG;
use crate::kubernetes::{Selector, label_selector, string_map};

/// Labels of a MutatingWebhookConfiguration: the revision that it stands for, and the tag.
const REVISION: &str = "istio.io/rev";
const TAG: &str = "istio.io/tag";
/// The container of istiod.
const DISCOVERY: &str = "discovery";
/// Variables of istiod that its own code reads, beyond those that templates name.
const VARIABLES: &[&str] = &["ENABLE_NATIVE_SIDECARS", "REWRITE_TCP_PROBES"];
/// Variables of istiod that are settings of their own here, and their names.
const SETTINGS: [(&str, &str); 2] = [("PLATFORM", "platform"), ("COMPLIANCE_POLICY", "compliancePolicy")];
/// Annotations of a namespace that decide user ids on OpenShift.
const OPENSHIFT: &str = "openshift.io/sa.scc.";
/// Parts of the names of fields that hold credentials.
const CREDENTIALS: &[&str] = &["accesstoken", "apikey", "password", "secret", "credential"];

/// How the pairs in a webhook's address begin.
const INJECT_PATH: &str = "/inject";
/// How istiod's Service is called, with `-REVISION` behind it.
const SERVICE: &str = "istiod";
/// The variable of istiod that names one more ConfigMap with a mesh config.
const SHARED_MESH: &str = "SHARED_MESH_CONFIG";

/// What an installation of Istio injects.
#[derive(Debug, Clone)]
pub struct Installation {
    /// The `SidecarInjector`.
    pub config: Value,
    /// Warnings.
    pub warnings: Vec<String>,
    /// What contradicts itself, so that nobody can say what is injected.
    pub errors: Vec<String>,
}

/// What is read of an installation.
#[derive(Debug, Clone, Copy, Default)]
pub struct Reading<'a> {
    /// The revisions; empty for all.
    pub revisions: &'a [String],
    /// Whether all webhooks there are stand among the objects: a revision without one takes nobody.
    pub all_webhooks: bool,
    /// Whether all Deployments of istiod there are stand among them.
    pub istiods: bool,
}

/// One revision, as far as it is known.
#[derive(Default)]
struct Found {
    injector: Vec<String>,
    mesh: Option<String>,
    namespace: String,
    /// Its own name and tags, where their webhooks select what the name says.
    names: BTreeSet<String>,
    /// What the other ones select.
    webhooks: Vec<Value>,
    /// Whether there is a webhook of its own name.
    own_webhook: bool,
    env: BTreeMap<String, String>,
    /// Variables of istiod whose values stand elsewhere.
    elsewhere: BTreeSet<String>,
    /// Whether its istiod is there.
    istiod: bool,
    path: BTreeMap<String, String>,
    by_default: bool,
}

/// The configuration that does what the istiods among these objects do; nothing where there is no injector's ConfigMap.
pub fn installation<'a>(objects: impl IntoIterator<Item = &'a Value>, reading: Reading<'_>) -> Option<Installation> {
    let objects: Vec<&Value> = objects.into_iter().collect();
    let mut revisions: BTreeMap<String, Found> = BTreeMap::new();
    let mut warnings = Vec::new();
    for object in of_kind(&objects, "ConfigMap") {
        let wanted = |revision: &&str| reading.revisions.is_empty() || reading.revisions.iter().any(|r| r == revision);
        let Some(revision) = INJECTOR_PART.revision_of(object).filter(wanted) else { continue };
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
    let mut taken = Taken::default();
    for webhook in of_kind(&objects, "MutatingWebhookConfiguration") {
        read_webhook(webhook, &mut revisions, &mut taken, &mut warnings);
    }
    for deployment in of_kind(&objects, "Deployment") {
        read_istiod(deployment, &mut revisions);
    }
    for (revision, found) in &revisions {
        warnings.extend(found.unread(revision));
        if reading.istiods && !found.istiod {
            warnings.push(format!(
                "revision {revision}: no Deployment istiod of it is in namespace {:?}, so that its environment is not known: where it sets native sidecars, platform or variables of templates, write nativeSidecars, platform and env under spec.istio[]",
                found.namespace
            ));
        }
        if reading.all_webhooks && found.names.is_empty() && found.webhooks.is_empty() {
            warnings.push(format!("revision {revision} has no MutatingWebhookConfiguration: the cluster injects nobody by it"));
        }
    }
    let mut spec = Map::new();
    if let Some(version) = oldest_node(&objects) {
        spec.insert("kubernetesVersion".to_owned(), Json::from(version));
    }
    for (key, list) in [("namespaces", namespaces(&objects)), ("proxyConfigs", proxy_configs(&objects))] {
        if !list.is_empty() {
            spec.insert(key.to_owned(), Value::Array(list));
        }
    }
    let entries = revisions.into_iter().map(|(name, found)| found.entry(&name, reading.all_webhooks));
    spec.insert("istio".to_owned(), entries.collect());
    let config = json!({
        "apiVersion": API_VERSION,
        "kind": KIND,
        "metadata": {"name": "mesh", "annotations": {(LOCAL_CONFIG): "true"}},
        "spec": spec,
    });
    Some(Installation { config, warnings, errors: taken.twice })
}

fn of_kind<'a>(objects: &[&'a Value], kind: &str) -> Vec<&'a Value> {
    objects.iter().copied().filter(|o| o.get("kind").and_then(Value::as_str) == Some(kind)).collect()
}

fn only(part: Part, object: &Value) -> Option<String> {
    part.texts(object)?.into_iter().next()
}

/// Which revision and tag is whose.
#[derive(Default)]
struct Taken {
    by_name: BTreeMap<String, (String, String)>,
    twice: Vec<String>,
}

impl Taken {
    /// A MutatingWebhookConfiguration takes what names this revision or tag, for that revision.
    fn take(&mut self, name: &str, revision: &str, webhook: &str) {
        let mine = (revision.to_owned(), webhook.to_owned());
        let first = self.by_name.entry(name.to_owned()).or_insert_with(|| mine);
        if first.0 != revision {
            self.twice.push(format!(
                "MutatingWebhookConfigurations {} and {webhook} both take the pods of revision or tag {name}, one for revision {}, the other for {revision}: the cluster would inject them twice; take one of them out, or read one revision with --revision",
                first.1, first.0
            ));
        }
    }
}

/// A webhook gives its revision a tag, says what it takes and whether pods that nobody labelled, and names cluster and network.
fn read_webhook(object: &Value, revisions: &mut BTreeMap<String, Found>, taken: &mut Taken, warnings: &mut Vec<String>) {
    let labels = string_map(object.get("metadata"), "labels");
    let all: Vec<&Value> = object.get("webhooks").and_then(Value::as_array).into_iter().flatten().collect();
    let Some(revision) = labels.get(REVISION).cloned().or_else(|| all.iter().find_map(|w| served_revision(w))) else { return };
    let Some(found) = revisions.get_mut(&revision) else { return };
    // A mesh in another namespace may have a revision of the same name.
    let elsewhere = |w: &&Value| service(w, "namespace").is_some_and(|n| n != found.namespace && !found.namespace.is_empty());
    if all.iter().any(elsewhere) {
        return;
    }
    let tag = labels.get(TAG);
    let name = tag.unwrap_or(&revision);
    found.own_webhook |= name == &revision;
    let selector = |webhook: &Value, key: &str| match webhook.get(key).filter(|v| !v.is_null()) {
        Some(value) => label_selector(value),
        None => Some(Selector::default()),
    };
    // What is malformed selects nothing.
    let selectors = |webhook: &&Value| {
        let (namespace_selector, object_selector) = (selector(webhook, "namespaceSelector")?, selector(webhook, "objectSelector")?);
        Some(WebhookSelectors { namespace_selector, object_selector })
    };
    match standard(name, &all.iter().filter_map(selectors).collect::<Vec<_>>()) {
        Some(by_default) => {
            taken.take(name, &revision, text(object, "name"));
            found.names.insert(name.clone());
            found.by_default |= by_default;
        }
        None => {
            let as_written = |webhook: &&&Value| {
                let fields = ["namespaceSelector", "objectSelector"];
                let given = fields.iter().filter_map(|key| Some(((*key).to_owned(), webhook.get(*key).filter(|v| !v.is_null())?.clone())));
                Value::Object(given.filter(|(_, v)| v.as_object().is_none_or(|m| !m.is_empty())).collect())
            };
            found.webhooks.extend(all.iter().filter(|w| selectors(w).is_some()).map(|w| as_written(&w)));
        }
    }
    if all.iter().any(|w| w.get("matchConditions").and_then(Value::as_array).is_some_and(|c| !c.is_empty())) {
        warnings.push(format!(
            "MutatingWebhookConfiguration {} has matchConditions, which are not asked here: pods that they keep from the webhook are injected all the same",
            text(object, "name")
        ));
    }
    if tag.is_none() || found.path.is_empty() {
        found.path.extend(all.iter().filter_map(|webhook| address(webhook)).flat_map(pairs));
    }
}

/// A field of the Service that a webhook is served by.
fn service<'w>(webhook: &'w Value, key: &str) -> Option<&'w str> {
    webhook.get("clientConfig")?.get("service")?.get(key)?.as_str()
}

/// The path of the Service, or the address, of a webhook.
fn address(webhook: &Value) -> Option<&str> {
    service(webhook, "path").or_else(|| webhook.get("clientConfig")?.get("url")?.as_str())
}

/// The revision whose istiod serves a webhook that is not labelled.
fn served_revision(webhook: &Value) -> Option<String> {
    let rest = service(webhook, "name").filter(|_| address(webhook).is_some_and(|a| a.starts_with(INJECT_PATH)))?.strip_prefix(SERVICE)?;
    if rest.is_empty() { Some(DEFAULT_REVISION.to_owned()) } else { rest.strip_prefix('-').map(str::to_owned) }
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
    let revision = labels.get(REVISION).or_else(|| pod_labels.get(REVISION)).map_or(DEFAULT_REVISION, String::as_str);
    let containers = pod.and_then(|p| p.get("spec")).and_then(|s| s.get("containers")).and_then(Value::as_array);
    let discovery = containers.into_iter().flatten().find(|c| c.get("name").and_then(Value::as_str) == Some(DISCOVERY));
    let (Some(found), Some(discovery)) = (revisions.get_mut(revision), discovery) else { return };
    found.istiod = true;
    for variable in discovery.get("env").and_then(Value::as_array).into_iter().flatten() {
        let field = |key: &str| variable.get(key).and_then(Value::as_str);
        match (field("name"), field("value")) {
            (Some(name), Some(value)) => drop(found.env.insert(name.to_owned(), value.to_owned())),
            (Some(name), None) if variable.get("valueFrom").is_some() => drop(found.elsewhere.insert(name.to_owned())),
            _ => {}
        }
    }
}

impl Found {
    /// What of istiod decides and is not known.
    fn unread(&self, revision: &str) -> Vec<String> {
        let config = self.injector.first().map_or("", String::as_str);
        let read = variables(config);
        let mut found: Vec<String> = self
            .elsewhere
            .iter()
            .filter(|name| read.contains(name.as_str()) || SETTINGS.iter().any(|(variable, _)| variable == name))
            .map(|name| {
                format!("revision {revision}: istiod has {name} from elsewhere (valueFrom): write its value under spec.istio[].env")
            })
            .collect();
        if let Some(map) = self.env.get(SHARED_MESH).filter(|map| !map.is_empty()) {
            found.push(format!(
                "revision {revision}: istiod merges the mesh config of ConfigMap {map} over its own, which is not done here: write what it sets under spec.istio[].mesh"
            ));
        }
        found
    }

    /// The entry of `spec.istio` for this revision. Without a webhook of its name, it is not known whether there is one, unless
    /// all there are were read.
    fn entry(self, name: &str, all_webhooks: bool) -> Value {
        let mut entry = Map::new();
        let mut put = |key: &str, value: Value| entry.insert(key.to_owned(), value);
        put("revision", Json::from(name));
        let by_name = self.names.contains(name) || !self.own_webhook && !all_webhooks;
        let usual = by_name && self.webhooks.is_empty();
        let tags: Vec<&str> = self.names.iter().map(String::as_str).filter(|n| !usual || *n != name).collect();
        let own = (!usual && by_name && !self.names.contains(name)).then_some(name);
        if !tags.is_empty() || own.is_some() {
            put("tags", own.into_iter().chain(tags).collect());
        }
        if !usual {
            put("webhooks", Value::Array(self.webhooks.clone()));
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
        for (variable, field) in SETTINGS {
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
        let mut labels = string_map(object.get("metadata"), "labels");
        // Every namespace of a cluster has it, and it says no more than the name.
        labels.retain(|key, value| key != NAME_LABEL || value != text(object, "name"));
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

/// The minor of Kubernetes of the node that is farthest behind, such as `1.33`.
fn oldest_node(objects: &[&Value]) -> Option<String> {
    let version = |node: &Value| kubernetes_minor(node.pointer("/status/nodeInfo/kubeletVersion")?.as_str()?);
    of_kind(objects, "Node").into_iter().filter_map(version).min().map(|minor| format!("1.{minor}"))
}

/// The ProxyConfig objects, with what of them counts.
fn proxy_configs(objects: &[&Value]) -> Vec<Value> {
    let mut found: BTreeMap<(&str, &str), Value> = BTreeMap::new();
    for object in of_kind(objects, "ProxyConfig") {
        let api_version = object.get("apiVersion").and_then(Value::as_str).unwrap_or_default();
        if !api_version.starts_with("networking.istio.io/") {
            continue;
        }
        let metadata = ["name", "namespace", "creationTimestamp"];
        let metadata = metadata.iter().filter(|key| !text(object, key).is_empty()).map(|key| ((*key).to_owned(), text(object, key).into()));
        let mut kept = Map::from_iter([
            ("apiVersion".to_owned(), Json::from(api_version)),
            ("kind".to_owned(), Json::from("ProxyConfig")),
            ("metadata".to_owned(), Value::Object(metadata.collect())),
        ]);
        kept.extend(object.get("spec").filter(|s| !s.is_null()).map(|spec| ("spec".to_owned(), spec.clone())));
        found.insert((text(object, "namespace"), text(object, "name")), Value::Object(kept));
    }
    found.into_values().collect()
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
