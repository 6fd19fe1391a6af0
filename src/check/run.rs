//! What only the whole run tells, or what it tells once.

use std::collections::HashSet;

use super::Misfit;
use crate::Value;
use crate::config::{Config, Webhook};
use crate::decide::Namespaces;
use crate::engine::{Finding, Outcome};
use crate::istio::{DEFAULT_REVISION, NAMESPACE_LABEL, REVISION_LABEL};
use crate::sidecar::Source;
use crate::workload::Identity;

/// What is worth a look after all objects went through: revisions that nobody selects, a webhook
/// that has the last word, and injected parts that Kubernetes would not take.
pub fn whole_run<'o>(config: &Config, namespaces: &Namespaces, outcomes: impl Iterator<Item = &'o Outcome>) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut named: Vec<&str> = Vec::new();
    let mut workloads = 0_usize;
    let mut again = 0_usize;
    let mut misfits = HashSet::new();
    for workload in outcomes.flat_map(|o| &o.workloads) {
        workloads += 1;
        for misfit in workload.misfits.iter().filter(|m| misfits.insert((*m).clone())) {
            found.push(told(config, misfit, &workload.identity));
        }
        let mut by_istio = workload.decisions.iter().filter_map(|d| Some((d.sidecar.strip_prefix("istio/")?, d.inject))).peekable();
        again += usize::from(by_istio.clone().any(|(_, inject)| inject));
        if by_istio.peek().is_some() {
            named.extend(by_istio.map(|(name, _)| name));
        }
    }
    if workloads == 0 {
        return found;
    }
    for (index, revision) in config.istio.iter().enumerate() {
        let answers = |name: &str| name == revision.name || revision.tags.iter().any(|t| t == name);
        let by_namespace = namespaces.all().any(|n| match n.labels.get(NAMESPACE_LABEL) {
            Some(value) => value == "enabled" && answers(DEFAULT_REVISION),
            None => n.labels.get(REVISION_LABEL).is_some_and(|r| answers(r)),
        });
        if !by_namespace && !revision.namespaces_by_default && !named.contains(&revision.name.as_str()) {
            let message = format!(
                "no namespace or pod selects revision {}: label one with {REVISION_LABEL}: {0}, or take the revision out",
                revision.name
            );
            found.push(Finding { path: format!("spec.istio[{index}]"), message });
        }
    }
    if again > 0 && config.webhook == Webhook::Coexist {
        let (pods, they) = if again == 1 { ("1 workload is".to_owned(), "it") } else { (format!("{again} workloads are"), "them") };
        let message = format!(
            "{pods} injected here and opted in for the webhook of the cluster too, which renders {they} again at admission from its own configuration; where the two differ, the webhook has the last word: set spec.webhook to bypass (a label keeps it away) or absent (there is none)"
        );
        found.push(Finding { path: "spec.webhook".to_owned(), message });
    }
    found
}

/// What is wrong with an injected part, at its place in the configuration where it stands there as it is.
fn told(config: &Config, misfit: &Misfit, first: &Identity) -> Finding {
    let Misfit { list, name, field, message } = misfit;
    let written = config.sidecars.iter().enumerate().find_map(|(i, sidecar)| {
        let Source::Pod(parts) = &sidecar.source else { return None };
        // A native sidecar's containers are written as any others and injected as init containers.
        [list, "containers"].iter().find_map(|list| {
            let all = parts.get("spec")?.get(list)?.as_array()?;
            let j = all.iter().position(|part| part.get("name").and_then(Value::as_str) == Some(name))?;
            Some(format!("spec.sidecars[{i}].pod.spec.{list}[{j}].{field}"))
        })
    });
    let part = if *list == "initContainers" { "init container" } else { list.trim_end_matches('s') };
    let place = if written.is_some() { String::new() } else { format!("{field}: ") };
    let message = format!("injected {part} {name}: {place}{message}; a cluster would refuse it (first in {first})");
    Finding { path: written.unwrap_or_default(), message }
}
