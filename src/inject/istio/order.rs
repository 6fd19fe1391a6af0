//! The order of containers decides when the proxy starts.

use serde_json::Value as Json;

use super::run::Run;
use crate::istio::{Behaviour, CORE_DUMP, Error, INIT, PROXY, VALIDATION};
use crate::kubernetes::{CONTAINERS, INIT_CONTAINERS};
use crate::{Value, kubernetes};

const HOLD: &str = "holdApplicationUntilProxyStarts";

pub(super) fn order(run: &mut Run<'_>) -> Result<(), Error> {
    let in_config = run.proxy_config.get(HOLD).and_then(Json::as_bool).unwrap_or(false);
    let hold = in_config || run.injector.values.is_true(&["global", "proxy", HOLD]);
    let pod = &mut run.merged;
    if hold {
        first(pod, CONTAINERS, PROXY)
    } else {
        last(pod, CONTAINERS, PROXY)
    }
    let native = run.injector.minor.has(Behaviour::NativeSidecars) && kubernetes::container(pod, INIT_CONTAINERS, PROXY).is_some();
    if native {
        // The user's init containers are part of the mesh: the proxy goes before them.
        for name in [CORE_DUMP, PROXY, VALIDATION, INIT] {
            first(pod, INIT_CONTAINERS, name);
        }
    } else {
        // Traffic is captured only when the user's init containers are through; the check blocks all of them.
        first(pod, INIT_CONTAINERS, VALIDATION);
        last(pod, INIT_CONTAINERS, INIT);
        last(pod, INIT_CONTAINERS, CORE_DUMP);
    }
    Ok(())
}

fn take(list: &mut Vec<Value>, name: &str) -> Option<Value> {
    let at = list.iter().position(|c| kubernetes::name(c) == Some(name))?;
    Some(list.remove(at))
}

fn first(pod: &mut Value, list: &str, name: &str) {
    if let Some(list) = kubernetes::containers_mut(pod, list)
        && let Some(container) = take(list, name)
    {
        list.insert(0, container);
    }
}

fn last(pod: &mut Value, list: &str, name: &str) {
    if let Some(list) = kubernetes::containers_mut(pod, list)
        && let Some(container) = take(list, name)
    {
        list.push(container);
    }
}
