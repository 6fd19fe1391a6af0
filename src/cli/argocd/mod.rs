//! `argocd`: the commands of a config management plugin of Argo CD. Argo CD runs them in the application's folder, tells the
//! rest in the environment, and applies what they print: what hosts of functions need is taken out, and an empty success, by
//! which Argo CD would delete the application, is an error.

mod application;
mod child;
mod configuration;
mod generate;
mod parameters;
mod product;
mod source;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::problem::{Errors, Problem};

/// The commands of the config management plugin for Argo CD
#[derive(Debug, Subcommand)]
pub enum Argocd {
    Generate(generate::Generate),
    Parameters(parameters::Announce),
}

/// Flags of both commands; plugin.yaml gives both the same ones.
#[derive(Debug, Args)]
pub struct Plugin {
    /// The SidecarInjector object that holds for all applications; they cannot choose another one. `{cluster}` in it stands for
    /// the application's parameter of this name [default: the application's own, see parameter config]
    #[arg(short, long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Take manifests that another tool rendered from standard input, not from the application's folder
    #[arg(long)]
    stdin: bool,
}

impl Argocd {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// When anything is wrong; nothing was printed then.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Generate(command) => command.run(),
            Self::Parameters(command) => command.run(),
        }
        .map_err(without_excerpts)
    }
}

/// The same errors without lines of the manifests, which may hold secrets: Argo CD shows standard error to everybody who sees
/// the application.
fn without_excerpts(error: anyhow::Error) -> anyhow::Error {
    match error.downcast::<Errors>() {
        Ok(Errors(all)) => Errors(all.into_iter().map(Problem::without_excerpt).collect()).into(),
        Err(other) => match other.downcast::<Problem>() {
            Ok(problem) => problem.without_excerpt().into(),
            Err(other) => other,
        },
    }
}
