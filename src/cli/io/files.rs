//! Manifests from files, folders and standard input.

use std::collections::HashSet;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};
use std::sync::OnceLock;

use clap::Args;

use super::boundary::{self, Root, is_link, is_stream};
use super::skipped::{Skipped, Why};
use super::walk::{Excluded, walk};
use crate::Value;
use crate::cli::problem::Problem;
use crate::kubernetes::Kinds;
use crate::plain::one_line;
use crate::read::{Layout, Manifests};
use crate::yaml::position;

/// The path that stands for standard input.
const STDIN: &str = "-";
/// What stands in every Kubernetes object.
const OF_OBJECTS: &str = "apiVersion";

/// The paths that every command on manifests takes.
#[derive(Debug, Clone, Default, Args)]
pub struct Files {
    /// Files, folders (recursive, .gitignore honoured) or - for standard input [default: what is piped in, else this folder]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The same as PATH, as kubectl has it
    #[arg(short, long = "filename", value_name = "PATH")]
    filenames: Vec<PathBuf>,
    /// Pass over what this line of a .gitignore would ignore below a folder; may be repeated
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// Whether standard input is something else than what is read here.
    #[arg(skip)]
    beside_stdin: bool,
}

/// A text and where it came from.
#[derive(Debug)]
pub struct File {
    /// Its path; nothing for standard input.
    pub path: Option<PathBuf>,
    /// The file behind its path, links followed; nothing where it is no file.
    pub real: Option<PathBuf>,
    /// Its text.
    pub text: String,
    /// Whether it was found in a folder, not named by the user as a manifest.
    pub found: bool,
    /// Its path below the folder that was named; its own name where it was named itself.
    pub below: PathBuf,
}

impl File {
    /// Its name for people, in one line.
    pub fn name(&self) -> String {
        self.path.as_ref().map_or_else(|| "stdin".to_owned(), |p| one_line(&p.to_string_lossy()).into_owned())
    }

    /// Its name relative to the working directory, where it is below that, as `git apply` needs it: of the file itself where
    /// the path is a link, with forward slashes and without a leading `./`.
    pub fn relative_name(&self) -> String {
        let Some(path) = &self.path else { return "stdin".to_owned() };
        let below_here = || self.real.as_ref()?.strip_prefix(std::fs::canonicalize(".").ok()?).ok().map(Path::to_owned);
        let parts: PathBuf = below_here().unwrap_or_else(|| path.clone());
        let parts: Vec<_> = parts.components().filter(|c| *c != Component::CurDir).map(|c| c.as_os_str().to_string_lossy()).collect();
        parts.join("/").replacen("//", "/", 1)
    }
}

/// What the paths lead to.
#[derive(Debug, Default)]
pub struct Input {
    /// Every file, in the order of the paths and sorted below a folder.
    pub files: Vec<File>,
    /// Files of folders that are left aside.
    pub skipped: Vec<Skipped>,
    /// What cannot be read.
    pub problems: Vec<Problem>,
}

/// The objects of one file.
pub type Objects<'s> = (Manifests<'s>, Vec<Value>);

/// What a file holds.
#[derive(Debug)]
pub enum Parsed<'s> {
    /// Manifests.
    Objects(Objects<'s>),
    /// Something else.
    Skipped(Why),
    /// No YAML.
    Failed(Problem),
}

impl Parsed<'_> {
    /// The values of its objects.
    pub fn values(&self) -> &[Value] {
        match self {
            Self::Objects((_, values)) => values,
            Self::Skipped(_) | Self::Failed(_) => &[],
        }
    }
}

impl Files {
    /// These paths, and no others.
    pub fn of(paths: Vec<PathBuf>) -> Self {
        Self { paths, ..Self::default() }
    }

    /// Other paths with the same left out.
    pub fn at(&self, path: PathBuf) -> Self {
        Self { exclude: self.exclude.clone(), ..Self::of(vec![path]) }
    }

    /// The same, where standard input is something else.
    pub fn beside_stdin(&self) -> Self {
        Self { beside_stdin: true, ..self.clone() }
    }

