//! Configuration and manifests through the engine, in memory.

use std::cell::LazyCell;
use std::path::{Path, PathBuf};

use clap::Args;
use rayon::prelude::*;

use super::beside::Beside;
use super::config_file::ConfigFile;
use super::io::files::{File, Files, Input, Objects, Parsed, parse};
use super::io::progress::Progress;
use super::io::skipped::{Skipped, Why, notes};
use super::kustomization::{Kustomizations, leave_aside};
use super::problem::{Errors, Problem};
use super::twins::twins;
use super::verbosity::Verbosity;
use crate::Value;
use crate::config::Config;
use crate::finding::{Finding, Kind};
use crate::kubernetes::{Identity, subject};
use crate::pipeline::{Engine, Host, InjectedText, Outcome, Pipeline};
use crate::report::{Input as ReportInput, Warning};
use crate::yaml::{Position, Positions};

/// Flags that every command on manifests has.
#[derive(Debug, Clone, Args)]
pub struct Inputs {
    #[command(flatten)]
    pub files: Files,
    /// The SidecarInjector object [default: sidecarize.yaml, found upwards from the first PATH]
    #[arg(short, long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The folder of the kustomization, where kustomize runs us as a legacy plugin and the configuration is a copy of its own.
    #[arg(skip)]
    pub kustomization: Option<PathBuf>,
    /// The configuration whose folder tells of the cluster, where that is another one.
    #[arg(skip)]
    pub known_from: Option<PathBuf>,
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
    pub files: Vec<(File, InjectedText)>,
    /// The configuration.
    pub config: ConfigFile,
    /// Warnings about the run as a whole.
    notes: Vec<Problem>,
    /// What may set the namespaces of the files.
    kustomizations: Kustomizations,
    verbosity: Verbosity,
}

impl Inputs {
    /// Reads everything, decides and injects in memory. `committed` tells whether the result is kept in files.
    ///
    /// # Errors
    ///
    /// All mistakes in configuration and manifests, not the first only.
    pub fn run(&self, committed: bool) -> anyhow::Result<Session> {
        self.run_with(committed, |engine| engine)
    }

    /// The same, with an engine that is made ready first.
    ///
    /// # Errors
    ///
    /// As [`Inputs::run`].
    pub fn run_with(&self, committed: bool, ready: impl FnOnce(Engine) -> Engine) -> anyhow::Result<Session> {
        let mut input = self.files.read();
        let kustomizations = leave_aside(&mut input);
        let Input { files, mut skipped, mut problems } = input;
        let parsed: Vec<Parsed<'_>> = files.par_iter().map(parse).collect();
        let objects = parsed.iter().flat_map(Parsed::values);
        let config = match (&self.config, &self.kustomization) {
            (Some(path), Some(root)) => ConfigFile::of_plugin(path, root),
            _ => ConfigFile::find(self.config.as_deref(), &self.files, objects.clone()),
        };
        let config = config.map_err(|problem| vec![problem]);
        let adapt = |config: &mut Config| {
            if let Some(namespace) = &self.namespace {
                config.default_namespace.clone_from(namespace);
            }
            Ok(())
        };
        let known = self.known_from.as_deref().or_else(|| config.as_ref().ok()?.path.as_deref()).filter(|_| self.kustomization.is_none());
        let beside = known.map(|path| Beside::of(&self.files, path, objects.clone())).unwrap_or_default();
        let engine = config.as_ref().map_err(Vec::clone).and_then(|c| c.engine(objects.chain(&beside.objects), adapt));
        let own_path = config.as_ref().ok().and_then(|c| std::fs::canonicalize(c.path.as_ref()?).ok());
        let mut objects = Vec::with_capacity(parsed.len());
        let mut kept = Vec::with_capacity(parsed.len());
        for (file, parsed) in files.iter().zip(parsed) {
            let parsed = if is_config(file, own_path.as_deref()) { Parsed::Skipped(Why::Configuration) } else { parsed };
            kept.push(matches!(parsed, Parsed::Objects(_)));
            match parsed {
                Parsed::Objects(found) => objects.push(found),
                Parsed::Skipped(why) => skipped.extend(file.path.clone().map(|path| Skipped { path, why })),
                Parsed::Failed(problem) => problems.push(problem),
            }
        }
        skipped.sort_by(|a, b| a.path.cmp(&b.path));
        let (config, engine) = match (config, engine) {
            (Ok(config), Ok(engine)) if problems.is_empty() => (config, ready(engine)),
            (_, Ok(_)) => return Err(Errors(problems).into()),
            (_, Err(mistakes)) => return Err(Errors(mistakes.into_iter().chain(problems).collect()).into()),
        };
        // One that the user named, a hook of git for example, is left aside as any other.
        let has_parts = skipped.iter().any(|s| matches!(s.why, Why::KustomizationPart { .. }));
        if objects.is_empty() && !skipped.is_empty() && !has_parts {
            let lines = notes(&skipped, self.verbosity.verbose).join("\n");
            return Err(Errors(vec![format!("no manifest among {} files (-v lists them)\n{lines}", skipped.len()).into()]).into());
        }
        beside.tell(self.verbosity);
        let progress = Progress::of(objects.len(), self.verbosity);
        let (pipeline, injected) = inject(&engine, &beside.objects, objects, committed, &progress)?;
        drop(progress);
        let files = files.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(file, _)| file).zip(injected).collect();
        let session = Session::new(files, config, &pipeline, kustomizations, self.verbosity)?;
        self.verbosity.detail(|| format!("configuration {}", session.config.name()));
        session.tell(&skipped);
        Ok(session)
    }
}

