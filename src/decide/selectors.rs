//! Webhooks that an installation set up in its own way: what they select, and whether that is what the standard ones do.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::istio::{Gate, gate};
use super::kube_inject::SYSTEM_NAMESPACES;
use super::own::NAME_LABEL;
use super::trace::Trace;
use crate::istio::{INJECT, NAMESPACE_LABEL, REVISION_LABEL};
use crate::kubernetes::{Labels, Selector};

/// What a webhook selects: both must match.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct WebhookSelectors {
    /// The labels of the namespace; empty for every one.
    pub namespace_selector: Selector,
    /// The labels of the pod; empty for every one.
    pub object_selector: Selector,
}

impl WebhookSelectors {
    /// Whether it takes a pod of these labels in the namespace of this name and these labels.
    pub fn take(&self, namespace: &str, labels: &Labels, pod: &Labels) -> bool {
        // A cluster puts its name on every namespace.
        let named = || {
            let mut labels = labels.clone();
            labels.insert(NAME_LABEL.to_owned(), namespace.to_owned());
            labels
        };
        self.object_selector.matches(pod) && self.namespace_selector.matches(&named())
    }

    /// Whether the labels of its namespace decide about a pod of these labels.
    pub fn ask_for_namespace(&self, pod: &Labels) -> bool {
        !self.namespace_selector.is_empty() && self.object_selector.matches(pod)
    }
}

/// Whether these webhooks together select what the standard ones of a revision or tag of this name do, and then whether that is with
/// `enableNamespacesByDefault`; none where they select anything else. Whatever labels they can tell apart is tried.
pub fn standard(name: &str, webhooks: &[WebhookSelectors]) -> Option<bool> {
    let namespace_values = values(webhooks.iter().map(|w| &w.namespace_selector), &[NAMESPACE_LABEL, REVISION_LABEL, NAME_LABEL], name)?;
    let pod_values = values(webhooks.iter().map(|w| &w.object_selector), &[INJECT, REVISION_LABEL], name)?;
    let (namespaces, pods) = (combinations(&namespace_values), combinations(&pod_values));
    let same = |by_default: bool| {
        namespaces.iter().all(|labels| {
            let namespace = labels.get(NAME_LABEL).map_or("", String::as_str);
            // In a namespace of the system nobody is injected, whoever takes the pod.
            SYSTEM_NAMESPACES.contains(&namespace)
                || pods.iter().all(|pod| {
                    let taken = webhooks.iter().any(|w| w.take(namespace, labels, pod));
                    let object = json!({"metadata": {"labels": pod}});
                    let meant = gate(namespace, Some(labels), &object, by_default, &mut Trace::default());
                    taken == matches!(meant, Gate::Open(revision, _) if revision == name)
                })
        })
    };
    [false, true].into_iter().find(|by_default| same(*by_default))
}

/// The values to try for each of these labels, where none is no such label; nothing where a selector asks for another one.
fn values<'s>(
    selectors: impl Iterator<Item = &'s Selector>,
    keys: &[&'static str],
    name: &str,
) -> Option<BTreeMap<&'static str, BTreeSet<Option<String>>>> {
    let text = |value: &str| Some(value.to_owned());
    let usual = |key: &str| -> BTreeSet<Option<String>> {
        match key {
            NAME_LABEL => [text("some-namespace")].into(),
            REVISION_LABEL => [None, text(name), text("default"), text("some-other")].into(),
            _ => [None, text("enabled"), text("disabled"), text("true"), text("false"), text("some-other")].into(),
        }
    };
    let mut all: BTreeMap<&str, BTreeSet<Option<String>>> = keys.iter().map(|key| (*key, usual(key))).collect();
    for selector in selectors {
        let exact = selector.match_labels.iter().map(|(key, value)| (key, std::slice::from_ref(value)));
        for (key, mentioned) in exact.chain(selector.match_expressions.iter().map(|r| (&r.key, r.values.as_slice()))) {
            all.get_mut(key.as_str())?.extend(mentioned.iter().cloned().map(Some));
        }
    }
    Some(all)
}

