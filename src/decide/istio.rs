//! Who is injected by the admission webhook: the webhook's selectors first, then the injector's own policy. Both say why.

use super::kube_inject::{SYSTEM_NAMESPACES, Wish, wish};
use super::own::meant;
use super::trace::{Effect, Place, Reason, Trace};
use crate::istio::{Behaviour, Config, DEFAULT_REVISION, INJECT, Minor, NAMESPACE_LABEL, REVISION_LABEL, is_injected};
use crate::kubernetes::{Labels, label_selector};
use crate::{Value, kubernetes};

/// The rule that nobody asks for the pod.
pub const NO_OPT_IN: &str = "noOptIn";

/// What the webhook's selectors say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gate {
    /// This revision, or revision tag, takes the pod.
    Open(String, Reason),
    /// Nobody takes it.
    Closed(Reason),
    /// The labels of its namespace decide, and they are not known.
    NeedsNamespace,
}

/// A label or annotation that a rule asks for.
struct Asked<'a> {
    holder: Holder<'a>,
    kind: &'static str,
    key: &'static str,
    value: Option<&'a str>,
}

/// Who has it.
#[derive(Clone, Copy)]
enum Holder<'a> {
    Pod,
    Namespace(&'a str),
    /// A namespace of which nothing is known.
    Unknown(&'a str),
}

impl std::fmt::Display for Asked<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { kind, key, .. } = self;
        match self.holder {
            Holder::Pod => f.write_str("the pod")?,
            Holder::Namespace(name) => write!(f, "namespace {name}")?,
            Holder::Unknown(name) => return write!(f, "nothing is known of namespace {name}"),
        }
        match self.value {
            Some(value) => write!(f, " has the {kind} {key}: {value}"),
            None => write!(f, " has no {kind} {key}"),
        }
    }
}

impl Asked<'_> {
    fn place(&self) -> Place {
        match self.holder {
            _ if self.value.is_none() => Place::Nowhere,
            Holder::Pod => Place::in_pod(["metadata", &format!("{}s", self.kind), self.key]),
            Holder::Namespace(name) => Place::label_of_namespace(name, self.key),
            Holder::Unknown(_) => Place::Nowhere,
        }
    }

    /// It decides.
    fn says(&self, rule: &'static str, effect: Effect, trace: &mut Trace) -> Reason {
        trace.decides(rule, self.place(), self.to_string(), effect)
    }

    /// It says nothing.
    fn silent(&self, rule: &'static str, trace: &mut Trace) {
        trace.silent(rule, || (self.place(), self.to_string()));
    }
}

