//! Edits as data: where, and what.

use crate::Value;
use crate::yaml::Path;

/// One edit. Paths and indices are those of the tree before any edit; all edits of a list apply at once:
///
/// - What comes into one place comes in the order of the edits, before what stood there.
/// - What happens below an item that moves is addressed where the item stood, and moves along. Items move within their list
///   (which reorders it) and between lists; a node moves once. The list may be one that `InsertKey` adds empty.
/// - What happens below a node that is replaced or deleted does not happen, but items may move out of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// The node that is edited: the mapping or list that receives something, or the node that is replaced or deleted.
    pub path: Path,
    /// What is done to it.
    pub op: Op,
}

/// What an edit does.
#[derive(Debug, Clone, PartialEq)]
pub enum Op {
    /// Adds a key at the end of a mapping.
    InsertKey {
        /// The key.
        key: String,
        /// Its value.
        content: Content,
    },
    /// Adds an item to a list. Several with the same place keep their order.
    InsertItem {
        /// Index of the item that it stands before; the list's length for the end.
        before: usize,
        /// The item.
        content: Content,
    },
    /// Puts something else in the place of a node.
    Replace {
        /// What stands there then.
        content: Content,
    },
    /// Removes a node: an entry with its key, or an item.
    Delete,
    /// Moves an item with its text and comments to this list.
    Move {
        /// Where it stands.
        from: Path,
        /// Index of the item that it stands before then; the list's length for the end.
        before: usize,
    },
}

/// What is written.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// A value, in the style of its surroundings.
    Value(Value),
    /// Text as it is: what follows the `:`, the `-` or, in a flow collection, the comma. In block style it must be one line.
    Text(String),
}
