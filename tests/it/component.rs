//! A kustomize component does what `inject` does: its patches, applied as kustomize applies them, give the objects that inject
//! gives, and the JSON report's patches do. For a configuration and manifests of the project and, where `SIDECARIZE_GOLDENS` is
//! set, for Istio's. `tests/hosts` has the real kubectl.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::folder::folders;
use crate::support::patch::apply_as_kustomize;
use serde_json::json;
use sidecarize::Value;
use sidecarize::internals::config::{Config, Sources};
use sidecarize::internals::pipeline::{Engine, Host, InjectedText, Pipeline};
use sidecarize::internals::read::{Layout, Manifests};
use sidecarize::internals::report::{Component, Input, Report, Show, json};
use sidecarize::internals::yaml::{parse, parse_value};

/// The objects of a text, the items of Lists included.
fn objects(text: &str) -> Vec<Value> {
    let roots = parse(text).unwrap();
    let values = roots.iter().filter_map(|d| d.root.as_ref()).map(|root| root.to_value().unwrap());
    values
        .flat_map(|value| match value.get("items").and_then(Value::as_array).cloned() {
            Some(items) => items,
            None => vec![value],
        })
        .collect()
}

/// Whether this strategic merge that only names an object names one of these, and which, as kustomize asks.
fn guarded(guard: &Value, objects: &[Value]) -> Value {
    let named = |object: &Value| {
        let metadata = |key: &str| object["metadata"][key].as_str().unwrap_or_default().to_owned();
        json!([object["apiVersion"], object["kind"], metadata("namespace"), metadata("name")])
    };
    assert_eq!(guard.as_object().unwrap().len(), 3, "{guard} changes nothing");
    assert!(guard["metadata"].as_object().unwrap().keys().all(|key| key == "name" || key == "namespace"), "{guard} changes nothing");
    assert_eq!(objects.iter().filter(|object| named(object) == named(guard)).count(), 1, "{guard}");
    named(guard)
}

/// Does what kustomize does with a component: each patch goes to the one object that its target means. Before each stands a
/// strategic merge that fails where the object is gone; a target that means nothing passes without a word.
fn apply_component(component: &str, objects: &mut [Value]) -> usize {
    let component = parse_value(component).unwrap();
    let patches = component["patches"].as_array().unwrap();
    for pair in patches.chunks(2) {
        let [guard, patch] = pair else { panic!("a patch without its guard: {pair:?}") };
        assert!(guard.get("target").is_none());
        let guarded = guarded(&parse_value(guard["patch"].as_str().unwrap()).unwrap(), objects);
        let target = &patch["target"];
        let text = |key: &str| target[key].as_str().unwrap_or_default().replace(r"\.", ".");
        let version = if text("group").is_empty() { text("version") } else { format!("{}/{}", text("group"), text("version")) };
        let is_meant = |object: &&mut Value| {
            let metadata = |key: &str, default: &str| object["metadata"][key].as_str().unwrap_or(default).to_owned();
            object["apiVersion"] == version.as_str()
                && object["kind"] == text("kind").as_str()
                && metadata("name", "") == text("name")
                && metadata("namespace", "default") == text("namespace")
        };
        let mut meant: Vec<&mut Value> = objects.iter_mut().filter(is_meant).collect();
        assert_eq!(meant.len(), 1, "{target}");
        let meant_name = json!([
            meant[0]["apiVersion"],
            meant[0]["kind"],
            meant[0]["metadata"]["namespace"].as_str().unwrap_or_default(),
            meant[0]["metadata"]["name"]
        ]);
        assert_eq!(meant_name, guarded, "the guard names what its patch changes");
        let operations: json_patch::Patch = serde_json::from_value(parse_value(patch["patch"].as_str().unwrap()).unwrap()).unwrap();
        apply_as_kustomize(meant[0], &operations).unwrap();
    }
    patches.len() / 2
}

/// What comes of a text; nothing where it cannot be injected.
fn rendered(engine: &Engine, text: &str) -> Option<InjectedText> {
    let manifests = Manifests::parse(text, Layout::Stream).ok()?;
    let values = manifests.values().ok()?;
    let mut pipeline = Pipeline::new(engine, Host::default());
    pipeline.learn(&values);
    let rendered = pipeline.run(&manifests, values).unwrap();
    (!rendered.failed()).then_some(rendered)
}

/// Checks one text; gives the number of patches.
fn check(name: &str, engine: &Engine, text: &str) -> usize {
    let Some(rendered) = rendered(engine, text) else { return 0 };
    let expected = objects(&rendered.text);
    let input = Input { name: name.to_owned(), below: Path::new(name), source: text, injected: &rendered };
    let report = Report::of_injection(&[input], Show { values: true, secrets: true, ..Show::default() }).unwrap();

    let mut document = Vec::new();
    json(&report, &mut document).unwrap();
    let document: Value = serde_json::from_slice(&document).unwrap();
    let mut by_json = objects(text);
    let is_workload = |object: &&mut Value, workload: &Value| {
        ["apiVersion", "kind"].iter().all(|key| object[*key] == workload[*key])
            && object["metadata"]["name"].as_str().or(object["metadata"]["generateName"].as_str()).unwrap_or_default() == workload["name"]
            && object["metadata"]["namespace"].as_str().unwrap_or_default() == workload["namespace"]
    };
    for workload in document["workloads"].as_array().unwrap() {
        let patch: json_patch::Patch = serde_json::from_value(workload["patch"].clone()).unwrap();
        let mut meant: Vec<&mut Value> = by_json.iter_mut().filter(|object| is_workload(object, workload)).collect();
        if meant.len() == 1 {
            json_patch::patch(meant[0], &patch).unwrap();
        }
    }

    // What kustomize cannot patch is refused; the cases have few of these.
    let Ok(component) = Component::new(&report) else { return 0 };
    assert_eq!(by_json, expected, "{name}: the JSON report's patches");
    let mut patched = objects(text);
    let patches = apply_component(&component.to_single_file(), &mut patched);
    assert_eq!(patched, expected, "{name}: the component's patches");
    patches
}

