//! The difference of two values as edits, and edits as bytes.
//!
//! A text is never printed back as a whole: an edit changes the bytes of what it touches, everything else stays as it was written.

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
