//! Edits as data: where, and what.

mod block;
mod diff;
mod edits;
mod flow;
mod isolate;
mod lines;
mod plan;
mod style;
mod text;
mod value;

pub(crate) use diff::by_key;
pub use diff::{diff, diff_at};
pub use edits::{Content, Edit, Op};
pub use text::{Change, apply, changes, changes_in, splice, spliced};
pub use value::apply_to_value;
