//! A path in an object that survives edits elsewhere: list items are named by their merge key where they have one.

use std::cell::RefCell;

use foldhash::HashMap;
use serde::{Deserialize, Serialize};

use crate::Value;
use crate::kubernetes::merge_key;
use crate::yaml::{self, Path, Step, value_at};

/// The way to a field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct KeyedPath(Vec<Part>);

/// One step: a key, an index, or the item whose merge key has this value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Part {
    Key(String),
    Index(usize),
    Item(serde_json::Map<String, Value>),
}

/// The items of a list by the value of a key: the first of each value, and whether it is the only one.
type Items<'v> = HashMap<&'v Value, (usize, bool)>;

/// The places of one object. The items of each of its lists are looked at once, however many places are in it.
pub(super) struct KeyedPaths<'v> {
    object: &'v Value,
    lists: RefCell<HashMap<(*const Value, String), Items<'v>>>,
}

impl<'v> KeyedPaths<'v> {
    pub(super) fn of(object: &'v Value) -> Self {
        Self { object, lists: RefCell::default() }
    }

    /// The object.
    pub(super) fn object(&self) -> &'v Value {
        self.object
    }

    /// The place at the end of a path of this object.
    pub(super) fn place(&self, path: &[Step]) -> KeyedPath {
        let mut parts = Vec::with_capacity(path.len());
        let mut here = Some(self.object);
        let mut list = "";
        for step in path {
            match step {
                Step::Key(key) => {
                    parts.push(Part::Key(key.clone()));
                    here = here.and_then(|v| v.get(key));
                    list = key;
                }
                Step::Index(index) => {
                    parts.push(here.and_then(|l| self.named(l, list, *index)).unwrap_or(Part::Index(*index)));
                    here = here.and_then(|v| v.get(*index));
                    list = "";
                }
            }
        }
        KeyedPath(parts)
    }

    /// The place of an item of the list at this path; nothing behind its last.
    pub(super) fn item(&self, list: &[Step], index: usize) -> Option<KeyedPath> {
        let path = Path::of(list).item(index);
        value_at(self.object, &path)?;
        Some(self.place(&path))
    }

    /// The path of this place, where it is still there.
    pub(super) fn resolve(&self, place: &KeyedPath) -> Option<Path> {
        let path = self.nearest(place);
        (path.len() == place.0.len()).then_some(path)
    }

    /// The path of this place, as far as it is still there.
    pub(super) fn nearest(&self, place: &KeyedPath) -> Path {
        let mut path = Path::new();
        let mut here = Some(self.object);
        for part in &place.0 {
            let found = here.and_then(|value| self.step(value, part));
            here = found.as_ref().and_then(|step| value_at(here?, std::slice::from_ref(step)));
            if here.is_none() {
                break;
            }
            path.extend(found);
        }
        path
    }

    /// The step into this value.
    fn step(&self, value: &'v Value, part: &Part) -> Option<Step> {
        Some(match part {
            Part::Key(key) => Step::Key(key.clone()),
            Part::Index(index) => Step::Index(*index),
            Part::Item(keys) => {
                let mut pairs = keys.iter();
                Step::Index(match (pairs.next(), pairs.next()) {
                    (Some((key, wanted)), None) => self.found(value, key, wanted)?.0,
                    _ => value.as_array()?.iter().position(|item| keys.iter().all(|(k, v)| item.get(k) == Some(v)))?,
                })
            }
        })
    }

    /// The item by its merge key, where that is there and unique.
    fn named(&self, items: &'v Value, list: &str, index: usize) -> Option<Part> {
        let key = merge_key(list)?;
        let value = items.as_array()?.get(index)?.get(key)?;
        let (_, unique) = self.found(items, key, value)?;
        unique.then(|| Part::Item(std::iter::once((key.to_owned(), value.clone())).collect()))
    }

    /// The first item whose key has this value, and whether it is the only one.
    fn found(&self, items: &'v Value, key: &str, wanted: &Value) -> Option<(usize, bool)> {
        let mut lists = self.lists.borrow_mut();
        let list = lists.entry((std::ptr::from_ref(items), key.to_owned())).or_insert_with(|| {
            let mut found = Items::default();
            for (index, item) in items.as_array().into_iter().flatten().enumerate() {
                if let Some(value) = item.get(key) {
                    found.entry(value).and_modify(|(_, unique)| *unique = false).or_insert((index, true));
                }
            }
            found
        });
        list.get(wanted).copied()
    }
}

impl KeyedPath {
    /// The way on from the first steps of this one.
    pub(super) fn beyond(&self, steps: usize) -> Self {
        Self(self.0.iter().skip(steps).cloned().collect())
    }

    /// The place of a key of this one.
    pub(super) fn child(&self, key: &str) -> Self {
        Self(self.0.iter().cloned().chain([Part::Key(key.to_owned())]).collect())
    }
}

impl std::fmt::Display for KeyedPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, part) in self.0.iter().enumerate() {
            match part {
                Part::Key(key) => yaml::write_key(f, key, i == 0)?,
                Part::Index(index) => write!(f, "[{index}]")?,
                Part::Item(keys) => {
                    for (k, v) in keys {
                        write!(f, "[{k}={}]", v.as_str().map_or_else(|| v.to_string(), str::to_owned))?;
                    }
                }
            }
        }
        Ok(())
    }
}
