//! The injector: a configuration, read once a run and shared by all pods and threads.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::memory::Memory;
use crate::istio::{Behaviour, Config, Error, FIRST, Mesh, Minor, NATIVE_KUBERNETES, NEWEST, Settings, Values};
use crate::template::{Environment, Part, Template};
use crate::{Value, istio, kubernetes};

/// The annotation by which a pod says whether its proxy is a native sidecar.
const NATIVE: &str = "sidecar.istio.io/nativeSidecar";
/// The variable of istiod that turns native sidecars on.
const NATIVE_VARIABLE: &str = "ENABLE_NATIVE_SIDECARS";
/// What decides about native sidecars where nobody tells the nodes' version.
const NO_KUBERNETES: &str = "the default (no kubernetesVersion: 1.33 or newer)";

/// An injector: `Send + Sync`, templates are parsed when a pod first needs them.
#[derive(Debug)]
pub struct Injector {
    pub(crate) settings: Settings,
    pub(super) config: Config,
    pub(super) values: Values,
    pub(super) mesh: Mesh,
    pub(super) minor: Minor,
    /// Whether proxies are native sidecars where the pod does not say, and what says so.
    native: (bool, &'static str),
    environment: Arc<Environment>,
    templates: BTreeMap<String, Cell>,
    shared: OnceLock<Shared>,
}

/// A template, parsed on first use, and what it rendered before.
#[derive(Debug, Default)]
struct Cell {
    parsed: OnceLock<Result<Template, Error>>,
    memory: Memory,
}

/// What templates see of the configuration, the same for every pod.
#[derive(Debug)]
pub(super) struct Shared {
    /// The mesh config.
    pub mesh: Part,
    /// The mesh's proxy config.
    pub proxy: Part,
    /// The values.
    pub values: Part,
}

impl Injector {
    /// Reads a configuration.
    ///
    /// # Errors
    ///
    /// When injector config, values, mesh config or version cannot be read.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        let config = Config::parse(&settings.config)?;
        let values = Values::parse(&settings.values)?;
        let minor = match settings.version.as_deref().filter(|v| !v.is_empty()) {
            Some(text) => {
                Minor::parse(text).ok_or_else(|| Error::config("version", format!("{text:?} is no release of Istio such as 1.24")))?
            }
            None => values.minor().filter(|minor| *minor >= FIRST).unwrap_or(NEWEST),
        };
        let mesh = Mesh::parse(&settings.mesh, minor)?;
        let by_env = settings.env.get(NATIVE_VARIABLE).and_then(|v| crate::kubernetes::parse_bool(v));
        let nodes = settings.kubernetes_minor.is_none_or(|k| k >= NATIVE_KUBERNETES);
        let auto = minor.has(Behaviour::NativeSidecarsAuto);
        let native = match (settings.native_sidecars, by_env) {
            _ if !minor.has(Behaviour::NativeSidecars) => (false, "Istio's version"),
            (Some(setting), _) => (setting, "nativeSidecars"),
            (None, Some(variable)) => (variable, NATIVE_VARIABLE),
            (None, None) if auto && settings.kubernetes_minor.is_some() => (nodes, "kubernetesVersion"),
            (None, None) if auto => (nodes, NO_KUBERNETES),
            (None, None) => (false, "Istio's version"),
        };
        let mut env = settings.env.clone();
        env.entry(NATIVE_VARIABLE.to_owned()).or_insert_with(|| native.0.to_string());
        let environment = Arc::new(Environment {
            env,
            proxy_defaults: Value::Object(istio::defaults(minor)),
            multus_in_one_word: !minor.has(Behaviour::MultusNamespace),
            // Where nobody tells the release, what no release that is known has is taken for a mistake.
            newer_fields: minor.has(Behaviour::UnknownFields) && minor != NEWEST,
            missing_functions: if settings.templates_of_any_minor { Vec::new() } else { minor.missing_functions() },
        });
        let templates = config.templates.keys().map(|name| (name.clone(), Cell::default())).collect();
        Ok(Self { settings, config, values, mesh, minor, native, environment, templates, shared: OnceLock::new() })
    }

    /// The injector config.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The minor of Istio that it follows.
    pub fn minor(&self) -> Minor {
        self.minor
    }

    /// The namespace whose ProxyConfig resources hold for the whole mesh.
    pub fn root_namespace(&self) -> &str {
        self.mesh.root_namespace()
    }

    /// Whether the proxy of this pod is a native sidecar, and who says so.
    pub(super) fn native(&self, pod: &Value) -> (bool, &'static str) {
        let asked = kubernetes::annotation(pod, NATIVE).filter(|_| self.minor.has(Behaviour::NativeSidecarAnnotation));
        match asked {
            Some("true") => (true, NATIVE),
            Some("false") => (false, NATIVE),
            _ => self.native,
        }
    }

    /// Whether proxies are native sidecars where the pod does not say.
    pub(super) fn is_native_by_default(&self) -> bool {
        self.native.0
    }

    /// What templates see of the configuration, made on first use.
    pub(super) fn shared(&self) -> &Shared {
        self.shared.get_or_init(|| Shared {
            mesh: Part::mesh_config(&self.mesh.value()),
            proxy: Part::proxy_config(&Value::Object(self.mesh.default_config().clone())),
            values: Part::values(self.values.value()),
        })
    }

    /// A template by name, parsed on first use, with what it rendered before.
    pub(super) fn template(&self, name: &str) -> Result<(&Template, &Memory), Error> {
        let (Some(cell), Some(text)) = (self.templates.get(name), self.config.templates.get(name)) else {
            return Err(Error::UnknownTemplate {
                name: name.to_owned(),
                known: self.config.templates.keys().cloned().collect::<Vec<_>>().join(", "),
            });
        };
        let parse = || Template::parse(name, text, Arc::clone(&self.environment)).map_err(|e| Error::template(name, e));
        cell.parsed.get_or_init(parse).as_ref().map(|template| (template, &cell.memory)).map_err(Clone::clone)
    }
}
