//! `inject`: prints the injected manifests, or rewrites the files.

use std::process::ExitCode;

use super::io::files::File;
use super::io::output::{Output, print};
use super::problem::{Errors, Problem};
use super::session::{Inputs, Session};

/// Inject sidecars into manifests
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  sidecarize inject deploy/ -o rendered/                          below another folder
  sidecarize inject deploy/ --in-place                            in the files, all or none
  sidecarize inject deploy/ --check                               in CI: exit code 1 where a file is not current
  kustomize build . | sidecarize inject --check -o rendered.yaml  the same of what is rendered
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
        let texts: Vec<_> = session.files.iter().map(|(file, injected)| (file, injected.text.as_str())).collect();
        let code = self.output.write(&texts)?;
        if let Some((files, count)) = self.output.written(&texts).filter(|_| !self.inputs.verbosity.quiet) {
            eprintln!("{}", self.summary(&session, &files, count));
        }
        Ok(code)
    }

    /// What was written, in a line.
    fn summary(&self, session: &Session, files: &[&File], count: usize) -> String {
        let is_written = |file: &File| files.iter().any(|written| std::ptr::eq(*written, file));
        let objects = session.files.iter().filter(|(file, _)| is_written(file)).flat_map(|(_, injected)| &injected.objects);
        // In place, what was injected before is in the file already.
        let objects = objects.filter(|object| !self.output.in_place || object.change.is_some());
        let workloads = objects.flat_map(|object| &object.outcome.workloads).filter(|w| w.decisions.iter().any(|d| d.inject)).count();
        match count {
            0 => "nothing to do".to_owned(),
            _ => format!("{}, {} injected", counted(count, "file"), counted(workloads, "workload")),
        }
    }

    /// Of files that are only checked, one that cannot be injected because the user edited what was is one that is not current.
    fn not_current(&self, error: anyhow::Error) -> anyhow::Result<ExitCode> {
        let checks_input = self.output.check && self.output.output.is_none();
        let Some(Errors(problems)) = error.downcast_ref::<Errors>().filter(|_| checks_input) else { return Err(error) };
        let Some(mut files) = problems.iter().map(Problem::stale_file).collect::<Option<Vec<&str>>>() else { return Err(error) };
        problems.iter().for_each(Problem::print);
        files.dedup();
        print(&(files.join("\n") + "\n"))?;
        Ok(ExitCode::from(1))
    }
}

/// `1 file`, `2 files`.
fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
