//! What was decided, and why.

use super::trace::{Reason, TraceStep};
use crate::yaml::Path;

/// What was decided for one sidecar and one pod.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Decision {
    /// Name of the sidecar.
    pub sidecar: String,
    /// Whether it is injected.
    pub inject: bool,
    /// Why.
    pub reason: Reason,
    /// The templates that were rendered; those of Istio have names.
    pub templates: Vec<String>,
    /// Whether it runs as a native sidecar: an init container that restarts always.
    pub native: bool,
    /// The rules that were asked, where the user wants to know them.
    pub trace: Vec<TraceStep>,
}

impl Decision {
    /// The same decision, with what a pod says placed at the pod's path in the document.
    #[must_use]
    pub fn below(mut self, pod: &Path) -> Self {
        for step in &mut self.trace {
            step.place = std::mem::take(&mut step.place).below(pod);
        }
        self
    }

    /// What was decided, in words.
    pub fn verdict(&self) -> &'static str {
        if self.inject { "injected" } else { "not injected" }
    }
}

impl std::fmt::Display for Decision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}: {}", self.sidecar, self.verdict(), self.reason.text)
    }
}

/// The namespace's labels would decide and nothing is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownNamespace {
    /// The namespace; empty where the object has none and no default is given.
    pub name: String,
    /// The label by which a namespace would opt in.
    pub opt_in: &'static str,
}

impl std::fmt::Display for UnknownNamespace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.name.is_empty() {
            f.write_str("the workload has no namespace, and a namespace's labels decide: set spec.defaultNamespace (or --namespace), and tell its labels under spec.namespaces")
        } else {
            write!(
                f,
                "nothing is known of namespace {0}, whose labels decide: add its Namespace object to the manifests, or to the configuration:\nspec:\n  namespaces:\n  - {{name: {0}, labels: {{{1}: enabled}}}}",
                self.name, self.opt_in
            )
        }
    }
}
