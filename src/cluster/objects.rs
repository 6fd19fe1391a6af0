//! Which objects are asked for.

/// The status of an answer that says that something was, or would be, created.
pub(super) const CREATED: u16 = 201;
/// The field of a list with its objects.
pub(super) const ITEMS: &str = "items";

/// A kind of object, as its address has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resource {
    /// `apis/GROUP/VERSION`, or `api/v1`.
    pub api: &'static str,
    /// The plural, as in the address.
    pub plural: &'static str,
    /// The kind of one; lists do not name it in their items.
    pub kind: &'static str,
}

impl Resource {
    /// ConfigMaps.
    pub const CONFIG_MAPS: Self = Self { api: "api/v1", plural: "configmaps", kind: "ConfigMap" };
    /// Namespaces.
    pub const NAMESPACES: Self = Self { api: "api/v1", plural: "namespaces", kind: "Namespace" };
    /// Nodes.
    pub const NODES: Self = Self { api: "api/v1", plural: "nodes", kind: "Node" };
    /// Pods.
    pub const PODS: Self = Self { api: "api/v1", plural: "pods", kind: "Pod" };
    /// Deployments.
    pub const DEPLOYMENTS: Self = Self { api: "apis/apps/v1", plural: "deployments", kind: "Deployment" };
    /// Webhooks that change what is created.
    pub const WEBHOOKS: Self =
        Self { api: "apis/admissionregistration.k8s.io/v1", plural: "mutatingwebhookconfigurations", kind: "MutatingWebhookConfiguration" };
    /// Istio's ProxyConfigs.
    pub const PROXY_CONFIGS: Self = Self { api: "apis/networking.istio.io/v1beta1", plural: "proxyconfigs", kind: "ProxyConfig" };

    /// `apiVersion` of one.
    pub fn api_version(&self) -> &'static str {
        self.api.trim_start_matches("apis/").trim_start_matches("api/")
    }

    /// The address of those of a namespace; empty for all.
    pub(super) fn path(&self, namespace: &str) -> String {
        let Self { api, plural, .. } = self;
        if namespace.is_empty() { format!("/{api}/{plural}") } else { format!("/{api}/namespaces/{namespace}/{plural}") }
    }
}

/// One object.
#[derive(Debug, Clone, Copy)]
pub struct Object<'a> {
    /// Its kind.
    pub resource: Resource,
    /// Its namespace; empty for one without.
    pub namespace: &'a str,
    /// Its name.
    pub name: &'a str,
}

/// The objects of a kind.
#[derive(Debug, Clone, Copy)]
pub struct List<'a> {
    /// Their kind.
    pub resource: Resource,
    /// Their namespace; empty for all.
    pub namespace: &'a str,
    /// A label selector as kubectl writes it; empty for all.
    pub selector: &'a str,
    /// Whether their metadata alone is wanted.
    pub metadata_only: bool,
}

impl<'a> List<'a> {
    /// All objects of a kind.
    pub fn of(resource: Resource) -> Self {
        Self { resource, namespace: "", selector: "", metadata_only: false }
    }

    /// Those of this namespace.
    #[must_use]
    pub fn within(self, namespace: &'a str) -> Self {
        Self { namespace, ..self }
    }

    /// Those that this selector chooses.
    #[must_use]
    pub fn selected(self, selector: &'a str) -> Self {
        Self { selector, ..self }
    }

    /// Their metadata alone.
    #[must_use]
    pub fn metadata(self) -> Self {
        Self { metadata_only: true, ..self }
    }
}
