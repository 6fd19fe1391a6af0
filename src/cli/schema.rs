//! `schema`: the JSON Schema of the configuration.

use std::process::ExitCode;

use super::output::print;

/// Print the JSON Schema of the configuration
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: completion and checks in an editor, by a first line in sidecarize.yaml
  sidecarize schema > sidecarize.schema.json
  # yaml-language-server: $schema=sidecarize.schema.json")]
pub struct Schema;

impl Schema {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// When standard output cannot be written.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        print(&format!("{:#}\n", sidecarize::config::schema()))?;
        Ok(ExitCode::SUCCESS)
    }
}
