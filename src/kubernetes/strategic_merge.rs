//! Strategic merge patch, as the API server and kubectl do it.
//!
//! Source: Kubernetes' description of strategic merge patch (directives `$patch`, `$retainKeys`, `$setElementOrder/…`,
//! `$deleteFromPrimitiveList/…`); the order of merged lists is checked against `kubectl patch --local --type strategic`.

use serde_json::Map;

use super::error::Error;
use super::fields;
use super::fields::{Field, Shape};
use crate::Value;
use crate::yaml::Path;

const PATCH: &str = "$patch";
const RETAIN_KEYS: &str = "$retainKeys";
const SET_ORDER: &str = "$setElementOrder/";
const DELETE_FROM: &str = "$deleteFromPrimitiveList/";

/// The object that comes of a patch to an object of this Kubernetes type (`PodTemplateSpec`, `Container`, …).
///
/// Fields that the type does not have are merged by their shape: maps merge, everything else is replaced.
///
/// # Errors
///
/// When a list stands where a map belongs or the other way round, when an element lacks its list's merge key, or when a directive is malformed.
pub fn strategic_merge(original: Value, patch: Value, kind: &str) -> Result<Value, Error> {
    let root = At { parent: None, step: Here::Root };
    let patch = into_map(patch, &root)?;
    let mut merged = match original {
        Value::Null => Map::new(),
        other => into_map(other, &root)?,
    };
    merge_map(&mut merged, patch, Some(kind), &root)?;
    Ok(Value::Object(merged))
}

/// Where in the object the merge is: a chain to the root, walked only when something is wrong.
struct At<'a> {
    parent: Option<&'a At<'a>>,
    step: Here<'a>,
}

/// The last step of the way there.
enum Here<'a> {
    Root,
    Key(&'a str),
    Index(usize),
}

impl At<'_> {
    fn key<'a>(&'a self, key: &'a str) -> At<'a> {
        At { parent: Some(self), step: Here::Key(key) }
    }

    fn index(&self, index: usize) -> At<'_> {
        At { parent: Some(self), step: Here::Index(index) }
    }

    fn path(&self) -> Path {
        let before = self.parent.map(At::path).unwrap_or_default();
        match self.step {
            Here::Root => before,
            Here::Key(key) => before.key(key),
            Here::Index(index) => before.item(index),
        }
    }

    fn directive(&self, directive: &str, reason: impl Into<String>) -> Error {
        Error::Directive { path: self.path(), directive: directive.to_owned(), reason: reason.into() }
    }

    fn wrong(&self, expected: &'static str, found: &Value) -> Error {
        Error::WrongShape { path: self.path(), expected, found: name(found) }
    }
}

fn name(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a bool",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "a map",
    }
}

fn as_map<'v>(value: &'v Value, at: &At<'_>) -> Result<&'v Map<String, Value>, Error> {
    value.as_object().ok_or_else(|| at.wrong("a map", value))
}

fn into_map(value: Value, at: &At<'_>) -> Result<Map<String, Value>, Error> {
    match value {
        Value::Object(map) => Ok(map),
        other => Err(at.wrong("a map", &other)),
    }
}

/// Refuses a value whose shape is not that of the field.
fn check_shape(field: Option<&Field>, value: &Value, at: &At<'_>) -> Result<(), Error> {
    match field.map(Field::shape) {
        Some(Shape::List(_)) if !value.is_array() && !value.is_null() => Err(at.wrong("a list", value)),
        Some(Shape::Struct(_) | Shape::Map(_)) if !value.is_object() && !value.is_null() => Err(at.wrong("a map", value)),
        _ => Ok(()),
    }
}

/// The type of a field's values, or of its list's elements.
fn kind_of(field: Option<&Field>) -> Option<&str> {
    match field?.shape() {
        Shape::Struct(kind) | Shape::List(kind) => Some(kind),
        Shape::Map(_) | Shape::Scalar(_) => None,
    }
}

fn merge_map(original: &mut Map<String, Value>, mut patch: Map<String, Value>, kind: Option<&str>, at: &At<'_>) -> Result<(), Error> {
    match patch.get(PATCH) {
        None => {}
        Some(Value::String(directive)) if directive == "merge" => {}
        Some(Value::String(directive)) if directive == "replace" => {
            patch.shift_remove(PATCH);
            *original = patch;
            return Ok(());
        }
        Some(Value::String(directive)) if directive == "delete" => {
            original.clear();
            return Ok(());
        }
        Some(other) => return Err(at.directive(PATCH, format!("must be merge, replace or delete, not {other}"))),
    }
    if let Some(keys) = patch.get(RETAIN_KEYS) {
        retain_keys(original, &patch, keys, at)?;
    }
    let mut ordered = Vec::new();
    for (key, order) in &patch {
        if let Some(list) = key.strip_prefix(SET_ORDER) {
            set_order(original, patch.get(list), order, kind, &at.key(list))?;
            ordered.push(list.to_owned());
        }
    }
    for (key, value) in patch {
        if let Some(list) = key.strip_prefix(DELETE_FROM) {
            delete_from(original, list, &value, at)?;
        } else if !is_directive(&key) && !ordered.contains(&key) {
            let field = kind.and_then(|k| fields::field(k, &key));
            merge_field(original, &key, value, field, &at.key(&key))?;
        }
    }
    Ok(())
}

