//! What a sidecar of one's own is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Value;
use crate::kubernetes::Selector;

/// One entry of `spec.sidecars`.
#[derive(Debug, Clone, PartialEq)]
pub struct Sidecar {
    /// Its name, for opt-in lists, records and messages.
    pub name: String,
    /// Which workloads it goes into; absent: the default opt-in.
    pub matches: Option<Match>,
    /// Label or annotation of a pod template that decides whatever `matches` says; empty for none.
    pub opt_in_key: String,
    /// Whether its containers run as native sidecars: init containers with `restartPolicy: Always`.
    pub native: bool,
    /// Where its containers stand among the pod's.
    pub position: Position,
    /// Where the injected parts come from.
    pub source: Source,
}

/// `match`: all that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Match {
    /// Labels of the namespace.
    #[schemars(with = "Selector")]
    pub namespace_selector: Option<Selector>,
    /// Labels of the pod template.
    #[schemars(with = "Selector")]
    pub pod_selector: Option<Selector>,
    /// Kinds of workloads; empty for all.
    pub kinds: Vec<String>,
}

/// Where a sidecar's containers stand among the pod's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Position {
    /// After the pod's own.
    #[default]
    Last,
    /// Before the pod's own.
    First,
}

/// Where the injected parts of a pod come from.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// A partial pod.
    Pod(Value),
    /// A Go template that renders a partial pod.
    Template {
        /// Its text.
        text: String,
        /// What it sees as `.Values`.
        values: Value,
    },
}
