//! `.EstimatedConcurrency` of Istio 1.10 to 1.17: how many worker threads the proxy will have.

use serde_json::{Map, Value as Json};

use crate::istio::Values;
use crate::kubernetes::Quantity;
use crate::{Value, kubernetes};

/// Where nothing tells.
const DEFAULT: i64 = 2;

/// The proxy config's concurrency if it is positive; where it is 0, the whole cores of the CPU that the proxy gets.
pub(super) fn estimate(config: &Map<String, Value>, pod: &Value, values: &Values) -> i64 {
    match config.get("concurrency").and_then(Json::as_i64) {
        Some(n) if n > 0 => n,
        Some(_) => cores(pod, values).unwrap_or(DEFAULT),
        None => DEFAULT,
    }
}

fn cores(pod: &Value, values: &Values) -> Option<i64> {
    let annotated =
        ["sidecar.istio.io/proxyCPULimit", "sidecar.istio.io/proxyCPU"].into_iter().find_map(|a| kubernetes::annotation(pod, a));
    let text = match annotated {
        Some(text) => text.to_owned(),
        None => {
            ["limits", "requests"].into_iter().map(|r| values.text(&["global", "proxy", "resources", r, "cpu"])).find(|t| !t.is_empty())?
        }
    };
    Quantity::parse(&text).ok().map(|q| q.ceil())
}
