//! What happened, as every formatter sees it: files, their workloads, what was decided about each and which lines change.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use crate::Value;
use crate::decide::Decision;
use crate::kubernetes::Identity;
use crate::yaml::{Path, Position};

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// Manifests as they are, with what injecting makes of them.
    Injection,
    /// What injecting makes of one set of manifests, with what it makes of another.
    Results,
}

/// Everything that a run found.
#[derive(Debug)]
pub struct Report<'a> {
    /// What is compared.
    pub comparison: Comparison,
    /// The files, in their order.
    pub files: Vec<FileReport<'a>>,
    /// Warnings.
    pub warnings: Vec<Warning>,
}

/// One file.
#[derive(Debug)]
pub struct FileReport<'a> {
    /// Its path for users and for `git apply`, with forward slashes.
    pub name: String,
    /// Its text before; nothing where it is not there.
    pub before: Option<Cow<'a, str>>,
    /// Its text after; nothing where it is not there.
    pub after: Option<Cow<'a, str>>,
    /// Its workloads, in their order.
    pub workloads: Vec<WorkloadReport<'a>>,
}

/// One workload.
#[derive(Debug)]
pub struct WorkloadReport<'a> {
    /// Which one.
    pub identity: &'a Identity,
    /// The lines of the manifest on which it stands, counted from 1; those of the later manifest where two are compared.
    pub lines: RangeInclusive<usize>,
    /// How it was; nothing where it is new.
    pub before: Option<Side<'a>>,
    /// How it will be; nothing where it goes.
    pub after: Option<Side<'a>>,
    /// The lines that change, with those around them.
    pub hunks: Vec<Hunk<'a>>,
}

/// A workload on one side of a comparison.
#[derive(Debug)]
pub struct Side<'a> {
    /// The object.
    pub value: Value,
    /// What was decided about it.
    pub decisions: &'a [Decision],
}

/// What becomes of a workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Something is injected into it.
    Injected,
    /// What was injected before goes.
    Removed,
    /// What is to be injected is there.
    Current,
    /// Nothing is injected.
    Untouched,
    /// Two results: it is in the later one only.
    Added,
    /// Two results: it is in the earlier one only.
    Gone,
    /// Two results: they differ.
    Changed,
    /// Two results: they are the same.
    Same,
}

/// Lines that stand together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk<'a> {
    /// Its lines.
    pub rows: Vec<Row<'a>>,
}

/// One line of a hunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row<'a> {
    /// Its number before, counted from 1; nothing in an added line.
    pub before: Option<usize>,
    /// Its number after; nothing in a removed line.
    pub after: Option<usize>,
    /// The line without its end, with what is nobody's business hidden.
    pub text: Cow<'a, str>,
}

/// A warning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The file; empty where it is about none.
    pub file: String,
    /// Where in the file.
    pub position: Option<Position>,
    /// The object that it is about; empty where it is about the run as a whole.
    pub object: Identity,
    /// The field; empty for the object as a whole.
    pub path: Path,
    /// What is wrong and what to do.
    pub message: String,
}

impl Verdict {
    /// Its name for machines.
    pub fn code(self) -> &'static str {
        match self {
            Self::Injected => "injected",
            Self::Removed => "removed",
            Self::Current => "current",
            Self::Untouched => "notInjected",
            Self::Added => "added",
            Self::Gone => "deleted",
            Self::Changed => "changed",
            Self::Same => "unchanged",
        }
    }

    /// In words.
    pub fn text(self) -> &'static str {
        match self {
            Self::Injected => "injected",
            Self::Removed => "not injected any more",
            Self::Current => "already injected",
            Self::Untouched => "not injected",
            Self::Added => "added",
            Self::Gone => "deleted",
            Self::Changed => "changed",
            Self::Same => "unchanged",
        }
    }
}

impl Report<'_> {
    /// Whether anything differs.
    pub fn differs(&self) -> bool {
        self.files.iter().any(|f| f.before != f.after)
    }

    /// Every workload with the name of its file.
    pub fn workloads(&self) -> impl Iterator<Item = (&str, &WorkloadReport<'_>)> {
        self.files.iter().flat_map(|f| f.workloads.iter().map(|w| (f.name.as_str(), w)))
    }
}

