//! Why a workload, or the configuration, cannot be used.

use std::sync::Arc;

use crate::kubernetes::{self, WrongType};
use crate::yaml::{Path, Step};

/// What is behind an error: the error itself, or words. Whoever prints the outer error prints it, too.
pub type Cause = Arc<dyn std::error::Error + Send + Sync>;

/// A field of a message of Istio's that has a value which it cannot have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .path.says(.reason))]
pub struct WrongField {
    /// The field; empty for the message as a whole.
    pub path: Path,
    /// What is wrong with its value.
    pub reason: String,
}

impl WrongField {
    /// A message as a whole, or a value as seen from itself.
    pub(super) fn here(reason: impl Into<String>) -> Self {
        Self { path: Path::new(), reason: reason.into() }
    }

    /// The same, as seen from above these steps.
    pub(super) fn below<S: Into<Step>>(self, steps: impl IntoIterator<Item = S>) -> Self {
        Self { path: Path::of(steps).join(self.path), ..self }
    }
}

/// What is wrong with a configuration or a pod that Istio's injection is asked for.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// A part of the configuration does not parse or lacks something.
    #[error("{part}: {reason}")]
    Config {
        /// The part: `injector config`, `values`, `mesh config`.
        part: &'static str,
        /// What is wrong and what to do.
        reason: Cause,
    },
    /// An annotation of the pod has a value that it cannot have.
    #[error("annotation {name}: {value:?}: {reason}")]
    Annotation {
        /// The annotation's key.
        name: String,
        /// Its value.
        value: String,
        /// What is wrong with it.
        reason: Cause,
    },
    /// The pod has a value of another type than Kubernetes' field has.
    #[error(transparent)]
    Type(#[from] WrongType),
    /// The pod asks for a template that the injector config does not have.
    #[error(
        "the pod asks for template {name:?} (annotation inject.istio.io/templates or defaultTemplates), but the injector config has only: {known}"
    )]
    UnknownTemplate {
        /// The name asked for.
        name: String,
        /// The names there are.
        known: String,
    },
    /// A template does not parse, or fails on this pod.
    #[error("template {name:?}: {reason}")]
    Template {
        /// The template's name.
        name: String,
        /// What is wrong.
        reason: Cause,
    },
    /// What a template renders does not fit the pod.
    #[error("template {name:?} cannot be merged into the pod: {reason}")]
    Merge {
        /// The template's name, or the container's.
        name: String,
        /// What does not fit.
        reason: kubernetes::Error,
    },
}

impl Error {
    /// The annotation of the pod that is wrong, where one is.
    pub fn annotation_key(&self) -> Option<&str> {
        if let Self::Annotation { name, .. } = self { Some(name) } else { None }
    }

    /// Whether a template of the configuration is what fails.
    pub fn is_of_template(&self) -> bool {
        matches!(self, Self::Template { .. })
    }

    pub(crate) fn config(part: &'static str, reason: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Config { part, reason: reason.into().into() }
    }

    pub(crate) fn annotation(name: &str, value: &str, reason: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Annotation { name: name.to_owned(), value: value.to_owned(), reason: reason.into().into() }
    }

    pub(crate) fn template(name: &str, reason: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Template { name: name.to_owned(), reason: reason.into().into() }
    }

    pub(crate) fn merge(name: &str, reason: kubernetes::Error) -> Self {
        Self::Merge { name: name.to_owned(), reason }
    }
}
