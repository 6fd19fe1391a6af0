//! Injects sidecars into Kubernetes manifests when they are rendered, instead of at admission time.
//!
//! Data flows one way: **[`read`]** finds objects and what is known of the cluster; **[`decide`]** says who is injected and why;
//! **[`inject`]** makes the pod; **[`edit`]** turns the difference into bytes; **[`report`]** shows it. [`pipeline`] runs all of it over a
//! text, [`check`] looks at the result, [`record`] undoes it. What Kubernetes, Istio, Go and YAML are stands apart from these steps, in
//! [`kubernetes`], [`istio`], [`go`] and [`yaml`]. No folder imports one above it: `docs/architecture.md` has the order.

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
