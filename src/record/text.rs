//! The lines that undoing the values does not give back as they were: the order of keys, comments, an empty value, flow style.
//! They say nothing about values; whoever applies them reads the text back.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use similar::{DiffOp, TextDiff};

/// How many lines further up or down lines are looked for, where the user edited the rest.
const REACH: usize = 200;

/// Some lines of an object, counted from its own first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lines {
    /// Where they start.
    line: usize,
    /// How many undoing leaves there.
    lines: usize,
    /// What these are.
    digest: String,
    /// What stood there.
    text: Vec<String>,
}

impl Lines {
    /// What makes the lines of an object as it was of those that undoing the values leaves.
    pub(super) fn between(undone: &str, original: &str) -> Vec<Self> {
        let (old, new): (Vec<&str>, Vec<&str>) = (undone.split('\n').collect(), original.split('\n').collect());
        let mut changed: Vec<(Range<usize>, Range<usize>)> = Vec::new();
        for op in TextDiff::from_slices(&old, &new).ops().iter().filter(|op| !matches!(op, DiffOp::Equal { .. })) {
            // A line of context tells where lines belong that only come.
            let (mut from, mut to) = (op.old_range(), op.new_range());
            if from.start > 0 {
                (from.start, to.start) = (from.start - 1, to.start.saturating_sub(1));
            } else {
                (from.end, to.end) = ((from.end + 1).min(old.len()), (to.end + 1).min(new.len()));
            }
            match changed.last_mut().filter(|(last, _)| last.end >= from.start) {
                Some((old, new)) => (old.end, new.end) = (from.end.max(old.end), to.end.max(new.end)),
                None => changed.push((from, to)),
            }
        }
        let made = |(from, to): (Range<usize>, Range<usize>)| Self {
            line: from.start,
            lines: from.len(),
            digest: digest(old.get(from).unwrap_or_default()),
            text: new.get(to).unwrap_or_default().iter().map(|l| (*l).to_owned()).collect(),
        };
        changed.into_iter().map(made).collect()
    }

    /// Which of an object's lines become the text; none where they are not as they were.
    pub fn find(&self, lines: &[&str]) -> Option<Range<usize>> {
        let fits = |start: usize| {
            let range = start..start.checked_add(self.lines)?;
            (digest(lines.get(range.clone())?) == self.digest).then_some(range)
        };
        let near = (1..=REACH).flat_map(|i| [self.line.checked_sub(i), self.line.checked_add(i)]).flatten();
        std::iter::once(self.line).chain(near).find_map(fits)
    }

    /// What stood there.
    pub fn text(&self) -> &[String] {
        &self.text
    }

    /// Whether each line is one.
    pub(super) fn is_sound(&self) -> bool {
        self.text.iter().all(|line| !super::has_break(line.strip_suffix('\r').unwrap_or(line)))
    }
}

/// The digest of some lines.
fn digest(lines: &[&str]) -> String {
    Sha256::digest(lines.join("\n")).iter().take(6).map(|b| format!("{b:02x}")).collect()
}

/// Whether some reader takes a text for more than one line, or for something else than it shows.
pub(crate) fn has_break(text: &str) -> bool {
    text.chars().any(|c| c != '\t' && c.is_control() || matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}'))
}
