//! Flags that both commands of the plugin take.

use std::path::PathBuf;

use clap::Args;

/// Flags of both commands; plugin.yaml gives both the same ones.
#[derive(Debug, Args)]
pub struct Plugin {
    /// The SidecarInjector object that holds for all applications; they cannot choose another one. `{cluster}` in it stands for
    /// the application's parameter of this name [default: the application's own, see parameter config]
    #[arg(short, long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Take manifests that another tool rendered from standard input, not from the application's folder
    #[arg(long)]
    pub stdin: bool,
}
