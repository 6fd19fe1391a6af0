//! One object on its way through a text: what was decided about it, its edits, and what the text must hold of it in the end.

use std::collections::HashSet;

use super::outcome::Outcome;
use crate::Value;
use crate::check::{Written, sealed};
use crate::edit::{Edit, diff_at};
use crate::finding::{Finding, MISREAD};
use crate::kubernetes::Kinds;
use crate::read::Namespaces;
use crate::record::Undo;
use crate::yaml::{Path, value_at};

/// What decides about the pods of an object and injects them.
pub trait Inject: Sync {
    /// Decides about every pod of an object and injects. `written` gives what the text holds at a path, so that messages can name
    /// what its author wrote.
    fn object(&self, object: &Value, namespaces: &Namespaces, written: Written<'_>) -> Outcome;

    /// The kinds that carry pods.
    fn kinds(&self) -> &Kinds;
}

/// One object, decided.
pub(super) struct Planned<'v> {
    /// The object as it came.
    pub value: &'v Value,
    /// What takes an earlier injection of ours off it.
    pub undo: Option<Undo>,
    pub outcome: Outcome,
    /// The annotation of Istio's that still stands in the original: it is none.
    pub by_istio: Option<Path>,
    /// Whether the object stays as it is, to the byte.
    pub current: bool,
    /// What the output must hold, record included, where something is injected.
    expected: Option<Value>,
}

impl<'v> Planned<'v> {
    /// An object as it came, which stays as it is.
    pub fn new(value: &'v Value, undo: Option<Undo>, outcome: Outcome) -> Self {
        Self { value, undo, outcome, by_istio: None, current: true, expected: None }
    }

    /// The object without an earlier injection of ours.
    pub fn original(&self) -> &Value {
        self.undo.as_ref().map_or(self.value, |u| &u.original)
    }

    /// Says whether the object stays as it is; an error where it must and does not.
    pub fn stays(&mut self, current: bool) {
        self.current = current;
        self.outcome.errors.extend(sealed(self.value).filter(|_| !current));
    }

    /// The edits of the original that inject. `record` may add to the object after injection, and tells whether it did. What is
    /// injected moves into the edits.
    pub fn edits(&mut self, record: impl FnOnce(&mut Self, &mut Value) -> bool) -> Vec<Edit> {
        if self.outcome.changed.is_empty() {
            return Vec::new();
        }
        let mut after = self.outcome.after(self.original());
        let mut changed = std::mem::take(&mut self.outcome.changed);
        if record(self, &mut after) {
            changed = vec![(Path::new(), after.clone())];
        }
        self.expected = Some(after);
        let original = self.original();
        changed.into_iter().flat_map(|(path, part)| diff_at(original, path, part)).collect()
    }

    /// What the text must hold of the object in the end.
    pub fn expected(&self) -> &Value {
        match &self.expected {
            Some(after) => after,
            None if self.current => self.value,
            None => self.original(),
        }
    }

    /// The text after all edits does not hold what it must.
    pub fn misread(&mut self) {
        self.outcome.errors.push(Finding::whole(MISREAD));
    }

    /// Makes sure that no container of the user's is lost.
    pub fn keeps_containers(&mut self, kinds: &Kinds) {
        let Some(after) = &self.expected else { return };
        let lost = lost_containers(kinds, self.original(), after);
        self.outcome.errors.extend(lost.into_iter().map(Finding::whole));
    }
}

/// What is said about containers of the user's that are no longer in their pods.
fn lost_containers(kinds: &Kinds, before: &Value, after: &Value) -> Vec<String> {
    let mut lost = Vec::new();
    for workload in kinds.workloads(before) {
        for pod in &workload.pods {
            let path = workload.path.join(pod);
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
