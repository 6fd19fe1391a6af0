//! Keys of labels and annotations that nobody reads and that are almost one that decides: `istio.io/revision`, `istio_injection`.

use super::checked::{Checked, CheckedPod, misplaced};
use crate::decide::{DEFAULT_KEY, meant};
use crate::finding::{Finding, distance};
use crate::inject::ANNOTATIONS;
use crate::istio::{INJECT, NAMESPACE_LABEL, REVISION_LABEL};
use crate::kubernetes::{Labels, string_map};

/// How many letters of a misspelt key differ at most.
const LETTERS: usize = 2;

/// What the pods' keys say that is almost what decides.
pub(super) fn of_pods(checked: &Checked<'_>) -> Vec<Finding> {
    checked.pods.iter().flat_map(|pod| of_pod(checked, pod)).collect()
}

fn of_pod(checked: &Checked<'_>, pod: &CheckedPod<'_>) -> Vec<Finding> {
    let (has_istio, sidecars) = (!checked.config.istio.is_empty(), &checked.config.sidecars);
    let own: Vec<&str> = sidecars.iter().map(|s| s.opt_in_key.as_str()).filter(|key| !key.is_empty()).collect();
    let mut labels: Vec<&str> = if has_istio { vec![INJECT, REVISION_LABEL] } else { Vec::new() };
    labels.extend((!sidecars.is_empty()).then_some(DEFAULT_KEY));
    let mut annotations: Vec<&str> = labels.iter().copied().filter(|key| *key != REVISION_LABEL).collect();
    if has_istio {
        annotations.extend(ANNOTATIONS);
    }
    let mut found = Vec::new();
    for (place, known) in [("labels", labels), ("annotations", annotations)] {
        let all = string_map(pod.before.get("metadata"), place);
        for (key, value) in &all {
            let is_own = |o: &&str| o.eq_ignore_ascii_case(key) && *o != key && meant(value).is_some();
            let close = of(key, &known, &all).or_else(|| own.iter().copied().find(is_own).filter(|o| !all.contains_key(*o)));
            if let Some(close) = close.filter(|_| !own.contains(&key.as_str())) {
                found.push(misplaced(pod.field(["metadata", place]), said(key, value, close)));
            }
        }
    }
    found
}

/// What the labels of a namespace say that is almost what decides.
pub(super) fn of_namespace(has_istio: bool, has_own: bool, labels: &Labels) -> Vec<String> {
    let mut known = if has_istio { vec![NAMESPACE_LABEL, REVISION_LABEL] } else { Vec::new() };
    known.extend(has_own.then_some(DEFAULT_KEY));
    // That of pods is another mistake.
    let others = labels.iter().filter(|(key, _)| *key != INJECT);
    others.filter_map(|(key, value)| Some(said(key, value, of(key, &known, labels)?))).collect()
}

fn said(key: &str, value: &str, close: &str) -> String {
    format!("{key}: {value:?} is read by nobody; did you mean {close}?")
}

/// The known key that was meant by one that is none of them, where it does not stand beside it.
fn of<'k>(key: &str, known: &[&'k str], beside: &Labels) -> Option<&'k str> {
    if known.contains(&key) {
        return None;
    }
    let lower = key.to_lowercase();
    let close = known.iter().copied().filter(|meant| is_misspelt(&lower, &meant.to_lowercase()));
    close.min_by_key(|meant| distance(&lower, &meant.to_lowercase())).filter(|meant| !beside.contains_key(*meant))
}

fn is_misspelt(key: &str, meant: &str) -> bool {
    let name = |key: &'_ str| key.rsplit('/').next().unwrap_or_default().starts_with("inject");
    let of_istio = key.starts_with("istio.io/") && name(key);
    let opts_in = meant == INJECT || meant == NAMESPACE_LABEL;
    let goes_on = opts_in || meant == REVISION_LABEL || meant == DEFAULT_KEY;
    (goes_on && key.starts_with(meant))
        || (opts_in && of_istio)
        || (key.len().abs_diff(meant.len()) <= LETTERS && distance(key, meant) <= LETTERS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_are_almost_one_that_decides_are_named_and_others_are_not() {
        let namespace = |key: &str| {
            let labels = [(key.to_owned(), "x".to_owned())].into_iter().collect();
            of_namespace(true, true, &labels)
        };
        for (key, meant) in [
            ("istio_injection", NAMESPACE_LABEL),
            ("Istio-Injection", NAMESPACE_LABEL),
            ("istio.io/inject", NAMESPACE_LABEL),
            ("istio.io/revision", REVISION_LABEL),
            ("istio.io/Rev", REVISION_LABEL),
            ("sidecarize.dev/injection", DEFAULT_KEY),
        ] {
            assert_eq!(namespace(key), [format!("{key}: \"x\" is read by nobody; did you mean {meant}?")], "{key}");
        }
        for key in
            ["istio-injection", "istio.io/rev", "istio.io/use-waypoint", "istio.io/dataplane-mode", "sidecarize.dev/inject", "name", INJECT]
        {
            assert!(namespace(key).is_empty(), "{key}");
        }
        let both = [("istio.io/rev", "a"), ("istio.io/rev2", "b")].map(|(k, v)| (k.to_owned(), v.to_owned())).into_iter().collect();
        assert!(of_namespace(true, false, &both).is_empty());
    }

    #[test]
    fn no_annotation_of_istio_is_taken_for_another_and_the_closest_is_named() {
        let named = |key: &str| of(key, ANNOTATIONS, &Labels::default());
        assert!(ANNOTATIONS.iter().all(|key| named(key).is_none()));
        assert_eq!(named("traffic.sidecar.istio.io/excludInboundPorts"), Some("traffic.sidecar.istio.io/excludeInboundPorts"));
        assert_eq!(named("sidecar.istio.io/proxycpu"), Some("sidecar.istio.io/proxyCPU"));
        assert_eq!(named("ambient.istio.io/redirection"), None);
    }
}
