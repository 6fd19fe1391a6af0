//! What the pod's metadata tells about the injection.

use serde_json::json;

use super::cluster_env;
use super::run::Run;
use crate::istio::{Behaviour, Error};
use crate::kubernetes::{CONTAINERS, INIT_CONTAINERS};
use crate::{Value, istio, kubernetes};

/// The unnamed revision's name.
const DEFAULT_REVISION: &str = "default";

pub(super) fn record(run: &mut Run<'_>) -> Result<(), Error> {
    if let Some(network) = run.proxy_env.get(cluster_env::NETWORK) {
        kubernetes::set_label(&mut run.merged, cluster_env::NETWORK_LABEL, network.as_str());
    }
    let names = |list: &str| match kubernetes::containers(&run.template_pod, list).iter().filter_map(kubernetes::name).collect::<Vec<_>>() {
        none if none.is_empty() => Value::Null,
        some => json!(some),
    };
    let mut status = json!({
        "initContainers": names(INIT_CONTAINERS),
        "containers": names(CONTAINERS),
        "volumes": names("volumes"),
        "imagePullSecrets": names("imagePullSecrets"),
    });
    if run.injector.minor.has(Behaviour::StatusRevision) {
        let revision = &run.injector.settings.revision;
        status["revision"] = json!(if revision.is_empty() { DEFAULT_REVISION } else { revision });
    }
    kubernetes::set_annotation(&mut run.merged, istio::STATUS, kubernetes::to_string(&status));
    for (name, value) in &run.injector.config.injected_annotations {
        kubernetes::set_annotation(&mut run.merged, name, value.as_str());
    }
    Ok(())
}
