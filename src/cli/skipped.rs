//! Files of a folder that are left aside, and how that is said.

use std::path::PathBuf;

use sidecarize::plain::one_line;

/// A file that was found in a folder and is no manifest.
#[derive(Debug, Clone)]
pub struct Skipped {
    /// Its path.
    pub path: PathBuf,
    /// Why it is left aside.
    pub why: Why,
}

/// Why a file of a folder is left aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It is text from which Helm makes manifests.
    HelmTemplate,
    /// It holds no object with apiVersion and kind.
    NoObject,
    /// It is the configuration.
    Configuration,
    /// It is a link to a folder; links are not followed.
    LinkedFolder,
    /// It is a pipe, a socket or a device.
    NoFile,
}

impl Why {
    /// In words, for one file.
    fn text(self) -> &'static str {
        match self {
            Self::HelmTemplate => "a Helm chart's template",
            Self::NoObject => "no Kubernetes object (apiVersion and kind) in it",
            Self::Configuration => "the configuration",
            Self::LinkedFolder => "a link to a folder",
            Self::NoFile => "a pipe, a socket or a device",
        }
    }
}

/// The lines that tell of skipped files: each of them where `verbose`, else only how many templates nobody rendered.
pub fn notes(skipped: &[Skipped], verbose: bool) -> Vec<String> {
    if verbose {
        return skipped.iter().map(|s| format!("skipped {}: {}", one_line(&s.path.to_string_lossy()), s.why.text())).collect();
    }
    let templates = skipped.iter().filter(|s| s.why == Why::HelmTemplate).count();
    let files = if templates == 1 { "file is a Helm chart's template" } else { "files are Helm chart templates" };
    let note = format!("{templates} {files} and left aside; render the chart first: helm template NAME CHART | sidecarize inject -");
    (templates > 0).then_some(note).into_iter().collect()
}
