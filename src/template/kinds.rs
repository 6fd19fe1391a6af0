//! Which type of Go's a map has. Values do not say: a map of labels and a dictionary look the same. So those that were read from a field
//! of such a type, and those that functions make of texts, are noted while a template renders.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt as _};
use gotmpl::Value as Go;

use super::values::TYPE;
use super::view;

/// The type of a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Map {
    /// `map[string]interface {}`: a dictionary, or anything in the values.
    Any,
    /// `map[string]string`.
    Texts,
    /// A struct, or a map of other values.
    Other,
}

type Entries = Arc<BTreeMap<Arc<str>, Go>>;

thread_local! {
    /// By its address each map that is no `map[string]interface {}`; it is kept, so that no other map gets its address.
    static NOTED: RefCell<HashMap<usize, (Entries, Map)>> = RefCell::new(HashMap::new());
}

fn address(map: &Entries) -> usize {
    Arc::as_ptr(map).addr()
}

/// Notes a map's type.
pub(super) fn note(value: &Go, kind: Map) {
    if let Go::Map(map) = value
        && !view::is_unset(value)
    {
        NOTED.with(|noted| {
            noted.borrow_mut().entry(address(map)).or_insert_with(|| (Arc::clone(map), kind));
        });
    }
}

/// A map of texts, as such.
pub(super) fn texts(value: Go) -> Go {
    note(&value, Map::Texts);
    value
}

/// Forgets all maps, before a rendering.
pub(super) fn forget() {
    NOTED.with(|noted| noted.borrow_mut().clear());
}

/// The type that a field's type (`map[string]string`, `map<string,string>`) gives a map.
pub(super) fn declared(kind: &str) -> Option<Map> {
    match kind {
        "map[string]string" | "map<string,string>" | "map<string, string>" => Some(Map::Texts),
        _ if kind.starts_with("map") => Some(Map::Other),
        _ => None,
    }
}

/// The name of the type of a struct or message.
pub(super) fn named(value: &Go) -> Option<&str> {
    let Go::Map(map) = value else { return None };
    match map.get(TYPE) {
        Some(Go::String(kind)) => Some(kind),
        _ => None,
    }
}

/// The type of a map; nothing where it is none.
pub(super) fn of(value: &Go) -> Option<Map> {
    let Go::Map(map) = value else { return None };
    if map.contains_key(TYPE) {
        return Some(Map::Other);
    }
    // All maps that nobody set are one here. Those that functions of texts are given are of texts.
    if view::is_unset(value) {
        return Some(Map::Texts);
    }
    Some(NOTED.with(|noted| noted.borrow().get(&address(map)).map_or(Map::Any, |(_, kind)| *kind)))
}
