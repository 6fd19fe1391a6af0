//! What an injection leaves of a pod as it was, so that no record may say that something else stood there: who the pod is, what runs
//! in it and with which rights. Where an injection fills in what the user only began, as the proxy, that much may be taken off again.

use foldhash::{HashMap, HashSet};

use crate::Value;
use crate::istio::{OVERRIDES, STATUS};

/// Lists of containers; an injection adds to them and moves what is in them.
const CONTAINERS: [&str; 2] = ["containers", "initContainers"];
/// What decides over a pod's rights.
const RIGHTS: [&str; 11] = [
    "automountServiceAccountToken",
    "ephemeralContainers",
    "hostIPC",
    "hostNetwork",
    "hostPID",
    "hostUsers",
    "nodeName",
    "runtimeClassName",
    "serviceAccount",
    "serviceAccountName",
    "shareProcessNamespace",
];
/// What an injection adds to the security context of a pod, or replaces there.
const POD_SECURITY: [&str; 2] = ["fsGroup", "sysctls"];
/// What runs in a container and with which rights.
const PROGRAM: [&str; 6] = ["image", "command", "args", "workingDir", "securityContext", "envFrom"];
/// What asks a container whether it is well, or tells it something; an injection points the handlers at its sidecar.
const PROBES: [&[&str]; 5] =
    [&["livenessProbe"], &["readinessProbe"], &["startupProbe"], &["lifecycle", "preStop"], &["lifecycle", "postStart"]];
/// Those that a sidecar may ask for and that a pod is safer without.
const GIVEN_UP: [&str; 4] = ["hostIPC", "hostNetwork", "hostPID", "shareProcessNamespace"];
/// Handlers that an injection points elsewhere; it leaves commands alone.
const HANDLERS: [&str; 3] = ["httpGet", "tcpSocket", "grpc"];
/// Where its own handler points.
const REDIRECTED: [&str; 2] = ["/app-health/", "/app-lifecycle/"];
/// Istio's container.
const PROXY: &str = "istio-proxy";
/// Containers of Istio's, which the user may have begun or given an image of their own.
const ISTIO: [&str; 3] = [PROXY, "istio-init", "istio-validation"];
/// What an injection takes off a security context that the user gave the proxy, on OpenShift.
const PROXY_USERS: [&str; 2] = ["runAsUser", "runAsGroup"];
/// Annotations of Istio's own that its injection replaces.
const REPLACED: [&str; 3] = ["prometheus.istio.io/scrape-targets", OVERRIDES, STATUS];

/// What is wrong with a pod's metadata as they were: labels and annotations decide who is injected.
pub(super) fn metadata(injected: Option<&Value>, original: &Value) -> Option<String> {
    ["labels", "annotations"].into_iter().find_map(|map| {
        let after = injected.and_then(|metadata| metadata.get(map));
        let before = original.get(map)?.as_object()?;
        let decides = |key: &str| (key.contains("istio.io/") && !REPLACED.contains(&key)) || key.starts_with("sidecarize.dev/");
        let other = before.iter().find(|(key, value)| decides(key) && after.and_then(|a| a.get(*key)).map(text) != Some(text(value)));
        other.map(|(key, _)| format!("it changes {map}[{key}]"))
    })
}

/// What is wrong with a pod's spec as it was.
pub(super) fn spec(injected: &Value, original: &Value) -> Option<String> {
    if items(original, "containers").next().is_none() && items(injected, "containers").next().is_some() {
        return Some("it leaves no container".to_owned());
    }
    let changes = |key: &str| format!("it changes {key}");
    let given_up = |key: &str| {
        GIVEN_UP.contains(&key)
            && injected.get(key) == Some(&Value::Bool(true))
            && original.get(key).is_none_or(|before| before.is_null() || before == &Value::Bool(false))
    };
    let rights = RIGHTS.into_iter().find(|key| original.get(key) != injected.get(key) && !given_up(key));
    rights.map(changes).or_else(|| pod_security(injected, original)).or_else(|| containers(injected, original)).or_else(|| {
        let after = by_name(items(injected, "volumes"));
        let other = items(original, "volumes").find(|volume| after.get(&name(volume)).is_none_or(|same| !is_same(same, volume)))?;
        Some(format!("it adds or changes volume {}", name(other)))
    })
}

fn pod_security(injected: &Value, original: &Value) -> Option<String> {
    let keys = |spec: &Value| spec.get("securityContext").and_then(Value::as_object).map(|m| m.keys().cloned().collect::<Vec<_>>());
    let of = |spec: &Value, key: &str| spec.get("securityContext").and_then(|c| c.get(key)).cloned();
    let mut all = [keys(injected), keys(original)].into_iter().flatten().flatten();
    let other = all.find(|key| !POD_SECURITY.contains(&key.as_str()) && of(injected, key) != of(original, key))?;
    Some(format!("it changes securityContext.{other}"))
}

