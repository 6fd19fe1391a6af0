//! Puts one sidecar into one pod: strategic merge first, then the place of its containers.

use std::collections::HashSet;

use super::clash::{Clash, clashes};
use crate::kubernetes::{Selector, string_map};
use crate::sidecar::{Position, Sidecar};
use crate::{Value, kubernetes};

/// Why a sidecar cannot go into a pod.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The pod has a container of this name that was not injected.
    #[error("the pod already has a container named {container:?}, which sidecar {sidecar:?} would change: rename one of them")]
    ContainerExists {
        /// The sidecar.
        sidecar: String,
        /// The container.
        container: String,
    },
    /// The pod has a volume of this name from elsewhere.
    #[error("the pod already has a volume named {volume:?}, which sidecar {sidecar:?} would change: rename one of them")]
    VolumeExists {
        /// The sidecar.
        sidecar: String,
        /// The volume.
        volume: String,
    },
    /// The labels of the pod would no longer be those that the workload selects.
    #[error(
        "sidecar {sidecar:?} changes the pod's labels, and spec.selector no longer matches them: the cluster would refuse the workload; take the label out of the sidecar"
    )]
    Selector {
        /// The sidecar.
        sidecar: String,
    },
    /// The sidecar has two of one name.
    #[error("sidecar {sidecar:?} has two {list} named {name:?}: rename one of them")]
    Twice {
        /// The sidecar.
        sidecar: String,
        /// The list that has them.
        list: &'static str,
        /// Their name.
        name: String,
    },
    /// A container of the pod's own would be gone.
    #[error(
        "sidecar {sidecar:?} takes container {container:?} out of the pod, and a sidecar only adds to it: take the $patch out of the sidecar"
    )]
    Removes {
        /// The sidecar.
        sidecar: String,
        /// The container.
        container: String,
    },
    /// The sidecar and the pod do not fit together.
    #[error("sidecar {sidecar:?} cannot be merged into the pod: {reason}")]
    Merge {
        /// The sidecar.
        sidecar: String,
        /// What does not fit.
        reason: kubernetes::Error,
    },
}

const CONTAINERS: &str = "containers";
const INIT_CONTAINERS: &str = "initContainers";
const VOLUMES: &str = "volumes";
const POD: &str = "PodTemplateSpec";

/// A pod with a sidecar, and what of the pod the sidecar replaced.
#[derive(Debug, Clone, PartialEq)]
pub struct Merged {
    /// The pod.
    pub pod: Value,
    /// The values that are not as they were.
    pub replaced: Vec<Clash>,
}

