//! One entry of a ResourceList's `results`.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::Value;
use crate::kubernetes::{Identity, hosts};
use crate::plain::{one_line, plain};

/// How bad a result is; hosts show errors first, so that is their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The function failed.
    Error,
    /// A warning.
    Warning,
    /// What was done.
    Info,
}

/// One entry of `results`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FunctionResult {
    /// What happened.
    pub message: String,
    /// How bad it is; never left out, because kpt prints a missing one as info.
    pub severity: Severity,
    /// The object that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_ref: Option<ResourceRef>,
    /// The field that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<Field>,
    /// The file that the object came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<File>,
    /// Further facts for machines.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

/// The object that a result is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceRef {
    /// `apiVersion` of the object.
    pub api_version: String,
    /// `kind` of the object.
    pub kind: String,
    /// `metadata.name` of the object.
    pub name: String,
    /// `metadata.namespace` of the object.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub namespace: String,
}

/// The field that a result is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Field {
    /// Path of the field: `spec.template.spec.containers[0]`.
    pub path: String,
    /// What stands there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current_value: Option<Value>,
    /// What should stand there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposed_value: Option<Value>,
}

/// The file that an object came from, as the host's annotations tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct File {
    /// Its path in the package.
    pub path: String,
    /// Which of its documents; hosts leave 0 out.
    #[serde(skip_serializing_if = "is_zero")]
    pub index: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants a reference")]
fn is_zero(n: &u64) -> bool {
    *n == 0
}

impl std::fmt::Display for FunctionResult {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
        };
        write!(f, "{severity}: ")?;
        if let Some(file) = &self.file {
            write!(f, "{}: ", one_line(&file.path))?;
        }
        if let Some(ResourceRef { kind, name, namespace, .. }) = &self.resource_ref {
            let [kind, namespace, name] = [kind, namespace, name].map(|text| one_line(text));
            let slash = if namespace.is_empty() { "" } else { "/" };
            write!(f, "{kind} {namespace}{slash}{name}: ")?;
        }
        if let Some(field) = &self.field {
            write!(f, "{}: ", one_line(&field.path))?;
        }
        f.write_str(&plain(&self.message))
    }
}

impl FunctionResult {
    /// A result without any reference.
    pub fn new(severity: Severity, message: impl Into<String>) -> Self {
        Self { message: plain(&message.into()).into_owned(), severity, resource_ref: None, field: None, file: None, tags: BTreeMap::new() }
    }

    /// The same result, about this object and the file that its annotations name.
    #[must_use]
    pub fn about(mut self, object: &Value) -> Self {
        let Identity { api_version, kind, name, namespace } = Identity::of(object);
        if !kind.is_empty() {
            self.resource_ref = Some(ResourceRef { api_version, kind, name, namespace });
        }
        self.file = file_of(object);
        self
    }

    /// The same result, about this field.
    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.field = Some(Field { path: path.into(), current_value: None, proposed_value: None });
        self
    }

    /// The result as it stands in a ResourceList.
    pub fn to_value(&self) -> Value {
        // Serialising plain strings and numbers cannot fail; null would show if it did.
        serde_json::to_value(self).unwrap_or(Value::Null)
    }
}

/// The file that an object came from, as the host's annotations tell.
pub fn file_of(object: &Value) -> Option<File> {
    let (path, index) = hosts::file_of(object)?;
    Some(File { path: path.to_owned(), index })
}
