//! `argocd parameters`: what an application may set. One table says what is announced and what is taken.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use serde_json::{Map, json};

use super::application::Application;
use super::flags::Plugin;
use super::source::Source;
use crate::Value;
use crate::cli::io::output::print;
use crate::cli::problem::{Errors, Problem};
use crate::finding::closest;

/// The variable in which Argo CD gives an application's parameters.
const VARIABLE: &str = "ARGOCD_APP_PARAMETERS";
/// What stands for the application's cluster in the path of a configuration.
pub const CLUSTER: &str = "{cluster}";

/// Print what an application may set, as Argo CD takes it from a plugin
#[derive(Debug, clap::Args)]
pub struct Announce {
    #[command(flatten)]
    plugin: Plugin,
}

/// What an application has set.
#[derive(Debug, Default)]
pub struct Parameters {
    texts: BTreeMap<&'static str, String>,
    lists: BTreeMap<&'static str, Vec<String>>,
    maps: BTreeMap<&'static str, BTreeMap<String, String>>,
}

/// What is announced of a parameter.
struct Parameter {
    name: &'static str,
    title: &'static str,
    tooltip: &'static str,
    shape: Shape,
    offered: Offered,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Text,
    /// One of these words, the first of which holds without the parameter.
    Choice(&'static [&'static str]),
    List,
    Map,
}

/// Whether a parameter means anything for an application.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Offered {
    Always,
    /// Where the plugin leaves the configuration to the application.
    OwnConfiguration,
    /// There too, and where the plugin has one for each cluster.
    Clusters,
    Chart,
    PlainFolder,
}

const SWITCH: Shape = Shape::Choice(&["false", "true"]);

/// The configuration's path.
pub const CONFIG: &str = "config";
/// The cluster's name.
pub const CLUSTER_NAME: &str = "cluster";
/// Labels of the application's namespace.
pub const NAMESPACE_LABELS: &str = "namespace-labels";
/// The revision of Istio that the namespace selects.
pub const REVISION: &str = "revision";
/// What `auto` means for native sidecars.
pub const NATIVE_SIDECARS: &str = "native-sidecars";
/// Whether subfolders belong to a folder of plain manifests.
pub const RECURSE: &str = "recurse";
/// Name of the release.
pub const HELM_RELEASE_NAME: &str = "helm-release-name";
/// Files of values.
pub const HELM_VALUE_FILES: &str = "helm-value-files";
/// Values as YAML.
pub const HELM_VALUES: &str = "helm-values";
/// Single values.
pub const HELM_PARAMETERS: &str = "helm-parameters";
/// Whether CustomResourceDefinitions are left out.
pub const HELM_SKIP_CRDS: &str = "helm-skip-crds";

const fn parameter(name: &'static str, title: &'static str, shape: Shape, offered: Offered, tooltip: &'static str) -> Parameter {
    Parameter { name, title, tooltip, shape, offered }
}

