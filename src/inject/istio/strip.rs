//! Takes an earlier injection off the pod that the templates will see, so that they see the user's pod.

use serde_json::Value as Json;

use super::run::Run;
use super::{overrides, prometheus};
use crate::istio::{Error, STATUS, recorded, status};
use crate::kubernetes::{CONTAINERS, INIT_CONTAINERS};
use crate::{Value, kubernetes};

/// Makes the pod that the templates see.
pub(super) fn strip(run: &mut Run<'_>) -> Result<(), Error> {
    if let Some(status) = status(run.original) {
        let status_port = run.status_port().to_string();
        let pod = run.stripped.to_mut();
        for list in [CONTAINERS, INIT_CONTAINERS] {
            let injected = recorded(&status, list);
            if let Some(containers) = kubernetes::containers_mut(pod, list) {
                containers.retain(|c| !kubernetes::name(c).is_some_and(|n| injected.contains(&n)));
            }
        }
        if prometheus::port(pod).is_some_and(|port| port == status_port) {
            prometheus::clear(pod);
        }
        kubernetes::remove_annotations(pod, |name| name == STATUS);
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
            .filter(|c| kubernetes::name(c).is_some_and(|n| kubernetes::container(&run.stripped, list, n).is_none()))
            .cloned()
            .collect();
        if !missing.is_empty() {
            let spec = kubernetes::map_mut(run.stripped.to_mut(), "spec");
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
