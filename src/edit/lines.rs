//! Lines of a text, and the comments among them.

use std::borrow::Cow;

use crate::yaml::Positions;

/// A text with its line ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lines<'s> {
    source: &'s str,
    positions: &'s Positions<'s>,
    /// How new lines end.
    pub newline: &'s str,
}

impl<'s> Lines<'s> {
    pub(super) fn of(positions: &'s Positions<'s>) -> Self {
        let source = positions.source();
        let newline = match positions.next_line(0) {
            Some(start) if source.get(..start).is_some_and(|line| line.ends_with("\r\n")) => "\r\n",
            _ => "\n",
        };
        Self { source, positions, newline }
    }

    /// New lines with the line ends of this text.
    pub(super) fn ended<'l>(&self, lines: &'l str) -> Cow<'l, str> {
        if self.newline == "\n" { lines.into() } else { lines.replace('\n', self.newline).into() }
    }

    pub(super) fn text(&self, from: usize, to: usize) -> &'s str {
        self.source.get(from..to.max(from)).unwrap_or_default()
    }

    pub(super) fn rest(&self, from: usize) -> &'s str {
        self.source.get(from..).unwrap_or_default()
    }

    /// The start of the line with this offset, behind a BOM.
    pub(super) fn start(&self, offset: usize) -> usize {
        let start = self.positions.line_start(offset);
        if start == 0 && self.source.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { start }
    }

    /// The end of the line with this offset, before its line end.
    pub(super) fn end(&self, offset: usize) -> usize {
        let end = self.positions.next_line(offset).map_or(self.source.len(), |next| next - 1);
        if end > offset && self.source.as_bytes().get(end - 1) == Some(&b'\r') && end < self.source.len() { end - 1 } else { end }
    }

    /// The start of the next line; nothing behind the last.
    pub(super) fn next(&self, offset: usize) -> Option<usize> {
        self.positions.next_line(offset)
    }

    /// The end of the line before the one with this offset, if there is one.
    pub(super) fn before(&self, offset: usize) -> Option<usize> {
        let start = self.start(offset);
        let end = start.checked_sub(1).filter(|e| self.source.as_bytes().get(*e) == Some(&b'\n'))?;
        Some(if end > 0 && self.source.as_bytes().get(end - 1) == Some(&b'\r') { end - 1 } else { end })
    }

    /// How far an offset stands from the start of its line, in characters.
    pub(super) fn column(&self, offset: usize) -> usize {
        self.text(self.start(offset), offset).chars().count()
    }

    /// Whether nothing but space stands before an offset on its line.
    pub(super) fn leads(&self, offset: usize) -> bool {
        self.text(self.start(offset), offset).trim().is_empty()
    }

    /// The column of the comment that takes this whole line, if one does.
    pub(super) fn comment(&self, line: usize) -> Option<usize> {
        let text = self.text(line, self.end(line));
        let trimmed = text.trim_start();
        trimmed.starts_with('#').then(|| text.chars().count() - trimmed.chars().count())
    }

    /// The end of the lines that belong to a node which ends here: its own, and comments directly below that are indented
    /// at least this far.
    pub(super) fn with_comments_below(&self, end: usize, column: usize) -> usize {
        let mut last = self.end(end);
        let mut line = self.next(last);
        while let Some(start) = line {
            if self.comment(start).is_none_or(|c| c < column) {
                break;
            }
            last = self.end(start);
            line = self.next(start);
        }
        last
    }

    /// The start of the lines that belong to a node whose line starts here: comments directly above, indented no further
    /// than this, go with it.
    pub(super) fn with_comments_above(&self, start: usize, column: usize, first: bool) -> usize {
        let mut top = self.start(start);
        while let Some(above) = self.before(top).map(|e| self.start(e)) {
            if above >= top || self.comment(above).is_none_or(|c| c > column && !first) {
                break;
            }
            top = above;
        }
        top
    }
}