const PARAMETERS: &[Parameter] = &[
    parameter(
        CONFIG,
        "Configuration",
        Shape::Text,
        Offered::OwnConfiguration,
        "The SidecarInjector object, relative to the application's folder and inside its repository; without it, configs/CLUSTER.yaml \
         where a cluster is given, else sidecarize.yaml, in the folder or above",
    ),
    parameter(
        CLUSTER_NAME,
        "Cluster",
        Shape::Text,
        Offered::Clusters,
        "The cluster's name: it chooses the configuration configs/CLUSTER.yaml, and stands for {cluster} in its path",
    ),
    parameter(
        NAMESPACE_LABELS,
        "Labels of the namespace",
        Shape::Map,
        Offered::Always,
        "Labels of the application's namespace, where the manifests have no Namespace object and the configuration does not know it",
    ),
    parameter(
        REVISION,
        "Revision of Istio",
        Shape::Text,
        Offered::Always,
        "The revision or tag that the application's namespace selects: the same as the label istio.io/rev",
    ),
    parameter(
        NATIVE_SIDECARS,
        "Native sidecars",
        Shape::Choice(&["auto", "true", "false"]),
        Offered::OwnConfiguration,
        "Whether sidecars are native ones (init containers that restart always) where the configuration says auto; auto goes by the \
         cluster's version",
    ),
    parameter(RECURSE, "Subfolders", SWITCH, Offered::PlainFolder, "Whether manifests in subfolders belong to the application"),
    parameter(HELM_RELEASE_NAME, "Release", Shape::Text, Offered::Chart, "Name of the release; without it, the application's"),
    parameter(
        HELM_VALUE_FILES,
        "Files of values",
        Shape::List,
        Offered::Chart,
        "Files of values, relative to the application's folder and inside its repository; later ones win",
    ),
    parameter(HELM_VALUES, "Values", Shape::Text, Offered::Chart, "Values as YAML; they win over files of values"),
    parameter(HELM_PARAMETERS, "Single values", Shape::Map, Offered::Chart, "Single values as helm's --set takes them; they win over all"),
    parameter(HELM_SKIP_CRDS, "Leave out CRDs", SWITCH, Offered::Chart, "Whether CustomResourceDefinitions of the chart are left out"),
];

impl Offered {
    /// Why the parameter means nothing here; nothing where it does.
    fn refusal(self, plugin: &Plugin, source: Source) -> Option<&'static str> {
        let fixed = plugin.config.as_deref();
        match self {
            Self::OwnConfiguration if fixed.is_some() => Some("the plugin has the configuration for all applications"),
            Self::Clusters if fixed.is_some_and(|path| !names_cluster(path)) => Some("the plugin has one configuration for all clusters"),
            Self::Chart if source != Source::Chart => Some("the application is no Helm chart"),
            Self::PlainFolder if source != Source::Plain => Some("the application is no folder of plain manifests"),
            _ => None,
        }
    }
}

/// Whether the path of a configuration has a place for the cluster.
pub fn names_cluster(path: &Path) -> bool {
    path.to_string_lossy().contains(CLUSTER)
}

impl Announce {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// When the working directory is gone, or standard output does not take it.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let application = Application::from_environment()?;
        let source = Source::of(&application, &self.plugin);
        let offered = PARAMETERS.iter().filter(|p| p.offered.refusal(&self.plugin, source).is_none());
        let list: Vec<Value> = offered.map(|p| p.announcement(&self.plugin)).collect();
        print(&format!("{}\n", serde_json::to_string_pretty(&list)?))?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Parameter {
    fn announcement(&self, plugin: &Plugin) -> Value {
        let (shape, kind, default) = match self.shape {
            Shape::Text => ("string", "string", None),
            Shape::Choice(words) if words.contains(&"auto") => ("string", "string", words.first()),
            Shape::Choice(words) => ("string", "boolean", words.first()),
            Shape::List => ("array", "string", None),
            Shape::Map => ("map", "string", None),
        };
        let required = self.name == CLUSTER_NAME && plugin.config.as_deref().is_some_and(names_cluster);
        let mut announcement = json!({
            "name": self.name, "title": self.title, "tooltip": self.tooltip, "required": required, "itemType": kind, "collectionType": shape,
        });
        if let (Some(default), Some(map)) = (default, announcement.as_object_mut()) {
            map.insert("string".to_owned(), (*default).into());
        }
        announcement
    }
}

impl Parameters {
    /// Reads what Argo CD gives of an application's parameters.
    ///
    /// # Errors
    ///
    /// Every parameter that is not announced or has another shape.
    pub fn from_environment(plugin: &Plugin, source: Source) -> Result<Self, Errors> {
        let text = std::env::var(VARIABLE).unwrap_or_default();
        Self::read(&text, plugin, source).map_err(|mistakes| Errors(mistakes.into_iter().map(Problem::from).collect()))
    }

