//! What is worth a look beyond the injection itself: pods that the cluster would refuse, that would not do what people
//! expect, or that opt in where nobody reads it.

mod auto_image;
mod job;
mod metadata;
mod misplaced;
mod namespace;
mod opt_in_values;
mod pod_security;
mod run;
mod schema;
mod shape;
mod sops;
mod traffic;
mod types;

pub use metadata::{Written, unquoted};
pub(crate) use namespace::namespaces;
pub use run::whole_run;
pub(crate) use shape::misshapen;
pub use sops::sealed;
pub use types::Misfit;
pub(crate) use types::Types;

use crate::Value;
use crate::config::{Config, Warning};
use crate::decide::{Decision, Namespace};
use crate::engine::Finding;
use crate::workload::{Identity, below as below_path};
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

/// Containers and init containers; the two lists of a pod that are injected into.
pub(crate) const LISTS: [&str; 2] = ["containers", "initContainers"];

impl CheckedPod<'_> {
    /// The path of a field of the pod.
    fn field(&self, below: &str) -> String {
        below_path(&self.path, below)
    }

    /// The elements of a list of the pod's spec that were injected, by name.
    fn injected<'s>(&'s self, list: &str) -> impl Iterator<Item = (&'s str, &'s Value)> {
        let had: Vec<&str> = elements(self.before, list).map(|(name, _)| name).collect();
        elements(&self.after, list).filter(move |(name, _)| !had.contains(name))
    }
}

/// The named elements of a list of a pod's spec.
fn elements<'p>(pod: &'p Value, list: &str) -> impl Iterator<Item = (&'p str, &'p Value)> {
    let all = pod.get("spec").and_then(|s| s.get(list)).and_then(Value::as_array);
    all.into_iter().flatten().filter_map(|e| Some((e.get("name")?.as_str()?, e)))
}

/// A warning, and under which name `spec.failOn` makes it an error, if it can.
pub(crate) type Found = (Option<Warning>, Finding);

/// Everything that is worth a look about a workload.
pub(crate) fn workload(checked: &Checked<'_>) -> Vec<Found> {
    let mut found = misplaced::opt_in(checked);
    found.extend(opt_in_values::unclear(checked));
    found.extend(checked.pods.iter().flat_map(|pod| auto_image::left(checked, pod)));
    if checked.decisions.iter().any(|d| d.inject) {
        found.extend(namespace::ambient(checked));
        for pod in checked.pods {
            found.extend(job::never_finishes(checked, pod));
            found.extend(pod_security::forbidden(checked, pod));
            found.extend(traffic::before_the_proxy(pod));
        }
    }
    found
}