/// The pod with this sidecar's parts merged in. `parts` is the sidecar's partial pod, already rendered; `selector` is that of the
/// workload, where it has one.
///
/// # Errors
///
/// When the sidecar would break the pod: it has a container or a volume of the sidecar's that differs, or the workload would not
/// select it any more; or when a list stands where a map belongs.
pub fn inject(sidecar: &Sidecar, parts: &Value, pod: &Value, selector: Option<&Selector>) -> Result<Merged, Error> {
    let mut parts = if sidecar.native { made_native(parts) } else { parts.clone() };
    if let Some((list, name)) = twice(&parts) {
        return Err(Error::Twice { sidecar: sidecar.name.clone(), list, name: name.to_owned() });
    }
    kubernetes::keep_what_is_there(&mut parts, pod, POD);
    let unmergeable = |reason| Error::Merge { sidecar: sidecar.name.clone(), reason };
    let mut merged = kubernetes::strategic_merge(pod.clone(), parts.clone(), POD).map_err(unmergeable)?;
    for list in [CONTAINERS, INIT_CONTAINERS] {
        let kept: HashSet<&str> = names(&merged, list).into_iter().collect();
        if let Some(container) = names(pod, list).into_iter().find(|name| !kept.contains(name)) {
            return Err(Error::Removes { sidecar: sidecar.name.clone(), container: container.to_owned() });
        }
    }
    for name in names(&parts, CONTAINERS).into_iter().chain(names(&parts, INIT_CONTAINERS)) {
        // The name is one container's, in whichever list.
        let of = |pod| [CONTAINERS, INIT_CONTAINERS].map(|l| container(pod, l, name));
        let before = of(pod);
        if before.iter().any(Option::is_some) && before != of(&merged) && of(&merged).iter().any(Option::is_some) {
            return Err(Error::ContainerExists { sidecar: sidecar.name.clone(), container: name.to_owned() });
        }
    }
    for name in names(&parts, VOLUMES) {
        let (before, after) = (container(pod, VOLUMES, name), container(&merged, VOLUMES, name));
        if before.is_some() && after.is_some() && before != after {
            return Err(Error::VolumeExists { sidecar: sidecar.name.clone(), volume: name.to_owned() });
        }
    }
    let selects = |pod: &Value| selector.is_none_or(|s| s.matches(&string_map(pod.get("metadata"), "labels")));
    if selects(pod) && !selects(&merged) {
        return Err(Error::Selector { sidecar: sidecar.name.clone() });
    }
    let replaced = clashes(pod, &merged);
    place(&mut merged, CONTAINERS, &names(&parts, CONTAINERS), sidecar.position);
    Ok(Merged { pod: merged, replaced })
}

/// The first name that two containers have, whichever their lists, or two volumes: the second would change the first.
fn twice(parts: &Value) -> Option<(&'static str, &str)> {
    let again = |lists: &[&str]| {
        let mut seen = HashSet::new();
        lists.iter().flat_map(|list| names(parts, list)).find(|name| !seen.insert(*name))
    };
    [(CONTAINERS, again(&[CONTAINERS, INIT_CONTAINERS])), (VOLUMES, again(&[VOLUMES]))]
        .into_iter()
        .find_map(|(list, name)| Some((list, name?)))
}

/// The same parts with their containers among the init containers, restarting always.
fn made_native(parts: &Value) -> Value {
    let mut parts = parts.clone();
    let Some(spec) = parts.get_mut("spec").and_then(Value::as_object_mut) else { return parts };
    let Some(Value::Array(containers)) = spec.shift_remove(CONTAINERS) else { return parts };
    let native = containers.into_iter().map(|mut c| {
        if let Some(map) = c.as_object_mut() {
            map.insert("restartPolicy".to_owned(), Value::from("Always"));
        }
        c
    });
    match spec.get_mut(INIT_CONTAINERS).and_then(Value::as_array_mut) {
        Some(init) => init.extend(native),
        None => {
            spec.insert(INIT_CONTAINERS.to_owned(), Value::Array(native.collect()));
        }
    }
    parts
}

fn list<'a>(pod: &'a Value, list: &str) -> impl Iterator<Item = &'a Value> {
    pod.get("spec").and_then(|s| s.get(list)).and_then(Value::as_array).into_iter().flatten()
}

fn name_of(container: &Value) -> Option<&str> {
    container.get("name").and_then(Value::as_str)
}

fn names<'a>(pod: &'a Value, key: &str) -> Vec<&'a str> {
    list(pod, key).filter_map(name_of).collect()
}

fn container<'a>(pod: &'a Value, key: &str, name: &str) -> Option<&'a Value> {
    list(pod, key).find(|c| name_of(c) == Some(name))
}

/// Moves the named containers to the front or the back, keeping their order.
fn place(pod: &mut Value, key: &str, injected: &[&str], position: Position) {
    let Some(Value::Array(all)) = pod.get_mut("spec").and_then(|s| s.get_mut(key)) else { return };
    let is_injected = |c: &Value| name_of(c).is_some_and(|n| injected.contains(&n));
    let first = match position {
        Position::First => true,
        Position::Last => false,
    };
    all.sort_by_key(|c| is_injected(c) != first);
}
