//! From the events of the parser to the tree.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use saphyr_parser::{Event, Parser, Span, Tag};

use super::cursor::Cursor;
use super::error::{Error, Failure};
use super::tree::{Document, Entry, Kind, Node, Properties, ScalarStyle};
use super::{disputed, written};

/// How deep collections may be nested; Kubernetes objects stay far below.
const MAX_DEPTH: usize = 200;
/// How many values the aliases of a text may make of it, besides one for each of its bytes. Aliases of aliases make gigabytes of a
/// short text ("billion laughs"); kubectl refuses them from about as many on.
const MAX_EXPANSION: usize = 200_000;
/// How many bytes of a text count as another value where an alias repeats it.
const BYTES_PER_VALUE: usize = 64;
/// What a key means that a mapping repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duplicates {
    /// An error: one of the two is a mistake.
    Refused,
    /// The last one wins, as for readers that do not look (istioctl).
    LastWins,
}

/// A collection whose end is still to come.
struct Open<'s> {
    node: Node<'s>,
    key: Option<Node<'s>>,
    /// Of what it holds so far.
    size: Size,
}

/// How much a node is when its aliases are written out.
#[derive(Debug, Clone, Copy, Default)]
struct Size {
    values: usize,
    depth: usize,
}

/// A node with an anchor. Most anchors are those of nodes within others that have some too, and few are referred to: only what is
/// becomes a copy.
struct Anchored<'s> {
    /// From the root to the node: in each collection the index, and whether it is that of a key.
    way: Vec<(usize, bool)>,
    size: Size,
    copy: Option<Arc<Node<'s>>>,
}

struct Builder<'s, 'o> {
    source: &'s str,
    duplicates: Duplicates,
    /// The text that errors speak of.
    original: &'o str,
    open: Vec<Open<'s>>,
    anchored: HashMap<usize, Anchored<'s>>,
    /// How many values the aliases so far stand for.
    expansion: usize,
    root: Option<Node<'s>>,
    /// The end of the last thing read; the indicators of the next one stand after it.
    last: usize,
}

/// Reads the documents of a piece of a text. Errors speak of `original`, of which the text may be a repaired copy.
///
/// # Errors
///
/// When the piece is no YAML, repeats a key in a mapping, nests too deep, or has an alias without an anchor before it.
pub(super) fn read<'s>(source: &'s str, piece: Range<usize>, original: &str, duplicates: Duplicates) -> Result<Read<'s>, Failure> {
    let text = source.get(piece.clone()).unwrap_or_default();
    let mut cursor = Cursor::new(text, piece.start);
    let mut builder =
        Builder { source, duplicates, original, open: Vec::new(), anchored: HashMap::new(), expansion: 0, root: None, last: piece.start };
    let mut documents: Vec<Document<'s>> = Vec::new();
    let mut boundary = piece.start;
    let mut within = false;
    for event in Parser::new_from_str(text) {
        let (event, Span { start, end }) = event.map_err(|error| Failure::Scan {
            error,
            behind_document: builder.open.is_empty() && (builder.root.is_some() || !within && !documents.is_empty()),
        })?;
        let span = cursor.byte(&start)..cursor.byte(&end);
        match event {
            Event::DocumentStart(explicit) => {
                within = true;
                if explicit {
                    if let Some(before) = documents.last_mut() {
                        before.span.end = span.start.max(before.span.end);
                        boundary = before.span.end;
                    }
                    builder.last = span.end;
                }
            }
            Event::DocumentEnd => {
                within = false;
                builder.anchored.clear();
                // The parser counts the `---` of the next document to the end of this one.
                let next = source.get(span.clone()).is_some_and(|text| text.starts_with("---"));
                let end = if next { span.start } else { span.end }.max(builder.last);
                documents.push(Document { root: builder.root.take(), span: boundary..end });
                boundary = end;
                builder.last = end;
            }
            Event::Scalar(value, style, anchor, tag) => builder.scalar(value, style, anchor, tag, span)?,
            Event::Alias(anchor) => builder.alias(anchor, span)?,
            Event::SequenceStart(anchor, tag) => {
                let flow = written::opens(source, &span, b'[');
                builder.start(Kind::Sequence { items: Vec::new(), flow: flow.is_some() }, flow, anchor, tag, span)?;
            }
            Event::MappingStart(anchor, tag) => {
                let flow = written::opens(source, &span, b'{');
                builder.start(Kind::Mapping { entries: Vec::new(), flow: flow.is_some() }, flow, anchor, tag, span)?;
            }
            Event::SequenceEnd | Event::MappingEnd => builder.end(span)?,
            Event::Nothing | Event::StreamStart | Event::StreamEnd => {}
        }
    }
    if let Some(last) = documents.last_mut() {
        last.span.end = piece.end;
    }
    Ok(Read { documents, expansion: builder.expansion })
}

