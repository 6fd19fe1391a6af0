//! The configuration of a run: the file, and the engine that comes of it.

use std::collections::HashMap;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Mutex;

use super::io::boundary::{self, Root, inside, is_stream};
use super::io::files::{Files, is_stdin, read, read_named};
use super::problem::Problem;
use crate::Value;
use crate::config::{Config, Defaults, Reading, SMALLEST, Sources, installation};
use crate::finding::Finding;
use crate::krm::legacy::without_arguments;
use crate::pipeline::Engine;
use crate::yaml::{Path, Position, Positions, locate, parse};

/// Name of the configuration that is looked for upwards from the first path.
pub const CONFIG_NAME: &str = "sidecarize.yaml";

/// A file that the configuration names cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{name}: {why}")]
struct NotRead {
    /// The file.
    name: String,
    /// What is wrong with it.
    why: Box<dyn std::error::Error + Send + Sync>,
}

/// A configuration and its text, in which mistakes are found again.
#[derive(Debug, Default)]
pub struct ConfigFile {
    /// The file; none where the configuration is that of Istio's ConfigMaps among the manifests.
    pub path: Option<PathBuf>,
    /// The folder to which the files that it names are relative.
    folder: PathBuf,
    text: String,
    /// Where fields stand that were asked for: there may be many findings about one.
    positions: Mutex<HashMap<Path, Option<Position>>>,
    object: Value,
    /// What holds where the configuration leaves it open.
    pub defaults: Defaults,
    /// The folder that files named in the configuration must not be outside of; none where whoever wrote it may read every file.
    pub root: Option<PathBuf>,
}