/// Every way to choose one value a label.
fn combinations(values: &BTreeMap<&'static str, BTreeSet<Option<String>>>) -> Vec<Labels> {
    values.iter().fold(vec![Labels::new()], |all, (key, values)| {
        let with = |labels: &Labels, value: &Option<String>| {
            let mut labels = labels.clone();
            labels.extend(value.clone().map(|value| ((*key).to_owned(), value)));
            labels
        };
        all.iter().flat_map(|labels| values.iter().map(move |value| with(labels, value))).collect()
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;
    use crate::Value;
    use crate::kubernetes::label_selector;

    fn expressions(list: &[(&str, &str, &[&str])]) -> Value {
        let all: Vec<Value> =
            list.iter().map(|(key, operator, values)| json!({"key": key, "operator": operator, "values": values})).collect();
        json!({"matchExpressions": all})
    }

    fn webhook(namespace: &[(&str, &str, &[&str])], object: &[(&str, &str, &[&str])]) -> WebhookSelectors {
        let selector = |list| label_selector(&expressions(list)).unwrap();
        WebhookSelectors { namespace_selector: selector(namespace), object_selector: selector(object) }
    }

    /// What an installation sets up for a revision of this name.
    fn usual(name: &'static str) -> Vec<WebhookSelectors> {
        let (absent, named): (&[&str], _) = (&[], [name]);
        let not_out = (INJECT, "NotIn", ["false"].as_slice());
        let mut all = vec![
            webhook(&[(REVISION_LABEL, "In", &named), (NAMESPACE_LABEL, "DoesNotExist", absent)], &[not_out]),
            webhook(
                &[(REVISION_LABEL, "DoesNotExist", absent), (NAMESPACE_LABEL, "DoesNotExist", absent)],
                &[not_out, (REVISION_LABEL, "In", &named)],
            ),
        ];
        if name == "default" {
            let unlabelled = [(NAMESPACE_LABEL, "DoesNotExist", absent), (REVISION_LABEL, "DoesNotExist", absent)];
            all.push(webhook(&[(NAMESPACE_LABEL, "In", &["enabled"])], &[not_out]));
            all.push(webhook(&unlabelled, &[(INJECT, "In", &["true"]), (REVISION_LABEL, "DoesNotExist", absent)]));
        }
        all
    }

    #[test]
    fn what_selects_as_the_gate_does_is_standard() {
        assert_eq!(standard("default", &usual("default")), Some(false));
        assert_eq!(standard("canary", &usual("canary")), Some(false));
        let mut by_default = usual("default");
        let absent: &[&str] = &[];
        by_default.push(webhook(
            &[
                (NAMESPACE_LABEL, "DoesNotExist", absent),
                (REVISION_LABEL, "DoesNotExist", absent),
                (NAME_LABEL, "NotIn", &["kube-system", "kube-public"]),
            ],
            &[(INJECT, "DoesNotExist", absent), (REVISION_LABEL, "DoesNotExist", absent)],
        ));
        assert_eq!(standard("default", &by_default), Some(true));
    }

    #[test]
    fn what_selects_anything_else_is_not() {
        // Another revision's, none at all, and one that is switched off.
        assert_eq!(standard("canary", &usual("stable")), None);
        assert_eq!(standard("default", &[]), None);
        let off = [("istio.io/deactivated", "In", ["never-match"].as_slice())];
        assert_eq!(standard("default", &[webhook(&off, &off)]), None);
        // One namespace is left out.
        let mut own = usual("default");
        own[2].namespace_selector.match_expressions.push(crate::kubernetes::Requirement {
            key: NAME_LABEL.to_owned(),
            operator: crate::kubernetes::Operator::NotIn,
            values: vec!["legacy".to_owned()],
        });
        assert_eq!(standard("default", &own), None);
    }
}
