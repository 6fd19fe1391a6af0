//! `schema`: the JSON Schema of the configuration.

use std::process::ExitCode;

use super::io::output::print;

/// Print the JSON Schema of the configuration
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: completion and checks in an editor, by a first line in sidecarize.yaml
  sidecarize schema > sidecarize.schema.json
  # yaml-language-server: $schema=sidecarize.schema.json")]
pub struct Schema {
    /// As part of a KRMFunctionDefinition, in YAML
    #[arg(long)]
    definition: bool,
}

impl Schema {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// When standard output cannot be written.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        if self.definition {
            print(&serde_yaml::to_string(&crate::krm::definition())?)?;
        } else {
            print(&format!("{:#}\n", crate::config::schema()))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
