//! From a path to where it stands in a text.

use super::error::{Position, Positions};
use super::path::Step;
use super::tree::Node;

/// Where the field of this path below a node stands; where it is not there, the nearest above it. `lines` are those of the node's text.
pub fn locate(lines: &Positions<'_>, root: &Node<'_>, path: &[Step]) -> Position {
    lines.at(walk(root, path).0)
}

/// Where the field of this path below a node stands, if it is there. `lines` are those of the node's text.
pub fn locate_exactly(lines: &Positions<'_>, root: &Node<'_>, path: &[Step]) -> Option<Position> {
    let (start, node) = walk(root, path);
    node.map(|_| lines.at(start))
}

/// The text of the value at this path below a node of a source, as it is written.
pub fn written_at<'s>(source: &'s str, root: &Node<'_>, path: &[Step]) -> Option<&'s str> {
    let (_, node) = walk(root, path);
    source.get(node?.span())
}

/// The offset of the field or the nearest above it, and its value where it is the field.
fn walk<'n, 's>(root: &'n Node<'s>, path: &[Step]) -> (usize, Option<&'n Node<'s>>) {
    let (mut node, mut start) = (root, root.start());
    for step in path {
        let next = match step {
            Step::Key(key) => node.entries().iter().find(|e| e.key.as_str() == Some(key)).map(|e| (e.key.start(), &e.value)),
            Step::Index(index) => node.items().get(*index).map(|item| (item.start(), item)),
        };
        let Some(next) = next else { return (start, None) };
        (start, node) = next;
    }
    (start, Some(node))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::yaml::{Path, parse};

    #[test]
    fn finds_keys_items_and_keys_with_dots() {
        let text = "metadata:\n  labels:\n    a.b/c: x\n    1: y\nitems:\n- name: y\n";
        let (documents, lines) = (parse(text).unwrap(), Positions::of(text));
        let root = documents.first().unwrap().root.as_ref().unwrap();
        let line = |path: Path| {
            let place = locate(&lines, root, &path);
            (place.line, place.column)
        };
        assert_eq!(line(Path::of(["metadata", "labels", "a.b/c"])), (3, 5));
        assert_eq!(line(Path::of(["metadata", "labels", "1"])), (4, 5));
        assert_eq!(line(Path::of(["items"]).item(0).key("name")), (6, 3));
        assert_eq!(line(Path::of(["items"]).item(7).key("name")), (5, 1), "the nearest above");
        assert_eq!(locate_exactly(&lines, root, &Path::of(["items"]).item(7)), None);
    }
}
