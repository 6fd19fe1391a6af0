//! The fields of Istio's messages as data: their names in Go, their order, and what they are when unset.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// One field of a message.
#[derive(Debug, Deserialize)]
pub(super) struct Field {
    /// Go's name, which templates use.
    pub go: String,
    /// The name in JSON and YAML.
    pub json: String,
    /// Its type: a scalar, `enum`, a message, `repeated T`, `map<string,T>`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The group of fields of which only one can be set.
    #[serde(default)]
    pub oneof: Option<String>,
    /// Names of the enum's values, by number.
    #[serde(default, rename = "enum")]
    pub names: Vec<String>,
}

static MESSAGES: LazyLock<HashMap<String, Vec<Field>>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../istio/istio-messages.json")).unwrap_or_default());

/// The mesh config's message.
pub(super) const MESH_CONFIG: &str = "istio.mesh.v1alpha1.MeshConfig";
/// The proxy config's message.
pub(super) const PROXY_CONFIG: &str = "istio.mesh.v1alpha1.ProxyConfig";

/// The fields of a message in the order in which they print; nothing for an unknown one.
pub(super) fn fields(message: &str) -> Option<&'static [Field]> {
    MESSAGES.get(message).map(Vec::as_slice)
}
