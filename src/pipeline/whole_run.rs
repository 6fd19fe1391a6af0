//! What only the whole run tells, or what it tells once.

use std::collections::HashSet;

use super::outcome::{Outcome, WorkloadOutcome};
use crate::Value;
use crate::check::{Misfit, namespace};
use crate::config::{Config, Webhook};
use crate::decide::Decision;
use crate::finding::Finding;
use crate::istio::{DEFAULT_REVISION, NAMESPACE_LABEL, REVISION_LABEL};
use crate::read::Namespaces;
use crate::sidecar::Source;
use crate::yaml::{Path, Step};

/// Warnings after all objects went through: revisions that nobody selects, a webhook
/// that has the last word, and injected parts that Kubernetes would not take.
pub(super) fn whole_run<'o>(config: &Config, namespaces: &Namespaces, outcomes: impl Iterator<Item = &'o Outcome>) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut named: Vec<&str> = Vec::new();
    let mut workloads = 0_usize;
    let mut again = 0_usize;
    let mut misfits = HashSet::new();
    for workload in outcomes.flat_map(|o| &o.workloads) {
        workloads += 1;
        for misfit in workload.misfits.iter().filter(|m| misfits.insert((*m).clone())) {
            found.extend(told(config, misfit, workload));
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
        // What its own webhooks select, only a pod tells.
        if revision.webhooks.is_some() {
            continue;
        }
        let answers = |name: &str| revision.answers_to(name);
        let by_namespace = namespaces.all().any(|n| match n.labels.get(NAMESPACE_LABEL) {
            Some(value) => value == "enabled" && answers(DEFAULT_REVISION),
            None => n.labels.get(REVISION_LABEL).is_some_and(|r| answers(r)),
        });
        if !by_namespace && !revision.namespaces_by_default && !named.contains(&revision.name.as_str()) {
            let message = format!(
                "no namespace or pod selects revision {}: label one with {REVISION_LABEL}: {0}, or take the revision out",
                revision.name
            );
            found.push(Finding::at(Path::of(["spec", "istio"]).item(index), message));
        }
    }
    for (index, entry) in config.namespaces.iter().enumerate() {
        let wrong = namespace(config, &entry.labels, &entry.annotations);
        let at = |(place, message): (&str, String)| Finding::at(Path::of(["spec", "namespaces"]).item(index).key(place), message);
        found.extend(wrong.into_iter().map(at));
    }
    if again > 0 && config.webhook == Webhook::Coexist {
        let (pods, they) = if again == 1 { ("1 workload is".to_owned(), "it") } else { (format!("{again} workloads are"), "them") };
        let message = format!(
            "{pods} injected here and opted in for the webhook of the cluster too, which renders {they} again at admission from its own configuration; where the two differ, the webhook has the last word: set spec.webhook to bypass (a label keeps it away) or absent (there is none)"
        );
        found.push(Finding::at(Path::of(["spec", "webhook"]), message));
    }
    found
}

/// What is wrong with an injected part, at its place in the configuration where it stands there as it is, else with who brought it.
fn told(config: &Config, misfit: &Misfit, first: &WorkloadOutcome) -> Option<Finding> {
    let Misfit { list, name, field, message, annotation, as_written } = misfit;
    let written = config.sidecars.iter().enumerate().filter(|_| annotation.is_none()).find_map(|(i, sidecar)| {
        let Source::Pod(parts) = &sidecar.source else { return None };
        let at = if list.is_empty() { field_at(parts, field)? } else { part_at(parts, list, name, field, *as_written)? };
        Some(Path::of(["spec", "sidecars"]).item(i).key("pod").join(at))
    });
    if *as_written && written.is_none() && annotation.is_none() {
        return None;
    }
    let what = match *list {
        "" if annotation.is_some() => format!("item {name}"),
        "" => "injected field".to_owned(),
        "initContainers" => format!("injected init container {name}"),
        list => format!("injected {} {name}", list.trim_end_matches('s')),
    };
    let place = if written.is_some() || field.is_empty() { String::new() } else { format!("{field}: ") };
    let from = match annotation {
        Some(annotation) => format!(" of annotation {annotation}"),
        None if written.is_some() => String::new(),
        None => rendered_by(config, &first.decisions),
    };
    let message = format!("{what}{from}: {place}{message} (first in {})", first.identity);
    Some(Finding::at(written.unwrap_or_default(), message))
}

/// Where a partial pod holds a part of this name, with the part's field; `bare`: a part of nothing but the name.
fn part_at(parts: &Value, list: &str, name: &str, field: &Path, bare: bool) -> Option<Path> {
    // A native sidecar's containers are written as any others and injected as init containers.
    [list, "containers"].iter().find_map(|list| {
        let all = parts.get("spec")?.get(list)?.as_array()?;
        let is_meant = |part: &Value| part.as_object().is_some_and(|p| !bare || p.len() == 1);
        let i = all.iter().position(|part| part.get("name").and_then(Value::as_str) == Some(name) && is_meant(part))?;
        Some(Path::of(["spec", list]).item(i).join(field))
    })
}

/// A field of a partial pod, where it holds that.
fn field_at(parts: &Value, field: &Path) -> Option<Path> {
    let mut keys = field.iter().filter_map(|step| if let Step::Key(key) = step { Some(key) } else { None });
    keys.try_fold(parts, |value, key| if value.is_array() { Some(value) } else { value.get(key) }).map(|_| field.clone())
}

/// The injections whose templates may have rendered a part of a workload.
fn rendered_by(config: &Config, decisions: &[Decision]) -> String {
    let is_partial = |name: &str| config.sidecars.iter().any(|s| s.name == name && matches!(s.source, Source::Pod(_)));
    let mut names: Vec<&str> = decisions.iter().filter(|d| d.inject).map(|d| d.sidecar.as_str()).filter(|n| !is_partial(n)).collect();
    names.dedup();
    if names.is_empty() { String::new() } else { format!(" of {}", names.join(" or ")) }
}
