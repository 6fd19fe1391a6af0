//! How far paths may lead. Whoever writes a manifest may name a link, and whoever runs the program may read more than they may:
//! the tokens of a job, or the files of the platform team's machine.

use std::io;
use std::path::{Component, Path, PathBuf};

/// What makes a folder a repository. What is in it is git's own, the credentials of a checkout among it.
const GIT: &str = ".git";
/// Folders in which the system shows processes and devices as files.
const OF_THE_SYSTEM: &[&str] = &["/proc", "/sys", "/dev"];
/// Open files of this process under a name: standard input, and what a shell puts in the place of `<(…)`.
const STREAMS: &[&str] = &["/dev/fd", "/dev/stdin", "/dev/stdout", "/dev/stderr", "/proc/self/fd"];

/// Why a path is not followed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It leads nowhere.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It leads out of the root.
    #[error("{} out of {} and is not followed: put the file itself there", if *.is_link { "a link that leads" } else { "the path leads" }, .root.display())]
    Outside {
        /// Whether the path is a link itself.
        is_link: bool,
        /// The root.
        root: PathBuf,
    },
    /// It leads into what is git's own.
    #[error("a link into {GIT}, which is not followed")]
    OfGit,
    /// It leads out of the repository of an application.
    #[error("leads out of the application's repository")]
    OutsideOfApplication,
}

/// The folder that no link below a named path may lead out of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root(PathBuf);

impl Root {
    /// That of a path that the user named: the repository in which it stands; outside of any, the folder that it is, or in
    /// which the file is.
    ///
    /// # Errors
    ///
    /// When the path leads nowhere.
    pub fn of(path: &Path) -> io::Result<Self> {
        let named = named(path)?;
        let parent = named.parent().unwrap_or(&named);
        if let Some(repository) = repository(parent) {
            return std::fs::canonicalize(repository).map(Self);
        }
        let folder = std::fs::canonicalize(if named.is_dir() { &named } else { parent })?;
        Ok(Self(repository(&folder).map(Path::to_owned).unwrap_or(folder)))
    }

    /// The repository in which a folder stands, if it stands in one.
    pub fn of_repository(folder: &Path) -> Option<Self> {
        let folder = std::fs::canonicalize(folder).ok()?;
        repository(&folder).map(|found| Self(found.to_owned()))
    }

    /// The folder itself.
    pub fn into_folder(self) -> PathBuf {
        self.0
    }

    /// Whether a folder is the root or below it.
    pub fn has(&self, folder: &Path) -> bool {
        folder.starts_with(&self.0)
    }

    /// The file or folder behind a path, links followed.
    ///
    /// # Errors
    ///
    /// When the path leads out of the root, or nowhere.
    pub fn real(&self, path: &Path) -> Result<PathBuf, Error> {
        let real = std::fs::canonicalize(path)?;
        let outside = || Error::Outside { is_link: is_link(path), root: self.0.clone() };
        let below = real.strip_prefix(&self.0).map_err(|_| outside())?;
        if below.components().any(|c| c.as_os_str() == GIT) {
            return Err(Error::OfGit);
        }
        if OF_THE_SYSTEM.iter().any(|folder| real.starts_with(folder) && !self.0.starts_with(folder)) {
            return Err(outside());
        }
        Ok(real)
    }
}

/// Whether a path is a name of an open file of this process, as `<(…)` of a shell is.
pub fn is_stream(path: &Path) -> bool {
    STREAMS.iter().any(|stream| path.starts_with(stream))
}

/// Whether a path is a link itself.
pub fn is_link(path: &Path) -> bool {
    // With a slash behind it, a link is what it leads to.
    std::fs::symlink_metadata(path.components().collect::<PathBuf>()).is_ok_and(|m| m.is_symlink())
}

/// The folder on the way to a file that is a link within the file's repository.
pub fn linked_folder(path: &Path) -> Option<PathBuf> {
    let named = named(path).ok()?;
    let repository = repository(named.parent()?)?;
    named.ancestors().skip(1).take_while(|folder| *folder != repository).find(|folder| is_link(folder)).map(Path::to_owned)
}

/// A path as it was named, from the root of the file system; only what `..` climbs out of is looked at.
fn named(path: &Path) -> io::Result<PathBuf> {
    let absolute = std::path::absolute(path)?;
    let components: Vec<Component<'_>> = absolute.components().collect();
    let Some(last) = components.iter().rposition(|c| *c == Component::ParentDir) else { return Ok(absolute) };
    let (climbing, rest) = components.split_at(last + 1);
    let mut named = std::fs::canonicalize(climbing.iter().collect::<PathBuf>())?;
    named.extend(rest);
    Ok(named)
}

/// The nearest repository among a folder and those above it.
fn repository(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|folder| std::fs::symlink_metadata(folder.join(GIT)).is_ok())
}

/// The file behind a path, which must be inside a folder, links followed.
///
/// # Errors
///
/// What is wrong with the path. It tells nothing of what is outside of the folder, not even whether it is there.
pub fn inside(root: &Path, path: &Path) -> Result<PathBuf, Error> {
    let written = normal(path).filter(|path| path.starts_with(root)).ok_or(Error::OutsideOfApplication)?;
    let found = std::fs::canonicalize(written)?;
    if found.starts_with(std::fs::canonicalize(root)?) { Ok(found) } else { Err(Error::OutsideOfApplication) }
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
