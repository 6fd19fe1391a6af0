//! One object through decide → inject → check. Pure: the same object and configuration give the same outcome.

use super::admission::{Admit, Asked, Places};
use super::istio::Revisions;
use super::object::Inject;
use super::outcome::{Outcome, WorkloadOutcome};
use super::own::OwnSidecars;
use crate::Value;
use crate::check::{self, Checked, CheckedPod, Types, Written};
use crate::config::Config;
use crate::finding::{Finding, Kind};
use crate::kubernetes::hosts::is_local_config;
use crate::kubernetes::{Identity, Kinds, NO_CONTAINER_LEFT, NO_CONTAINERS, Workload, has_no_containers};
use crate::read::{Namespace, Namespaces};
use crate::yaml::{Path, value_at};

/// What injects: a configuration with its templates parsed, once a run.
#[derive(Debug)]
pub struct Engine {
    config: Config,
    kinds: Kinds,
    own: OwnSidecars,
    istio: Revisions,
    types: Types,
    /// Whether decisions tell every rule that was asked.
    traces: bool,
    places: Places,
    /// The namespace that every object is taken to be of, whatever it says.
    only_namespace: Option<String>,
}

impl Engine {
    /// Prepares a configuration: parses its templates.
    ///
    /// # Errors
    ///
    /// Every template that does not parse, as the path of its field and the reason.
    pub fn new(config: Config) -> Result<Self, Vec<Finding>> {
        let own = OwnSidecars::new(config.sidecars.clone());
        let istio = Revisions::new(config.istio.clone(), config.webhook);
        let kinds = Kinds::new(config.workloads.clone());
        match (own, istio) {
            (Ok(own), Ok(istio)) => Ok(Self {
                config,
                kinds,
                own,
                istio,
                types: Types::default(),
                traces: false,
                places: Places::default(),
                only_namespace: None,
            }),
            (own, istio) => Err(own.err().into_iter().chain(istio.err()).flatten().collect()),
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
    pub fn located(mut self, place: impl Fn(&Path) -> Option<String>) -> Self {
        let fields = self.own.template_fields().chain(self.istio.template_fields());
        self.places = Places(fields.filter_map(|field| place(&field).map(|place| (field, place))).collect());
        self
    }

    /// The same engine, which takes every object for one of this namespace.
    #[must_use]
    pub fn in_namespace(mut self, namespace: Namespace) -> Self {
        self.config.namespaces.retain(|known| known.name != namespace.name);
        self.only_namespace = Some(namespace.name.clone());
        self.config.namespaces.push(namespace);
        self
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
        self.object(object, namespaces, &|_| None)
    }

    /// Puts a finding among the warnings, or among the errors where `spec.failOn` says so.
    pub(crate) fn warn(&self, finding: Finding, outcome: &mut Outcome) {
        let list = if self.config.fail_on.contains(&finding.kind) { &mut outcome.errors } else { &mut outcome.warnings };
        list.push(finding);
    }

    fn warn_all(&self, found: Vec<Finding>, outcome: &mut Outcome) {
        found.into_iter().for_each(|finding| self.warn(finding, outcome));
    }

    fn run_workload(&self, workload: &Workload<'_>, namespaces: &Namespaces, written: Written<'_>, outcome: &mut Outcome) {
        let refused = check::unquoted(workload, written);
        if !refused.is_empty() {
            outcome.errors.extend(refused);
            return;
        }
        let mut identity = Identity::of(workload.object);
        if let Some(namespace) = &self.only_namespace {
            identity.namespace.clone_from(namespace);
        }
        let mut decisions = Vec::new();
        let mut pods = Vec::new();
        for pod_path in &workload.pods {
            let path = workload.path.join(pod_path);
            let Some(before) = value_at(workload.object, pod_path) else { continue };
            let mut pod = before.clone();
            let asked = Asked {
                workload,
                identity: &identity,
                before,
                path: &path,
                namespace: self.namespace_of(&identity),
                namespaces,
                places: &self.places,
                traces: self.traces,
            };
            // The webhook sees the pod with the sidecars of one's own.
            for sidecars in [&self.own as &dyn Admit, &self.istio] {
                let admission = sidecars.admit(&asked, &pod);
                self.warn_all(admission.warnings, outcome);
                outcome.errors.extend(admission.errors);
                pod = admission.pod.unwrap_or(pod);
                decisions.extend(admission.decisions.into_iter().map(|decision| decision.below(&path)));
            }
            if pod != *before && has_no_containers(before) {
                outcome.errors.push(Finding::at(path.join(["spec", "containers"]), NO_CONTAINERS));
            } else if pod != *before && has_no_containers(&pod) {
                outcome.errors.push(Finding::at(path.join(["spec", "containers"]), NO_CONTAINER_LEFT));
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
                outcome.changed.push((path, pod));
            }
        }
        outcome.workloads.push(WorkloadOutcome { identity, path: workload.path.clone(), decisions, changed, misfits });
    }

    fn namespace_of<'a>(&'a self, identity: &'a Identity) -> &'a str {
        if identity.namespace.is_empty() { &self.config.default_namespace } else { &identity.namespace }
    }
}

impl Inject for Engine {
    fn object(&self, object: &Value, namespaces: &Namespaces, written: Written<'_>) -> Outcome {
        let mut outcome = Outcome::default();
        if is_local_config(object) {
            return outcome;
        }
        outcome.errors = check::misshapen(&self.kinds, object);
        if !outcome.errors.is_empty() {
            return outcome;
        }
        self.warn_all(check::namespaces(&self.config, object), &mut outcome);
        for workload in self.kinds.workloads(object) {
            self.run_workload(&workload, namespaces, written, &mut outcome);
        }
        for missing in Kinds::nameless(object) {
            let message = "is missing on what looks like a workload, so that nobody can tell what it is; nothing is injected into it";
            self.warn(Finding::new(Kind::UnhandledKind, missing, message), &mut outcome);
        }
        for unhandled in self.kinds.unhandled(object) {
            let message = unhandled.to_string();
            self.warn(Finding::new(Kind::UnhandledKind, unhandled.path, message), &mut outcome);
        }
        if !outcome.errors.is_empty() {
            outcome.changed.clear();
        }
        outcome
    }

    fn kinds(&self) -> &Kinds {
        &self.kinds
    }
}
