//! Files of a folder that are left aside, and how that is said.

use std::path::PathBuf;

use crate::plain::one_line;

/// A file that was found in a folder and is no manifest.
#[derive(Debug, Clone)]
pub struct Skipped {
    /// Its path.
    pub path: PathBuf,
    /// Why it is left aside.
    pub why: Why,
}

/// Why a file of a folder is left aside.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// This kustomization patches objects with it, or has it for something else that is no object.
    KustomizationPart {
        /// The kustomization.
        by: PathBuf,
        /// The folder to build for what goes to a cluster.
        build: String,
    },
}

impl Why {
    /// In words, for one file.
    fn text(&self) -> String {
        let text = match self {
            Self::HelmTemplate => "a Helm chart's template",
            Self::NoObject => "no Kubernetes object (apiVersion and kind) in it",
            Self::Configuration => "the configuration",
            Self::LinkedFolder => "a link to a folder",
            Self::NoFile => "a pipe, a socket or a device",
            Self::KustomizationPart { by, .. } => return format!("a patch or another part of {}", one_line(&by.to_string_lossy())),
        };
        text.to_owned()
    }
}

/// The lines that tell of skipped files: each of them where `verbose`, else only the templates and patches from which nobody made manifests.
pub fn notes(skipped: &[Skipped], verbose: bool) -> Vec<String> {
    if verbose {
        return skipped.iter().map(|s| format!("skipped {}: {}", one_line(&s.path.to_string_lossy()), s.why.text())).collect();
    }
    let templates = skipped.iter().filter(|s| s.why == Why::HelmTemplate).count();
    let files = if templates == 1 { "file is a Helm chart's template" } else { "files are Helm chart templates" };
    let note = format!("{templates} {files} and left aside; render the chart first: helm template NAME CHART | sidecarize inject -");
    let templates = (templates > 0).then_some(note);
    templates.into_iter().chain(kustomization_parts(skipped)).collect()
}

/// The note on parts of kustomizations: which they are, and how to inject what comes of them.
fn kustomization_parts(skipped: &[Skipped]) -> Option<String> {
    let parts =
        skipped.iter().filter_map(|s| if let Why::KustomizationPart { by, build } = &s.why { Some((&s.path, by, build)) } else { None });
    let parts: Vec<_> = parts.collect();
    let (path, by, folder) = parts.first()?;
    let what = match parts.len() {
        1 => format!("{} is a patch or another part of {}", path.display(), by.display()),
        n => format!("{n} files are patches or other parts of kustomizations, such as {} of {}", path.display(), by.display()),
    };
    let note = format!("{what}, no object of its own, and left aside; build first: kustomize build {folder} | sidecarize inject -");
    Some(one_line(&note).into_owned())
}
