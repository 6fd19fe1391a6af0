//! Makes the pod: sidecars of one's own and Istio's injection. It knows values only, neither texts nor hosts.

mod clash;
mod istio;
mod own;

pub(crate) use istio::ANNOTATIONS;
pub use istio::{AUTO_IMAGE, Injected, Injector, Request, uninject};
pub(crate) use istio::{add, missing};
pub use own::{Merged, inject};