fn containers(injected: &Value, original: &Value) -> Option<String> {
    for list in CONTAINERS {
        let after = by_name(items(injected, list));
        let mut order = Vec::new();
        for container in items(original, list) {
            let shown = name(container);
            let begun = is_begun(container);
            let elsewhere = || all(injected).find(|c| name(c) == shown).filter(|_| begun);
            let Some(same) = after.get(&shown).copied().or_else(elsewhere) else {
                return Some(format!("it adds container {shown}"));
            };
            let changed = if begun { completed(same, container) } else { program(same, container) };
            let changed = changed.or_else(|| probe(same, container));
            if let Some(key) = changed.or_else(|| lost(same, container, "env")).or_else(|| lost(same, container, "volumeMounts")) {
                return Some(format!("it changes {key} of container {shown}"));
            }
            if !begun {
                order.push(shown);
            }
        }
        let known: HashSet<&String> = order.iter().collect();
        let now: Vec<String> = items(injected, list).map(name).filter(|n| known.contains(n)).collect();
        if now != order {
            return Some(format!("it changes the order of {list}"));
        }
    }
    None
}

/// Whether the user left a container for the injection to fill in.
fn is_begun(container: &Value) -> bool {
    ISTIO.contains(&name(container).as_str()) || container.get("image").is_none_or(|image| image.as_str() == Some("auto"))
}

/// What of a container's program is not as it was.
fn program(injected: &Value, original: &Value) -> Option<String> {
    let differs = |key: &&str| match (original.get(*key), injected.get(*key)) {
        (Some(before), Some(after)) => !is_same(after, before),
        (None, None) => false,
        (value, other) => !value.or(other).is_some_and(is_nothing),
    };
    PROGRAM.into_iter().find(differs).map(str::to_owned)
}

/// What of the program that the user began with is not there any more.
fn completed(injected: &Value, original: &Value) -> Option<String> {
    let is_kept = |key: &str, before: &Value| {
        let after = injected.get(key);
        match key {
            "image" if before.as_str() == Some("auto") => true,
            "securityContext" => {
                let mut fields = before.as_object().into_iter().flatten();
                fields.all(|(field, value)| {
                    after.and_then(|a| a.get(field)) == Some(value) || name(original) == PROXY && PROXY_USERS.contains(&field.as_str())
                })
            }
            _ => after.is_some_and(|after| is_same(after, before)),
        }
    };
    let differs = |key: &&str| original.get(*key).is_some_and(|before| !is_nothing(before) && !is_kept(key, before));
    PROGRAM.into_iter().find(differs).map(str::to_owned)
}

/// The probe or handler that is not what an injection redirects.
fn probe(injected: &Value, original: &Value) -> Option<String> {
    let of = |container: &Value, path: &[&str]| path.iter().try_fold(container, |v, key| v.get(*key)).cloned();
    let rest = |probe: &Value| {
        let mut rest = probe.clone();
        rest.as_object_mut().into_iter().for_each(|map| HANDLERS.iter().for_each(|handler| drop(map.shift_remove(*handler))));
        rest
    };
    let is_ours = |probe: &Value| {
        let path = probe.get("httpGet").and_then(|get| get.get("path")).and_then(Value::as_str);
        path.is_some_and(|path| REDIRECTED.iter().any(|ours| path.starts_with(ours)))
    };
    let differs = |path: &&&[&str]| match (of(injected, path), of(original, path)) {
        (Some(after), Some(before)) => after != before && !(is_ours(&after) && is_same(&rest(&after), &rest(&before))),
        (None, Some(before)) => !is_nothing(&before),
        _ => false,
    };
    PROBES.iter().find(differs).map(|path| path.join("."))
}

/// The list of which an item is not there as it was; there may be more.
fn lost(injected: &Value, original: &Value, list: &str) -> Option<String> {
    let mut now: HashMap<String, Vec<&Value>> = HashMap::default();
    items(injected, list).for_each(|item| now.entry(name(item)).or_default().push(item));
    let is_kept = |item: &Value| now.get(&name(item)).is_some_and(|same| same.iter().any(|same| is_same(same, item)));
    items(original, list).any(|item| !is_kept(item)).then(|| list.to_owned())
}

/// Whether two values say the same: numbers become texts where Kubernetes wants those.
fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Object(x), Value::Object(y)) => {
            let holds = |x: &serde_json::Map<String, Value>, y: &serde_json::Map<String, Value>| {
                x.iter().all(|(key, value)| y.get(key).map_or(is_nothing(value), |other| is_same(value, other)))
            };
            holds(x, y) && holds(y, x)
        }
        (Value::Array(x), Value::Array(y)) => x.len() == y.len() && x.iter().zip(y).all(|(x, y)| is_same(x, y)),
        _ => a == b || is_scalar(a) && is_scalar(b) && text(a) == text(b),
    }
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(serde_json::Map::is_empty)
}

