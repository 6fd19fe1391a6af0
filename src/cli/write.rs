//! Writing files, all or none: complete temporary files beside all of them first, then renames.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use tempfile::TempPath;

/// How the names of temporary files start; the process follows, so that a later run knows whether they are still needed.
const PREFIX: &str = ".sidecarize-";
/// Where the system does not tell which processes run: how old a temporary file must be to belong to none.
const FORGOTTEN: Duration = Duration::from_secs(3600);

/// A file that gets a new text.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// The file.
    pub path: &'a Path,
    /// Its new text.
    pub text: &'a str,
    /// Its text before, where it was read; it comes back when a later file fails.
    pub old: Option<&'a str>,
}

/// Writes all of these or, when anything fails, none.
///
/// # Errors
///
/// When a file cannot be written. Before the renames no file has changed; where one of these fails, the ones before it are
/// put back.
pub fn write_all(changes: &[Change<'_>]) -> anyhow::Result<()> {
    let mut ready = Vec::with_capacity(changes.len());
    for change in changes {
        // The file behind a symbolic link is what changes, not the link.
        let target = std::fs::canonicalize(change.path).unwrap_or_else(|_| change.path.to_owned());
        let named = || target.display().to_string();
        if std::fs::metadata(&target).is_ok_and(|m| !m.is_file()) {
            // A pipe or a device has no old content to keep.
            let file = std::fs::OpenOptions::new().write(true).open(&target);
            file.and_then(|mut f| f.write_all(change.text.as_bytes())).with_context(named)?;
        } else {
            ready.push((temporary(&target, change.text).with_context(named)?, target, change.old));
        }
    }
    let mut done: Vec<(PathBuf, Option<&str>)> = Vec::with_capacity(ready.len());
    for (temporary, target, old) in ready {
        if let Err(error) = temporary.persist(&target) {
            let failed = anyhow!("{}: {}", target.display(), error.error);
            return Err(match put_back(&done) {
                Ok(()) => failed.context("nothing was written"),
                Err(worse) => failed.context(format!("some files are new and could not be put back ({worse:#}): see git status")),
            });
        }
        done.push((target, old));
    }
    Ok(())
}

/// Undoes finished renames.
fn put_back(done: &[(PathBuf, Option<&str>)]) -> anyhow::Result<()> {
    for (target, old) in done {
        match old {
            Some(text) => temporary(target, text)?.persist(target).with_context(|| target.display().to_string())?,
            None => bail!("{} was not read before", target.display()),
        }
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
    let folder = target.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(&format!("{PREFIX}{}-", std::process::id())).tempfile_in(folder)?;
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
