//! What came of one object.

use crate::Value;
use crate::check::Misfit;
use crate::decide::Decision;
use crate::finding::Finding;
use crate::kubernetes::Identity;
use crate::yaml::Path;

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
