//! Injects sidecars into Kubernetes manifests when they are rendered, instead of at admission time.
//!
//! Data flows one way: **read** ([`krm`], [`yaml`]) → **decide** ([`workload`], [`decide`]) → **inject**
//! ([`sidecar`], [`istio`], on top of [`pod`] and [`template`]) → **edit** ([`yaml`]) → **report** ([`report`]).
//! A module never reaches back to an earlier step.
//!
//! # Limitations
//!
//! Reads UTF-8 only. A manifest's duplicate keys are an error, as they are for the Kubernetes API server's strict decoding.

pub mod pod;
pub mod template;
pub mod yaml;

/// The one value type of the engine: JSON-like, with the order of keys kept.
pub use serde_json::Value;
