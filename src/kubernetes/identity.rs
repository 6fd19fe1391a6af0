//! Which object it is.

use crate::Value;
use crate::plain::one_line;

/// Identity of a workload, for messages and results.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Identity {
    /// `apiVersion` as written.
    pub api_version: String,
    /// `kind` as written.
    pub kind: String,
    /// `metadata.name`, or `metadata.generateName` where there is no name.
    pub name: String,
    /// `metadata.namespace`; empty where the object has none.
    pub namespace: String,
}

impl Identity {
    /// Reads the identity of an object; what is missing is empty.
    pub fn of(object: &Value) -> Self {
        let text = |v: Option<&Value>| v.and_then(Value::as_str).unwrap_or_default().to_owned();
        let metadata = object.get("metadata");
        let field = |k: &str| metadata.and_then(|m| m.get(k));
        // One that is no text is refused later, and the error names it.
        let name = |v: &Value| if v.is_number() || v.is_boolean() { v.to_string() } else { text(Some(v)) };
        Self {
            api_version: text(object.get("apiVersion")),
            kind: text(object.get("kind")),
            name: field("name").or_else(|| field("generateName")).map(name).unwrap_or_default(),
            namespace: text(field("namespace")),
        }
    }
}

impl std::fmt::Display for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [kind, namespace, name] = [&self.kind, &self.namespace, &self.name].map(|text| one_line(text));
        let slash = if namespace.is_empty() { "" } else { "/" };
        let named = format!("{namespace}{slash}{name}");
        let space = if named.is_empty() { "" } else { " " };
        write!(f, "{kind}{space}{named}")
    }
}