fn is_scalar(value: &Value) -> bool {
    value.is_string() || value.is_number() || value.is_boolean()
}

/// A scalar as text.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn name(item: &Value) -> String {
    item.get("name").map(text).unwrap_or_default()
}

/// The first of the items with each name.
fn by_name<'v>(items: impl Iterator<Item = &'v Value>) -> HashMap<String, &'v Value> {
    let mut found = HashMap::default();
    items.for_each(|item| {
        found.entry(name(item)).or_insert(item);
    });
    found
}

fn items<'v>(of: &'v Value, list: &str) -> impl Iterator<Item = &'v Value> {
    of.get(list).and_then(Value::as_array).into_iter().flatten()
}

fn all(spec: &Value) -> impl Iterator<Item = &Value> {
    CONTAINERS.iter().flat_map(|list| items(spec, list))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use serde_json::json;

    fn injected() -> Value {
        json!({
            "serviceAccountName": "web",
            "automountServiceAccountToken": false,
            "securityContext": {"runAsNonRoot": true, "fsGroup": 1337},
            "initContainers": [{"name": "a", "image": "a:1"}, {"name": "istio-init", "image": "proxy:1"}, {"name": "b", "image": "b:1"}],
            "containers": [
                {
                    "name": "web",
                    "image": "web:1",
                    "command": ["web"],
                    "env": [{"name": "A", "value": "1"}],
                    "securityContext": {"readOnlyRootFilesystem": true},
                    "volumeMounts": [{"name": "tls", "mountPath": "/tls"}],
                    "livenessProbe": {"httpGet": {"path": "/app-health/web/livez", "port": 15020}, "periodSeconds": 5},
                    "readinessProbe": {"httpGet": {"path": "/ready", "port": 80}},
                    "lifecycle": {"preStop": {"httpGet": {"path": "/app-lifecycle/web/prestopz", "port": 15020}}},
                },
                {"name": "istio-proxy", "image": "proxy:1", "args": ["proxy"], "securityContext": {"privileged": false}},
            ],
            "volumes": [{"name": "tls", "secret": {"secretName": "tls"}}, {"name": "istio-data", "emptyDir": {}}],
        })
    }

    /// What is said where a record puts this in the place of what stands there.
    fn forged(pointer: &str, value: &Value) -> Option<String> {
        let mut original = injected();
        let (map, key) = pointer.rsplit_once('/').unwrap();
        let slot = original.pointer_mut(map).unwrap();
        match (slot, value) {
            (Value::Object(map), Value::Null) => drop(map.shift_remove(key)),
            (Value::Object(map), value) => drop(map.insert(key.to_owned(), value.clone())),
            (Value::Array(list), value) if key == "-" => list.push(value.clone()),
            (Value::Array(list), value) => list[key.parse::<usize>().unwrap()] = value.clone(),
            _ => unreachable!(),
        }
        spec(&injected(), &original)
    }

    #[test]
    fn what_no_injection_touches_is_not_restored() {
        for (pointer, value, why) in [
            ("/serviceAccountName", json!("admin"), "serviceAccountName"),
            ("/serviceAccountName", json!(null), "serviceAccountName"),
            ("/automountServiceAccountToken", json!(null), "automountServiceAccountToken"),
            ("/hostNetwork", json!(true), "hostNetwork"),
            ("/securityContext", json!({"fsGroup": 1337}), "runAsNonRoot"),
            ("/securityContext/runAsUser", json!(0), "runAsUser"),
            ("/ephemeralContainers", json!([{"name": "x", "image": "x"}]), "ephemeralContainers"),
            ("/containers/0/image", json!("evil"), "image of container web"),
            ("/containers/0/command", json!(["sh"]), "command"),
            ("/containers/0/command", json!(null), "command"),
            ("/containers/0/args", json!(["-c", "evil"]), "args"),
            ("/containers/0/workingDir", json!("/tmp"), "workingDir"),
            ("/containers/0/securityContext", json!(null), "securityContext"),
            ("/containers/0/securityContext/privileged", json!(true), "securityContext"),
            ("/containers/0/env", json!([{"name": "A", "value": "2"}]), "env"),
            ("/containers/0/env/-", json!({"name": "LD_PRELOAD", "value": "/x.so"}), "env"),
            ("/containers/0/env/-", json!({"name": "A", "value": "2"}), "env"),
            ("/containers/0/envFrom", json!([{"secretRef": {"name": "x"}}]), "envFrom"),
            ("/containers/0/volumeMounts/0", json!({"name": "tls", "mountPath": "/bin"}), "volumeMounts"),
            ("/containers/0/livenessProbe", json!({"exec": {"command": ["evil"]}, "periodSeconds": 5}), "livenessProbe"),
            ("/containers/0/livenessProbe/periodSeconds", json!(1), "livenessProbe"),
            ("/containers/0/livenessProbe/exec", json!({"command": ["evil"]}), "livenessProbe"),
            ("/containers/0/readinessProbe/httpGet/path", json!("/"), "readinessProbe"),
            ("/containers/0/lifecycle/postStart", json!({"exec": {"command": ["evil"]}}), "lifecycle.postStart"),
            ("/containers/0/lifecycle/preStop", json!({"exec": {"command": ["evil"]}}), "lifecycle.preStop"),
            ("/containers/1/args", json!(["evil"]), "args of container istio-proxy"),
            ("/containers/1/command", json!(["evil"]), "command of container istio-proxy"),
            ("/containers/1/image", json!("evil"), "image of container istio-proxy"),
            ("/containers/1/securityContext", json!({"privileged": true}), "securityContext"),
            ("/containers/-", json!({"name": "x", "image": "x"}), "it adds container x"),
            ("/containers/-", json!({"name": "x", "image": "auto"}), "it adds container x"),
            ("/initContainers/-", json!({"name": "web", "image": "web:1"}), "it adds container web"),
            ("/initContainers", json!([{"name": "b", "image": "b:1"}, {"name": "a", "image": "a:1"}]), "order of initContainers"),
            ("/volumes/0", json!({"name": "tls", "hostPath": {"path": "/"}}), "volume tls"),
            ("/volumes/0", json!({"name": "tls", "secret": {"secretName": "other"}}), "volume tls"),
            ("/volumes/-", json!({"name": "x", "hostPath": {"path": "/"}}), "volume x"),
            ("/containers", json!([]), "no container"),
        ] {
            let said = forged(pointer, &value);
            assert!(said.as_ref().is_some_and(|said| said.contains(why)), "{pointer} {value}: {said:?}");
        }
    }

    #[test]
    fn what_an_injection_changes_is_restored() {
        assert_eq!(spec(&injected(), &injected()), None);
        for (pointer, value) in [
            ("/securityContext/fsGroup", json!(null)),
            ("/initContainers", json!([{"name": "a", "image": "a:1"}, {"name": "b", "image": "b:1"}])),
            ("/containers/0/livenessProbe/httpGet", json!({"path": "/healthz", "port": "http"})),
            ("/containers/0/livenessProbe", json!({"tcpSocket": {"port": 80}, "periodSeconds": 5})),
            ("/containers/0/lifecycle/preStop", json!({"httpGet": {"path": "/stop", "port": 80}})),
            ("/containers/0/image", json!("auto")),
            ("/containers/0/env", json!([])),
            ("/containers/0/resources", json!({})),
            ("/containers/1", json!({"name": "istio-proxy", "image": "auto"})),
            ("/containers/1/args", json!(null)),
            ("/volumes", json!([{"name": "tls", "secret": {"secretName": "tls"}}])),
        ] {
            assert_eq!(forged(pointer, &value), None, "{pointer} {value}");
        }
    }

    #[test]
    fn a_right_that_a_sidecar_asked_for_may_be_given_up_and_none_be_taken() {
        let pod = |rights: Value| {
            let mut pod = json!({"containers": [{"name": "app", "image": "app:1"}]});
            if let (Value::Object(pod), Value::Object(rights)) = (&mut pod, rights) {
                pod.extend(rights);
            }
            pod
        };
        let shares = json!({"shareProcessNamespace": true, "hostPID": true});
        assert_eq!(spec(&pod(shares.clone()), &pod(json!({}))), None);
        assert_eq!(spec(&pod(shares.clone()), &pod(json!({"hostPID": false}))), None);
        assert!(spec(&pod(json!({})), &pod(shares.clone())).is_some());
        assert!(spec(&pod(json!({"hostUsers": false})), &pod(json!({}))).is_some());
        assert!(spec(&pod(json!({"serviceAccountName": "a"})), &pod(json!({}))).is_some());
    }

    #[test]
    fn labels_and_annotations_that_decide_are_not_restored() {
        let injected = json!({"labels": {"sidecar.istio.io/inject": "true"}, "annotations": {"prometheus.io/port": "15020"}});
        let said = |original: Value| metadata(Some(&injected), &original);
        assert!(said(json!({"labels": {"sidecar.istio.io/inject": "false"}})).is_some());
        assert!(said(json!({"annotations": {"sidecar.istio.io/inject": "false"}})).is_some());
        assert!(said(json!({"annotations": {"inject.istio.io/templates": "evil"}})).is_some());
        assert_eq!(said(json!({"labels": {"sidecar.istio.io/inject": true}, "annotations": {"prometheus.io/port": "80"}})), None);
        assert_eq!(said(json!({})), None);
    }
}
