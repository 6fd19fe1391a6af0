//! What Argo CD tells of an application in the environment.

use std::path::{Component, Path, PathBuf};

use anyhow::Context as _;

use crate::cli::config_file::CONFIG_NAME;
use crate::cli::io::boundary::{self, Root, inside};

/// Variables of which Argo CD sets one at least.
const OF_ARGOCD: &[&str] = &["ARGOCD_APP_NAME", "ARGOCD_APP_PARAMETERS", "ARGOCD_APP_SOURCE_PATH"];

/// An application as its plugin sees it.
#[derive(Debug)]
pub struct Application {
    /// Its name; empty outside of Argo CD.
    pub name: String,
    /// The namespace that objects without one are applied to; empty outside of Argo CD.
    pub namespace: String,
    /// The version of the cluster's Kubernetes; empty outside of Argo CD.
    pub kube_version: String,
    /// What the cluster serves, such as `apps/v1/Deployment`.
    pub api_versions: Vec<String>,
    /// The folder that its manifests are in: the working directory.
    pub folder: PathBuf,
    /// The top of the copy of its repository that Argo CD made.
    pub root: PathBuf,
}

/// Why a path that a parameter gives leads to no file of the application.
#[derive(Debug, thiserror::Error)]
pub enum NoFile {
    /// It does not start at the application's folder.
    #[error("{0} must be a path relative to the application's folder")]
    NotRelative(String),
    /// It is not followed.
    #[error("{path}: {error}")]
    NotFollowed {
        /// The path.
        path: String,
        /// Why.
        error: boundary::Error,
    },
    /// It leads to something else.
    #[error("{0} is no file")]
    None(String),
}

impl Application {
    /// Reads the environment.
    ///
    /// # Errors
    ///
    /// When the working directory is gone.
    pub fn from_environment() -> anyhow::Result<Self> {
        let variable = |name| std::env::var(name).unwrap_or_default();
        let here = std::env::current_dir().and_then(std::fs::canonicalize).context("working directory")?;
        let api_versions = variable("KUBE_API_VERSIONS");
        // An application outside of Argo CD's own namespace is named NAMESPACE_NAME.
        let name = variable("ARGOCD_APP_NAME");
        Ok(Self {
            name: name.rsplit('_').next().unwrap_or_default().to_owned(),
            namespace: variable("ARGOCD_APP_NAMESPACE"),
            kube_version: variable("KUBE_VERSION"),
            api_versions: api_versions.split(',').filter(|v| !v.is_empty()).map(str::to_owned).collect(),
            root: if OF_ARGOCD.iter().all(|name| std::env::var_os(name).is_none()) {
                root_by_hand(&here)
            } else {
                root(&here, Path::new(&variable("ARGOCD_APP_SOURCE_PATH")))
            },
            folder: here,
        })
    }

    /// A file that the application names, relative to its folder.
    ///
    /// # Errors
    ///
    /// When the path is absolute, leads out of the repository or to no file.
    pub fn file(&self, path: &str) -> Result<PathBuf, NoFile> {
        if Path::new(path).is_absolute() || path.contains("://") {
            return Err(NoFile::NotRelative(path.to_owned()));
        }
        let found = self.confined(&self.folder.join(path)).map_err(|error| NoFile::NotFollowed { path: path.to_owned(), error })?;
        if found.is_file() { Ok(found) } else { Err(NoFile::None(path.to_owned())) }
    }

    /// The file behind an absolute path.
    ///
    /// # Errors
    ///
    /// When it is outside of the repository, or not there.
    pub fn confined(&self, path: &Path) -> Result<PathBuf, boundary::Error> {
        inside(&self.root, path)
    }

    /// The nearest file of this relative name in the application's folder and above, up to the top of the repository.
    pub fn upwards(&self, name: &str) -> Option<PathBuf> {
        let folders = self.folder.ancestors().take_while(|folder| folder.starts_with(&self.root));
        folders.map(|folder| folder.join(name)).find(|path| path.is_file())
    }

    /// A path of the repository as people write it: relative to the application's folder.
    pub fn shown(&self, path: &Path) -> PathBuf {
        let (Ok(folder), Ok(below)) = (self.folder.strip_prefix(&self.root), path.strip_prefix(&self.root)) else {
            return path.to_owned();
        };
        let shared = folder.components().zip(below.components()).take_while(|(a, b)| a == b).count();
        let up = folder.components().skip(shared).map(|_| Component::ParentDir);
        up.chain(below.components().skip(shared)).collect()
    }
}

/// The top of the repository, from the application's folder and its path in the repository. Argo CD may have copied only a part
/// of the repository, so as many parts of the path count as the folder ends in.
fn root(folder: &Path, path_in_repository: &Path) -> PathBuf {
    let names = path_in_repository.components().rev().filter(|c| *c != Component::CurDir);
    let same = folder.components().rev().zip(names).take_while(|(a, b)| a == b && matches!(b, Component::Normal(_))).count();
    folder.ancestors().nth(same).unwrap_or(folder).to_owned()
}

/// The top of what an application typed by hand may use: its repository; outside of any, the nearest folder with a configuration.
fn root_by_hand(folder: &Path) -> PathBuf {
    let configured = || folder.ancestors().find(|above| above.join(CONFIG_NAME).is_file()).map(Path::to_owned);
    Root::of_repository(folder).map(Root::into_folder).or_else(configured).unwrap_or_else(|| folder.to_owned())
}

/// Whether a text is a name, and so neither a path nor a flag.
pub fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_as_far_up_as_the_path_in_the_repository_tells() {
        let top = |folder: &str, path: &str| root(Path::new(folder), Path::new(path)).display().to_string();
        assert_eq!(top("/tmp/7f3/apps/web", "apps/web"), "/tmp/7f3");
        assert_eq!(top("/tmp/7f3/apps/web", "./apps/web/"), "/tmp/7f3");
        assert_eq!(top("/tmp/7f3", "."), "/tmp/7f3");
        assert_eq!(top("/tmp/7f3", ""), "/tmp/7f3");
        assert_eq!(top("/tmp/7f3", "apps/web"), "/tmp/7f3");
        assert_eq!(top("/tmp/7f3/web", "apps/web"), "/tmp/7f3");
        assert_eq!(top("/tmp/7f3/web", "../web"), "/tmp/7f3");
    }

    #[test]
    fn a_path_is_shown_as_seen_from_the_folder() {
        let application = Application {
            name: String::new(),
            namespace: String::new(),
            kube_version: String::new(),
            api_versions: Vec::new(),
            folder: "/r/apps/web".into(),
            root: "/r".into(),
        };
        let shown = |path: &str| application.shown(Path::new(path)).display().to_string();
        assert_eq!(shown("/r/apps/web/a/b.yaml"), "a/b.yaml");
        assert_eq!(shown("/r/configs/c.yaml"), "../../configs/c.yaml");
        assert_eq!(shown("/etc/c.yaml"), "/etc/c.yaml");
    }
}
