//! Where the product of a command goes: standard output, the files it came from, or somewhere else.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use super::files::{File, Files};

/// Flags of every command that gives manifests back.
#[derive(Debug, clap::Args)]
pub struct Output {
    /// Rewrite the files: all or, when anything fails, none
    #[arg(short, long, conflicts_with = "output")]
    pub in_place: bool,
    /// Write to a file, or below a folder that exists or ends in /
    #[arg(short, long, value_name = "FILE|DIR")]
    pub output: Option<PathBuf>,
}

impl Output {
    /// Writes each file's new text where the flags say. A file changes only when its text does.
    ///
    /// # Errors
    ///
    /// When something cannot be written; no file has changed then.
    pub fn write(&self, texts: Vec<(&File, &str)>, files: &Files) -> anyhow::Result<()> {
        if self.in_place {
            return in_place(texts);
        }
        match &self.output {
            Some(output) if output.is_dir() || output.as_os_str().to_string_lossy().ends_with('/') => {
                write_below(texts, output, &files.paths)
            }
            Some(output) => write_all(vec![(output.clone(), stream(&texts))]),
            None => {
                let mut out = std::io::stdout().lock();
                Ok(out.write_all(stream(&texts).as_bytes()).and_then(|()| out.flush())?)
            }
        }
    }
}

/// All files as one stream of documents.
fn stream(texts: &[(&File, &str)]) -> String {
    let mut all = String::new();
    for (_, text) in texts {
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

fn in_place(texts: Vec<(&File, &str)>) -> anyhow::Result<()> {
    let mut changed = Vec::new();
    for (file, text) in texts {
        let Some(path) = &file.path else { bail!("standard input cannot be rewritten in place") };
        if file.text != text {
            changed.push((path.clone(), text.to_owned()));
        }
    }
    write_all(changed)
}

/// Writes every file below a folder, at its path relative to the argument that named it.
fn write_below(texts: Vec<(&File, &str)>, folder: &Path, arguments: &[PathBuf]) -> anyhow::Result<()> {
    let mut files = Vec::new();
    for (file, text) in texts {
        let target = folder.join(relative(file, arguments));
        if let Some(parent) = target.parent() {
            std::fs::create_dir_all(parent).with_context(|| parent.display().to_string())?;
        }
        files.push((target, text.to_owned()));
    }
    write_all(files)
}

fn relative(file: &File, arguments: &[PathBuf]) -> PathBuf {
    let Some(path) = &file.path else { return PathBuf::from("stdin.yaml") };
    let below = arguments.iter().find_map(|a| path.strip_prefix(a).ok()).filter(|p| !p.as_os_str().is_empty());
    below.map_or_else(|| path.file_name().map(PathBuf::from).unwrap_or_default(), Path::to_owned)
}

/// Writes temporary files beside all of these first and renames them only when every one is complete.
///
/// # Errors
///
/// When a file cannot be written; before the renames start, no file has changed then.
pub fn write_all(files: Vec<(PathBuf, String)>) -> anyhow::Result<()> {
    let mut ready = Vec::with_capacity(files.len());
    for (path, text) in files {
        // The file behind a symbolic link is what changes, not the link.
        let target = std::fs::canonicalize(&path).unwrap_or(path);
        if std::fs::metadata(&target).is_ok_and(|m| !m.is_file()) {
            // A pipe or a device has no old content to keep.
            let written = std::fs::OpenOptions::new().write(true).open(&target).and_then(|mut f| f.write_all(text.as_bytes()));
            written.with_context(|| target.display().to_string())?;
            continue;
        }
        let folder = target.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut temporary =
            tempfile::Builder::new().prefix(".sidecarize-").tempfile_in(folder).with_context(|| target.display().to_string())?;
        temporary.write_all(text.as_bytes()).with_context(|| target.display().to_string())?;
        temporary.as_file().sync_all().with_context(|| target.display().to_string())?;
        match std::fs::metadata(&target) {
            Ok(metadata) if metadata.permissions().readonly() => bail!("{}: the file is read-only", target.display()),
            Ok(metadata) => {
                std::fs::set_permissions(temporary.path(), metadata.permissions()).with_context(|| target.display().to_string())?
            }
            Err(_) => set_default_permissions(temporary.path())?,
        }
        ready.push((temporary, target));
    }
    for (temporary, target) in ready {
        temporary.persist(&target).with_context(|| target.display().to_string())?;
    }
    Ok(())
}

/// Temporary files are private; a new file is as any program makes it.
#[cfg(unix)]
fn set_default_permissions(path: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).with_context(|| path.display().to_string())
}

#[cfg(not(unix))]
fn set_default_permissions(_path: &Path) -> anyhow::Result<()> {
    Ok(())
}
