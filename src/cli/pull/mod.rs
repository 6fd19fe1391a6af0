//! `pull`: the configuration of a cluster's injection as one object, from the cluster or from rendered manifests of istiod.

#[cfg(feature = "cluster")]
mod cluster;
mod drift;
mod update;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use serde_json::Map;
use sha2::{Digest as _, Sha256};

#[cfg(feature = "cluster")]
use super::connect::{Connect, IstioNamespace};
use super::io::files::{Files, Input, Parsed, parse, read_named};
use super::io::output::{file_name, print};
use super::io::skipped::Skipped;
use super::io::write::{FileChange, write_all};
use super::problem::{Errors, Problem};
use super::verbosity::Verbosity;
use crate::config::{Config, Installation, Reading, Sources, installation};
use crate::pipeline::Engine;
use crate::plain::plain;
use crate::{Value, yaml};
use drift::drift;
use update::Update;

/// Annotation with the digest of what the configuration was made from.
const DIGEST: &str = "sidecarize.dev/source-digest";
/// Annotations with the cluster that it was read from.
#[cfg(feature = "cluster")]
const SERVER: &str = "sidecarize.dev/source-server";
#[cfg(feature = "cluster")]
const CONTEXT: &str = "sidecarize.dev/source-context";
/// Annotation with the time at which it was.
#[cfg(feature = "cluster")]
const TIME: &str = "sidecarize.dev/source-time";

/// What decides about pods and stands in no manifest of istiod.
const CHOICES: &str = "  # The admission webhook: coexist (it runs too), bypass (injected pods get the label that keeps it away) or absent:
  # webhook: coexist
";
/// The same, where no node tells.
const VERSION: &str = "  # Of the nodes; it decides whether the proxy is a native sidecar, where nothing else does:
  # kubernetesVersion: \"1.34\"
";

/// Print the SidecarInjector that does what a cluster, or rendered manifests of istiod, do
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  sidecarize pull -o sidecarize.yaml                     from the current context's cluster
  sidecarize pull --check sidecarize.yaml                whether the cluster is still as it was
  helm template istiod istio/istiod -n istio-system | sidecarize pull -f - > sidecarize.yaml")]
pub struct Pull {
    /// Rendered manifests instead of a cluster: both ConfigMaps of each revision, webhooks, istiod, Namespaces; a folder, or - for standard input
    #[arg(short, long, value_name = "FILE|DIR")]
    #[cfg_attr(not(feature = "cluster"), arg(required = true))]
    filename: Vec<PathBuf>,
    /// Read only this revision; may be repeated
    #[arg(short, long, value_name = "NAME")]
    revision: Vec<String>,
    /// Where to write [default: standard output]
    #[arg(short, long, value_name = "FILE", value_parser = file_name(), conflicts_with = "check")]
    output: Option<PathBuf>,
    /// Only tell whether this configuration is still what would be written: a diff, and exit code 1 where not
    #[arg(long, value_name = "FILE")]
    check: Option<PathBuf>,
    #[cfg(feature = "cluster")]
    #[command(flatten)]
    scope: cluster::Scope,
    /// Write the time of reading, too
    #[cfg(feature = "cluster")]
    #[arg(long)]
    timestamp: bool,
    #[cfg(feature = "cluster")]
    #[command(flatten)]
    istio: IstioNamespace,
    #[cfg(feature = "cluster")]
    #[command(flatten)]
    connect: Connect,
    #[command(flatten)]
    verbosity: Verbosity,
}

/// What was read, and of what.
struct Source {
    objects: Vec<Value>,
    /// The annotations that tell where it comes from.
    annotations: Map<String, Value>,
    /// What it is called.
    name: String,
    /// Fields of the configuration about which nothing could be read.
    unread: Vec<&'static str>,
    /// Whether all webhooks there are were read.
    all_webhooks: bool,
}

