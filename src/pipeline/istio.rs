//! The revisions of Istio that a configuration has, and which of them takes a pod: both gates, then the injection.

use serde_json::json;

use crate::config::{Revision, Webhook};
use crate::decide::{Decision, Effect, Gate, NO_OPT_IN, Place, Trace, UnknownNamespace, gate};
use crate::finding::closest;
use crate::inject::{Injected, Injector, Request};
use crate::istio::{DEFAULT_REVISION, INJECT, ProxyConfigs, REVISION_LABEL};
use crate::kubernetes::string_map;
use crate::read::Namespaces;
use crate::{Value, decide, istio, kubernetes};

/// All revisions, ready to inject.
#[derive(Debug, Default)]
pub struct Mesh {
    revisions: Vec<(Revision, Injector)>,
}

/// What came of one pod.
#[derive(Debug)]
pub struct MeshOutcome {
    /// Who decided what.
    pub decision: Decision,
    /// The injected pod, where it is injected.
    pub pod: Option<Value>,
    /// What is worth a look.
    pub warnings: Vec<String>,
    /// What of the pod's opt-ins means nothing: the field of the pod, and what is wrong.
    pub unclear: Vec<(&'static str, String)>,
    /// Where the pod asks for a revision that no configuration has: what to do.
    pub unknown_revision: Option<String>,
}

/// Why a pod has no outcome.
#[derive(Debug)]
pub enum Error {
    /// The namespace's labels would decide and nothing is known of them.
    UnknownNamespace(UnknownNamespace),
    /// The injection by the revision with this index fails.
    Injection {
        /// The index of the revision.
        revision: usize,
        /// What fails.
        error: istio::Error,
    },
}

/// The field of the configuration that holds the templates of the revision with this index.
pub fn injector_field(revision: usize) -> String {
    format!("spec.istio[{revision}].injector")
}

impl Mesh {
    /// Reads the configuration of every revision.
    ///
    /// # Errors
    ///
    /// For each revision that cannot be read, its index and the reason.
    pub fn new(revisions: Vec<Revision>) -> Result<Self, Vec<(usize, String)>> {
        let mut ready = Vec::new();
        let mut errors = Vec::new();
        for (index, revision) in revisions.into_iter().enumerate() {
            match Injector::new(revision.settings.clone()) {
                Ok(injector) => ready.push((revision, injector)),
                Err(e) => errors.push((index, e.to_string())),
            }
        }
        if errors.is_empty() { Ok(Self { revisions: ready }) } else { Err(errors) }
    }

    /// What to do about a revision or tag that is not configured.
    fn unknown_revision(&self, why: &str, wanted: &str) -> String {
        let known = || self.revisions.iter().flat_map(|(r, _)| std::iter::once(&r.name).chain(&r.tags)).map(String::as_str);
        let hint = closest(wanted, known()).map_or_else(
            || {
                format!(
                    "known are {}; add it under spec.istio, or as one of the tags of a revision",
                    known().collect::<Vec<_>>().join(", ")
                )
            },
            |k| format!("did you mean {k}?"),
        );
        format!("{why}, so the pod gets no sidecar; {hint}")
    }

    /// Whether there is no revision at all.
    pub fn is_empty(&self) -> bool {
        self.revisions.is_empty()
    }

    /// Decides as [`Mesh::admit`]; where the webhook is to be kept away, an injected pod gets the label that does so, and one that
    /// has it from an earlier injection of ours is read as if it had not.
    ///
    /// # Errors
    ///
    /// As [`Mesh::admit`].
    pub fn admit_beside(
        &self,
        webhook: Webhook,
        object: &Value,
        pod: &Value,
        namespace: &str,
        known: &Namespaces,
        trace: Trace,
    ) -> Result<MeshOutcome, Error> {
        if webhook != Webhook::Bypass {
            return self.admit(object, pod, namespace, known, trace);
        }
        let mut outcome = if is_bypassed(pod) {
            let mut bare = pod.clone();
            if let Some(labels) = bare.get_mut("metadata").and_then(|m| m.get_mut("labels")).and_then(Value::as_object_mut) {
                labels.shift_remove(INJECT);
            }
            let outcome = self.admit(object, &bare, namespace, known, trace.clone());
            match outcome {
                Ok(outcome) if !outcome.decision.inject => {
                    // Nothing else opts it in, so the label did that before ours took its place.
                    kubernetes::set_label(&mut bare, INJECT, "true");
                    self.admit(object, &bare, namespace, known, trace)?
                }
                outcome => outcome?,
            }
        } else {
            self.admit(object, pod, namespace, known, trace)?
        };
        if let Some(injected) = &mut outcome.pod {
            kubernetes::set_label(injected, INJECT, "false");
        }
        Ok(outcome)
    }

