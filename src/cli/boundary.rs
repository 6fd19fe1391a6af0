//! Paths from people who may read one folder and no more: the authors of an application, on a machine of the platform team.

use std::path::{Component, Path, PathBuf};

/// The file behind a path, which must be inside a folder, links followed.
///
/// # Errors
///
/// What is wrong with the path. It tells nothing of what is outside of the folder, not even whether it is there.
pub fn inside(root: &Path, path: &Path) -> Result<PathBuf, String> {
    let outside = || "leads out of the application's repository".to_owned();
    let written = normal(path).filter(|path| path.starts_with(root)).ok_or_else(outside)?;
    let found = std::fs::canonicalize(written).map_err(|e| e.to_string())?;
    let root = std::fs::canonicalize(root).map_err(|e| e.to_string())?;
    if found.starts_with(root) { Ok(found) } else { Err(outside()) }
}

/// An absolute path without `.` and `..`, whatever links there are; nothing where `..` climbs above the root.
pub fn normal(path: &Path) -> Option<PathBuf> {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if !normal.pop() => return None,
            Component::ParentDir => {}
            other => normal.push(other),
        }
    }
    Some(normal)
}
