//! What happened as one model ([`Report`]), and formatters that only format it.

mod build;
mod changes;
mod consequences;
mod escape;
mod explain;
mod github;
mod hide;
mod html;
mod input;
mod json;
mod kustomize;
mod lines;
mod markdown;
mod model;
mod patch;
mod secrets;
mod summary;
mod unified;

pub use explain::{Explained, explain_json, explain_lines, explain_table, explain_why};
pub use github::{Level, github, github_problems};
pub use html::html;
pub use input::{Input, Show};
pub use json::json;
pub use kustomize::{Component, Unpatchable};
pub use markdown::markdown;
pub use model::{Comparison, Counts, FileReport, Hunk, Report, Row, Side, Verdict, Warning, WorkloadReport};
pub use patch::{guarded_json_patch, json_patch};
pub use secrets::{may_hold_secrets, without_secrets};
pub use summary::summary;
pub use unified::{counts, unified, write_unified};
