//! Configuration and manifests through the engine, in memory.

use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use clap::Args;
use rayon::prelude::*;
use sidecarize::config::Config;
use sidecarize::decide::Namespaces;
use sidecarize::engine::{Engine, Finding, Outcome};
use sidecarize::read::{Layout, Manifests};
use sidecarize::render::{Host, Rendered, render};
use sidecarize::workload::Identity;
use sidecarize::yaml::locate_below;

use super::files::{File, Files, Input, Parsed, is_stdin, parse, read};
use super::problem::{Errors, Problem};
use super::skipped::{Skipped, Why, notes};
use super::verbosity::Verbosity;

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
    #[command(flatten)]
    pub verbosity: Verbosity,
}

/// All files through the engine.
#[derive(Debug)]
pub struct Session {
    /// The files with what came of them, in their order.
    pub files: Vec<(File, Rendered)>,
    verbosity: Verbosity,
}

impl Inputs {
    /// Reads everything, decides and injects in memory. `committed` tells whether the result is kept in files.
    ///
    /// # Errors
    ///
    /// All mistakes in configuration and manifests, not the first only.
    pub fn run(&self, committed: bool) -> anyhow::Result<Session> {
        let Input { files, mut skipped, mut problems } = self.files.read();
        let engine = self.engine();
        let config = engine.as_ref().ok().and_then(|(path, _)| std::fs::canonicalize(path).ok());
        let parsed: Vec<Parsed<'_>> = files
            .par_iter()
            .map(|file| if is_config(file, config.as_deref()) { Parsed::Skipped(Why::Configuration) } else { parse(file) })
            .collect();
        let mut objects = Vec::with_capacity(parsed.len());
        let mut kept = Vec::with_capacity(parsed.len());
        for (file, parsed) in files.iter().zip(parsed) {
            kept.push(matches!(parsed, Parsed::Objects(_)));
            match parsed {
                Parsed::Objects(found) => objects.push(found),
                Parsed::Skipped(why) => skipped.extend(file.path.clone().map(|path| Skipped { path, why })),
                Parsed::Failed(problem) => problems.push(problem),
            }
        }
        skipped.sort_by(|a, b| a.path.cmp(&b.path));
        let (path, engine) = match engine {
            Ok(engine) if problems.is_empty() => engine,
            Ok(_) => return Err(Errors(problems).into()),
            Err(mut mistakes) => {
                mistakes.extend(problems);
                return Err(Errors(mistakes).into());
            }
        };
        self.verbosity.detail(|| format!("configuration {}", path.display()));
        if objects.is_empty() && !skipped.is_empty() {
            let mut lines = vec!["no manifest among these files".to_owned()];
            lines.extend(notes(&skipped, true));
            return Err(anyhow!(lines.join("\n")));
        }
        let mut namespaces = Namespaces::new(&engine.config().namespaces);
        objects.iter().flat_map(|(_, values)| values).for_each(|object| namespaces.learn(object));
        let host = Host { record: engine.config().record.resolve(committed), copies_comments_by_index: false };
        let rendered = objects
            .into_par_iter()
            .map(|(manifests, values)| render(&engine, &namespaces, &manifests, values, host))
            .collect::<Result<Vec<_>, _>>()?;
        let files = files.into_iter().zip(kept).filter_map(|(file, kept)| kept.then_some(file));
        let session = Session { files: files.zip(rendered).collect(), verbosity: self.verbosity };
        let problems: Vec<Problem> = session.findings(|o| &o.errors);
        if !problems.is_empty() {
            return Err(Errors(problems).into());
        }
        session.tell(&skipped);
        Ok(session)
    }

    /// The engine of the configuration, and where that stands.
    fn engine(&self) -> Result<(PathBuf, Engine), Vec<Problem>> {
        let one = |problem: Problem| vec![problem];
        let path = self.config_path().map_err(|e| one(e.into()))?;
        let name = path.display().to_string();
        let text = read(&path).map_err(one)?;
        let object = sidecarize::yaml::parse_value(&text).map_err(|e| one(Problem::yaml(&name, &text, &e)))?;
        let located = |field: &str, message: &str| {
            let message = if field.is_empty() { message.to_owned() } else { format!("{field}: {message}") };
            match sidecarize::yaml::locate(&text, field) {
                Some(position) => Problem::at(&name, &text, position, message),
                None => Problem::in_file(&name, message),
            }
        };
        let mut config = Config::from_value(&object).map_err(|all| all.iter().map(|m| located(&m.path, &m.message)).collect::<Vec<_>>())?;
        if let Some(namespace) = &self.namespace {
            config.default_namespace.clone_from(namespace);
        }
        let engine = Engine::new(config).map_err(|all| all.iter().map(|f| located(&f.path, &f.message)).collect::<Vec<_>>())?;
        Ok((path, engine))
    }

    fn config_path(&self) -> anyhow::Result<PathBuf> {
        if let Some(path) = &self.config {
            return Ok(path.clone());
        }
        let first = self.files.paths.first().filter(|p| !is_stdin(p)).cloned().unwrap_or_else(|| PathBuf::from("."));
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
}

/// Whether a file that was found in a folder is the configuration of this run.
fn is_config(file: &File, config: Option<&Path>) -> bool {
    let same_name = || file.path.as_ref().and_then(|p| p.file_name()) == config.and_then(Path::file_name);
    file.found && same_name() && file.path.as_ref().and_then(|p| std::fs::canonicalize(p).ok()).as_deref() == config
}

/// Findings of one file, with their places.
fn findings(file: &File, rendered: &Rendered, which: impl Fn(&Outcome) -> &Vec<Finding>) -> Vec<Problem> {
    let all = rendered.objects.iter().enumerate().flat_map(|(i, object)| which(&object.outcome).iter().map(move |f| (i, object, f)));
    let mut problems = Vec::new();
    // Places of fields are found by reading the file again: nearly no run has findings.
    let mut manifests = None;
    for (index, object, finding) in all {
        let field = if finding.path.is_empty() { String::new() } else { format!("{}: ", finding.path) };
        let message = format!("{}: {field}{}", Identity::of(&object.value), finding.message);
        let manifests = manifests.get_or_insert_with(|| Manifests::parse(&file.text, Layout::Stream));
        let node = manifests.as_ref().ok().and_then(|m| m.objects().get(index).copied());
        problems.push(match node {
            Some(node) => Problem::at(&file.name(), &file.text, locate_below(&file.text, node, &finding.path), message),
            None => Problem::in_file(&file.name(), message),
        });
    }
    problems
}

impl Session {
    /// Findings of all files, in their order.
    fn findings(&self, which: impl Fn(&Outcome) -> &Vec<Finding> + Copy) -> Vec<Problem> {
        self.files.iter().flat_map(|(file, rendered)| findings(file, rendered, which)).collect()
    }

    /// Prints the warnings of all files.
    pub fn print_warnings(&self) {
        if !self.verbosity.quiet {
            self.findings(|o| &o.warnings).iter().for_each(Problem::print_warning);
        }
    }

    /// Says what was read, and what was left aside.
    fn tell(&self, skipped: &[Skipped]) {
        let workloads: usize = self.files.iter().flat_map(|(_, r)| &r.objects).map(|o| o.outcome.workloads.len()).sum();
        for (file, _) in &self.files {
            self.verbosity.detail(|| format!("read {}", file.name()));
        }
        self.verbosity.skipped(skipped);
        self.verbosity.detail(|| format!("{} files, {workloads} workloads", self.files.len()));
    }
}
