//! Labels, annotations and names that a cluster would refuse, because YAML reads them as something else than text.

use crate::Value;
use crate::finding::{Finding, type_name};
use crate::kubernetes::Workload;
use crate::yaml::{Path, value_at};

/// Gives the text of the value at a path as its author wrote it, where that is known.
pub type Written<'w> = &'w dyn Fn(&Path) -> Option<String>;

/// Lists of a pod's spec whose elements are known by their names.
const NAMED: [&str; 4] = ["containers", "initContainers", "volumes", "imagePullSecrets"];

/// How many bytes of annotations a cluster takes on one object.
const MAX_ANNOTATIONS: usize = 256 << 10;

/// The labels, annotations and names of a workload and its pods that are no texts, and annotations that are too many, each with the form that is one: the author's own
/// in quotes, since `1.10` is no longer to be had from the number.
pub fn unquoted(workload: &Workload<'_>, written: Written<'_>) -> Vec<Finding> {
    let mut places: Vec<Path> = vec![Path::new()];
    places.extend(workload.pods.iter().filter(|p| !p.is_empty()).cloned());
    let mut found = Vec::new();
    for place in places {
        let at = |key: &str| place.join(["metadata", key]);
        let whole = |path: &Path| workload.path.join(path);
        for map in ["labels", "annotations"] {
            let path = at(map);
            for (key, value) in value_at(workload.object, &path).and_then(Value::as_object).into_iter().flatten() {
                let what = format!("{} {key}", map.trim_end_matches('s'));
                found.extend(no_text(&what, key, value, whole(&path).key(key), written));
            }
        }
        let path = at("annotations");
        let annotations = value_at(workload.object, &path).and_then(Value::as_object).into_iter().flatten();
        let size: usize = annotations.map(|(key, value)| key.len() + value.as_str().map_or(0, str::len)).sum();
        if size > MAX_ANNOTATIONS {
            let message =
                format!("these annotations have {size} bytes, and a cluster takes {MAX_ANNOTATIONS} on one object: make them shorter");
            found.push(Finding::at(whole(&path), message));
        }
        for key in ["name", "generateName", "namespace"] {
            let path = at(key);
            if let Some(value) = value_at(workload.object, &path) {
                found.extend(no_text(&format!("metadata.{key}"), key, value, whole(&path), written));
            }
        }
    }
    for pod in &workload.pods {
        for list in NAMED {
            let path = pod.join(["spec", list]);
            let items = value_at(workload.object, &path).and_then(Value::as_array);
            for (i, value) in items.into_iter().flatten().enumerate().filter_map(|(i, item)| Some((i, item.get("name")?))) {
                if !value.is_string() {
                    found.extend(no_text("name", "name", value, workload.path.join(&path).item(i).key("name"), written));
                }
            }
        }
    }
    found
}

/// What is wrong with a value that must be a text.
fn no_text(what: &str, key: &str, value: &Value, path: Path, written: Written<'_>) -> Option<Finding> {
    if value.is_string() || value.is_null() {
        return None;
    }
    let own = || written(&path).filter(|text| !text.is_empty() && !text.starts_with(['*', '&', '!']));
    let quoted = || format!(": write {key}: {}", Value::from(own().unwrap_or_else(|| value.to_string())));
    let way_out = if value.is_object() || value.is_array() { String::new() } else { quoted() };
    let message = format!("{what} is {}, and a cluster takes text only{way_out}", type_name(value));
    Some(Finding::at(path, message))
}
