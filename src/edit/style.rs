//! The style of a document: what most of its lists and mappings do.

use super::lines::Lines;
use crate::yaml::{FlowStyle, Kind, Literal, Node, Quoting, ScalarStyle, Style};

/// The prevailing style of a tree.
pub(super) fn prevailing(lines: &Lines<'_>, root: &Node<'_>) -> Style {
    let mut votes = Votes::default();
    votes.count(lines, root, None);
    Style {
        mapping: votes.mapping.winner().unwrap_or(2),
        list: votes.list.winner().unwrap_or(0),
        quoting: Quoting { letters_are_text: letters_are_text(root), ..Quoting::default() },
        literal: Literal::Any,
    }
}

/// Whether the document is none that kubectl reads.
fn letters_are_text(root: &Node<'_>) -> bool {
    root.get("apiVersion").is_none()
}

#[derive(Default)]
struct Votes {
    mapping: Tally,
    list: Tally,
}

/// How often each indentation occurs; the first to reach the highest count wins.
#[derive(Default)]
struct Tally(Vec<(usize, usize)>);

impl Tally {
    fn add(&mut self, indentation: usize) {
        match self.0.iter_mut().find(|(i, _)| *i == indentation) {
            Some((_, n)) => *n += 1,
            None => self.0.push((indentation, 1)),
        }
    }

    fn winner(&self) -> Option<usize> {
        self.0.iter().rev().max_by_key(|(_, n)| *n).map(|(i, _)| *i)
    }
}

impl Votes {
    /// Counts below a node whose parent's key stands at this column.
    fn count(&mut self, lines: &Lines<'_>, node: &Node<'_>, parent: Option<usize>) {
        match node.kind() {
            Kind::Mapping { entries, flow: false } => {
                let column = lines.column(node.span().start);
                if let Some(step) = parent.and_then(|p| column.checked_sub(p)).filter(|s| *s > 0) {
                    self.mapping.add(step);
                }
                entries.iter().for_each(|e| self.count(lines, &e.value, Some(column)));
            }
            Kind::Sequence { items, flow: false } => {
                if let Some(step) = parent.and_then(|p| lines.column(node.span().start).checked_sub(p)) {
                    self.list.add(step);
                }
                items.iter().for_each(|i| self.count(lines, i, None));
            }
            _ => {}
        }
    }
}

/// The style of a flow collection within the outermost one that it stands in.
pub(super) fn of_flow(lines: &Lines<'_>, outermost: &Node<'_>, quoting: Quoting) -> FlowStyle {
    let mut style = FlowStyle { json: false, colon_space: true, comma_space: true, quoting: Quoting { flow: true, ..quoting }, step: None };
    if let Some((key, value)) = first_entry(outermost) {
        style.json = matches!(key.kind(), Kind::Scalar { style: ScalarStyle::Double, .. });
        if style.json {
            style.colon_space = lines.text(key.span().end, value.start()).contains(' ');
            style.comma_space = style.colon_space;
        }
    }
    if let Some(comma_space) = first_comma(lines, outermost) {
        style.comma_space = comma_space;
    }
    style
}

fn children<'t, 's>(node: &'t Node<'s>) -> Vec<&'t Node<'s>> {
    match node.kind() {
        Kind::Sequence { items, .. } => items.iter().collect(),
        Kind::Mapping { entries, .. } => entries.iter().map(|e| &e.value).collect(),
        _ => Vec::new(),
    }
}

fn first_entry<'t, 's>(node: &'t Node<'s>) -> Option<(&'t Node<'s>, &'t Node<'s>)> {
    match node.kind() {
        Kind::Mapping { entries, .. } => entries.first().map(|e| (&e.key, &e.value)),
        _ => children(node).into_iter().find_map(first_entry),
    }
}

/// Whether a space stands behind the first comma.
fn first_comma(lines: &Lines<'_>, node: &Node<'_>) -> Option<bool> {
    let gaps = crate::yaml::extents(node);
    let mut pairs = gaps.iter().zip(gaps.iter().skip(1));
    if let Some((first, second)) = pairs.next() {
        return Some(lines.text(first.end, second.start).contains([' ', '\n']));
    }
    children(node).into_iter().find_map(|child| first_comma(lines, child))
}
