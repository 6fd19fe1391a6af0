//! Everything over one text: read, decide, inject, edit.

mod admission;
mod engine;
mod istio;
mod kpt_comments;
mod kube_inject;
mod outcome;
mod own;
mod read_back;
mod remove;
mod text;
mod undo;
mod whole_run;

pub use engine::{Engine, is_local_config};
pub use kube_inject::{Namespaces, ObjectOutcome};
pub use outcome::{Outcome, WorkloadOutcome};
pub use read_back::lost_containers;
pub use remove::{Located, remove};
pub use text::{Host, Rendered, RenderedObject, original, render};
pub use whole_run::whole_run;
