//! Kubernetes label selectors: `matchLabels` and `matchExpressions`, all of which must hold.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::Value;

/// Labels or annotations of one object.
pub type Labels = BTreeMap<String, String>;

/// A label selector as in the Kubernetes API (`metav1.LabelSelector`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Selector {
    /// Labels that must be there with exactly this value.
    pub match_labels: Labels,
    /// Further requirements.
    pub match_expressions: Vec<Requirement>,
}

/// One entry of `matchExpressions`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// The label's key.
    #[schemars(length(min = 1))]
    pub key: String,
    /// How the label's value is compared.
    pub operator: Operator,
    /// What it is compared with; empty for `Exists` and `DoesNotExist`.
    #[serde(default)]
    pub values: Vec<String>,
}

/// The four operators of a label selector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum Operator {
    /// The label is there and its value is listed.
    In,
    /// The label is absent or its value is not listed.
    NotIn,
    /// The label is there.
    Exists,
    /// The label is absent.
    DoesNotExist,
}

impl Operator {
    /// Whether the label's value is compared with others.
    pub fn takes_values(self) -> bool {
        matches!(self, Self::In | Self::NotIn)
    }

    /// The operator of this name, as written in a manifest.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "In" => Some(Self::In),
            "NotIn" => Some(Self::NotIn),
            "Exists" => Some(Self::Exists),
            "DoesNotExist" => Some(Self::DoesNotExist),
            _ => None,
        }
    }
}

impl Selector {
    /// Whether the selector has no requirement at all. What that means is the caller's rule: an empty
    /// `match` of a sidecar selects everything, an empty `alwaysInjectSelector` of Istio's nothing.
    pub fn is_empty(&self) -> bool {
        self.match_labels.is_empty() && self.match_expressions.is_empty()
    }

    /// The labels that it asks for.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.match_labels.keys().chain(self.match_expressions.iter().map(|r| &r.key)).map(String::as_str)
    }

    /// Whether every requirement holds for these labels.
    pub fn matches(&self, labels: &Labels) -> bool {
        self.match_labels.iter().all(|(k, v)| labels.get(k) == Some(v)) && self.match_expressions.iter().all(|r| r.holds(labels))
    }
}

impl Requirement {
    fn holds(&self, labels: &Labels) -> bool {
        let value = labels.get(&self.key);
        match self.operator {
            Operator::In => value.is_some_and(|v| self.values.contains(v)),
            Operator::NotIn => value.is_none_or(|v| !self.values.contains(v)),
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
        }
    }
}

/// `metadata.labels` or `metadata.annotations`: the entries whose values are strings.
pub fn string_map(metadata: Option<&Value>, key: &str) -> Labels {
    let map = metadata.and_then(|m| m.get(key)).and_then(Value::as_object);
    map.into_iter().flatten().filter_map(|(k, v)| Some((k.clone(), v.as_str()?.to_owned()))).collect()
}

/// A label selector as Kubernetes writes it; none where it is malformed, and then it matches nothing.
pub fn label_selector(value: &Value) -> Option<Selector> {
    let match_labels = string_map(Some(value), "matchLabels");
    let requirement = |e: &Value| {
        let values = e.get("values").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
        Some(Requirement {
            key: e.get("key")?.as_str()?.to_owned(),
            operator: Operator::from_name(e.get("operator")?.as_str()?)?,
            values: values.collect(),
        })
    };
    let expressions = value.get("matchExpressions").and_then(Value::as_array).into_iter().flatten();
    Some(Selector { match_labels, match_expressions: expressions.map(requirement).collect::<Option<_>>()? })
}
