//! Tabs where Go's reader of YAML takes spaces only: before the first word of a line, in a comment's line and in an empty one, too.
//! Other readers pass over most of them.

use super::tree::{Kind, Node, ScalarStyle};

/// Where the first of them is.
pub(super) fn stray(source: &str, roots: &[Node<'_>]) -> Option<usize> {
    let mut start = 0;
    for line in source.split_inclusive('\n') {
        let blank = line.len() - line.trim_start_matches([' ', '\t']).len();
        let tab = line.get(..blank).and_then(|blank| blank.find('\t')).map(|at| start + at);
        if let Some(tab) = tab.filter(|tab| !roots.iter().any(|root| takes(source, root, *tab))) {
            return Some(tab);
        }
        start += line.len();
    }
    None
}

/// Whether a place is inside of something in which a tab is as good as a space.
fn takes(source: &str, node: &Node<'_>, at: usize) -> bool {
    let inside = node.start < at && at < node.span.end;
    match &node.kind {
        Kind::Scalar { style: ScalarStyle::Literal | ScalarStyle::Folded, .. } => {
            inside && source.get(node.start..node.span.end).is_some_and(|block| is_text(block, at - node.start))
        }
        Kind::Scalar { .. } | Kind::Sequence { flow: true, .. } | Kind::Mapping { flow: true, .. } => inside,
        Kind::Sequence { items, .. } => items.iter().any(|item| takes(source, item, at)),
        Kind::Mapping { entries, .. } => entries.iter().any(|entry| takes(source, &entry.key, at) || takes(source, &entry.value, at)),
        Kind::Alias { .. } => false,
    }
}

/// Whether a place in a block scalar belongs to its text: behind the indentation, which its first line has in spaces alone.
fn is_text(block: &str, at: usize) -> bool {
    let mut lines = block.split_inclusive('\n').scan(0, |start, line| {
        let from = *start;
        *start += line.len();
        Some((from, line))
    });
    let Some((_, header)) = lines.next() else { return false };
    let spaces = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let Some((first, indentation)) = lines.find(|(_, line)| !line.trim().is_empty()).map(|(from, line)| (from, spaces(line))) else {
        return false;
    };
    let line = block.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
    header.contains(|c: char| c.is_ascii_digit()) || (line > first && at - line >= indentation)
}