/// What a piece of a text holds.
pub(super) struct Read<'s> {
    pub documents: Vec<Document<'s>>,
    /// How many values its aliases stand for; all pieces together must keep to [`allowed`].
    pub expansion: usize,
}

/// How many values aliases may make of a text.
pub(super) fn allowed(text: &str) -> usize {
    MAX_EXPANSION.saturating_add(text.len())
}

impl<'s> Builder<'s, '_> {
    /// Whether what comes next stands within brackets.
    fn in_brackets(&self) -> bool {
        self.open.iter().any(|open| matches!(open.node.kind, Kind::Sequence { flow: true, .. } | Kind::Mapping { flow: true, .. }))
    }

    fn error(&self, offset: usize, message: impl Into<String>) -> Error {
        Error::at(self.original, offset, message)
    }

    fn scalar(
        &mut self,
        value: Cow<'s, str>,
        style: saphyr_parser::ScalarStyle,
        anchor: usize,
        tag: Option<Cow<'s, Tag>>,
        span: Range<usize>,
    ) -> Result<(), Error> {
        use saphyr_parser::ScalarStyle as Theirs;
        let style = match style {
            Theirs::Plain => ScalarStyle::Plain,
            Theirs::SingleQuoted => ScalarStyle::Single,
            Theirs::DoubleQuoted => ScalarStyle::Double,
            Theirs::Literal => ScalarStyle::Literal,
            Theirs::Folded => ScalarStyle::Folded,
        };
        let has_properties = anchor != 0 || tag.is_some();
        let mut start = span.start;
        let content = match style {
            ScalarStyle::Literal | ScalarStyle::Folded => {
                start = written::skip_space(self.source, self.indicator_end());
                let header = if has_properties { written::skip_properties(self.source, start) } else { start };
                header..written::block_scalar_end(self.source, header, span.end)
            }
            ScalarStyle::Plain if value.is_empty() && !has_properties => {
                let at = self.indicator_end();
                start = at;
                at..at
            }
            _ => {
                let content = if has_properties { written::skip_properties(self.source, span.start).min(span.end) } else { span.start };
                content..written::quotes_end(self.source, content, style).unwrap_or(span.end)
            }
        };
        if style == ScalarStyle::Plain && !has_properties && value.starts_with('?') && self.in_brackets() {
            return Err(disputed::question_mark(self.original, start));
        }
        let empty_document = self.open.is_empty() && value.is_empty() && style == ScalarStyle::Plain && !has_properties;
        self.last = content.end.max(self.last);
        if empty_document {
            return Ok(());
        }
        let size = Size { values: 1 + value.len() / BYTES_PER_VALUE, depth: 0 };
        let node = Node {
            kind: Kind::Scalar { value: written::borrowed(self.source, value, &content), style },
            span: content,
            start,
            properties: properties(anchor, tag),
        };
        self.add(node, size)
    }

    /// An alias, which stands for no more than the bound on all of them allows: it is asked before anything is copied.
    fn alias(&mut self, anchor: usize, span: Range<usize>) -> Result<(), Error> {
        let Some(Anchored { way, size, copy }) = self.anchored.get(&anchor) else {
            return Err(self.error(span.start, "this alias stands inside of the node that it refers to"));
        };
        let size = *size;
        let allowed = allowed(self.original);
        let expansion = self.expansion.saturating_add(size.values);
        if expansion > allowed {
            let message = format!(
                "with this alias, aliases make more than {allowed} values of a text of {} bytes; write out what is meant, or refer to less",
                self.original.len()
            );
            return Err(self.error(span.start, message));
        }
        if self.open.len() + size.depth > MAX_DEPTH {
            return Err(self.error(span.start, format!("what this alias stands for is nested deeper than {MAX_DEPTH} levels here")));
        }
        let found = copy.clone().or_else(|| self.walk(way).map(|node| Arc::new(node.clone())));
        let Some(target) = found else { return Err(self.error(span.start, "this alias refers to nothing")) };
        self.expansion = expansion;
        if let Some(anchored) = self.anchored.get_mut(&anchor) {
            anchored.copy = Some(Arc::clone(&target));
        }
        self.last = span.end;
        self.add(Node { kind: Kind::Alias { anchor, target }, start: span.start, span, properties: None }, size)
    }

    /// The way to the node that comes next.
    fn way(&self) -> Vec<(usize, bool)> {
        let turn = |open: &Open<'_>| match &open.node.kind {
            Kind::Mapping { entries, .. } => (entries.len(), open.key.is_none()),
            _ => (open.node.items().len(), false),
        };
        self.open.iter().map(turn).collect()
    }

    /// The node at the end of a way, through collections that are complete and such as are not.
    fn walk(&self, way: &[(usize, bool)]) -> Option<&Node<'s>> {
        let mut node = &self.open.first()?.node;
        let mut depth = Some(0); // As long as the node is not complete.
        for (index, is_key) in way {
            let child = match &node.kind {
                Kind::Mapping { entries, .. } => entries.get(*index).map(|e| if *is_key { &e.key } else { &e.value }),
                Kind::Sequence { items, .. } => items.get(*index),
                Kind::Scalar { .. } | Kind::Alias { .. } => None,
            };
            let open = depth.take();
            node = match (child, open.and_then(|d| self.open.get(d)?.key.as_ref()).filter(|_| *is_key)) {
                (Some(child), _) => child,
                (None, Some(key)) => key,
                (None, None) => {
                    depth = open.map(|d| d + 1);
                    &self.open.get(depth?)?.node
                }
            };
        }
        Some(node)
    }

    fn start(
        &mut self,
        kind: Kind<'s>,
        flow: Option<usize>,
        anchor: usize,
        tag: Option<Cow<'s, Tag>>,
        span: Range<usize>,
    ) -> Result<(), Error> {
        if self.open.len() >= MAX_DEPTH {
            return Err(self.error(span.start, format!("nested deeper than {MAX_DEPTH} levels")));
        }
        let has_properties = anchor != 0 || tag.is_some();
        let content = if let Some(bracket) = flow {
            bracket
        } else if matches!(kind, Kind::Sequence { .. }) {
            // The parser's span starts behind the first dash.
            written::skip_properties(self.source, written::skip_space(self.source, self.indicator_end()))
        } else {
            span.end
        };
        let start = if has_properties { span.start.min(content) } else { content };
        self.last = if flow.is_some() { content + 1 } else { content };
        let node = Node { kind, span: content..content, start, properties: properties(anchor, tag) };
        self.open.push(Open { node, key: None, size: Size { values: 1, depth: 1 } });
        Ok(())
    }

    fn end(&mut self, span: Range<usize>) -> Result<(), Error> {
        let Some(Open { mut node, size, .. }) = self.open.pop() else { return Ok(()) };
        // Trees of large streams stay for the whole run.
        match &mut node.kind {
            Kind::Sequence { items, .. } => items.shrink_to_fit(),
            Kind::Mapping { entries, .. } => entries.shrink_to_fit(),
            Kind::Scalar { .. } | Kind::Alias { .. } => {}
        }
        let braces = match &node.kind {
            Kind::Sequence { flow, .. } | Kind::Mapping { flow, .. } => *flow,
            _ => false,
        };
        if braces {
            let end = written::closing(self.source, self.last, span.end);
            node.span.end = end;
            self.last = end;
        } else {
            let end = match &node.kind {
                Kind::Sequence { items, .. } => items.last().map(|n| n.span.end),
                Kind::Mapping { entries, .. } => entries.last().map(|e| e.value.span.end.max(e.key.span.end)),
                _ => None,
            };
            node.span.end = end.unwrap_or(node.span.start).max(node.span.start);
        }
        if let (Kind::Mapping { entries, .. }, Duplicates::Refused) = (&node.kind, self.duplicates) {
            disputed::duplicates(self.original, entries)?;
        }
        self.add(node, size)
    }

    fn add(&mut self, node: Node<'s>, size: Size) -> Result<(), Error> {
        if let Some(anchor) = node.anchor() {
            disputed::anchor(self.original, &node)?;
            self.anchored.insert(anchor, Anchored { way: self.way(), size, copy: None });
        }
        let Some(parent) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        parent.size.values = parent.size.values.saturating_add(size.values);
        parent.size.depth = parent.size.depth.max(size.depth + 1);
        match (&mut parent.node.kind, parent.key.take()) {
            (Kind::Sequence { items, .. }, _) => items.push(node),
            (Kind::Mapping { entries, .. }, Some(key)) => {
                disputed::colon(self.original, self.source, &key)?;
                entries.push(Entry { key, value: node });
            }
            (Kind::Mapping { .. }, None) => parent.key = Some(node),
            (Kind::Scalar { .. } | Kind::Alias { .. }, _) => {}
        }
        Ok(())
    }

    /// The end of the indicator (`-`, `:`, `?`, `,`) that stands before the next node.
    fn indicator_end(&self) -> usize {
        let Some(Open { node, key, .. }) = self.open.last() else { return self.last };
        let expected: &[u8] = match &node.kind {
            Kind::Sequence { flow: false, .. } => b"-",
            Kind::Mapping { .. } if key.is_some() => b":",
            Kind::Mapping { flow: false, .. } => b"?",
            _ => b",",
        };
        let at = written::skip_space(self.source, self.last);
        if self.source.as_bytes().get(at).is_some_and(|b| expected.contains(b)) { at + 1 } else { self.last }
    }
}

