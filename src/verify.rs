//! Whether a cluster makes the same pod of what stands in Git as of what did before any injection.
//!
//! Its API server is asked by dry run for both, each as its controller would create it. Both come back with its defaults and with what
//! every webhook and policy does, so that nothing of these need be known here: equal pods prove that the injection in Git is the one
//! that this cluster would have made.

use serde_json::Map;

use crate::kubernetes::{CONTAINERS, INIT_CONTAINERS, label, name, set_label};
use crate::{Value, istio};

/// With this begins the name of the volume that the API server makes for a pod's account; random letters follow.
const ACCOUNT_VOLUME: &str = "kube-api-access-";
/// Metadata of a pod that the API server makes up for this one alone, or that is no part of what it is.
const OF_THIS_ONE: &[&str] = &["uid", "creationTimestamp", "resourceVersion", "generation", "managedFields", "selfLink"];

/// Variables in which Istio repeats ports and probes of the pod, as JSON.
const REPEATED: &[&str] = &["ISTIO_META_POD_PORTS", "ISTIO_KUBE_APP_PROBERS"];

/// What came of the comparison for one pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The cluster makes the same of both: proven.
    Same,
    /// It makes something else of the pod in Git.
    Differs(Difference),
    /// It takes one of them, or neither.
    Refused(Refusal),
    /// It could not be asked.
    Unanswered(String),
}

/// What the cluster makes of both, where that is not the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Of the pod before any injection: what would run without us.
    pub admitted: Value,
    /// Of the pod in Git.
    pub committed: Value,
}

/// Who does not take a pod, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Which pod is refused.
    pub pod: Refused,
    /// A webhook, a policy, a quota, Pod Security, or the API server itself.
    pub by: String,
    /// In its own words.
    pub reason: String,
}

/// Which pod is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// The one in Git alone: it would not run, and without our injection it would.
    Committed,
    /// The one before any injection alone.
    Original,
    /// Both.
    Both,
}

/// The pod in Git as the API server is asked about it: with the label that keeps Istio's webhook away, which would inject it again and so
/// mend what is wrong in it.
pub fn kept_from_webhook(mut pod: Value) -> Value {
    set_label(&mut pod, istio::INJECT, "false");
    pod
}

/// Compares what the API server made of a pod before any injection (`admitted`) and of the one in Git (`committed`); that stands there as
/// `written`, and was sent as [`kept_from_webhook`] has it. `original` is the pod before any injection.
pub fn compare(admitted: Value, mut committed: Value, written: &Value, original: &Value) -> Verdict {
    // The label that says what the injection shall do is the same on both, whether kept away by us or by `spec.webhook: bypass`.
    match label(original, istio::INJECT).or_else(|| label(written, istio::INJECT).filter(|said| *said != "false")) {
        Some(said) => set_label(&mut committed, istio::INJECT, said),
        None => {
            if let Some(labels) = committed.pointer_mut("/metadata/labels").and_then(Value::as_object_mut) {
                labels.shift_remove(istio::INJECT);
            }
        }
    }
    let (admitted, committed) = (settled(admitted), settled(committed));
    if admitted == committed { Verdict::Same } else { Verdict::Differs(Difference { admitted, committed }) }
}

/// A pod without what the API server makes up for this one alone: ids, times, random names, its status. Volumes, whose order means
/// nothing, are in that of their names.
fn settled(mut pod: Value) -> Value {
    if let Some(map) = pod.as_object_mut() {
        map.shift_remove("status");
    }
    if let Some(metadata) = pod.get_mut("metadata").and_then(Value::as_object_mut) {
        OF_THIS_ONE.iter().for_each(|key| drop(metadata.shift_remove(*key)));
        if metadata.contains_key("generateName") {
            metadata.shift_remove("name");
        }
        for key in ["labels", "annotations"] {
            if let Some(map) = metadata.get_mut(key).and_then(Value::as_object_mut) {
                map.sort_keys();
                if map.is_empty() {
                    metadata.shift_remove(key);
                }
            }
        }
        if let Some(overrides) = metadata.get_mut("annotations").and_then(|annotations| annotations.get_mut(istio::OVERRIDES)) {
            without_defaults(overrides);
        }
    }
    let spec = pod.get_mut("spec").and_then(Value::as_object_mut);
    for (key, list) in spec.into_iter().flatten() {
        let Some(list) = list.as_array_mut() else { continue };
        match key.as_str() {
            "volumes" => {
                list.iter_mut().for_each(settle_name);
                list.sort_by(|a, b| name(a).cmp(&name(b)));
            }
            CONTAINERS | INIT_CONTAINERS | "ephemeralContainers" => list.iter_mut().for_each(settle_container),
            _ => {}
        }
    }
    pod
}

