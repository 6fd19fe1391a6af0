//! What checks look at, and what they find.

use std::collections::HashSet;

use crate::Value;
use crate::config::Config;
use crate::decide::Decision;
use crate::finding::{Finding, Kind};
use crate::kubernetes::Identity;
use crate::read::Namespace;
use crate::yaml::Path;

/// One workload after its decisions.
pub(crate) struct Checked<'a> {
    /// The configuration.
    pub config: &'a Config,
    /// The object as it came.
    pub object: &'a Value,
    /// Where it stands in the document.
    pub path: &'a Path,
    /// Its identity.
    pub identity: &'a Identity,
    /// What is known of its namespace.
    pub namespace: Option<&'a Namespace>,
    /// What was decided about its pods.
    pub decisions: &'a [Decision],
    /// Its pods.
    pub pods: &'a [CheckedPod<'a>],
}

/// One pod before and after.
pub(crate) struct CheckedPod<'a> {
    /// Where it stands in the document.
    pub path: Path,
    /// The pod as it came.
    pub before: &'a Value,
    /// The pod with everything injected.
    pub after: Value,
}

impl CheckedPod<'_> {
    /// The path of a field of the pod.
    pub(crate) fn field<const N: usize>(&self, keys: [&str; N]) -> Path {
        self.path.join(keys)
    }

    /// The elements of a list of the pod's spec that were injected, by name.
    pub(crate) fn injected<'s>(&'s self, list: &str) -> impl Iterator<Item = (&'s str, &'s Value)> {
        let had: HashSet<&str> = elements(self.before, list).map(|(name, _)| name).collect();
        elements(&self.after, list).filter(move |(name, _)| !had.contains(name))
    }
}

/// Containers and init containers; the two lists of a pod that are injected into.
pub(crate) const LISTS: [&str; 2] = ["containers", "initContainers"];

/// The named elements of a list of a pod's spec.
pub(crate) fn elements<'p>(pod: &'p Value, list: &str) -> impl Iterator<Item = (&'p str, &'p Value)> {
    let all = pod.get("spec").and_then(|s| s.get(list)).and_then(Value::as_array);
    all.into_iter().flatten().filter_map(|e| Some((e.get("name")?.as_str()?, e)))
}

/// Whether a decision under this name is Istio's.
pub(super) fn is_istio(sidecar: &str) -> bool {
    sidecar == "istio" || sidecar.starts_with("istio/")
}

/// An opt-in that stands where nobody reads it, or means nothing.
pub(super) fn misplaced(path: Path, message: String) -> Finding {
    Finding::new(Kind::MisplacedOptIn, path, message)
}
