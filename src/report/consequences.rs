//! What it takes to bring a change of pod templates to a cluster: which pods restart, and what does not change by itself.

use std::collections::BTreeMap;

use super::model::WorkloadReport;
use crate::Value;
use crate::kubernetes::Identity;

/// What follows from changed pod templates.
#[derive(Debug, Default)]
pub(super) struct Consequences<'r> {
    /// What restarts, by namespace.
    pub restarts: BTreeMap<&'r str, Restarts>,
    /// Workloads of a single replica among them.
    pub single: Vec<&'r Identity>,
    /// Jobs and Pods, which cannot be changed in place.
    pub immutable: Vec<&'r Identity>,
    /// Workloads whose pods stay as they are until the user deletes them.
    pub by_hand: Vec<&'r Identity>,
    /// CronJobs, whose next run is the first with the change.
    pub next_run: Vec<&'r Identity>,
}

/// What restarts in a namespace.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Restarts {
    /// How many workloads with a number of replicas.
    pub workloads: usize,
    /// How many pods of these.
    pub pods: u64,
    /// How many DaemonSets, with a pod on each node.
    pub daemon_sets: usize,
}

impl<'r> Consequences<'r> {
    /// Adds a workload whose pod template changes.
    pub fn add(&mut self, workload: &'r WorkloadReport<'_>) {
        let Some(object) = workload.after.as_ref().map(|side| &side.value) else { return };
        let identity = workload.identity;
        let spec = |key: &str| object.get("spec").and_then(|s| s.get(key));
        let on_delete = spec("updateStrategy").and_then(|s| s.get("type")).and_then(Value::as_str) == Some("OnDelete");
        match identity.kind.as_str() {
            "Job" | "JobSet" | "Pod" => return self.immutable.push(identity),
            "CronJob" => return self.next_run.push(identity),
            "ReplicaSet" | "ReplicationController" => return self.by_hand.push(identity),
            _ if on_delete => return self.by_hand.push(identity),
            _ => {}
        }
        let restarts = self.restarts.entry(identity.namespace.as_str()).or_default();
        if identity.kind == "DaemonSet" {
            restarts.daemon_sets += 1;
            return;
        }
        restarts.workloads += 1;
        let replicas = spec("replicas").and_then(Value::as_u64).unwrap_or(1);
        restarts.pods += replicas;
        if replicas == 1 {
            self.single.push(identity);
        }
    }
}