/// Which revision's webhook a pod goes to. `labels` are those of its namespace, where they are known; a pod that opts in or out by a
/// label of its own is taken at its word without them. `by_default` is `enableNamespacesByDefault` of the default revision.
pub fn gate(namespace: &str, labels: Option<&Labels>, pod: &Value, by_default: bool, trace: &mut Trace) -> Gate {
    let select = |revision: &str| Effect::Select(revision.to_owned());
    let of_pod = |key| Asked { holder: Holder::Pod, kind: "label", key, value: kubernetes::label(pod, key) };
    let holder = if labels.is_some() { Holder::Namespace(namespace) } else { Holder::Unknown(namespace) };
    let of_namespace = |key| Asked { holder, kind: "label", key, value: labels.and_then(|l| l.get(key)).map(String::as_str) };
    let mut selected = None;
    let injection = of_namespace(NAMESPACE_LABEL);
    match injection.value {
        Some("enabled") => selected = Some((DEFAULT_REVISION, injection.says("namespaceLabel", select(DEFAULT_REVISION), trace))),
        Some(_) => return Gate::Closed(injection.says("namespaceLabel", Effect::Refuse, trace)),
        None => injection.silent("namespaceLabel", trace),
    }
    for (rule, asked) in [("namespaceRevision", of_namespace(REVISION_LABEL)), ("podRevision", of_pod(REVISION_LABEL))] {
        match asked.value.filter(|_| selected.is_none()) {
            Some(revision) => selected = Some((revision, asked.says(rule, select(revision), trace))),
            None => asked.silent(rule, trace),
        }
    }
    let opt_in = of_pod(INJECT);
    if opt_in.value == Some("false") {
        return Gate::Closed(opt_in.says("podLabel", Effect::Refuse, trace));
    }
    match selected {
        None if opt_in.value == Some("true") => {
            return Gate::Open(DEFAULT_REVISION.to_owned(), opt_in.says("podLabel", select(DEFAULT_REVISION), trace));
        }
        _ => opt_in.silent("podLabel", trace),
    }
    match selected {
        Some((revision, why)) => Gate::Open(revision.to_owned(), why),
        None if labels.is_none() => Gate::NeedsNamespace,
        // A label that says anything else keeps that webhook away.
        None if by_default && opt_in.value.is_none() && !SYSTEM_NAMESPACES.contains(&namespace) => {
            let text = "every namespace is injected by default";
            Gate::Open(DEFAULT_REVISION.to_owned(), trace.decides("namespacesByDefault", Place::Nowhere, text, select(DEFAULT_REVISION)))
        }
        None => {
            let mut text = format!("neither namespace {namespace} nor the pod opts in");
            let annotation = Asked { holder: Holder::Pod, kind: "annotation", key: INJECT, value: kubernetes::annotation(pod, INJECT) };
            if annotation.value.is_some() {
                // The webhook's selectors see labels alone; the annotation is read only once the pod has come to the injector.
                text.push_str(&format!("; {annotation}, which opts nothing in here: write it as a label of the pod template"));
            }
            Gate::Closed(trace.decides(NO_OPT_IN, annotation.place(), text, Effect::Refuse))
        }
    }
}

