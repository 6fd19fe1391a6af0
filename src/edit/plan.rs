//! Edits arranged along the tree, so that each node is visited once with all that happens at and below it.

use std::collections::BTreeMap;

use super::edits::{Content, Edit, Op};
use crate::yaml::{Path, Step};

/// All that happens at and below one node.
#[derive(Debug, Default)]
pub(super) struct Plan<'e> {
    pub replace: Option<&'e Content>,
    /// The node goes.
    pub delete: bool,
    /// The node goes, and stands elsewhere.
    pub moved: bool,
    pub keys: Vec<(&'e str, &'e Content)>,
    /// What comes before which item, in the order of these; what comes to one place is in the order of the edits.
    pub items: Vec<(usize, Arrival<'e>)>,
    pub below: BTreeMap<&'e Step, Plan<'e>>,
}

/// What comes into a list.
#[derive(Debug)]
pub(super) enum Arrival<'e> {
    New(&'e Content),
    Moved(&'e Path),
}

impl<'e> Plan<'e> {
    pub(super) fn new(edits: &'e [Edit]) -> Self {
        let mut root = Self::default();
        for edit in edits {
            let plan = root.at_mut(&edit.path);
            match &edit.op {
                Op::Replace { content } => plan.replace = Some(content),
                Op::Delete => plan.delete = true,
                Op::InsertKey { key, content } => plan.keys.push((key, content)),
                Op::InsertItem { before, content } => plan.items.push((*before, Arrival::New(content))),
                Op::Move { from, before } => {
                    plan.items.push((*before, Arrival::Moved(from)));
                    root.at_mut(from).moved = true;
                }
            }
        }
        root.sort();
        root
    }

    /// Brings what comes into lists into the order of the places.
    fn sort(&mut self) {
        self.items.sort_by_key(|(before, _)| *before);
        self.below.values_mut().for_each(Plan::sort);
    }

    fn at_mut(&mut self, path: &'e [Step]) -> &mut Self {
        path.iter().fold(self, |plan, step| plan.below.entry(step).or_default())
    }

    /// The same plan without what is done to the node itself.
    pub(super) fn shallow(&'e self) -> Plan<'e> {
        let arrivals = self.items.iter().map(|(before, arrival)| {
            let arrival = match arrival {
                Arrival::New(content) => Arrival::New(content),
                Arrival::Moved(from) => Arrival::Moved(from),
            };
            (*before, arrival)
        });
        let below = self
            .below
            .iter()
            .map(|(step, plan)| (*step, Plan { delete: plan.delete, moved: plan.moved, replace: plan.replace, ..plan.shallow() }));
        Plan { replace: None, delete: false, moved: false, keys: self.keys.clone(), items: arrivals.collect(), below: below.collect() }
    }

    /// What happens at the end of a path.
    pub(super) fn at(&self, path: &[Step]) -> Option<&Self> {
        path.iter().try_fold(self, |plan, step| plan.below.get(step))
    }

    /// What happens to an entry.
    pub(super) fn key(&self, key: &str) -> Option<&Self> {
        if self.below.is_empty() { None } else { self.below.get(&Step::Key(key.to_owned())) }
    }

    /// What happens to an item.
    pub(super) fn index(&self, index: usize) -> Option<&Self> {
        self.below.get(&Step::Index(index))
    }

    /// Whether the node does not stay where it is.
    pub(super) fn leaves(&self) -> bool {
        self.delete || self.moved
    }

    /// What comes before the item of this index, in order.
    pub(super) fn arrivals(&self, index: usize) -> impl Iterator<Item = &Arrival<'e>> {
        self.from(index).iter().take_while(move |(before, _)| *before == index).map(|(_, arrival)| arrival)
    }

    /// What comes before the item of this index or behind it, in order.
    pub(super) fn arrivals_from(&self, index: usize) -> impl Iterator<Item = &Arrival<'e>> {
        self.from(index).iter().map(|(_, arrival)| arrival)
    }

    fn from(&self, index: usize) -> &[(usize, Arrival<'e>)] {
        self.items.get(self.items.partition_point(|(before, _)| *before < index)..).unwrap_or_default()
    }

    /// Whether something above the end of a path is deleted.
    pub(super) fn deletes_above(&self, path: &[Step]) -> bool {
        let mut plan = Some(self);
        path.iter().any(|step| {
            let deletes = plan.is_some_and(|p| p.delete);
            plan = plan.and_then(|p| p.below.get(step));
            deletes
        })
    }
}
