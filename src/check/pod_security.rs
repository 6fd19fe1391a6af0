//! Injected parts that the Pod Security level of the namespace forbids.
//! Source: the Pod Security Standards of Kubernetes, levels baseline and restricted.

use super::checked::{Checked, CheckedPod, LISTS};
use crate::Value;
use crate::finding::{Finding, Kind};

/// Label of a namespace with the level that is enforced.
const ENFORCE: &str = "pod-security.kubernetes.io/enforce";
/// Capabilities that baseline lets a container add.
const BASELINE: &[&str] = &[
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];
/// Kinds of volumes that restricted allows.
const VOLUMES: &[&str] =
    &["name", "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret"];

/// What the namespace's level forbids among the injected parts.
pub(super) fn forbidden(checked: &Checked<'_>, pod: &CheckedPod<'_>) -> Vec<Finding> {
    let level = checked.namespace.and_then(|n| n.labels.get(ENFORCE)).map_or("privileged", String::as_str);
    let restricted = level == "restricted";
    if !restricted && level != "baseline" {
        return Vec::new();
    }
    let mut reasons = Vec::new();
    for list in LISTS {
        for (name, container) in pod.injected(list) {
            let mut all = baseline(container);
            if restricted {
                all.extend(beyond_baseline(container, &pod.after));
            }
            if !all.is_empty() {
                reasons.push((list, format!("injected container {name} {}", all.join(", "))));
            }
        }
    }
    for (name, volume) in pod.injected("volumes") {
        let kinds: Vec<&String> = volume.as_object().into_iter().flatten().map(|(k, _)| k).collect();
        let refused = kinds.iter().find(|k| if restricted { !VOLUMES.contains(&k.as_str()) } else { k.as_str() == "hostPath" });
        if let Some(kind) = refused {
            reasons.push(("volumes", format!("injected volume {name} is of kind {kind}")));
        }
    }
    let namespace = checked.namespace.map_or("", |n| n.name.as_str());
    let warning = |(list, reason): (&str, String)| {
        let message =
            format!("{reason}, which the Pod Security level {level} of namespace {namespace} forbids: the pod would not be admitted");
        Finding::new(Kind::PodSecurity, pod.field(["spec", list]), message)
    };
    reasons.into_iter().map(warning).collect()
}

fn security<'c>(container: &'c Value, key: &str) -> Option<&'c Value> {
    container.get("securityContext")?.get(key).filter(|v| !v.is_null())
}

fn capabilities<'c>(container: &'c Value, key: &str) -> Vec<&'c str> {
    let list = security(container, "capabilities").and_then(|c| c.get(key)).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).collect()
}

/// What baseline forbids.
fn baseline(container: &Value) -> Vec<String> {
    let mut reasons = Vec::new();
    if security(container, "privileged") == Some(&Value::Bool(true)) {
        reasons.push("is privileged".to_owned());
    }
    let added: Vec<&str> = capabilities(container, "add").into_iter().filter(|c| !BASELINE.contains(c)).collect();
    if !added.is_empty() {
        reasons.push(format!("adds the capabilities {}", added.join(", ")));
    }
    let ports = container.get("ports").and_then(Value::as_array).into_iter().flatten();
    if ports.filter_map(|p| p.get("hostPort")).any(|p| p.as_i64().is_some_and(|n| n != 0)) {
        reasons.push("has a hostPort".to_owned());
    }
    reasons
}

/// What restricted forbids beyond baseline.
fn beyond_baseline(container: &Value, pod: &Value) -> Vec<String> {
    let of_pod = |key: &str| pod.get("spec").and_then(|s| s.get("securityContext")).and_then(|c| c.get(key)).filter(|v| !v.is_null());
    let either = |key: &str| security(container, key).or_else(|| of_pod(key));
    let mut reasons = Vec::new();
    if security(container, "allowPrivilegeEscalation") != Some(&Value::Bool(false)) {
        reasons.push("does not set allowPrivilegeEscalation: false".to_owned());
    }
    if !capabilities(container, "drop").contains(&"ALL") {
        reasons.push("does not drop ALL capabilities".to_owned());
    }
    if capabilities(container, "add").iter().any(|c| *c != "NET_BIND_SERVICE" && BASELINE.contains(c)) {
        reasons.push("adds a capability other than NET_BIND_SERVICE".to_owned());
    }
    if either("runAsNonRoot") != Some(&Value::Bool(true)) {
        reasons.push("does not set runAsNonRoot: true".to_owned());
    }
    if either("runAsUser").and_then(Value::as_i64) == Some(0) {
        reasons.push("runs as root".to_owned());
    }
    let profile = either("seccompProfile").and_then(|p| p.get("type")).and_then(Value::as_str);
    if !matches!(profile, Some("RuntimeDefault" | "Localhost")) {
        reasons.push("has no seccompProfile of type RuntimeDefault or Localhost".to_owned());
    }
    reasons
}
