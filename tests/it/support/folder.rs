//! Folders of manifests for tests that run commands.

use std::fs;

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