    /// What is read: what is named, else what is piped in. None stands for the folder here.
    pub fn paths(&self) -> Vec<&Path> {
        let named: Vec<&Path> = self.paths.iter().chain(&self.filenames).map(PathBuf::as_path).collect();
        if named.is_empty() && !self.beside_stdin && is_piped() { vec![Path::new(STDIN)] } else { named }
    }

    /// Reads every file. What is wrong with one keeps none of the others from being read.
    pub fn read(&self) -> Input {
        let mut input = Input::default();
        let excluded = Excluded::of(&self.exclude).unwrap_or_else(|problems| {
            input.problems.extend(problems);
            Excluded::default()
        });
        // A file that two paths lead to is one file.
        let mut seen = HashSet::new();
        // As ripgrep does: what is found from nowhere else than here is named without a leading ./
        let mut paths = self.paths();
        let is_here = paths.is_empty();
        if is_here {
            paths.push(Path::new("./"));
        }
        let is_named = !self.paths.is_empty() || !self.filenames.is_empty();
        for path in paths {
            if is_stdin(path) {
                let text =
                    read_stdin().and_then(|text| if is_named || text.contains(OF_OBJECTS) { Ok(text) } else { Err(nothing_piped()) });
                if seen.insert(path.to_owned()) {
                    input.take(None, None, text, None);
                }
            } else if path.is_dir() {
                let root = Root::of(path).map_err(boundary::Error::from).and_then(|root| root.real(path).map(|real| (root, real)));
                let (root, real) = match root {
                    Ok(found) => found,
                    Err(error) => {
                        input.problems.push(Problem::in_file(&path.display().to_string(), error.to_string()));
                        continue;
                    }
                };
                let walked = walk(path, &root, &excluded);
                input.problems.extend(walked.problems);
                let bare = |p: PathBuf| if is_here { p.strip_prefix("./").map(Path::to_owned).unwrap_or(p) } else { p };
                input.skipped.extend(walked.skipped.into_iter().map(|s| Skipped { path: bare(s.path), why: s.why }));
                for found in walked.files.into_iter().map(bare).filter(|p| seen.insert(p.clone())) {
                    let text = read(&found);
                    let below = found.strip_prefix(path).unwrap_or(&found).to_owned();
                    // Folders below are no links; a file may be one.
                    let own = real.join(&below);
                    let own = if is_link(&found) { std::fs::canonicalize(&found).unwrap_or(own) } else { own };
                    input.take(Some(found), Some(own), text, Some(below));
                }
            } else if seen.insert(path.to_owned()) {
                match real_file(path) {
                    Ok(real) => input.take(Some(path.to_owned()), real, read(path), None),
                    Err(problem) => input.problems.push(problem),
                }
            }
        }
        input
    }
}

impl Input {
    fn take(&mut self, path: Option<PathBuf>, real: Option<PathBuf>, text: Result<String, Problem>, below: Option<PathBuf>) {
        match text {
            Ok(text) => {
                let own_name = || path.as_ref().and_then(|p| p.file_name()).map_or_else(|| PathBuf::from("stdin.yaml"), PathBuf::from);
                self.files.push(File { found: below.is_some(), below: below.unwrap_or_else(own_name), path, real, text });
            }
            Err(problem) => self.problems.push(problem),
        }
    }
}

/// Whether a path stands for standard input.
pub fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == STDIN
}

/// Whether something comes on standard input: a pipe or a file. A socket is none: programs that start others leave one
/// open to which they never write.
#[cfg(unix)]
fn is_piped() -> bool {
    use std::os::fd::AsFd as _;
    use std::os::unix::fs::FileTypeExt as _;
    let stdin = std::io::stdin().as_fd().try_clone_to_owned().map(std::fs::File::from);
    stdin.and_then(|stdin| stdin.metadata()).is_ok_and(|m| m.is_file() || m.file_type().is_fifo())
}

#[cfg(not(unix))]
fn is_piped() -> bool {
    use std::io::IsTerminal as _;
    !std::io::stdin().is_terminal()
}

/// What is wrong where a program failed that should have written, or a job has a pipe or its own script for standard input:
/// none of these means this folder, and none is a success.
fn nothing_piped() -> Problem {
    Problem::in_file("stdin", "no manifest was piped in, and no PATH is given: name files or folders, such as . for this one")
}

