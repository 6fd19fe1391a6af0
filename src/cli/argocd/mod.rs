//! `argocd`: the commands of a config management plugin of Argo CD. Argo CD runs them in the application's folder, tells the
//! rest in the environment, and applies what they print: what hosts of functions need is taken out, and an empty success, by
//! which Argo CD would delete the application, is an error.

mod application;
mod child;
mod configuration;
mod flags;
mod generate;
mod parameters;
mod product;
mod rendering;
mod source;

use std::process::ExitCode;

use clap::Subcommand;

use super::problem::{Errors, Problem};

/// The commands of the config management plugin for Argo CD
#[derive(Debug, Subcommand)]
pub enum Argocd {
    Generate(generate::Generate),
    Parameters(parameters::Announce),
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
