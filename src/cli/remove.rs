//! `remove`: takes off what was injected, by the record on each workload or by Istio's own annotation.

use std::cell::LazyCell;
use std::process::ExitCode;

use super::io::files::{Files, Input, Parsed, parse};
use super::io::output::Output;
use super::io::skipped::Skipped;
use super::problem::{Errors, Problem};
use super::session::problem;
use super::verbosity::Verbosity;
use crate::pipeline::{Located, remove};
use crate::yaml::Positions;

/// Undo what was injected, exactly, by the record on each workload
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  sidecarize remove deploy/ --in-place
  sidecarize remove web.yaml | diff web.yaml -")]
pub struct Remove {
    #[command(flatten)]
    files: Files,
    #[command(flatten)]
    output: Output,
    /// Where Istio injected and there is no record: take off what its annotation sidecar.istio.io/status names
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    verbosity: Verbosity,
}

impl Remove {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// When a file cannot be read or written, or what was injected cannot be told; nothing is written then.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let Input { files, mut skipped, mut problems } = self.files.read();
        let mut texts = Vec::new();
        let mut warnings = Vec::new();
        for file in &files {
            match parse(file) {
                Parsed::Objects((manifests, values)) => {
                    let removal = remove(&manifests, &values, self.force)?;
                    let positions = LazyCell::new(|| Positions::of(&file.text));
                    let told = |located: &Located| {
                        let object = values.get(located.object).unwrap_or(&crate::Value::Null);
                        problem(file, positions.line(located.position.line), object, &located.finding, located.position)
                    };
                    problems.extend(removal.errors.iter().map(told));
                    warnings.extend(removal.warnings.iter().map(told));
                    texts.push((file, removal.text));
                }
                Parsed::Skipped(why) => skipped.extend(file.path.clone().map(|path| Skipped { path, why })),
                Parsed::Failed(problem) => problems.push(problem),
            }
        }
        if !problems.is_empty() {
            return Err(Errors(problems).into());
        }
        self.verbosity.skipped(&skipped);
        if !self.verbosity.quiet {
            self.verbosity.grouped(&warnings).iter().for_each(Problem::print_warning);
        }
        let texts: Vec<_> = texts.iter().map(|(file, text)| (*file, text.as_str())).collect();
        self.output.write(&texts)
    }
}
