//! What readers of YAML take differently: it is refused where it stands.

use std::collections::HashSet;

use super::error::{Error, position};
use super::tree::{Entry, Kind, Node, ScalarStyle};

/// From this many keys on, duplicates are found by hashing.
const MANY_KEYS: usize = 12;

/// That a plain text within brackets starts with a question mark.
pub(super) fn question_mark(source: &str, at: usize) -> Error {
    Error::at(source, at, "some readers take this question mark for the start of a key; quote the text")
}

/// Refuses a plain key with a comma or a bracket right behind its colon, as in `[a:, b]`, in a text as the parser reads it.
pub(super) fn colon(source: &str, parsed: &str, key: &Node<'_>) -> Result<(), Error> {
    let behind = parsed.get(key.span.end..).unwrap_or_default().trim_start_matches([' ', '\t']).as_bytes();
    if matches!(key.kind, Kind::Scalar { style: ScalarStyle::Plain, .. }) && matches!(behind, [b':', b',' | b']' | b'}', ..]) {
        let message = "some readers take this colon for a part of the text before it; write a space behind it";
        return Err(Error::at(source, key.span.end, message));
    }
    Ok(())
}

/// Refuses an anchor whose name ends earlier for kubectl.
pub(super) fn anchor(source: &str, node: &Node<'_>) -> Result<(), Error> {
    let properties = source.get(node.start..node.span.start).unwrap_or_default();
    let name = properties.split_whitespace().find_map(|word| word.strip_prefix('&')).unwrap_or_default();
    match name.chars().find(|c| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_')) {
        Some(c) => {
            let message = format!("{c:?} is part of an anchor's name here, and not for kubectl; rename the anchor");
            Err(Error::at(source, node.start, message))
        }
        None => Ok(()),
    }
}

/// Refuses a key that a mapping has twice.
pub(super) fn duplicates(source: &str, entries: &[Entry<'_>]) -> Result<(), Error> {
    let twice = |first: &Entry<'_>, second: &Entry<'_>| {
        let key = second.key.as_str().unwrap_or_default();
        let first = position(source, first.key.start);
        Error::at(source, second.key.start, format!("key {key:?} is there already, at {first}; remove one of them"))
    };
    let keys = entries.iter().filter(|e| !e.is_merge()).filter_map(|e| Some((e.key.as_str()?, e)));
    if entries.len() < MANY_KEYS {
        for (i, (key, entry)) in keys.clone().enumerate() {
            if let Some((_, first)) = keys.clone().take(i).find(|(k, _)| *k == key) {
                return Err(twice(first, entry));
            }
        }
        return Ok(());
    }
    let mut seen: HashSet<&str> = HashSet::with_capacity(entries.len());
    for (key, entry) in keys.clone() {
        if !seen.insert(key) {
            let first = keys.clone().find(|(k, _)| *k == key).map_or(entry, |(_, e)| e);
            return Err(twice(first, entry));
        }
    }
    Ok(())
}
