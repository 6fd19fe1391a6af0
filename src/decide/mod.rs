//! Decides for each workload who is injected and says why. No text is touched here.

mod decision;
mod istio;
mod kube_inject;
mod own;
mod selectors;
mod trace;

pub use decision::{Decision, UnknownNamespace};
pub use istio::{Gate, NO_OPT_IN, Policy, Verdict, gate, refused_by_all, unread};
pub use kube_inject::skip;
pub(crate) use kube_inject::undecided;
pub use own::{DEFAULT_KEY, NAME_LABEL, decide, meant, truth};
pub use selectors::{WebhookSelectors, standard};
pub use trace::{Effect, Place, Reason, Trace, TraceStep};
