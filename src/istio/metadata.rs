//! What the pod's metadata tells about the injection.

use serde_json::json;

use super::pod::{self, CONTAINERS, INIT_CONTAINERS};
use super::steps::Run;
use super::versions::Behaviour;
use super::{Error, cluster_env, strip};
use crate::Value;
use crate::pod::go_json;

/// The unnamed revision's name.
const DEFAULT_REVISION: &str = "default";

pub(super) fn record(run: &mut Run<'_>) -> Result<(), Error> {
    if let Some(network) = run.proxy_env.get(cluster_env::NETWORK) {
        pod::set_label(&mut run.merged, cluster_env::NETWORK_LABEL, network.as_str());
    }
    let names = |list: &str| match pod::containers(&run.template_pod, list).iter().filter_map(pod::name).collect::<Vec<_>>() {
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
    pod::set_annotation(&mut run.merged, strip::STATUS, go_json::to_string(&status));
    for (name, value) in &run.injector.config.injected_annotations {
        pod::set_annotation(&mut run.merged, name, value.as_str());
    }
    Ok(())
}
