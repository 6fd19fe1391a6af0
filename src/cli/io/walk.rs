//! Which files of a folder are manifests: what is found below it, in a fixed order, and what of it is left aside.

use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::boundary::{Root, is_link};
use super::skipped::{Skipped, Why};
use crate::cli::problem::Problem;

/// What is said of what cannot be read as a file is.
const NO_FILE: &str = "no file, but a folder, a pipe or a device, which is not read";
/// Extensions of files in a folder that are manifests.
pub const EXTENSIONS: &[&str] = &["yaml", "yml", "json"];
/// What makes a folder a Helm chart, and the folder in it that holds templates.
const CHART: (&str, &str) = ("Chart.yaml", "templates");
/// Files that say which others of their folder do not count.
const IGNORE_FILES: &[&str] = &[".gitignore", ".ignore"];

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

/// What the user wants left out of folders, each as a line of a `.gitignore`.
#[derive(Debug, Clone, Default)]
pub struct Excluded {
    lines: Option<Gitignore>,
    /// The working directory, from which paths in these lines count; they count from the folder that is walked, too.
    here: PathBuf,
}

impl Excluded {
    /// Reads the lines.
    ///
    /// # Errors
    ///
    /// Those that are none.
    pub fn of(lines: &[String]) -> Result<Self, Vec<Problem>> {
        let mut builder = GitignoreBuilder::new("");
        let add = |line: &String| builder.add_line(None, line).err().map(|e| Problem::from(format!("--exclude {line}: {e}")));
        let problems: Vec<Problem> = lines.iter().filter_map(add).collect();
        if !problems.is_empty() {
            return Err(problems);
        }
        let lines = builder.build().map_err(|e| vec![Problem::from(format!("--exclude: {e}"))])?;
        let here = std::env::current_dir().unwrap_or_default();
        Ok(Self { lines: Some(lines).filter(|lines| !lines.is_empty()), here })
    }

    fn has(&self, path: &Path, folder: &Path, is_dir: bool) -> bool {
        let names = [path.strip_prefix(&self.here).unwrap_or(path), path.strip_prefix(folder).unwrap_or(path)];
        self.lines.as_ref().is_some_and(|lines| names.iter().any(|name| lines.matched(name, is_dir).is_ignore()))
    }
}

/// Walks a folder as ripgrep does: recursively, with ignore files honoured and without following links to folders, or any link
/// that leads out of the root.
pub fn walk(folder: &Path, root: &Root, excluded: &Excluded) -> Walked {
    let mut refused = Vec::new();
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let above = absolute.ancestors().skip(1).filter(|f| std::fs::canonicalize(f).is_ok_and(|f| root.has(&f)));
    refused.extend(above.flat_map(|folder| refused_ignore_files(folder, root)));
    // An ignore file is read as soon as its folder is walked: one that must not be read keeps its folder from that.
    let (sender, receiver) = std::sync::mpsc::channel();
    let (own_root, own_folder, excluded) = (root.clone(), folder.to_owned(), excluded.clone());
    let mut builder = ignore::WalkBuilder::new(folder);
    builder.require_git(false).filter_entry(move |entry| {
        let is_dir = entry.file_type().is_some_and(|t| t.is_dir());
        if excluded.has(entry.path(), &own_folder, is_dir) {
            return false;
        }
        let found = if is_dir { refused_ignore_files(entry.path(), &own_root) } else { Vec::new() };
        // Nobody listens any more only where the walk is over.
        found.into_iter().map(|problem| drop(sender.send(problem))).count() == 0
    });
    let mut walked = Walked::default();
    if refused.is_empty() {
        refused.extend(refused_ignore_files(folder, root));
    }
    if refused.is_empty() {
        walked = collect(&mut builder, EXTENSIONS, Some(root));
        drop(builder);
        refused.extend(receiver.iter());
    }
    walked.problems.extend(refused);
    if walked.files.is_empty() && walked.skipped.is_empty() && walked.problems.is_empty() {
        walked.problems.push(Problem::in_file(&folder.display().to_string(), "no manifest (*.yaml, *.yml, *.json) in this folder"));
    }
    walked
}

/// Walks a folder that the user checked out, for files with these extensions: what is in it is meant, whatever ignore files say;
/// hidden files are not.
pub fn walk_all(folder: &Path, depth: Depth, extensions: &[&str]) -> Walked {
    let depth = if depth == Depth::One { Some(1) } else { None };
    collect(ignore::WalkBuilder::new(folder).standard_filters(false).max_depth(depth), extensions, None)
}

/// What is wrong with ignore files of a folder: one that is a pipe or a device would be read without end.
fn refused_ignore_files(folder: &Path, root: &Root) -> Vec<Problem> {
    let refused = |name: &&str| {
        let path = folder.join(name);
        let metadata = std::fs::symlink_metadata(&path).ok()?;
        let problem = |message: String| Some(Problem::in_file(&path.display().to_string(), message));
        if metadata.is_symlink() {
            return root
                .real(&path)
                .map_or_else(|e| problem(e.to_string()), |real| if real.is_file() { None } else { problem(NO_FILE.to_owned()) });
        }
        if metadata.is_file() || metadata.is_dir() { None } else { problem(NO_FILE.to_owned()) }
    };
    IGNORE_FILES.iter().filter_map(refused).collect()
}

fn collect(builder: &mut ignore::WalkBuilder, extensions: &[&str], root: Option<&Root>) -> Walked {
    let mut walked = Walked::default();
    for entry in builder.hidden(true).sort_by_file_path(Path::cmp).build() {
        match entry {
            Ok(entry) => walked.take(entry.into_path(), extensions, root),
            Err(error) => walked.problems.push(error.to_string().into()),
        }
    }
    walked
}

impl Walked {
    fn take(&mut self, path: PathBuf, extensions: &[&str], root: Option<&Root>) {
        let is_link = is_link(&path);
        let has_extension = path.extension().and_then(|e| e.to_str()).is_some_and(|e| extensions.contains(&e));
        match std::fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => {
                if is_link {
                    self.skipped.push(Skipped { path, why: Why::LinkedFolder });
                }
            }
            _ if !has_extension => {}
            Ok(metadata) if !metadata.is_file() => self.skipped.push(Skipped { path, why: Why::NoFile }),
            Ok(_) if is_chart_template(&path) => self.skipped.push(Skipped { path, why: Why::HelmTemplate }),
            Ok(_) => match root.filter(|_| is_link).map(|root| root.real(&path)) {
                Some(Err(error)) => self.problems.push(Problem::in_file(&path.display().to_string(), error.to_string())),
                _ => self.files.push(path),
            },
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
