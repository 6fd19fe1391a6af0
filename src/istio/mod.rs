//! Istio's sidecar injection: a pure function of configuration, workload and pod. Knows nothing of YAML text, files or hosts.
//!
//! The steps that a pod takes stand in `steps`, one file each; what differs between minors of Istio stands in `versions`.

mod annotations;
mod cluster_env;
mod concurrency;
mod config;
mod duration;
mod error;
mod identity;
mod image;
mod injector;
mod kube_inject;
mod mesh;
mod messages;
mod metadata;
mod object;
mod order;
mod overrides;
mod pod;
mod policy;
mod probes;
mod prometheus;
mod proxy_checks;
mod proxy_config;
mod proxy_resources;
mod render;
mod rendered;
mod steps;
mod strip;
mod structure;
mod uninject;
mod user;
mod values;
mod versions;
mod zero_fields;

pub use config::Config;
pub use error::Error;
pub use identity::Identity;
pub use injector::{Injected, Injector, NATIVE_KUBERNETES, Request, Settings};
pub use kube_inject::{INJECT, SYSTEM_NAMESPACES, Skip, skip};
pub use object::{Namespaces, ObjectOutcome};
pub use overrides::AUTO_IMAGE;
pub use pod::set_label;
pub use policy::{DEFAULT_REVISION, Gate, NAMESPACE_LABEL, NO_OPT_IN, REVISION_LABEL, Verdict, gate, selector, unread};
pub use proxy_resources::ProxyConfigs;
pub use strip::{STATUS, is_injected};
pub use uninject::{Uninjected, uninject};
pub use versions::{Minor, NEWEST};
