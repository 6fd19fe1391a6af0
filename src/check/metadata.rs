//! Labels and annotations that a cluster would refuse, because YAML reads them as something else than text.

use crate::Value;
use crate::config::type_name;
use crate::engine::Finding;
use crate::workload::{Workload, display};
use crate::yaml::{Path, Step, value_at};

/// The labels and annotations of a workload and its pods that are no strings, each with the form that is one.
pub fn unquoted(workload: &Workload<'_>) -> Vec<Finding> {
    let mut places: Vec<Path> = vec![Vec::new()];
    places.extend(workload.pods.iter().filter(|p| !p.is_empty()).cloned());
    let mut found = Vec::new();
    for place in places {
        for map in ["labels", "annotations"] {
            let at: Path = place.iter().cloned().chain(["metadata", map].map(|k| Step::Key(k.to_owned()))).collect();
            let entries = value_at(workload.object, &at).and_then(Value::as_object);
            for (key, value) in entries.into_iter().flatten().filter(|(_, v)| !v.is_string() && !v.is_null()) {
                let path: Path = workload.path.iter().cloned().chain(at.clone()).collect();
                let what = map.trim_end_matches('s');
                let quoted =
                    if value.is_object() || value.is_array() { String::new() } else { format!(": write {key}: \"{}\"", scalar(value)) };
                let message = format!("{what} {key} is {}, and a cluster takes text only{quoted}", type_name(value));
                found.push(Finding { path: format!("{}[{key}]", display(&path)), message });
            }
        }
    }
    found
}

fn scalar(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
