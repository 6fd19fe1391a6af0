//! What a report is made of.

use std::path::Path;

use crate::pipeline::InjectedText;

/// One file of a run.
#[derive(Debug, Clone)]
pub struct Input<'a> {
    /// Its path for users and for `git apply`, with forward slashes.
    pub name: String,
    /// Its path below the folder that was named: by this, the files of two runs belong together.
    pub below: &'a Path,
    /// Its text as it came.
    pub source: &'a str,
    /// What came of it.
    pub injected: &'a InjectedText,
}

/// What a report shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Show {
    /// Whether values of the user's own environment variables are shown.
    pub values: bool,
    /// Whether values of Secrets are shown, where two trees differ in them.
    pub secrets: bool,
    /// Whether the texts of files are all that is shown, so that nobody looks for workloads in them.
    pub texts_only: bool,
}
