//! What only the whole run tells.

use crate::config::{Config, Webhook};
use crate::decide::Namespaces;
use crate::engine::{Finding, Outcome};
use crate::istio::{DEFAULT_REVISION, NAMESPACE_LABEL, REVISION_LABEL};

/// What is worth a look after all objects went through: revisions that nobody selects, and a webhook that has the last word.
pub fn whole_run<'o>(config: &Config, namespaces: &Namespaces, outcomes: impl Iterator<Item = &'o Outcome>) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut named: Vec<&str> = Vec::new();
    let mut workloads = 0_usize;
    let mut again = 0_usize;
    for workload in outcomes.flat_map(|o| &o.workloads) {
        workloads += 1;
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
