//! What came of one object.

use crate::Value;
use crate::check::Misfit;
use crate::decide::Decision;
use crate::finding::Finding;
use crate::kubernetes::Identity;
use crate::yaml::{Path, Step, value_at_mut};

/// What came of one object.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Outcome {
    /// Its workloads, with what was decided about each.
    pub workloads: Vec<WorkloadOutcome>,
    /// The parts of the object that injection changes, each with what stands there after it; none lies in another.
    pub changed: Vec<(Path, Value)>,
    /// Warnings.
    pub warnings: Vec<Finding>,
    /// What forbids to go on.
    pub errors: Vec<Finding>,
}

impl Outcome {
    /// The object after injection.
    pub fn after(&self, object: &Value) -> Value {
        let mut after = object.clone();
        for (path, value) in &self.changed {
            put(&mut after, path, value.clone());
        }
        after
    }
}

/// Puts a value at a path whose last key may be new.
pub(super) fn put(object: &mut Value, path: &Path, value: Value) {
    if let Some(slot) = value_at_mut(object, path) {
        *slot = value;
        return;
    }
    let Some((Step::Key(key), parents)) = path.split_last() else { return };
    if let Some(map) = value_at_mut(object, parents).and_then(Value::as_object_mut) {
        map.insert(key.clone(), value);
    }
}

/// What was decided about one workload.
#[derive(Debug)]
#[non_exhaustive]
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
