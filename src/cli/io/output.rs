//! Where the product of a command goes: standard output, the files it came from, or somewhere else.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::builder::TypedValueParser as _;

use super::boundary::{is_link, is_stream, linked_folder};
use super::files::{File, read_named};
use super::write::{FileChange, remove_leftovers, write_all};
use crate::plain::one_line;

/// How much of the product is printed at once, in bytes.
const BUFFER: usize = 256 << 10;

/// Flags of every command that gives manifests back.
#[derive(Debug, clap::Args)]
pub struct Output {
    /// Rewrite the files: all or, when anything fails, none
    #[arg(short, long, conflicts_with = "output")]
    pub in_place: bool,
    /// Write to a file, or below a folder that exists or ends in /
    #[arg(short, long, value_name = "FILE|DIR", value_parser = file_name())]
    pub output: Option<PathBuf>,
    /// Only tell which files --in-place or --output would change: their names, and exit code 1
    #[arg(long, conflicts_with = "in_place")]
    pub check: bool,
}

/// What `kubectl -o` takes for a format. Behind `=` some have an expression.
const FORMATS: &[&str] = &[
    "yaml",
    "json",
    "kyaml",
    "name",
    "wide",
    "jsonpath",
    "jsonpath-as-json",
    "jsonpath-file",
    "go-template",
    "go-template-file",
    "template",
    "templatefile",
    "custom-columns",
    "custom-columns-file",
];

/// Reads the value of `-o`: a path, and none of kubectl's formats, which would silently be files of these names.
pub fn file_name() -> impl clap::builder::TypedValueParser<Value = PathBuf> {
    clap::builder::PathBufValueParser::new().try_map(|path| {
        let text = path.to_string_lossy();
        let format = text.split_once('=').map_or(&*text, |(format, _)| format);
        if FORMATS.iter().any(|known| known.eq_ignore_ascii_case(format)) {
            return Err(format!("-o names a file here and no format, as it does for kubectl: leave it out to print, or write ./{text} for a file of this name"));
        }
        Ok(path)
    })
}

impl Output {
    /// Whether the result stands in files, or is held against them.
    pub fn is_committed(&self) -> bool {
        self.in_place || self.check || self.output.is_some()
    }

    /// Writes each file's new text where the flags say. A file changes only when its text does. The exit code is 1 where the
    /// files are only checked and one is not as it would be.
    ///
    /// # Errors
    ///
    /// When something cannot be written; no file has changed then.
    pub fn write(&self, texts: &[(&File, &str)]) -> anyhow::Result<ExitCode> {
        if self.check {
            let stale = match &self.output {
                None => texts.iter().filter(|(file, text)| file.text != *text).map(|(file, _)| file.name()).collect(),
                Some(output) => stale(texts, output)?,
            };
            let stale: String = stale.into_iter().map(|name| name + "\n").collect();
            print(&stale)?;
            return Ok(if stale.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) });
        }
        self.put(texts)?;
        Ok(ExitCode::SUCCESS)
    }

    /// Which of these files are written, where files are written at all, and how many that makes.
    pub fn written<'f>(&self, texts: &[(&'f File, &str)]) -> Option<(Vec<&'f File>, usize)> {
        if self.check {
            return None;
        }
        let all = || texts.iter().map(|(file, _)| *file).collect::<Vec<_>>();
        match &self.output {
            Some(output) if is_folder(output) => Some((all(), texts.len())),
            Some(_) => Some((all(), 1)),
            None if self.in_place => {
                let changed = texts.iter().filter(|(file, text)| file.text != *text).map(|(file, _)| *file);
                let changed: Vec<&File> = changed.filter(|file| !is_named_link(file)).collect();
                Some((changed.clone(), changed.len()))
            }
            None => None,
        }
    }

    fn put(&self, texts: &[(&File, &str)]) -> anyhow::Result<()> {
        if self.in_place {
            return in_place(texts);
        }
        match &self.output {
            Some(output) if is_folder(output) => write_below(texts, output),
            Some(output) => {
                let old = known_text(texts, output);
                write_all(&[FileChange { path: output, text: &stream(texts.iter().map(|(_, text)| *text)), old }])
            }
            None => print(&stream(texts.iter().map(|(_, text)| *text))),
        }
    }
}

/// Whether `-o` names a folder.
fn is_folder(output: &Path) -> bool {
    output.is_dir() || output.as_os_str().to_string_lossy().ends_with('/')
}

/// Names of the files at `-o` that are not what would be written there.
fn stale(texts: &[(&File, &str)], output: &Path) -> anyhow::Result<Vec<String>> {
    if is_stream(output) {
        bail!("{} keeps nothing with which --check could compare: name a file or a folder", output.display());
    }
    let targets: Vec<(PathBuf, Cow<'_, str>)> = if is_folder(output) {
        targets_below(texts, output)?.into_iter().map(|(path, (_, text))| (path, text.into())).collect()
    } else {
        vec![(output.to_owned(), stream(texts.iter().map(|(_, text)| *text)).into())]
    };
    let mut stale = Vec::new();
    for (path, text) in targets {
        let current = match std::fs::symlink_metadata(&path) {
            Ok(_) => read_named(&path)? == text,
            Err(e) if e.kind() == io::ErrorKind::NotFound => false,
            Err(e) => return Err(e).with_context(|| path.display().to_string()),
        };
        if !current {
            stale.push(one_line(&path.to_string_lossy()).into_owned());
        }
    }
    Ok(stale)
}

