//! `argocd generate`: renders the application's folder, injects, and prints what Argo CD applies.

use std::path::Path;
use std::process::ExitCode;

use super::application::Application;
use super::child::Children;
use super::configuration::{Location, adapt, namespace};
use super::flags::Plugin;
use super::parameters::Parameters;
use super::product::{Product, product};
use super::rendering::Rendering;
use super::source::Source;
use crate::cli::io::files::{File, Objects, Parsed, parse};
use crate::cli::io::output::{print, stream};
use crate::cli::io::progress::Progress;
use crate::cli::io::skipped::Why;
use crate::cli::kustomization::Kustomizations;
use crate::cli::problem::{Errors, Problem};
use crate::cli::session::{Session, inject, is_config};
use crate::cli::verbosity::Verbosity;

/// Print the injected manifests of the application in the working directory
///
/// A kustomization is built with kustomize, a chart rendered with helm, other folders are read as they are. What only hosts of
/// KRM functions need is taken out.
#[derive(Debug, clap::Args)]
pub struct Generate {
    #[command(flatten)]
    plugin: Plugin,
    #[command(flatten)]
    rendering: Rendering,
    #[command(flatten)]
    verbosity: Verbosity,
}

impl Generate {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// When anything is wrong with application, parameters or configuration, a tool fails, or nothing is left to apply.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let children = Children::new()?;
        let application = Application::from_environment()?;
        let source = Source::of(&application, &self.plugin);
        let parameters = Parameters::from_environment(&self.plugin, source)?;
        let (location, namespace) = match (Location::find(&application, &parameters, &self.plugin), namespace(&application, &parameters)) {
            (Ok(location), Ok(namespace)) => (location, namespace),
            (location, namespace) => return Err(Errors(location.err().into_iter().chain(namespace.err()).collect()).into()),
        };
        let rendered = self.rendering.render(source, &application, &parameters, &children)?;
        let (parsed, mut problems) = objects(&rendered, location.path.as_deref());
        let values = || parsed.iter().flatten().flat_map(|(_, values)| values);
        let config = location.read(&application, &parameters, values()).map_err(|problem| vec![problem]);
        let adapt = |config: &mut _| adapt(config, &application, location.own, namespace);
        let ready = config.and_then(|config| config.engine(values(), adapt).map(|engine| (config, engine)));
        let (config, engine) = match ready {
            Ok(ready) if problems.is_empty() => ready,
            Ok(_) => return Err(Errors(problems).into()),
            Err(mistakes) => {
                problems.extend(mistakes);
                return Err(Errors(problems).into());
            }
        };
        let kept: Vec<bool> = parsed.iter().map(Option::is_some).collect();
        let (pipeline, injected) = inject(&engine, &[], parsed.into_iter().flatten().collect(), false, &Progress::default())?;
        let files = rendered.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(file, _)| file).zip(injected).collect();
        let session = Session::new(files, config, &pipeline, Kustomizations::default(), self.verbosity)?;
        print(&applied(&session)?)?;
        session.print_warnings();
        Ok(ExitCode::SUCCESS)
    }
}

/// The objects of each file (nothing of one that holds none), and what is wrong with files.
fn objects<'f>(files: &'f [File], config: Option<&Path>) -> (Vec<Option<Objects<'f>>>, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut objects = Vec::with_capacity(files.len());
    for file in files {
        let mut found = None;
        match parse(file) {
            _ if is_config(file, config) => {}
            Parsed::Objects(all) => found = Some(all),
            Parsed::Skipped(Why::HelmTemplate) => {
                let message = "text from which Helm makes manifests, and the application's folder has no Chart.yaml";
                problems.push(Problem::in_file(&file.name(), message));
            }
            Parsed::Skipped(_) => {}
            Parsed::Failed(problem) => problems.push(problem),
        }
        objects.push(found);
    }
    (objects, problems)
}

/// What Argo CD applies.
fn applied(session: &Session) -> Result<String, Errors> {
    let mut problems = Vec::new();
    let mut texts: Vec<String> = Vec::new();
    for (file, injected) in &session.files {
        match product(&file.name(), &injected.text) {
            Ok(Product { objects: 0, .. }) => {}
            Ok(Product { text, .. }) => texts.push(text),
            Err(found) => problems.extend(found),
        }
    }
    if texts.is_empty() && problems.is_empty() {
        let message = "nothing is left to apply: the application has no object for the cluster; Argo CD would take an empty answer for the wish to delete all that it applied before";
        problems.push(Problem::from(message.to_owned()));
    }
    if problems.is_empty() { Ok(stream(texts.iter().map(String::as_str))) } else { Err(Errors(problems)) }
}
