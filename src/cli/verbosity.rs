//! How much is said on standard error.

use clap::Args;

use super::grouped::grouped;
use super::io::skipped::{Skipped, notes};
use super::problem::Problem;
use crate::plain::plain;

/// How much is said on standard error beside errors. The flags stand on the program and reach every command.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct Verbosity {
    /// Whether to tell what is used, read and skipped.
    #[arg(from_global)]
    pub verbose: bool,
    /// Whether to keep warnings and notes back.
    #[arg(from_global)]
    pub quiet: bool,
}

impl Verbosity {
    /// Says what was done, where the user asked for it.
    pub fn detail(self, text: impl FnOnce() -> String) {
        if self.verbose {
            eprintln!("{}", plain(&text()));
        }
    }

    /// Findings as they are told: those of one kind together, where nobody wants each.
    pub fn grouped(self, problems: &[Problem]) -> Vec<Problem> {
        if self.verbose { problems.to_vec() } else { grouped(problems) }
    }

    /// Says which files were left aside.
    pub fn skipped(self, skipped: &[Skipped]) {
        if !self.quiet {
            notes(skipped, self.verbose).iter().for_each(|note| eprintln!("note: {}", plain(note)));
        }
    }
}
