//! Manifests from files, folders and standard input.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use clap::Args;

/// Extensions of files in a folder that are manifests.
const EXTENSIONS: &[&str] = &["yaml", "yml", "json"];

/// The paths that every command on manifests takes.
#[derive(Debug, Args)]
pub struct Files {
    /// Files, folders (recursive, .gitignore honoured) or - for standard input
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
}

/// A text and where it came from.
#[derive(Debug)]
pub struct File {
    /// Its path; nothing for standard input.
    pub path: Option<PathBuf>,
    /// Its text.
    pub text: String,
}

impl File {
    /// Its name for people.
    pub fn name(&self) -> String {
        self.path.as_ref().map_or_else(|| "stdin".to_owned(), |p| p.display().to_string())
    }
}

/// Every error of a run, a line each.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct Errors(pub Vec<String>);

impl Files {
    /// Every file, in the order of the paths and sorted below a folder, and what cannot be read.
    pub fn read(&self) -> anyhow::Result<(Vec<File>, Vec<String>)> {
        let mut files = Vec::new();
        let mut errors = Vec::new();
        let here = [PathBuf::from(".")];
        let paths: &[PathBuf] = if self.paths.is_empty() { &here } else { &self.paths };
        for path in paths {
            if is_stdin(path) {
                let mut text = String::new();
                std::io::stdin().read_to_string(&mut text).context("standard input is not UTF-8 text")?;
                files.push(File { path: None, text });
                continue;
            }
            for found in walk(path) {
                match found.and_then(|p| Ok((std::fs::read_to_string(&p).map_err(|e| anyhow!("{}: {e}", p.display()))?, p))) {
                    Ok((text, path)) => files.push(File { path: Some(path), text }),
                    Err(error) => errors.push(format!("{error:#}")),
                }
            }
        }
        Ok((files, errors))
    }
}

/// Whether a path stands for standard input.
pub fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// The file itself, or the manifests below a folder.
fn walk(path: &Path) -> Vec<anyhow::Result<PathBuf>> {
    if !path.is_dir() {
        return vec![Ok(path.to_owned())];
    }
    let is_manifest = |p: &Path| p.extension().and_then(|e| e.to_str()).is_some_and(|e| EXTENSIONS.contains(&e));
    let mut found: Vec<anyhow::Result<PathBuf>> = ignore::WalkBuilder::new(path)
        .hidden(true)
        .require_git(false)
        .sort_by_file_path(Path::cmp)
        .build()
        .filter_map(|entry| match entry {
            Ok(entry) => (entry.path().is_file() && is_manifest(entry.path())).then(|| Ok(entry.into_path())),
            Err(error) => Some(Err(anyhow!(error))),
        })
        .collect();
    if found.is_empty() {
        found.push(Err(anyhow!("{}: no manifest (*.yaml, *.yml, *.json) in this folder", path.display())));
    }
    found
}
