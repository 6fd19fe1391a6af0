//! Values of opt-ins that opt neither in nor out.

use super::checked::{Checked, CheckedPod, misplaced};
use crate::decide::{DEFAULT_KEY, meant, truth};
use crate::finding::{Finding, closest};
use crate::kubernetes::string_map;

/// What the pods say to sidecars of one's own that means nothing to them.
pub(super) fn unclear(checked: &Checked<'_>) -> Vec<Finding> {
    let sidecars = &checked.config.sidecars;
    let mut keys: Vec<&str> = sidecars.iter().map(|s| s.opt_in_key.as_str()).filter(|key| !key.is_empty()).collect();
    keys.sort_unstable();
    keys.dedup();
    let names: Vec<&str> = sidecars.iter().map(|s| s.name.as_str()).collect();
    let mut found = Vec::new();
    for pod in checked.pods {
        for key in &keys {
            found.extend(read(pod, key).filter(|(.., value)| truth(value).is_none()).map(|(place, value)| {
                let message = format!("{key}: {value:?} is neither \"true\" nor \"false\" and decides nothing{}", hint(&value));
                misplaced(pod.field(["metadata", place]), message)
            }));
        }
        if let Some((place, value)) = read(pod, DEFAULT_KEY).filter(|(_, value)| !sidecars.is_empty() && truth(value).is_none()) {
            let field = pod.field(["metadata", place]);
            found.extend(names_of_none(&value, &names).map(|message| misplaced(field, message)));
        }
    }
    found
}

/// The value of a pod's label, else of its annotation, and among which of them it stands; nothing where it is empty.
fn read(pod: &CheckedPod<'_>, key: &str) -> Option<(&'static str, String)> {
    let of = |place: &'static str| Some((place, string_map(pod.before.get("metadata"), place).remove(key)?));
    of("labels").or_else(|| of("annotations")).filter(|(_, value)| !value.is_empty())
}

/// `; did you mean "true"?`
fn hint(value: &str) -> String {
    meant(value).map(|meant| format!("; did you mean \"{meant}\"?")).unwrap_or_default()
}

/// What is wrong with a list of names of sidecars.
fn names_of_none(value: &str, names: &[&str]) -> Option<String> {
    let unknown: Vec<&str> = value.split(',').map(str::trim).filter(|name| !name.is_empty() && !names.contains(name)).collect();
    let first = unknown.first()?;
    if let Some(meant) = meant(value) {
        return Some(format!("{DEFAULT_KEY}: {value:?} names no sidecar and is neither \"true\" nor \"false\"; did you mean \"{meant}\"?"));
    }
    let close = unknown.iter().find_map(|name| closest(name, names.iter().copied()));
    let hint = close.map_or_else(|| format!("known are {}", names.join(", ")), |name| format!("did you mean {name}?"));
    let which = if unknown.len() == 1 { format!("sidecar {first}") } else { format!("sidecars {}", unknown.join(", ")) };
    Some(format!("{DEFAULT_KEY}: {value:?} names {which}, and no such is configured; {hint}"))
}
