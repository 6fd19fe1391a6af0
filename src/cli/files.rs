//! What the commands read: manifests from files, folders and standard input, and the configuration.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use clap::Args;
use rayon::prelude::*;
use sidecarize::Value;
use sidecarize::config::Config;
use sidecarize::decide::Namespaces;
use sidecarize::engine::{Engine, Finding};
use sidecarize::read::{Layout, Manifests};
use sidecarize::render::{Host, Rendered, render};
use sidecarize::workload::Identity;

/// Name of the configuration that is looked for upwards from the first path.
const CONFIG_NAME: &str = "sidecarize.yaml";
/// Extensions of files in a folder that are manifests.
const EXTENSIONS: &[&str] = &["yaml", "yml", "json"];

/// Flags that every command on manifests has.
#[derive(Debug, Args)]
pub struct Inputs {
    /// Files, folders (recursive, .gitignore honoured) or - for standard input
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The SidecarInjector object [default: sidecarize.yaml, found upwards from the first PATH]
    #[arg(short, long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Namespace of objects that have none; it is not written into them
    #[arg(short, long, value_name = "NAME")]
    pub namespace: Option<String>,
}

/// A text and where it came from.
#[derive(Debug)]
pub struct File {
    /// Its path; nothing for standard input.
    pub path: Option<PathBuf>,
    /// Its text.
    pub text: String,
}

impl File {
    /// Its name for people.
    pub fn name(&self) -> String {
        self.path.as_ref().map_or_else(|| "stdin".to_owned(), |p| p.display().to_string())
    }
}

/// All files through the engine.
#[derive(Debug)]
pub struct Session {
    /// The files with what came of them, in their order.
    pub files: Vec<(File, Rendered)>,
}

/// Every error of a run, a line each.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct Errors(Vec<String>);

impl Errors {
    /// All errors of a run.
    pub fn new(lines: Vec<String>) -> Self {
        Self(lines)
    }
}

impl Inputs {
    /// Reads everything, decides and injects in memory. `committed` tells whether the result is kept in files.
    ///
    /// # Errors
    ///
    /// All mistakes in configuration and manifests, not the first only.
    pub fn run(&self, committed: bool) -> anyhow::Result<Session> {
        let (files, mut errors) = self.read()?;
        let engine = self.engine();
        let parsed: Vec<_> = files.par_iter().map(parse).collect();
        errors.extend(parsed.iter().filter_map(|p| p.as_ref().err().cloned()));
        let engine = match engine {
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
        Ok(Session { files })
    }

    /// The engine of the configuration.
    fn engine(&self) -> anyhow::Result<Engine> {
        let path = self.config_path()?;
        let text = std::fs::read_to_string(&path).with_context(|| format!("configuration {}", path.display()))?;
        let object = sidecarize::yaml::parse_value(&text)
            .map_err(|e| anyhow!("{}:{}:{}: {}", path.display(), e.position().line, e.position().column, e.message()))?;
        let located = |path_in_config: &str, message: &str| {
            let line = sidecarize::yaml::locate(&text, path_in_config).map(|p| format!(":{}:{}", p.line, p.column)).unwrap_or_default();
            let field = if path_in_config.is_empty() { String::new() } else { format!("{path_in_config}: ") };
            format!("{}{line}: {field}{message}", path.display())
        };
        let mut config = Config::from_value(&object).map_err(|all| Errors(all.iter().map(|m| located(&m.path, &m.message)).collect()))?;
        if let Some(namespace) = &self.namespace {
            config.default_namespace.clone_from(namespace);
        }
        Engine::new(config).map_err(|all| Errors(all.iter().map(|f| located(&f.path, &f.message)).collect()).into())
    }

    fn config_path(&self) -> anyhow::Result<PathBuf> {
        if let Some(path) = &self.config {
            return Ok(path.clone());
        }
        let first = self.paths.first().filter(|p| !is_stdin(p)).cloned().unwrap_or_else(|| PathBuf::from("."));
        let from = std::path::absolute(&first).unwrap_or(first);
        match from.ancestors().map(|folder| folder.join(CONFIG_NAME)).find(|p| p.is_file()) {
            Some(found) => {
                Ok(std::env::current_dir().ok().and_then(|here| found.strip_prefix(here).map(Path::to_owned).ok()).unwrap_or(found))
            }
            None => bail!(
                "no configuration: give one with -c, or put {CONFIG_NAME} beside the manifests; the smallest one is\n{}",
                sidecarize::config::SMALLEST
            ),
        }
    }

    /// Every file, in the order of the paths and sorted below a folder, and what cannot be read.
    fn read(&self) -> anyhow::Result<(Vec<File>, Vec<String>)> {
        let mut files = Vec::new();
        let mut errors = Vec::new();
        let here = [PathBuf::from(".")];
        let paths: &[PathBuf] = if self.paths.is_empty() { &here } else { &self.paths };
        for path in paths {
            if is_stdin(path) {
                let mut text = String::new();
                std::io::stdin().read_to_string(&mut text).context("standard input is not UTF-8 text")?;
                files.push(File { path: None, text });
                continue;
            }
            for found in walk(path) {
                match found.and_then(|p| Ok((std::fs::read_to_string(&p).map_err(|e| anyhow!("{}: {e}", p.display()))?, p))) {
                    Ok((text, path)) => files.push(File { path: Some(path), text }),
                    Err(error) => errors.push(format!("{error:#}")),
                }
            }
        }
        Ok((files, errors))
    }
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// The file itself, or the manifests below a folder.
fn walk(path: &Path) -> Vec<anyhow::Result<PathBuf>> {
    if !path.is_dir() {
        return vec![Ok(path.to_owned())];
    }
    let is_manifest = |p: &Path| p.extension().and_then(|e| e.to_str()).is_some_and(|e| EXTENSIONS.contains(&e));
    let mut found: Vec<anyhow::Result<PathBuf>> = ignore::WalkBuilder::new(path)
        .hidden(true)
        .require_git(false)
        .sort_by_file_path(Path::cmp)
        .build()
        .filter_map(|entry| match entry {
            Ok(entry) => (entry.path().is_file() && is_manifest(entry.path())).then(|| Ok(entry.into_path())),
            Err(error) => Some(Err(anyhow!(error))),
        })
        .collect();
    if found.is_empty() {
        found.push(Err(anyhow!("{}: no manifest (*.yaml, *.yml, *.json) in this folder", path.display())));
    }
    found
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
            lines.push(format!("{}:{}: {}: {field}{}", file.name(), object.line, Identity::of(&object.value), finding.message));
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
    }
}
