//! What the parser refuses and YAML's other readers take.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use saphyr_parser::ScanError;

use super::build::{Cursor, Duplicates, Failure, read};
use super::error::Error;
use super::tree::{Document, Entry, Kind, Node};

/// How many bytes are read again in all: each place that is tolerated costs another pass, so a short text may have many.
const MAX_WORK: usize = 256 << 20;
/// How many places are tolerated however long the text is.
const MIN_REPAIRS: usize = 64;

/// Some places that the parser refuses are read by everybody else: it reads a copy with spaces in the place of what it
/// does not like. All offsets stay the same.
///
/// # Errors
///
/// When it is no YAML for other readers either.
pub(super) fn read_tolerantly(source: &str, mut error: ScanError, duplicates: Duplicates) -> Result<Vec<Document<'_>>, Error> {
    let mut copy = source.to_owned();
    for _ in 0..MIN_REPAIRS.max(MAX_WORK / source.len().max(1)) {
        let at = Cursor::new(&copy, 0).byte(error.marker());
        let repairs = [tab_before_value, line_end_in_flow, tabs_in_flow];
        if let Some((scalar, marked)) = marked_line_ends(&copy, at, error.info()) {
            copy.replace_range(scalar, &marked);
        } else if let Some(blank) = repairs.iter().find_map(|repair| repair(&copy, at, error.info())) {
            let spaces = " ".repeat(blank.len());
            copy.replace_range(blank, &spaces);
        } else {
            break;
        }
        match read(&copy, 0..copy.len(), source, duplicates) {
            Ok(read) => return Ok(read.documents.into_iter().map(owned).collect()),
            Err(Failure::Scan(next)) => error = next,
            Err(Failure::Ours(ours)) => return Err(ours),
        }
    }
    let offset = Cursor::new(source, 0).byte(error.marker());
    Err(Error::at(source, offset, explained(source, offset, error.info())))
}

/// YAML allows a tab between `:` and a value: the gap with the tab.
fn tab_before_value(text: &str, at: usize, info: &str) -> Option<Range<usize>> {
    let start = text.get(..at).and_then(|before| before.rfind([':', '\n'])).map_or(at, |i| i + 1);
    let end = text.get(start..).map_or(start, |rest| start + rest.len() - rest.trim_start_matches([' ', '\t']).len());
    let gap = text.get(start..end)?;
    (gap.contains('\t') && info.contains("valid YAML whitespace")).then_some(start..end)
}

/// kubectl reads what stands within brackets no deeper than the key whose list or map it is, the closing bracket included: the
/// line's end and the indentation before it, unless a comment ends there.
fn line_end_in_flow(text: &str, at: usize, info: &str) -> Option<Range<usize>> {
    let kept = text.get(..at)?.trim_end_matches([' ', '\n', '\r']);
    let within = text.get(at..)?.starts_with([']', '}']) || kept.ends_with([',', '[', '{']);
    let commented = kept.rsplit('\n').next().is_some_and(|line| line.contains('#'));
    (within && info.contains("indentation") && !commented && kept.len() < at).then_some(kept.len()..at)
}

/// Stands for a line's end in a quoted scalar.
const LINE_END: char = '\u{1}';
/// Stands for what a quoted scalar does not keep.
const NOTHING: char = '\u{2}';

