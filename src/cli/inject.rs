//! `inject`: prints the injected manifests, or rewrites the files.

use std::process::ExitCode;

use super::output::Output;
use super::session::Inputs;

/// Inject sidecars into manifests
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  sidecarize inject deploy/ -o rendered/                          below another folder
  sidecarize inject deploy/ --in-place                            in the files, all or none
  sidecarize inject deploy/ --check                               in CI: exit code 1 where a file is not current
  helm template NAME CHART | sidecarize inject - | kubectl apply -f -")]
pub struct Inject {
    #[command(flatten)]
    inputs: Inputs,
    #[command(flatten)]
    output: Output,
}

impl Inject {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// When anything is wrong with configuration or manifests; nothing is written then.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let session = self.inputs.run(self.output.is_committed())?;
        session.print_warnings();
        let texts: Vec<_> = session.files.iter().map(|(file, rendered)| (file, rendered.text.as_str())).collect();
        self.output.write(&texts)
    }
}
