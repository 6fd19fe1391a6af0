//! `diff`: what `inject` would change.

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::ValueEnum;
use sidecarize::report::{Input, Report, Show, json, write_unified};

use super::session::{Inputs, Session};

/// Show what inject would change
#[derive(Debug, clap::Args)]
pub struct Diff {
    #[command(flatten)]
    inputs: Inputs,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Unified)]
    format: Format,
    /// Exit with 1 when there are differences, as git does
    #[arg(long)]
    exit_code: bool,
}

/// How differences are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// As git does; git apply takes it
    Unified,
    /// For machines: each workload with its decision and a JSON patch
    Json,
}

impl Diff {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// When anything is wrong with configuration or manifests.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let session = self.inputs.run(true)?;
        session.print_warnings();
        let report = Report::of_injection(&inputs(&session), Show { values: true })?;
        let product = self.format(&report)?;
        let mut out = std::io::stdout().lock();
        out.write_all(&product).and_then(|()| out.flush()).context("standard output")?;
        Ok(if report.differs() && self.exit_code { ExitCode::from(1) } else { ExitCode::SUCCESS })
    }

    fn format(&self, report: &Report<'_>) -> std::io::Result<Vec<u8>> {
        let mut out = Vec::new();
        match self.format {
            Format::Unified => write_unified(report, has_colours(), &mut out)?,
            Format::Json => json(report, &mut out)?,
        }
        Ok(out)
    }
}

/// Whether somebody sees colours: standard output is a terminal, and NO_COLOR and the like do not say otherwise.
fn has_colours() -> bool {
    let stdout = std::io::stdout();
    match anstream::AutoStream::choice(&stdout) {
        anstream::ColorChoice::Never => false,
        anstream::ColorChoice::Auto => stdout.is_terminal(),
        anstream::ColorChoice::Always | anstream::ColorChoice::AlwaysAnsi => true,
    }
}

/// The files of a session as a report takes them.
fn inputs(session: &Session) -> Vec<Input<'_>> {
    let input = |(file, rendered)| {
        let file: &super::files::File = file;
        Input { name: file.relative_name(), below: &file.below, source: &file.text, rendered }
    };
    session.files.iter().map(|(file, rendered)| input((file, rendered))).collect()
}