impl Pull {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// When something cannot be read, contradicts itself, or no injector's ConfigMap is there; nothing is written then.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let source = if self.filename.is_empty() { self.of_cluster()? } else { self.of_files()? };
        let istiods = self.filename.is_empty() && !source.unread.contains(&"env");
        let reading = Reading { revisions: &self.revision, all_webhooks: source.all_webhooks, istiods };
        let Some(Installation { mut config, warnings, errors }) = installation(&source.objects, reading) else {
            bail!(
                "{}: no ConfigMap istio-sidecar-injector (or istio-sidecar-injector-REVISION) with the keys config and values is there",
                source.name
            );
        };
        for warning in warnings.iter().filter(|_| !self.verbosity.quiet) {
            eprintln!("warning: {}", plain(warning));
        }
        if !errors.is_empty() {
            return Err(Errors(errors.iter().map(|e| Problem::in_file(&source.name, e)).collect()).into());
        }
        // What is written can be used: templates and mesh config are read as when injecting.
        if let Err(mistakes) = Config::load(&config, &Sources::among([])).and_then(Engine::new) {
            return Err(Errors(mistakes.iter().map(|m| Problem::in_file(&source.name, m.to_string())).collect()).into());
        }
        if let Some(path) = &self.check {
            return self.compare(path, &config, &source);
        }
        annotate(&mut config, source.annotations);
        let text = with_choices(&yaml::to_string(&config), config.pointer("/spec/kubernetesVersion").is_some());
        match &self.output {
            Some(path) => match update::updated(path, &config)? {
                Some(Update { old, new }) => write_all(&[FileChange { path, text: &new, old: Some(&old) }])?,
                None => write_all(&[FileChange { path, text: &text, old: None }])?,
            },
            None => print(&text)?,
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Rendered manifests.
    fn of_files(&self) -> anyhow::Result<Source> {
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
        let name = "the manifests".to_owned();
        // Manifests may be a part of what a cluster has: what they lack is nothing that has gone.
        let kind = |object: &Value, kind: &str| object.get("kind").and_then(Value::as_str) == Some(kind);
        let lacking = [("Node", "kubernetesVersion"), ("Namespace", "namespaces"), ("ProxyConfig", "proxyConfigs")];
        let unread = lacking.iter().filter(|(k, _)| !objects.iter().any(|o| kind(o, k))).map(|(_, field)| *field).collect();
        Ok(Source { objects, annotations: Map::new(), name, unread, all_webhooks: false })
    }

    #[cfg(feature = "cluster")]
    fn of_cluster(&self) -> anyhow::Result<Source> {
        let read = cluster::read(&self.connect, &self.istio.istio_namespace, &self.revision, &self.scope, self.verbosity)?;
        let cluster::Found { objects, unread, server, context } = read;
        let mut annotations = Map::from_iter([(SERVER.to_owned(), Value::from(server.as_str()))]);
        if !context.is_empty() {
            annotations.insert(CONTEXT.to_owned(), Value::from(context));
        }
        if self.timestamp {
            annotations.insert(TIME.to_owned(), Value::from(crate::cluster::now()));
        }
        let all_webhooks = !unread.contains(&"webhooks");
        Ok(Source { objects, annotations, name: server, unread, all_webhooks })
    }

    #[cfg(not(feature = "cluster"))]
    fn of_cluster(&self) -> anyhow::Result<Source> {
        bail!("this build of sidecarize reads no cluster: give rendered manifests with -f")
    }

    /// Holds a file against what would be written.
    fn compare(&self, path: &std::path::Path, config: &Value, source: &Source) -> anyhow::Result<ExitCode> {
        let name = path.display().to_string();
        let text = read_named(path)?;
        let file = yaml::parse_value(&text).map_err(|e| Problem::yaml(&name, &text, &e))?;
        Config::from_value(&file)
            .map_err(|all| Errors(all.iter().map(|m| Problem::in_file(&name, format!("{}: {}", m.path, m.message))).collect()))?;
        match drift(&file, &name, config, &source.name, &source.unread, &self.revision) {
            Some(diff) => {
                print(&diff)?;
                Ok(ExitCode::from(1))
            }
            None => Ok(ExitCode::SUCCESS),
        }
    }
}

/// Says where the configuration comes from. Its spec holds all that is used of it, word for word, and nothing else.
fn annotate(config: &mut Value, source: Map<String, Value>) {
    let digest = Sha256::digest(config.get("spec").map(Value::to_string).unwrap_or_default());
    if let Some(annotations) = config.pointer_mut("/metadata/annotations").and_then(Value::as_object_mut) {
        let hex: String = digest.iter().map(|b| format!("{b:02x}")).collect();
        annotations.extend(source);
        annotations.insert(DIGEST.to_owned(), Value::String(format!("sha256:{hex}")));
    }
}

/// The configuration with what nobody but its author knows, as comments to fill in.
fn with_choices(config: &str, knows_version: bool) -> String {
    let version = if knows_version { "" } else { VERSION };
    config.replacen("\nspec:\n", &format!("\nspec:\n{version}{CHOICES}"), 1)
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
