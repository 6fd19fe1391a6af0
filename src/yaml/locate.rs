//! From a path as people write it to a line.

use super::error::{Position, position};
use super::stream::parse;
use super::tree::Node;

/// Where the field of this path (`spec.sidecars[0].pod`, `metadata.labels[example.com/team]`) stands in a text; where it is not
/// there, the nearest above it.
pub fn locate(source: &str, path: &str) -> Option<Position> {
    let documents = parse(source).ok()?;
    let root = documents.first()?.root.as_ref()?;
    Some(position(source, locate_in(root, path)))
}

/// The offset of the field of this path below a node; where it is not there, of the nearest above it.
pub fn locate_in(root: &Node<'_>, path: &str) -> usize {
    walk(root, path).0
}

/// The text of the value at this path below a node of a source, as it is written.
pub fn written_at<'s>(source: &'s str, root: &Node<'_>, path: &str) -> Option<&'s str> {
    let (_, node) = walk(root, path);
    source.get(node?.span())
}

/// The offset of the field of this path below a node, where it is there.
pub fn locate_exactly(root: &Node<'_>, path: &str) -> Option<usize> {
    let (start, node) = walk(root, path);
    node.map(|_| start)
}

/// The offset of the field or the nearest above it, and its value where it is the field.
fn walk<'n, 's>(root: &'n Node<'s>, path: &str) -> (usize, Option<&'n Node<'s>>) {
    let (mut node, mut start) = (root, root.start());
    for part in parts(path) {
        let entry = node.entries().iter().find(|e| e.key.as_str() == Some(part));
        let item = part.parse::<usize>().ok().and_then(|index| node.items().get(index));
        (start, node) = match (entry, item) {
            (Some(entry), _) => (entry.key.start(), &entry.value),
            (None, Some(item)) => (item.start(), item),
            (None, None) => return (start, None),
        };
    }
    (start, Some(node))
}

/// The keys and indices of a path; what stands in brackets may have dots.
fn parts(path: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        let (part, after) = match rest.strip_prefix('[') {
            Some(inner) => inner.split_once(']').unwrap_or((inner, "")),
            None => {
                let end = rest.find(['.', '[']).unwrap_or(rest.len());
                rest.split_at(end)
            }
        };
        parts.push(part);
        rest = after.strip_prefix('.').unwrap_or(after);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_keys_items_and_keys_with_dots() {
        let text = "metadata:\n  labels:\n    a.b/c: x\nitems:\n- name: y\n";
        let line = |path| locate(text, path).map(|p| (p.line, p.column));
        assert_eq!(line("metadata.labels[a.b/c]"), Some((3, 5)));
        assert_eq!(line("items[0].name"), Some((5, 3)));
        assert_eq!(line("items[7].name"), Some((4, 1)), "the nearest above");
    }
}
