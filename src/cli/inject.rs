//! `inject`: prints the injected manifests, or rewrites the files.

use std::process::ExitCode;

use super::output::{Output, print};
use super::problem::{Errors, Problem};
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
        let session = match self.inputs.run(self.output.is_committed()) {
            Ok(session) => session,
            Err(error) => return self.not_current(error),
        };
        session.print_warnings();
        let texts: Vec<_> = session.files.iter().map(|(file, rendered)| (file, rendered.text.as_str())).collect();
        self.output.write(&texts)
    }

    /// Of files that are only checked, one that cannot be injected because somebody edited what was is one that is not current.
    fn not_current(&self, error: anyhow::Error) -> anyhow::Result<ExitCode> {
        let Some(Errors(problems)) = error.downcast_ref::<Errors>().filter(|_| self.output.check) else { return Err(error) };
        let Some(mut files) = problems.iter().map(Problem::stale_file).collect::<Option<Vec<&str>>>() else { return Err(error) };
        problems.iter().for_each(Problem::print);
        files.dedup();
        print(&(files.join("\n") + "\n"))?;
        Ok(ExitCode::from(1))
    }
}
