//! Edits applied to a value instead of a text: paths and indices are those of the value before, all edits at once.

use super::edit::{Content, Edit, Op};
use super::tree::{Path, Step, value_at};
use super::value::parse_value;
use crate::Value;

/// The value after these edits.
pub fn apply_to_value(value: &Value, edits: &[Edit]) -> Value {
    rebuild(value, &mut Vec::new(), edits, value)
}

fn content(content: &Content) -> Value {
    match content {
        Content::Value(value) => value.clone(),
        Content::Text(text) => parse_value(text).unwrap_or_else(|_| Value::String(text.clone())),
    }
}

fn rebuild(value: &Value, path: &mut Path, edits: &[Edit], root: &Value) -> Value {
    // Edits at or below this place, and moves out of it.
    let concerns = |e: &Edit| e.path.starts_with(path) || matches!(&e.op, Op::Move { from, .. } if from.starts_with(path));
    if !edits.iter().any(concerns) {
        return value.clone();
    }
    let here = |e: &&Edit| e.path == *path;
    if let Some(replaced) =
        edits.iter().filter(here).find_map(|e| if let Op::Replace { content: c } = &e.op { Some(content(c)) } else { None })
    {
        return replaced;
    }
    match value {
        Value::Object(map) => {
            let mut out = serde_json::Map::with_capacity(map.len());
            for (key, child) in map {
                path.push(Step::Key(key.clone()));
                if !leaves(path, edits) {
                    out.insert(key.clone(), rebuild(child, path, edits, root));
                }
                path.pop();
            }
            out.extend(added_keys(path, edits, root));
            Value::Object(out)
        }
        Value::Array(list) => Value::Array(rebuild_list(list, path, edits, root)),
        _ => {
            let added: serde_json::Map<String, Value> = added_keys(path, edits, root).collect();
            let items = rebuild_list(&[], path, edits, root);
            if !added.is_empty() {
                Value::Object(added)
            } else if items.is_empty() {
                value.clone()
            } else {
                Value::Array(items)
            }
        }
    }
}

fn added_keys(path: &Path, edits: &[Edit], root: &Value) -> impl Iterator<Item = (String, Value)> {
    edits.iter().filter(|e| e.path == *path).filter_map(move |e| {
        let Op::InsertKey { key, content: c } = &e.op else { return None };
        let mut below: Path = path.iter().cloned().chain([Step::Key(key.clone())]).collect();
        Some((key.clone(), rebuild(&content(c), &mut below, edits, root)))
    })
}

fn rebuild_list(list: &[Value], path: &mut Path, edits: &[Edit], root: &Value) -> Vec<Value> {
    let mut out = Vec::with_capacity(list.len());
    for index in 0..=list.len() {
        for edit in edits.iter().filter(|e| e.path == *path) {
            match &edit.op {
                Op::InsertItem { before, content: c } if at(*before, list.len()) == index => out.push(content(c)),
                Op::Move { from, before } if at(*before, list.len()) == index => {
                    if let Some(moved) = value_at(root, from) {
                        out.push(rebuild(moved, &mut from.clone(), edits, root));
                    }
                }
                _ => {}
            }
        }
        let Some(item) = list.get(index) else { break };
        path.push(Step::Index(index));
        if !leaves(path, edits) {
            out.push(rebuild(item, path, edits, root));
        }
        path.pop();
    }
    out
}

fn at(before: usize, length: usize) -> usize {
    before.min(length)
}

/// Whether what stands at this place is deleted or moved away.
fn leaves(path: &Path, edits: &[Edit]) -> bool {
    edits.iter().any(|e| match &e.op {
        Op::Delete => e.path == *path,
        Op::Move { from, .. } => from == path,
        _ => false,
    })
}