#[test]
fn sidecars_of_ones_own() {
    let config = "apiVersion: sidecarize.dev/v1alpha1
kind: SidecarInjector
metadata: {name: own}
spec:
  sidecars:
  - name: agent
    position: first
    match: {}
    pod:
      metadata: {annotations: {example.com/agent: injected}}
      spec:
        containers: [{name: agent, image: 'agent:1', env: [{name: LEVEL, value: '0644'}]}]
        volumes: [{name: logs, emptyDir: {}}]
";
    let config = Config::load(&parse_value(config).unwrap(), &Sources::among([].iter())).unwrap();
    let engine = Engine::new(config).unwrap();
    let pod = "{containers: [{name: web, image: 'web:1'}, {name: helper, image: 'helper:1', args: [a, b]}], volumes: null}";
    let text = format!(
        "apiVersion: v1
kind: List
items:
- apiVersion: apps/v1
  kind: Deployment
  metadata: {{name: web.v1, annotations: null}}
  spec: {{template: {{metadata: {{annotations: {{a/b~c: x}}}}, spec: {pod}}}}}
- apiVersion: apps/v1
  kind: Deployment
  metadata: {{name: web.v1, namespace: shop}}
  spec: {{template: {{spec: {pod}}}}}
---
apiVersion: v1
kind: Pod
metadata: {{name: web}}
spec: {pod}
"
    );
    assert_eq!(check("own.yaml", &engine, &text), 3);
}

/// The folders of golden cases, by the family and minor that they belong to.
fn golden_cases(root: &Path) -> Vec<PathBuf> {
    let minors = ["istio/1.16", "istio/1.22", "istio/1.30", "real/1.30"].map(|minor| root.join(minor));
    let mut cases: Vec<PathBuf> = minors.iter().flat_map(|minor| folders(minor)).filter(|case| case.join("input.yaml").is_file()).collect();
    cases.sort();
    cases
}

/// The engine of a golden case; it is the same for many.
fn golden_engine(case: &Path, namespaces: &BTreeSet<String>) -> Option<Engine> {
    let meta = parse_value(&fs::read_to_string(case.join("case.yaml")).unwrap()).unwrap();
    let minor = case.parent().unwrap();
    let configs = minor.join("_configs").join(meta["config"].as_str()?);
    let part = |file: &str| fs::read_to_string(configs.join(file)).unwrap();
    let config = json!({
        "apiVersion": "sidecarize.dev/v1alpha1",
        "kind": "SidecarInjector",
        "metadata": {"name": "mesh"},
        "spec": {
            "record": false,
            "namespaces": namespaces.iter().map(|name| json!({"name": name, "labels": {"istio-injection": "enabled"}})).collect::<Vec<_>>(),
            "defaultNamespace": "default",
            "istio": [{
                "revision": "default",
                "injector": {"inline": {"config": part("config.yaml"), "values": part("values.json")}},
                "mesh": {"inline": part("mesh.yaml")},
                "nativeSidecars": meta["nativeSidecars"] == true,
                "version": minor.file_name().unwrap().to_str().unwrap(),
            }],
        },
    });
    Engine::new(Config::load(&config, &Sources::among([].iter())).ok()?).ok()
}

#[test]
#[cfg_attr(not(goldens), ignore = "SIDECARIZE_GOLDENS names no folder of golden cases")]
fn golden_inputs() {
    let root = crate::cases::goldens();
    let mut engines: BTreeMap<String, Option<Engine>> = BTreeMap::new();
    let mut patches = 0;
    for case in golden_cases(&root) {
        let text = fs::read_to_string(case.join("input.yaml")).unwrap();
        let Ok(roots) = parse(&text) else { continue };
        let namespace = |node: &sidecarize::internals::yaml::Node<'_>| {
            node.get("metadata").and_then(|m| m.get("namespace")?.as_str().map(str::to_owned))
        };
        let mut namespaces: BTreeSet<String> = roots.iter().filter_map(|d| namespace(d.root.as_ref()?)).collect();
        namespaces.insert("default".to_owned());
        let meta = fs::read_to_string(case.join("case.yaml")).unwrap();
        let key = format!("{}{meta}{namespaces:?}", case.parent().unwrap().display());
        let engine = engines.entry(key).or_insert_with(|| golden_engine(&case, &namespaces));
        if let Some(engine) = engine {
            patches += check(&case.display().to_string(), engine, &text);
        }
    }
    assert!(patches > 250, "only {patches} patches");
}
