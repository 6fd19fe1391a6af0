//! Everything over one text: read, decide, inject, edit.

mod engine;
mod istio;
mod kpt_comments;
mod kube_inject;
mod read_back;
mod remove;
mod text;
mod undo;
mod whole_run;

pub use engine::{Engine, Outcome, is_local_config};
pub use kube_inject::{Namespaces, ObjectOutcome};
pub use read_back::{MISREAD, equal, lost_containers};
pub use remove::{Located, remove};
pub use text::{Host, Rendered, RenderedObject, original, render};
pub use whole_run::whole_run;
