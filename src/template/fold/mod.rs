//! Templates worked out ahead. Values, mesh config and the like are the same from pod to pod, and functions depend on their
//! arguments alone: what a template makes of those parts is evaluated once, not once a pod.

mod constant;
mod tree;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use gotmpl::Value as Go;

use super::data::Data;
use super::rewrite::MAIN;

/// How many renderings there must be before working ahead pays.
const AFTER: usize = 16;
/// How many sets of shared parts are known: pods differ in a few of them, such as the proxy's image.
const MAX_KNOWN: usize = 8;

/// The shared parts of some data, by name.
type Shared = Vec<(Arc<str>, Go)>;

/// What a template became under sets of shared parts.
#[derive(Default)]
pub(super) struct Folded {
    rendered: AtomicUsize,
    known: RwLock<Vec<(Shared, Arc<gotmpl::Template>)>>,
}

impl Folded {
    /// The template for data with these shared parts, if it is worked out.
    pub(super) fn of(&self, template: &gotmpl::Template, data: &Data) -> Option<Arc<gotmpl::Template>> {
        if self.rendered.fetch_add(1, Ordering::Relaxed) < AFTER {
            return None;
        }
        let find = |known: &[(Shared, Arc<gotmpl::Template>)]| {
            known.iter().find(|(shared, _)| data.shares(shared)).map(|(_, template)| Arc::clone(template))
        };
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = find(&known) {
            return Some(found);
        }
        if known.len() >= MAX_KNOWN {
            return None;
        }
        drop(known);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = find(&known) {
            return Some(found);
        }
        let shared = data.shared();
        let parts = Go::Map(Arc::new(shared.iter().cloned().collect()));
        let tree = tree::fold(template, template.lookup(MAIN)?, &parts);
        let folded = Arc::new(template.clone().add_parse_tree(MAIN, tree));
        known.push((shared, Arc::clone(&folded)));
        Some(folded)
    }
}
