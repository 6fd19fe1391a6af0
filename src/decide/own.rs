//! Whether a sidecar of one's own goes into a pod: its own opt-in key, the default opt-in, or `match`.

use super::decision::{Decision, UnknownNamespace};
use super::trace::{Effect, Place, Trace};
use crate::Value;
use crate::kubernetes::{Identity, Labels, string_map};
use crate::read::Namespaces;
use crate::sidecar::Sidecar;
use crate::yaml::Path;

/// Label of a namespace, label or annotation of a pod template, that opts in by default.
pub const DEFAULT_KEY: &str = "sidecarize.dev/inject";

/// The label with its name that a cluster puts on each namespace, and that stands in no manifest.
pub const NAME_LABEL: &str = "kubernetes.io/metadata.name";

/// Decides about one sidecar and one pod (`metadata` and `spec` of a pod template).
///
/// # Errors
///
/// When the namespace's labels would decide and nothing is known of the namespace.
pub fn decide(
    sidecar: &Sidecar,
    workload: &Identity,
    pod: &Value,
    namespaces: &Namespaces,
    default_namespace: &str,
    mut trace: Trace,
) -> Result<Decision, UnknownNamespace> {
    let labels = string_map(pod.get("metadata"), "labels");
    let annotations = string_map(pod.get("metadata"), "annotations");
    let trace = &mut trace;
    let decision = |inject, trace: &mut Trace, rule, place, text: String| {
        let reason = trace.decides(rule, place, text, if inject { Effect::Inject } else { Effect::Refuse });
        let native = inject && sidecar.native;
        let trace = std::mem::take(trace).into_steps();
        Ok(Decision { sidecar: sidecar.name.clone(), inject, reason, templates: Vec::new(), native, trace })
    };

    if !sidecar.opt_in_key.is_empty() {
        let key = &sidecar.opt_in_key;
        match pod_value(key, &labels, &annotations) {
            Some(PodValue { kind, value, .. }) if truth(value).is_some() => {
                let place = pod_place(kind, key);
                return decision(truth(value) == Some(true), trace, "optInKey", place, format!("pod {kind} {key}={value}"));
            }
            other => trace.silent("optInKey", || seen(key, other)),
        }
    }
    match pod_value(DEFAULT_KEY, &labels, &annotations) {
        Some(PodValue { kind, value, rule }) if !value.is_empty() => {
            let inject = truth(value).unwrap_or_else(|| value.split(',').any(|name| name.trim() == sidecar.name));
            // A pod that says yes to injection as such still leaves the choice among sidecars to their `match`.
            if !inject || sidecar.matches.is_none() || truth(value).is_none() {
                return decision(inject, trace, rule, pod_place(kind, DEFAULT_KEY), format!("pod {kind} {DEFAULT_KEY}={value}"));
            }
            trace.silent(rule, || (pod_place(kind, DEFAULT_KEY), format!("pod {kind} {DEFAULT_KEY}={value}: match chooses")));
        }
        other => trace.silent("podLabel", || seen(DEFAULT_KEY, other)),
    }

    let name = if workload.namespace.is_empty() { default_namespace } else { &workload.namespace };
    let namespace = || namespaces.get(name).ok_or_else(|| UnknownNamespace { name: name.to_owned(), opt_in: DEFAULT_KEY });
    let Some(matches) = &sidecar.matches else {
        let value = namespace()?.labels.get(DEFAULT_KEY).cloned();
        let opted_in = value.as_deref().is_some_and(|v| v == "enabled" || v == "true");
        let text = match value {
            Some(value) => format!("namespace {name}: label {DEFAULT_KEY}={value}"),
            None => format!("namespace {name} has no label {DEFAULT_KEY}"),
        };
        return decision(opted_in, trace, "namespaceLabel", Place::label_of_namespace(name, DEFAULT_KEY), text);
    };
    if !matches.kinds.is_empty() {
        let among = matches.kinds.join(", ");
        if !matches.kinds.contains(&workload.kind) {
            return decision(false, trace, "kinds", Place::Nowhere, format!("kind {} is not among {among}", workload.kind));
        }
        trace.silent("kinds", || (Place::Nowhere, format!("kind {} is among {among}", workload.kind)));
    }
    let of_pod = || Place::in_pod(["metadata", "labels"]);
    if let Some(selector) = &matches.pod_selector {
        if !selector.matches(&labels) {
            return decision(false, trace, "podSelector", of_pod(), "podSelector does not match the pod's labels".to_owned());
        }
        trace.silent("podSelector", || (of_pod(), "podSelector matches the pod's labels".to_owned()));
    }
    let of_namespace = || Place::Namespace(name.to_owned(), Path::of(["metadata", "labels"]));
    if let Some(selector) = matches.namespace_selector.as_ref().filter(|s| !s.is_empty()) {
        let mut labels = match namespace() {
            Ok(known) => known.labels.clone(),
            Err(_) if !name.is_empty() && selector.keys().all(|key| key == NAME_LABEL) => Labels::new(),
            Err(unknown) => return Err(unknown),
        };
        labels.insert(NAME_LABEL.to_owned(), name.to_owned());
        if !selector.matches(&labels) {
            let text = format!("namespaceSelector does not match the labels of namespace {name}");
            return decision(false, trace, "namespaceSelector", of_namespace(), text);
        }
        trace.silent("namespaceSelector", || (of_namespace(), format!("namespaceSelector matches the labels of namespace {name}")));
    }
    decision(true, trace, "match", Place::Nowhere, "match: all of it holds".to_owned())
}

/// A value by which a pod opts in or out.
struct PodValue<'a> {
    /// `label` or `annotation`.
    kind: &'static str,
    value: &'a str,
    /// The rule that reads it.
    rule: &'static str,
}

/// A pod's label, else its annotation, of this key.
fn pod_value<'a>(key: &str, labels: &'a Labels, annotations: &'a Labels) -> Option<PodValue<'a>> {
    let label = labels.get(key).map(|value| PodValue { kind: "label", value, rule: "podLabel" });
    label.or_else(|| annotations.get(key).map(|value| PodValue { kind: "annotation", value, rule: "podAnnotation" }))
}

/// What of a pod says neither yes nor no.
fn seen(key: &str, value: Option<PodValue<'_>>) -> (Place, String) {
    match value {
        Some(PodValue { kind, value, .. }) => (pod_place(kind, key), format!("pod {kind} {key}={value}")),
        None => (Place::Nowhere, format!("the pod has no label or annotation {key}")),
    }
}

fn pod_place(kind: &str, key: &str) -> Place {
    Place::in_pod(["metadata", &format!("{kind}s"), key])
}

/// What a value says that opts in or out.
pub fn truth(value: &str) -> Option<bool> {
    match value {
        "true" | "enabled" => Some(true),
        "false" | "disabled" => Some(false),
        _ => None,
    }
}

/// The value that was probably meant by one that opts neither in nor out: `True`, `yes`, `0`.
pub fn meant(value: &str) -> Option<bool> {
    let is_among = |words: &[&str]| words.iter().any(|word| value.trim().eq_ignore_ascii_case(word));
    if is_among(&["true", "y", "yes", "on", "1", "enabled", "enable"]) {
        Some(true)
    } else if is_among(&["false", "n", "no", "off", "0", "disabled", "disable"]) {
        Some(false)
    } else {
        None
    }
}
