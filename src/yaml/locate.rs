//! From a path as people write it to a line.

use super::tree::Node;
use super::{Position, parse, position};

/// Where the field of this path (`spec.sidecars[0].pod`) stands in a text; where it is not there, the nearest above it.
pub fn locate(source: &str, path: &str) -> Option<Position> {
    let documents = parse(source).ok()?;
    let mut node: &Node<'_> = documents.first()?.root.as_ref()?;
    let mut start = node.start();
    for part in path.split('.') {
        let (key, indices) = part.split_once('[').map_or((part, ""), |(k, i)| (k, i));
        let Some(entry) = node.entries().iter().find(|e| e.key.as_str() == Some(key)) else { break };
        start = entry.key.start();
        node = &entry.value;
        for index in indices.split(['[', ']']).filter_map(|i| i.parse::<usize>().ok()) {
            let Some(item) = node.items().get(index) else { break };
            start = item.start();
            node = item;
        }
    }
    Some(position(source, start))
}
