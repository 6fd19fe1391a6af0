//! What is around a template.

use std::collections::BTreeMap;

use crate::Value;

/// What templates may ask for beyond their data, the same for a whole run.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// istiod's environment, as far as it is given: what `env KEY DEFAULT` reads.
    pub env: BTreeMap<String, String>,
    /// The proxy config's defaults, which `protoToJSON` leaves out.
    pub proxy_defaults: Value,
    /// Whether a Multus network is one word in JSON (`namespace/name`), as up to Istio 1.22.
    pub multus_in_one_word: bool,
    /// Whether messages may have fields that the table of messages does not have: those of other releases, which are nothing then.
    pub newer_fields: bool,
    /// Functions that the release does not have, each with the release that brought it.
    pub missing_functions: Vec<(&'static str, String)>,
}