/// A quoted scalar whose lines stand no deeper than its key, which others read: its range, and as long a text on one line,
/// which [`unmarked`] makes the scalar's own value of.
fn marked_line_ends(text: &str, at: usize, info: &str) -> Option<(Range<usize>, String)> {
    let rest = text.get(at..).filter(|_| info.contains("indentation in quoted scalar"))?;
    let quote = rest.chars().next().filter(|c| ['\'', '"'].contains(c))?;
    let scalar = rest.get(..closing_quote(rest.get(1..)?, quote)? + 2)?;
    // What escapes may stand for the marks.
    if scalar.contains([LINE_END, NOTHING]) || scalar.contains("\\x0") || scalar.contains("\\u000") {
        return None;
    }
    let mut marked = String::with_capacity(scalar.len());
    let mut left = scalar;
    while let Some(end) = left.find('\n') {
        let kept = left.get(..end)?.trim_end_matches([' ', '\t', '\r']);
        let escaped = quote == '"' && (kept.len() - kept.trim_end_matches('\\').len()) % 2 == 1;
        let kept = if escaped { kept.strip_suffix('\\')? } else { kept };
        let after = left.get(end..)?.trim_start_matches([' ', '\t', '\r', '\n']);
        let gap = left.get(kept.len()..left.len() - after.len())?;
        let ends = gap.matches('\n').count() - usize::from(escaped);
        marked.push_str(kept);
        marked.extend(std::iter::repeat_n(LINE_END, ends));
        marked.extend(std::iter::repeat_n(NOTHING, gap.len() - ends));
        left = after;
    }
    marked.push_str(left);
    Some((at..at + scalar.len(), marked))
}

/// The value of a scalar whose line ends were marked: one is a space, of more all but the first stay.
fn unmarked(value: &str) -> String {
    let mut plain = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find([LINE_END, NOTHING]) {
        let (before, marks) = rest.split_at(at);
        let after = marks.trim_start_matches([LINE_END, NOTHING]);
        plain.push_str(before);
        match marks.len() - marks.trim_start_matches(LINE_END).len() {
            0 => {}
            1 => plain.push(' '),
            more => plain.extend(std::iter::repeat_n('\n', more - 1)),
        }
        rest = after;
    }
    plain + rest
}

/// Within brackets, readers of YAML 1.1 take tabs for indentation: the line's end and the indentation, unless a comment ends there.
fn tabs_in_flow(text: &str, at: usize, info: &str) -> Option<Range<usize>> {
    // In a plain scalar, the tab stands on the line behind it.
    let line = if info.contains("found a tab") { at + text.get(at..)?.find('\n')? } else { text.get(..at)?.rfind('\n')? } + 1;
    let rest = text.get(line..)?;
    let end = line + rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let before = text.get(..line)?.trim_end_matches([' ', '\t', '\r', '\n']);
    let within = before.ends_with(['{', '[', ',']) || text.get(end..)?.starts_with(['}', ']']);
    let commented = before.rsplit('\n').next().is_some_and(|line| line.contains('#'));
    let tabs = (info.contains("tabs disallowed") || info.contains("found a tab")) && text.get(line..end)?.contains('\t');
    (tabs && within && !commented).then_some(before.len()..end)
}

/// Where the quote stands that closes a scalar.
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

/// The parser's message, with what is usually wrong where it is cryptic.
fn explained(source: &str, offset: usize, info: &str) -> String {
    let line_start = source.get(..offset).and_then(|b| b.rfind('\n')).map_or(0, |i| i + 1);
    let indentation = source.get(line_start..).map_or("", |l| l.get(..l.len() - l.trim_start().len()).unwrap_or_default());
    if indentation.lines().next().is_some_and(|l| l.contains('\t')) {
        format!("{info} (YAML is indented with spaces, not tabs)")
    } else if info.contains("expected <document start>") {
        format!(
            "{info}: some readers would pass over what starts here; where it is another document, write --- on a line of its own before it"
        )
    } else {
        info.to_owned()
    }
}

/// The same document without a borrow of the text that it was read from.
fn owned<'t>(document: Document<'_>) -> Document<'t> {
    let mut targets = HashMap::new();
    Document { root: document.root.map(|root| owned_node(root, &mut targets)), span: document.span }
}

