//! Where the configuration of an injector stands: inline, in a ConfigMap among the manifests, or in a file.

use super::names::DEFAULT_REVISION;
use super::spec::{ConfigMapFields, ConfigMapName, SourceSpec};
use crate::{Value, yaml};

/// Prefix of the ConfigMap with the injector's config and values.
const INJECTOR: &str = "istio-sidecar-injector";
/// Prefix of the ConfigMap with the mesh config.
const MESH: &str = "istio";

/// A ConfigMap of Istio, and the keys of it that count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    prefix: &'static str,
    keys: &'static [&'static str],
}

/// The injector's own configuration.
pub(super) const INJECTOR_PART: Part = Part { prefix: INJECTOR, keys: &["config", "values"] };
/// The mesh config.
pub(super) const MESH_PART: Part = Part { prefix: MESH, keys: &["mesh"] };

/// The name of the ConfigMap with the injector config of a revision.
pub fn injector_map(revision: &str) -> String {
    INJECTOR_PART.usual_name(revision)
}

/// The name of the ConfigMap with the mesh config of a revision.
pub fn mesh_map(revision: &str) -> String {
    MESH_PART.usual_name(revision)
}

/// The revision whose injector config stands in the ConfigMap of this name.
pub fn revision_of_map(name: &str) -> Option<&str> {
    INJECTOR_PART.revision_in(name)
}

/// Where a part stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Nobody said; a ConfigMap of the usual name counts if it is there.
    Usual,
    /// Its texts, in the order of the part's keys.
    Inline(Vec<String>),
    /// A ConfigMap among the manifests.
    ConfigMap {
        /// Its name.
        name: String,
        /// Its namespace; empty for any.
        namespace: String,
    },
    /// A file, relative to the configuration.
    File(String),
}

/// Reads a file by the name that the configuration gives it; the error names the file.
pub type ReadFile<'a> = &'a dyn Fn(&str) -> Result<String, Box<dyn std::error::Error + Send + Sync>>;

/// Why a part of an injector's configuration is not had from where it is said to stand.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    /// There is no such ConfigMap.
    #[error("ConfigMap {name}{} is not among the manifests", .namespace.as_ref().map(|n| format!(" of namespace {n}")).unwrap_or_default())]
    NoConfigMap {
        /// Its name.
        name: String,
        /// Its namespace, where that is said.
        namespace: Option<String>,
    },
    /// There are several.
    #[error("ConfigMap {0} is among the manifests more than once: name its namespace under configMap")]
    Several(String),
    /// The ConfigMap is another one.
    #[error("ConfigMap {name} lacks {keys} as text in its data")]
    Lacks {
        /// Its name.
        name: String,
        /// The keys that it must have.
        keys: String,
    },
    /// The host reads no files.
    #[error("a function reads no files ({0}): put the text under inline, or the ConfigMap among the manifests")]
    ReadsNoFiles(String),
    /// The file cannot be read.
    #[error(transparent)]
    Unread(Box<dyn std::error::Error + Send + Sync>),
    /// The file is no YAML.
    #[error("{path}: {error}")]
    NoYaml {
        /// The file.
        path: String,
        /// What is wrong with it.
        error: yaml::Error,
    },
    /// The file holds something else.
    #[error("{path} holds no ConfigMap with {keys}")]
    NotInFile {
        /// The file.
        path: String,
        /// The keys that it must have.
        keys: String,
    },
}

/// What a configuration can be completed from.
pub struct Sources<'a> {
    /// The ConfigMaps among the manifests.
    pub config_maps: Vec<&'a Value>,
    /// Reads a file named by the configuration; none in a function, which reads no files.
    pub read_file: Option<ReadFile<'a>>,
    /// What the host knows of the cluster.
    pub defaults: Defaults,
}

/// What a host knows of the cluster; it counts where the configuration leaves it open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Defaults {
    /// The minor of the nodes' Kubernetes (34 for 1.34).
    pub kubernetes_minor: Option<u32>,
    /// What `auto` means for native sidecars.
    pub native_sidecars: Option<bool>,
}

impl Source {
    /// Where the configuration says that the part stands; `texts` are those of an inline part.
    pub(super) fn of<T>(written: Option<SourceSpec<T>>, texts: impl FnOnce(T) -> Vec<String>) -> Self {
        match written {
            Some(SourceSpec { inline: Some(inline), .. }) => Self::Inline(texts(inline)),
            Some(SourceSpec { config_map: Some(ConfigMapName::Text(name)), .. }) => {
                let (namespace, name) = name.split_once('/').unwrap_or(("", &name));
                Self::ConfigMap { name: name.to_owned(), namespace: namespace.to_owned() }
            }
            Some(SourceSpec { config_map: Some(ConfigMapName::Fields(ConfigMapFields { name, namespace })), .. }) => {
                Self::ConfigMap { name, namespace }
            }
            Some(SourceSpec { file: Some(file), .. }) => Self::File(file),
            _ => Self::Usual,
        }
    }
}

