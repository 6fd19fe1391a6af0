//! Takes an injection off a pod of which only Istio's own annotation tells: what that names goes, what the sidecar was told of
//! the user's comes back, and what may be the user's or the injection's is named.

use serde_json::Map;

use super::{overrides, probes, prometheus};
use crate::istio::{Error, PROXY};
use crate::kubernetes::{CONTAINERS, INIT_CONTAINERS};
use crate::yaml::Path;
use crate::{Value, istio, kubernetes};

/// Lists of a pod's spec whose injected items the annotation names.
const LISTS: [&str; 4] = [INIT_CONTAINERS, CONTAINERS, "volumes", "imagePullSecrets"];
/// Labels and annotations of Istio's that a user writes.
const USERS: &[&str] = &[istio::INJECT, "inject.istio.io/templates", "proxy.istio.io/config"];
/// Annotations of others that templates write.
const OTHERS: &[&str] =
    &["kubectl.kubernetes.io/default-container", "kubectl.kubernetes.io/default-logs-container", "k8s.v1.cni.cncf.io/networks"];
/// The user id of the proxy, which older templates make the group of the pod's files.
const PROXY_ID: i64 = 1337;

/// A pod without its injection.
#[derive(Debug, Clone, PartialEq)]
pub struct Uninjected {
    /// The pod.
    pub pod: Value,
    /// Fields that are left, and may be the user's or the injection's: paths from the pod on.
    pub doubtful: Vec<Path>,
}

/// The pod without what Istio's annotation names; nothing where it carries none.
///
/// # Errors
///
/// When the annotation that holds the user's own containers is no JSON.
pub fn uninject(pod: &Value) -> Result<Option<Uninjected>, Error> {
    let Some(status) = istio::status(pod) else { return Ok(None) };
    let users = overrides::recorded(pod)?;
    let mut bare = pod.clone();
    let mut doubtful = Vec::new();
    let sidecar = istio::sidecar_list(pod).and_then(|list| kubernetes::container(pod, list, PROXY)).unwrap_or(&Value::Null);
    doubtful.extend(probes::restore(&mut bare, sidecar));
    prometheus::restore(&mut bare, sidecar);
    for list in LISTS {
        let injected = istio::recorded(&status, list);
        let kept = users.get(list).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        doubtful.extend(take_back(&mut bare, list, &injected, kept));
    }
    kubernetes::remove_annotations(&mut bare, |name| name == istio::STATUS || name == istio::OVERRIDES);
    for map in ["labels", "annotations"] {
        let entries = bare.get("metadata").and_then(|m| m.get(map)).and_then(Value::as_object).into_iter().flatten();
        let names = entries.map(|(name, _)| name).filter(|name| is_doubtful(name));
        doubtful.extend(names.map(|name| Path::of(["metadata", map, name])));
    }
    if bare.pointer("/spec/securityContext/fsGroup").and_then(Value::as_i64) == Some(PROXY_ID) {
        doubtful.push(Path::of(["spec", "securityContext", "fsGroup"]));
    }
    drop_empty(&mut bare, "metadata", &["annotations", "labels"]);
    drop_empty(&mut bare, "spec", &LISTS);
    Ok(Some(Uninjected { pod: bare, doubtful }))
}

/// Removes the injected items of a list and puts the user's own of the same names in their places; those are doubtful, as the
/// injection knew no more than this of them.
fn take_back(pod: &mut Value, list: &str, injected: &[&str], users: &[Value]) -> Vec<Path> {
    let Some(items) = kubernetes::containers_mut(pod, list) else { return Vec::new() };
    let own = |item: &Value| {
        users.iter().find(|user| kubernetes::name(user).is_some() && kubernetes::name(user) == kubernetes::name(item)).cloned()
    };
    let mut doubtful = Vec::new();
    let mut left = Vec::with_capacity(items.len());
    for item in items.drain(..) {
        let is_injected = kubernetes::name(&item).is_some_and(|name| injected.contains(&name));
        match own(&item).filter(|_| is_injected) {
            Some(user) => {
                doubtful.push(Path::of(["spec", list]).item(left.len()));
                left.push(user);
            }
            None if is_injected => {}
            None => left.push(item),
        }
    }
    *items = left;
    doubtful
}

/// Whether a label or annotation of this name may come from an injection.
fn is_doubtful(name: &str) -> bool {
    let domain = name.split_once('/').map_or("", |(domain, _)| domain);
    let is_istios = domain == "istio.io" || domain.ends_with(".istio.io");
    is_istios && !USERS.contains(&name) || OTHERS.contains(&name)
}

fn drop_empty(pod: &mut Value, parent: &str, keys: &[&str]) {
    let Some(map) = pod.get_mut(parent).and_then(Value::as_object_mut) else { return };
    for key in keys {
        let is_empty = |value: &Value| value.as_object().is_some_and(Map::is_empty) || value.as_array().is_some_and(Vec::is_empty);
        if map.get(*key).is_some_and(is_empty) {
            map.shift_remove(*key);
        }
    }
    if parent == "metadata"
        && map.is_empty()
        && let Some(pod) = pod.as_object_mut()
    {
        pod.shift_remove(parent);
    }
}
