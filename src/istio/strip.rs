//! Takes an earlier injection off the pod that the templates will see, so that they see the user's pod.

use serde_json::Value as Json;

use super::pod::{self, CONTAINERS, INIT_CONTAINERS};
use super::steps::Run;
use super::{Error, overrides, prometheus};
use crate::Value;

/// The annotation that records an injection.
pub const STATUS: &str = "sidecar.istio.io/status";

/// What an earlier injection recorded, if the pod carries a readable record.
pub(super) fn status(pod: &Value) -> Option<Value> {
    serde_json::from_str::<Json>(pod::annotation(pod, STATUS)?).ok().filter(Json::is_object)
}

/// Whether a pod carries the readable record of an earlier injection.
pub fn is_injected(pod: &Value) -> bool {
    status(pod).is_some()
}

/// The names that a record lists under a key.
pub(super) fn recorded<'a>(status: &'a Value, key: &str) -> Vec<&'a str> {
    status.get(key).and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).collect()
}

/// Makes the pod that the templates see.
pub(super) fn strip(run: &mut Run<'_>) -> Result<(), Error> {
    if let Some(status) = status(run.original) {
        let status_port = run.status_port().to_string();
        let pod = run.stripped.to_mut();
        for list in [CONTAINERS, INIT_CONTAINERS] {
            let injected = recorded(&status, list);
            if let Some(containers) = pod::containers_mut(pod, list) {
                containers.retain(|c| !pod::name(c).is_some_and(|n| injected.contains(&n)));
            }
        }
        if prometheus::port(pod).is_some_and(|port| port == status_port) {
            prometheus::clear(pod);
        }
        pod::remove_annotations(pod, |name| name == STATUS);
    }
    reinsert(run)
}

/// Puts back the user's containers that the earlier injection recorded and replaced.
fn reinsert(run: &mut Run<'_>) -> Result<(), Error> {
    let recorded = overrides::recorded(run.original)?;
    for list in [CONTAINERS, INIT_CONTAINERS] {
        let missing: Vec<Value> = recorded
            .get(list)
            .and_then(Json::as_array)
            .into_iter()
            .flatten()
            .filter(|c| pod::name(c).is_some_and(|n| pod::container(&run.stripped, list, n).is_none()))
            .cloned()
            .collect();
        if !missing.is_empty() {
            let spec = pod::map_mut(run.stripped.to_mut(), "spec");
            match spec.get_mut(list).and_then(Json::as_array_mut) {
                Some(containers) => containers.extend(missing),
                None => {
                    spec.insert(list.to_owned(), Value::Array(missing));
                }
            }
        }
    }
    Ok(())
}
