//! What the parser refuses and YAML's other readers take.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;
use saphyr_parser::ScanError;

use super::build::Duplicates;
use super::cursor::Cursor;
use super::error::{Error, Failure};
use super::odd_lines;
use super::odd_lines::Odd;
use super::pieces::read_all;
use super::tree::{Document, Entry, Kind, Node, ScalarStyle};

/// How deep brackets may be nested for the parser.
const MAX_BRACKETS: usize = 255;

/// Some places that the parser refuses are read by all others: it reads a copy with something else in the place of what it
/// does not like. All offsets stay the same.
///
/// # Errors
///
/// When it is no YAML for other readers either.
pub(super) fn read_tolerantly<'s>(
    source: &'s str,
    error: &ScanError,
    behind_document: bool,
    duplicates: Duplicates,
) -> Result<Vec<Document<'s>>, Error> {
    let odd = odd_lines::find(source);
    let copy = repaired(source, &odd);
    let documents = match read_all(&copy, source, duplicates) {
        Ok(documents) => documents,
        Err(Failure::Scan { error, behind_document }) => return Err(refused(source, &copy, &error, behind_document)),
        Err(Failure::Ours(error)) => return Err(error),
    };
    let Some(marked) = marked_scalars(&documents, &odd) else { return Err(refused(source, source, error, behind_document)) };
    Ok(documents.into_par_iter().map(|document| owned(document, &marked)).collect())
}

fn refused(source: &str, read: &str, error: &ScanError, behind_document: bool) -> Error {
    let offset = Cursor::new(read, 0).byte(error.marker());
    Error::at(source, offset, explained(source, offset, error.info(), behind_document))
}

/// The text as the parser takes it.
fn repaired(source: &str, odd: &[Odd]) -> String {
    let mut copy = String::with_capacity(source.len());
    for place in odd {
        let (range, text) = match place {
            Odd::Gap(range) => (range, Cow::Owned(" ".repeat(range.len()))),
            Odd::Quoted(range, text) | Odd::Plain(range, text) => (range, Cow::Borrowed(text)),
        };
        copy.push_str(source.get(copy.len()..range.start).unwrap_or_default());
        copy.push_str(&text);
    }
    copy.push_str(source.get(copy.len()..).unwrap_or_default());
    copy
}

