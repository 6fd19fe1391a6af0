//! Injects sidecars into Kubernetes manifests when they are rendered, instead of at admission time.
//!
//! Data flows one way: **read** (`krm`, `yaml`) → **decide** (`workload`, `decide`) → **inject** (`sidecar`, `istio`,
//! on top of `pod` and `template`) → **edit** (`yaml`) → **report**. A module never reaches back to an earlier step.

pub mod pod;
pub mod report;
pub mod yaml;

/// The one value type of the engine: JSON-like, with the order of keys kept.
pub use serde_json::Value;
