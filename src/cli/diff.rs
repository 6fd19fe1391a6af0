//! `diff`: what `inject` would change, as `git apply` takes it.

use std::io::Write as _;
use std::process::ExitCode;

use sidecarize::report::unified;

use super::session::Inputs;

/// Show what inject would change
#[derive(Debug, clap::Args)]
pub struct Diff {
    #[command(flatten)]
    inputs: Inputs,
    /// Exit with 1 when there are differences, as git does
    #[arg(long)]
    exit_code: bool,
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
        let mut out = anstream::stdout().lock();
        let mut differs = false;
        for (file, rendered) in &session.files {
            let name = file.name();
            let diff = unified(name.strip_prefix("./").unwrap_or(&name), &file.text, &rendered.text);
            differs |= !diff.is_empty();
            for line in diff.split_inclusive('\n') {
                let (start, end) = colour(line);
                write!(out, "{start}{line}{end}")?;
            }
        }
        out.flush()?;
        Ok(if differs && self.exit_code { ExitCode::from(1) } else { ExitCode::SUCCESS })
    }
}

/// The escape sequences around a line; anstream drops them where nobody sees colours.
fn colour(line: &str) -> (&'static str, &'static str) {
    match line.as_bytes() {
        [b'+', b'+', b'+', ..] | [b'-', b'-', b'-', ..] => ("\x1b[1m", "\x1b[0m"),
        [b'+', ..] => ("\x1b[32m", "\x1b[0m"),
        [b'-', ..] => ("\x1b[31m", "\x1b[0m"),
        [b'@', ..] => ("\x1b[36m", "\x1b[0m"),
        _ => ("", ""),
    }
}
