//! Every folder of `tests/edit_cases` is a case: `before.yaml`, changed by `patch.json` (RFC 6902), must come out as
//! `after.yaml`, byte for byte. Cases with an alias compare as values where bytes are free to differ.
use std::fmt::Write as _;

use sidecarize::Value;
use sidecarize::internals::{edit, yaml};

/// The operations of RFC 6902 that the cases use.
fn patched(before: &Value, patch: &Value) -> Value {
    let mut value = before.clone();
    for operation in patch.as_array().unwrap() {
        let path = operation["path"].as_str().unwrap();
        match operation["op"].as_str().unwrap() {
            "add" => add(&mut value, path, operation["value"].clone()),
            "replace" => *value.pointer_mut(path).unwrap() = operation["value"].clone(),
            "remove" => drop(remove(&mut value, path)),
            "move" => {
                let moved = remove(&mut value, operation["from"].as_str().unwrap());
                add(&mut value, path, moved);
            }
            other => panic!("unknown operation {other}"),
        }
    }
    value
}

fn parent<'v>(value: &'v mut Value, path: &str) -> (&'v mut Value, String) {
    let (parent, last) = path.rsplit_once('/').unwrap();
    (value.pointer_mut(parent).unwrap(), last.replace("~1", "/").replace("~0", "~"))
}

fn add(value: &mut Value, path: &str, new: Value) {
    let (parent, last) = parent(value, path);
    match parent {
        Value::Object(map) => drop(map.insert(last, new)),
        Value::Array(list) if last == "-" => list.push(new),
        Value::Array(list) => list.insert(last.parse().unwrap(), new),
        other => panic!("{path}: cannot add to {other}"),
    }
}

fn remove(value: &mut Value, path: &str) -> Value {
    let (parent, last) = parent(value, path);
    match parent {
        Value::Object(map) => map.shift_remove(&last).unwrap(),
        Value::Array(list) => list.remove(last.parse().unwrap()),
        other => panic!("{path}: cannot remove from {other}"),
    }
}

fn edited(source: &str, patch: &Value) -> String {
    let documents = yaml::parse(source).unwrap();
    let root = documents.iter().find_map(|d| d.root.as_ref()).unwrap();
    let before = root.to_value().unwrap();
    let after = patched(&before, patch);
    edit::apply(source, root, &edit::diff(&before, after.clone())).unwrap()
}

#[test]
fn edits_give_exactly_these_bytes() {
    let cases = crate::support::folder::fixtures("edit_cases");
    assert!(cases.len() >= 70, "only {} cases", cases.len());
    let mut failures = String::new();
    for case in &cases {
        let read = |name: &str| std::fs::read_to_string(case.join(name)).unwrap();
        let (before, expected) = (read("before.yaml"), read("after.yaml"));
        let text = edited(&before, &serde_json::from_str(&read("patch.json")).unwrap());
        let name = case.file_name().unwrap().to_string_lossy();
        if text != expected {
            writeln!(
                failures,
                "== {name}\n{}",
                similar::TextDiff::from_lines(&expected, &text).unified_diff().header("expected", "edited")
            )
            .unwrap();
        }
    }
    assert!(failures.is_empty(), "{failures}");
}
