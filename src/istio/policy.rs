//! Who is injected by the admission webhook: the webhook's selectors first, then the injector's own policy. Both say why.

use super::identity::Identity;
use super::kube_inject::{INJECT, SYSTEM_NAMESPACES};
use super::pod;
use super::versions::{Behaviour, Minor};
use crate::Value;
use crate::decide::{Labels, Operator, Reason, Requirement, Selector};

/// The label by which a namespace opts in to the default revision.
pub const NAMESPACE_LABEL: &str = "istio-injection";
/// The label by which a namespace or a pod names a revision.
pub const REVISION_LABEL: &str = "istio.io/rev";
/// The unnamed revision.
pub const DEFAULT_REVISION: &str = "default";

/// What the webhook's selectors say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gate {
    /// This revision, or revision tag, takes the pod.
    Open(String, Reason),
    /// Nobody takes it.
    Closed(Reason),
}

fn reason(code: &'static str, text: impl Into<String>) -> Reason {
    Reason { code, text: text.into() }
}

/// Which revision's webhook a pod goes to. `by_default` is `enableNamespacesByDefault` of the default revision.
pub fn gate(namespace: &str, labels: &Labels, pod: &Value, by_default: bool) -> Gate {
    let opt_in = pod::label(pod, INJECT);
    let injection = labels.get(NAMESPACE_LABEL).map(String::as_str);
    let revision = labels.get(REVISION_LABEL).map(String::as_str);
    let pod_revision = pod::label(pod, REVISION_LABEL);
    let selected = match (injection, revision, pod_revision) {
        (Some("enabled"), ..) => {
            Some((DEFAULT_REVISION, reason("namespaceLabel", format!("namespace {namespace} has the label {NAMESPACE_LABEL}: enabled"))))
        }
        (Some(other), ..) => {
            return Gate::Closed(reason("namespaceLabel", format!("namespace {namespace} has the label {NAMESPACE_LABEL}: {other}")));
        }
        (None, Some(rev), _) => {
            Some((rev, reason("namespaceRevision", format!("namespace {namespace} has the label {REVISION_LABEL}: {rev}"))))
        }
        (None, None, Some(rev)) => Some((rev, reason("podRevision", format!("the pod has the label {REVISION_LABEL}: {rev}")))),
        (None, None, None) => None,
    };
    if opt_in == Some("false") {
        return Gate::Closed(reason("podLabel", format!("the pod has the label {INJECT}: false")));
    }
    match selected {
        Some((revision, why)) => Gate::Open(revision.to_owned(), why),
        None if opt_in == Some("true") => {
            Gate::Open(DEFAULT_REVISION.to_owned(), reason("podLabel", format!("the pod has the label {INJECT}: true")))
        }
        None if by_default && !SYSTEM_NAMESPACES.contains(&namespace) => {
            Gate::Open(DEFAULT_REVISION.to_owned(), reason("namespacesByDefault", "every namespace is injected by default"))
        }
        None => Gate::Closed(reason("noOptIn", format!("neither namespace {namespace} nor the pod opts in"))),
    }
}

/// What the injector's policy says about a pod that has passed the gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Whether the pod is injected.
    pub inject: bool,
    /// Why.
    pub reason: Reason,
    /// What is wrong with what was read, where something is.
    pub warning: Option<String>,
}

/// The parts of an injector config that decide.
#[derive(Debug, Clone, Copy)]
pub(super) struct Policy<'a> {
    pub policy: &'a str,
    pub never: &'a [Value],
    pub always: &'a [Value],
    pub minor: Minor,
}

