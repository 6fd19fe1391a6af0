//! Where what `diff` makes goes: standard output, a file, or the folder of a kustomize component.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use super::boundary::is_link;
use super::write::{FileChange, write_all};
use crate::report::Component;

/// Writes a text to a file, or to standard output where none is named.
///
/// # Errors
///
/// When it cannot be written.
pub fn write(product: &[u8], output: Option<&Path>) -> anyhow::Result<()> {
    let Some(path) = output else {
        let mut out = io::stdout().lock();
        return out.write_all(product).and_then(|()| out.flush()).context("standard output");
    };
    if path.is_dir() {
        bail!("{} is a folder: only --format kustomize writes several files", path.display());
    }
    let text = std::str::from_utf8(product)?;
    write_all(&[FileChange { path, text, old: None }])
}

/// Writes a component to its folder, and removes patches of earlier runs that are no part of it any more.
///
/// # Errors
///
/// When something cannot be written, or the folder has a kustomization that is not ours.
pub fn write_component(component: &Component, folder: &Path) -> anyhow::Result<()> {
    let files: Vec<(PathBuf, String)> = component.files().into_iter().map(|(name, text)| (folder.join(name), text)).collect();
    if is_link(folder) {
        bail!("{} is a link, and nothing is written through links: name the folder that it leads to", folder.display());
    }
    std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let mut changed = Vec::new();
    for (path, text) in &files {
        let old = match std::fs::read_to_string(path) {
            Ok(old) => Some(old),
            Err(e) if e.kind() == io::ErrorKind::NotFound => None,
            Err(e) => return Err(e).with_context(|| path.display().to_string()),
        };
        if old.as_deref().is_some_and(|old| !Component::wrote(old)) {
            bail!("{} was not written by sidecarize and stays: name another folder", path.display());
        }
        if old.as_ref() != Some(text) {
            changed.push((path, text, old));
        }
    }
    let changes: Vec<_> = changed.iter().map(|(path, text, old)| FileChange { path, text, old: old.as_deref() }).collect();
    write_all(&changes)?;
    remove_others(&files, folder)
}

fn remove_others(files: &[(PathBuf, String)], folder: &Path) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry.with_context(|| folder.display().to_string())?.path();
        let is_yaml = path.extension().is_some_and(|e| e == "yaml");
        if !is_yaml || files.iter().any(|(own, _)| *own == path) {
            continue;
        }
        if std::fs::read_to_string(&path).is_ok_and(|text| Component::wrote(&text)) {
            std::fs::remove_file(&path).with_context(|| path.display().to_string())?;
        }
    }
    Ok(())
}
