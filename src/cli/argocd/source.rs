//! What an application's folder is: a kustomization, a chart, plain manifests; or nothing, where another tool rendered it.

use super::application::Application;
use super::flags::Plugin;
use crate::cli::kustomization::NAMES as KUSTOMIZATIONS;

/// The file that makes a folder a chart.
pub const CHART: &str = "Chart.yaml";

/// What renders an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// `kustomize build`.
    Kustomization,
    /// `helm template`.
    Chart,
    /// Nothing: the folder's files are the manifests.
    Plain,
    /// Another tool, which wrote to standard input.
    Stdin,
}

impl Source {
    /// What the application's folder is.
    pub fn of(application: &Application, plugin: &Plugin) -> Self {
        let has = |name: &&str| application.folder.join(name).is_file();
        if plugin.stdin {
            Self::Stdin
        } else if KUSTOMIZATIONS.iter().any(has) {
            Self::Kustomization
        } else if has(&CHART) {
            Self::Chart
        } else {
            Self::Plain
        }
    }
}