fn merge_field(original: &mut Map<String, Value>, key: &str, value: Value, field: Option<&Field>, at: &At<'_>) -> Result<(), Error> {
    if value.is_null() {
        original.shift_remove(key);
        return Ok(());
    }
    check_shape(field, &value, at)?;
    let Some(slot) = original.get_mut(key) else {
        original.insert(key.to_owned(), fresh(value));
        return Ok(());
    };
    check_shape(field, slot, at)?;
    match (&mut *slot, value) {
        (Value::Object(before), Value::Object(patch)) if !field.is_some_and(Field::replaces) => {
            merge_map(before, patch, kind_of(field), at)
        }
        (Value::Array(before), Value::Array(patch)) => {
            *before = merge_list(std::mem::take(before), patch, field, at)?;
            Ok(())
        }
        (_, value) => {
            *slot = fresh(value);
            Ok(())
        }
    }
}

/// A value of the patch as it stands where the original has nothing: without nulls, which delete, and without directives.
fn fresh(mut value: Value) -> Value {
    freshen(&mut value);
    value
}

fn freshen(value: &mut Value) {
    match value {
        Value::Object(map) => {
            let keeps = |key: &String, value: &Value| !value.is_null() && !is_directive(key);
            if !map.iter().all(|(key, value)| keeps(key, value)) {
                map.retain(|key, value| keeps(key, value));
            }
            map.values_mut().for_each(freshen);
        }
        Value::Array(list) => {
            list.retain(|v| v.get(PATCH).is_none_or(|d| d != "delete"));
            list.iter_mut().for_each(freshen);
        }
        _ => {}
    }
}

fn is_directive(key: &str) -> bool {
    key.starts_with('$') && (key == PATCH || key == RETAIN_KEYS || key.starts_with(SET_ORDER) || key.starts_with(DELETE_FROM))
}

/// `$retainKeys`: what it does not name goes.
fn retain_keys(original: &mut Map<String, Value>, patch: &Map<String, Value>, keys: &Value, at: &At<'_>) -> Result<(), Error> {
    let keys = keys.as_array().ok_or_else(|| at.directive(RETAIN_KEYS, "must be a list of field names"))?;
    let named = |key: &str| keys.iter().any(|k| k.as_str() == Some(key));
    if let Some((key, _)) = patch.iter().find(|(k, v)| !v.is_null() && !is_directive(k) && !named(k)) {
        return Err(at.directive(RETAIN_KEYS, format!("must name every field of the patch, but {key:?} is not among them")));
    }
    original.retain(|key, _| named(key));
    Ok(())
}

/// `$deleteFromPrimitiveList/…`: removes these values from a list of scalars.
fn delete_from(original: &mut Map<String, Value>, list: &str, values: &Value, at: &At<'_>) -> Result<(), Error> {
    let values = values.as_array().ok_or_else(|| at.directive(&format!("{DELETE_FROM}{list}"), "must be a list"))?;
    match original.get_mut(list) {
        Some(Value::Array(items)) => items.retain(|item| !values.contains(item)),
        Some(other) => return Err(at.key(list).wrong("a list", other)),
        None => {}
    }
    Ok(())
}

/// `$setElementOrder/…`: the merged list of a field, in this order.
fn set_order(
    original: &mut Map<String, Value>,
    patch: Option<&Value>,
    order: &Value,
    kind: Option<&str>,
    at: &At<'_>,
) -> Result<(), Error> {
    let Here::Key(key) = at.step else { return Ok(()) };
    let directive = || format!("{SET_ORDER}{key}");
    let field = kind.and_then(|k| fields::field(k, key));
    let merge_key = field.and_then(|f| f.merge_key);
    let order = identities(order.as_array().ok_or_else(|| at.directive(&directive(), "must be a list"))?, merge_key);
    let items = |value: Option<&Value>| match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(list)) => Ok(Some(list.clone())),
        Some(other) => Err(at.wrong("a list", other)),
    };
    let (before, patch) = (items(original.get(key))?, items(patch)?);
    for item in patch.iter().flatten().filter(|i| i.get(PATCH).is_none()) {
        let named = identity(item, merge_key).is_some_and(|i| order.contains(&Some(i.clone())));
        if !named {
            return Err(at.directive(&directive(), "must name every element of the patch"));
        }
    }
    let merged = match (&before, &patch) {
        (None, None) => return Ok(()),
        (Some(before), None) => before.clone(),
        (None, Some(patch)) => merge_list(Vec::new(), patch.clone(), field, at)?,
        (Some(before), Some(patch)) => merge_list(before.clone(), patch.clone(), field, at)?,
    };
    let before = identities(&before.unwrap_or_default(), merge_key);
    original.insert(key.to_owned(), Value::Array(interleave(merged, &order, &before, merge_key)));
    Ok(())
}

