//! What describes the function to catalogues: a `KRMFunctionDefinition`, which is to a function what a
//! CustomResourceDefinition is to a resource. Source: `config.kubernetes.io/v1alpha1`, KEP 2906.

use serde_json::json;

use crate::Value;
use crate::config::{API_VERSION, KIND, schema};

/// The definition of the function, with the schema of its configuration.
pub fn definition() -> Value {
    let (group, version) = API_VERSION.split_once('/').unwrap_or((API_VERSION, ""));
    json!({
        "apiVersion": "config.kubernetes.io/v1alpha1",
        "kind": "KRMFunctionDefinition",
        "metadata": {"name": format!("{}.{group}", KIND.to_lowercase())},
        "spec": {
            "group": group,
            "names": {"kind": KIND},
            "description": "Injects sidecars into workloads whose namespace or annotation opts in.",
            "publisher": "sidecarize",
            "tags": ["mutator", "istio", "sidecar"],
            "versions": [{
                "name": version,
                "idempotent": true,
                "license": env!("CARGO_PKG_LICENSE"),
                "runtime": {"container": {"image": "localhost/sidecarize:latest"}},
                "schema": {"openAPIV3Schema": open_api(schema())},
            }],
        },
    })
}

/// A JSON Schema as OpenAPI 3.0 writes it: it has neither `$schema` nor `const`.
fn open_api(schema: &Value) -> Value {
    match schema {
        Value::Object(fields) => {
            let kept = fields.iter().filter(|(key, _)| *key != "$schema");
            let written = kept.map(|(key, value)| match key.as_str() {
                "const" => ("enum".to_owned(), json!([value])),
                _ => (key.clone(), open_api(value)),
            });
            Value::Object(written.collect())
        }
        Value::Array(list) => Value::Array(list.iter().map(open_api).collect()),
        other => other.clone(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_entry_holds_the_definition() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("functions/sidecarize/definition.yaml");
        let text = serde_yaml::to_string(&definition()).unwrap();
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text, "UPDATE=1 cargo test writes it");
    }

    #[test]
    fn open_api_knows_no_const() {
        let json_schema = json!({"$schema": "…", "properties": {"a": {"const": "b"}}, "oneOf": [{"const": 1}]});
        assert_eq!(open_api(&json_schema), json!({"properties": {"a": {"enum": ["b"]}}, "oneOf": [{"enum": [1]}]}));
    }
}
