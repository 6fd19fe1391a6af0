//! `pull`: the configuration of a cluster's injection as one object, from rendered manifests of istiod.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, anyhow, bail};
use sha2::{Digest as _, Sha256};
use sidecarize::config::installation;
use sidecarize::plain::plain;
use sidecarize::read::{Layout, Manifests};
use sidecarize::{Value, yaml};

use super::files::{is_stdin, read_named};

/// Annotation with the digest of what the configuration was made from.
const DIGEST: &str = "sidecarize.dev/source-digest";

/// Print the SidecarInjector that does what rendered manifests of istiod do
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  helm template istiod istio/istiod -n istio-system | sidecarize pull -f - > sidecarize.yaml")]
pub struct Pull {
    /// Rendered manifests: both ConfigMaps of each revision, webhooks, istiod and Namespaces; - for standard input
    #[arg(short, long, value_name = "FILE", required = true)]
    filename: Vec<PathBuf>,
}

impl Pull {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// When a file cannot be read, or no injector's ConfigMap is there.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let mut objects: Vec<Value> = Vec::new();
        let mut digest = Sha256::new();
        for path in &self.filename {
            let (name, text) = read(path)?;
            digest.update(&text);
            let located = |e: yaml::Error| anyhow!("{name}:{}:{}: {}", e.position().line, e.position().column, e.message());
            let manifests = Manifests::parse(&text, Layout::Stream).map_err(located)?;
            objects.extend(manifests.values().map_err(located)?.into_iter().flat_map(items));
        }
        let Some(mut found) = installation(&objects) else {
            bail!(
                "no ConfigMap istio-sidecar-injector (or istio-sidecar-injector-REVISION) with the keys config and values is among the manifests"
            );
        };
        for warning in &found.warnings {
            eprintln!("warning: {}", plain(warning));
        }
        if let Some(annotations) = found.config.pointer_mut("/metadata/annotations").and_then(Value::as_object_mut) {
            let hex: String = digest.finalize().iter().map(|b| format!("{b:02x}")).collect();
            annotations.insert(DIGEST.to_owned(), Value::String(format!("sha256:{hex}")));
        }
        let mut out = std::io::stdout().lock();
        out.write_all(yaml::to_string(&found.config).as_bytes()).and_then(|()| out.flush())?;
        Ok(ExitCode::SUCCESS)
    }
}

fn read(path: &Path) -> anyhow::Result<(String, String)> {
    if is_stdin(path) {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).context("standard input is not UTF-8 text")?;
        return Ok(("stdin".to_owned(), text));
    }
    Ok((path.display().to_string(), read_named(path)?))
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