/// Prints the product.
///
/// # Errors
///
/// When standard output takes it not or not whole.
pub fn print(text: &str) -> anyhow::Result<()> {
    print_pieces([text])
}

/// Prints the product piece by piece.
///
/// # Errors
///
/// As [`print`].
pub fn print_pieces<'t>(pieces: impl IntoIterator<Item = &'t str>) -> anyhow::Result<()> {
    let mut out = io::BufWriter::with_capacity(BUFFER, io::stdout().lock());
    pieces.into_iter().try_for_each(|piece| out.write_all(piece.as_bytes())).and_then(|()| out.flush()).context("standard output")
}

/// Whether colours are seen: standard output is a terminal, and NO_COLOR and the like do not say otherwise.
pub fn has_colours() -> bool {
    let stdout = io::stdout();
    match anstream::AutoStream::choice(&stdout) {
        anstream::ColorChoice::Never => false,
        anstream::ColorChoice::Auto => stdout.is_terminal(),
        anstream::ColorChoice::Always | anstream::ColorChoice::AlwaysAnsi => true,
    }
}

/// All texts as one stream of documents.
pub fn stream<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    let mut all = String::new();
    for text in texts {
        // A byte order mark stands at the start of a text or nowhere.
        let text = if all.is_empty() { text } else { text.trim_start_matches('\u{feff}') };
        if !all.is_empty() {
            if !all.ends_with('\n') {
                all.push('\n');
            }
            if !text.starts_with("---") {
                all.push_str("---\n");
            }
        }
        all.push_str(text);
    }
    all
}

fn in_place(texts: &[(&File, &str)]) -> anyhow::Result<()> {
    let named: HashSet<&Path> = texts.iter().filter(|(f, _)| !is_named_link(f)).filter_map(|(f, _)| f.real.as_deref()).collect();
    let mut changed = Vec::new();
    for (file, text) in texts {
        let Some(path) = file.path.as_ref().filter(|path| !is_stream(path)) else {
            bail!("standard input cannot be rewritten in place: leave --in-place out")
        };
        if file.text == *text {
            continue;
        }
        if is_named_link(file) {
            // A link changes with the file that it leads to, where that is among the files.
            if file.real.as_deref().is_some_and(|real| named.contains(real)) {
                continue;
            }
            bail!("{} is a link, and nothing is written through links: name the file that it leads to", path.display());
        }
        changed.push(FileChange { path, text, old: Some(&file.text) });
    }
    remove_leftovers(texts.iter().filter_map(|(file, _)| file.path.as_deref()));
    write_all(&changed)
}

/// Whether the path of a file is a link, or leads through one below the folder that counts.
fn is_named_link(file: &File) -> bool {
    file.path.as_deref().is_some_and(|path| is_link(path) || (!file.found && linked_folder(path).is_some()))
}

/// What was read of the file to which something is written, where it is one of those that were read.
fn known_text<'f>(texts: &[(&'f File, &str)], path: &Path) -> Option<&'f str> {
    let real = std::fs::canonicalize(path).ok()?;
    texts.iter().find(|(file, _)| file.real.as_deref() == Some(&real)).map(|(file, _)| file.text.as_str())
}

/// What is written below a folder: each file at its path relative to the argument that named it.
fn targets_below<'t>(texts: &[(&'t File, &'t str)], folder: &Path) -> anyhow::Result<BTreeMap<PathBuf, (&'t File, &'t str)>> {
    let mut targets: BTreeMap<PathBuf, (&File, &str)> = BTreeMap::new();
    for (file, text) in texts {
        if let Some((other, _)) = targets.insert(folder.join(&file.below), (file, text)) {
            bail!("{} and {} would both be {}: run them apart", other.name(), file.name(), folder.join(&file.below).display());
        }
    }
    for target in targets.keys() {
        let from = folder.components().count();
        let depths = from..=target.components().count();
        if let Some(link) = depths.map(|n| target.components().take(n).collect::<PathBuf>()).find(|path| is_link(path)) {
            bail!("{} is a link, and nothing is written through links: name what it leads to, or another folder", link.display());
        }
    }
    Ok(targets)
}

fn write_below(texts: &[(&File, &str)], folder: &Path) -> anyhow::Result<()> {
    let targets = targets_below(texts, folder)?;
    for parent in targets.keys().filter_map(|target| target.parent()) {
        std::fs::create_dir_all(parent).with_context(|| parent.display().to_string())?;
    }
    let inputs: HashMap<&Path, &str> = texts.iter().filter_map(|(file, _)| Some((file.real.as_deref()?, file.text.as_str()))).collect();
    let known = |path: &Path| inputs.get(std::fs::canonicalize(path).ok()?.as_path()).copied();
    let changes: Vec<FileChange<'_>> = targets.iter().map(|(path, (_, text))| FileChange { path, text, old: known(path) }).collect();
    write_all(&changes)
}

#[cfg(test)]
mod tests {
    use super::stream;

    #[test]
    fn byte_order_marks_stand_at_the_start_alone() {
        assert_eq!(stream(["\u{feff}a: 1\n", "\u{feff}---\nb: 1", "\u{feff}c: 1\n"]), "\u{feff}a: 1\n---\nb: 1\n---\nc: 1\n");
    }
}
