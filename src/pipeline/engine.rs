//! One object through decide → inject → edit. Pure: the same object and configuration give the same outcome.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::istio::Mesh;
use crate::check::{Checked, CheckedPod, Misfit, Types, Written};
use crate::config::{Config, Warning};
use crate::decide::{Decision, Trace, decide};
use crate::finding::Finding;
use crate::inject::Merged;
use crate::kubernetes::{Identity, Kinds, NO_CONTAINER_LEFT, NO_CONTAINERS, Selector, Workload, has_no_containers};
use crate::read::Namespaces;
use crate::sidecar::{Sidecar, Source};
use crate::template::{Data, Environment, Part, Template};
use crate::yaml::{Path, below, display, value_at, value_at_mut};
use crate::{Value, check, inject, pipeline, yaml};

/// What injects: a configuration with its templates parsed, once a run.
#[derive(Debug)]
pub struct Engine {
    config: Config,
    kinds: Kinds,
    /// The templates of sidecars, each with the values that it sees.
    templates: BTreeMap<String, (Template, Part)>,
    mesh: Mesh,
    types: Types,
    /// Whether decisions tell every rule that was asked.
    traces: bool,
    /// Where the templates of the configuration stand, by field.
    places: BTreeMap<String, String>,
}

/// What came of one object.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Its workloads, with what was decided about each.
    pub workloads: Vec<WorkloadOutcome>,
    /// The object after injection, where it differs from the object before.
    pub after: Option<Value>,
    /// What is worth a look.
    pub warnings: Vec<Finding>,
    /// What forbids to go on.
    pub errors: Vec<Finding>,
    /// Whether all that forbids it is that somebody edited what was injected: the file is not current.
    pub edited: bool,
    /// Whether the labels of a namespace decide of which nothing is known.
    pub unknown_namespace: bool,
}

/// What was decided about one workload.
#[derive(Debug)]
pub struct WorkloadOutcome {
    /// Which workload.
    pub identity: Identity,
    /// Where it stands in its object: empty, or `items[n]` within a List.
    pub path: Path,
    /// A decision for each sidecar and pod.
    pub decisions: Vec<Decision>,
    /// Whether its pods changed.
    pub changed: bool,
    /// Injected parts that do not fit Kubernetes' types; the same part gives the same ones in every workload.
    pub misfits: Vec<Misfit>,
}

impl Engine {
    /// Prepares a configuration: parses its templates.
    ///
    /// # Errors
    ///
    /// Every template that does not parse, as the path of its field and the reason.
    pub fn new(config: Config) -> Result<Self, Vec<Finding>> {
        let mut templates = BTreeMap::new();
        let mut errors = Vec::new();
        for (i, sidecar) in config.sidecars.iter().enumerate() {
            if let Source::Template { text, values, .. } = &sidecar.source {
                match Template::parse(&sidecar.name, text, Arc::new(Environment::default())) {
                    Ok(template) => {
                        templates.insert(sidecar.name.clone(), (template, Part::values(values)));
                    }
                    Err(e) => errors.push(Finding { path: template_field(i), message: e.to_string() }),
                }
            }
        }
        let mesh = Mesh::new(config.istio.clone()).unwrap_or_else(|failed| {
            errors.extend(failed.into_iter().map(|(i, message)| Finding { path: format!("spec.istio[{i}]"), message }));
            Mesh::default()
        });
        let kinds = Kinds::new(config.workloads.clone());
        if errors.is_empty() {
            Ok(Self { traces: false, places: BTreeMap::new(), config, kinds, templates, mesh, types: Types::default() })
        } else {
            Err(errors)
        }
    }

    /// The same engine, whose decisions tell every rule that was asked.
    #[must_use]
    pub fn tracing(mut self) -> Self {
        self.traces = true;
        self
    }

    /// The same engine, which says of what is wrong in a template where that stands. `place` is asked with the template's field.
    #[must_use]
    pub fn located(mut self, place: impl Fn(&str) -> Option<String>) -> Self {
        let is_template = |source: &Source| matches!(source, Source::Template { .. });
        let sidecars = self.config.sidecars.iter().enumerate().filter(|(_, sidecar)| is_template(&sidecar.source));
        let fields = sidecars.map(|(i, _)| template_field(i)).chain((0..self.config.istio.len()).map(pipeline::istio::injector_field));
        self.places = fields.filter_map(|field| place(&field).map(|place| (field, place))).collect();
        self
    }

    /// What is wrong in a field of the configuration.
    fn of_config(&self, field: &str, message: &str) -> String {
        let place = self.places.get(field).map(|place| format!(" ({place})")).unwrap_or_default();
        format!("{field}{place}: {message}")
    }

