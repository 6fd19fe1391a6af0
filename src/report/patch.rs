//! The difference of two objects as a JSON Patch (RFC 6902).

use foldhash::HashMap;
use json_patch::jsonptr::PointerBuf;
use json_patch::{AddOperation, MoveOperation, Patch, PatchOperation, RemoveOperation, ReplaceOperation, TestOperation};
use serde_json::Map;
use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::Value;
use crate::edit::by_key;
use crate::kubernetes::merge_key;

/// The operations that make `after` of `before`, list orders included. Items of Kubernetes lists are told apart by their merge
/// key, so that what is added to a list is one operation.
pub fn json_patch(before: &Value, after: &Value) -> Patch {
    let mut writer = Writer { guarded: false, operations: Vec::new() };
    writer.compare(&PointerBuf::root(), before, after);
    Patch(writer.operations)
}

/// The same with `test` operations: it fails where the object is no longer as it was in what the patch changes, instead of
/// changing something else.
pub fn guarded_json_patch(before: &Value, after: &Value) -> Patch {
    let mut writer = Writer { guarded: true, operations: Vec::new() };
    writer.compare(&PointerBuf::root(), before, after);
    Patch(writer.operations)
}

/// Whether a patch, read back, makes `after` of `before`. That nothing is null where something comes is left out: RFC 6902 cannot
/// say it.
pub(super) fn makes(patch: &Patch, before: &Value, after: &Value) -> bool {
    let is_said = |operation: &&PatchOperation| !matches!(operation, PatchOperation::Test(test) if test.value.is_null());
    let said = Patch(patch.0.iter().filter(is_said).cloned().collect());
    let mut made = before.clone();
    json_patch::patch(&mut made, &said).is_ok() && made == *after
}

struct Writer {
    guarded: bool,
    operations: Vec<PatchOperation>,
}

impl Writer {
    fn compare(&mut self, path: &PointerBuf, before: &Value, after: &Value) {
        match (before, after) {
            _ if before == after => {}
            (Value::Object(b), Value::Object(a)) => self.maps(path, b, a),
            (Value::Array(b), Value::Array(a)) => self.lists(path, b, a),
            _ => {
                self.test(path, before);
                self.operations.push(PatchOperation::Replace(ReplaceOperation { path: path.clone(), value: after.clone() }));
            }
        }
    }

    fn maps(&mut self, path: &PointerBuf, before: &Map<String, Value>, after: &Map<String, Value>) {
        for (key, old) in before.iter().filter(|(key, _)| !after.contains_key(*key)) {
            self.remove(path.with_trailing_token(key), old);
        }
        for (key, new) in after {
            let path = path.with_trailing_token(key);
            match before.get(key) {
                Some(old) => self.compare(&path, old, new),
                None => {
                    self.test_absent(&path);
                    self.add(path, new);
                }
            }
        }
    }

    fn lists(&mut self, path: &PointerBuf, before: &[Value], after: &[Value]) {
        let key = path.last().and_then(|name| merge_key(&name.decoded()));
        let keyed = key.and_then(|key| Some((key, by_key(before, key)?, by_key(after, key)?)));
        match keyed {
            Some((key, old, new)) => self.keyed(path, key, (before, &old), (after, &new)),
            None => self.sequences(path, before, after),
        }
    }

    fn keyed(&mut self, path: &PointerBuf, key: &str, (before, old): Keyed<'_>, (after, new): Keyed<'_>) {
        let id = |item: &Value| item.get(key).cloned().unwrap_or_default();
        for (index, item) in before.iter().enumerate().rev().filter(|(_, item)| !new.contains_key(&id(item))) {
            let path = path.with_trailing_token(index);
            self.test_key(&path, key, item);
            self.operations.push(PatchOperation::Remove(RemoveOperation { path }));
        }
        // What is left, in the order that it has so far; before each step, all up to `index` is as it must be.
        let mut left: Vec<&Value> = before.iter().filter(|item| new.contains_key(&id(item))).collect();
        for (index, item) in after.iter().enumerate() {
            let here = path.with_trailing_token(index);
            let Some(known) = old.get(&id(item)).and_then(|i| before.get(*i)) else {
                match left.get(index) {
                    Some(next) => {
                        self.test_key(&here, key, next);
                        self.add(here, item);
                    }
                    None => self.add(path.with_trailing_token("-"), item),
                }
                left.insert(index.min(left.len()), item);
                continue;
            };
            let from = left.iter().position(|l| id(l) == id(item)).unwrap_or(index);
            if from != index {
                let from_path = path.with_trailing_token(from);
                self.test_key(&from_path, key, item);
                self.operations.push(PatchOperation::Move(MoveOperation { from: from_path, path: here.clone() }));
                let moved = left.remove(from);
                left.insert(index, moved);
            } else if known != item {
                self.test_key(&here, key, item);
            }
            self.compare(&here, known, item);
        }
    }