fn settle_container(container: &mut Value) {
    container.get_mut("volumeMounts").and_then(Value::as_array_mut).into_iter().flatten().for_each(settle_name);
    for variable in container.get_mut("env").and_then(Value::as_array_mut).into_iter().flatten() {
        if name(variable).is_some_and(|name| REPEATED.contains(&name))
            && let Some(text) = variable.get_mut("value")
        {
            without_defaults(text);
        }
    }
}

/// Takes the API server's defaults out of a text in which Istio repeats parts of the pod. An API server gives a pod its defaults before a
/// webhook sees it, and no manifest has them; the text means the same with and without.
fn without_defaults(text: &mut Value) {
    let Some(mut repeated) = text.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok()) else { return };
    take_defaults(&mut repeated);
    *text = Value::String(repeated.to_string());
}

fn take_defaults(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|key, value| !is_default(key, value));
            map.values_mut().for_each(take_defaults);
        }
        Value::Array(list) => {
            list.retain(|item| !is_of_account(item));
            list.iter_mut().for_each(take_defaults);
        }
        _ => {}
    }
}

/// Whether an API server gives this value to a field of a container that has none.
///
/// Source: the defaults in the descriptions of Kubernetes' API reference, Container, Probe and ContainerPort.
fn is_default(key: &str, value: &Value) -> bool {
    match key {
        "protocol" => value == "TCP",
        // Of a reference to a field of the pod.
        "apiVersion" => value == "v1",
        "scheme" => value == "HTTP",
        "path" => value == "/",
        "service" => value.is_null() || value == "",
        "timeoutSeconds" | "successThreshold" => value == 1,
        "periodSeconds" => value == 10,
        "failureThreshold" => value == 3,
        "terminationMessagePath" => value == "/dev/termination-log",
        "terminationMessagePolicy" => value == "File",
        // It depends on the image's tag.
        "imagePullPolicy" => value == "Always" || value == "IfNotPresent",
        "resources" => value.as_object().is_some_and(Map::is_empty),
        "volumeMounts" => value.as_array().is_some_and(|mounts| mounts.iter().all(is_of_account)),
        _ => false,
    }
}

/// Takes the random letters off the name of an account's volume.
fn settle_name(named: &mut Value) {
    if is_of_account(named)
        && let Some(name) = named.get_mut("name")
    {
        *name = Value::String(ACCOUNT_VOLUME.trim_end_matches('-').to_owned());
    }
}

/// Whether this is the volume of a pod's account, or a mount of it.
fn is_of_account(named: &Value) -> bool {
    name(named).is_some_and(|name| name.starts_with(ACCOUNT_VOLUME))
}

