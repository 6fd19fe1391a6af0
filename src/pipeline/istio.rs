//! The revisions of Istio that a configuration has, and which of them takes a pod: both gates, then the injection.

use super::admission::{Admission, Admit, Asked};
use crate::config::{Revision, Webhook};
use crate::decide::{Decision, Effect, Gate, NO_OPT_IN, Place, Policy, Trace, UnknownNamespace, gate, refused_by_all};
use crate::finding::{Finding, Kind, closest};
use crate::inject::{Injected, Injector, Request};
use crate::istio::{DEFAULT_REVISION, INJECT, NAMESPACE_LABEL, ProxyConfigs, REVISION_LABEL};
use crate::kubernetes::{Labels, string_map};
use crate::yaml::Path;
use crate::{Value, decide, istio, kubernetes};

/// The revisions of a configuration, ready to inject.
#[derive(Debug)]
pub(super) struct Revisions {
    revisions: Vec<(Revision, Injector)>,
    /// What is done about the webhook, which runs too.
    webhook: Webhook,
}

/// Whether a webhook that is set up in its own way takes a pod.
#[derive(Debug, Clone, Copy)]
enum Selected {
    /// That of this revision, and which of its webhooks.
    By(usize, usize),
    /// None; the standard ones are asked.
    ByName,
    /// The labels of the namespace tell, and they are not known.
    NeedsNamespace,
}

/// The field of the configuration that holds the templates of the revision with this index.
fn injector_field(revision: usize) -> Path {
    Path::of(["spec", "istio"]).item(revision).key("injector")
}

impl Revisions {
    /// Reads the configuration of every revision.
    ///
    /// # Errors
    ///
    /// What is wrong with each that cannot be read.
    pub fn new(revisions: Vec<Revision>, webhook: Webhook) -> Result<Self, Vec<Finding>> {
        let mut ready = Vec::new();
        let mut errors = Vec::new();
        for (index, revision) in revisions.into_iter().enumerate() {
            match Injector::new(revision.settings.clone()) {
                Ok(injector) => ready.push((revision, injector)),
                Err(e) => errors.push(Finding::at(Path::of(["spec", "istio"]).item(index), e.to_string())),
            }
        }
        if errors.is_empty() { Ok(Self { revisions: ready, webhook }) } else { Err(errors) }
    }

    /// The fields of the configuration that hold templates.
    pub fn template_fields(&self) -> impl Iterator<Item = Path> {
        (0..self.revisions.len()).map(injector_field)
    }

    /// What to do about a revision or tag that is not configured.
    fn instead_of(&self, wanted: &str) -> String {
        let known = || self.revisions.iter().flat_map(|(r, _)| r.names());
        closest(wanted, known()).map_or_else(
            || {
                format!(
                    "known are {}; add it under spec.istio, or as one of the tags of a revision",
                    known().collect::<Vec<_>>().join(", ")
                )
            },
            |k| format!("did you mean {k}?"),
        )
    }

