//! YAML text ⇄ a tree with byte spans, and values.
//!
//! Text is read as kubectl reads it: YAML 1.1 scalars, merge keys, duplicate keys refused.
//!
//! Why `saphyr-parser`: it is faster than `granit-parser` 2.2, which comes of it. That one takes nearly all that `tolerant` repairs, has
//! spans in bytes and would save some 420 lines here. But on 4.5 MB of Deployments it needs 1.36 times the CPU to read them and 1.14
//! times to inject into them. They differ little in what they read: of 47,558 texts, granit takes 59 that Go's reader takes and refuses
//! 91 that Go's refuses where saphyr does not, and takes 77 that both others refuse (a tab behind `?`, a bracket in an anchor's name).

mod build;
mod cursor;
mod disputed;
mod error;
mod line_breaks;
mod locate;
mod odd_lines;
mod path;
mod pieces;
mod resolve;
mod separators;
mod stream;
mod tabs;
mod tolerant;
mod tree;
mod value;
mod write;
mod written;

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
