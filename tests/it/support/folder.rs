//! Folders of manifests for tests that run commands, and folders of fixtures.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A folder with this configuration and these files.
pub fn folder(config: &str, files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files.iter().chain(&[("sidecarize.yaml", config)]) {
        fs::create_dir_all(folder.path().join(name).parent().unwrap()).unwrap();
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// What stands in a folder, in order.
pub fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut all: Vec<_> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    all.sort();
    all
}

/// The folders in a folder, in order.
pub fn folders(folder: &Path) -> Vec<PathBuf> {
    entries(folder).into_iter().filter(|path| path.is_dir()).collect()
}

/// What stands in a folder of the project's tests, in order.
pub fn fixtures(name: &str) -> Vec<PathBuf> {
    entries(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name))
}
