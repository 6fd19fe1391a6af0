//! Applies the user's own containers of the sidecar's names over what the templates made of them, and records them.

use serde_json::{Map, Value as Json};

use super::run::Run;
use super::user;
use crate::istio::{Behaviour, Error, INIT, OVERRIDES, PROXY, VALIDATION};
use crate::kubernetes::{CONTAINERS, INIT_CONTAINERS, Quantity, strategic_merge};
use crate::{Value, istio, kubernetes};

/// The interception mode in which the sidecar must run as root.
const TPROXY: &str = "TPROXY";
/// The image that stands for the injected one.
pub const AUTO_IMAGE: &str = "auto";

/// The record of the user's containers cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("is no JSON: {0}")]
struct NoJson(serde_json::Error);

/// What an earlier injection recorded of the user's containers.
pub(super) fn recorded(pod: &Value) -> Result<Value, Error> {
    match kubernetes::annotation(pod, OVERRIDES) {
        Some(text) => {
            let value: Value = serde_json::from_str(text).map_err(|e| Error::annotation(OVERRIDES, text, NoJson(e)))?;
            if value.is_null() {
                return Ok(Value::Null);
            }
            // It has the lists of a pod.
            let value = kubernetes::as_typed(value, "PodSpec");
            kubernetes::check_strictly(&value, "PodSpec").map_err(|e| Error::annotation(OVERRIDES, text, e))?;
            Ok(value)
        }
        None => Ok(Value::Null),
    }
}

/// Merges each of the user's containers that a template also has over the merged pod.
pub(super) fn reapply(run: &mut Run<'_>) -> Result<(), Error> {
    let minor = run.injector.minor;
    let recorded = recorded(run.original)?;
    let status = istio::status(run.original);
    let earlier = status.as_ref().filter(|_| minor.has(Behaviour::RespectsEarlierInjection));
    let drops_assigned = user::drops_assigned(&run.injector.settings.platform, minor);
    let mut found = Map::new();
    for list in [CONTAINERS, INIT_CONTAINERS] {
        let injected = earlier.map(|s| istio::recorded(s, list)).unwrap_or_default();
        let names: Vec<String> =
            kubernetes::containers(&run.template_pod, list).iter().filter_map(kubernetes::name).map(str::to_owned).collect();
        let mut overlays = Vec::new();
        for name in &names {
            // What an earlier injection recorded of the user's wins; what it injected is not the user's.
            let before = recorded.get(list).and_then(Json::as_array).and_then(|l| l.iter().find(|c| kubernetes::name(c) == Some(name)));
            let own = !injected.contains(&name.as_str());
            let anywhere = list == INIT_CONTAINERS && minor.has(Behaviour::NativeSidecars);
            let users = before
                .or_else(|| kubernetes::container(run.original, CONTAINERS, name).filter(|_| own && (list == CONTAINERS || anywhere)))
                .or_else(|| kubernetes::container(run.original, INIT_CONTAINERS, name).filter(|_| own && list == INIT_CONTAINERS));
            let Some(users) = users else { continue };
            let mut overlay = users.clone();
            if before.is_some() {
                keep_spelling(&mut overlay, kubernetes::container(run.original, list, name));
            }
            if drops_assigned {
                user::drop_assigned(&mut overlay, run.original);
            }
            if overlay.get("image").and_then(Json::as_str) == Some(AUTO_IMAGE) {
                kubernetes::object_mut(&mut overlay).shift_remove("image");
            }
            apply(&mut run.merged, list, &overlay)?;
            overlays.push(kubernetes::canonical(&overlay, "Container"));
        }
        if !overlays.is_empty() {
            found.insert(list.to_owned(), Value::Array(overlays));
        }
    }
    if status.is_none() && kubernetes::annotation(run.original, istio::STATUS).is_none() && !found.is_empty() {
        kubernetes::set_annotation(&mut run.merged, OVERRIDES, kubernetes::to_string(&Value::Object(found)));
    }
    if minor.has(Behaviour::ProxyUser) {
        follow_user(run, &recorded);
    }
    Ok(())
}

