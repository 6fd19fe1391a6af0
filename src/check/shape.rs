//! Fields of a workload that are no map or list where Kubernetes has one: `metadata: name:web` is a text, and what stands in it would
//! be passed over without a word.

use crate::Value;
use crate::finding::{Finding, type_name};
use crate::kubernetes::Kinds;
use crate::yaml::{Path, Step, value_at};

/// Lists of maps in a pod's spec.
const LISTS: &[&str] = &["containers", "initContainers", "volumes"];

/// The fields of a document's workloads, those that lead to its pods included, that are of a wrong type.
pub(crate) fn misshapen(kinds: &Kinds, document: &Value) -> Vec<Finding> {
    let mut found = Vec::new();
    for (object, path, pods) in kinds.carriers(document) {
        let mut maps: Vec<Path> = vec![Path::of(["metadata"]), Path::of(["metadata", "labels"]), Path::of(["metadata", "annotations"])];
        let mut lists: Vec<Path> = Vec::new();
        for pod in pods {
            for depth in 1..=pod.len() {
                match pod.get(depth) {
                    Some(Step::Index(_)) => {}
                    _ => maps.extend(pod.get(..depth).map(Path::of::<&Step>)),
                }
            }
            let below = |fields: &[&str]| pod.join(fields.iter().copied());
            maps.extend([&["metadata"][..], &["metadata", "labels"], &["metadata", "annotations"], &["spec"]].map(below));
            lists.extend(LISTS.iter().map(|list| below(&["spec", list])));
        }
        maps.sort();
        maps.dedup();
        let mut wrong = |at: &Path, value: &Value, wanted: &str| {
            let message = format!("is {}, and Kubernetes has {wanted} here; a space may be missing behind a colon", type_name(value));
            found.push(Finding::at(path.join(at), message));
        };
        for (at, value) in maps.iter().filter_map(|at| Some((at, value_at(object, at)?))) {
            if !value.is_object() && !value.is_null() {
                wrong(at, value, "a map");
            }
        }
        for (at, value) in lists.iter().filter_map(|at| Some((at, value_at(object, at)?))) {
            let Value::Array(items) = value else {
                if !value.is_null() {
                    wrong(at, value, "a list");
                }
                continue;
            };
            for (index, item) in items.iter().enumerate().filter(|(_, item)| !item.is_object()) {
                wrong(&at.clone().item(index), item, "a map");
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_that_are_a_text_where_kubernetes_has_a_map_or_list_are_named() {
        let broken = |field: &str, value: Value| {
            let pod = json!({"metadata": {"labels": {}}, "spec": {"containers": [{"name": "a"}]}});
            let mut object = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {"template": pod}});
            if let Some(slot) = object.pointer_mut(field) {
                *slot = value;
            }
            misshapen(&Kinds::default(), &object).into_iter().map(|f| f.path.to_string()).collect::<Vec<_>>()
        };
        assert!(broken("/none", json!(1)).is_empty());
        for (field, path) in [
            ("/metadata", "metadata"),
            ("/spec", "spec"),
            ("/spec/template", "spec.template"),
            ("/spec/template/metadata", "spec.template.metadata"),
            ("/spec/template/metadata/labels", "spec.template.metadata.labels"),
            ("/spec/template/spec", "spec.template.spec"),
            ("/spec/template/spec/containers", "spec.template.spec.containers"),
            ("/spec/template/spec/containers/0", "spec.template.spec.containers[0]"),
        ] {
            assert_eq!(broken(field, json!("name:web")), [path]);
        }
        assert!(broken("/spec/template/spec/containers", Value::Null).is_empty());
    }
}
