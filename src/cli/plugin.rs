//! `plugin`: makes the program a plugin of others.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};

use crate::config::{API_VERSION, KIND};
use crate::krm::legacy::Invocation;

/// Install as a plugin of kustomize
#[derive(Debug, Args)]
pub struct Plugin {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Install(Install),
}

/// Put this program where kustomize looks for the legacy exec plugin of SidecarInjector
#[derive(Debug, Args)]
struct Install {
    /// Folder of kustomize's plugins [default: $KUSTOMIZE_PLUGIN_HOME, else kustomize/plugin in $XDG_CONFIG_HOME or ~/.config]
    #[arg(long, value_name = "DIR")]
    home: Option<PathBuf>,
    /// Put a symbolic link there instead of a copy
    #[arg(long)]
    link: bool,
}

impl Plugin {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// When no folder is known or nothing can be written there; a plugin that was there stays.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        match &self.command {
            Command::Install(install) => install.run(),
        }
    }
}

impl Install {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let target = Invocation::path_below(&self.home()?, API_VERSION, KIND);
        let program = std::env::current_exe().and_then(std::fs::canonicalize).context("this program")?;
        if std::fs::canonicalize(&target).is_ok_and(|installed| installed == program) {
            println!("{} is this program already", target.display());
            return Ok(ExitCode::SUCCESS);
        }
        put(&program, &target, self.link).with_context(|| target.display().to_string())?;
        println!("{}", target.display());
        Ok(ExitCode::SUCCESS)
    }

    /// The folder of plugins, found as kustomize finds it.
    fn home(&self) -> anyhow::Result<PathBuf> {
        let variable = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
        let configuration = || variable("XDG_CONFIG_HOME").or_else(|| Some(variable("HOME")?.join(".config")));
        let found = self.home.clone().or_else(|| variable("KUSTOMIZE_PLUGIN_HOME"));
        match found.or_else(|| Some(configuration()?.join("kustomize/plugin"))) {
            Some(home) => Ok(home),
            None => bail!("no folder for plugins is known: give --home, or set KUSTOMIZE_PLUGIN_HOME"),
        }
    }
}

/// Puts the program there under a temporary name first, so that a kustomize that runs meanwhile finds the old one or the new.
fn put(program: &Path, target: &Path, link: bool) -> anyhow::Result<()> {
    let folder = target.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let temporary = tempfile::Builder::new().prefix(".sidecarize-").tempdir_in(folder)?;
    let new = temporary.path().join("new");
    if link {
        symlink(program, &new)?;
    } else {
        // Permissions come along: it is executable.
        std::fs::copy(program, &new)?;
    }
    Ok(std::fs::rename(&new, target)?)
}

#[cfg(unix)]
fn symlink(program: &Path, link: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(program, link)
}

#[cfg(not(unix))]
fn symlink(_program: &Path, _link: &Path) -> std::io::Result<()> {
    Err(std::io::Error::other("symbolic links are made on Unix only: leave --link out"))
}