impl Report<'_> {
    /// What came out, in a line.
    pub fn headline(&self) -> String {
        let all = self.workloads().count();
        let changed = self.workloads().filter(|(_, w)| w.changes()).count();
        let workloads = if all == 1 { "workload" } else { "workloads" };
        match (self.comparison, changed) {
            (_, 0) => format!("Sidecars: nothing changes in {all} {workloads}"),
            (Comparison::Injection, n) if self.workloads().any(|(_, w)| w.verdict(self.comparison) == Verdict::Removed) => {
                format!("Sidecars: {n} of {all} {workloads} to change")
            }
            (Comparison::Injection, n) => format!("Sidecars: {n} of {all} {workloads} to inject"),
            (Comparison::Results, n) => format!("Sidecars: {n} of {all} {workloads} with another result"),
        }
    }
}

impl std::fmt::Display for Warning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.file.is_empty() {
            f.write_str(&self.file)?;
            if let Some(position) = self.position {
                write!(f, ":{}", position.line)?;
            }
            f.write_str(": ")?;
        }
        if !self.object.kind.is_empty() {
            write!(f, "{}: ", self.object)?;
        }
        f.write_str(&self.path.says(&self.message))
    }
}

impl WorkloadReport<'_> {
    /// Why it is as it is: a sentence for each sidecar and pod, with what was decided before where that was something else.
    pub fn reasons(&self, comparison: Comparison) -> Vec<String> {
        let before = self.before.as_ref().filter(|_| comparison == Comparison::Results).map_or(&[][..], |side| side.decisions);
        let was = |decision: &Decision| before.iter().find(|b| b.sidecar == decision.sidecar && b.inject != decision.inject);
        let reason = |decision: &Decision| match was(decision) {
            Some(was) => format!("{decision} (before: {}: {})", was.verdict(), was.reason.text),
            None => decision.to_string(),
        };
        self.decisions().iter().map(reason).collect()
    }

    /// What becomes of it.
    pub fn verdict(&self, comparison: Comparison) -> Verdict {
        let injects = self.decisions().iter().any(|d| d.inject);
        match (comparison, self.changes(), injects) {
            (Comparison::Results, ..) if self.before.is_none() => Verdict::Added,
            (Comparison::Results, ..) if self.after.is_none() => Verdict::Gone,
            (Comparison::Results, true, _) => Verdict::Changed,
            (Comparison::Results, false, _) => Verdict::Same,
            (Comparison::Injection, true, true) => Verdict::Injected,
            (Comparison::Injection, true, false) => Verdict::Removed,
            (Comparison::Injection, false, true) => Verdict::Current,
            (Comparison::Injection, false, false) => Verdict::Untouched,
        }
    }

    /// Whether any of its lines changes.
    pub fn changes(&self) -> bool {
        !self.hunks.is_empty()
    }

    /// What was decided about it: now, or last where it is gone.
    pub fn decisions(&self) -> &[Decision] {
        self.after.as_ref().or(self.before.as_ref()).map_or(&[], |side| side.decisions)
    }

    /// How many lines come and go.
    pub fn counts(&self) -> Counts {
        self.hunks.iter().flat_map(|h| &h.rows).fold(Counts::default(), |mut counts, row| {
            counts.added += usize::from(row.before.is_none());
            counts.removed += usize::from(row.after.is_none());
            counts
        })
    }
}

impl Hunk<'_> {
    /// Which lines it shows, as in a unified diff: `@@ -7,8 +7,15 @@`.
    pub fn header(&self) -> String {
        let range = |number: fn(&Row<'_>) -> Option<usize>| {
            let mut numbers = self.rows.iter().filter_map(number);
            let first = numbers.next().unwrap_or(0);
            format!("{first},{}", usize::from(first > 0) + numbers.count())
        };
        format!("@@ -{} +{} @@", range(|row| row.before), range(|row| row.after))
    }
}

impl Row<'_> {
    /// `+`, `-` or a space, as in a unified diff.
    pub fn sign(&self) -> char {
        match (self.before, self.after) {
            (None, _) => '+',
            (_, None) => '-',
            _ => ' ',
        }
    }
}

/// How many lines a change adds and removes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Lines only in the text after.
    pub added: usize,
    /// Lines only in the text before.
    pub removed: usize,
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let lines = |n: usize| if n == 1 { "line" } else { "lines" };
        write!(f, "{} {} added", self.added, lines(self.added))?;
        if self.removed > 0 {
            write!(f, ", {} removed", self.removed)?;
        }
        Ok(())
    }
}

impl Counts {
    /// In short: `+12 −1`.
    pub(crate) fn short(self) -> String {
        match (self.added, self.removed) {
            (0, 0) => String::new(),
            (added, 0) => format!("+{added}"),
            (0, removed) => format!("−{removed}"),
            (added, removed) => format!("+{added} −{removed}"),
        }
    }
}