    fn trace(&self) -> Trace {
        if self.traces { Trace::kept() } else { Trace::default() }
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The kinds that carry pods.
    pub fn kinds(&self) -> &Kinds {
        &self.kinds
    }

    /// Decides about every pod of an object and injects.
    pub fn run(&self, object: &Value, namespaces: &Namespaces) -> Outcome {
        self.run_written(object, namespaces, &|_| None)
    }

    /// Runs an object of which the text is at hand, so that messages can name what its author wrote.
    pub fn run_written(&self, object: &Value, namespaces: &Namespaces, written: Written<'_>) -> Outcome {
        let mut outcome = Outcome::default();
        if is_local_config(object) {
            return outcome;
        }
        outcome.errors = check::misshapen(&self.kinds, object);
        if !outcome.errors.is_empty() {
            return outcome;
        }
        self.warn_all(check::namespaces(&self.config, object), &mut outcome);
        let mut after = object.clone();
        for workload in self.kinds.workloads(object) {
            self.run_workload(&workload, namespaces, written, &mut after, &mut outcome);
        }
        for missing in Kinds::nameless(object) {
            let message =
                "is missing on what looks like a workload, so that nobody can tell what it is; nothing is injected into it".to_owned();
            self.warn(Warning::UnhandledKind, Finding { path: display(&missing), message }, &mut outcome);
        }
        for unhandled in self.kinds.unhandled(object) {
            let finding = Finding { path: display(&unhandled.path), message: unhandled.to_string() };
            self.warn(Warning::UnhandledKind, finding, &mut outcome);
        }
        if outcome.errors.is_empty() && after != *object {
            outcome.after = Some(after);
        }
        outcome
    }

    /// Puts a finding among the warnings, or among the errors where `spec.failOn` says so.
    pub(crate) fn warn(&self, warning: Warning, finding: Finding, outcome: &mut Outcome) {
        outcome.unknown_namespace |= warning == Warning::UnknownNamespace;
        let list = if self.config.fail_on.contains(&warning) { &mut outcome.errors } else { &mut outcome.warnings };
        list.push(finding);
    }

    fn warn_all(&self, found: Vec<check::Found>, outcome: &mut Outcome) {
        for (kind, finding) in found {
            match kind {
                Some(kind) => self.warn(kind, finding, outcome),
                None => outcome.warnings.push(finding),
            }
        }
    }

    fn run_workload(
        &self,
        workload: &Workload<'_>,
        namespaces: &Namespaces,
        written: Written<'_>,
        after: &mut Value,
        outcome: &mut Outcome,
    ) {
        let refused = check::unquoted(workload, written);
        if !refused.is_empty() {
            outcome.errors.extend(refused);
            return;
        }
        let identity = Identity::of(workload.object);
        let mut decisions = Vec::new();
        let mut pods = Vec::new();
        for pod_path in &workload.pods {
            let path: Path = workload.path.iter().chain(pod_path).cloned().collect();
            let Some(before) = value_at(workload.object, pod_path) else { continue };
            let mut pod = before.clone();
            let first = decisions.len();
            self.add_sidecars(workload, &identity, before, &mut pod, namespaces, &path, &mut decisions, outcome);
            if !self.mesh.is_empty() {
                decisions.extend(self.admit(workload, &mut pod, &identity, namespaces, &path, outcome));
            }
            for step in decisions.iter_mut().skip(first).flat_map(|d: &mut Decision| &mut d.trace) {
                step.place = std::mem::take(&mut step.place).below(&display(&path));
            }
            if pod != *before && has_no_containers(before) {
                outcome.errors.push(Finding { path: below(&path, "spec.containers"), message: NO_CONTAINERS.to_owned() });
            } else if pod != *before && has_no_containers(&pod) {
                outcome.errors.push(Finding { path: below(&path, "spec.containers"), message: NO_CONTAINER_LEFT.to_owned() });
            }
            pods.push(CheckedPod { path, before, after: pod });
        }
        let namespace = namespaces.get(self.namespace_of(&identity));
        let (config, path) = (&self.config, &workload.path);
        let checked = Checked { config, object: workload.object, path, identity: &identity, namespace, decisions: &decisions, pods: &pods };
        self.warn_all(check::workload(&checked), outcome);
        let misfits = pods.iter().flat_map(|pod| self.types.misfits(&checked, pod)).collect();
        let mut changed = false;
        for CheckedPod { path, before, after: pod } in pods {
            if pod != *before {
                changed = true;
                if let Some(slot) = value_at_mut(after, &path) {
                    *slot = pod;
                }
            }
        }
        outcome.workloads.push(WorkloadOutcome { identity, path: workload.path.clone(), decisions, changed, misfits });
    }

    fn namespace_of<'a>(&'a self, identity: &'a Identity) -> &'a str {
        if identity.namespace.is_empty() { &self.config.default_namespace } else { &identity.namespace }
    }

    /// Decides about each sidecar of one's own and injects it.
    #[expect(clippy::too_many_arguments, reason = "one pod on its way, and where what is found goes")]
    fn add_sidecars(
        &self,
        workload: &Workload<'_>,
        identity: &Identity,
        before: &Value,
        pod: &mut Value,
        namespaces: &Namespaces,
        path: &Path,
        decisions: &mut Vec<Decision>,
        outcome: &mut Outcome,
    ) {
        let selector = workload.selector();
        for (index, sidecar) in self.config.sidecars.iter().enumerate() {
            let decision = match decide(sidecar, identity, before, namespaces, &self.config.default_namespace, self.trace()) {
                Ok(decision) => decision,
                Err(unknown) => {
                    let finding = Finding { path: below(&workload.path, "metadata.namespace"), message: unknown.to_string() };
                    return self.warn(Warning::UnknownNamespace, finding, outcome);
                }
            };
            if decision.inject {
                match self.inject((index, sidecar), identity, pod, selector.as_ref()) {
                    Ok(merged) => {
                        for clash in merged.replaced {
                            let message = format!(
                                "sidecar {:?} {clash}, which is the pod's own or another sidecar's: take it out of one of the two",
                                sidecar.name
                            );
                            self.warn(Warning::ReplacesUsersValue, Finding { path: below(path, &clash.path), message }, outcome);
                        }
                        *pod = merged.pod;
                    }
                    Err(message) => outcome.errors.push(Finding { path: display(path), message }),
                }
            }
            decisions.push(decision);
        }
    }

    /// Decides about Istio as its webhook would, which sees the pod with sidecars of one's own, and injects it.
    fn admit(
        &self,
        workload: &Workload<'_>,
        pod: &mut Value,
        identity: &Identity,
        namespaces: &Namespaces,
        path: &Path,
        outcome: &mut Outcome,
    ) -> Option<Decision> {
        match self.mesh.admit_beside(self.config.webhook, workload.object, pod, self.namespace_of(identity), namespaces, self.trace()) {
            Ok(admitted) => {
                let warning = |message| Finding { path: display(path), message };
                outcome.warnings.extend(admitted.warnings.into_iter().map(warning));
                for (field, message) in admitted.unclear {
                    self.warn(Warning::MisplacedOptIn, Finding { path: below(path, field), message }, outcome);
                }
                if let Some(message) = admitted.unknown_revision {
                    self.warn(Warning::UnknownRevision, warning(message), outcome);
                }
                if let Some(injected) = admitted.pod {
                    *pod = injected;
                }
                Some(admitted.decision)
            }
            Err(pipeline::istio::Error::UnknownNamespace(unknown)) => {
                let finding = Finding { path: below(&workload.path, "metadata.namespace"), message: unknown.to_string() };
                self.warn(Warning::UnknownNamespace, finding, outcome);
                None
            }
            Err(pipeline::istio::Error::Injection { revision, error }) => {
                let field = error.annotation_key().map(|key| format!("metadata.annotations[{key}]"));
                let path = field.map_or_else(|| display(path), |field| below(path, &field));
                let message = error.to_string();
                let message =
                    if error.is_of_template() { self.of_config(&pipeline::istio::injector_field(revision), &message) } else { message };
                outcome.errors.push(Finding { path, message });
                None
            }
        }
    }

    /// Injects one sidecar into one pod.
    fn inject(
        &self,
        (index, sidecar): (usize, &Sidecar),
        workload: &Identity,
        pod: &Value,
        selector: Option<&Selector>,
    ) -> Result<Merged, String> {
        let rendered;
        let parts = match &sidecar.source {
            Source::Pod(parts) => parts,
            Source::Template { .. } => {
                let of_template = |message: String| self.of_config(&template_field(index), &message);
                rendered = self.render(sidecar, workload, pod).map_err(of_template)?;
                &rendered
            }
        };
        inject::inject(sidecar, parts, pod, selector).map_err(|e| e.to_string())
    }

    fn render(&self, sidecar: &Sidecar, workload: &Identity, pod: &Value) -> Result<Value, String> {
        let (template, values) =
            self.templates.get(&sidecar.name).ok_or_else(|| format!("template of sidecar {:?} is not parsed", sidecar.name))?;
        let part = |key: &str| pod.get(key).cloned().unwrap_or_else(|| Value::Object(serde_json::Map::new()));
        let data = Data::new()
            .object_meta(&part("metadata"))
            .spec(&part("spec"))
            .type_meta(&workload.api_version, &workload.kind)
            .deployment_meta(&workload.name, &workload.namespace)
            .part("Values", values)
            .closed();
        let text = template.render(&data).map_err(|e| e.to_string())?;
        let parts = yaml::parse_value(&text).map_err(|e| format!("template of sidecar {:?} renders no YAML: {e}", sidecar.name))?;
        if parts.is_object() {
            Ok(parts)
        } else {
            Err(format!("template of sidecar {:?} must render a pod (a map with metadata and spec)", sidecar.name))
        }
    }
}

/// The field of the configuration that holds the template of the sidecar with this index.
fn template_field(index: usize) -> String {
    format!("spec.sidecars[{index}].template")
}

/// Whether an object is for the host alone and reaches no cluster.
pub fn is_local_config(object: &Value) -> bool {
    let value = object.get("metadata").and_then(|m| m.get("annotations")).and_then(|a| a.get("config.kubernetes.io/local-config"));
    value.is_some_and(|v| v != "false" && v != &Value::Bool(false))
}
