//! YAML text ⇄ a tree with byte spans; edits of the text; values.
//!
//! Text is read as kubectl reads it (YAML 1.1 scalars, merge keys, duplicate keys refused) and is never printed back as a
//! whole: an edit changes the bytes of what it touches, everything else stays as it was written.

mod apply;
mod block;
mod build;
mod diff;
mod edit;
mod error;
mod flow;
mod isolate;
mod line_breaks;
mod lines;
mod locate;
mod odd_lines;
mod plan;
mod resolve;
mod separators;
mod stream;
mod style;
mod tolerant;
mod tree;
mod value;
mod value_edit;
mod write;

pub use apply::{Change, apply, changes, changes_in, splice, spliced};
pub use build::Duplicates;
pub(crate) use diff::by_key;
pub use diff::{diff, diff_at, merge_key};
pub use edit::{Content, Edit, Op};
pub use error::{Error, Position, Positions, position};
pub use locate::{locate, locate_exactly, locate_in, written_at};
pub(crate) use resolve::plain;
pub use separators::check as check_separators;
pub use stream::{parse, parse_with};
pub use tree::{Document, Entry, Kind, Node, Path, ScalarStyle, Step, value_at, value_at_mut};
pub use value::{ValueError, parse_last_wins, parse_value};
pub use value_edit::apply_to_value;
pub use write::to_string;
