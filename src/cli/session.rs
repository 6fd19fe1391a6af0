//! Configuration and manifests through the engine, in memory.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use clap::Args;
use rayon::prelude::*;
use sidecarize::Value;
use sidecarize::check::whole_run;
use sidecarize::config::{Config, Sources, installation};
use sidecarize::decide::Namespaces;
use sidecarize::engine::{Engine, Finding};
use sidecarize::read::{Layout, Manifests};
use sidecarize::render::{Host, Rendered, render};
use sidecarize::workload::Identity;

use super::files::{Errors, File, Files, is_stdin};

/// Name of the configuration that is looked for upwards from the first path.
const CONFIG_NAME: &str = "sidecarize.yaml";

/// Flags that every command on manifests has.
#[derive(Debug, Args)]
pub struct Inputs {
    #[command(flatten)]
    pub files: Files,
    /// The SidecarInjector object [default: sidecarize.yaml, found upwards from the first PATH]
    #[arg(short, long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Namespace of objects that have none; it is not written into them
    #[arg(short, long, value_name = "NAME")]
    pub namespace: Option<String>,
}

/// All files through the engine.
#[derive(Debug)]
pub struct Session {
    /// The files with what came of them, in their order.
    pub files: Vec<(File, Rendered)>,
    /// What is worth a look about the run as a whole.
    notes: Vec<String>,
}

impl Inputs {
    /// Reads everything, decides and injects in memory. `committed` tells whether the result is kept in files.
    ///
    /// # Errors
    ///
    /// All mistakes in configuration and manifests, not the first only.
    pub fn run(&self, committed: bool) -> anyhow::Result<Session> {
        let (files, mut errors) = self.files.read()?;
        let parsed: Vec<_> = files.par_iter().map(parse).collect();
        errors.extend(parsed.iter().filter_map(|p| p.as_ref().err().cloned()));
        let objects = parsed.iter().flatten().flat_map(|(_, values)| values);
        let engine = match self.engine(objects) {
            Ok(engine) if errors.is_empty() => engine,
            Ok(_) => return Err(Errors(errors).into()),
            Err(error) => {
                errors.insert(0, format!("{error:#}"));
                return Err(Errors(errors).into());
            }
        };
        let parsed: Vec<(Manifests<'_>, Vec<Value>)> = parsed.into_iter().flatten().collect();
        let mut namespaces = Namespaces::new(&engine.config().namespaces);
        parsed.iter().flat_map(|(_, values)| values).for_each(|object| namespaces.learn(object));
        let host = Host { record: engine.config().record.resolve(committed), copies_comments_by_index: false };
        let rendered = parsed
            .into_par_iter()
            .map(|(manifests, values)| render(&engine, &namespaces, &manifests, values, host))
            .collect::<Result<Vec<_>, _>>()?;
        let files: Vec<(File, Rendered)> = files.into_iter().zip(rendered).collect();
        let errors: Vec<String> = files.iter().flat_map(|(file, r)| findings(file, r, |o| &o.errors)).collect();
        if !errors.is_empty() {
            return Err(Errors(errors).into());
        }
        let outcomes = files.iter().flat_map(|(_, rendered)| &rendered.objects).map(|object| &object.outcome);
        let notes = whole_run(engine.config(), &namespaces, outcomes).into_iter().map(|f| format!("{}: {}", f.path, f.message)).collect();
        Ok(Session { files, notes })
    }

    /// The engine of the configuration; without one, of the Istio whose ConfigMaps are among the objects.
    fn engine<'v>(&self, objects: impl Iterator<Item = &'v Value> + Clone) -> anyhow::Result<Engine> {
        let config = match self.config_path() {
            Some(path) => ConfigFile::read(path)?,
            None => match installation(objects.clone()) {
                Some(found) => ConfigFile { path: PathBuf::from("the ConfigMaps of Istio"), text: String::new(), object: found.config },
                None => bail!(
                    "no configuration: give one with -c, or put {CONFIG_NAME} beside the manifests; the smallest one is\n{}",
                    sidecarize::config::SMALLEST
                ),
            },
        };
        let folder = config.path.parent().map(Path::to_owned).unwrap_or_default();
        let read_file = |name: &str| {
            let path = folder.join(name);
            std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))
        };
        let sources = Sources { read_file: Some(&read_file), ..Sources::among(objects) };
        let mut loaded = Config::load(&config.object, &sources)
            .map_err(|all| Errors(all.iter().map(|m| config.located(&m.path, &m.message)).collect()))?;
        if let Some(namespace) = &self.namespace {
            loaded.default_namespace.clone_from(namespace);
        }
        Engine::new(loaded).map_err(|all| Errors(all.iter().map(|f| config.located(&f.path, &f.message)).collect()).into())
    }

    /// The file of `-c`, or the one found upwards from the first path.
    fn config_path(&self) -> Option<PathBuf> {
        if let Some(path) = &self.config {
            return Some(path.clone());
        }
        let first = self.files.paths.first().filter(|p| !is_stdin(p)).cloned().unwrap_or_else(|| PathBuf::from("."));
        let from = std::path::absolute(&first).unwrap_or(first);
        let found = from.ancestors().map(|folder| folder.join(CONFIG_NAME)).find(|p| p.is_file())?;
        Some(std::env::current_dir().ok().and_then(|here| found.strip_prefix(here).map(Path::to_owned).ok()).unwrap_or(found))
    }
}