/// The anchor and the tag of a node, where it has any; no anchor has the number 0.
fn properties(anchor: usize, tag: Option<Cow<'_, Tag>>) -> Option<Box<Properties>> {
    let properties = Properties { anchor: (anchor != 0).then_some(anchor), tag: tag.map(tag_text) };
    (properties.anchor.is_some() || properties.tag.is_some()).then(|| Box::new(properties))
}

/// A tag as users write it: core tags with two exclamation marks.
fn tag_text(tag: Cow<'_, Tag>) -> Box<str> {
    const CORE: &str = "tag:yaml.org,2002:";
    let whole = format!("{}{}", tag.handle, tag.suffix);
    whole.strip_prefix(CORE).map(|core| format!("!!{core}")).unwrap_or(whole).into_boxed_str()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::yaml::stream::parse;
    use crate::yaml::tree::{Kind, Node};
    use crate::yaml::value::parse_value;
    use serde_json::json;

    /// Every node as `text` of its span, in document order.
    fn texts<'s>(source: &'s str, node: &Node<'_>, out: &mut Vec<&'s str>) {
        out.push(&source[node.span()]);
        match node.kind() {
            Kind::Sequence { items, .. } => items.iter().for_each(|n| texts(source, n, out)),
            Kind::Mapping { entries, .. } => {
                for e in entries {
                    texts(source, &e.key, out);
                    texts(source, &e.value, out);
                }
            }
            _ => {}
        }
    }

    fn spans(source: &str) -> Vec<&str> {
        let documents = parse(source).unwrap();
        let mut out = Vec::new();
        texts(source, documents[0].root.as_ref().unwrap(), &mut out);
        out
    }

    #[test]
    fn spans_cover_what_is_written() {
        assert_eq!(spans("a: &x !!str b # c\nl:\n- 1\n-\n"), ["a: &x !!str b # c\nl:\n- 1\n-", "a", "b", "l", "- 1\n-", "1", ""]);
        assert_eq!(
            spans("é: [ü, {a: ö}]\nb: \"ß\"\n"),
            ["é: [ü, {a: ö}]\nb: \"ß\"", "é", "[ü, {a: ö}]", "ü", "{a: ö}", "a", "ö", "b", "\"ß\""]
        );
        assert_eq!(spans("- - a\n  - b\n- c\n"), ["- - a\n  - b\n- c", "- a\n  - b", "a", "b", "c"]);
        assert_eq!(
            spans("a: 'it''s' # c\nb: \"q\\\"\" # c\nc: [ x ]\n"),
            ["a: 'it''s' # c\nb: \"q\\\"\" # c\nc: [ x ]", "a", "'it''s'", "b", "\"q\\\"\"", "c", "[ x ]", "x"]
        );
        assert_eq!(spans("k:\nn: 1\n"), ["k:\nn: 1", "k", "", "n", "1"]);
        assert_eq!(spans("- # c\n  a: 1\n"), ["- # c\n  a: 1", "a: 1", "a", "1"]);
    }

    #[test]
    fn block_scalars_start_at_their_indicator_and_end_with_their_text() {
        assert_eq!(spans("a: |-\n  x\n\n  y\n\n# c\nb: 1\n"), ["a: |-\n  x\n\n  y\n\n# c\nb: 1", "a", "|-\n  x\n\n  y", "b", "1"]);
        assert_eq!(
            spans("a: &m |+ # c\n  x\n\nb: >\n  f\n  g\n"),
            ["a: &m |+ # c\n  x\n\nb: >\n  f\n  g", "a", "|+ # c\n  x\n", "b", ">\n  f\n  g"]
        );
        assert_eq!(
            spans("l:\n- |\n  x\n  # no comment\n- y\n"),
            ["l:\n- |\n  x\n  # no comment\n- y", "l", "- |\n  x\n  # no comment\n- y", "|\n  x\n  # no comment", "y"]
        );
        assert_eq!(spans("a: |\nb: 1\n"), ["a: |\nb: 1", "a", "|", "b", "1"]);
    }

    #[test]
    fn documents_cover_the_text() {
        let source = "# head\n---\na: 1\n---\n# empty\n---\nb: 2\n...\n# tail\n";
        let documents = parse(source).unwrap();
        let texts: Vec<&str> = documents.iter().map(|d| &source[d.span.clone()]).collect();
        assert_eq!(texts, ["# head\n---\na: 1\n", "---\n# empty\n", "---\nb: 2\n...\n# tail\n"]);
        assert_eq!(documents.iter().filter(|d| d.root.is_some()).count(), 2);
    }

    #[test]
    fn values_expand_aliases_and_merges() {
        let value = parse_value("base: &b {x: 1, y2: 2}\nt:\n  <<: *b\n  x: 3\nl: [*b, !!str 5, 0644, yes]\nq: 'yes'\n").unwrap();
        assert_eq!(value, json!({"base": {"x": 1, "y2": 2}, "t": {"x": 3, "y2": 2}, "l": [{"x": 1, "y2": 2}, "5", 420, true], "q": "yes"}));
    }

    #[test]
    fn a_tab_may_stand_before_a_value() {
        assert_eq!(parse_value("x:\ttabbed\ny: \tz\n\"k\":\t1\n").unwrap(), json!({"x": "tabbed", "true": "z", "k": 1}));
        assert_eq!(parse_value("a: b\t# c\n").unwrap(), json!({"a": "b"}));
    }

    #[test]
    fn what_readers_take_differently_is_refused() {
        for text in ["[a:, b]", "[a:]", "{? a :, b}", "{a: 1, b:}", "{?a: 1}", "[?a]", "a: &x:y 1\n", "a: &x.y 1\n", "a: &é 1\n"] {
            let error = parse(text).unwrap_err();
            assert!(error.message().contains("readers") || error.message().contains("kubectl"), "{text}: {error}");
        }
        for text in ["[a: , b]", "{\"a\":, b: }", "a: ?b\n? c\n", "[a?, b:c]", "a: &x-y_1 1\nb: *x-y_1\n", "{? a : b}"] {
            assert!(parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn errors_say_where() {
        let error = |source: &str| parse_value(source).unwrap_err().to_string();
        assert_eq!(
            error("a: 1\nb:\n  c: 1\n  c: 2\n"),
            "line 4, column 3: key \"c\" is there already, at line 3, column 3; remove one of them"
        );
        assert_eq!(error("a: 1\n---\nb: 1\n"), "line 3, column 1: one document is expected here, and a second one starts");
        assert!(error("a: {b: 1\n").starts_with("line "));
        assert!(error("a:\n\tb: 1\n").contains("spaces, not tabs"), "{}", error("a:\n\tb: 1\n"));
        assert!(error("a: &a [*a]\n").contains("inside"));
        assert!(error(&format!("a: {}{}", "[".repeat(210), "]".repeat(210))).contains("nested deeper"));
        assert!(error(&"[".repeat(5000)).contains("line 1"));
        let bomb = format!(
            "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n{}",
            (1..9).map(|i| format!("a{i}: &a{i} [{}]\n", vec![format!("*a{}", i - 1); 10].join(","))).collect::<String>()
        );
        assert!(error(&bomb).contains("aliases"));
    }

    #[test]
    fn aliases_of_aliases_are_refused_before_they_are_written_out_and_beside_what_is_tolerated() {
        let levels: String = (1..9).map(|i| format!("l{i}: &l{i} [{}]\n", vec![format!("*l{}", i - 1); 10].join(", "))).collect();
        for odd in ["", "t: [\n1, 2\n]\n"] {
            let error = parse(&format!("{odd}l0: &l0 [x, y]\n{levels}")).unwrap_err();
            assert!(error.message().contains("values of a text of"), "{error}");
        }
        let long = format!("a: &a {}\nb: [{}]\n", "x".repeat(1 << 20), vec!["*a"; 1000].join(","));
        assert!(parse(&long).unwrap_err().message().contains("values of a text of"), "a long text that is repeated");
        let chain: String = (1..300).map(|i| format!("c{i}: &c{i} [*c{}]\n", i - 1)).collect();
        assert!(parse(&format!("c0: &c0 x\n{chain}")).unwrap_err().message().contains("nested deeper"));
    }

    #[test]
    fn an_alias_finds_its_anchor_wherever_that_stands() {
        let text = "o: &o\n- &i {k: &d [1, &s x]}\n- *i\n- *d\n- {*s : *s, y2: &l [*d]}\nz: [*o, *l]\n&key w: *key\n";
        let i = json!({"k": [1, "x"]});
        let o = json!([i, i, [1, "x"], {"x": "x", "y2": [[1, "x"]]}]);
        assert_eq!(parse_value(text).unwrap(), json!({"o": o, "z": [o, [[1, "x"]]], "w": "w"}));
    }
}
