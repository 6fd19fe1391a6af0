//! `spec.istio[]`: one entry a revision of Istio, each with the configuration of its injector.

use super::names::DEFAULT_REVISION;
use super::sources::{INJECTOR_PART, MESH_PART, Source, Sources};
use super::spec::IstioRevision;
use crate::decide::WebhookSelectors;
use crate::finding::Finding;
use crate::istio::Settings;
use crate::yaml::Path;

/// One revision of Istio.
#[derive(Debug, Clone)]
pub struct Revision {
    /// Its name; `default` is the unnamed one.
    pub name: String,
    /// Further names of it.
    pub tags: Vec<String>,
    /// What webhooks select for it, where that is not what those of its name do.
    pub webhooks: Option<Vec<WebhookSelectors>>,
    /// Whether namespaces without any label are injected by it.
    pub namespaces_by_default: bool,
    /// Where the injector's own configuration stands.
    pub injector: Source,
    /// Where the mesh config stands.
    pub mesh: Source,
    /// The configuration of its injector; complete once the sources are resolved.
    pub settings: Settings,
}

impl Revision {
    /// The revision of an entry, for nodes of this minor of Kubernetes.
    pub(super) fn new(entry: IstioRevision, kubernetes_minor: Option<u32>) -> Self {
        let name = Some(entry.revision).filter(|n| !n.is_empty()).unwrap_or_else(|| DEFAULT_REVISION.to_owned());
        let settings = Settings {
            config: String::new(),
            values: String::new(),
            mesh: String::new(),
            revision: name.clone(),
            native_sidecars: entry.native_sidecars.decided(),
            kubernetes_minor,
            templates_of_any_minor: false,
            version: Some(entry.version).filter(|v| !v.is_empty()),
            platform: entry.platform,
            compliance_policy: entry.compliance_policy,
            cluster: entry.cluster,
            network: entry.network,
            env: entry.env,
            proxy_env: entry.proxy_env,
        };
        Self {
            name,
            tags: entry.tags,
            webhooks: entry.webhooks,
            namespaces_by_default: entry.enable_namespaces_by_default,
            injector: Source::of(entry.injector, |texts| vec![texts.config.0, texts.values.0]),
            mesh: Source::of(entry.mesh, |text| vec![text.0]),
            settings,
        }
    }

    /// The revisions and tags that a namespace or a pod names for it.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let own = self.webhooks.is_none().then_some(&self.name);
        own.into_iter().chain(&self.tags).map(String::as_str)
    }

    /// Whether a namespace or a pod that names this revision or tag means it.
    pub fn answers_to(&self, name: &str) -> bool {
        self.names().any(|n| n == name)
    }

    /// Completes the settings of the entry with this index from where its parts stand.
    ///
    /// # Errors
    ///
    /// Every part that is not there.
    pub(super) fn resolve(&mut self, index: usize, sources: &Sources<'_>) -> Result<(), Vec<Finding>> {
        let mut mistakes = Vec::new();
        let entry = Path::of(["spec", "istio"]).item(index);
        let mut mistake = |part: &str, message: String| mistakes.push(Finding::at(entry.join([part]), message));
        let mut near = String::new();
        match INJECTOR_PART.resolve(&self.injector, &self.name, "", sources) {
            Ok(Some((texts, namespace))) => {
                let mut texts = texts.into_iter();
                self.settings.config = texts.next().unwrap_or_default();
                self.settings.values = texts.next().unwrap_or_default();
                near = namespace;
            }
            Ok(None) => mistake(
                "injector",
                format!(
                    "missing, and no ConfigMap {} with config and values is among the manifests: give it as injector: {{inline: {{config: \"…\", values: \"…\"}}}}, configMap or file",
                    INJECTOR_PART.usual_name(&self.name)
                ),
            ),
            Err(error) => mistake("injector", error.to_string()),
        }
        match MESH_PART.resolve(&self.mesh, &self.name, &near, sources) {
            Ok(found) => self.settings.mesh = found.and_then(|(texts, _)| texts.into_iter().next()).unwrap_or_default(),
            Err(error) => mistake("mesh", error.to_string()),
        }
        if mistakes.is_empty() { Ok(()) } else { Err(mistakes) }
    }
}
