//! `kube-inject`: the command of that name of istioctl, with only the injected lines changed.

use std::cell::LazyCell;
use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, anyhow, bail};

#[cfg(feature = "cluster")]
use super::connect::Connect;
use super::connect::IstioNamespace;
use super::io::files::read_named;
use super::io::output::{file_name, print_pieces};
use super::io::write::{FileChange, write_all};
use super::problem::{Errors, Problem};
use super::verbosity::Verbosity;
#[cfg(feature = "cluster")]
use crate::cluster::{Kind as ErrorKind, Object, Resource};
use crate::config::{injector_map, mesh_map};
use crate::inject::Injector;
use crate::istio::Settings;
use crate::kubernetes::{Identity, subject};
use crate::pipeline::{self, Changed, changes_alone};
use crate::plain::plain;
use crate::read::{Layout, Manifests, Namespaces};
use crate::yaml::{Node, Positions};
use crate::{Value, edit, yaml};

/// Inject Istio's sidecar as istioctl kube-inject does; with both configuration files, offline
#[derive(Debug, clap::Args)]
pub struct KubeInject {
    /// Manifests to inject; - for standard input
    #[arg(short, long, value_name = "FILE")]
    filename: PathBuf,
    /// Where to write; the input's own name works [default: standard output]
    #[arg(short, long, value_name = "FILE", value_parser = file_name())]
    output: Option<PathBuf>,
    /// Injector config: key config of ConfigMap istio-sidecar-injector, or the text of one template
    #[arg(long = "injectConfigFile", value_name = "FILE")]
    inject_config_file: Option<PathBuf>,
    /// Mesh config: key mesh of ConfigMap istio
    #[arg(long = "meshConfigFile", value_name = "FILE")]
    mesh_config_file: Option<PathBuf>,
    /// Values: key values of ConfigMap istio-sidecar-injector
    #[arg(long = "valuesFile", value_name = "FILE")]
    values_file: Option<PathBuf>,
    /// Name of the ConfigMap with injector config and values, among the manifests or in the cluster
    #[arg(long = "injectConfigMapName", value_name = "NAME")]
    inject_config_map: Option<String>,
    /// Name of the ConfigMap with the mesh config, among the manifests or in the cluster
    #[arg(long = "meshConfigMapName", value_name = "NAME")]
    mesh_config_map: Option<String>,
    /// Not possible: it would take Istio's charts
    #[arg(long = "operatorFileName", value_name = "FILE")]
    operator_file: Option<PathBuf>,
    /// Revision of the control plane
    #[arg(short, long, value_name = "NAME", default_value = "")]
    revision: String,
    #[command(flatten)]
    istio: IstioNamespace,
    #[cfg(feature = "cluster")]
    #[command(flatten)]
    connect: Connect,
    /// Whether the proxy is a native sidecar, where the pod does not say [default: what the version does]
    #[arg(long, value_name = "BOOL", hide_possible_values = true)]
    native_sidecars: Option<bool>,
    /// Istio's version [default: the release in values.global.tag, else the newest]
    #[arg(long, value_name = "VERSION")]
    istio_version: Option<String>,
    /// Platform: openshift
    #[arg(long, value_name = "NAME", default_value = "")]
    platform: String,
    /// istiod's compliance policy
    #[arg(long, value_name = "NAME", default_value = "")]
    compliance_policy: String,
    /// A variable of istiod's environment; may be repeated
    #[arg(long = "env", value_name = "NAME=VALUE", value_parser = variable)]
    env: Vec<(String, String)>,
    /// Namespace objects, whose annotations decide the proxy's user on OpenShift
    #[arg(long, value_name = "FILE")]
    namespaces: Option<PathBuf>,
    #[command(flatten)]
    verbosity: Verbosity,
}