impl<'a> Sources<'a> {
    /// Those among these objects, without any files.
    pub fn among(objects: impl IntoIterator<Item = &'a Value>) -> Self {
        let is_config_map = |o: &&Value| {
            o.get("kind").and_then(Value::as_str) == Some("ConfigMap") && o.get("apiVersion").and_then(Value::as_str) == Some("v1")
        };
        Self { config_maps: objects.into_iter().filter(is_config_map).collect(), read_file: None, defaults: Defaults::default() }
    }
}

impl Part {
    /// The ConfigMap's usual name for a revision.
    pub(super) fn usual_name(self, revision: &str) -> String {
        if matches!(revision, "" | DEFAULT_REVISION) { self.prefix.to_owned() } else { format!("{}-{revision}", self.prefix) }
    }

    /// The revision whose usual ConfigMap this is; none when it is another one, or lacks a key.
    pub(super) fn revision_of(self, config_map: &Value) -> Option<&str> {
        self.texts(config_map)?;
        self.revision_in(text(config_map, "name"))
    }

    /// The revision in the usual name of the ConfigMap.
    fn revision_in(self, name: &str) -> Option<&str> {
        let rest = name.strip_prefix(self.prefix)?;
        if rest.is_empty() { Some(DEFAULT_REVISION) } else { rest.strip_prefix('-').filter(|r| !r.is_empty()) }
    }

    /// The texts of this part, where the ConfigMap holds all of them.
    pub(super) fn texts(self, config_map: &Value) -> Option<Vec<String>> {
        let data = config_map.get("data")?;
        self.keys.iter().map(|key| data.get(key).and_then(Value::as_str).map(str::to_owned)).collect()
    }

    /// The part's texts, and the namespace of the ConfigMap that they come from. `near` is the namespace in which a ConfigMap of
    /// the usual name is looked for; empty for any.
    ///
    /// # Errors
    ///
    /// When the source is not there, or is not what it should be.
    pub(super) fn resolve(
        self,
        source: &Source,
        revision: &str,
        near: &str,
        sources: &Sources<'_>,
    ) -> Result<Option<(Vec<String>, String)>, Error> {
        match source {
            Source::Inline(texts) => Ok(Some((texts.clone(), String::new()))),
            Source::Usual => {
                let usual = self.usual_name(revision);
                self.find(&usual, near, sources).map(|found| found.and_then(|c| Some((self.texts(c)?, text(c, "namespace").to_owned()))))
            }
            Source::ConfigMap { name, namespace } => {
                let found = self.find(name, namespace, sources)?.ok_or_else(|| {
                    let namespace = Some(namespace.clone()).filter(|n| !n.is_empty());
                    Error::NoConfigMap { name: name.clone(), namespace }
                })?;
                let texts = self.texts(found).ok_or_else(|| Error::Lacks { name: name.clone(), keys: self.keys.join(" and ") })?;
                Ok(Some((texts, text(found, "namespace").to_owned())))
            }
            Source::File(path) => {
                let read = sources.read_file.ok_or_else(|| Error::ReadsNoFiles(path.clone()))?;
                self.of_file(&read(path).map_err(Error::Unread)?, path, revision).map(Some)
            }
        }
    }

    /// The ConfigMap of this name and namespace (empty for any).
    fn find<'a>(self, name: &str, namespace: &str, sources: &Sources<'a>) -> Result<Option<&'a Value>, Error> {
        let fits = |c: &&&Value| text(c, "name") == name && (namespace.is_empty() || text(c, "namespace") == namespace);
        let mut found = sources.config_maps.iter().filter(fits);
        match (found.next(), found.next()) {
            (Some(_), Some(_)) => Err(Error::Several(name.to_owned())),
            (first, _) => Ok(first.copied()),
        }
    }

    /// The part in a file: a ConfigMap manifest, or for a part of one key its text alone.
    fn of_file(self, content: &str, path: &str, revision: &str) -> Result<(Vec<String>, String), Error> {
        let documents = yaml::parse(content).map_err(|error| Error::NoYaml { path: path.to_owned(), error })?;
        let values: Vec<Value> = documents.iter().filter_map(|d| d.root.as_ref()).filter_map(|r| r.to_value().ok()).collect();
        let usual = self.usual_name(revision);
        let mut candidates: Vec<&Value> = values.iter().filter(|v| self.texts(v).is_some()).collect();
        candidates.sort_by_key(|c| text(c, "name") != usual);
        if let Some((texts, found)) = candidates.first().and_then(|c| Some((self.texts(c)?, c))) {
            return Ok((texts, text(found, "namespace").to_owned()));
        }
        if self.keys.len() == 1 && values.iter().all(|v| v.get("kind").is_none()) {
            return Ok((vec![content.to_owned()], String::new()));
        }
        Err(Error::NotInFile { path: path.to_owned(), keys: self.keys.join(" and ") })
    }
}

/// A field of an object's metadata.
pub(super) fn text<'a>(object: &'a Value, key: &str) -> &'a str {
    object.get("metadata").and_then(|m| m.get(key)).and_then(Value::as_str).unwrap_or_default()
}
