//! `inject`: prints the injected manifests, or rewrites the files.

use std::process::ExitCode;

use super::output::Output;
use super::session::{Inputs, Session};

/// Inject sidecars into manifests
#[derive(Debug, clap::Args)]
pub struct Inject {
    #[command(flatten)]
    inputs: Inputs,
    #[command(flatten)]
    output: Output,
    /// Only tell whether the files are as inject would leave them; exit code 1 and their names when not
    #[arg(long, conflicts_with_all = ["in_place", "output"])]
    check: bool,
}

impl Inject {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// When anything is wrong with configuration or manifests; nothing is written then.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let session = self.inputs.run(self.output.in_place || self.check)?;
        session.print_warnings();
        if self.check {
            return Ok(check(&session));
        }
        let texts: Vec<_> = session.files.iter().map(|(file, rendered)| (file, rendered.text.as_str())).collect();
        self.output.write(&texts)?;
        Ok(ExitCode::SUCCESS)
    }
}

fn check(session: &Session) -> ExitCode {
    let stale: Vec<String> =
        session.files.iter().filter(|(file, rendered)| file.text != rendered.text).map(|(file, _)| file.name()).collect();
    for name in &stale {
        println!("{name}");
    }
    if stale.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) }
}