/// The objects of every file through the engine; first they tell of the cluster, after what is known `beside` them. `committed` tells
/// whether the result is kept in files.
///
/// # Errors
///
/// When an edit does not fit the text; that would be a bug.
pub fn inject<'e>(
    engine: &'e Engine,
    beside: &[Value],
    objects: Vec<Objects<'_>>,
    committed: bool,
    progress: &Progress,
) -> anyhow::Result<(Pipeline<'e>, Vec<InjectedText>)> {
    let host = Host { record: engine.config().record.resolve(committed), ..Host::default() };
    let mut pipeline = Pipeline::new(engine, host);
    pipeline.learn(beside.iter().chain(objects.iter().flat_map(|(_, values)| values)));
    let injected = objects.into_par_iter().map(|(manifests, values)| {
        let injected = pipeline.run(&manifests, values)?;
        progress.advance(injected.objects.iter().map(|o| o.outcome.workloads.len()).sum());
        Ok::<_, crate::yaml::Error>(injected)
    });
    let injected = injected.collect::<Result<Vec<_>, _>>()?;
    Ok((pipeline, injected))
}

/// Whether a file that was found in a folder is the configuration of this run.
pub fn is_config(file: &File, config: Option<&Path>) -> bool {
    let same_name = || file.path.as_ref().and_then(|p| p.file_name()) == config.and_then(Path::file_name);
    file.found && same_name() && file.path.as_ref().and_then(|p| std::fs::canonicalize(p).ok()).as_deref() == config
}

/// Findings of one file, with their places.
fn findings(
    file: &File,
    injected: &InjectedText,
    kustomizations: &Kustomizations,
    which: impl Fn(&Outcome) -> &Vec<Finding>,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    let positions = LazyCell::new(|| Positions::of(&file.text));
    for object in &injected.objects {
        for finding in which(&object.outcome) {
            let place = object.position(finding);
            let mut told = problem(file, positions.line(place.line), &object.value, finding, place);
            // A namespace that a kustomization sets is not in the file yet.
            if finding.kind == Kind::UnknownNamespace {
                let overlay = kustomizations.building(file);
                told = overlay.into_iter().fold(told, |told, folder| {
                    told.line(&format!("or, where a kustomization sets it: kustomize build {folder} | sidecarize explain -"))
                });
            }
            problems.push(told.stale(finding.kind == Kind::Edited));
        }
    }
    problems
}

/// A finding about an object of a file, and the line there.
pub fn problem(file: &File, line: Option<&str>, object: &Value, finding: &Finding, place: Position) -> Problem {
    let about = Identity::of(subject(object, &finding.path));
    Problem::on_line(&file.name(), line, place, &finding.message).of_object(about, finding.path.clone())
}

impl Session {
    /// Files with what came of them.
    ///
    /// # Errors
    ///
    /// All that forbids to go on.
    pub fn new(
        files: Vec<(File, InjectedText)>,
        config: ConfigFile,
        pipeline: &Pipeline<'_>,
        kustomizations: Kustomizations,
        verbosity: Verbosity,
    ) -> Result<Self, Errors> {
        let mut session = Self { files, config, kustomizations, notes: Vec::new(), verbosity };
        let problems = session.findings(|o| &o.errors);
        if !problems.is_empty() {
            return Err(Errors(problems));
        }
        let outcomes = session.files.iter().flat_map(|(_, injected)| &injected.objects).map(|object| &object.outcome);
        session.notes = pipeline.finish(outcomes).iter().map(|f| session.config.located(f)).collect();
        session.notes.extend(twins(&session.files));
        Ok(session)
    }

    /// Findings of all files, in their order.
    fn findings(&self, which: impl Fn(&Outcome) -> &Vec<Finding> + Copy) -> Vec<Problem> {
        self.files.iter().flat_map(|(file, injected)| findings(file, injected, &self.kustomizations, which)).collect()
    }

    /// Prints the warnings of all files.
    pub fn print_warnings(&self) {
        if !self.verbosity.quiet {
            self.verbosity.grouped(&self.findings(|o| &o.warnings)).iter().chain(&self.notes).for_each(Problem::print_warning);
        }
    }

    /// The files as a report takes them.
    pub fn report_inputs(&self) -> Vec<ReportInput<'_>> {
        self.files
            .iter()
            .map(|(file, injected)| ReportInput { name: file.relative_name(), below: &file.below, source: &file.text, injected })
            .collect()
    }

    /// Warnings about the run as a whole, as a report takes it.
    pub fn report_notes(&self) -> impl Iterator<Item = Warning> {
        self.notes.iter().map(Problem::warning)
    }

    /// Says what was read, and what was left aside.
    fn tell(&self, skipped: &[Skipped]) {
        for (file, _) in &self.files {
            self.verbosity.detail(|| format!("read {}", file.name()));
        }
        self.verbosity.skipped(skipped);
        let workloads: usize = self.files.iter().flat_map(|(_, r)| &r.objects).map(|o| o.outcome.workloads.len()).sum();
        self.verbosity.detail(|| format!("{} files, {workloads} workloads", self.files.len()));
    }
}
