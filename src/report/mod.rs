//! Decisions and edits, rendered by formatters that only format.

mod unified;

pub use unified::{Counts, counts, unified};
