//! From a path as people write it to a line.

use super::tree::Node;
use super::{Position, parse, position};

/// Where the field of this path (`spec.sidecars[0].pod`) stands in a text; where it is not there, the nearest above it.
pub fn locate(source: &str, path: &str) -> Option<Position> {
    let documents = parse(source).ok()?;
    Some(locate_below(source, documents.first()?.root.as_ref()?, path))
}

/// The same below a node of the text. Keys with dots stand in brackets: `metadata.annotations[example.com/a]`.
pub fn locate_below(source: &str, root: &Node<'_>, path: &str) -> Position {
    let mut node = root;
    let mut start = node.start();
    for step in steps(path) {
        let item = step.strip_suffix(']').and_then(|i| i.parse::<usize>().ok()).and_then(|i| node.items().get(i));
        let key = step.strip_suffix(']').unwrap_or(step);
        let entry = node.entries().iter().find(|e| e.key.as_str() == Some(key));
        (start, node) = match (item, entry) {
            (Some(item), _) => (item.start(), item),
            (None, Some(entry)) => (entry.key.start(), &entry.value),
            (None, None) => break,
        };
    }
    position(source, start)
}

/// The steps of a path; those in brackets end with one.
fn steps(path: &str) -> impl Iterator<Item = &str> {
    let mut rest = path;
    std::iter::from_fn(move || {
        rest = rest.strip_prefix('.').unwrap_or(rest);
        let end = match rest.strip_prefix('[') {
            Some(inside) => {
                rest = inside;
                rest.find(']').map_or(rest.len(), |i| i + 1)
            }
            None => rest.find(['.', '[']).unwrap_or(rest.len()),
        };
        let (step, after) = rest.split_at_checked(end)?;
        rest = after;
        (!step.is_empty()).then_some(step)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_nearest_place_above_is_found() {
        let source = "a:\n  b.c/d: 1\n  list:\n  - x: 1\n  - y: 2\n";
        let at = |path| super::locate(source, path).map(|p| (p.line, p.column));
        assert_eq!(at("a[b.c/d]"), Some((2, 3)));
        assert_eq!(at("a.list[1].y"), Some((5, 5)));
        assert_eq!(at("a.list[7].y"), Some((3, 3)));
        assert_eq!(at("a.none.of.it"), Some((1, 1)));
        assert_eq!(at(""), Some((1, 1)));
    }
}
