//! What happened as one model ([`Report`]), and formatters that only format it.

mod build;
mod hide;
mod json;
mod model;
mod patch;
mod unified;

pub use build::{Input, Show};
pub use json::json;
pub use model::{Comparison, FileReport, Hunk, Report, Row, Side, Verdict, Warning, WorkloadReport};
pub use patch::{guarded_json_patch, json_patch};
pub use unified::{Counts, counts, unified, write_unified};