    fn read(text: &str, plugin: &Plugin, source: Source) -> Result<Self, Vec<String>> {
        let list = match serde_json::from_str(if text.trim().is_empty() { "null" } else { text }) {
            Ok(Value::Null) => Vec::new(),
            Ok(Value::Array(list)) => list,
            Ok(_) => return Err(vec![format!("{VARIABLE} must be a JSON list of parameters")]),
            Err(error) => return Err(vec![format!("{VARIABLE} is not JSON: {error}")]),
        };
        let mut parameters = Self::default();
        let mut mistakes = Vec::new();
        for (index, given) in list.iter().enumerate() {
            let Some(given) = given.as_object() else {
                mistakes.push(format!("{VARIABLE}[{index}] must be a map with name and string, map or array"));
                continue;
            };
            let name = given.get("name").and_then(Value::as_str).unwrap_or_default();
            if let Err(message) = parameters.take(name, given, plugin, source) {
                mistakes.push(format!("parameter {name}: {message}"));
            }
        }
        if mistakes.is_empty() { Ok(parameters) } else { Err(mistakes) }
    }

    fn take(&mut self, name: &str, given: &Map<String, Value>, plugin: &Plugin, source: Source) -> Result<(), String> {
        let Some(parameter) = PARAMETERS.iter().find(|p| p.name == name) else {
            let offered = PARAMETERS.iter().filter(|p| p.offered.refusal(plugin, source).is_none()).map(|p| p.name);
            let meant = closest(name, offered.clone()).map(|m| format!("; {m} was probably meant")).unwrap_or_default();
            return Err(format!("not one of {}{meant}", offered.collect::<Vec<_>>().join(", ")));
        };
        if let Some(reason) = parameter.offered.refusal(plugin, source) {
            return Err(format!("{reason}; leave it out"));
        }
        let mut values = ["string", "array", "map"].into_iter().filter_map(|key| Some((key, given.get(key).filter(|v| !v.is_null())?)));
        let (Some((key, value)), None) = (values.next(), values.next()) else {
            return if given.len() <= 1 { Ok(()) } else { Err("give it one of string, array and map".to_owned()) };
        };
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let other_shape = || format!("must be {}, not {}", parameter.shape.words(), article(key));
        let already = match (parameter.shape, key) {
            (Shape::Text, "string") => self.texts.insert(parameter.name, text(value).ok_or_else(other_shape)?).is_some(),
            (Shape::Choice(words), "string") => {
                let given = text(value).ok_or_else(other_shape)?;
                if !given.is_empty() && !words.contains(&given.as_str()) {
                    return Err(format!("{given:?} is not one of {}", words.join(", ")));
                }
                self.texts.insert(parameter.name, given).is_some()
            }
            (Shape::List, "array") => {
                let items: Option<Vec<String>> = value.as_array().and_then(|list| list.iter().map(text).collect());
                self.lists.insert(parameter.name, items.ok_or_else(other_shape)?).is_some()
            }
            (Shape::Map, "map") => {
                let pairs = value.as_object().and_then(|map| map.iter().map(|(k, v)| Some((k.clone(), text(v)?))).collect());
                self.maps.insert(parameter.name, pairs.ok_or_else(other_shape)?).is_some()
            }
            _ => return Err(other_shape()),
        };
        if already { Err("given twice".to_owned()) } else { Ok(()) }
    }

    /// A parameter that is text; nothing where it is empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.texts.get(name).map(String::as_str).filter(|text| !text.is_empty())
    }

    /// A parameter that is true or false; false where it is not given.
    pub fn is_set(&self, name: &str) -> bool {
        self.text(name) == Some("true")
    }

    /// A parameter that is a list.
    pub fn list(&self, name: &str) -> &[String] {
        self.lists.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// A parameter that is a map.
    pub fn map(&self, name: &str) -> impl Iterator<Item = (&str, &str)> {
        self.maps.get(name).into_iter().flatten().map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

impl Shape {
    fn words(self) -> &'static str {
        match self {
            Self::Text | Self::Choice(_) => "a string",
            Self::List => "an array of strings",
            Self::Map => "a map of strings",
        }
    }
}

fn article(key: &str) -> String {
    if key == "array" { "an array".to_owned() } else { format!("a {key}") }
}