impl ConfigFile {
    /// The file of `-c`; else the one found upwards from the first path; else what Istio's ConfigMaps among the objects say.
    ///
    /// # Errors
    ///
    /// When there is none, or it cannot be read.
    pub fn find<'v>(given: Option<&FilePath>, files: &Files, objects: impl Iterator<Item = &'v Value>) -> Result<Self, Problem> {
        match given.map(FilePath::to_owned).or_else(|| upwards(files)) {
            Some(path) => Self::read(&path),
            None => Self::of_installation(objects),
        }
    }

    /// A file.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn read(path: &FilePath) -> Result<Self, Problem> {
        let text = read_named(path).map_err(|problem| problem.hint("it was to be read as the configuration"))?;
        let object = crate::yaml::parse_value(&text).map_err(|e| Problem::yaml(&path.display().to_string(), &text, &e))?;
        let folder = path.parent().map(FilePath::to_owned).unwrap_or_default();
        Ok(Self { path: Some(path.to_owned()), folder, text, object, ..Self::default() })
    }

    /// What Istio's ConfigMaps among the objects say.
    ///
    /// # Errors
    ///
    /// When there are none.
    pub fn of_installation<'v>(objects: impl Iterator<Item = &'v Value>) -> Result<Self, Problem> {
        let none = || {
            let message = "no configuration: give one with -c, or put";
            Problem::from(format!("{message} {CONFIG_NAME} beside the manifests; the smallest one is\n{SMALLEST}"))
        };
        let found = installation(objects, Reading::default()).ok_or_else(none)?;
        Ok(Self { object: found.config, ..Self::default() })
    }

    /// The copy that kustomize gives a legacy plugin; the files that it names are relative to the kustomization.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn of_plugin(path: &FilePath, kustomization: &FilePath) -> Result<Self, Problem> {
        let found = Self::read(path)?;
        Ok(Self { folder: kustomization.to_owned(), object: without_arguments(found.object), ..found })
    }

    /// Its name for people.
    pub fn name(&self) -> String {
        self.path.as_ref().map_or_else(|| "the ConfigMaps of Istio".to_owned(), |p| p.display().to_string())
    }

    /// The engine. `adapt` has the last word on the configuration.
    ///
    /// # Errors
    ///
    /// Every mistake in the configuration.
    pub fn engine<'v>(
        &self,
        objects: impl Iterator<Item = &'v Value>,
        adapt: impl FnOnce(&mut Config) -> Result<(), Problem>,
    ) -> Result<Engine, Vec<Problem>> {
        let read_file = |name: &str| Ok(self.read_beside(name)?);
        let sources = Sources { read_file: Some(&read_file), defaults: self.defaults, ..Sources::among(objects) };
        let mut config = Config::load(&self.object, &sources).map_err(|all| all.iter().map(|f| self.located(f)).collect::<Vec<_>>())?;
        adapt(&mut config).map_err(|problem| vec![problem])?;
        let place = |field: &Path| Some(self.place(field).unwrap_or_else(|| self.name()));
        Engine::new(config).map(|engine| engine.located(place)).map_err(|all| all.iter().map(|f| self.located(f)).collect())
    }

    /// The text of a file that the configuration names.
    fn read_beside(&self, name: &str) -> Result<String, NotRead> {
        let path = self.folder.join(name);
        let not_read = |name: String, why: Box<dyn std::error::Error + Send + Sync>| NotRead { name, why };
        if let Some(root) = &self.root {
            let inside = std::path::absolute(&path).map_err(boundary::Error::from).and_then(|absolute| inside(root, &absolute));
            inside.map_err(|e| not_read(name.to_owned(), e.into()))?;
        }
        // Whoever writes a configuration into a repository reads what is in that, and no other file of the machine.
        let folder = if self.folder.as_os_str().is_empty() { FilePath::new(".") } else { &self.folder };
        let root = Root::of_repository(folder).map_or_else(|| Root::of(&path), Ok).map_err(boundary::Error::from);
        root.and_then(|root| root.real(&path)).map_err(|e| not_read(path.display().to_string(), e.into()))?;
        read(&path).map_err(|problem| not_read(path.display().to_string(), problem.message().into()))
    }

    /// `FILE:LINE` of a field that is there.
    pub fn place(&self, field: &Path) -> Option<String> {
        let path = self.path.as_ref()?;
        Some(format!("{}:{}", path.display(), self.position(field)?.line))
    }

    fn position(&self, field: &Path) -> Option<Position> {
        let mut known = self.positions.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *known.entry(field.clone()).or_insert_with(|| {
            let documents = parse(&self.text).ok()?;
            Some(locate(&Positions::of(&self.text), documents.first()?.root.as_ref()?, field))
        })
    }

    /// Where a field of a Namespace object (`metadata.labels[…]`) stands in what the configuration tells of that namespace.
    pub fn place_in_namespace(&self, name: &str, field: &Path) -> Option<String> {
        let namespaces = self.object.get("spec")?.get("namespaces")?.as_array()?;
        let index = namespaces.iter().position(|n| n.get("name").and_then(Value::as_str) == Some(name))?;
        self.place(&Path::of(["spec", "namespaces"]).item(index).join(field.get(1..)?))
    }

    /// A finding about a field of it, with its place in the file.
    pub fn located(&self, finding: &Finding) -> Problem {
        match self.position(&finding.path) {
            Some(position) => Problem::at(&self.name(), &self.text, position, finding.to_string()),
            None => Problem::in_file(&self.name(), finding.to_string()),
        }
    }
}

/// The nearest configuration in the folder of the first path and above.
fn upwards(files: &Files) -> Option<PathBuf> {
    let paths = files.paths();
    let first = paths.first().filter(|p| !is_stdin(p) && !is_stream(p)).map_or_else(|| PathBuf::from("."), |p| (*p).to_owned());
    let from = std::path::absolute(&first).unwrap_or(first);
    let found = from.ancestors().map(|folder| folder.join(CONFIG_NAME)).find(|p| p.is_file())?;
    Some(std::env::current_dir().ok().and_then(|here| found.strip_prefix(here).map(FilePath::to_owned).ok()).unwrap_or(found))
}