/// Where the scalars start whose line ends are marked; nothing where the parser does not see a place as what it was taken for.
fn marked_scalars(documents: &[Document<'_>], odd: &[Odd]) -> Option<HashSet<usize>> {
    let mut scalars = Vec::new();
    documents.iter().filter_map(|d| d.root.as_ref()).for_each(|root| find_scalars(root, &mut scalars));
    let mut marked = HashSet::new();
    for place in odd {
        let (Odd::Gap(range) | Odd::Quoted(range, _) | Odd::Plain(range, _)) = place;
        let first = scalars.partition_point(|(span, _)| span.end <= range.start);
        let there = scalars.get(first).filter(|(span, _)| span.start < range.end);
        let is_alike = match (place, there) {
            (Odd::Gap(_), there) => there.is_none(),
            (_, None) => false,
            (Odd::Quoted(..), Some((span, style))) => span == range && matches!(style, ScalarStyle::Single | ScalarStyle::Double),
            (Odd::Plain(..), Some((span, style))) => *style == ScalarStyle::Plain && span.start < range.start && range.end < span.end,
        };
        if !is_alike {
            return None;
        }
        marked.extend(there.map(|(span, _)| span.start));
    }
    Some(marked)
}

/// The spans of the scalars that are written below a node, in order.
fn find_scalars(node: &Node<'_>, found: &mut Vec<(Range<usize>, ScalarStyle)>) {
    match &node.kind {
        Kind::Scalar { style, .. } if !node.span.is_empty() => found.push((node.span.clone(), *style)),
        Kind::Scalar { .. } | Kind::Alias { .. } => {}
        Kind::Sequence { items, .. } => items.iter().for_each(|item| find_scalars(item, found)),
        Kind::Mapping { entries, .. } => entries.iter().for_each(|entry| {
            find_scalars(&entry.key, found);
            find_scalars(&entry.value, found);
        }),
    }
}

/// The parser's message, with what is usually wrong where it is cryptic. What that is, the text tells, not the message: its words are
/// the parser's own affair.
fn explained(source: &str, offset: usize, message: &str, behind_document: bool) -> String {
    let before = source.get(..offset).unwrap_or_default();
    let rest = source.get(before.rfind('\n').map_or(0, |end| end + 1)..).unwrap_or_default();
    let line = rest.lines().next().unwrap_or_default();
    let indentation = line.get(..line.len() - line.trim_start().len()).unwrap_or_default();
    if indentation.contains('\t') {
        format!("{message} (YAML is indented with spaces, not tabs)")
    } else if open_brackets(before) >= MAX_BRACKETS {
        format!("brackets are nested deeper than {MAX_BRACKETS} levels")
    } else if behind_document {
        format!(
            "{message}: some readers would pass over what starts here; where it is another document, write --- on a line of its own before it"
        )
    } else {
        message.to_owned()
    }
}

/// How many brackets and braces are open at the end of a text; those of quoted texts count.
fn open_brackets(text: &str) -> usize {
    text.bytes().fold(0_usize, |open, byte| match byte {
        b'[' | b'{' => open + 1,
        b']' | b'}' => open.saturating_sub(1),
        _ => open,
    })
}

/// The same document without a borrow of the text that it was read from.
fn owned<'t>(document: Document<'_>, marked: &HashSet<usize>) -> Document<'t> {
    let mut owner = Owner { marked, targets: HashMap::new() };
    Document { root: document.root.map(|root| owner.node(root)), span: document.span }
}

struct Owner<'m, 't> {
    /// Where the scalars start whose line ends are marked.
    marked: &'m HashSet<usize>,
    /// Aliases of one anchor stay one node, as they are in the tree that was read: each by itself would be a copy of all below it.
    targets: HashMap<usize, Arc<Node<'t>>>,
}