impl Policy<'_> {
    /// Decides about a pod of a namespace.
    pub(super) fn decide(&self, namespace: &str, workload: &Identity, pod: &Value) -> Verdict {
        let verdict = |inject, reason| Verdict { inject, reason, warning: None };
        if pod.get("spec").and_then(|s| s.get("hostNetwork")) == Some(&Value::Bool(true)) {
            return verdict(false, reason("hostNetwork", "the pod shares the node's network"));
        }
        if SYSTEM_NAMESPACES.contains(&namespace) {
            return verdict(false, reason("systemNamespace", format!("{namespace} is a namespace of the system")));
        }
        let label = pod::label(pod, INJECT).filter(|_| self.minor.has(Behaviour::InjectLabel));
        let says =
            label.map(|v| ("podLabel", "label", v)).or_else(|| pod::annotation(pod, INJECT).map(|v| ("podAnnotation", "annotation", v)));
        let mut warning = None;
        if let Some((code, place, value)) = says {
            let why = || reason(code, format!("the pod has the {place} {INJECT}: {value}"));
            match value {
                "true" => return verdict(true, why()),
                "false" => return verdict(false, why()),
                "" => {}
                other => warning = Some(format!("{workload}: {place} {INJECT}: {other:?} is neither true nor false and decides nothing")),
            }
        }
        let labels = crate::decide::string_map(pod.get("metadata"), "labels");
        let matching = |list: &[Value]| list.iter().filter_map(selector).any(|s| !s.is_empty() && s.matches(&labels));
        let (inject, reason) = match self.policy {
            _ if matching(self.never) => (false, reason("neverInjectSelector", "a neverInjectSelector matches the pod's labels")),
            _ if matching(self.always) => (true, reason("alwaysInjectSelector", "an alwaysInjectSelector matches the pod's labels")),
            "enabled" => (true, reason("policy", "the injector's policy is enabled")),
            "disabled" => (false, reason("policy", "the injector's policy is disabled")),
            other => {
                warning = Some(format!("policy {other:?} of the injector config is neither enabled nor disabled"));
                (false, reason("policy", format!("the injector's policy is {other:?}")))
            }
        };
        Verdict { inject, reason, warning }
    }
}

/// A label selector as Kubernetes writes it; none where it is malformed, and then it matches nothing.
pub fn selector(value: &Value) -> Option<Selector> {
    let match_labels = crate::decide::string_map(Some(value), "matchLabels");
    let requirement = |e: &Value| {
        let values = e.get("values").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
        Some(Requirement {
            key: e.get("key")?.as_str()?.to_owned(),
            operator: Operator::from_name(e.get("operator")?.as_str()?)?,
            values: values.collect(),
        })
    };
    let expressions = value.get("matchExpressions").and_then(Value::as_array).into_iter().flatten();
    Some(Selector { match_labels, match_expressions: expressions.map(requirement).collect::<Option<_>>()? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Namespace labels, pod labels, `enableNamespacesByDefault`, and which revision takes the pod.
    #[test]
    fn the_gate_is_that_of_the_webhooks_selectors() {
        let cases = [
            (json!({"istio-injection": "enabled"}), json!({}), false, Some("default")),
            (json!({"istio-injection": "enabled", "istio.io/rev": "r"}), json!({"istio.io/rev": "q"}), false, Some("default")),
            (json!({"istio-injection": "enabled"}), json!({"sidecar.istio.io/inject": "false"}), false, None),
            (json!({"istio.io/rev": "r"}), json!({}), false, Some("r")),
            (json!({}), json!({"istio.io/rev": "q"}), false, Some("q")),
            (json!({}), json!({"sidecar.istio.io/inject": "true"}), false, Some("default")),
            (json!({}), json!({}), false, None),
            (json!({}), json!({}), true, Some("default")),
            (json!({}), json!({"sidecar.istio.io/inject": "false"}), true, None),
            (json!({"istio-injection": "disabled"}), json!({"sidecar.istio.io/inject": "true"}), true, None),
        ];
        for (namespace, pod, by_default, expected) in cases {
            let labels = crate::decide::string_map(Some(&json!({"labels": namespace})), "labels");
            let taken = match gate("shop", &labels, &json!({"metadata": {"labels": pod}}), by_default) {
                Gate::Open(revision, _) => Some(revision),
                Gate::Closed(_) => None,
            };
            assert_eq!(taken.as_deref(), expected, "{namespace} {pod}");
        }
    }

    #[test]
    fn the_policy_goes_from_the_pod_to_the_config() {
        let never = [json!({"matchLabels": {"a": "1"}}), json!({})];
        let always = [json!({"matchExpressions": [{"key": "b", "operator": "Exists"}]})];
        let policy = Policy { policy: "disabled", never: &never, always: &always, minor: Minor(30) };
        let decide = |pod: Value| {
            let verdict = policy.decide("shop", &Identity::default(), &pod);
            (verdict.inject, verdict.reason.code)
        };
        assert_eq!(decide(json!({"spec": {"hostNetwork": true}})), (false, "hostNetwork"));
        assert_eq!(
            decide(json!({"metadata": {"labels": {"a": "1"}, "annotations": {"sidecar.istio.io/inject": "true"}}})),
            (true, "podAnnotation")
        );
        assert_eq!(decide(json!({"metadata": {"labels": {"a": "1", "b": "2"}}})), (false, "neverInjectSelector"));
        assert_eq!(decide(json!({"metadata": {"labels": {"b": "2"}}})), (true, "alwaysInjectSelector"));
        assert_eq!(decide(json!({"metadata": {}})), (false, "policy"));
    }
}