    /// Decides about a pod of a workload as the admission webhook would, and injects it.
    fn as_webhook(&self, asked: &Asked<'_>, pod: &Value) -> Admission {
        let (namespace, mut trace) = (asked.namespace, asked.trace());
        let refused = |sidecar: &str, reason, trace: Trace, warnings| {
            let (sidecar, trace) = (sidecar.to_owned(), trace.into_steps());
            let decision = Decision { sidecar, inject: false, reason, templates: Vec::new(), native: false, trace };
            Admission { decisions: vec![decision], warnings, ..Admission::default() }
        };
        let known = asked.namespaces.get(namespace);
        let unclear = |(field, message): ([&str; 2], _)| Finding { kind: Kind::MisplacedOptIn, ..asked.finding_at(field, message) };
        let by_webhook = match self.by_webhook(namespace, known.map(|n| &n.labels), pod) {
            Ok(selected) => selected,
            Err(message) => return Admission { errors: vec![asked.finding(message)], ..Admission::default() },
        };
        let opened = match by_webhook {
            Selected::By(index, webhook) => self.opened(index, webhook, &mut trace),
            Selected::NeedsNamespace => Gate::NeedsNamespace,
            Selected::ByName => gate(namespace, known.map(|n| &n.labels), pod, self.by_default(), &mut trace),
        };
        let (wanted, why) = match opened {
            Gate::Open(revision, why) => (revision, why),
            Gate::Closed(why) => {
                let unread = if why.code == NO_OPT_IN { decide::unread(pod) } else { Vec::new() };
                return refused("istio", why, trace, unread.into_iter().map(unclear).collect());
            }
            Gate::NeedsNamespace => {
                let minors = self.revisions.iter().map(|(_, injector)| injector.minor());
                return match refused_by_all(namespace, pod, minors, &mut trace) {
                    Some(why) => refused("istio", why, trace, decide::unread(pod).into_iter().map(unclear).collect()),
                    None => {
                        let unknown = UnknownNamespace { name: namespace.to_owned(), opt_in: NAMESPACE_LABEL };
                        Admission { warnings: vec![asked.unknown_namespace(&unknown)], ..Admission::default() }
                    }
                };
            }
        };
        let by_index = match by_webhook {
            Selected::By(index, _) => self.revisions.get(index).map(|found| (index, found)),
            _ => None,
        };
        let Some((index, (revision, injector))) = by_index.or_else(|| self.takes(&wanted)) else {
            if self.revisions.iter().any(|(r, _)| r.name == wanted) {
                let text = format!("{}, and no webhook of revision {wanted} selects the pod", why.text);
                return refused("istio", trace.decides(NO_OPT_IN, Place::Nowhere, text, Effect::Refuse), trace, Vec::new());
            }
            let text = format!("{}, and no revision or tag {wanted:?} is configured", why.text);
            let unknown = asked.finding(format!("{text}, so the pod gets no sidecar; {}", self.instead_of(&wanted)));
            let why = trace.decides("unknownRevision", Place::Nowhere, text, Effect::Refuse);
            return refused("istio", why, trace, vec![Finding { kind: Kind::UnknownRevision, ..unknown }]);
        };
        let config = |field: &str| Place::Config(Path::of(["spec", "istio"]).item(index).key(field));
        let name = format!("istio/{}", revision.name);
        let named = if revision.name == wanted { "revision" } else { "tags" };
        trace.note("revision", Effect::Use(name.clone()), || (config(named), format!("{wanted} is configured")));
        let identity = istio::owner_at_admission(asked.workload.object, asked.pod_path(), pod, namespace);
        let verdict = Policy::of(injector.config(), injector.minor()).decide(namespace, pod, &mut trace);
        let mut warnings: Vec<Finding> = verdict.warning.into_iter().map(|message| asked.finding(message)).collect();
        warnings.extend(verdict.unclear.map(unclear));
        if !verdict.inject {
            return refused(&name, verdict.reason, trace, warnings);
        }
        let pod_labels = string_map(pod.get("metadata"), "labels");
        let overlays = ProxyConfigs::matching(asked.namespaces.proxy_configs(), injector.root_namespace(), namespace, &pod_labels);
        let effect = if overlays.is_empty() { Effect::Silent } else { Effect::Use("over the mesh's".to_owned()) };
        trace.note("proxyConfigs", effect, || (Place::Nowhere, format!("{} ProxyConfig objects match", overlays.len())));
        let request = Request { identity: &identity, namespace: known, pod, proxy_configs: &overlays, own_status_port: false };
        let Injected { pod, templates, templates_by, native, native_by, warnings: more } = match injector.inject(request) {
            Ok(injected) => injected,
            Err(error) => return Admission { errors: vec![failed(asked, index, &error)], ..Admission::default() },
        };
        // An annotation is named as such by its domain.
        let said_by = |who: &str| match who {
            "kubernetesVersion" => Place::Config(Path::of(["spec", "kubernetesVersion"])),
            "nativeSidecars" => config("nativeSidecars"),
            _ if who.contains('/') => Place::in_pod(["metadata", "annotations", who]),
            _ => Place::Nowhere,
        };
        let names = Effect::Use(templates.join(", "));
        trace.note("templates", names, || (said_by(templates_by), format!("{templates_by} names the templates")));
        let kind = Effect::Use(if native { "native sidecar" } else { "ordinary container" }.to_owned());
        trace.note("native", kind, || (said_by(native_by), format!("{native_by} decides how the proxy runs")));
        warnings.extend(more.into_iter().map(|message| asked.finding(message)));
        // The label is not read where the namespace decides; what it asks for is wrong all the same.
        if let Some(named) = pod_labels.get(REVISION_LABEL).filter(|named| **named != wanted && self.takes(named).is_none()) {
            let message = format!(
                "the pod has the label {REVISION_LABEL}: {named:?}, and no revision or tag of this name is configured; it is not read here, because {}; {}",
                why.text,
                self.instead_of(named)
            );
            warnings.push(Finding { kind: Kind::UnknownRevision, ..asked.finding(message) });
        }
        let decision = Decision { sidecar: name, inject: true, reason: why, templates, native, trace: trace.into_steps() };
        Admission { decisions: vec![decision], pod: Some(pod), warnings, errors: Vec::new() }
    }

    /// The revision of this name or with this tag, and its index.
    fn takes(&self, wanted: &str) -> Option<(usize, &(Revision, Injector))> {
        self.revisions.iter().enumerate().find(|(_, (r, _))| r.answers_to(wanted))
    }