/// The text of standard input. It is read once, so that two runs can compare what they make of it.
///
/// # Errors
///
/// When it cannot be read or is not UTF-8.
pub fn read_stdin() -> Result<String, Problem> {
    static TEXT: OnceLock<Result<String, Problem>> = OnceLock::new();
    let read = || {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map_err(|e| Problem::in_file("stdin", e.to_string()))?;
        text_of(bytes, "stdin")
    };
    TEXT.get_or_init(read).clone()
}

/// The file behind a path that the user named; nothing where it is no file but what a shell put in the place of `<(…)`.
///
/// # Errors
///
/// When a link leads out of the repository or the folder, or nowhere.
pub fn real_file(path: &Path) -> Result<Option<PathBuf>, Problem> {
    if is_stream(path) {
        return Ok(None);
    }
    let real = Root::of(path).map_err(boundary::Error::from).and_then(|root| root.real(path));
    real.map(Some).map_err(|error| Problem::in_file(&path.display().to_string(), error.to_string()))
}

/// The text of a file.
///
/// # Errors
///
/// When it cannot be read, is no file, or is not UTF-8.
pub fn read(path: &Path) -> Result<String, Problem> {
    let name = path.display().to_string();
    let in_file = |e: std::io::Error| Problem::in_file(&name, e.to_string());
    // To open a pipe waits for its other end, and a device may never end.
    if !is_stream(path) && !std::fs::metadata(path).map_err(in_file)?.is_file() {
        return Err(Problem::in_file(&name, "no file, but a folder, a pipe or a device; give what a pipe says as - on standard input"));
    }
    text_of(std::fs::read(path).map_err(in_file)?, &name)
}

/// The text of a file that the user named, links followed as far as they may lead.
///
/// # Errors
///
/// As [`real_file`] and [`read`].
pub fn read_named(path: &Path) -> Result<String, Problem> {
    real_file(path)?;
    read(path)
}

fn text_of(bytes: Vec<u8>, name: &str) -> Result<String, Problem> {
    String::from_utf8(bytes).map_err(|error| {
        let bytes = error.as_bytes();
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            return Problem::in_file(name, "the text is UTF-16; save it as UTF-8");
        }
        let offset = error.utf8_error().valid_up_to();
        let byte = bytes.get(offset).copied().unwrap_or_default();
        let text = String::from_utf8_lossy(bytes);
        Problem::at(name, &text, position(&text, offset), format!("byte 0x{byte:02x} is not UTF-8 text; save the file as UTF-8"))
    })
}

/// Reads the objects of a file; tells whether a file that was found in a folder holds any.
pub fn parse(file: &File) -> Parsed<'_> {
    let objects = Manifests::parse(&file.text, Layout::Stream).and_then(|manifests| {
        let values = manifests.values()?;
        Ok((manifests, values))
    });
    let template = || file.text.contains("{{");
    match objects {
        Err(_) if file.found && template() => Parsed::Skipped(Why::HelmTemplate),
        Err(error) => {
            let problem = Problem::yaml(&file.name(), &file.text, &error);
            let hint = "{{ … }} belongs to a template: render it first, as in helm template NAME CHART | sidecarize inject -";
            Parsed::Failed(if template() { problem.hint(hint) } else { problem })
        }
        Ok((_, values)) if file.found && !values.iter().any(|v| is_object(v) || !Kinds::nameless(v).is_empty()) => {
            Parsed::Skipped(Why::NoObject)
        }
        Ok((_, values)) if file.found && values.iter().filter(|v| is_object(v)).all(is_configuration) => {
            Parsed::Skipped(Why::Configuration)
        }
        Ok(objects) => Parsed::Objects(objects),
    }
}

fn text<'v>(object: &'v Value, key: &str) -> Option<&'v str> {
    object.get(key).and_then(Value::as_str)
}

fn is_object(value: &Value) -> bool {
    text(value, "apiVersion").is_some() && text(value, "kind").is_some()
}

/// Whether an object configures this program, in whatever version; it is for no cluster.
fn is_configuration(value: &Value) -> bool {
    let group = text(value, "apiVersion").and_then(|v| v.split_once('/')).map(|(group, _)| group);
    let own = crate::config::API_VERSION.split_once('/').map(|(group, _)| group);
    group == own && text(value, "kind") == Some(crate::config::KIND)
}
