//! What Istio is: its names, its settings, its mesh and proxy config, and the messages that these are.
//!
//! What differs between minors of Istio stands in `versions`.

mod config;
mod earlier;
mod error;
mod mesh;
mod messages;
mod names;
mod owner;
mod proxy_checks;
mod proxy_config;
mod proxy_resources;
mod settings;
mod sidecar;
mod values;
mod versions;

pub use config::Config;
pub use earlier::is_injected;
pub(crate) use earlier::{recorded, status};
pub use error::{Cause, Error, WrongField};
pub use mesh::Mesh;
pub use messages::{Field, MESH_CONFIG, PROXY_CONFIG, fields};
pub use names::{CORE_DUMP, DEFAULT_REVISION, INIT, INJECT, NAMESPACE_LABEL, OVERRIDES, PROXY, REVISION_LABEL, STATUS, VALIDATION};
pub use owner::{owner, owner_at_admission};
pub use proxy_config::{defaults, of_pod};
pub use proxy_resources::ProxyConfigs;
pub use settings::{NATIVE_KUBERNETES, Settings};
pub use sidecar::{sidecar_list, sidecar_mut};
pub use values::Values;
pub use versions::{Behaviour, FIRST, Minor, NEWEST};
