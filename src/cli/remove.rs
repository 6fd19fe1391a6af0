//! `remove`: undoes what was injected, by the record on each workload.

use std::process::ExitCode;

use sidecarize::render::original;

use super::files::{Files, Input, Parsed, parse};
use super::output::Output;
use super::problem::{Errors, Problem};
use super::skipped::Skipped;
use super::verbosity::Verbosity;

/// Undo what was injected, by the record on each workload
#[derive(Debug, clap::Args)]
pub struct Remove {
    #[command(flatten)]
    files: Files,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    verbosity: Verbosity,
}

impl Remove {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// When a file cannot be read or written; nothing is written then.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let Input { files, mut skipped, mut problems } = self.files.read();
        let mut texts = Vec::new();
        for file in &files {
            match parse(file) {
                Parsed::Objects((manifests, values)) => match original(&manifests, &values) {
                    Ok(text) => texts.push((file, text)),
                    Err(error) => problems.push(Problem::yaml(&file.name(), &file.text, &error)),
                },
                Parsed::Skipped(why) => skipped.extend(file.path.clone().map(|path| Skipped { path, why })),
                Parsed::Failed(problem) => problems.push(problem),
            }
        }
        if !problems.is_empty() {
            return Err(Errors(problems).into());
        }
        self.verbosity.skipped(&skipped);
        let texts: Vec<_> = texts.iter().map(|(file, text)| (*file, text.as_str())).collect();
        self.output.write(&texts)?;
        Ok(ExitCode::SUCCESS)
    }
}
