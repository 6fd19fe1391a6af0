//! Which files of a folder are manifests: what is found below it, in a fixed order, and what of it is left aside.

use std::path::{Path, PathBuf};

use super::problem::Problem;
use super::skipped::{Skipped, Why};

/// Extensions of files in a folder that are manifests.
pub const EXTENSIONS: &[&str] = &["yaml", "yml", "json"];
/// What makes a folder a Helm chart, and the folder in it that holds templates.
const CHART: (&str, &str) = ("Chart.yaml", "templates");

/// What stands below a folder.
#[derive(Debug, Default)]
pub struct Walked {
    /// Files that may be manifests, sorted by path.
    pub files: Vec<PathBuf>,
    /// Files that are not, by their place alone.
    pub skipped: Vec<Skipped>,
    /// What cannot be read.
    pub problems: Vec<Problem>,
}

/// How far down a folder is walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Its own files.
    One,
    /// Those of its subfolders, too.
    All,
}

/// Walks a folder as ripgrep does: recursively, with ignore files honoured and without following links to folders.
pub fn walk(folder: &Path) -> Walked {
    let mut walked = collect(ignore::WalkBuilder::new(folder).require_git(false), EXTENSIONS);
    if walked.files.is_empty() && walked.skipped.is_empty() && walked.problems.is_empty() {
        walked.problems.push(Problem::in_file(&folder.display().to_string(), "no manifest (*.yaml, *.yml, *.json) in this folder"));
    }
    walked
}

/// Walks a folder that somebody checked out, for files with these extensions: what is in it is meant, whatever ignore files say;
/// hidden files are not.
pub fn walk_all(folder: &Path, depth: Depth, extensions: &[&str]) -> Walked {
    let depth = if depth == Depth::One { Some(1) } else { None };
    collect(ignore::WalkBuilder::new(folder).standard_filters(false).max_depth(depth), extensions)
}

fn collect(builder: &mut ignore::WalkBuilder, extensions: &[&str]) -> Walked {
    let mut walked = Walked::default();
    for entry in builder.hidden(true).sort_by_file_path(Path::cmp).build() {
        match entry {
            Ok(entry) => walked.take(entry.into_path(), extensions),
            Err(error) => walked.problems.push(error.to_string().into()),
        }
    }
    walked
}

impl Walked {
    fn take(&mut self, path: PathBuf, extensions: &[&str]) {
        let is_link = std::fs::symlink_metadata(&path).is_ok_and(|m| m.is_symlink());
        let has_extension = path.extension().and_then(|e| e.to_str()).is_some_and(|e| extensions.contains(&e));
        match std::fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => {
                if is_link {
                    self.skipped.push(Skipped { path, why: Why::LinkedFolder });
                }
            }
            _ if !has_extension => {}
            Ok(metadata) if !metadata.is_file() => {}
            Ok(_) if is_chart_template(&path) => self.skipped.push(Skipped { path, why: Why::HelmTemplate }),
            Ok(_) => self.files.push(path),
            // A link that leads nowhere or in a circle would otherwise be a manifest that silently stays as it is.
            Err(error) => self.problems.push(Problem::in_file(&path.display().to_string(), error.to_string())),
        }
    }
}

/// Whether a file is below `templates/` of a folder with a Chart.yaml.
fn is_chart_template(path: &Path) -> bool {
    let (chart, templates) = CHART;
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    absolute
        .ancestors()
        .skip(1)
        .filter(|folder| folder.file_name().is_some_and(|name| name == templates))
        .any(|folder| folder.parent().is_some_and(|parent| parent.join(chart).is_file()))
}