    /// Lists whose items have no key: by what is equal, and by position between that.
    fn sequences(&mut self, path: &PointerBuf, before: &[Value], after: &[Value]) {
        let texts = |list: &[Value]| list.iter().map(Value::to_string).collect::<Vec<_>>();
        let operations = capture_diff_slices(Algorithm::Myers, &texts(before), &texts(after));
        // How long the list is at each moment: what comes to its end is written as such.
        let mut length = before.len();
        for operation in operations {
            let (old, new) = (operation.old_range(), operation.new_range());
            if matches!(operation, DiffOp::Equal { .. }) {
                continue;
            }
            let (old, new_items) = (before.get(old).unwrap_or_default(), after.get(new.clone()).unwrap_or_default());
            for ((index, old), new) in new.clone().zip(old).zip(new_items) {
                self.compare(&path.with_trailing_token(index), old, new);
            }
            let paired = old.len().min(new_items.len());
            let index = new.start + paired;
            for gone in old.get(paired..).unwrap_or_default() {
                self.remove(path.with_trailing_token(index), gone);
                length -= 1;
            }
            for (added, item) in (index..).zip(new_items.get(paired..).unwrap_or_default()) {
                let end = added == length;
                self.add(if end { path.with_trailing_token("-") } else { path.with_trailing_token(added) }, item);
                length += 1;
            }
        }
    }

    fn add(&mut self, path: PointerBuf, value: &Value) {
        self.operations.push(PatchOperation::Add(AddOperation { path, value: value.clone() }));
    }

    fn remove(&mut self, path: PointerBuf, old: &Value) {
        self.test(&path, old);
        self.operations.push(PatchOperation::Remove(RemoveOperation { path }));
    }

    /// Fails the patch where this value is no longer there.
    fn test(&mut self, path: &PointerBuf, value: &Value) {
        if self.guarded && (value.is_string() || value.is_number() || value.is_boolean()) {
            self.operations.push(PatchOperation::Test(TestOperation { path: path.clone(), value: value.clone() }));
        }
    }

    /// Fails the patch where something has come here, which adding would replace without a word. That nothing is null is the
    /// reading of kustomize's JSON patches; RFC 6902 has no way to say it. Among an object's own annotations, kustomize keeps some
    /// of its own while it builds.
    fn test_absent(&mut self, path: &PointerBuf) {
        if self.guarded && path.as_str() != "/metadata/annotations" {
            self.operations.push(PatchOperation::Test(TestOperation { path: path.clone(), value: Value::Null }));
        }
    }

    /// Fails the patch where another item stands here.
    fn test_key(&mut self, path: &PointerBuf, key: &str, item: &Value) {
        if let Some(value) = item.get(key) {
            self.test(&path.with_trailing_token(key), value);
        }
    }
}

/// Items, and where they stand by the value of their key.
type Keyed<'v> = (&'v [Value], &'v HashMap<&'v Value, usize>);

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_patch_that_makes_something_else_is_caught() {
        let (before, after) = (json!({"a": [{"name": "x"}]}), json!({"a": [{"name": "y"}, {"name": "x", "b": 1}], "c": null}));
        for patch in [json_patch(&before, &after), guarded_json_patch(&before, &after)] {
            assert!(makes(&patch, &before, &after));
            assert!(!makes(&patch, &before, &json!({"a": []})));
            assert!(!makes(&patch, &json!({"a": 1}), &after));
        }
        assert!(!makes(&Patch(Vec::new()), &before, &after));
    }
}
