//! Rules of Istio's injection that no case of the reference shows: each file of `tests/steps` has a pod (`object`), a configuration
//! (`template`, `values`, `mesh`, `settings`) and `cases`. A case says what stands `at` a JSON pointer of the injected object (`is`; nothing
//! where it is absent), or the `error`, in each of its `versions` (the newest where there are none); it may change the pod by `with`,
//! a map of pointers to values.
use std::fmt::Write as _;

use sidecarize::Value;
use sidecarize::internals::inject::Injector;
use sidecarize::internals::istio::Settings;
use sidecarize::internals::pipeline::KubeInject;
use sidecarize::internals::read::Namespaces;

const TEMPLATE: &str = "spec: {containers: [{name: istio-proxy, image: proxy}]}";

fn text(value: &Value, key: &str) -> String {
    match &value[key] {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn settings(file: &Value, version: Option<&str>) -> Settings {
    let template = file["template"].as_str().unwrap_or(TEMPLATE);
    let config = match &file["config"] {
        Value::Null => serde_json::json!({"policy": "enabled", "templates": {"sidecar": template}}).to_string(),
        config => config.as_str().map_or_else(|| config.to_string(), str::to_owned),
    };
    let given = &file["settings"];
    Settings {
        config,
        values: text(file, "values"),
        mesh: text(file, "mesh"),
        version: version.map(str::to_owned),
        templates_of_any_minor: given["templatesOfAnyMinor"].as_bool().unwrap_or(false),
        revision: text(given, "revision"),
        native_sidecars: given["nativeSidecars"].as_bool(),
        platform: text(given, "platform"),
        cluster: text(given, "cluster"),
        network: text(given, "network"),
        env: serde_json::from_value(given["env"].clone()).unwrap_or_default(),
        proxy_env: serde_json::from_value(given["proxyEnv"].clone()).unwrap_or_default(),
        ..Settings::default()
    }
}

/// Puts a value where a pointer says, in maps made on the way.
fn put(object: &mut Value, pointer: &str, value: Value) {
    let mut here = object;
    for key in pointer.split('/').skip(1).map(|k| k.replace("~1", "/")) {
        here = match here {
            Value::Array(list) => &mut list[key.parse::<usize>().unwrap()],
            other => &mut other[key],
        };
    }
    *here = value;
}

fn inject(file: &Value, case: &Value, version: Option<&str>) -> Result<Value, String> {
    let mut object = file["object"].clone();
    for (pointer, value) in case["with"].as_object().into_iter().flatten() {
        put(&mut object, pointer, value.clone());
    }
    let mut namespaces = Namespaces::default();
    for (name, metadata) in file["namespaces"].as_object().into_iter().flatten() {
        let metadata = serde_json::json!({"name": name, "annotations": metadata["annotations"]});
        namespaces.learn(&serde_json::json!({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}));
    }
    let injector = Injector::new(settings(file, version)).map_err(|e| e.to_string())?;
    let outcome = KubeInject::new(injector).run(&object, &namespaces);
    if outcome.errors.is_empty() {
        Ok(outcome.after(&object))
    } else {
        Err(outcome.errors.iter().map(|e| e.message.as_str()).collect::<Vec<_>>().join("\n"))
    }
}

#[test]
fn every_rule_holds_in_its_versions() {
    let files = crate::support::folder::fixtures("steps");
    assert!(files.len() >= 20, "only {} files", files.len());
    let mut failures = String::new();
    for path in files {
        let file = sidecarize::internals::yaml::parse_value(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy();
        let cases = file["cases"].as_array().expect("a file without cases");
        for (i, case) in cases.iter().enumerate() {
            let versions = case["versions"].as_array().map_or_else(|| vec![None], |v| v.iter().map(Value::as_str).collect());
            for version in versions {
                let result = inject(&file, case, version);
                let right = match (&result, case["error"].as_str()) {
                    (Ok(after), None) => after.pointer(case["at"].as_str().unwrap()).unwrap_or(&Value::Null) == &case["is"],
                    (Err(message), Some(part)) => message.contains(part),
                    _ => false,
                };
                if !right {
                    let found = result.map(|after| after.pointer(case["at"].as_str().unwrap_or_default()).cloned());
                    writeln!(failures, "{name}, case {i}, version {version:?}: {found:?}").unwrap();
                }
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
}
