//! Every file of `tests/gates` is a row of one of the two gates that a pod passes on its way to Istio's injection, named after
//! the row: what the namespace and the pod say, which revision injects, and which rule decided.
use std::fmt::Write as _;

use serde_json::json;
use sidecarize::Value;
use sidecarize::internals::config::{Config, Sources};
use sidecarize::internals::pipeline::{Engine, Outcome};
use sidecarize::internals::read::Namespaces;

/// Two revisions, of which `canary` has the tag `next`.
fn config(row: &Value) -> Value {
    let mut injector = json!({"policy": "enabled", "templates": {"sidecar": "spec: {containers: [{name: istio-proxy, image: proxy}]}"}});
    for (key, value) in row["injector"].as_object().into_iter().flatten() {
        injector[key] = value.clone();
    }
    let entry = |name: &str| json!({"revision": name, "injector": {"inline": {"config": injector, "values": {}}}});
    let mut default = entry("default");
    default["enableNamespacesByDefault"] = row.get("enableNamespacesByDefault").cloned().unwrap_or(false.into());
    let mut canary = entry("canary");
    canary["tags"] = json!(["next"]);
    json!({"apiVersion": "sidecarize.dev/v1alpha1", "kind": "SidecarInjector", "spec": {"webhook": "absent", "istio": [default, canary]}})
}

fn run(row: &Value) -> Outcome {
    let engine = Engine::new(Config::load(&config(row), &Sources::among([])).unwrap()).unwrap();
    let namespace = &row["namespace"];
    let mut namespaces = Namespaces::new(&[], &[]);
    namespaces.learn(&json!({"apiVersion": "v1", "kind": "Namespace", "metadata": namespace}));
    let mut spec = row["pod"]["spec"].clone();
    spec["containers"] = json!([{"name": "app", "image": "app"}]);
    let pod = json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "app", "namespace": namespace["name"], "labels": row["pod"]["labels"], "annotations": row["pod"]["annotations"]},
        "spec": spec,
    });
    engine.run(&pod, &namespaces)
}

#[test]
fn each_row_decides_as_the_webhook_does() {
    let rows = crate::support::folder::fixtures("gates");
    assert!(rows.len() >= 30, "only {} rows", rows.len());
    let mut failures = String::new();
    for path in rows {
        let row = sidecarize::internals::yaml::parse_value(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let outcome = run(&row);
        assert!(outcome.errors.is_empty(), "{}: {:?}", path.display(), outcome.errors);
        let decision = outcome.workloads.first().and_then(|w| w.decisions.first()).unwrap();
        let revision = decision.inject.then(|| decision.sidecar.trim_start_matches("istio/"));
        let injected = !outcome.changed.is_empty();
        let warned = outcome.warnings.iter().any(|w| row["warning"].as_str().is_some_and(|text| w.message.contains(text)));
        let as_expected = revision == row["revision"].as_str()
            && injected == revision.is_some()
            && Some(decision.reason.code) == row["reason"].as_str()
            && (warned || row.get("warning").is_none() && outcome.warnings.is_empty());
        if !as_expected {
            writeln!(failures, "{}: {decision:?} {:?}", path.display(), outcome.warnings).unwrap();
        }
    }
    assert!(failures.is_empty(), "{failures}");
}
