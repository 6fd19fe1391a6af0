//! Whether a sidecar of one's own goes into a pod: its own opt-in key, the default opt-in, or `match`.

use super::{Labels, Namespaces, string_map};
use crate::Value;
use crate::sidecar::Sidecar;
use crate::workload::Identity;

/// Label of a namespace, label or annotation of a pod template, that opts in by default.
pub const DEFAULT_KEY: &str = "sidecarize.dev/inject";

/// What was decided for one sidecar and one pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Name of the sidecar.
    pub sidecar: String,
    /// Whether it is injected.
    pub inject: bool,
    /// Why.
    pub reason: Reason,
    /// The templates that were rendered; those of Istio have names.
    pub templates: Vec<String>,
    /// Whether it runs as a native sidecar: an init container that restarts always.
    pub native: bool,
}

impl Decision {
    /// What was decided, in words.
    pub fn verdict(&self) -> &'static str {
        if self.inject { "injected" } else { "not injected" }
    }
}

impl std::fmt::Display for Decision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}: {}", self.sidecar, self.verdict(), self.reason.text)
    }
}

/// Why a decision was taken: a code for machines and a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Stable name of the rule that decided.
    pub code: &'static str,
    /// The rule with the values it saw and where they stand.
    pub text: String,
}

/// The namespace's labels would decide and nothing is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownNamespace {
    /// The namespace; empty where the object has none and no default is given.
    pub name: String,
    /// The label by which a namespace would opt in.
    pub opt_in: &'static str,
}

impl std::fmt::Display for UnknownNamespace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.name.is_empty() {
            f.write_str("the workload has no namespace, and a namespace's labels decide: set spec.defaultNamespace (or --namespace), and tell its labels under spec.namespaces")
        } else {
            write!(
                f,
                "nothing is known of namespace {0}, whose labels decide: add its Namespace object to the manifests, or to the configuration:\nspec:\n  namespaces:\n  - {{name: {0}, labels: {{{1}: enabled}}}}",
                self.name, self.opt_in
            )
        }
    }
}

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
) -> Result<Decision, UnknownNamespace> {
    let decision = |inject, code, text| {
        let reason = Reason { code, text };
        Ok(Decision { sidecar: sidecar.name.clone(), inject, reason, templates: Vec::new(), native: inject && sidecar.native })
    };
    let labels = string_map(pod.get("metadata"), "labels");
    let annotations = string_map(pod.get("metadata"), "annotations");

    if !sidecar.opt_in_key.is_empty()
        && let Some((place, value)) = pod_value(&sidecar.opt_in_key, &labels, &annotations)
        && let Some(inject) = truth(value)
    {
        return decision(inject, "optInKey", format!("pod {place} {}={value}", sidecar.opt_in_key));
    }
    if let Some((place, value)) = pod_value(DEFAULT_KEY, &labels, &annotations)
        && !value.is_empty()
    {
        let inject = truth(value).unwrap_or_else(|| value.split(',').any(|name| name.trim() == sidecar.name));
        // A pod that says yes to injection as such still leaves the choice among sidecars to their `match`.
        if !inject || sidecar.matches.is_none() || truth(value).is_none() {
            return decision(
                inject,
                if place == "label" { "podLabel" } else { "podAnnotation" },
                format!("pod {place} {DEFAULT_KEY}={value}"),
            );
        }
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
        return decision(opted_in, "namespaceLabel", text);
    };
    if !matches.kinds.is_empty() && !matches.kinds.contains(&workload.kind) {
        return decision(false, "kinds", format!("kind {} is not among {}", workload.kind, matches.kinds.join(", ")));
    }
    if let Some(selector) = &matches.pod_selector
        && !selector.matches(&labels)
    {
        return decision(false, "podSelector", "podSelector does not match the pod's labels".to_owned());
    }
    if let Some(selector) = &matches.namespace_selector
        && !selector.is_empty()
        && !selector.matches(&namespace()?.labels)
    {
        return decision(false, "namespaceSelector", format!("namespaceSelector does not match the labels of namespace {name}"));
    }
    decision(true, "match", "match: all of it holds".to_owned())
}

/// A pod's label, else its annotation, of this key.
fn pod_value<'a>(key: &str, labels: &'a Labels, annotations: &'a Labels) -> Option<(&'static str, &'a str)> {
    labels.get(key).map(|v| ("label", v.as_str())).or_else(|| annotations.get(key).map(|v| ("annotation", v.as_str())))
}

fn truth(value: &str) -> Option<bool> {
    match value {
        "true" | "enabled" => Some(true),
        "false" | "disabled" => Some(false),
        _ => None,
    }
}
