//! Lines of a text and the documents that they belong to.

use std::ops::Range;

/// Where the lines of a text start.
pub(super) struct LineStarts {
    starts: Vec<usize>,
    length: usize,
    /// Lines that start a document with `---`.
    markers: Vec<usize>,
}

impl LineStarts {
    pub(super) fn of(text: &str) -> Self {
        let mut found = Self { starts: Vec::new(), length: text.len(), markers: Vec::new() };
        let mut offset = 0;
        for line in text.split_inclusive('\n') {
            if line.starts_with("---") {
                found.markers.push(found.starts.len());
            }
            found.starts.push(offset);
            offset += line.len();
        }
        found
    }

    pub(super) fn count(&self) -> usize {
        self.starts.len()
    }

    /// Number of the line with this offset, counted from 0.
    pub(super) fn number(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset).saturating_sub(1)
    }

    pub(super) fn offset(&self, line: usize) -> usize {
        self.starts.get(line).copied().unwrap_or(self.length)
    }

    /// The line behind the document whose content ends at this offset, where the next one's content starts on line `next`.
    pub(super) fn document_end(&self, content_end: usize, next: usize) -> usize {
        let last = self.number(content_end);
        let following = self.markers.partition_point(|marker| *marker <= last);
        self.markers.get(following).copied().unwrap_or(next).min(next)
    }

    pub(super) fn text<'a>(&self, text: &'a str, lines: Range<usize>) -> Vec<&'a str> {
        lines.map(|line| text.get(self.offset(line)..self.offset(line + 1)).unwrap_or_default()).collect()
    }
}
