//! Injects sidecars into Kubernetes manifests when they are rendered, instead of at admission time.
//!
//! Data flows one way: **read** (`read`, `krm`, `yaml`) → **decide** (`workload`, `decide`) → **inject** (`engine`,
//! `sidecar`, `mesh`, `istio`, on top of `pod` and `template`; `check` looks at what came of it) → **edit** (`render`, `record`, `yaml`) → **report**. A module never
//! reaches back to an earlier step.

pub mod check;
pub mod config;
pub mod decide;
pub mod edit;
pub mod finding;
pub mod go;
pub mod inject;
pub mod istio;
pub mod krm;
pub mod kubernetes;
pub mod pipeline;
pub mod plain;
pub mod read;
pub mod record;
pub mod report;
pub mod sidecar;
pub mod template;
pub mod yaml;

/// The one value type of the engine: JSON-like, with the order of keys kept.
pub use serde_json::Value;
