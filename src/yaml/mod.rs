//! YAML text ⇄ a tree with byte spans, and values.
//!
//! Text is read as kubectl reads it: YAML 1.1 scalars, merge keys, duplicate keys refused.

mod build;
mod error;
mod line_breaks;
mod locate;
mod odd_lines;
mod path;
mod resolve;
mod separators;
mod stream;
mod tabs;
mod tolerant;
mod tree;
mod value;
mod write;

pub use build::Duplicates;
pub use error::{Error, Position, Positions, position};
pub use locate::{locate, locate_exactly, written_at};
pub(crate) use path::write_key;
pub use path::{Path, Step, value_at, value_at_mut};
pub(crate) use resolve::plain;
pub use separators::check;
pub use stream::{parse, parse_with};
pub use tree::{Document, Entry, Kind, Node, ScalarStyle};
pub(crate) use tree::{extents, is_flow};
pub use value::{ValueError, parse_last_wins, parse_value};
pub(crate) use write::{Block, FlowStyle, Literal, Quoting, Style, below_key, dashed, entry, entry_of, flow, flow_key, in_style, item};
pub use write::{to_string, to_string_as_go};