impl<'t> Owner<'_, 't> {
    fn node(&mut self, node: Node<'_>) -> Node<'t> {
        let Node { kind, span, start, properties } = node;
        let kind = match kind {
            Kind::Scalar { value, style } if self.marked.contains(&span.start) => {
                Kind::Scalar { value: Cow::Owned(odd_lines::unmarked(&value)), style }
            }
            Kind::Scalar { value, style } => Kind::Scalar { value: Cow::Owned(value.into_owned()), style },
            Kind::Sequence { items, flow } => Kind::Sequence { items: items.into_iter().map(|item| self.node(item)).collect(), flow },
            Kind::Mapping { entries, flow } => {
                let mut own = |e: Entry<'_>| Entry { key: self.node(e.key), value: self.node(e.value) };
                Kind::Mapping { entries: entries.into_iter().map(&mut own).collect(), flow }
            }
            Kind::Alias { anchor, target } => {
                let known = self.targets.get(&anchor).map(Arc::clone);
                let target = known.unwrap_or_else(|| {
                    let own = Arc::new(self.node(Arc::unwrap_or_clone(target)));
                    self.targets.insert(anchor, Arc::clone(&own));
                    own
                });
                Kind::Alias { anchor, target }
            }
        };
        Node { kind, span, start, properties }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::yaml::stream::parse;
    use serde_json::json;

    #[test]
    fn hints_come_of_the_text_and_not_of_the_words_of_the_parser() {
        let message = |text: &str| parse(text).unwrap_err().message().to_owned();
        let (document, tabs, depth) = ("write --- on a line of its own", "not tabs", "nested deeper than 255 levels");
        for (text, hint) in [
            ("{\"a\": 1}\n{\"b\": 1}\n", Some(document)),
            ("a: 1\n---\n[b]\nc: 1\n", Some(document)),
            ("a:\n\tb: 1\n", Some(tabs)),
            (&"[".repeat(5000), Some(depth)),
            (&format!("a: {}", "{b: [".repeat(200)), Some(depth)),
            ("a: 1\n---\nb: {c: 1\n", None),
            ("a: 1\nb\n", None),
            (&format!("a: \"{}\"\nb: 'c\n", "[]".repeat(300)), None),
        ] {
            let message = message(text);
            for known in [document, tabs, depth] {
                assert_eq!(message.contains(known), hint == Some(known), "{text:?}: {message}");
            }
        }
    }

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
        for count in [65, 1000, 20_000] {
            let text: String = (0..count).map(|i| format!("  k{i}: \"one\ntwo\"\n  l{i}: [a,\nb c\nd, # e\n\t{{f: 1\n}}]\n")).collect();
            let text = format!("a:\n{text}");
            let documents = parse(&text).unwrap();
            let root = documents.first().and_then(|d| d.root.as_ref()).and_then(|root| root.get("a")).unwrap();
            assert_eq!(root.entries().len(), 2 * count);
            for entry in root.entries() {
                let expected = if entry.value.is_sequence() { json!(["a", "b c d", {"f": 1}]) } else { json!("one two") };
                assert_eq!(entry.value.to_value().unwrap(), expected);
            }
        }
    }

    #[test]
    fn odd_lines_are_read_in_long_streams() {
        let text: String = (0..20_000).map(|i| format!("---\nk{i}:\n  l: \"one\n\ntwo\"\n")).collect();
        let documents = parse(&text).unwrap();
        assert_eq!(documents.len(), 20_000);
        for (i, document) in documents.iter().enumerate() {
            assert_eq!(document.root.as_ref().unwrap().to_value().unwrap(), json!({format!("k{i}"): {"l": "one\ntwo"}}));
            assert!(text.get(document.span.clone()).unwrap().starts_with(&format!("---\nk{i}:")));
        }
    }

    #[test]
    fn what_only_looks_like_an_odd_line_is_kept() {
        let odd = "odd:\n  x: [\n1]\n";
        for (text, value) in [
            ("a:\n  b: |\n    c: \"d\n\n    e\" [\n    f\n", json!({"a": {"b": "c: \"d\n\ne\" [\nf\n"}})),
            ("a:\n  b: c 'd\n    e' [\n    \"f\n", json!({"a": {"b": "c 'd e' [ \"f"}})),
            ("a: it's [x\nb: it's\n", json!({"a": "it's [x", "b": "it's"})),
            ("# it's [\na: b # 'c\nc: d#'e\n", json!({"a": "b", "c": "d#'e"})),
            ("- >-\n a 'b\n\n c\n- d\n", json!(["a 'b\nc", "d"])),
            ("a: \"\\x01\"\nb: \"c\\\n  \\ d\"\n", json!({"a": "\u{1}", "b": "c d"})),
            ("a:\n- b: '\n\n  c ''\n d'\n", json!({"a": [{"b": "\nc ' d"}]})),
            ("a:\n  b: \"c\\ \n d\\\n\n  e\"\n", json!({"a": {"b": "c  d\ne"}})),
            ("a:\n  b: \"f\r\n\\\n\n\ng\"\n", json!({"a": {"b": "f \n\ng"}})),
        ] {
            for text in [format!("{odd}---\n{text}"), format!("{text}---\n{odd}")] {
                let values: Vec<_> = parse(&text).unwrap().iter().filter_map(|d| d.root.as_ref()?.to_value().ok()).collect();
                assert!(values.contains(&value), "{text}{values:?}");
            }
        }
        for wrong in ["a:\n  \"b\nc\": [\n1]\n", "a:\n  - \"b\n---\nc\"\n", "a:\n  b: [\n---\n]\n", "a: [\n...\n]\n"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
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
