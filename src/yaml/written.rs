//! Where in a text that stands what the parser's spans tell otherwise: they start and end in ways of their own around block scalars,
//! quotes, brackets and empty values.

use std::borrow::Cow;
use std::ops::Range;

use super::tree::ScalarStyle;

/// Where a flow collection opens; nothing for a block collection. The parser's span may go on behind the bracket.
pub(super) fn opens(source: &str, span: &Range<usize>, bracket: u8) -> Option<usize> {
    let at = skip_properties(source, span.start);
    (at < span.end && source.as_bytes().get(at) == Some(&bracket)).then_some(at)
}

/// The end of the bracket that closes a flow collection; behind a trailing comma the parser gives the comma's.
pub(super) fn closing(source: &str, last: usize, scanned: usize) -> usize {
    let is = |at: usize, expected: &[u8]| source.as_bytes().get(at).is_some_and(|b| expected.contains(b));
    let mut at = skip_space(source, last);
    if is(at, b",") {
        at = skip_space(source, at + 1);
    }
    if is(at, b"]}") { at + 1 } else { scanned }
}

/// A scalar's text as it stands in the source, where it stands there: the parser's own copies take more room than all the rest.
pub(super) fn borrowed<'s>(source: &'s str, value: Cow<'s, str>, span: &Range<usize>) -> Cow<'s, str> {
    let Cow::Owned(text) = value else { return value };
    let written = source.get(span.clone()).unwrap_or_default();
    let inside = || written.get(1..written.len().saturating_sub(1));
    match [Some(written), inside()].into_iter().flatten().find(|w| *w == text) {
        Some(same) => Cow::Borrowed(same),
        None => Cow::Owned(text),
    }
}

/// Behind space, line ends and comments.
pub(super) fn skip_space(source: &str, from: usize) -> usize {
    let mut at = from;
    let bytes = source.as_bytes();
    loop {
        match bytes.get(at) {
            Some(b' ' | b'\t' | b'\r' | b'\n') => at += 1,
            Some(b'#') => at += source.get(at..).and_then(|r| r.find('\n')).unwrap_or(bytes.len() - at),
            _ => return at,
        }
    }
}

/// Behind anchors and tags.
pub(super) fn skip_properties(source: &str, from: usize) -> usize {
    let mut at = from;
    while matches!(source.as_bytes().get(at), Some(b'&' | b'!')) {
        let rest = source.get(at..).unwrap_or_default();
        let word = rest.find([' ', '\t', '\r', '\n', ',', ']', '}']).unwrap_or(rest.len());
        let after = skip_space(source, at + word);
        at = after;
    }
    at
}

/// The end of a quoted text; the parser's span may reach over the comment behind it.
pub(super) fn quotes_end(source: &str, start: usize, style: ScalarStyle) -> Option<usize> {
    let body = source.get(start + 1..)?;
    let mut bytes = body.bytes().enumerate().peekable();
    while let Some((at, byte)) = bytes.next() {
        match (style, byte) {
            (ScalarStyle::Double, b'\\') => drop(bytes.next()),
            (ScalarStyle::Single, b'\'') if bytes.peek().is_some_and(|(_, next)| *next == b'\'') => drop(bytes.next()),
            (ScalarStyle::Double, b'"') | (ScalarStyle::Single, b'\'') => return Some(start + 1 + at + 1),
            (ScalarStyle::Double | ScalarStyle::Single, _) => {}
            _ => return None,
        }
    }
    None
}

/// The end of a literal or folded text: its last line with text in it, or with `+` its last empty line.
pub(super) fn block_scalar_end(source: &str, header: usize, scanned: usize) -> usize {
    let text = source.get(header..scanned).unwrap_or_default();
    let header_end = text.find('\n').unwrap_or(text.len());
    let header_line = text.get(..header_end).unwrap_or_default();
    let keep = header_line.split('#').next().is_some_and(|h| h.contains('+'));
    // The scanner may have gone into the indentation of the line below.
    let mut lines = match text.rsplit_once('\n') {
        Some((lines, rest)) if rest.trim().is_empty() => lines,
        _ => text,
    };
    while !keep
        && let Some((before, last)) = lines.rsplit_once('\n')
        && last.trim().is_empty()
    {
        lines = before;
    }
    let content = lines.strip_suffix('\r').unwrap_or(lines);
    header + if content.len() <= header_end { header_line.trim_end().len() } else { content.len() }
}
