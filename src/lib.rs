//! Injects sidecars into Kubernetes manifests when they are rendered, instead of at admission time.
//!
//! A [`Pipeline`] takes the texts of one run: it first learns from all of them what is known of namespaces, then decides about every
//! object, injects, and gives back the text with only the injected lines changed.
//!
//! ```
//! use sidecarize::{Config, Engine, Host, Layout, Manifests, Pipeline, Sources};
//!
//! let config = "
//! apiVersion: sidecarize.dev/v1alpha1
//! kind: SidecarInjector
//! metadata: {name: injector}
//! spec:
//!   sidecars:
//!   - name: log-agent
//!     pod: {spec: {containers: [{name: log-agent, image: example.com/log-agent:1}]}}
//! ";
//! let deployment = "\
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: web, namespace: shop}
//! spec:
//!   selector: {matchLabels: {app: web}}
//!   template:
//!     metadata:
//!       labels: {app: web, sidecarize.dev/inject: enabled}
//!     spec:
//!       containers:
//!       - name: web # the shop's own
//!         image: example.com/web:1
//! ";
//! let parse = |text| Manifests::parse(text, Layout::Stream);
//! let config = Config::load(&parse(config)?.values()?[0], &Sources::among([])).map_err(|all| all[0].to_string())?;
//! let engine = Engine::new(config).map_err(|all| all[0].to_string())?;
//!
//! let manifests = parse(deployment)?;
//! let values = manifests.values()?;
//! let mut pipeline = Pipeline::new(&engine, Host::default());
//! pipeline.learn(&values);
//! let injected = pipeline.run(&manifests, values)?;
//!
//! assert!(!injected.failed());
//! assert_eq!(injected.text, format!("{deployment}      - name: log-agent\n        image: example.com/log-agent:1\n"));
//! let decision = &injected.objects[0].outcome.workloads[0].decisions[0];
//! assert!(decision.inject);
//! assert_eq!(decision.reason.text, "pod label sidecarize.dev/inject=enabled");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Limits
//!
//! - Nothing is read but what is given: files that a configuration names come through [`Sources`], a cluster is never asked.
//! - Values of manifests are [`Value`]s, read as kubectl reads YAML; numbers beyond 64 bits are kept as floats, as it does.
//! - A text whose objects have any error comes back as it came; look at [`InjectedText::failed`] before it is used.
//! - The version of the library is that of the program. Until 1.0, what is public may change with a minor version; the `apiVersion` of
//!   the configuration, exit codes and the schemas of JSON output do not depend on it.
//!
//! # How it is made
//!
//! Data flows one way: `read` finds objects and what is known of the cluster; `decide` says who is injected and why; `inject` makes the
//! pod; `edit` turns the difference into bytes; `report` shows it. `pipeline` runs all of it over a text, `check` looks at the result,
//! `record` undoes it. What Kubernetes, Istio, Go and YAML are stands apart from these steps. No folder imports one above it:
//! `docs/architecture.md` has the order.

mod check;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
#[cfg(feature = "cluster")]
mod cluster;
mod config;
mod decide;
mod edit;
mod finding;
mod go;
mod inject;
mod istio;
#[cfg(feature = "cli")]
mod krm;
mod kubernetes;
mod pipeline;
mod plain;
mod read;
mod record;
mod report;
mod sidecar;
mod template;
#[cfg(feature = "cluster")]
mod verify;
mod yaml;

pub use config::{API_VERSION, Config, Diff, DiffResults, KIND, ReadFile, Revision, Source, Sources, Switch, Webhook, schema};
pub use decide::{Decision, Effect, Place, Reason, TraceStep};
pub use finding::{Finding, Kind as FindingKind};
pub use kubernetes::{Identity, Kinds, Workload, WorkloadKind};
pub use pipeline::{Engine, Host, InjectedObject, InjectedText, Located, Outcome, Pipeline, WorkloadOutcome, original, remove};
pub use read::{Layout, Manifests, Namespace, Namespaces};
/// The one value type: JSON-like, with the order of keys kept.
pub use serde_json::Value;
pub use yaml::{Error as YamlError, Path, Position, Step};

/// The parts, for the tests and benchmarks of this package. No promise holds for anything in it.
#[doc(hidden)]
pub mod internals {
    pub mod config {
        pub use crate::config::*;
    }
    pub mod decide {
        pub use crate::decide::*;
    }
    pub mod edit {
        pub use crate::edit::*;
    }
    pub mod finding {
        pub use crate::finding::*;
    }
    pub mod inject {
        pub use crate::inject::*;
    }
    pub mod istio {
        pub use crate::istio::*;
    }
    pub mod kubernetes {
        pub use crate::kubernetes::*;
    }
    pub mod pipeline {
        pub use crate::pipeline::*;
    }
    pub mod read {
        pub use crate::read::*;
    }
    pub mod report {
        pub use crate::report::*;
    }
    pub mod template {
        pub use crate::template::*;
    }
    pub mod yaml {
        pub use crate::yaml::*;
    }
}
