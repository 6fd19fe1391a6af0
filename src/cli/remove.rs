//! `remove`: undoes what was injected, by the record on each workload.

use std::process::ExitCode;

use sidecarize::read::{Layout, Manifests};
use sidecarize::render::original;

use super::files::{Errors, Files};
use super::output::Output;

/// Undo what was injected, by the record on each workload
#[derive(Debug, clap::Args)]
pub struct Remove {
    #[command(flatten)]
    files: Files,
    #[command(flatten)]
    output: Output,
}

impl Remove {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// When a file cannot be read or written; nothing is written then.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let (files, mut errors) = self.files.read()?;
        let mut texts = Vec::new();
        for file in &files {
            match undone(&file.text) {
                Ok(text) => texts.push((file, text)),
                Err(e) => errors.push(format!("{}:{}:{}: {}", file.name(), e.position().line, e.position().column, e.message())),
            }
        }
        if !errors.is_empty() {
            return Err(Errors(errors).into());
        }
        let texts = texts.iter().map(|(file, text)| (*file, text.as_str())).collect();
        self.output.write(texts, &self.files)?;
        Ok(ExitCode::SUCCESS)
    }
}

fn undone(text: &str) -> Result<String, sidecarize::yaml::Error> {
    let manifests = Manifests::parse(text, Layout::Stream)?;
    let values = manifests.values()?;
    original(&manifests, &values)
}
