//! Labels of namespaces that do not do what they seem to.

use super::checked::{Checked, misplaced};
use super::misspelt;
use crate::Value;
use crate::config::Config;
use crate::decide::{DEFAULT_KEY, meant, truth};
use crate::finding::Finding;
use crate::istio::{DEFAULT_REVISION, INJECT, NAMESPACE_LABEL, REVISION_LABEL, is_injected};
use crate::kubernetes::{Kinds, Labels, string_map};

/// Label of a namespace whose pods are in the mesh without sidecars, and of a pod that is or is not.
const DATAPLANE: &str = "istio.io/dataplane-mode";

/// What the Namespace objects of a document say that nobody reads, or that contradicts itself.
pub(crate) fn namespaces(config: &Config, document: &Value) -> Vec<Finding> {
    let text = |object: &Value, key: &str| object.get(key).and_then(Value::as_str).map(str::to_owned);
    let is_namespace =
        |object: &Value| text(object, "kind").as_deref() == Some("Namespace") && text(object, "apiVersion").as_deref() == Some("v1");
    let mut found = Vec::new();
    for (object, path) in Kinds::objects(document).into_iter().filter(|(object, _)| is_namespace(object)) {
        let of = |place| string_map(object.get("metadata"), place);
        let at = |(place, message): (&str, String)| misplaced(path.join(["metadata", place]), message);
        found.extend(namespace(config, &of("labels"), &of("annotations")).into_iter().map(at));
    }
    found
}

/// What is wrong with a namespace's labels or annotations, and among which of them it stands.
pub(crate) fn namespace(config: &Config, labels: &Labels, annotations: &Labels) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    let has_istio = !config.istio.is_empty();
    if has_istio {
        found.extend(istio_labels(config, labels).map(|message| ("labels", message)));
    }
    found.extend(misspelt::of_namespace(has_istio, !config.sidecars.is_empty(), labels).into_iter().map(|message| ("labels", message)));
    if let Some(value) = labels.get(DEFAULT_KEY).filter(|v| !config.sidecars.is_empty() && !v.is_empty() && truth(v).is_none()) {
        let hint = if meant(value) == Some(true) { "; did you mean enabled?" } else { "" };
        found.push(("labels", format!("{DEFAULT_KEY}: {value:?} is neither enabled nor disabled and opts nobody in{hint}")));
    }
    if let Some(value) = labels.get(INJECT).filter(|_| has_istio) {
        let message = format!("{INJECT}: {value:?} is a label of pods; a namespace says {NAMESPACE_LABEL}: enabled or disabled instead");
        found.push(("labels", message));
    }
    let of_istio = [NAMESPACE_LABEL, REVISION_LABEL].into_iter().filter(|_| has_istio);
    let own = (!config.sidecars.is_empty()).then_some(DEFAULT_KEY);
    for key in of_istio.chain(own).filter(|key| !labels.contains_key(*key)) {
        if let Some(value) = annotations.get(key) {
            found.push(("annotations", format!("{key}: {value:?} stands among the annotations, where nobody reads it; make it a label")));
        }
    }
    found
}

/// What the two labels by which a namespace opts in to Istio say that means nothing, or that the other one overrules.
fn istio_labels(config: &Config, labels: &Labels) -> Option<String> {
    let injection = labels.get(NAMESPACE_LABEL)?;
    let revision = labels.get(REVISION_LABEL);
    let nobody = format!("{NAMESPACE_LABEL}: {injection:?}");
    match (injection.as_str(), revision) {
        ("enabled", None) | ("disabled", None) => None,
        ("enabled", Some(revision)) => {
            let takes = |name: &str| config.istio.iter().position(|r| r.name == name || r.tags.iter().any(|t| t == name));
            let differs = revision != DEFAULT_REVISION && (takes(revision).is_none() || takes(revision) != takes(DEFAULT_REVISION));
            differs.then(|| {
                format!("{NAMESPACE_LABEL}: enabled counts, and pods go to the default revision; {REVISION_LABEL}: {revision} beside it is not read: take one of the two away")
            })
        }
        ("disabled", Some(revision)) => Some(format!(
            "{NAMESPACE_LABEL}: disabled counts, and nobody is injected; {REVISION_LABEL}: {revision} beside it is not read: take one of the two away"
        )),
        (value, _) => {
            let hint = match meant(value) {
                Some(true) => "; did you mean enabled?",
                _ => "",
            };
            Some(format!("{nobody} is neither enabled nor disabled, and nobody is injected{hint}"))
        }
    }
}

/// Pods that are to be in ambient mode and get Istio's sidecar all the same.
pub(super) fn ambient(checked: &Checked<'_>) -> Vec<Finding> {
    let mode = |labels: &Labels| labels.get(DATAPLANE).cloned();
    let of_namespace = checked.namespace.filter(|n| mode(&n.labels).as_deref() == Some("ambient"));
    let mut found: Vec<Finding> = Vec::new();
    for pod in checked.pods.iter().filter(|p| is_injected(&p.after)) {
        let own = mode(&string_map(pod.before.get("metadata"), "labels"));
        let (path, who) = match (own.as_deref(), of_namespace) {
            (Some("ambient"), _) => (pod.field(["metadata", "labels"]), "the pod".to_owned()),
            (None | Some(""), Some(namespace)) => (checked.path.join(["metadata", "namespace"]), format!("namespace {}", namespace.name)),
            _ => continue,
        };
        let message = format!(
            "{who} has the label {DATAPLANE}: ambient, and the pod gets a sidecar all the same: pods with a sidecar are not in ambient mode; take one of the two away"
        );
        let finding = Finding::at(path, message);
        if !found.contains(&finding) {
            found.push(finding);
        }
    }
    found
}
