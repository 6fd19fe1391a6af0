//! Cluster and network of the pod, as environment of the sidecar.

use super::run::Run;
use crate::istio::Error;
use crate::{istio, kubernetes};

/// The variable that names the cluster.
const CLUSTER: &str = "ISTIO_META_CLUSTER_ID";
/// The variable that names the network.
pub(super) const NETWORK: &str = "ISTIO_META_NETWORK";
/// The label that names the network.
pub(super) const NETWORK_LABEL: &str = "topology.istio.io/network";

/// Collects the overrides: from the values, over them from the settings, over the network the pod's own label.
pub(super) fn collect(run: &mut Run<'_>) -> Result<(), Error> {
    let (values, settings) = (&run.injector.values, &run.injector.settings);
    let mut cluster = values.text(&["global", "multiCluster", "clusterName"]);
    let mut network = values.text(&["global", "network"]);
    run.proxy_env.extend(settings.proxy_env.iter().map(|(k, v)| (k.clone(), v.clone())));
    if !settings.cluster.is_empty() {
        cluster.clone_from(&settings.cluster);
    }
    if !settings.network.is_empty() {
        network.clone_from(&settings.network);
    }
    if let Some(label) = kubernetes::label(run.original, NETWORK_LABEL) {
        network = label.to_owned();
    }
    for (name, value) in [(CLUSTER, cluster), (NETWORK, network)] {
        if !value.is_empty() {
            run.proxy_env.insert(name.to_owned(), value);
        }
    }
    Ok(())
}

/// Replaces the sidecar's own variables by the overrides, which stand at the end, sorted.
pub(super) fn apply(run: &mut Run<'_>) -> Result<(), Error> {
    let overrides = &run.proxy_env;
    let Some(sidecar) = istio::sidecar_mut(&mut run.merged).filter(|_| !overrides.is_empty()) else { return Ok(()) };
    let env = kubernetes::env_mut(sidecar);
    env.retain(|var| !kubernetes::name(var).is_some_and(|n| overrides.contains_key(n)));
    env.extend(overrides.iter().map(|(name, value)| kubernetes::env_var(name, value.as_str())));
    Ok(())
}
