//! The injector: a configuration, read once a run and shared by all pods and threads.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::memory::Rendered;
use super::run::Run;
use super::templates;
use crate::istio::{Behaviour, Config, Error, FIRST, Mesh, Minor, NATIVE_KUBERNETES, NEWEST, ProxyConfigs, Settings, Values};
use crate::kubernetes::Identity;
use crate::template::{Environment, Part, Template};
use crate::{Value, istio, kubernetes};

/// The variable of istiod that turns native sidecars on.
const NATIVE_VARIABLE: &str = "ENABLE_NATIVE_SIDECARS";
/// The domain of Istio's annotations, below which they have subdomains.
const DOMAIN: &str = "istio.io/";
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
    pub(super) native: (bool, &'static str),
    environment: Arc<Environment>,
    templates: BTreeMap<String, Cell>,
    shared: OnceLock<Shared>,
}

/// A template, parsed on first use, and what it rendered before.
#[derive(Debug, Default)]
struct Cell {
    parsed: OnceLock<Result<Template, Error>>,
    rendered: Rendered,
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

/// A pod to be injected.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The workload that it belongs to.
    pub identity: &'a Identity,
    /// Metadata of its namespace, if it is known.
    pub namespace: Option<&'a Value>,
    /// The pod: a map with `metadata` and `spec`.
    pub pod: &'a Value,
    /// What the ProxyConfig resources that hold for the pod set.
    pub proxy_configs: &'a ProxyConfigs,
    /// Whether the status port is that of the pod's own proxy config, as in `kube-inject`, or the mesh's, as in the webhook.
    pub own_status_port: bool,
}

/// An injected pod.
#[derive(Debug, Clone)]
pub struct Injected {
    /// The pod after injection.
    pub pod: Value,
    /// The templates used.
    pub templates: Vec<String>,
    /// What names them: an annotation of the pod, or a field of the injector config.
    pub templates_by: &'static str,
    /// Whether its proxy is a native sidecar.
    pub native: bool,
    /// What says so: an annotation of the pod, a setting, a variable of istiod's, or a version.
    pub native_by: &'static str,
    /// What is worth telling.
    pub warnings: Vec<String>,
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

    /// What templates see of the configuration, made on first use.
    pub(super) fn shared(&self) -> &Shared {
        self.shared.get_or_init(|| Shared {
            mesh: Part::mesh_config(&self.mesh.value()),
            proxy: Part::proxy_config(&Value::Object(self.mesh.default_config().clone())),
            values: Part::values(self.values.value()),
        })
    }

    /// A template by name, parsed on first use, with what it rendered before.
    pub(super) fn template(&self, name: &str) -> Result<(&Template, &Rendered), Error> {
        let (Some(cell), Some(text)) = (self.templates.get(name), self.config.templates.get(name)) else {
            return Err(Error::UnknownTemplate {
                name: name.to_owned(),
                known: self.config.templates.keys().cloned().collect::<Vec<_>>().join(", "),
            });
        };
        let parse = || {
            Template::parse(name, text, Arc::clone(&self.environment))
                .map_err(|e| Error::Template { name: name.to_owned(), reason: e.to_string() })
        };
        cell.parsed.get_or_init(parse).as_ref().map(|template| (template, &cell.rendered)).map_err(Clone::clone)
    }

    /// Injects a pod. Whether it should be is decided before.
    ///
    /// # Errors
    ///
    /// When an annotation is bad, a template is missing or fails, or what it renders does not fit the pod.
    pub fn inject(&self, request: Request<'_>) -> Result<Injected, Error> {
        self.take_steps(request).map_err(|error| self.blamed(request, error))
    }

    /// What fails in a template only with one of the pod's annotations is that annotation's fault.
    fn blamed(&self, request: Request<'_>, error: Error) -> Error {
        let (Error::Template { .. } | Error::Merge { .. }) = error else { return error };
        let is_to_blame = |name: &str| {
            let mut pod = request.pod.clone();
            kubernetes::remove_annotations(&mut pod, |other| other == name);
            self.take_steps(Request { pod: &pod, ..request }).is_ok()
        };
        let mut of_istio = kubernetes::annotations(request.pod).filter(|(name, _)| name.contains(DOMAIN));
        match of_istio.find(|(name, _)| is_to_blame(name)) {
            Some((name, value)) => Error::annotation(name, value, format!("with this value, {error}")),
            None => error,
        }
    }

    fn take_steps(&self, request: Request<'_>) -> Result<Injected, Error> {
        let default_config = self.mesh.default_config();
        let mut warnings = Vec::new();
        let proxy_config = istio::of_pod(default_config, request.proxy_configs, request.pod, self.minor, &mut warnings)?;
        let mut run = Run {
            injector: self,
            identity: request.identity,
            namespace: request.namespace,
            original: request.pod,
            proxy_config,
            own_status_port: request.own_status_port,
            proxy_env: BTreeMap::new(),
            stripped: Cow::Borrowed(request.pod),
            template_pod: Value::Null,
            merged: Value::Null,
            templates: Vec::new(),
            templates_by: "",
            warnings,
        };
        super::steps::take_all(&mut run)?;
        let (native, native_by) = templates::native(self, &run.merged);
        let Run { merged: pod, templates, templates_by, warnings, .. } = run;
        Ok(Injected { pod, templates, templates_by, native, native_by, warnings })
    }
}
