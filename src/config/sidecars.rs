//! What an entry of `spec.sidecars` means.

use super::spec::SidecarSpec;
use crate::Value;
use crate::kubernetes::Requirement;
use crate::sidecar::{Sidecar, Source};
use crate::yaml::Path;

/// The sidecar of an entry; `native` says what `auto` means.
pub(super) fn sidecar(entry: SidecarSpec, native: bool) -> Sidecar {
    let source = match (entry.pod, entry.template) {
        (None, Some(text)) => Source::Template { text, values: entry.values },
        (pod, _) => Source::Pod(pod.map_or(Value::Null, |p| p.0)),
    };
    Sidecar {
        name: entry.name,
        matches: entry.matches,
        opt_in_key: entry.opt_in_key,
        native: entry.native.resolve(native),
        position: entry.position,
        source,
    }
}

/// What of its `match` can match nothing, such as requirements that contradict themselves: where they stand in the entry, and what is wrong.
pub(super) fn contradictions(entry: &SidecarSpec) -> Vec<(Path, String)> {
    let selectors = entry.matches.iter().flat_map(|m| [("namespaceSelector", &m.namespace_selector), ("podSelector", &m.pod_selector)]);
    let mut found = Vec::new();
    for (selector, requirement) in selectors.filter_map(|(name, s)| Some((name, s.as_ref()?))) {
        for (i, Requirement { operator, values, .. }) in requirement.match_expressions.iter().enumerate() {
            if operator.takes_values() == values.is_empty() {
                let must = if values.is_empty() { "needs values" } else { "takes no values" };
                found.push((Path::of(["match", selector, "matchExpressions"]).item(i), format!("operator {operator:?} {must}")));
            }
        }
    }
    for (i, kind) in entry.matches.iter().flat_map(|m| m.kinds.iter().enumerate()) {
        if !kind.starts_with(|c: char| c.is_uppercase()) {
            let message = format!("{kind:?} matches nothing: it is the kind of a manifest, which begins with a capital letter");
            found.push((Path::of(["match", "kinds"]).item(i), message));
        }
    }
    found
}
