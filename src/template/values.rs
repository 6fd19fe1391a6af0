//! Values of the engine, and what they keep besides their fields.

use std::collections::BTreeMap;
use std::sync::Arc;

use gotmpl::Value as Go;

/// The key under which a view keeps the name of its type; no field of Go has an empty name.
pub(super) const TYPE: &str = "";
/// The key under which a view keeps what it prints as, where that is not its fields.
pub(super) const TEXT: &str = "\0text";

/// A text.
pub(super) fn string(text: &str) -> Go {
    Go::String(Arc::from(text))
}

/// A map of these entries.
pub(super) fn map<'k>(entries: impl Iterator<Item = (&'k str, Go)>) -> Go {
    Go::Map(Arc::new(entries.map(|(k, v)| (Arc::from(k), v)).collect::<BTreeMap<Arc<str>, Go>>()))
}