/// Merges one container over the one of its name.
fn apply(pod: &mut Value, list: &str, overlay: &Value) -> Result<(), Error> {
    let name = kubernetes::name(overlay).unwrap_or_default();
    if let Some(slot) = kubernetes::container_mut(pod, list, name) {
        let merged = strategic_merge(slot.take(), kubernetes::typed_overlay(overlay, "Container"), "Container");
        *slot = merged.map_err(|e| Error::merge(name, e))?;
    }
    Ok(())
}

/// The record has quantities in canonical form; where the pod spells the same amount otherwise, its spelling stays.
fn keep_spelling(overlay: &mut Value, standing: Option<&Value>) {
    for list in ["limits", "requests"] {
        let amounts = overlay.get_mut("resources").and_then(|r| r.get_mut(list)).and_then(Json::as_object_mut);
        for (name, amount) in amounts.into_iter().flatten() {
            let standing = standing.and_then(|c| c.get("resources")?.get(list)?.get(name));
            let parse = |v: &Value| Quantity::parse(&v.as_str().map_or_else(|| v.to_string(), str::to_owned)).ok();
            if let Some(standing) = standing.filter(|s| parse(s).is_some() && parse(s) == parse(amount)) {
                *amount = standing.clone();
            }
        }
    }
}

/// The user's own `istio-proxy`: as an earlier injection recorded it, else as it stands.
fn users_proxy(pod: &Value, recorded: &Value) -> Option<Value> {
    let lists = [CONTAINERS, INIT_CONTAINERS];
    let before = lists.iter().find_map(|list| recorded.get(*list)?.as_array()?.iter().find(|c| kubernetes::name(c) == Some(PROXY)));
    before.or_else(|| lists.iter().find_map(|list| kubernetes::container(pod, list, PROXY))).cloned()
}

/// Where the user's `istio-proxy` runs as another user, what captures the traffic must know.
fn follow_user(run: &mut Run<'_>, recorded: &Value) {
    let Some(mut proxy) = users_proxy(run.original, recorded) else { return };
    if user::drops_assigned(&run.injector.settings.platform, run.injector.minor) {
        user::drop_assigned(&mut proxy, run.original);
    }
    let Some(context) = proxy.get("securityContext") else { return };
    let id = |key: &str| context.get(key).filter(|v| !v.is_null()).cloned();
    let (user, group) = (id("runAsUser"), id("runAsGroup"));
    if user.is_none() && group.is_none() {
        return;
    }
    let there = |name: &&str| kubernetes::container(&run.merged, INIT_CONTAINERS, name).is_some();
    // Where nothing captures, nothing changes, the sidecar's user included.
    let Some(capture) = [INIT, VALIDATION].into_iter().find(there) else { return };
    let asked = kubernetes::annotation(&run.merged, "sidecar.istio.io/interceptionMode");
    let tproxy = asked == Some(TPROXY) || run.proxy_config.get("interceptionMode").and_then(Json::as_str) == Some(TPROXY);
    if tproxy
        && user.is_some()
        && let Some(sidecar) = istio::sidecar_mut(&mut run.merged)
    {
        kubernetes::map_mut(sidecar, "securityContext").insert("runAsUser".to_owned(), Value::from(0));
    }
    let Some(container) = kubernetes::container_mut(&mut run.merged, INIT_CONTAINERS, capture) else { return };
    if !tproxy && capture == VALIDATION {
        let context = kubernetes::map_mut(container, "securityContext");
        for (key, id) in [("runAsUser", &user), ("runAsGroup", &group)] {
            if let Some(id) = id {
                context.insert(key.to_owned(), id.clone());
            }
        }
    }
    let Some(user) = user.as_ref().and_then(Json::as_i64).filter(|u| *u != 0) else { return };
    let args = container.get_mut("args").and_then(Json::as_array_mut);
    if let Some(args) = args
        && let Some(flag) = args.iter().position(|a| a.as_str() == Some("-u"))
        && let Some(slot) = args.get_mut(flag + 1)
    {
        *slot = Value::from(user.to_string());
    }
}