/// Aliases of one anchor stay one node, as they are in the tree that was read: each by itself would be a copy of all below it.
fn owned_node<'t>(node: Node<'_>, targets: &mut HashMap<usize, Arc<Node<'t>>>) -> Node<'t> {
    let Node { kind, span, start, properties } = node;
    let kind = match kind {
        Kind::Scalar { value, style } => Kind::Scalar { value: Cow::Owned(unmarked(&value)), style },
        Kind::Sequence { items, flow } => Kind::Sequence { items: items.into_iter().map(|item| owned_node(item, targets)).collect(), flow },
        Kind::Mapping { entries, flow } => {
            let mut own = |e: Entry<'_>| Entry { key: owned_node(e.key, targets), value: owned_node(e.value, targets) };
            Kind::Mapping { entries: entries.into_iter().map(&mut own).collect(), flow }
        }
        Kind::Alias { anchor, target } => {
            let known = targets.get(&anchor).map(Arc::clone);
            let target = known.unwrap_or_else(|| {
                let own = Arc::new(owned_node(Arc::unwrap_or_clone(target), targets));
                targets.insert(anchor, Arc::clone(&own));
                own
            });
            Kind::Alias { anchor, target }
        }
    };
    Node { kind, span, start, properties }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::yaml::parse;
    use serde_json::json;

    #[test]
    fn tabs_may_indent_within_brackets() {
        let text = "a: {\n\tb: c,\n\td: [\n\t\t1\n\t]\n  }\ne: 1\n";
        let documents = parse(text).unwrap();
        let root = documents.first().and_then(|d| d.root.as_ref()).unwrap();
        assert_eq!(root.to_value().unwrap(), json!({"a": {"b": "c", "d": [1]}, "e": 1}));
        assert!(parse("a:\n\tb: c\n").is_err());
        assert!(parse("a: x,\n\tb: c\n").is_err());
    }

    #[test]
    fn lines_of_a_quoted_text_may_stand_anywhere() {
        let text = "a:\n  b: '[\n {''x'': 1}\n]'\n  c: \"d \n\ne \\\" f\\\n  g\"\n  h: '1\n\n\n  2'\n";
        let documents = parse(text).unwrap();
        let root = documents.first().and_then(|d| d.root.as_ref()).unwrap();
        assert_eq!(root.to_value().unwrap(), json!({"a": {"b": "[ {'x': 1} ]", "c": "d\ne \" fg", "h": "1\n\n2"}}));
        let scalar = root.get("a").and_then(|a| a.get("b")).unwrap();
        assert_eq!(text.get(scalar.span()), Some("'[\n {''x'': 1}\n]'"));
    }

    #[test]
    fn odd_lines_are_read_whatever_their_number() {
        let text: String = (0..300).map(|i| format!("k{i}: \"one\ntwo\"\n")).collect();
        let documents = parse(&text).unwrap();
        let root = documents.first().and_then(|d| d.root.as_ref()).unwrap();
        assert_eq!(root.to_value().unwrap().get("k299"), Some(&json!("one two")));
    }

    #[test]
    fn items_within_brackets_may_stand_anywhere() {
        let documents = parse("a:\n  b: [c,\nd,\n  {e: 1,\n f: 2}]\n").unwrap();
        let root = documents.first().and_then(|d| d.root.as_ref()).unwrap();
        assert_eq!(root.to_value().unwrap(), json!({"a": {"b": ["c", "d", {"e": 1, "f": 2}]}}));
    }

    #[test]
    fn a_closing_bracket_may_stand_under_its_key() {
        let text = "a: {\n}\nb:\n  c: [\n    1,\n  ]\n  d: 1\n";
        let documents = parse(text).unwrap();
        let root = documents.first().and_then(|d| d.root.as_ref()).unwrap();
        assert_eq!(root.to_value().unwrap(), json!({"a": {}, "b": {"c": [1], "d": 1}}));
        let list = root.get("b").and_then(|b| b.get("c")).unwrap();
        assert_eq!(text.get(list.span()), Some("[\n    1,\n  ]"));
    }
}