/// A configuration and its text, in which mistakes are found again.
struct ConfigFile {
    path: PathBuf,
    text: String,
    object: Value,
}

impl ConfigFile {
    fn read(path: PathBuf) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(&path).with_context(|| format!("configuration {}", path.display()))?;
        let object = sidecarize::yaml::parse_value(&text)
            .map_err(|e| anyhow!("{}:{}:{}: {}", path.display(), e.position().line, e.position().column, e.message()))?;
        Ok(Self { path, text, object })
    }

    /// A mistake with its place in the file.
    fn located(&self, field: &str, message: &str) -> String {
        let place = sidecarize::yaml::locate(&self.text, field).map(|p| format!(":{}:{}", p.line, p.column)).unwrap_or_default();
        let field = if field.is_empty() { String::new() } else { format!("{field}: ") };
        format!("{}{place}: {field}{message}", self.path.display())
    }
}
fn parse(file: &File) -> Result<(Manifests<'_>, Vec<Value>), String> {
    let located = |e: sidecarize::yaml::Error| format!("{}:{}:{}: {}", file.name(), e.position().line, e.position().column, e.message());
    let manifests = Manifests::parse(&file.text, Layout::Stream).map_err(located)?;
    let values = manifests.values().map_err(located)?;
    Ok((manifests, values))
}

/// Findings of one file, a line each.
pub fn findings(file: &File, rendered: &Rendered, which: impl Fn(&sidecarize::engine::Outcome) -> &Vec<Finding>) -> Vec<String> {
    let mut lines = Vec::new();
    for object in &rendered.objects {
        for finding in which(&object.outcome) {
            let field = if finding.path.is_empty() { String::new() } else { format!("{}: ", finding.path) };
            let place = match object.places.get(&finding.path) {
                Some(place) => format!("{}:{}", place.line, place.column),
                None => object.line.to_string(),
            };
            lines.push(format!("{}:{place}: {}: {field}{}", file.name(), Identity::of(&object.value), finding.message));
        }
    }
    lines
}

impl Session {
    /// Prints the warnings of all files.
    pub fn print_warnings(&self) {
        for (file, rendered) in &self.files {
            for line in findings(file, rendered, |o| &o.warnings) {
                eprintln!("warning: {line}");
            }
        }
        for note in &self.notes {
            eprintln!("warning: {note}");
        }
    }
}
