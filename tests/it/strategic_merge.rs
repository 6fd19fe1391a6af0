//! Strategic merge: every folder of `tests/strategic_merge` holds `original.yaml`, `patch.yaml` and `expected.yaml` (what kubectl makes of them).
use std::fs;
use std::path::Path;

use serde_json::json;
use sidecarize::Value;
use sidecarize::internals::kubernetes;

fn read(folder: &Path, file: &str) -> Value {
    serde_yaml::from_str(&fs::read_to_string(folder.join(file)).unwrap()).unwrap()
}

#[test]
fn merges_as_kubectl_does() {
    let mut ran = 0;
    for entry in fs::read_dir("tests/strategic_merge").unwrap() {
        let folder = entry.unwrap().path();
        let merged = kubernetes::strategic_merge(read(&folder, "original.yaml"), read(&folder, "patch.yaml"), "Pod").unwrap();
        // What the API server would not store is no difference.
        let (merged, expected) = (stored(&merged), stored(&read(&folder, "expected.yaml")));
        assert_eq!(merged, expected, "{}", folder.display());
        ran += 1;
    }
    assert!(ran >= 25, "only {ran} cases were found");
}

fn stored(pod: &Value) -> Value {
    json!({"metadata": pod["metadata"], "spec": kubernetes::canonical(&pod["spec"], "PodSpec")})
}

#[test]
fn unknown_fields_stay() {
    let merged = kubernetes::strategic_merge(
        json!({"spec": {"futureField": {"a": 1}, "containers": []}}),
        json!({"spec": {"futureField": {"b": [1]}}}),
        "Pod",
    )
    .unwrap();
    assert_eq!(merged, json!({"spec": {"futureField": {"a": 1, "b": [1]}, "containers": []}}));
}

#[test]
fn errors_name_the_path() {
    let cases = [
        (
            json!({"spec": {"containers": {"a": 1}}}),
            json!({"spec": {"containers": [{"name": "a"}]}}),
            "spec.containers: expected a list, found a map",
        ),
        (json!({"spec": {}}), json!({"spec": {"securityContext": []}}), "spec.securityContext: expected a map, found a list"),
        (json!({"metadata": {"labels": []}}), json!({"metadata": {"labels": {"a": "b"}}}), "metadata.labels: expected a map, found a list"),
        (
            json!({"spec": {"containers": [{"name": "a"}]}}),
            json!({"spec": {"containers": [{"image": "b"}]}}),
            "spec.containers[0]: this element has no \"name\", by which elements of this list are told apart",
        ),
        (json!({}), json!({"spec": {"$patch": "remove"}}), "spec: $patch: must be merge, replace or delete, not \"remove\""),
    ];
    for (original, patch, message) in cases {
        // A directive is only read where both sides have the map.
        let original = if patch["spec"].get("$patch").is_some() { json!({"spec": {}}) } else { original };
        assert_eq!(kubernetes::strategic_merge(original, patch, "PodTemplateSpec").unwrap_err().to_string(), message);
    }
}
