//! The `SidecarInjector` object: what is injected where, and how it is reported. One object, the same in every host.

mod injector;
mod installation;
mod istio;
mod names;
mod schema;
mod shape;
mod sidecars;
mod sources;
mod spec;
mod switch;

pub use injector::{Config, kubernetes_minor};
pub use installation::{Installation, Reading, installation};
pub use istio::Revision;
pub use names::{API_VERSION, KIND, SMALLEST};
pub use schema::schema;
pub use sources::{Defaults, ReadFile, Source, Sources, injector_map, mesh_map, revision_of_map};
pub use spec::{Diff, DiffResults, Webhook};
pub use switch::Switch;
