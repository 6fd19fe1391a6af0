//! The functions of templates: Istio's own and sprig's, and those that are refused.

mod arguments;
mod dicts;
mod durations;
mod encoding;
mod fields;
mod istio;
mod language;
mod lists;
mod math;
mod members;
mod numbers;
mod scope;
mod semver;
mod signature;
mod strings;
mod table;
mod types;
mod urls;
mod words;

pub(super) use arguments::{Result, text};
pub(super) use scope::{Scope, Scoped, current_data, with_data};
pub(super) use table::{all, is_builtin, refusal};
