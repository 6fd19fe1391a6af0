//! The rules that were asked on the way to a decision. The rules themselves write it while they decide, so it tells what
//! happened and not what a second reading of the rules would say.

use crate::yaml::Path;

/// One rule that was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TraceStep {
    /// Stable name of the rule; where it decided, the code of the [`Reason`].
    pub rule: &'static str,
    /// What it saw.
    pub input: String,
    /// What it said.
    pub effect: Effect,
    /// Where that stands.
    pub place: Place,
}

/// What a rule said.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// Nothing; the next one is asked.
    Silent,
    /// Inject.
    Inject,
    /// Do not inject.
    Refuse,
    /// This one takes the pod: a revision of Istio.
    Select(String),
    /// It does not decide whether, but what.
    Use(String),
}

/// Where a rule found what it saw.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// In no field.
    #[default]
    Nowhere,
    /// In the pod: the field, from the pod's template on.
    Pod(Path),
    /// In the object of the workload: the field.
    Object(Path),
    /// In the namespace of this name: the field of its Namespace object.
    Namespace(String, Path),
    /// In the configuration: the field.
    Config(Path),
}

/// Keeps the rules that were asked, where the user wants to know them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trace {
    steps: Option<Vec<TraceStep>>,
}

impl std::fmt::Display for Effect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Silent => f.write_str("says nothing"),
            Self::Inject => f.write_str("inject"),
            Self::Refuse => f.write_str("do not inject"),
            Self::Select(revision) => write!(f, "revision {revision}"),
            Self::Use(what) => f.write_str(what),
        }
    }
}

impl Place {
    /// A field of a pod.
    pub fn in_pod<const N: usize>(keys: [&str; N]) -> Self {
        Self::Pod(Path::of(keys))
    }

    /// A label of a namespace.
    pub fn label_of_namespace(name: &str, key: &str) -> Self {
        Self::Namespace(name.to_owned(), Path::of(["metadata", "labels", key]))
    }

    /// The same place, from the object on, where the pod stands at this path of it.
    #[must_use]
    pub fn below(self, pod: &Path) -> Self {
        match self {
            Self::Pod(path) => Self::Object(pod.join(path)),
            other => other,
        }
    }
}

impl Trace {
    /// One that keeps the rules.
    pub fn kept() -> Self {
        Self { steps: Some(Vec::new()) }
    }

    /// A rule that decides: what it saw is the reason.
    pub fn decides(&mut self, rule: &'static str, place: Place, input: impl Into<String>, effect: Effect) -> Reason {
        let input = input.into();
        if let Some(steps) = &mut self.steps {
            steps.push(TraceStep { rule, input: input.clone(), effect, place });
        }
        Reason { code: rule, text: input }
    }

    /// A rule that does not decide.
    pub fn note(&mut self, rule: &'static str, effect: Effect, seen: impl FnOnce() -> (Place, String)) {
        if let Some(steps) = &mut self.steps {
            let (place, input) = seen();
            steps.push(TraceStep { rule, input, effect, place });
        }
    }

    /// A rule that says nothing.
    pub fn silent(&mut self, rule: &'static str, seen: impl FnOnce() -> (Place, String)) {
        self.note(rule, Effect::Silent, seen);
    }

    /// The rules that were asked, in their order.
    pub fn into_steps(self) -> Vec<TraceStep> {
        self.steps.unwrap_or_default()
    }
}

/// Why a decision was taken: a code for machines and a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reason {
    /// Stable name of the rule that decided.
    pub code: &'static str,
    /// The rule with the values it saw and where they stand.
    pub text: String,
}
