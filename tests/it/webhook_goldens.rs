//! Golden cases of the admission webhook (`webhook/MINOR/CASE` in the folder that `SIDECARIZE_GOLDENS` names): who is injected, by whom, with what.
use std::fs;
use std::path::Path;

use rayon::prelude::*;
use serde_json::{Value, json};
use sidecarize::internals::decide::{Gate, Policy, Trace, gate};
use sidecarize::internals::inject::{Injector, Request};
use sidecarize::internals::istio::{ProxyConfigs, Settings, owner_at_admission};
use sidecarize::internals::kubernetes::{Kinds, string_map};
use sidecarize::internals::read::{Layout, Manifests, Namespaces};
use sidecarize::internals::yaml;
use sidecarize::internals::yaml::value_at;

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

fn injector(configs: &Path, revision: &str, meta: &Value, minor: &str) -> Result<Injector, String> {
    let part = |file: &str| read(&configs.join(format!("{revision}.{file}")));
    let text = |key: &str| meta[key].as_str().unwrap_or_default().to_owned();
    let settings = Settings {
        config: part("config.yaml"),
        values: part("values.json"),
        mesh: part("mesh.yaml"),
        revision: revision.to_owned(),
        native_sidecars: meta["native"].as_bool(),
        version: Some(minor.to_owned()),
        cluster: text("cluster"),
        network: text("network"),
        ..Settings::default()
    };
    Injector::new(settings).map_err(|e| e.to_string())
}

/// The pod after admission; none where it stays as it is.
fn admitted(folder: &Path, minor: &str) -> Result<Option<(Value, Value)>, String> {
    let meta = yaml::parse_value(&read(&folder.join("case.yaml"))).unwrap();
    let text = read(&folder.join("input.yaml"));
    let items = Manifests::parse(&text, Layout::Stream).and_then(|m| m.values()).map_err(|e| e.to_string())?;
    let [namespace, object, resources @ ..] = items.as_slice() else { return Err("no workload".to_owned()) };
    let name = namespace["metadata"]["name"].as_str().unwrap_or_default();
    let kinds = Kinds::default();
    let workloads = kinds.workloads(object);
    let path = workloads.first().and_then(|w| w.pods.first()).ok_or("no pod")?;
    let pod = value_at(object, path).ok_or("no pod")?;
    let by_default = meta["enableNamespacesByDefault"] == true;
    let labels = string_map(namespace.get("metadata"), "labels");
    let Gate::Open(revision, _) = gate(name, Some(&labels), pod, by_default, &mut Trace::default()) else {
        return Ok(None);
    };
    if !["default", "canary"].contains(&revision.as_str()) {
        return Ok(None);
    }
    let configs = folder.parent().unwrap().join("_configs").join(meta["config"].as_str().unwrap_or_default());
    let injector = injector(&configs, &revision, &meta, minor)?;
    let identity = owner_at_admission(object, path, pod, name);
    if !Policy::of(injector.config(), injector.minor()).decide(name, pod, &mut Trace::default()).inject {
        return Ok(None);
    }
    let proxy_configs = ProxyConfigs::matching(resources, injector.root_namespace(), name, &string_map(pod.get("metadata"), "labels"));
    let mut known = Namespaces::default();
    known.learn(namespace);
    let request = Request { identity: &identity, namespace: known.get(name), pod, proxy_configs: &proxy_configs, own_status_port: false };
    injector.inject(request).map(|injected| Some((pod.clone(), injected.pod))).map_err(|e| e.to_string())
}

fn check(folder: &Path, minor: &str) -> Result<(), String> {
    let meta = yaml::parse_value(&read(&folder.join("case.yaml"))).unwrap();
    let result = admitted(folder, minor);
    if meta["error"].is_string() {
        return if result.is_err() { Ok(()) } else { Err("an error was expected".to_owned()) };
    }
    match (result?, meta["injected"] == true) {
        (None, false) => Ok(()),
        (Some(_), false) => Err("injected, and the webhook does not".to_owned()),
        (None, true) => Err("not injected, and the webhook does".to_owned()),
        (Some((before, after)), true) => {
            let pod = |v: &Value| {
                crate::compare::normal(
                    &json!({"metadata": {"labels": v["metadata"]["labels"], "annotations": v["metadata"]["annotations"]}, "spec": v["spec"]}),
                    &mut Vec::new(),
                )
            };
            let expected = yaml::parse_value(&read(&folder.join("expected-pod.yaml"))).unwrap();
            let (mut expected, actual) = (pod(&expected), pod(&after));
            crate::compare::keep_users(&mut expected, &actual, &pod(&before));
            crate::compare::difference(&expected, &actual, "").map_or(Ok(()), Err)
        }
    }
}

#[test]
#[cfg_attr(not(goldens), ignore = "SIDECARIZE_GOLDENS names no folder of golden cases")]
fn pods_are_those_of_the_webhook() {
    let root = crate::cases::goldens();
    let mut cases = Vec::new();
    for minor in fs::read_dir(root.join("webhook")).unwrap().map(|m| m.unwrap().path()) {
        for case in fs::read_dir(&minor).unwrap().map(|c| c.unwrap().path()).filter(|c| c.join("case.yaml").is_file()) {
            cases.push((case, minor.file_name().unwrap().to_str().unwrap().to_owned()));
        }
    }
    cases.sort();
    let wrong: Vec<String> =
        cases.par_iter().filter_map(|(case, minor)| check(case, minor).err().map(|why| format!("{}: {why}", case.display()))).collect();
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
