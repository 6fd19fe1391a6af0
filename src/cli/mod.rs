//! The commands: one file each; flags → plain struct → run.

mod argocd;
mod beside;
mod completions;
mod config_file;
mod connect;
mod diff;
mod explain;
mod failure;
mod function;
mod grouped;
mod inject;
mod io;
mod kube_inject;
mod kustomization;
mod legacy_plugin;
mod places;
mod plugin;
mod problem;
mod pull;
mod remove;
mod resource;
mod schema;
mod session;
mod twins;
mod verbosity;
#[cfg(feature = "cluster")]
mod verify;

use std::io::IsTerminal as _;
use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use failure::Failure;

/// Inject sidecars into Kubernetes manifests when they are rendered, so that Git and the diff show what will run
#[derive(Debug, Parser)]
#[command(
    version,
    max_term_width = 100,
    after_help = "Without a command, a ResourceList on standard input is rendered as a KRM function (kpt, kustomize).

Examples:
  sidecarize diff deploy/                               what would be injected, and where
  sidecarize explain deploy/ --why shop/web             every rule that decided about one workload
  helm template NAME CHART | sidecarize inject -        in a pipe
  sidecarize diff deploy/ --from-config old.yaml        the review of an upgrade"
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// Tell which configuration is used and which files are read and skipped
    #[arg(short, long, global = true, help_heading = "Global options")]
    verbose: bool,
    /// Keep warnings and notes back; errors are still printed
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = "Global options")]
    quiet: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    Inject(inject::Inject),
    Diff(diff::Diff),
    Explain(explain::Explain),
    Remove(remove::Remove),
    #[cfg(feature = "cluster")]
    Verify(Box<verify::Verify>),
    Pull(pull::Pull),
    /// Run as a KRM function: a ResourceList on standard input, the injected one on standard output
    Function,
    KubeInject(Box<kube_inject::KubeInject>),
    Schema(schema::Schema),
    Completions(completions::Completions),
    Plugin(plugin::Plugin),
    #[command(subcommand)]
    Argocd(argocd::Argocd),
}

/// The name under which kubectl finds the program as a plugin of its own.
const KUBECTL_PLUGIN: &str = "kubectl-sidecarize";

impl Cli {
    /// Parses the command line; where it is wrong or asks for help, says so and exits.
    fn from_command_line() -> Self {
        Self::from_arg_matches(&Self::named().get_matches()).unwrap_or_else(|error| error.exit())
    }

    /// The command line under the name by which it was called: as a plugin of kubectl, that is two words.
    fn named() -> clap::Command {
        let called = std::env::args_os().next().map(std::path::PathBuf::from);
        if called.as_deref().and_then(std::path::Path::file_stem).is_some_and(|name| name == KUBECTL_PLUGIN) {
            Self::command().bin_name(KUBECTL_PLUGIN.replacen('-', " ", 1))
        } else {
            Self::command()
        }
    }

    /// Runs the command that was asked for.
    ///
    /// # Errors
    ///
    /// Whatever the command could not do; nothing was written then.
    fn run(&self) -> Result<ExitCode, Failure> {
        match &self.command {
            Some(Command::Inject(command)) => command.run().map_err(Failure::Command),
            Some(Command::Diff(command)) => command.run().map_err(Failure::Command),
            Some(Command::Explain(command)) => command.run().map_err(Failure::Command),
            Some(Command::Remove(command)) => command.run().map_err(Failure::Command),
            #[cfg(feature = "cluster")]
            Some(Command::Verify(command)) => command.run().map_err(Failure::Command),
            Some(Command::Pull(command)) => command.run().map_err(Failure::Command),
            Some(Command::KubeInject(command)) => command.run().map_err(Failure::Command),
            Some(Command::Schema(command)) => command.run().map_err(Failure::Command),
            Some(Command::Completions(command)) => command.run(Self::command()).map_err(Failure::Command),
            Some(Command::Plugin(command)) => command.run().map_err(Failure::Command),
            Some(Command::Argocd(command)) => command.run().map_err(Failure::Command),
            Some(Command::Function) => function::run().map_err(Failure::Function),
            None if std::io::stdin().is_terminal() => {
                Self::named().print_help().map_err(|e| Failure::Command(e.into()))?;
                Ok(ExitCode::SUCCESS)
            }
            None => function::run().map_err(Failure::Function),
        }
    }
}

/// Runs the program: parses the command line, runs the command, prints its error, gives the exit code.
pub fn main() -> ExitCode {
    let run = match legacy_plugin::detect() {
        Some(invocation) => legacy_plugin::run(invocation),
        None => Cli::from_command_line().run(),
    };
    match run {
        Ok(code) => code,
        Err(failure) if is_broken_pipe(failure.error()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.print();
            failure.exit_code()
        }
    }
}

/// Whether the reader of our output went away: `sidecarize … | head` is no error.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().filter_map(|e| e.downcast_ref::<std::io::Error>()).any(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
}
