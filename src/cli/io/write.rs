//! Writing files, all or none: complete temporary files beside all of them first, then renames.

use std::collections::BTreeSet;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use tempfile::TempPath;

use super::boundary::{is_link, is_stream};

/// How the names of temporary files start; the process follows, so that a later run knows whether they are still needed.
const PREFIX: &str = ".sidecarize-";
/// Where the system does not tell which processes run: how old a temporary file must be to belong to none.
const FORGOTTEN: Duration = Duration::from_secs(3600);

/// A file that gets a new text.
#[derive(Debug, Clone, Copy)]
pub struct FileChange<'a> {
    /// The file.
    pub path: &'a Path,
    /// Its new text.
    pub text: &'a str,
    /// Its text before, where it was read: it must be that still, and comes back when a later file fails.
    pub old: Option<&'a str>,
}

/// A file with its new text beside it.
struct Ready<'a> {
    temporary: TempPath,
    /// The folder as it was when the new text was written to it, links followed.
    folder: PathBuf,
    change: &'a FileChange<'a>,
}

/// Writes all of these or, when anything fails, none.
///
/// # Errors
///
/// When a file cannot be written, is a link, or is not what was read any more. Before the renames no file has changed; where
/// one of these fails, the ones before it are put back.
pub fn write_all(changes: &[FileChange<'_>]) -> anyhow::Result<()> {
    let mut ready = Vec::with_capacity(changes.len());
    for change in changes {
        let FileChange { path, text, .. } = change;
        let named = || path.display().to_string();
        if is_stream(path) || std::fs::symlink_metadata(path).is_ok_and(|m| !m.is_file() && !m.is_symlink()) {
            // A pipe or a device has no old content to keep.
            let file = std::fs::OpenOptions::new().write(true).open(path);
            file.and_then(|mut f| f.write_all(text.as_bytes())).with_context(named)?;
        } else {
            refuse_link(path)?;
            let folder = real_folder(path).with_context(named)?;
            ready.push(Ready { temporary: temporary(path, text).with_context(named)?, folder, change });
        }
    }
    // All are looked at first, so that a run seldom has to put anything back.
    ready.iter().try_for_each(Ready::check)?;
    let mut done: Vec<&FileChange<'_>> = Vec::with_capacity(ready.len());
    for ready in ready {
        let change = ready.change;
        if let Err(failed) = ready.persist() {
            return Err(match put_back(&done) {
                Ok(()) => failed.context("nothing was written"),
                Err(worse) => failed.context(format!("some files are new and could not be put back ({worse:#}): see git status")),
            });
        }
        done.push(change);
    }
    Ok(())
}

impl Ready<'_> {
    /// Whether the file is still what it was when it was read: an editor may have saved it, or put a link in its place.
    fn check(&self) -> anyhow::Result<()> {
        let path = self.change.path;
        refuse_link(path)?;
        if real_folder(path).ok().as_ref() != Some(&self.folder) {
            bail!("{}: its folder was moved while this ran; it stays as it is: run again", path.display());
        }
        if let Some(old) = self.change.old {
            let now = std::fs::read(path).with_context(|| path.display().to_string())?;
            if now != old.as_bytes() {
                bail!("{} was saved while this ran; it stays as it is now: run again", path.display());
            }
        }
        Ok(())
    }

    fn persist(self) -> anyhow::Result<()> {
        self.check()?;
        let path = self.change.path;
        self.temporary.persist(path).map_err(|e| anyhow!("{}: {}", path.display(), e.error))
    }
}

/// What is written goes to the file that is named, not to one that a link in its place leads to.
fn refuse_link(path: &Path) -> anyhow::Result<()> {
    if is_link(path) {
        bail!("{} is a link, and nothing is written through links: name the file that it leads to", path.display());
    }
    Ok(())
}

/// The folder of a file, links followed.
fn real_folder(path: &Path) -> io::Result<PathBuf> {
    std::fs::canonicalize(parent(path))
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Undoes finished renames.
fn put_back(done: &[&FileChange<'_>]) -> anyhow::Result<()> {
    for FileChange { path, text, old } in done {
        let Some(old) = old else { bail!("{} was not read before", path.display()) };
        if std::fs::read(path).is_ok_and(|now| now != text.as_bytes()) {
            bail!("{} was saved meanwhile", path.display());
        }
        temporary(path, old)?.persist(path).with_context(|| path.display().to_string())?;
    }
    Ok(())
}

/// A complete file beside its target, with the target's permissions. It is closed: a run may write more files than a process
/// may hold open.
fn temporary(target: &Path, text: &str) -> anyhow::Result<TempPath> {
    let permissions = std::fs::metadata(target).map(|m| m.permissions());
    if permissions.as_ref().is_ok_and(std::fs::Permissions::readonly) {
        bail!("the file is read-only");
    }
    let mut file = tempfile::Builder::new().prefix(&format!("{PREFIX}{}-", std::process::id())).tempfile_in(parent(target))?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    match permissions {
        Ok(permissions) => std::fs::set_permissions(file.path(), permissions)?,
        Err(_) => set_default_permissions(file.path())?,
    }
    Ok(file.into_temp_path())
}

/// Temporary files are private; a new file is as any program makes it.
#[cfg(unix)]
fn set_default_permissions(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn set_default_permissions(_path: &Path) -> std::io::Result<()> {
    Ok(())
}

/// Removes the temporary files that killed runs left in the folders of these files.
pub fn remove_leftovers<'p>(files: impl Iterator<Item = &'p Path>) {
    let folders: BTreeSet<PathBuf> =
        files.filter_map(|file| std::fs::canonicalize(file).ok()).filter_map(|file| file.parent().map(Path::to_owned)).collect();
    for entry in folders.iter().filter_map(|f| std::fs::read_dir(f).ok()).flatten().flatten() {
        if entry.file_name().to_str().is_some_and(|name| is_leftover(name, &entry)) {
            // What cannot be removed does no harm: it is hidden, and no manifest.
            drop(std::fs::remove_file(entry.path()));
        }
    }
}

/// Whether this is a temporary file whose run is over.
fn is_leftover(name: &str, entry: &std::fs::DirEntry) -> bool {
    let Some((process, _)) = name.strip_prefix(PREFIX).and_then(|rest| rest.split_once('-')) else { return false };
    // This run has written none yet: a process of the same number is one of another container.
    let own = process.parse() == Ok(std::process::id());
    let command = |process: &str| std::fs::read(format!("/proc/{process}/comm")).ok();
    match command("self") {
        Some(own_command) => process.parse::<u32>().is_ok() && (own || command(process).is_none_or(|c| c != own_command)),
        None => entry.metadata().and_then(|m| m.modified()).is_ok_and(|t| t.elapsed().is_ok_and(|age| age > FORGOTTEN)),
    }
}
