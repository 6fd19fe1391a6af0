//! A place in an object that survives edits elsewhere: list items are named by their merge key where they have one.

use serde::{Deserialize, Serialize};

use crate::Value;
use crate::yaml::{Path, Step, merge_key, value_at};

/// The way to a place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Place(Vec<Part>);

/// One step: a key, an index, or the item whose merge key has this value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Part {
    Key(String),
    Index(usize),
    Item(serde_json::Map<String, Value>),
}

impl Place {
    /// The place at the end of a path of this object.
    pub(super) fn of(object: &Value, path: &[Step]) -> Self {
        let mut parts = Vec::with_capacity(path.len());
        let mut here = Some(object);
        let mut list = "";
        for step in path {
            match step {
                Step::Key(key) => {
                    parts.push(Part::Key(key.clone()));
                    here = here.and_then(|v| v.get(key));
                    list = key;
                }
                Step::Index(index) => {
                    parts.push(here.and_then(|l| named(l, list, *index)).unwrap_or(Part::Index(*index)));
                    here = here.and_then(|v| v.get(*index));
                    list = "";
                }
            }
        }
        Self(parts)
    }

    /// The place of an item of the list at this path; nothing behind its last.
    pub(super) fn of_item(object: &Value, list: &[Step], index: usize) -> Option<Self> {
        let mut path = list.to_vec();
        path.push(Step::Index(index));
        crate::yaml::value_at(object, &path)?;
        Some(Self::of(object, &path))
    }

    /// The place of a key of this one.
    pub(super) fn child(&self, key: &str) -> Self {
        Self(self.0.iter().cloned().chain([Part::Key(key.to_owned())]).collect())
    }

    /// The path of this place in an object, where it is still there.
    pub(super) fn resolve(&self, object: &Value) -> Option<Path> {
        let path = self.nearest(object);
        (path.len() == self.0.len()).then_some(path)
    }

    /// The path of this place in an object, as far as it is still there.
    pub(super) fn nearest(&self, object: &Value) -> Path {
        let mut path = Path::with_capacity(self.0.len());
        let mut here = Some(object);
        for part in &self.0 {
            let found = here.and_then(|value| part.step(value));
            here = found.as_ref().and_then(|step| value_at(here?, std::slice::from_ref(step)));
            if here.is_none() {
                break;
            }
            path.extend(found);
        }
        path
    }
}

/// The item by its merge key, where that is there and unique.
fn named(items: &Value, list: &str, index: usize) -> Option<Part> {
    let key = merge_key(list)?;
    let items = items.as_array()?;
    let value = items.get(index)?.get(key)?;
    let unique = items.iter().filter(|i| i.get(key) == Some(value)).count() == 1;
    unique.then(|| Part::Item(std::iter::once((key.to_owned(), value.clone())).collect()))
}

impl Part {
    /// The step into this value.
    fn step(&self, value: &Value) -> Option<Step> {
        Some(match self {
            Self::Key(key) => Step::Key(key.clone()),
            Self::Index(index) => Step::Index(*index),
            Self::Item(keys) => {
                let is_it = |item: &Value| keys.iter().all(|(k, v)| item.get(k) == Some(v));
                Step::Index(value.as_array()?.iter().position(is_it)?)
            }
        })
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, part) in self.0.iter().enumerate() {
            match part {
                Part::Key(key) if i == 0 => f.write_str(key)?,
                Part::Key(key) => write!(f, ".{key}")?,
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
