//! What can be wrong with a YAML text, and where.

use std::sync::OnceLock;

use saphyr_parser::ScanError;

/// A place in a text, as editors count: both start at 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// The place of a byte offset; an offset beyond the end is the end.
pub fn position(source: &str, offset: usize) -> Position {
    let mut end = offset.min(source.len());
    while !source.is_char_boundary(end) {
        end -= 1;
    }
    let before = source.get(..end).unwrap_or(source);
    let line_start = before.rfind('\n').map_or(0, |i| i + 1);
    let line = before.bytes().filter(|b| *b == b'\n').count() + 1;
    let column = before.get(line_start..).map_or(0, characters) + 1;
    Position { line, column }
}

/// The places of many offsets of one text.
#[derive(Debug)]
pub struct Positions<'s> {
    source: &'s str,
    /// Where each line starts.
    starts: Vec<usize>,
    /// How many characters stand before each so many bytes, where a place in a long line is asked for.
    counts: OnceLock<Vec<usize>>,
}

/// How many bytes of a line are counted at once.
const STEP: usize = 4096;

/// How many characters of a text count for columns: a byte order mark does not.
fn characters(text: &str) -> usize {
    text.chars().filter(|c| *c != '\u{feff}').count()
}

impl<'s> Positions<'s> {
    /// Looks for the lines of a text.
    pub fn of(source: &'s str) -> Self {
        let ends = memchr::memchr_iter(b'\n', source.as_bytes());
        Self { source, starts: std::iter::once(0).chain(ends.map(|end| end + 1)).collect(), counts: OnceLock::new() }
    }

    /// The place of a byte offset, as [`position`] tells it.
    pub fn at(&self, offset: usize) -> Position {
        let line = self.starts.partition_point(|start| *start <= offset.min(self.source.len())).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or(0);
        if offset.saturating_sub(start) > 2 * STEP {
            return Position { line: line + 1, column: self.count(offset) - self.count(start) + 1 };
        }
        let place = position(self.source.get(start..).unwrap_or_default(), offset.saturating_sub(start));
        Position { line: line + place.line, ..place }
    }

    /// How many characters stand before an offset of the text. Of a long line, as in JSON, each part is counted once, however many
    /// places are asked for.
    fn count(&self, offset: usize) -> usize {
        let boundary = |offset: usize| self.source.floor_char_boundary(offset.min(self.source.len()));
        let between = |from: usize, to: usize| characters(self.source.get(boundary(from)..boundary(to)).unwrap_or_default());
        let counts = self.counts.get_or_init(|| {
            let mut sum = 0;
            let steps = (0..self.source.len()).step_by(STEP).map(|at| {
                sum += between(at.saturating_sub(STEP), at);
                sum
            });
            steps.collect()
        });
        let step = (offset / STEP).min(counts.len().saturating_sub(1));
        counts.get(step).copied().unwrap_or(0) + between(step * STEP, offset)
    }

    /// The text.
    pub(crate) fn source(&self) -> &'s str {
        self.source
    }

    /// Where the line starts that an offset stands on; beyond the text, the first.
    pub(crate) fn line_start(&self, offset: usize) -> usize {
        let line = self.starts.partition_point(|start| *start <= offset).checked_sub(1).filter(|_| offset <= self.source.len());
        line.and_then(|line| self.starts.get(line)).copied().unwrap_or(0)
    }

    /// Where the next line starts; nothing behind the last.
    pub(crate) fn next_line(&self, offset: usize) -> Option<usize> {
        self.starts.get(self.starts.partition_point(|start| *start <= offset)).copied()
    }

    /// A line, counted from 1, without its end.
    pub fn line(&self, line: usize) -> Option<&'s str> {
        let start = *self.starts.get(line.checked_sub(1)?)?;
        let Some(next) = self.starts.get(line) else { return self.source.get(start..).filter(|rest| !rest.is_empty()) };
        let text = self.source.get(start..next - 1)?;
        Some(text.strip_suffix('\r').unwrap_or(text))
    }
}

/// A YAML text that cannot be read or edited.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{position}: {message}")]
pub struct Error {
    message: String,
    position: Position,
}

impl Error {
    /// An error at a byte offset of the text.
    pub(crate) fn at(source: &str, offset: usize, message: impl Into<String>) -> Self {
        Self { message: message.into(), position: position(source, offset) }
    }

    /// What is wrong and what to do, without the place.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Where.
    pub fn position(&self) -> Position {
        self.position
    }
}

/// Why a text is not read.
pub(super) enum Failure {
    /// The parser refuses it.
    Scan {
        /// Where and why.
        error: ScanError,
        /// Whether a document had ended there, and no other had started.
        behind_document: bool,
    },
    /// We do.
    Ours(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Ours(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_in_long_lines_are_the_same_as_in_short_ones() {
        let text = format!("a\n\u{feff}{}\nb", "xé{\u{10348} ".repeat(3 * STEP));
        let positions = Positions::of(&text);
        for offset in (0..text.len() + 2).step_by(997).chain([2 * STEP - 1, 2 * STEP, 2 * STEP + 3, text.len() - 1]) {
            assert_eq!(positions.at(offset), position(&text, offset), "{offset}");
        }
    }

    #[test]
    fn places_are_the_same_one_by_one_and_together() {
        let text = "\u{feff}a: é\r\n\n  b: c\nlast";
        let positions = Positions::of(text);
        for offset in 0..text.len() + 2 {
            assert_eq!(positions.at(offset), position(text, offset), "{offset}");
        }
        let lines: Vec<_> = (1..6).map(|n| positions.line(n)).collect();
        assert_eq!(lines, [Some("\u{feff}a: é"), Some(""), Some("  b: c"), Some("last"), None]);
    }
}
