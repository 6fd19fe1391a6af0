//! `pull`: the configuration of a cluster's injection as one object, from rendered manifests of istiod.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use sha2::{Digest as _, Sha256};

use super::io::files::{Files, Input, Parsed, parse};
use super::io::skipped::Skipped;
use super::problem::Errors;
use super::verbosity::Verbosity;
use crate::config::installation;
use crate::plain::plain;
use crate::{Value, yaml};

/// Annotation with the digest of what the configuration was made from.
const DIGEST: &str = "sidecarize.dev/source-digest";

/// What decides about pods and stands in no manifest of istiod.
const CHOICES: &str = "  # Of the nodes; it decides whether the proxy is a native sidecar, where nothing else does:
  # kubernetesVersion: \"1.34\"
  # The admission webhook: coexist (it runs too), bypass (injected pods get the label that keeps it away) or absent:
  # webhook: coexist
";

/// Print the SidecarInjector that does what rendered manifests of istiod do
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  helm template istiod istio/istiod -n istio-system | sidecarize pull -f - > sidecarize.yaml")]
pub struct Pull {
    /// Rendered manifests: both ConfigMaps of each revision, webhooks, istiod and Namespaces; a folder, or - for standard input
    #[arg(short, long, value_name = "FILE|DIR", required = true)]
    filename: Vec<PathBuf>,
    #[command(flatten)]
    verbosity: Verbosity,
}

impl Pull {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// When a file cannot be read, or no injector's ConfigMap is there.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let Input { files, mut skipped, mut problems } = Files::of(self.filename.clone()).read();
        let mut objects: Vec<Value> = Vec::new();
        for file in &files {
            match parse(file) {
                Parsed::Objects((_, values)) => objects.extend(values.into_iter().flat_map(items)),
                Parsed::Skipped(why) => skipped.extend(file.path.clone().map(|path| Skipped { path, why })),
                Parsed::Failed(problem) => problems.push(problem),
            }
        }
        if !problems.is_empty() {
            return Err(Errors(problems).into());
        }
        self.verbosity.skipped(&skipped);
        let Some(mut found) = installation(&objects) else {
            bail!(
                "no ConfigMap istio-sidecar-injector (or istio-sidecar-injector-REVISION) with the keys config and values is among the manifests"
            );
        };
        for warning in found.warnings.iter().filter(|_| !self.verbosity.quiet) {
            eprintln!("warning: {}", plain(warning));
        }
        // The spec holds all that is used of the manifests, word for word, and nothing else.
        let digest = Sha256::digest(found.config.get("spec").map(Value::to_string).unwrap_or_default());
        if let Some(annotations) = found.config.pointer_mut("/metadata/annotations").and_then(Value::as_object_mut) {
            let hex: String = digest.iter().map(|b| format!("{b:02x}")).collect();
            annotations.insert(DIGEST.to_owned(), Value::String(format!("sha256:{hex}")));
        }
        let mut out = std::io::stdout().lock();
        out.write_all(with_choices(&yaml::to_string(&found.config)).as_bytes()).and_then(|()| out.flush())?;
        Ok(ExitCode::SUCCESS)
    }
}

/// The configuration with what manifests of istiod do not tell, as comments to fill in.
fn with_choices(config: &str) -> String {
    config.replacen("\nspec:\n", &format!("\nspec:\n{CHOICES}"), 1)
}

/// The items of a List, or the object itself.
fn items(object: Value) -> Vec<Value> {
    match object {
        Value::Object(mut map) if map.get("kind").and_then(Value::as_str) == Some("List") => match map.shift_remove("items") {
            Some(Value::Array(items)) => items,
            _ => Vec::new(),
        },
        other => vec![other],
    }
}
