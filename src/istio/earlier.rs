//! What an earlier injection recorded on the pod.

use serde_json::Value as Json;

use super::names::STATUS;
use crate::{Value, kubernetes};

/// What an earlier injection recorded, if the pod carries a readable record.
pub(crate) fn status(pod: &Value) -> Option<Value> {
    serde_json::from_str::<Json>(kubernetes::annotation(pod, STATUS)?).ok().filter(Json::is_object)
}

/// Whether a pod carries the readable record of an earlier injection.
pub fn is_injected(pod: &Value) -> bool {
    status(pod).is_some()
}

/// The names that a record lists under a key.
pub(crate) fn recorded<'a>(status: &'a Value, key: &str) -> Vec<&'a str> {
    status.get(key).and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).collect()
}
