//! Where Istio's sidecar is in a pod.

use super::names::PROXY;
use crate::Value;
use crate::kubernetes::{CONTAINERS, INIT_CONTAINERS, container, container_mut};

/// The list that holds the sidecar: the containers, else the init containers.
pub fn sidecar_list(pod: &Value) -> Option<&'static str> {
    [CONTAINERS, INIT_CONTAINERS].into_iter().find(|list| container(pod, list, PROXY).is_some())
}

/// The sidecar, to be changed.
pub fn sidecar_mut(pod: &mut Value) -> Option<&mut Value> {
    let list = sidecar_list(pod)?;
    container_mut(pod, list, PROXY)
}
