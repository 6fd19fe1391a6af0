//! YAML text ⇄ a tree with byte spans; edits of the text; values.
//!
//! Text is read as kubectl reads it (YAML 1.1 scalars, merge keys, duplicate keys refused) and is never printed back as a
//! whole: an edit changes the bytes of what it touches, everything else stays as it was written.

mod build;
mod edit;
mod error;
mod locate;
mod resolve;
mod stub;
mod tree;
mod value;

pub use build::parse;
pub use edit::{Content, Edit, Op};
pub use error::{Error, Position, position};
pub use locate::locate;
pub use stub::*;
pub use tree::{Document, Entry, Kind, Node, Path, ScalarStyle, Step};
pub use value::parse_value;