    /// Whether namespaces without any label are injected.
    fn by_default(&self) -> bool {
        self.revisions.iter().any(|(r, _)| r.namespaces_by_default && r.answers_to(DEFAULT_REVISION))
    }

    /// Whether a webhook that is set up in its own way takes a pod of a namespace with these labels, if they are known.
    ///
    /// # Errors
    ///
    /// When another revision takes the pod, too: a cluster would inject it twice.
    fn by_webhook(&self, namespace: &str, labels: Option<&Labels>, pod: &Value) -> Result<Selected, String> {
        let pod_labels = string_map(pod.get("metadata"), "labels");
        let ask = |r: &Revision| r.webhooks.iter().flatten().any(|w| w.ask_for_namespace(&pod_labels));
        if labels.is_none() && self.revisions.iter().any(|(r, _)| ask(r)) {
            return Ok(Selected::NeedsNamespace);
        }
        let none = Labels::new();
        let of_namespace = labels.unwrap_or(&none);
        let selects = |r: &Revision| r.webhooks.iter().flatten().position(|w| w.take(namespace, of_namespace, &pod_labels));
        let mut selected = self.revisions.iter().enumerate().filter_map(|(index, (r, _))| Some((index, selects(r)?)));
        let Some((first, webhook)) = selected.next() else { return Ok(Selected::ByName) };
        let by_name = match gate(namespace, labels, pod, self.by_default(), &mut Trace::default()) {
            Gate::Open(wanted, _) => self.takes(&wanted).map(|(index, _)| index),
            Gate::Closed(_) | Gate::NeedsNamespace => None,
        };
        match selected.map(|(index, _)| index).chain(by_name).find(|other| *other != first) {
            Some(other) => Err(format!(
                "webhooks of spec.istio[{first}] and of spec.istio[{other}] both select the pod, and a cluster would inject it twice: make their selectors exclude each other"
            )),
            None => Ok(Selected::By(first, webhook)),
        }
    }

    /// The gate that a webhook opens which is set up in its own way.
    fn opened(&self, index: usize, webhook: usize, trace: &mut Trace) -> Gate {
        let name = self.revisions.get(index).map_or_else(String::new, |(r, _)| r.name.clone());
        let place = Place::Config(Path::of(["spec", "istio"]).item(index).key("webhooks").item(webhook));
        let text = format!("a webhook of revision {name} selects the pod (spec.istio[{index}].webhooks[{webhook}])");
        let reason = trace.decides("webhook", place, text, Effect::Select(name.clone()));
        Gate::Open(name, reason)
    }
}

/// Where and why the injection by the revision with this index fails.
fn failed(asked: &Asked<'_>, revision: usize, error: &istio::Error) -> Finding {
    let message = error.to_string();
    let message = if error.is_of_template() { asked.places.located(&injector_field(revision), &message) } else { message };
    match error.annotation_key() {
        Some(key) => asked.finding_at(["metadata", "annotations", key], message),
        None => asked.finding(message),
    }
}

impl Admit for Revisions {
    /// Decides as the webhook would; where it is to be kept away, an injected pod gets the label that does so, and one that has it
    /// from an earlier injection of ours is read as if it had not.
    fn admit(&self, asked: &Asked<'_>, pod: &Value) -> Admission {
        if self.revisions.is_empty() {
            return Admission::default();
        }
        if self.webhook != Webhook::Bypass {
            return self.as_webhook(asked, pod);
        }
        let mut admission = if is_bypassed(pod) {
            let mut bare = pod.clone();
            if let Some(labels) = bare.get_mut("metadata").and_then(|m| m.get_mut("labels")).and_then(Value::as_object_mut) {
                labels.shift_remove(INJECT);
            }
            let admission = self.as_webhook(asked, &bare);
            if admission.decisions.iter().any(|d| !d.inject) {
                // Nothing else opts it in, so the label did that before ours took its place.
                kubernetes::set_label(&mut bare, INJECT, "true");
                self.as_webhook(asked, &bare)
            } else {
                admission
            }
        } else {
            self.as_webhook(asked, pod)
        };
        if let Some(injected) = &mut admission.pod {
            kubernetes::set_label(injected, INJECT, "false");
        }
        admission
    }
}

/// Whether a pod carries both what an injection leaves and the label that keeps the webhook away.
fn is_bypassed(pod: &Value) -> bool {
    let metadata = pod.get("metadata");
    string_map(metadata, "labels").get(INJECT).is_some_and(|v| v == "false")
        && string_map(metadata, "annotations").contains_key("sidecar.istio.io/status")
}
