//! Keeps kpt from giving a comment to the wrong line.
//!
//! After a function, kpt finds each item of the input again by its id and copies its comments to the output **by list
//! index**, wherever the output has none. Where an item was inserted before others, the injected one would get the comments
//! of the item that stood there, setters (`# kpt-set`) included. We keep all comments ourselves, so such an item is
//! given back without its id, and kpt takes its text as it is.

use crate::edit::{Edit, Op};
use crate::kubernetes::hosts::KPT_IDS;
use crate::yaml::{Node, Path, Step};

/// The edits that remove the ids of an item, where these edits of it shift commented list items or an
/// earlier injection was undone.
pub(super) fn forget_ids(source: &str, item: &Node<'_>, edits: &[Edit], undone: bool) -> Vec<Edit> {
    if !undone && !edits.iter().any(|edit| shifts_comments(source, item, edit)) {
        return Vec::new();
    }
    let annotations = Path::of(["metadata", "annotations"]);
    let Some(present) = item.at(&annotations) else { return Vec::new() };
    KPT_IDS.iter().filter(|id| present.own(id).is_some()).map(|id| Edit { path: annotations.join([*id]), op: Op::Delete }).collect()
}

/// Whether an edit changes the index of an item in a list that has comments.
fn shifts_comments(source: &str, item: &Node<'_>, edit: &Edit) -> bool {
    match &edit.op {
        Op::InsertItem { before, .. } => shifts(source, item, &edit.path, *before),
        Op::Move { from, before } => {
            shifts(source, item, &edit.path, *before) || in_list(from).is_some_and(|(list, index)| shifts(source, item, list, index))
        }
        Op::Delete => in_list(&edit.path).is_some_and(|(list, index)| shifts(source, item, list, index)),
        Op::InsertKey { .. } | Op::Replace { .. } => false,
    }
}

/// The list and the index that a path leads to, if it leads to an item.
fn in_list(path: &[Step]) -> Option<(&[Step], usize)> {
    match path.split_last()? {
        (Step::Index(index), list) => Some((list, *index)),
        _ => None,
    }
}

/// Whether something that comes to this index of a list, or goes from there, shifts items of a list that has comments.
fn shifts(source: &str, item: &Node<'_>, list: &[Step], index: usize) -> bool {
    let Some(list) = item.at(list) else { return false };
    // The comments of the last item may stand behind it, on its own lines and below.
    let end = source.get(list.span().end..).and_then(|rest| rest.find('\n')).map_or(source.len(), |i| list.span().end + i);
    let commented = source.get(list.span().start..end).is_some_and(|text| text.contains('#'));
    let above =
        source.get(..list.span().start).and_then(|t| t.trim_end_matches(' ').strip_suffix('\n')).and_then(|t| t.lines().next_back());
    let commented = commented || above.is_some_and(|line| line.trim_start().starts_with('#'));
    index < list.items().len() && commented
}
