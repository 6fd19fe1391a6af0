//! Places that other readers of YAML take and the parser refuses, all found in one pass: lines of quoted texts and within brackets
//! that stand no deeper than their key, tabs there, and tabs behind a colon.
//!
//! This is no parser. It follows just enough of a text to know what is a quoted text, a plain one, a block of text, a comment and
//! a bracket; whoever uses it looks whether the parser sees the same (see `tolerant`).

use std::ops::Range;

/// Stands for a line's end in a text.
pub(super) const LINE_END: char = '\u{1}';
/// Stands for what a text does not keep.
pub(super) const NOTHING: char = '\u{2}';

/// A place, and how the parser comes to read it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Odd {
    /// Space between two tokens: as many spaces.
    Gap(Range<usize>),
    /// A quoted text: one that is as long, with marks for its line ends.
    Quoted(Range<usize>, String),
    /// A line's end in a plain text: marks.
    Plain(Range<usize>, String),
}

/// The odd places of a text, in order.
pub(super) fn find(text: &str) -> Vec<Odd> {
    let mut lexer = Lexer { text, bytes: text.as_bytes(), at: 0, line: 0, indent: -1, first: None, brackets: 0, found: Vec::new() };
    while lexer.step().is_some() {}
    lexer.found
}

struct Lexer<'s> {
    text: &'s str,
    bytes: &'s [u8],
    at: usize,
    /// Where the line starts.
    line: usize,
    /// The column of the last block key, or dash.
    indent: isize,
    /// The column of what may be a key, on this line or behind its last dash.
    first: Option<isize>,
    brackets: usize,
    found: Vec<Odd>,
}

