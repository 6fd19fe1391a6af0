//! A Job ends when all its containers end; a sidecar among them never does.

use super::{Checked, CheckedPod, Found};
use crate::config::Warning;
use crate::engine::Finding;

/// Kinds whose pods are expected to end.
const ENDING: &[&str] = &["Job", "CronJob", "JobSet"];

/// The injected containers that keep a Job from finishing.
pub(super) fn never_finishes(checked: &Checked<'_>, pod: &CheckedPod<'_>) -> Vec<Found> {
    if !ENDING.contains(&checked.identity.kind.as_str()) {
        return Vec::new();
    }
    let names: Vec<&str> = pod.injected("containers").map(|(name, _)| name).collect();
    if names.is_empty() {
        return Vec::new();
    }
    let (names, kind) = (names.join(", "), &checked.identity.kind);
    let message = format!(
        "{names} runs beside the {kind}'s own containers and does not end with them, so the {kind} may never finish: make it a native sidecar (native: true, or nativeSidecars: true for Istio), or opt the pod out"
    );
    vec![(Some(Warning::JobNeverFinishes), Finding { path: pod.field("spec.containers"), message })]
}
