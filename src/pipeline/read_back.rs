//! The output read back before it goes anywhere: every object must be what was decided, whatever the editor of the text did.

use std::collections::HashSet;

use super::text::{Host, Plan};
use crate::Value;
use crate::edit::Change;
use crate::finding::{Finding, MISREAD};
use crate::kubernetes::hosts::KPT_IDS;
use crate::kubernetes::{Kinds, equal};
use crate::read::Manifests;
use crate::yaml::value_at;

/// Gives the objects that the text after these changes does not hold as they must be an error.
pub(super) fn check(manifests: &Manifests<'_>, changes: &[Change], plans: &mut [Plan<'_>], kinds: &Kinds, host: Host) {
    let wrong = {
        let expected: Vec<&Value> = plans.iter().map(expected).collect();
        let same = |index: usize, value: &Value| {
            expected
                .get(index)
                .is_some_and(|e| equal(e, value) || host.copies_comments_by_index && equal(&without_ids(e), &without_ids(value)))
        };
        manifests.misread(changes, same)
    };
    for index in wrong {
        if let Some(plan) = plans.get_mut(index) {
            plan.outcome.errors.push(Finding { path: String::new(), message: MISREAD.to_owned() });
        }
    }
    for plan in plans {
        let Some(after) = &plan.expected else { continue };
        let lost = lost_containers(kinds, plan.original(), after);
        plan.outcome.errors.extend(lost.into_iter().map(|message| Finding { path: String::new(), message }));
    }
}

fn expected<'p>(plan: &'p Plan<'_>) -> &'p Value {
    match &plan.expected {
        Some(after) => after,
        None if plan.current => plan.value,
        None => plan.original(),
    }
}

/// The same object without the ids that kpt's items lose on purpose.
fn without_ids(object: &Value) -> Value {
    let mut bare = object.clone();
    if let Some(Value::Object(annotations)) = bare.get_mut("metadata").and_then(|m| m.get_mut("annotations")) {
        annotations.retain(|key, _| !KPT_IDS.contains(&key.as_str()));
    }
    bare
}

/// What is said about containers of the user's that are no longer in their pods.
pub fn lost_containers(kinds: &Kinds, before: &Value, after: &Value) -> Vec<String> {
    let mut lost = Vec::new();
    for workload in kinds.workloads(before) {
        for pod in &workload.pods {
            let path: Vec<_> = workload.path.iter().chain(pod).cloned().collect();
            let kept: HashSet<&str> = value_at(after, &path).map(names).unwrap_or_default().into_iter().collect();
            let own = value_at(before, &path).map(names).unwrap_or_default();
            let gone = own.into_iter().filter(|name| !kept.contains(name));
            lost.extend(gone.map(|name| format!("this is a bug in sidecarize: container {name:?} would be lost, so nothing is written")));
        }
    }
    lost
}

/// The names of a pod's containers of either list.
fn names(pod: &Value) -> Vec<&str> {
    let spec = pod.get("spec");
    let lists = ["containers", "initContainers"].into_iter().filter_map(|list| spec?.get(list)?.as_array());
    lists.flatten().filter_map(|container| container.get("name")?.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_container_of_the_users_that_is_lost_is_named() {
        let pod = |containers: Value| json!({"apiVersion": "v1", "kind": "Pod", "spec": {"containers": containers}});
        let before = pod(json!([{"name": "web"}, {"name": "db"}]));
        let lost = lost_containers(&Kinds::default(), &before, &pod(json!([{"name": "proxy"}, {"name": "web"}])));
        assert_eq!(lost.len(), 1);
        assert!(lost.iter().all(|message| message.contains("\"db\"")), "{lost:?}");
        assert!(lost_containers(&Kinds::default(), &before, &before).is_empty());
    }
}
