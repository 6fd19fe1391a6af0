//! Pods that run to their end do so when all their containers end; a sidecar among them never does.

use super::checked::{Checked, CheckedPod};
use crate::Value;
use crate::finding::{Finding, Kind};

/// Kinds whose pods run to their end, beside those that are some sort of Job (CronJob, PyTorchJob, ScaledJob, …).
const ENDING: &[&str] = &["JobSet", "Workflow", "WorkflowTemplate", "ClusterWorkflowTemplate", "CronWorkflow"];
/// Annotations by which a tool waits for a Job before it goes on, with the values that turn that off.
const HOOKS: &[(&str, &str)] = &[("argocd.argoproj.io/hook", "Skip"), ("helm.sh/hook", "crd-install")];

/// The injected containers that keep a pod from finishing.
pub(super) fn never_finishes(checked: &Checked<'_>, pod: &CheckedPod<'_>) -> Vec<Finding> {
    let kind = checked.identity.kind.as_str();
    let ending_kind = kind.ends_with("Job") || ENDING.contains(&kind);
    let policy = spec_text(pod.before, "restartPolicy").filter(|p| ["Never", "OnFailure"].contains(p));
    if !ending_kind && policy.is_none() {
        return Vec::new();
    }
    let found = |list: &str, message: String| Finding::new(Kind::JobNeverFinishes, pod.field(["spec", list]), message);
    let names: Vec<&str> = pod.injected("containers").map(|(name, _)| name).collect();
    if !names.is_empty() {
        let names = names.join(", ");
        let whose = match policy {
            Some(policy) if !ending_kind => format!("{kind}'s own containers, which run to their end (restartPolicy: {policy}),"),
            _ => format!("{kind}'s own containers"),
        };
        let message = format!(
            "{names} runs beside the {whose} and does not end with them, so the {kind} may never finish: make it a native sidecar (native: true, or nativeSidecars: true for Istio), or opt the pod out"
        );
        return vec![found("containers", message)];
    }
    let native: Vec<&str> = pod.injected("initContainers").filter(|(_, c)| is_native(c)).map(|(name, _)| name).collect();
    match hook(checked.object).filter(|_| kind == "Job" && !native.is_empty()) {
        Some((hook, value)) => {
            let message = format!(
                "{} is a native sidecar in a hook ({hook}: {value}): Argo CD may wait for ever for a hook's Job whose template has one; opt the pod out, or let the Job be none of the hooks",
                native.join(", ")
            );
            vec![found("initContainers", message)]
        }
        None => Vec::new(),
    }
}

fn spec_text<'v>(pod: &'v Value, key: &str) -> Option<&'v str> {
    pod.get("spec")?.get(key)?.as_str()
}

fn is_native(container: &Value) -> bool {
    container.get("restartPolicy").and_then(Value::as_str) == Some("Always")
}

/// The annotation that makes an object a hook, and its value.
fn hook(object: &Value) -> Option<(&'static str, &str)> {
    let annotations = object.get("metadata")?.get("annotations")?;
    HOOKS.iter().find_map(|(name, off)| Some((*name, annotations.get(name)?.as_str().filter(|v| !v.is_empty() && v != off)?)))
}