impl Lexer<'_> {
    /// Reads one token; nothing at the end.
    fn step(&mut self) -> Option<()> {
        let byte = *self.bytes.get(self.at)?;
        if self.at == self.line && self.is_marker(self.at) {
            (self.indent, self.first, self.brackets) = (-1, None, 0);
            self.at += 3;
            return Some(());
        }
        match byte {
            b' ' | b'\t' | b'\r' | 0xef if byte != 0xef || self.text.get(self.at..)?.starts_with('\u{feff}') => {
                self.at += if byte == 0xef { 3 } else { 1 };
            }
            b'\n' if self.brackets > 0 => self.gap(self.at),
            b'\n' => self.next_line(self.at + 1),
            b'#' if self.brackets > 0 && self.is_comment(self.at) => self.gap(self.at),
            b'#' if self.is_comment(self.at) => self.at = self.line_end(self.at),
            b'%' if self.at == self.line && self.brackets == 0 => self.at = self.line_end(self.at),
            _ => self.token(byte)?,
        }
        Some(())
    }

    fn token(&mut self, byte: u8) -> Option<()> {
        let (column, in_block) = (self.column(self.at), self.brackets == 0);
        let is_alone = self.bytes.get(self.at + 1).is_none_or(u8::is_ascii_whitespace);
        match byte {
            b'-' | b'?' if in_block && is_alone => {
                (self.indent, self.first) = (column, None);
                self.at += 1;
            }
            b':' if is_alone || !in_block => {
                if in_block {
                    self.indent = self.first.unwrap_or(column);
                }
                self.at += 1;
                self.tab_before_value();
            }
            b',' if !in_block => self.at += 1,
            b'[' | b'{' => {
                self.first.get_or_insert(column);
                self.brackets += 1;
                self.at += 1;
            }
            b']' | b'}' if !in_block => {
                self.brackets -= 1;
                self.at += 1;
            }
            b'\'' | b'"' => {
                self.first.get_or_insert(column);
                self.quoted(byte as char)?;
            }
            b'|' | b'>' if in_block => self.block(),
            b'&' | b'!' | b'*' => {
                self.first.get_or_insert(column);
                let ends = |b: &u8| b.is_ascii_whitespace() || !in_block && b",[]{}".contains(b);
                self.at = self.bytes.get(self.at..)?.iter().position(ends).map_or(self.bytes.len(), |i| self.at + i);
            }
            _ => {
                self.first.get_or_insert(column);
                self.plain();
            }
        }
        Some(())
    }

    fn column(&self, at: usize) -> isize {
        isize::try_from(at.saturating_sub(self.line)).unwrap_or(isize::MAX)
    }

    /// Whether `---` or `...` stands alone at the start of this line.
    fn is_marker(&self, line: usize) -> bool {
        let rest = self.bytes.get(line..).unwrap_or_default();
        (rest.starts_with(b"---") || rest.starts_with(b"...")) && rest.get(3).is_none_or(u8::is_ascii_whitespace)
    }

    fn is_comment(&self, at: usize) -> bool {
        at == self.line || self.bytes.get(at - 1).is_some_and(u8::is_ascii_whitespace)
    }

    fn line_end(&self, at: usize) -> usize {
        memchr::memchr(b'\n', self.bytes.get(at..).unwrap_or_default()).map_or(self.bytes.len(), |i| at + i)
    }

    /// Behind blanks.
    fn behind_blanks(&self, at: usize) -> usize {
        let rest = self.bytes.get(at..).unwrap_or_default();
        at + rest.iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\r')).count()
    }

    fn next_line(&mut self, line: usize) {
        (self.at, self.line, self.first) = (line, line, None);
    }

    /// Whether a line that goes on with what began above does so where the parser does not look for it.
    fn is_odd(&self, line: usize, content: usize) -> bool {
        let indentation = self.bytes.get(line..content).unwrap_or_default();
        isize::try_from(indentation.len()).is_ok_and(|column| column <= self.indent) || indentation.contains(&b'\t')
    }

    /// YAML allows a tab between `:` and a value.
    fn tab_before_value(&mut self) {
        let end = self.behind_blanks(self.at);
        let gap = self.bytes.get(self.at..end).unwrap_or_default();
        let ends = self.bytes.get(end).is_none_or(|b| matches!(b, b'\n' | b'#'));
        if gap.first() == Some(&b'\t') && !gap.contains(&b'\r') && !ends {
            self.found.push(Odd::Gap(self.at..end));
        }
        self.at = end;
    }

    /// Within brackets, from a comment or a line's end on: to what comes next, which may stand anywhere.
    fn gap(&mut self, start: usize) {
        let (mut at, mut line) = (start, self.line);
        loop {
            at = self.behind_blanks(at);
            match self.bytes.get(at) {
                Some(b'\n') => (at, line) = (at + 1, at + 1),
                Some(b'#') if at == start || at == line || self.bytes.get(at - 1).is_some_and(u8::is_ascii_whitespace) => {
                    at = self.line_end(at);
                    continue;
                }
                _ => break,
            }
            if self.is_marker(line) {
                break;
            }
        }
        // No key has more than one line.
        let ends_key = self.bytes.get(at) == Some(&b':');
        if at < self.bytes.len() && line != self.line && !self.is_marker(line) && !ends_key && self.is_odd(line, at) {
            self.found.push(Odd::Gap(start..at));
        }
        let first = self.first;
        self.next_line(line);
        (self.at, self.first) = (at.max(line), first);
    }

    /// A quoted text; nothing where it does not end.
    fn quoted(&mut self, quote: char) -> Option<()> {
        let start = self.at;
        let end = start + 2 + closing_quote(self.text.get(start + 1..)?, quote)?;
        let scalar = self.text.get(start..end)?;
        let mut odd = false;
        let mut line = self.line;
        for at in memchr::memchr_iter(b'\n', scalar.as_bytes()).map(|at| start + at + 1) {
            if self.is_marker(at) {
                return None;
            }
            let content = self.behind_blanks(at);
            odd |= self.bytes.get(content) != Some(&b'\n') && self.is_odd(at, content);
            line = at;
        }
        (self.at, self.line) = (end, line);
        // No key has more than one line.
        if odd && self.bytes.get(self.behind_blanks(end)) != Some(&b':') {
            let marked = marked(scalar, quote);
            self.found.extend(marked.map(|marked| Odd::Quoted(start..end, marked)));
        }
        Some(())
    }

    /// A text in a block of its own: the lines deeper than its key.
    fn block(&mut self) {
        let mut line = self.line_end(self.at) + 1;
        while line < self.bytes.len() && !self.is_marker(line) {
            let rest = self.bytes.get(line..).unwrap_or_default();
            let indentation = rest.iter().take_while(|b| **b == b' ').count();
            let is_empty = rest.get(indentation).is_none_or(|b| matches!(b, b'\n' | b'\r'));
            if !is_empty && isize::try_from(indentation).is_ok_and(|i| i <= self.indent) {
                break;
            }
            line = self.line_end(line) + 1;
        }
        self.next_line(line);
    }

    /// A plain text, with the lines on which it goes on.
    fn plain(&mut self) {
        let in_block = self.brackets == 0;
        loop {
            self.at = self.plain_end();
            let end = self.behind_blanks(self.at);
            if self.bytes.get(end) != Some(&b'\n') {
                return;
            }
            let (mut line, mut content) = (end + 1, self.behind_blanks(end + 1));
            while self.bytes.get(content) == Some(&b'\n') {
                (line, content) = (content + 1, self.behind_blanks(content + 1));
            }
            let ends = match self.bytes.get(content) {
                None | Some(b'#') => true,
                Some(b) if !in_block => {
                    b",[]{}".contains(b) || *b == b':' && self.bytes.get(content + 1).is_none_or(u8::is_ascii_whitespace)
                }
                Some(_) => isize::try_from(content - line).is_ok_and(|column| column <= self.indent),
            };
            if ends || self.is_marker(line) {
                return;
            }
            if !in_block && self.is_odd(line, content) {
                let gap = self.at..content;
                let ends = self.bytes.get(gap.clone()).unwrap_or_default().iter().filter(|b| **b == b'\n').count();
                self.found.push(Odd::Plain(gap.clone(), marks(ends, gap.len())));
            }
            (self.at, self.line) = (content, line);
        }
    }

    /// Where a plain text ends on its line, or the line does; the blanks behind it do not belong to it.
    fn plain_end(&self) -> usize {
        let in_block = self.brackets == 0;
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let mut last = 0;
        for (i, byte) in rest.iter().enumerate() {
            let next = rest.get(i + 1);
            let ends = match byte {
                b'\n' => true,
                b':' => next.is_none_or(|b| b.is_ascii_whitespace() || !in_block && b",[]{}".contains(b)),
                b'#' => i > 0 && i > last,
                b',' | b'[' | b']' | b'{' | b'}' => !in_block,
                _ => false,
            };
            if ends && i > 0 || *byte == b'\n' {
                break;
            }
            if !matches!(byte, b' ' | b'\t' | b'\r') {
                last = i + 1;
            }
        }
        self.at + last.max(usize::from(rest.first().is_some_and(|b| *b != b'\n')))
    }
}