fn variable(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').filter(|(name, _)| !name.is_empty()).ok_or("expected NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// The texts of the configuration, as far as they are found.
struct Parts {
    config: Option<String>,
    values: Option<String>,
    mesh: Option<String>,
}

impl KubeInject {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// All mistakes in configuration and manifests; nothing is written then.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let source = self.source()?;
        let name = self.filename.display().to_string();
        let at = |e: &yaml::Error| Errors(vec![Problem::yaml(&name, &source, e)]);
        let manifests = Manifests::parse_leniently(&source).map_err(|e| at(&e))?;
        let nodes = manifests.objects();
        let known = configuration(&nodes, &source).map_err(|e| at(&e))?;
        let inject = pipeline::KubeInject::new(Injector::new(self.settings(&known)?)?);
        let namespaces = self.known_namespaces(&known)?;
        let edited = changes_alone(&inject, &namespaces, &manifests);
        let changes = self.report(&source, &nodes, edited)?;
        self.write(&source, &changes)?;
        // The process ends here. To give every node and change back first would take a tenth of the run.
        drop(nodes);
        std::mem::forget((manifests, changes));
        Ok(ExitCode::SUCCESS)
    }

    fn source(&self) -> anyhow::Result<String> {
        if self.filename == Path::new("-") {
            let mut text = String::new();
            std::io::stdin().lock().read_to_string(&mut text).context("standard input")?;
            return Ok(text);
        }
        Ok(read_named(&self.filename)?)
    }

    /// The configuration, from files, from ConfigMaps among the manifests, or from the cluster.
    fn settings(&self, objects: &[Value]) -> anyhow::Result<Settings> {
        if let Some(file) = &self.operator_file {
            bail!(
                "--operatorFileName {}: rendering the configuration needs Istio's charts; give --injectConfigFile, --meshConfigFile and --valuesFile instead",
                file.display()
            );
        }
        let injector_map = self.inject_config_map.clone().unwrap_or_else(|| injector_map(&self.revision));
        let mesh_map = self.mesh_config_map.clone().unwrap_or_else(|| mesh_map(&self.revision));
        let part = |file: &Option<PathBuf>, map: &str, key: &str| match file {
            Some(path) => read_named(path).map(Some),
            None => Ok(self.config_map(objects, map, key)),
        };
        let mut parts = Parts {
            config: part(&self.inject_config_file, &injector_map, "config")?,
            values: part(&self.values_file, &injector_map, "values")?,
            mesh: part(&self.mesh_config_file, &mesh_map, "mesh")?,
        };
        self.complete(&mut parts, &injector_map, &mesh_map)?;
        Ok(Settings {
            config: parts.config.unwrap_or_default(),
            mesh: parts.mesh.unwrap_or_default(),
            values: parts.values.unwrap_or_default(),
            revision: self.revision.clone(),
            native_sidecars: self.native_sidecars,
            version: self.istio_version.clone(),
            templates_of_any_minor: true,
            platform: self.platform.clone(),
            compliance_policy: self.compliance_policy.clone(),
            env: self.env.iter().cloned().collect::<BTreeMap<_, _>>(),
            ..Settings::default()
        })
    }

    /// Reads what neither files nor manifests have of the cluster, where that is to be asked.
    fn complete(&self, parts: &mut Parts, injector_map: &str, mesh_map: &str) -> anyhow::Result<()> {
        let (flag, map, key) = match parts {
            Parts { config: None, .. } => ("--injectConfigFile", injector_map, "config"),
            Parts { mesh: None, .. } => ("--meshConfigFile", mesh_map, "mesh"),
            Parts { config: Some(_), mesh: Some(_), .. } => return Ok(()),
        };
        let namespace = &self.istio.istio_namespace;
        let nowhere = format!("no {flag}, and no ConfigMap {namespace}/{map} with the key {key} among the manifests");
        self.of_cluster(parts, injector_map, mesh_map).context(nowhere)
    }

    #[cfg(feature = "cluster")]
    fn of_cluster(&self, parts: &mut Parts, injector_map: &str, mesh_map: &str) -> anyhow::Result<()> {
        let cluster = self.connect.cluster()?;
        let namespace = self.istio.istio_namespace.as_str();
        let read = |name: &str| {
            let object = cluster.get(&Object { resource: Resource::CONFIG_MAPS, namespace, name });
            object.map_err(|e| {
                if e.kind() == ErrorKind::Missing { e.or("which revision is it (--revision), and which namespace (-i)?") } else { e }
            })
        };
        let text = |object: &Value, key: &str| {
            let found = object.get("data").and_then(|d| d.get(key)).and_then(Value::as_str).map(str::to_owned);
            let name = object.get("metadata").and_then(|m| m.get("name")).and_then(Value::as_str).unwrap_or_default();
            found.ok_or_else(|| anyhow!("{}: ConfigMap {namespace}/{name} has no key {key}: is it Istio's?", cluster.address()))
        };
        if parts.config.is_none() {
            let object = read(injector_map)?;
            parts.config = Some(text(&object, "config")?);
            if parts.values.is_none() {
                parts.values = Some(text(&object, "values")?);
            }
        }
        if parts.mesh.is_none() {
            parts.mesh = Some(text(&read(mesh_map)?, "mesh")?);
        }
        Ok(())
    }

    #[cfg(not(feature = "cluster"))]
    fn of_cluster(&self, _: &mut Parts, _: &str, _: &str) -> anyhow::Result<()> {
        bail!("this build of sidecarize reads no cluster: give the file")
    }

    fn config_map(&self, objects: &[Value], name: &str, key: &str) -> Option<String> {
        let text = |v: &Value, path: [&str; 2]| v.get(path[0]).and_then(|m| m.get(path[1])).and_then(Value::as_str).map(str::to_owned);
        let found = objects.iter().find(|o| {
            o.get("kind").and_then(Value::as_str) == Some("ConfigMap")
                && text(o, ["metadata", "name"]).as_deref() == Some(name)
                && text(o, ["metadata", "namespace"]).as_deref() == Some(&self.istio.istio_namespace)
        })?;
        text(found, ["data", key])
    }

    /// The namespaces of `--namespaces`, and over them those among the manifests.
    fn known_namespaces(&self, objects: &[Value]) -> anyhow::Result<Namespaces> {
        let mut known = Namespaces::default();
        if let Some(path) = &self.namespaces {
            let text = read_named(path)?;
            let manifests = Manifests::parse(&text, Layout::Stream).map_err(|e| anyhow!("{}: {e}", path.display()))?;
            let values = manifests.values().map_err(|e| anyhow!("{}: {e}", path.display()))?;
            values.iter().for_each(|object| known.learn(object));
        }
        objects.iter().for_each(|object| known.learn(object));
        Ok(known)
    }

    /// Prints the warnings, and collects all errors into one. Gives all changes.
    fn report(&self, source: &str, nodes: &[&Node<'_>], edited: Vec<Result<Changed, yaml::Error>>) -> anyhow::Result<Vec<edit::Change>> {
        let name = self.filename.display().to_string();
        let positions = LazyCell::new(|| Positions::of(source));
        let (mut changes, mut problems) = (Vec::new(), Vec::new());
        for (node, edited) in nodes.iter().zip(edited) {
            match edited {
                Ok((outcome, edits)) => {
                    for warning in outcome.warnings.iter().filter(|_| !self.verbosity.quiet) {
                        eprintln!("{}", plain(&warning.message));
                    }
                    if !outcome.errors.is_empty() {
                        let object = node.to_value().unwrap_or_default();
                        problems.extend(outcome.errors.iter().map(|error| {
                            let position = yaml::locate(&positions, node, &error.path);
                            let about = Identity::of(subject(&object, &error.path));
                            Problem::on_line(&name, positions.line(position.line), position, &error.message)
                                .of_object(about, yaml::Path::new())
                        }));
                    }
                    changes.extend(edits);
                }
                Err(error) => problems.push(Problem::yaml(&name, source, &error)),
            }
        }
        if problems.is_empty() { Ok(changes) } else { Err(Errors(problems).into()) }
    }

    fn write(&self, source: &str, changes: &[edit::Change]) -> anyhow::Result<()> {
        match &self.output {
            Some(path) => write_all(&[FileChange { path, text: &edit::splice(source, changes), old: None }]),
            None => print_pieces(edit::spliced(source, changes)),
        }
    }
}

/// The objects that may configure the injection: ConfigMaps and Namespaces.
fn configuration(nodes: &[&Node<'_>], source: &str) -> Result<Vec<Value>, yaml::Error> {
    let configures =
        |node: &&&Node<'_>| node.get("kind").and_then(Node::as_str).is_some_and(|kind| matches!(kind, "ConfigMap" | "Namespace"));
    nodes.iter().filter(configures).map(|node| node.to_value().map_err(|e| e.in_source(source))).collect()
}
