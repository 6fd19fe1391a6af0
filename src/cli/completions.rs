//! `completions`: what a shell needs to complete commands and flags.

use std::process::ExitCode;

use clap_complete::Shell;

use super::io::output::print;

/// Print completions for a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  sidecarize completions bash > ~/.local/share/bash-completion/completions/sidecarize")]
pub struct Completions {
    /// bash, elvish, fish, powershell or zsh
    #[arg(hide_possible_values = true)]
    shell: Shell,
}

impl Completions {
    /// Prints the completions of this program.
    ///
    /// # Errors
    ///
    /// When standard output cannot be written.
    pub fn run(&self, mut program: clap::Command) -> anyhow::Result<ExitCode> {
        let mut text = Vec::new();
        clap_complete::generate(self.shell, &mut program, "sidecarize", &mut text);
        print(&String::from_utf8_lossy(&text))?;
        Ok(ExitCode::SUCCESS)
    }
}
