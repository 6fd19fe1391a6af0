//! From the parser's characters to bytes.

use saphyr_parser::Marker;

/// Translates the parser's character offsets in a piece of a text to bytes. Offsets mostly grow, so it remembers where it stands.
pub(super) struct Cursor<'s> {
    source: &'s str,
    ascii: bool,
    /// Where the piece starts in the text.
    base: usize,
    characters: usize,
    bytes: usize,
}

impl<'s> Cursor<'s> {
    pub(super) fn new(source: &'s str, base: usize) -> Self {
        Self { source, ascii: source.is_ascii(), base, characters: 0, bytes: 0 }
    }

    /// The byte of the text at which the parser stands.
    pub(super) fn byte(&mut self, marker: &Marker) -> usize {
        self.base + self.byte_of_piece(marker.index())
    }

    fn byte_of_piece(&mut self, target: usize) -> usize {
        if self.ascii {
            return target.min(self.source.len());
        }
        let is_start = |b: &u8| (*b as i8) >= -0x40; // Not a continuation byte of UTF-8.
        let bytes = self.source.as_bytes();
        while self.characters < target && self.bytes < bytes.len() {
            self.bytes += 1;
            while bytes.get(self.bytes).is_some_and(|b| !is_start(b)) {
                self.bytes += 1;
            }
            self.characters += 1;
        }
        while self.characters > target && self.bytes > 0 {
            self.bytes -= 1;
            while bytes.get(self.bytes).is_some_and(|b| !is_start(b)) {
                self.bytes -= 1;
            }
            self.characters -= 1;
        }
        self.bytes
    }
}