/// Marks for so many line ends, as long as what they stand for.
fn marks(ends: usize, length: usize) -> String {
    std::iter::repeat_n(LINE_END, ends).chain(std::iter::repeat_n(NOTHING, length - ends)).collect()
}

/// A quoted text whose lines stand no deeper than its key, on one line and as long, which [`unmarked`] makes its own value of.
fn marked(scalar: &str, quote: char) -> Option<String> {
    // What escapes may stand for the marks.
    if scalar.contains([LINE_END, NOTHING])
        || quote == '"' && (scalar.contains("\\x0") || scalar.contains("\\u000") || scalar.contains("\\U0000000"))
    {
        return None;
    }
    let mut marked = String::with_capacity(scalar.len());
    let mut left = scalar;
    while let Some(end) = left.find('\n') {
        let line = left.get(..end)?;
        let kept = line.trim_end_matches([' ', '\t', '\r']);
        let escapes = quote == '"' && (kept.len() - kept.trim_end_matches('\\').len()) % 2 == 1;
        // A backslash may stand before the line's end or before a blank.
        let escaped = escapes && line.get(kept.len()..)?.trim_end_matches('\r').is_empty();
        let kept = match (escapes, escaped) {
            (true, true) => kept.strip_suffix('\\')?,
            (true, false) => line.get(..=kept.len())?,
            (false, _) => kept,
        };
        let after = left.get(end..)?.trim_start_matches([' ', '\t', '\r', '\n']);
        let gap = left.get(kept.len()..left.len() - after.len())?;
        let ends = gap.matches('\n').count();
        marked.push_str(kept);
        if escaped {
            // The line's end that is escaped is none; those behind it all stay.
            marked.push(NOTHING);
            marked.push_str(&marks(if ends == 1 { 0 } else { ends }, gap.len() - 1));
        } else {
            marked.push_str(&marks(ends, gap.len()));
        }
        left = after;
    }
    marked.push_str(left);
    Some(marked)
}

/// The value of a text whose line ends were marked: one is a space, of more all but the first stay.
pub(super) fn unmarked(value: &str) -> String {
    let mut plain = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find([LINE_END, NOTHING]) {
        let (before, marks) = rest.split_at(at);
        let behind = marks.trim_start_matches(LINE_END);
        plain.push_str(before);
        match marks.len() - behind.len() {
            0 => {}
            1 => plain.push(' '),
            more => plain.extend(std::iter::repeat_n('\n', more - 1)),
        }
        rest = behind.trim_start_matches(NOTHING);
    }
    plain + rest
}

/// Where the quote stands that closes a text.
fn closing_quote(text: &str, quote: char) -> Option<usize> {
    let mut characters = text.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        let doubled = c == '\'' && quote == c && characters.peek().is_some_and(|(_, next)| *next == quote);
        if doubled || (c == '\\' && quote == '"') {
            characters.next();
        } else if c == quote {
            return Some(at);
        }
    }
    None
}
