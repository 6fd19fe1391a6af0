//! Why a workload, or the configuration, cannot be used.

/// What is wrong with a configuration or a pod that Istio's injection is asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A part of the configuration does not parse or lacks something.
    #[error("{part}: {reason}")]
    Config {
        /// The part: `injector config`, `values`, `mesh config`.
        part: &'static str,
        /// What is wrong and what to do.
        reason: String,
    },
    /// An annotation of the pod has a value that it cannot have.
    #[error("annotation {name}: {value:?}: {reason}")]
    Annotation {
        /// The annotation's key.
        name: String,
        /// Its value.
        value: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The pod has a value of another type than Kubernetes' field has.
    #[error("{0}")]
    Type(String),
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
        reason: String,
    },
    /// What a template renders does not fit the pod.
    #[error("template {name:?} cannot be merged into the pod: {reason}")]
    Merge {
        /// The template's name, or the container's.
        name: String,
        /// What does not fit.
        reason: String,
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

    pub(crate) fn config(part: &'static str, reason: impl ToString) -> Self {
        Self::Config { part, reason: reason.to_string() }
    }

    pub(crate) fn annotation(name: &str, value: &str, reason: impl ToString) -> Self {
        Self::Annotation { name: name.to_owned(), value: value.to_owned(), reason: reason.to_string() }
    }
}