/// What a pod that nobody asks for says in vain: the field, and what is wrong with it.
pub fn unread(pod: &Value) -> Vec<([&'static str; 2], String)> {
    let mut found = Vec::new();
    if let Some(value) = kubernetes::label(pod, INJECT).filter(|v| !matches!(*v, "" | "true" | "false")) {
        found.push((["metadata", "labels"], unclear("label", value)));
    }
    // An injection leaves annotations of these names.
    if is_injected(pod) {
        return found;
    }
    let asks = kubernetes::annotation(pod, INJECT).filter(|value| meant(value) == Some(true)).map(|value| (INJECT, value));
    let names = kubernetes::annotation(pod, REVISION_LABEL).filter(|value| !value.is_empty()).map(|value| (REVISION_LABEL, value));
    for (key, value) in asks.into_iter().chain(names).filter(|(key, _)| kubernetes::label(pod, key).is_none()) {
        let message = format!("{key}: {value:?} stands among the annotations, where it opts nobody in; make it a label of the pod");
        found.push((["metadata", "annotations"], message));
    }
    found
}

/// What is wrong with a value that says neither yes nor no.
fn unclear(kind: &str, value: &str) -> String {
    let hint = meant(value).map(|meant| format!("; did you mean \"{meant}\"?")).unwrap_or_default();
    format!("{kind} {INJECT}: {value:?} is neither true nor false and decides nothing{hint}")
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
    /// What the pod says that means nothing: the field, and what is wrong.
    pub unclear: Option<([&'static str; 2], String)>,
}

/// Why none of these minors injects a pod, whichever of them its namespace selects: what the pod says by itself, or that its namespace
/// is one of the system's.
pub fn refused_by_all(namespace: &str, pod: &Value, minors: impl IntoIterator<Item = Minor>, trace: &mut Trace) -> Option<Reason> {
    let mut first = None;
    for minor in minors {
        let mut steps = trace.clone();
        let verdict = Policy::without_config(minor).decide(namespace, pod, &mut steps);
        if verdict.inject {
            return None;
        }
        first.get_or_insert((verdict.reason, steps));
    }
    let (reason, steps) = first?;
    *trace = steps;
    Some(reason)
}

/// The parts of an injector config that decide.
#[derive(Debug, Clone, Copy)]
pub struct Policy<'a> {
    policy: &'a str,
    never: &'a [Value],
    always: &'a [Value],
    minor: Minor,
}

impl<'a> Policy<'a> {
    /// The policy of an injector of this minor.
    pub fn of(config: &'a Config, minor: Minor) -> Self {
        Self { policy: &config.policy, never: &config.never_inject, always: &config.always_inject, minor }
    }

    /// The policy of an injector whose config refuses nobody.
    fn without_config(minor: Minor) -> Self {
        Self { policy: "enabled", never: &[], always: &[], minor }
    }

    /// Decides about a pod of a namespace.
    pub fn decide(&self, namespace: &str, pod: &Value, trace: &mut Trace) -> Verdict {
        let refuse = |reason| Verdict { inject: false, reason, warning: None, unclear: None };
        let network = || Place::in_pod(["spec", "hostNetwork"]);
        if pod.get("spec").and_then(|s| s.get("hostNetwork")) == Some(&Value::Bool(true)) {
            return refuse(trace.decides("hostNetwork", network(), "the pod shares the node's network", Effect::Refuse));
        }
        trace.silent("hostNetwork", || (Place::Nowhere, "the pod does not share the node's network".to_owned()));
        if SYSTEM_NAMESPACES.contains(&namespace) {
            let text = format!("{namespace} is a namespace of the system");
            return refuse(trace.decides("systemNamespace", Place::Nowhere, text, Effect::Refuse));
        }
        trace.silent("systemNamespace", || (Place::Nowhere, format!("{namespace} is no namespace of the system")));
        if !matches!(self.policy, "enabled" | "disabled") {
            // Such an injector injects nobody, whatever the pod says.
            let warning = format!("policy {:?} of the injector config is neither enabled nor disabled: nobody is injected", self.policy);
            let text = format!("the injector's policy is {:?}", self.policy);
            let reason = trace.decides("policy", Place::Nowhere, text, Effect::Refuse);
            return Verdict { inject: false, reason, warning: Some(warning), unclear: None };
        }
        let asked = |kind, value| Asked { holder: Holder::Pod, kind, key: INJECT, value };
        let label = asked("label", kubernetes::label(pod, INJECT).filter(|_| self.minor.has(Behaviour::InjectLabel)));
        let annotation = asked("annotation", kubernetes::annotation(pod, INJECT));
        let mut nothing = None;
        for (rule, asked) in [("podLabel", &label), ("podAnnotation", &annotation)] {
            match asked.value {
                // The label is heard alone, whatever it says.
                _ if rule == "podAnnotation" && label.value.is_some() => {}
                Some(value) => match wish(value, self.minor) {
                    Wish::Yes => return Verdict { inject: true, ..refuse(asked.says(rule, Effect::Inject, trace)) },
                    Wish::No => return refuse(asked.says(rule, Effect::Refuse, trace)),
                    Wish::Unclear => {
                        let Asked { kind, .. } = asked;
                        let field = if *kind == "label" { ["metadata", "labels"] } else { ["metadata", "annotations"] };
                        nothing = Some((field, unclear(kind, value)));
                        asked.silent(rule, trace);
                    }
                    Wish::Nothing => asked.silent(rule, trace),
                },
                None => asked.silent(rule, trace),
            }
        }
        let labels = crate::kubernetes::string_map(pod.get("metadata"), "labels");
        let of_pod = || Place::in_pod(["metadata", "labels"]);
        let selectors = [
            ("neverInjectSelector", "a neverInjectSelector", self.never, Effect::Refuse),
            ("alwaysInjectSelector", "an alwaysInjectSelector", self.always, Effect::Inject),
        ];
        for (rule, name, list, effect) in selectors {
            if list.iter().filter_map(label_selector).any(|s| !s.is_empty() && s.matches(&labels)) {
                let inject = effect == Effect::Inject;
                let reason = trace.decides(rule, of_pod(), format!("{name} matches the pod's labels"), effect);
                return Verdict { inject, reason, warning: None, unclear: nothing };
            }
            trace.silent(rule, || (Place::Nowhere, format!("no {rule} of {} matches the pod's labels", list.len())));
        }
        let inject = self.policy == "enabled";
        let text = format!("the injector's policy is {}", self.policy);
        let reason = trace.decides("policy", Place::Nowhere, text, if inject { Effect::Inject } else { Effect::Refuse });
        Verdict { inject, reason, warning: None, unclear: nothing }
    }
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
            (json!({}), json!({"sidecar.istio.io/inject": "maybe"}), true, None),
            (json!({"istio-injection": "disabled"}), json!({"sidecar.istio.io/inject": "true"}), true, None),
        ];
        for (namespace, pod, by_default, expected) in cases {
            let labels = crate::kubernetes::string_map(Some(&json!({"labels": namespace})), "labels");
            let taken = match gate("shop", Some(&labels), &json!({"metadata": {"labels": pod}}), by_default, &mut Trace::default()) {
                Gate::Open(revision, _) => Some(revision),
                Gate::Closed(_) | Gate::NeedsNamespace => None,
            };
            assert_eq!(taken.as_deref(), expected, "{namespace} {pod}");
        }
    }

    #[test]
    fn without_its_namespace_a_pod_is_asked_alone() {
        let cases = [
            (json!({"sidecar.istio.io/inject": "true"}), "open"),
            (json!({"istio.io/rev": "r"}), "open"),
            (json!({"sidecar.istio.io/inject": "false", "istio.io/rev": "r"}), "closed"),
            (json!({"sidecar.istio.io/inject": "yes"}), "needs"),
            (json!({}), "needs"),
        ];
        for (labels, expected) in cases {
            let pod = json!({"metadata": {"labels": labels}});
            for by_default in [false, true] {
                let mut trace = Trace::kept();
                let answer = match gate("shop", None, &pod, by_default, &mut trace) {
                    Gate::Open(..) => "open",
                    Gate::Closed(_) => "closed",
                    Gate::NeedsNamespace => "needs",
                };
                assert_eq!(answer, expected, "{labels}");
                assert_eq!(trace.into_steps().first().map(|s| s.input.as_str()), Some("nothing is known of namespace shop"));
            }
        }
    }

    #[test]
    fn what_no_minor_injects_needs_no_namespace() {
        let code = |namespace: &str, pod: Value, minors: &[u32]| {
            let reason = refused_by_all(namespace, &pod, minors.iter().map(|m| Minor(*m)), &mut Trace::default());
            reason.map(|r| r.code)
        };
        assert_eq!(code("shop", json!({"spec": {"hostNetwork": true}}), &[9, 31]), Some("hostNetwork"));
        assert_eq!(code("kube-system", json!({}), &[31]), Some("systemNamespace"));
        assert_eq!(code("shop", json!({"metadata": {"annotations": {INJECT: "false"}}}), &[31]), Some("podAnnotation"));
        assert_eq!(code("shop", json!({}), &[31]), None);
        // Old releases did not read the label.
        assert_eq!(code("shop", json!({"metadata": {"labels": {INJECT: "no"}}}), &[9]), None);
    }

    #[test]
    fn an_annotation_where_only_the_label_opts_in_is_named() {
        let pod = json!({"metadata": {"annotations": {"sidecar.istio.io/inject": "true"}}});
        let closed = |pod: &Value| match gate("shop", Some(&Labels::default()), pod, false, &mut Trace::default()) {
            Gate::Closed(reason) => reason.text,
            Gate::Open(..) | Gate::NeedsNamespace => String::new(),
        };
        let bare = json!({});
        assert_eq!(closed(&bare), "neither namespace shop nor the pod opts in");
        let text = closed(&pod);
        assert!(text.contains("the pod has the annotation sidecar.istio.io/inject: true, which opts nothing in here"), "{text}");
    }

    #[test]
    fn the_policy_goes_from_the_pod_to_the_config() {
        let never = [json!({"matchLabels": {"a": "1"}}), json!({})];
        let always = [json!({"matchExpressions": [{"key": "b", "operator": "Exists"}]})];
        let policy = Policy { policy: "disabled", never: &never, always: &always, minor: Minor(30) };
        let decide = |pod: Value| {
            let verdict = policy.decide("shop", &pod, &mut Trace::default());
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
