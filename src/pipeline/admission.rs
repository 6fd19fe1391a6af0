//! The question whether a pod gets a sidecar, and the answer: the same for sidecars of one's own and for Istio.

use std::collections::BTreeMap;

use crate::Value;
use crate::decide::{Decision, Trace, UnknownNamespace};
use crate::finding::{Finding, Kind};
use crate::kubernetes::{Identity, Workload};
use crate::read::Namespaces;
use crate::yaml::{Path, Step};

/// What decides about the sidecars of a pod, and injects them.
pub(super) trait Admit {
    /// Decides about a pod on its way, which earlier sidecars may have changed, and injects it.
    fn admit(&self, asked: &Asked<'_>, pod: &Value) -> Admission;
}

/// One pod that is asked about.
pub(super) struct Asked<'a> {
    /// The workload that it belongs to.
    pub workload: &'a Workload<'a>,
    /// The workload's identity.
    pub identity: &'a Identity,
    /// The pod as it came.
    pub before: &'a Value,
    /// Where it stands in the document.
    pub path: &'a Path,
    /// The name of its namespace; empty where none is known.
    pub namespace: &'a str,
    /// What is known of namespaces.
    pub namespaces: &'a Namespaces,
    /// Where the templates of the configuration stand, by field.
    pub places: &'a Places,
    /// Whether the decision tells every rule that was asked.
    pub traces: bool,
}

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Admission {
    /// A decision for each sidecar.
    pub decisions: Vec<Decision>,
    /// The pod with what is injected; nothing where nothing is.
    pub pod: Option<Value>,
    /// Warnings.
    pub warnings: Vec<Finding>,
    /// What forbids to go on.
    pub errors: Vec<Finding>,
}

/// Where the templates of the configuration stand, by field.
#[derive(Debug, Default)]
pub(super) struct Places(pub BTreeMap<Path, String>);

impl Asked<'_> {
    /// Where the steps to a decision are kept.
    pub fn trace(&self) -> Trace {
        if self.traces { Trace::kept() } else { Trace::default() }
    }

    /// Where the pod stands in its workload.
    pub fn pod_path(&self) -> &[Step] {
        self.path.get(self.workload.path.len()..).unwrap_or_default()
    }

    /// Something about the pod as a whole.
    pub fn finding(&self, message: String) -> Finding {
        Finding::at(self.path.clone(), message)
    }

    /// Something about a field of the pod.
    pub fn finding_at<S: Into<Step>>(&self, field: impl IntoIterator<Item = S>, message: String) -> Finding {
        Finding::at(self.path.join(field), message)
    }

    /// That nothing is known of a namespace whose labels decide.
    pub fn unknown_namespace(&self, unknown: &UnknownNamespace) -> Finding {
        Finding::new(Kind::UnknownNamespace, self.workload.path.join(["metadata", "namespace"]), unknown.to_string())
    }
}

impl Places {
    /// What is wrong in a field of the configuration.
    pub fn located(&self, field: &Path, message: &str) -> String {
        let place = self.0.get(field).map(|place| format!(" ({place})")).unwrap_or_default();
        format!("{field}{place}: {message}")
    }
}
