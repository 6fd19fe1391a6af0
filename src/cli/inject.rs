//! `inject`: prints the injected manifests, or rewrites the files.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};

use super::files::{File, Inputs, Session};

/// Inject sidecars into manifests
#[derive(Debug, clap::Args)]
pub struct Inject {
    #[command(flatten)]
    inputs: Inputs,
    /// Rewrite the files: all or, when anything fails, none
    #[arg(short, long, conflicts_with_all = ["output", "check"])]
    in_place: bool,
    /// Write to a file, or below a folder that exists or ends in /
    #[arg(short, long, value_name = "FILE|DIR", conflicts_with = "check")]
    output: Option<PathBuf>,
    /// Only tell whether the files are as inject would leave them; exit code 1 and their names when not
    #[arg(long)]
    check: bool,
}

impl Inject {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// When anything is wrong with configuration or manifests; nothing is written then.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let session = self.inputs.run(self.in_place || self.check)?;
        session.print_warnings();
        if self.check {
            return check(&session);
        }
        if self.in_place {
            return in_place(&session);
        }
        match &self.output {
            Some(output) if output.is_dir() || output.as_os_str().to_string_lossy().ends_with('/') => {
                write_below(&session, output, &self.inputs.paths)
            }
            Some(output) => {
                write_all(vec![(output.clone(), stream(&session))])?;
                Ok(ExitCode::SUCCESS)
            }
            None => {
                let mut out = std::io::stdout().lock();
                out.write_all(stream(&session).as_bytes()).and_then(|()| out.flush())?;
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

/// All files as one stream of documents.
fn stream(session: &Session) -> String {
    let mut all = String::new();
    for (_, rendered) in &session.files {
        if !all.is_empty() {
            if !all.ends_with('\n') {
                all.push('\n');
            }
            if !rendered.text.starts_with("---") {
                all.push_str("---\n");
            }
        }
        all.push_str(&rendered.text);
    }
    all
}

fn check(session: &Session) -> anyhow::Result<ExitCode> {
    let stale: Vec<String> =
        session.files.iter().filter(|(file, rendered)| file.text != rendered.text).map(|(file, _)| file.name()).collect();
    for name in &stale {
        println!("{name}");
    }
    Ok(if stale.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn in_place(session: &Session) -> anyhow::Result<ExitCode> {
    let mut changed = Vec::new();
    for (file, rendered) in &session.files {
        let Some(path) = &file.path else { bail!("standard input cannot be rewritten in place") };
        if file.text != rendered.text {
            changed.push((path.clone(), rendered.text.clone()));
        }
    }
    write_all(changed)?;
    Ok(ExitCode::SUCCESS)
}

/// Writes every file below a folder, at its path relative to the argument that named it.
fn write_below(session: &Session, folder: &Path, arguments: &[PathBuf]) -> anyhow::Result<ExitCode> {
    let mut files = Vec::new();
    for (file, rendered) in &session.files {
        let target = folder.join(relative(file, arguments));
        if let Some(parent) = target.parent() {
            std::fs::create_dir_all(parent).with_context(|| parent.display().to_string())?;
        }
        files.push((target, rendered.text.clone()));
    }
    write_all(files)?;
    Ok(ExitCode::SUCCESS)
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
