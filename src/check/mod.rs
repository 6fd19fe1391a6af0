//! Warnings beyond the injection itself: pods that the cluster would refuse, that would not do what users
//! expect, or that opt in where nobody reads it.

mod auto_image;
mod checked;
mod job;
mod metadata;
mod misplaced;
mod misspelt;
mod namespace;
mod opt_in_values;
mod pod_security;
mod schema;
mod shape;
mod sops;
mod traffic;
mod types;

pub(crate) use checked::{Checked, CheckedPod};
pub use metadata::{Written, unquoted};
pub(crate) use namespace::{namespace, namespaces};
pub(crate) use shape::misshapen;
pub use sops::sealed;
pub use types::Misfit;
pub(crate) use types::Types;

use crate::finding::Finding;

/// All warnings about a workload.
pub(crate) fn workload(checked: &Checked<'_>) -> Vec<Finding> {
    let mut found = misplaced::opt_in(checked);
    found.extend(misspelt::of_pods(checked));
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
