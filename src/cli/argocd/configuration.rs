//! Which configuration holds for an application, and what its parameters and Argo CD change in it.

use std::path::PathBuf;

use super::application::{Application, is_name};
use super::flags::Plugin;
use super::parameters::{CLUSTER, CLUSTER_NAME, CONFIG, NAMESPACE_LABELS, NATIVE_SIDECARS, Parameters, REVISION, names_cluster};
use crate::Value;
use crate::cli::config_file::{CONFIG_NAME, ConfigFile};
use crate::cli::problem::Problem;
use crate::config::{Config, Defaults, kubernetes_minor};
use crate::kubernetes::Labels;
use crate::read::Namespace;

/// Label by which a namespace selects a revision of Istio.
const REVISION_LABEL: &str = "istio.io/rev";

/// Where the configuration stands.
#[derive(Debug, PartialEq, Eq)]
pub struct Location {
    /// Its file; none where nobody named one and none was found.
    pub path: Option<PathBuf>,
    /// Whether the application chose it, whose author may not read every file of the machine.
    pub own: bool,
}

impl Location {
    /// The plugin's configuration; else the one that the application's parameters name; else the one found upwards.
    ///
    /// # Errors
    ///
    /// When the parameters name none, or one that is out of bounds.
    pub fn find(application: &Application, parameters: &Parameters, plugin: &Plugin) -> Result<Self, Problem> {
        let cluster = parameters.text(CLUSTER_NAME);
        if let Some(bad) = cluster.filter(|name| !is_name(name)) {
            return Err(format!("parameter {CLUSTER_NAME}: {bad:?} must be a name of letters, digits, '-', '_' and '.'").into());
        }
        let filled = |path: &str| match cluster {
            Some(cluster) => Ok(path.replace(CLUSTER, cluster)),
            None if path.contains(CLUSTER) => Err(Problem::from(format!("parameter {CLUSTER_NAME} is missing: it chooses {path}"))),
            None => Ok(path.to_owned()),
        };
        if let Some(fixed) = &plugin.config {
            let path = if names_cluster(fixed) { filled(&fixed.to_string_lossy())?.into() } else { fixed.clone() };
            return Ok(Self { path: Some(path), own: false });
        }
        let path = match (parameters.text(CONFIG), cluster) {
            (Some(path), Some(_)) if !path.contains(CLUSTER) => {
                let message = format!("parameter {CLUSTER_NAME} decides nothing: {CONFIG} is {path}, without {CLUSTER} in it");
                return Err(message.into());
            }
            (Some(path), _) => {
                let path = filled(path)?;
                Some(application.file(&path).map_err(|message| format!("parameter {CONFIG}: {message}"))?)
            }
            (None, Some(cluster)) => {
                let name = format!("configs/{cluster}.yaml");
                let found = application.upwards(&name);
                let missing =
                    || format!("parameter {CLUSTER_NAME}: there is no {name} in the application's folder or above in its repository");
                Some(application.confined(&found.ok_or_else(missing)?).map_err(|message| format!("{name}: {message}"))?)
            }
            (None, None) => match application.upwards(CONFIG_NAME) {
                Some(found) => Some(application.confined(&found).map_err(|message| format!("{CONFIG_NAME}: {message}"))?),
                None => None,
            },
        };
        Ok(Self { path, own: true })
    }

    /// The configuration, with what Argo CD and the parameters say where it leaves something open.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or there is none.
    pub fn read<'v>(
        &self,
        application: &Application,
        parameters: &Parameters,
        objects: impl Iterator<Item = &'v Value>,
    ) -> Result<ConfigFile, Problem> {
        let mut config = match &self.path {
            Some(path) => ConfigFile::read(&application.shown(path))?,
            None => ConfigFile::of_installation(objects)?,
        };
        config.root = self.own.then(|| application.root.clone());
        config.defaults = Defaults {
            kubernetes_minor: kubernetes_minor(&application.kube_version),
            native_sidecars: parameters.text(NATIVE_SIDECARS).filter(|word| *word != "auto").map(|word| word == "true"),
        };
        Ok(config)
    }
}

/// What the application says of its namespace.
///
/// # Errors
///
/// When it contradicts itself, or says something of no namespace.
pub fn namespace(application: &Application, parameters: &Parameters) -> Result<Option<Namespace>, Problem> {
    let mut labels: Labels = parameters.map(NAMESPACE_LABELS).map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
    if let Some(revision) = parameters.text(REVISION) {
        let other = labels.insert(REVISION_LABEL.to_owned(), revision.to_owned()).filter(|other| other != revision);
        if let Some(other) = other {
            return Err(format!("parameter {REVISION} is {revision}, and {NAMESPACE_LABELS} says {REVISION_LABEL}: {other}").into());
        }
    }
    if labels.is_empty() {
        return Ok(None);
    }
    if application.namespace.is_empty() {
        let message = format!(
            "parameters {NAMESPACE_LABELS} and {REVISION} are about the application's namespace, and ARGOCD_APP_NAMESPACE names none"
        );
        return Err(message.into());
    }
    Ok(Some(Namespace { name: application.namespace.clone(), labels, annotations: Labels::new() }))
}

/// Sets the namespace of objects without one, and what the application says of it.
///
/// # Errors
///
/// When the application says something of a namespace that the plugin's configuration knows: that is not its to change.
pub fn adapt(config: &mut Config, application: &Application, own: bool, namespace: Option<Namespace>) -> Result<(), Problem> {
    if !application.namespace.is_empty() {
        config.default_namespace.clone_from(&application.namespace);
    }
    let Some(said) = namespace else { return Ok(()) };
    match config.namespaces.iter_mut().find(|known| known.name == said.name) {
        Some(_) if !own => {
            let message =
                format!("the plugin's configuration knows namespace {}: leave parameters {NAMESPACE_LABELS} and {REVISION} out", said.name);
            return Err(message.into());
        }
        Some(known) => known.labels.extend(said.labels),
        None => config.namespaces.push(said),
    }
    Ok(())
}