/// Who says no, as the words of an API server tell.
pub fn refused_by(words: &str) -> String {
    let quoted = |after: &str, quote: char| Some(words.split_once(after)?.1.split_once(quote)?.0);
    if let Some(name) = quoted("admission webhook \"", '"').or_else(|| quoted("calling webhook \"", '"')) {
        return format!("the webhook {name}");
    }
    if let Some(name) = quoted("ValidatingAdmissionPolicy '", '\'') {
        return format!("the ValidatingAdmissionPolicy {name}");
    }
    if let Some(level) = quoted("violates PodSecurity \"", '"') {
        return format!("Pod Security ({level})");
    }
    if let Some(name) = quoted("exceeded quota: ", ',').or_else(|| quoted("failed quota: ", ':')) {
        return format!("the ResourceQuota {name}");
    }
    if words.contains("error looking up service account") || words.contains("serviceaccount") {
        return "a ServiceAccount that is not there".to_owned();
    }
    "the API server".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn pod(suffix: &str, volumes: Value) -> Value {
        json!({
            "metadata": {
                "name": format!("web-{suffix}"), "generateName": "web-", "uid": suffix, "creationTimestamp": "now", "labels": {"app": "web"},
            },
            "spec": {
                "containers": [{"name": "web", "volumeMounts": [{"name": format!("kube-api-access-{suffix}"), "mountPath": "/var/run"}]}],
                "volumes": volumes,
            },
            "status": {"phase": "Pending"},
        })
    }

    #[test]
    fn what_is_random_and_the_order_of_volumes_make_no_difference() {
        let admitted = pod("aaaaa", json!([{"name": "kube-api-access-aaaaa"}, {"name": "data"}]));
        let committed = pod("bbbbb", json!([{"name": "data"}, {"name": "kube-api-access-bbbbb"}]));
        assert_eq!(compare(admitted, committed, &json!({}), &json!({})), Verdict::Same);
    }

    #[test]
    fn a_field_that_differs_does() {
        let admitted = pod("aaaaa", json!([]));
        let mut committed = pod("bbbbb", json!([]));
        committed["spec"]["containers"][0]["image"] = json!("other");
        assert!(matches!(compare(admitted, committed, &json!({}), &json!({})), Verdict::Differs(_)));
    }

    #[test]
    fn a_pod_that_only_the_cluster_injects_is_not_the_one_in_git() {
        let mut admitted = pod("aaaaa", json!([]));
        admitted["metadata"]["annotations"] = json!({"sidecar.istio.io/status": r#"{"containers":["istio-proxy"]}"#});
        let committed = kept_from_webhook(pod("bbbbb", json!([])));
        assert!(matches!(compare(admitted, committed, &json!({}), &json!({})), Verdict::Differs(_)));
    }

    #[test]
    fn the_label_that_keeps_the_webhook_away_is_no_difference() {
        let labelled = |value: &str| {
            let mut labelled = pod("aaaaa", json!([]));
            labelled["metadata"]["labels"]["sidecar.istio.io/inject"] = json!(value);
            labelled
        };
        let plain = pod("aaaaa", json!([]));
        let sent = |written: &Value| kept_from_webhook(written.clone());
        assert_eq!(compare(plain.clone(), sent(&plain), &plain, &plain), Verdict::Same);
        // By `bypass`, the pod in Git has it; the one before has not.
        let bypassed = labelled("false");
        assert_eq!(compare(plain.clone(), sent(&bypassed), &bypassed, &plain), Verdict::Same);
        // The user's own stands on both.
        let wanted = labelled("true");
        assert_eq!(compare(wanted.clone(), sent(&wanted), &wanted, &wanted), Verdict::Same);
    }

    #[test]
    fn defaults_that_istio_repeats_make_no_difference_and_all_else_does() {
        let with = |ports: &str| {
            let mut pod = pod("aaaaa", json!([]));
            pod["spec"]["containers"][0]["env"] = json!([{"name": "ISTIO_META_POD_PORTS", "value": ports}]);
            pod
        };
        let admitted = with(r#"[{"containerPort":80,"protocol":"TCP"}]"#);
        assert_eq!(compare(admitted.clone(), with(r#"[{"containerPort":80}]"#), &json!({}), &json!({})), Verdict::Same);
        let other = with(r#"[{"containerPort":80,"protocol":"UDP"}]"#);
        assert!(matches!(compare(admitted, other, &json!({}), &json!({})), Verdict::Differs(_)));
    }

    #[test]
    fn who_refuses_is_told_by_name() {
        let cases = [
            (r#"admission webhook "guard.example.com" denied the request: no"#, "the webhook guard.example.com"),
            (
                r#"Internal error occurred: failed calling webhook "slow.example.com": context deadline exceeded"#,
                "the webhook slow.example.com",
            ),
            (
                "pods \"web-\" is forbidden: ValidatingAdmissionPolicy 'dry' with binding 'dry' denied request: no",
                "the ValidatingAdmissionPolicy dry",
            ),
            (r#"pods "web-" is forbidden: violates PodSecurity "restricted:latest": privileged"#, "Pod Security (restricted:latest)"),
            ("pods \"web-\" is forbidden: exceeded quota: small, requested: pods=1", "the ResourceQuota small"),
            (
                r#"pods "web-" is forbidden: error looking up service account shop/web: serviceaccount "web" not found"#,
                "a ServiceAccount that is not there",
            ),
            ("Pod \"web-x\" is invalid: spec.containers[1].image: Required value", "the API server"),
        ];
        for (words, by) in cases {
            assert_eq!(refused_by(words), by);
        }
    }
}
