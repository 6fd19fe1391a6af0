//! Text → objects: the documents of a stream, or the items of a ResourceList.

mod namespaces;

pub use namespaces::{Namespace, Namespaces};

use std::collections::HashSet;
use std::ops::Range;

use rayon::prelude::*;

use crate::edit::{Change, Edit, Op};
use crate::yaml::{Document, Duplicates, Node, Path, Positions};
use crate::{Value, edit, yaml};

/// Where the objects stand in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Each document is an object.
    Stream,
    /// The items of the one document are the objects.
    ResourceList,
}

/// A text and its objects.
#[derive(Debug)]
pub struct Manifests<'s> {
    source: &'s str,
    documents: Vec<Document<'s>>,
    layout: Layout,
    duplicates: Duplicates,
}

impl<'s> Manifests<'s> {
    /// Reads a text.
    ///
    /// # Errors
    ///
    /// When it is no YAML.
    pub fn parse(source: &'s str, layout: Layout) -> Result<Self, yaml::Error> {
        Self::parse_with(source, layout, Duplicates::Refused)
    }

    /// Reads a stream as istioctl does: of a key that a mapping repeats, the last wins.
    ///
    /// # Errors
    ///
    /// When it is no YAML.
    pub fn parse_leniently(source: &'s str) -> Result<Self, yaml::Error> {
        Self::parse_with(source, Layout::Stream, Duplicates::LastWins)
    }

    fn parse_with(source: &'s str, layout: Layout, duplicates: Duplicates) -> Result<Self, yaml::Error> {
        let documents = yaml::parse_with(source, duplicates)?;
        if layout == Layout::Stream {
            yaml::check(source, &documents)?;
        }
        Ok(Self { source, documents, layout, duplicates })
    }

    /// The text.
    pub fn source(&self) -> &'s str {
        self.source
    }

    /// How the objects stand in it.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// How many documents it has, empty ones included.
    pub fn documents(&self) -> usize {
        self.documents.len()
    }

    /// The roots of its documents.
    pub fn roots(&self) -> impl Iterator<Item = &Node<'s>> {
        self.documents.iter().filter_map(|d| d.root.as_ref())
    }

    /// The nodes of its objects, in their order.
    pub fn objects(&self) -> Vec<&Node<'s>> {
        match self.layout {
            Layout::Stream => self.roots().collect(),
            Layout::ResourceList => {
                self.roots().next().and_then(|r| r.get("items")).map(|i| i.items().iter().collect()).unwrap_or_default()
            }
        }
    }

    /// The documents of a stream that hold its objects, in their order.
    pub fn filled(&self) -> Vec<&Document<'s>> {
        self.documents.iter().filter(|d| d.root.is_some()).collect()
    }

    /// What one document of a stream is read as after these changes of it; nothing where it is no longer one document.
    pub fn reread(&self, document: &Document<'s>, changes: &[Change]) -> Option<Value> {
        let Range { start, end } = document.span;
        let shift = |c: &Change| -> Option<Change> {
            let inside = start <= c.range.start && c.range.end <= end;
            inside.then(|| Change { range: c.range.start - start..c.range.end - start, text: c.text.clone() })
        };
        let before = self.source.get(start..end)?;
        let after = edit::splice(before, &changes.iter().map(shift).collect::<Option<Vec<_>>>()?);
        // The next document starts on a line of its own.
        if before.ends_with('\n') && !after.ends_with('\n') {
            return None;
        }
        let again = Manifests::parse_with(&after, Layout::Stream, self.duplicates).ok()?;
        let mut roots = again.roots();
        roots.next().filter(|_| roots.next().is_none())?.to_value().ok()
    }

    /// The objects, by index, that the text after these changes is not read as: `same` tells whether a value is what the object of an
    /// index must be. Documents of a stream that do not change are not read again.
    pub fn misread(&self, changes: &[Change], same: impl Fn(usize, &Value) -> bool + Sync) -> Vec<usize> {
        let wrong = |(index, value): (usize, Option<Value>)| (!value.is_some_and(|v| same(index, &v))).then_some(index);
        let documents = self.filled();
        let own = |document: &Document<'_>| {
            let first = changes.partition_point(|c| c.range.start < document.span.start);
            let behind = changes.partition_point(|c| c.range.start < document.span.end || document.span.end == self.source.len());
            changes.get(first..behind).unwrap_or_default()
        };
        // What is added where one document ends and the next starts may belong to either.
        let starts: HashSet<usize> = documents.iter().skip(1).map(|d| d.span.start).collect();
        let apart = self.layout == Layout::Stream
            && !changes.iter().any(|c| starts.contains(&c.range.start))
            && documents.iter().map(|d| own(d).len()).sum::<usize>() == changes.len();
        if apart {
            let changed = documents.into_par_iter().enumerate().filter(|(_, d)| !own(d).is_empty());
            return changed.filter_map(|(index, d)| wrong((index, self.reread(d, own(d))))).collect();
        }
        let text = edit::splice(self.source, changes);
        let count = self.objects().len();
        let again = Manifests::parse_with(&text, self.layout, self.duplicates);
        match again.as_ref().map(|again| (again, again.objects())) {
            Ok((again, objects)) if objects.len() == count && again.documents() == self.documents() => {
                let values = objects.into_par_iter().enumerate().map(|(index, node)| (index, node.to_value().ok()));
                values.filter_map(wrong).collect()
            }
            _ => (0..count).collect(),
        }
    }

    /// The values of its objects, in their order.
    ///
    /// # Errors
    ///
    /// The first object that has no value (see [`Node::to_value`]).
    pub fn values(&self) -> Result<Vec<Value>, yaml::Error> {
        self.objects().into_par_iter().map(|node| node.to_value().map_err(|e| e.in_source(self.source))).collect()
    }

    /// The changes of the text that these edits of each object make, in order.
    ///
    /// # Errors
    ///
    /// When an edit does not fit its object.
    pub fn changes(&self, edits: Vec<Option<Vec<Edit>>>) -> Result<Vec<Change>, yaml::Error> {
        // An anchor reaches as far as its document: a list whose items share one is edited as a whole.
        if self.layout == Layout::ResourceList
            && let Some(root) = self.roots().next().filter(|root| root.has_alias())
        {
            let all: Vec<Edit> = edits.iter().enumerate().flat_map(|(i, e)| e.iter().flatten().map(move |e| below_item(i, e))).collect();
            return edit::changes(self.source, root, &all);
        }
        let lines = Positions::of(self.source);
        let changes: Vec<Vec<Change>> = self
            .objects()
            .into_par_iter()
            .zip(edits)
            .map(|(node, edits)| edit::changes_in(&lines, node, &edits.unwrap_or_default()))
            .collect::<Result<_, _>>()?;
        Ok(changes.into_iter().flatten().collect())
    }
}

