//! How an application's manifests are made: `kustomize build`, `helm template`, or its own files as they are.

use std::path::PathBuf;
use std::process::Command;

use clap::Args;

use super::application::{Application, is_name};
use super::child::Children;
use super::parameters::{HELM_PARAMETERS, HELM_RELEASE_NAME, HELM_SKIP_CRDS, HELM_VALUE_FILES, HELM_VALUES, Parameters, RECURSE};
use super::source::{CHART, Source};
use crate::cli::io::boundary::inside;
use crate::cli::io::files::{File, read, read_stdin};
use crate::cli::io::walk::{Depth, EXTENSIONS, walk_all};
use crate::cli::kustomization::NAMES as KUSTOMIZATIONS;
use crate::cli::problem::{Errors, Problem};
use crate::yaml;

/// The extension of files that Argo CD evaluates in a folder of plain manifests.
const JSONNET: &str = "jsonnet";
/// A file with this in it is no manifest for Argo CD.
const SKIPPED: &str = "+argocd:skip-file-rendering";
/// What Helm says where a chart's dependencies were not fetched.
const MISSING_DEPENDENCIES: &str = "missing in charts/ directory";

/// Flags of what renders.
#[derive(Debug, Args)]
pub struct Rendering {
    /// A further argument of `kustomize build`, such as --enable-helm; may be given several times
    #[arg(long, value_name = "ARGUMENT", allow_hyphen_values = true)]
    kustomize_arg: Vec<String>,
}

impl Rendering {
    /// The application's manifests as its tool renders them: one text of a tool, or each file.
    ///
    /// # Errors
    ///
    /// When the tool fails, with its own words, or a file cannot be read.
    pub fn render(
        &self,
        source: Source,
        application: &Application,
        parameters: &Parameters,
        children: &Children,
    ) -> anyhow::Result<Vec<File>> {
        match source {
            Source::Kustomization => {
                let mut command = Command::new("kustomize");
                command.arg("build").args(&self.kustomize_arg).arg(".").current_dir(&application.folder);
                Ok(vec![rendered("kustomize build", children.run(command, "kustomize build", None)?)])
            }
            Source::Chart => Ok(vec![rendered("helm template", helm(application, parameters, children)?)]),
            Source::Plain => Ok(plain(application, parameters)?),
            Source::Stdin => Ok(vec![rendered("stdin", read_stdin()?)]),
        }
    }
}

/// The text that a tool printed.
fn rendered(name: &str, text: String) -> File {
    File { path: Some(name.into()), real: None, text, found: false, below: name.into() }
}

/// The chart as Argo CD itself would render it.
fn helm(application: &Application, parameters: &Parameters, children: &Children) -> anyhow::Result<String> {
    let mut problems = Vec::new();
    let release = parameters.text(HELM_RELEASE_NAME).or(Some(&application.name)).filter(|name| !name.is_empty());
    // What starts with a dash would be a flag of helm, and --post-renderer runs a program.
    if let Some(bad) = release.filter(|name| !is_name(name)) {
        problems.push(Problem::from(format!("parameter {HELM_RELEASE_NAME}: {bad:?} must be a name of letters, digits, '-', '_' and '.'")));
    }
    let mut arguments: Vec<String> = ["template"].into_iter().chain(release).chain(["."]).map(str::to_owned).collect();
    let mut option = |name: &str, value: &str| arguments.extend([name.to_owned(), value.to_owned()]);
    for (name, value) in [("--namespace", &application.namespace), ("--kube-version", &application.kube_version)] {
        if !value.is_empty() {
            option(name, value);
        }
    }
    application.api_versions.iter().for_each(|version| option("--api-versions", version));
    for file in parameters.list(HELM_VALUE_FILES) {
        // Helm reads the paths as comma-separated values: the rest of such a name would be a path that nobody looked at.
        let separable = |path: &PathBuf| path.to_string_lossy().contains([',', '"', '\n', '\r']);
        match application.file(file) {
            Ok(path) if separable(&path) => {
                let message =
                    format!("parameter {HELM_VALUE_FILES}: {file}: helm reads no path with a comma, a quote or a line's end in it");
                problems.push(Problem::from(message));
            }
            Ok(path) => option("--values", &path.to_string_lossy()),
            Err(message) => problems.push(Problem::from(format!("parameter {HELM_VALUE_FILES}: {message}"))),
        }
    }
    let values = parameters.text(HELM_VALUES);
    if let Some(text) = values {
        option("--values", "-");
        if let Err(error) = yaml::parse_value(text) {
            problems.push(Problem::yaml(&format!("parameter {HELM_VALUES}"), text, &error));
        }
    }
    for (name, value) in parameters.map(HELM_PARAMETERS) {
        // A comma would end the value; in a list in braces it ends an item.
        let value = if value.starts_with('{') { value.to_owned() } else { value.replace(',', "\\,") };
        option("--set", &format!("{name}={value}"));
    }
    if !parameters.is_set(HELM_SKIP_CRDS) {
        arguments.push("--include-crds".to_owned());
    }
    if !problems.is_empty() {
        return Err(Errors(problems).into());
    }
    let command = |arguments: &[String]| {
        let mut command = Command::new("helm");
        command.args(arguments).current_dir(&application.folder);
        command
    };
    let template = || children.run(command(&arguments), "helm template", values);
    match template() {
        Err(failed) if failed.to_string().contains(MISSING_DEPENDENCIES) => {
            let build = ["dependency", "build"].map(str::to_owned);
            children.run(command(&build), "helm dependency build", None)?;
            template()
        }
        result => result,
    }
}

/// The files of a folder.
fn plain(application: &Application, parameters: &Parameters) -> Result<Vec<File>, Errors> {
    let depth = if parameters.is_set(RECURSE) { Depth::All } else { Depth::One };
    let extensions = [EXTENSIONS, &[JSONNET]].concat();
    let walked = walk_all(&application.folder, depth, &extensions);
    let mut problems = walked.problems;
    let mut files = Vec::new();
    for path in walked.files {
        let name = application.shown(&path);
        let in_file = |message: &str| Problem::in_file(&name.display().to_string(), message);
        let belongs = |names: &[&str]| path.file_name().is_some_and(|file| names.iter().any(|name| file == *name));
        if belongs(KUSTOMIZATIONS) {
            problems.push(in_file("a kustomization below a folder of plain manifests: make its folder an application of its own"));
        } else if belongs(&[CHART]) {
            problems.push(in_file("a Helm chart below a folder of plain manifests: make its folder an application of its own"));
        } else if path.extension().is_some_and(|extension| extension == JSONNET) {
            problems.push(in_file(
                "Jsonnet, which only Argo CD's own directories evaluate: render it, and pipe it into argocd generate --stdin",
            ));
        } else if let Err(error) = inside(&application.root, &path) {
            problems.push(in_file(&error.to_string()));
        } else {
            match read(&path) {
                Ok(text) if text.contains(SKIPPED) => {}
                Ok(text) => files.push(File { path: Some(name.clone()), real: Some(path), text, found: true, below: name }),
                Err(problem) => problems.push(problem),
            }
        }
    }
    if problems.is_empty() { Ok(files) } else { Err(Errors(problems)) }
}