fn merge_list(original: Vec<Value>, patch: Vec<Value>, field: Option<&Field>, at: &At<'_>) -> Result<Vec<Value>, Error> {
    let Some(field) = field.filter(|f| f.merges()) else {
        return Ok(patch.into_iter().map(fresh).collect());
    };
    if original.is_empty() && patch.is_empty() {
        return Ok(original);
    }
    let Some(key) = field.merge_key else {
        let mut merged: Vec<Value> = Vec::with_capacity(original.len() + patch.len());
        for item in original.iter().chain(&patch) {
            if !merged.contains(item) {
                merged.push(item.clone());
            }
        }
        return Ok(interleave(merged, &identities(&patch, None), &identities(&original, None), None));
    };
    merge_keyed(original, patch, key, kind_of(Some(field)), at)
}

/// A list whose elements are matched by a key.
fn merge_keyed(mut original: Vec<Value>, patch: Vec<Value>, key: &str, kind: Option<&str>, at: &At<'_>) -> Result<Vec<Value>, Error> {
    for (i, item) in original.iter().enumerate() {
        as_map(item, &at.index(i))?;
    }
    let mut replace = false;
    let mut kept: Vec<(usize, Map<String, Value>)> = Vec::with_capacity(patch.len());
    for (i, item) in patch.into_iter().enumerate() {
        let here = at.index(i);
        let map = into_map(item, &here)?;
        match map.get(PATCH).map(|d| d.as_str().unwrap_or_default()) {
            None => kept.push((i, map)),
            Some("replace") => replace = true,
            Some("delete") => {
                let value = map.get(key).ok_or_else(|| Error::NoMergeKey { path: here.path(), key: key.to_owned() })?;
                original.retain(|o| o.get(key) != Some(value));
            }
            Some(other) => return Err(here.directive(PATCH, format!("{other:?} is not possible in a list; use replace or delete"))),
        }
    }
    if replace {
        return Ok(kept.into_iter().map(|(_, item)| fresh(Value::Object(item))).collect());
    }
    let before = identities(&original, Some(key));
    let order: Identities = kept.iter().map(|(_, item)| item.get(key).cloned()).collect();
    for (i, item) in kept {
        let here = at.index(i);
        let value = item.get(key).ok_or_else(|| Error::NoMergeKey { path: here.path(), key: key.to_owned() })?;
        match original.iter_mut().find(|o| o.get(key) == Some(value)) {
            Some(Value::Object(map)) => merge_map(map, item, kind, &here)?,
            _ => original.push(fresh(Value::Object(item))),
        }
    }
    Ok(interleave(original, &order, &before, Some(key)))
}

/// What tells the elements of a list apart.
type Identities = Vec<Option<Value>>;

/// What tells an element from others: the value of its merge key, or itself.
fn identity<'v>(item: &'v Value, merge_key: Option<&str>) -> Option<&'v Value> {
    match merge_key {
        None => Some(item),
        Some(key) => item.get(key),
    }
}

fn identities(list: &[Value], merge_key: Option<&str>) -> Identities {
    list.iter().map(|item| identity(item, merge_key).cloned()).collect()
}

/// Orders a merged list: elements named in `order` keep its order, the others that of `before`, and the next of the others goes first
/// only where both stood in `before` and it stood there before the next named one.
fn interleave(merged: Vec<Value>, order: &Identities, before: &Identities, merge_key: Option<&str>) -> Vec<Value> {
    let rank = |list: &Identities, item: &Value| {
        let wanted = identity(item, merge_key)?;
        list.iter().position(|o| o.as_ref() == Some(wanted))
    };
    let (mut named, mut others) = (Vec::new(), Vec::new());
    for item in merged {
        let was = rank(before, &item);
        match rank(order, &item) {
            Some(place) => named.push((place, was, item)),
            None => others.push((was, item)),
        }
    }
    named.sort_by_key(|(place, ..)| *place);
    others.sort_by_key(|(was, _)| was.unwrap_or(usize::MAX));
    let mut result = Vec::with_capacity(named.len() + others.len());
    let (mut named, mut others) = (named.into_iter().peekable(), others.into_iter().peekable());
    loop {
        let other_first = match (named.peek(), others.peek()) {
            (Some((_, Some(n), _)), Some((Some(o), _))) => o < n,
            (Some(_), _) => false,
            (None, _) => true,
        };
        let next = if other_first { others.next().map(|(_, item)| item) } else { named.next().map(|(.., item)| item) };
        match next {
            Some(item) => result.push(item),
            None => return result,
        }
    }
}
