//! Why two pods do not merge.

use crate::yaml::Path;

/// Why a strategic merge is impossible. Every variant names the field by its path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A value has another shape than Kubernetes' type of that field.
    #[error("{path}: expected {expected}, found {found}")]
    WrongShape {
        /// Path of the field.
        path: Path,
        /// What the type asks for: `a list`, `a map`.
        expected: &'static str,
        /// What stands there.
        found: &'static str,
    },
    /// An element of a list that is merged by key lacks the key.
    #[error("{path}: this element has no {key:?}, by which elements of this list are told apart")]
    NoMergeKey {
        /// Path of the element.
        path: Path,
        /// The merge key.
        key: String,
    },
    /// A directive that is not known, or with a value it cannot have.
    #[error("{path}: {directive}: {reason}")]
    Directive {
        /// Path of the map that holds the directive.
        path: Path,
        /// The directive: `$patch`, `$retainKeys`, …
        directive: String,
        /// What is wrong with it.
        reason: String,
    },
}