    /// Decides about a pod of a workload as the admission webhook would, and injects it.
    ///
    /// # Errors
    ///
    /// When nothing is known of the namespace and its labels decide, or the injection fails.
    pub fn admit(&self, object: &Value, pod: &Value, namespace: &str, known: &Namespaces, mut trace: Trace) -> Result<MeshOutcome, Error> {
        let labels = match known.get(namespace) {
            Some(found) => found.labels.clone(),
            None if self.decides_alone(pod) => Default::default(),
            None => return Err(Error::UnknownNamespace(UnknownNamespace { name: namespace.to_owned(), opt_in: "istio-injection" })),
        };
        let is_default = |r: &Revision| r.name == DEFAULT_REVISION || r.tags.iter().any(|t| t == DEFAULT_REVISION);
        let by_default = self.revisions.iter().any(|(r, _)| r.namespaces_by_default && is_default(r));
        let outcome = |sidecar: &str, reason, trace: Trace, warnings, unclear| {
            let sidecar = sidecar.to_owned();
            let trace = trace.into_steps();
            let decision = Decision { sidecar, inject: false, reason, templates: Vec::new(), native: false, trace };
            Ok(MeshOutcome { decision, pod: None, warnings, unclear, unknown_revision: None })
        };
        let (wanted, why) = match gate(namespace, &labels, pod, by_default, &mut trace) {
            Gate::Open(revision, why) => (revision, why),
            Gate::Closed(why) => {
                let unclear = if why.code == NO_OPT_IN { decide::unread(pod) } else { Vec::new() };
                return outcome("istio", why, trace, Vec::new(), unclear);
            }
        };
        let found = self.revisions.iter().enumerate().find(|(_, (r, _))| r.name == wanted || r.tags.contains(&wanted));
        let Some((index, (revision, injector))) = found else {
            let text = format!("{}, and no revision or tag {wanted} is configured", why.text);
            let unknown = self.unknown_revision(&text, &wanted);
            let refused: Result<MeshOutcome, Error> =
                outcome("istio", trace.decides("unknownRevision", Place::Nowhere, text, Effect::Refuse), trace, Vec::new(), Vec::new());
            return refused.map(|refused| MeshOutcome { unknown_revision: Some(unknown), ..refused });
        };
        let config = |field: &str| Place::Config(format!("spec.istio[{index}].{field}"));
        let name = format!("istio/{}", revision.name);
        let named = if revision.name == wanted { "revision" } else { "tags" };
        trace.note("revision", Effect::Use(name.clone()), || (config(named), format!("{wanted} is configured")));
        let identity = istio::Identity::at_admission(object, pod, namespace);
        let verdict = injector.policy(namespace, pod, &mut trace);
        let warnings: Vec<String> = verdict.warning.into_iter().collect();
        let unclear: Vec<_> = verdict.unclear.into_iter().collect();
        if !verdict.inject {
            return outcome(&name, verdict.reason, trace, warnings, unclear);
        }
        let pod_labels = string_map(pod.get("metadata"), "labels");
        let overlays = ProxyConfigs::matching(known.proxy_configs(), injector.root_namespace(), namespace, &pod_labels);
        let effect = if overlays.is_empty() { Effect::Silent } else { Effect::Use("over the mesh's".to_owned()) };
        trace.note("proxyConfigs", effect, || (Place::Nowhere, format!("{} ProxyConfig objects match", overlays.len())));
        let metadata = known.get(namespace).map(|n| json!({"name": n.name, "labels": n.labels, "annotations": n.annotations}));
        let request = Request { identity: &identity, namespace: metadata.as_ref(), pod, proxy_configs: &overlays, own_status_port: false };
        let Injected { pod, templates, templates_by, native, native_by, warnings: more } =
            injector.inject(request).map_err(|error| Error::Injection { revision: index, error })?;
        // An annotation is named as such by its domain.
        let said_by = |who: &str| match who {
            "kubernetesVersion" => Place::Config("spec.kubernetesVersion".to_owned()),
            "nativeSidecars" => config("nativeSidecars"),
            _ if who.contains('/') => Place::Pod(format!("metadata.annotations[{who}]")),
            _ => Place::Nowhere,
        };
        let names = Effect::Use(templates.join(", "));
        trace.note("templates", names, || (said_by(templates_by), format!("{templates_by} names the templates")));
        let kind = Effect::Use(if native { "native sidecar" } else { "ordinary container" }.to_owned());
        trace.note("native", kind, || (said_by(native_by), format!("{native_by} decides how the proxy runs")));
        let warnings = warnings.into_iter().chain(more).collect();
        let decision = Decision { sidecar: name, inject: true, reason: why, templates, native, trace: trace.into_steps() };
        Ok(MeshOutcome { decision, pod: Some(pod), warnings, unclear, unknown_revision: None })
    }

    /// Whether a pod says by itself what happens to it, whatever its namespace says: its label keeps the webhook away or picks a
    /// revision, or every revision would refuse it.
    fn decides_alone(&self, pod: &Value) -> bool {
        let labels = string_map(pod.get("metadata"), "labels");
        let opts = labels.get(INJECT).is_some_and(|v| v == "true" || v == "false");
        opts || labels.contains_key(REVISION_LABEL) || self.revisions.iter().all(|(_, injector)| injector.refuses(pod))
    }
}

/// Whether a pod carries both what an injection leaves and the label that keeps the webhook away.
fn is_bypassed(pod: &Value) -> bool {
    let metadata = pod.get("metadata");
    string_map(metadata, "labels").get(INJECT).is_some_and(|v| v == "false")
        && string_map(metadata, "annotations").contains_key("sidecar.istio.io/status")
}