/// The edit of an item as an edit of the whole list.
fn below_item(index: usize, edit: &Edit) -> Edit {
    let below = |path: &Path| Path::of(["items"]).item(index).join(path);
    let op = match &edit.op {
        Op::Move { from, before } => Op::Move { from: below(from), before: *before },
        other => other.clone(),
    };
    Edit { path: below(&edit.path), op }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn a_wrong_edit_is_caught_when_the_output_is_read_back() {
        let text = "a: 1\n---\nb: 1\n---\nc: 1\n";
        let manifests = Manifests::parse(text, Layout::Stream).unwrap();
        let misread = |range: Range<usize>, written: &str| {
            let change = Change { range, text: written.to_owned() };
            manifests.misread(&[change], |index, value| *value == [json!({"a": 1}), json!({"b": 2}), json!({"c": 1})][index])
        };
        assert_eq!(misread(12..13, "2"), [0_usize; 0]);
        for wrong in ["3", "2\nd: 1", "2\n---\nd: 1", "[2", "\"2\"", "2\n...\nx: 1"] {
            assert_eq!(misread(12..13, wrong), [1], "{wrong:?}");
        }
        // The line's end is gone.
        assert_eq!(misread(12..14, "2"), [1]);
        // Where documents meet, all of the text is read.
        assert!(!misread(14..14, "x: 1\n").is_empty());
    }

    #[test]
    fn an_item_that_a_wrong_edit_of_another_changes_is_caught() {
        let manifests = Manifests::parse("items:\n- a: 1\n- b: 1\n", Layout::ResourceList).unwrap();
        let wrong =
            manifests.misread(&[Change { range: 12..13, text: "1\n  x: 1".into() }], |i, v| *v == [json!({"a": 1}), json!({"b": 1})][i]);
        assert_eq!(wrong, [0]);
        let gone = manifests.misread(&[Change { range: 13..20, text: String::new() }], |_, _| true);
        assert_eq!(gone, [0, 1]);
    }
}
