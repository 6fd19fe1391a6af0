//! Istio's injection: a pure function of configuration, workload and pod. The steps that a pod takes stand in `steps`, a file each.

mod annotations;
mod cluster_env;
mod concurrency;
mod image;
mod injector;
mod memory;
mod metadata;
mod order;
mod overrides;
mod probes;
mod prometheus;
mod run;
mod steps;
mod strip;
mod structure;
mod templates;
mod uninject;
mod user;
mod zero_fields;

pub(crate) use annotations::ANNOTATIONS;
pub use injector::Injector;
pub use overrides::AUTO_IMAGE;
pub use run::{Injected, Request};
pub use uninject::uninject;
pub(crate) use zero_fields::{add, missing};
