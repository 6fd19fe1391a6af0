//! What is found wrong, as errors and warnings, and where; the words for it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Value;
use crate::yaml::Path;

/// What is said about an object that the output does not hold as it was decided.
pub const MISREAD: &str = "this is a bug in sidecarize: what it would write is read back as something else, so nothing is written; please report it with this object";

/// A warning or an error about an object.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The field in the object; empty for the object as a whole. In a finding about the configuration, the field of that.
    pub path: Path,
    /// What kind of thing it is.
    pub kind: Kind,
    /// What is wrong and what to do.
    pub message: String,
}

/// What kind of thing is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(description = "A warning that can be an error.")]
#[non_exhaustive]
pub enum Kind {
    /// A namespace's labels would decide and nothing is known of it.
    UnknownNamespace,
    /// Istio injected a pod, and no record of ours tells what was there before.
    InjectedWithoutRecord,
    /// An object of an unknown kind carries a pod template.
    UnhandledKind,
    /// A Job, or a pod that runs to its end, whose sidecar keeps it from finishing.
    JobNeverFinishes,
    /// An injected part that the namespace's Pod Security level forbids.
    PodSecurity,
    /// An opt-in that nobody reads: on the workload instead of its pod template, or with a value that means nothing.
    MisplacedOptIn,
    /// A revision or tag that a namespace or a pod names and no configuration has.
    UnknownRevision,
    /// A value of the pod's own that a sidecar of one's own replaces.
    ReplacesUsersValue,
    /// The user edited what was injected, so that the object is not current; `spec.failOn` does not know it.
    #[serde(skip)]
    Edited,
    /// Anything else, which is a warning or an error for good.
    #[serde(skip)]
    Other,
}

impl Finding {
    /// Something about a field.
    pub fn new(kind: Kind, path: Path, message: impl Into<String>) -> Self {
        Self { path, kind, message: message.into() }
    }

    /// Something about a field that `spec.failOn` does not know.
    pub fn at(path: Path, message: impl Into<String>) -> Self {
        Self::new(Kind::Other, path, message)
    }

    /// Something about the object as a whole that `spec.failOn` does not know.
    pub fn whole(message: impl Into<String>) -> Self {
        Self::at(Path::new(), message)
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.path.says(&self.message))
    }
}

/// What a value is, in words.
pub fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "a map",
    }
}

/// The name among `known` that was probably meant, if one is close.
pub fn closest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let lower = name.to_lowercase();
    known
        .into_iter()
        .map(|k| (distance(&lower, &k.to_lowercase()), k))
        .filter(|(d, k)| *d <= 2.max(k.len() / 4) && *d < k.len())
        .min_by_key(|(d, _)| *d)
        .map(|(_, k)| k)
}

/// Edit distance (Levenshtein); names here are short.
pub fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cb, above) in b.iter().zip(row.iter_mut().skip(1)) {
            let here = (diagonal + usize::from(ca != *cb)).min(*above + 1).min(left + 1);
            diagonal = *above;
            *above = here;
            left = here;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}
