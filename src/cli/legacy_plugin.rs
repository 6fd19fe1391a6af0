//! As a legacy exec plugin of kustomize: manifests on standard input, the injected ones on standard output.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::anyhow;
use clap::Parser;

use super::failure::Failure;
use super::io::files::Files;
use super::io::output::print;
use super::session::Inputs;
use super::verbosity::Verbosity;
use crate::krm::legacy::{CONFIG_ROOT, Invocation};

/// What `argsOneLiner` and `argsFromFile` may say.
#[derive(Debug, Parser)]
#[command(name = "argsOneLiner", no_binary_name = true, disable_help_flag = true)]
struct Words {
    /// Namespace of objects that have none; it is not written into them
    #[arg(short, long, value_name = "NAME")]
    namespace: Option<String>,
}

/// How kustomize called us, if it was kustomize. The flags are not ours then, and are not read as ours.
pub fn detect() -> Option<Invocation> {
    Invocation::detect(std::env::args_os().skip(1), std::env::var_os(CONFIG_ROOT))
}

/// Runs as the plugin. Nothing in gives nothing out: that is how a generator is called.
///
/// # Errors
///
/// When anything is wrong with words, configuration or manifests; nothing is written then.
pub fn run(invocation: Invocation) -> Result<ExitCode, Failure> {
    inject(invocation).map_err(Failure::Function)
}

fn inject(invocation: Invocation) -> anyhow::Result<ExitCode> {
    let words = Words::try_parse_from(&invocation.words)
        .map_err(|e| anyhow!("argsOneLiner or argsFromFile: {}", e.to_string().trim_start_matches("error: ").trim_end()))?;
    let inputs = Inputs {
        files: Files::of(vec![PathBuf::from("-")]),
        config: Some(invocation.config),
        kustomization: Some(invocation.root),
        known_from: None,
        namespace: words.namespace,
        verbosity: Verbosity::default(),
    };
    let session = inputs.run(false)?;
    session.print_warnings();
    session.files.iter().try_for_each(|(_, injected)| print(&injected.text))?;
    Ok(ExitCode::SUCCESS)
}
