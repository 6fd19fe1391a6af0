//! The lines of a text on which an object stands.

use std::ops::Range;

use crate::kubernetes::hosts::is_of_one_run;
use crate::yaml::Node;

/// The whole lines on which a node stands, without the last line's end.
pub(super) fn window(source: &str, node: &Node<'_>) -> Range<usize> {
    let start = source.get(..node.start()).and_then(|s| s.rfind('\n')).map_or(0, |i| i + 1);
    let end = node.span().end;
    let end = source.get(end..).and_then(|s| s.find('\n')).map_or(source.len(), |i| end + i);
    start..end.max(start)
}

/// How far a node is indented, in bytes.
pub(super) fn column(source: &str, node: &Node<'_>, line_start: usize) -> usize {
    let before = source.get(line_start..node.start()).unwrap_or_default();
    // Something else before it on its line (`items: [{…}]`): the lines stay as they are.
    if before.bytes().all(|b| b == b' ' || b == b'-') { before.len() } else { 0 }
}

/// An object's own lines, as they are shown.
pub(super) fn own_lines(source: &str, node: &Node<'_>) -> String {
    let window = window(source, node);
    dedented(source.get(window.clone()).unwrap_or_default(), column(source, node, window.start))
}

/// The same lines without the list item's dash and indentation and without what hosts put there, with a line end at the end.
pub(super) fn dedented(text: &str, column: usize) -> String {
    let mut out = String::with_capacity(text.len() + 1);
    for line in text.lines() {
        // Nobody wants to see them, and they differ from run to run.
        if line.trim_start().split_once(':').is_some_and(|(key, _)| is_of_one_run(key)) {
            continue;
        }
        let indented = line.bytes().take(column).all(|b| b == b' ' || b == b'-');
        out.push_str(if indented { line.get(column..).unwrap_or_default() } else { line.trim_start() });
        out.push('\n');
    }
    out
}
