//! Edits → changes of the text. Whole lines come and go in block style, so that nothing else moves.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use super::edits::{Content, Edit, Op};
use super::isolate::isolate;
use super::lines::Lines;
use super::plan::{Arrival, Plan};
use super::style;
use super::value::apply_to_value;
use crate::yaml::{Block, Error, FlowStyle, Kind, Literal, Node, Path, Positions, Step, Style, ValueError, parse_value};
use crate::{Value, yaml};

/// A change of a text: these bytes become that text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The bytes that go; empty where text is only added.
    pub range: Range<usize>,
    /// What stands there then.
    pub text: String,
}

/// The text after these edits of its tree.
///
/// # Errors
///
/// When an edit does not fit the tree.
pub fn apply(source: &str, root: &Node<'_>, edits: &[Edit]) -> Result<String, Error> {
    Ok(splice(source, &changes(source, root, edits)?))
}

/// The changes of the text that these edits make, in order. Where the document has anchors, `root` must be its root.
///
/// # Errors
///
/// When an edit does not fit the tree.
pub fn changes(source: &str, root: &Node<'_>, edits: &[Edit]) -> Result<Vec<Change>, Error> {
    changes_in(&Positions::of(source), root, edits)
}

/// As [`changes`], of one of many nodes of a text whose lines are known.
///
/// # Errors
///
/// When an edit does not fit the tree.
pub fn changes_in(text: &Positions<'_>, root: &Node<'_>, edits: &[Edit]) -> Result<Vec<Change>, Error> {
    let source = text.source();
    if edits.is_empty() {
        return Ok(Vec::new());
    }
    let edits = isolate(root, edits).map_err(|e| e.in_source(source))?;
    let plan = Plan::new(&edits);
    let rewritten = rewritten(root, &edits);
    let lines = Lines::of(text);
    let style = style::prevailing(&lines, root);
    let run = |style| {
        let mut editor = Editor {
            lines,
            style,
            root,
            plan: &plan,
            changes: Vec::new(),
            rewritten: rewritten.clone(),
            carried: Vec::new(),
            kept_comments: false,
        };
        editor.carried = rescued(&edits, &plan).filter_map(|from| editor.carried_lines(from)).collect();
        editor.edit(root, &plan, Slot::Root).map_err(|e| e.in_source(source)).map(|()| editor)
    };
    let mut editor = run(style)?;
    if editor.kept_comments && editor.changes.iter().any(|c| c.text.contains('|')) {
        // A comment that stays may come to stand below a new literal text, and would become part of it.
        editor = run(Style { literal: Literal::Never, ..style })?;
    }
    Ok(at_top(&lines, in_order(editor.changes)))
}

/// Changes in order. What was added at one place keeps its order, and stands before what goes from there.
pub(super) fn in_order(mut changes: Vec<Change>) -> Vec<Change> {
    changes.sort_by_key(|c| (c.range.start, !c.range.is_empty()));
    changes
}

/// Lines go with the line end before them, and come with one before them. The first line of a text has none, so what goes
/// and comes there takes the one behind.
fn at_top(lines: &Lines<'_>, changes: Vec<Change>) -> Vec<Change> {
    let top = lines.start(0);
    let mut rest = changes.into_iter().peekable();
    if rest.peek().is_none_or(|c| c.range.start != top) || lines.rest(top).starts_with(lines.newline) {
        return rest.collect();
    }
    let mut merged = Change { range: top..top, text: String::new() };
    // What came above the first line brought the line end behind it.
    let above = rest.peek().filter(|c| c.range.is_empty() && c.text.ends_with(lines.newline)).map_or(0, |c| c.text.len());
    while let Some(change) = rest.next_if(|c| c.range.start <= merged.range.end) {
        let doubled = !merged.range.is_empty() && merged.text.len() <= above;
        let text = if doubled { change.text.strip_prefix(lines.newline).unwrap_or(&change.text) } else { &change.text };
        merged.text.push_str(text);
        merged.range.end = merged.range.end.max(change.range.end);
    }
    let end = merged.range.end;
    if !merged.range.is_empty() && merged.text.len() <= above && lines.rest(end).starts_with(lines.newline) {
        merged.range.end += lines.newline.len();
    }
    std::iter::once(merged).chain(rest).collect()
}

/// The text with these changes, which must be in order.
pub fn splice(source: &str, changes: &[Change]) -> String {
    let grown: usize = changes.iter().map(|c| c.text.len()).sum();
    let mut out = String::with_capacity(source.len() + grown);
    out.extend(spliced(source, changes));
    out
}

/// The text with these changes, which must be in order, piece by piece.
pub fn spliced<'t>(source: &'t str, changes: &'t [Change]) -> impl Iterator<Item = &'t str> {
    let mut at = 0;
    let pieces = changes.iter().flat_map(move |change| {
        let kept = source.get(at..change.range.start.max(at)).unwrap_or_default();
        at = at.max(change.range.end);
        [kept, change.text.as_str()]
    });
    let end = changes.iter().map(|c| c.range.end).max().unwrap_or(0);
    pieces.chain([source.get(end..).unwrap_or_default()])
}

/// Where items start that move into flow style.
fn rewritten(root: &Node<'_>, edits: &[Edit]) -> HashSet<usize> {
    let into_flow = |path: &Path| {
        let inside = (0..path.len()).any(|depth| root.at(path.get(..depth).unwrap_or_default()).is_some_and(crate::yaml::is_flow));
        let list = root.at(path);
        let key = matches!(path.last(), Some(Step::Key(_)));
        inside
            || list.is_some_and(|l| crate::yaml::is_flow(l) && !l.items().is_empty())
            || (!key && list.is_some_and(|l| l.items().is_empty()))
    };
    let moves = edits.iter().filter_map(|e| if let Op::Move { from, .. } = &e.op { Some((&e.path, from)) } else { None });
    moves.filter(|(to, _)| into_flow(to)).filter_map(|(_, from)| root.at(from)).map(Node::start).collect()
}

/// What moves out of something that is deleted.
fn rescued<'e>(edits: &'e [Edit], plan: &Plan<'_>) -> impl Iterator<Item = &'e Path> {
    let moves = edits.iter().filter_map(|e| if let Op::Move { from, .. } = &e.op { Some(from) } else { None });
    moves.filter(|from| plan.deletes_above(from))
}

/// Where a node stands.
#[derive(Debug, Clone, Copy)]
pub(super) enum Slot {
    /// At the root of the document.
    Root,
    /// Behind the `:` that ends here, of a key at this column.
    Key { colon: usize, column: usize },
    /// Behind the `-` that ends here, at this column.
    Item { dash: usize, column: usize },
}

impl Slot {
    /// The end of the indicator that the node stands behind.
    pub(super) fn head(self, node: &Node<'_>) -> usize {
        match self {
            Self::Root => node.start(),
            Self::Key { colon, .. } => colon,
            Self::Item { dash, .. } => dash,
        }
    }
}

pub(super) struct Editor<'s, 't> {
    pub lines: Lines<'s>,
    pub style: Style,
    pub root: &'t Node<'s>,
    pub plan: &'t Plan<'t>,
    pub changes: Vec<Change>,
    /// Where items start that move into flow style: they are written anew, and their comments stay.
    pub rewritten: HashSet<usize>,
    /// The lines of items that move out of something that is deleted, with the comments that they take along.
    pub carried: Vec<Range<usize>>,
    /// Whether lines went from around comments that stay.
    pub kept_comments: bool,
}

impl Editor<'_, '_> {
    pub(super) fn insert(&mut self, at: usize, text: String) {
        self.changes.push(Change { range: at..at, text });
    }

    /// Edits a node in block context.
    pub(super) fn edit(&mut self, node: &Node<'_>, plan: &Plan<'_>, slot: Slot) -> Result<(), ValueError> {
        if let Some(content) = plan.replace {
            self.replace(node, content, slot);
            return Ok(());
        }
        let empty = crate::yaml::extents(node).is_empty();
        match node.kind() {
            Kind::Mapping { flow: false, .. } => self.edit_mapping(node, plan, slot),
            Kind::Sequence { flow: false, .. } => self.edit_sequence(node, plan, slot),
            Kind::Alias { .. } | Kind::Scalar { .. } | Kind::Sequence { .. } if empty && !plan.items.is_empty() && !node.is_mapping() => {
                match slot {
                    Slot::Key { colon, column } => self.fill_list(node, plan, colon, column),
                    _ => self.rewrite(node, plan, slot),
                }
            }
            // An empty collection becomes block style, but JSON stays JSON.
            _ if empty && !matches!(slot, Slot::Root) => self.rewrite(node, plan, slot),
            _ => {
                let style: FlowStyle = style::of_flow(&self.lines, node, self.style.quoting);
                self.edit_in_flow(node, plan, style, 0)
            }
        }
    }

    /// Writes a node anew.
    fn rewrite(&mut self, node: &Node<'_>, plan: &Plan<'_>, slot: Slot) -> Result<(), ValueError> {
        let value = self.after(node, plan)?;
        self.replace(node, &Content::Value(value), slot);
        Ok(())
    }

    /// The value of a node after all that happens at and below it.
    pub(super) fn after(&self, node: &Node<'_>, plan: &Plan<'_>) -> Result<Value, ValueError> {
        let mut edits = Vec::new();
        self.relative(plan, &mut Path::new(), &mut edits)?;
        let value = node.to_value()?;
        Ok(apply_to_value(&value, &edits))
    }

    /// A plan as edits again; what arrives from elsewhere arrives as a value.
    fn relative(&self, plan: &Plan<'_>, path: &mut Path, edits: &mut Vec<Edit>) -> Result<(), ValueError> {
        let mut push = |op| edits.push(Edit { path: path.clone(), op });
        if let Some(content) = plan.replace {
            push(Op::Replace { content: content.clone() });
        }
        if plan.leaves() && !path.is_empty() {
            push(Op::Delete);
        }
        for (key, content) in &plan.keys {
            push(Op::InsertKey { key: (*key).to_owned(), content: (*content).clone() });
        }
        for (before, arrival) in &plan.items {
            let content = match arrival {
                Arrival::New(content) => (*content).clone(),
                Arrival::Moved(from) => Content::Value(self.moved_value(from)?),
            };
            push(Op::InsertItem { before: *before, content });
        }
        for (step, below) in &plan.below {
            path.push((*step).clone());
            self.relative(below, path, edits)?;
            path.pop();
        }
        Ok(())
    }

    /// What an edit adds under a key, with what else comes into it.
    pub(super) fn filled<'c>(&self, content: &'c Content, plan: Option<&Plan<'_>>) -> Result<Cow<'c, Content>, ValueError> {
        let Some(plan) = plan.filter(|p| !p.items.is_empty()) else { return Ok(Cow::Borrowed(content)) };
        let values = plan.items.iter().map(|(_, arrival)| match arrival {
            Arrival::New(Content::Value(value)) => Ok(value.clone()),
            Arrival::New(Content::Text(text)) => Ok(parse_value(text).unwrap_or_else(|_| Value::String(text.clone()))),
            Arrival::Moved(from) => self.moved_value(from),
        });
        Ok(Cow::Owned(Content::Value(Value::Array(values.collect::<Result<_, _>>()?))))
    }

    /// The value of an item that moves, with what happens in it.
    pub(super) fn moved_value(&self, from: &Path) -> Result<Value, ValueError> {
        let Some(node) = self.root.at(from) else { return Ok(Value::Null) };
        match self.plan.at(from) {
            Some(plan) => self.after(node, plan),
            None => node.to_value(),
        }
    }

    /// Puts other content in the place of a node.
    fn replace(&mut self, node: &Node<'_>, content: &Content, slot: Slot) {
        let block = self.block(node, content, slot);
        let head = slot.head(node);
        let (start, end) = (node.start(), node.span().end);
        let inline = !self.lines.text(head, start).contains('\n');
        if inline {
            let behind = !matches!(slot, Slot::Root);
            // Lines below an item stand two columns behind its dash, so its first line must too.
            let below_dash = matches!(slot, Slot::Item { .. }) && !block.below.is_empty();
            let range = if block.inline.is_empty() || start == end || below_dash { head.min(start)..end } else { start..end };
            let gap = if behind && !block.inline.is_empty() && range.start == head { " " } else { "" };
            let text = format!("{gap}{}", block.inline);
            match self.first_own_comment(start, end).filter(|_| !crate::yaml::is_flow(node)).and_then(|c| Some((c, self.lines.before(c)?)))
            {
                Some((comment, before)) => {
                    self.changes.push(Change { range: range.start..before, text });
                    self.delete_lines(comment, end);
                }
                None => self.changes.push(Change { range, text }),
            }
            let at = self.lines.end(end);
            self.insert_lines(at, &block.below);
        } else {
            if !block.inline.is_empty() {
                self.insert(head, format!(" {}", block.inline));
            }
            self.delete_lines(start, end);
            let at = self.lines.end(end);
            self.insert_lines(at, &block.below);
        }
    }

    fn block(&self, node: &Node<'_>, content: &Content, slot: Slot) -> Block {
        let value = match content {
            Content::Text(text) => return Block { inline: text.clone(), ..Block::default() },
            Content::Value(value) => value,
        };
        if let Kind::Scalar { style, .. } = node.kind()
            && !node.span().is_empty()
            && let Some(inline) = yaml::in_style(value, *style, self.style.quoting)
        {
            return Block { inline, ..Block::default() };
        }
        let column = match slot {
            Slot::Root => 0,
            Slot::Key { column, .. } | Slot::Item { column, .. } => column,
        };
        let literal = if self.first_own_comment(slot.head(node), node.span().end).is_some() {
            Literal::Never
        } else {
            self.literal_at(self.lines.end(node.span().end), column)
        };
        let style = Style { literal, ..self.style };
        match slot {
            Slot::Root => yaml::item(value, 0, style, true),
            Slot::Key { column, .. } => yaml::below_key(value, column, style),
            Slot::Item { column, .. } => yaml::item(value, column, style, false),
        }
    }

    /// Adds lines, each with a line end before it, below the line that ends here.
    pub(super) fn insert_lines(&mut self, at: usize, lines: &str) {
        if !lines.is_empty() {
            self.insert(at, self.lines.ended(lines).into_owned());
        }
    }

    /// Whether an offset stands within a text of several lines.
    pub(super) fn in_text(&self, offset: usize) -> bool {
        fn within(node: &Node<'_>, offset: usize) -> bool {
            let span = node.span();
            if offset <= span.start || offset >= span.end {
                return false;
            }
            match node.kind() {
                Kind::Scalar { .. } => true,
                Kind::Sequence { items, .. } => items.iter().any(|n| within(n, offset)),
                Kind::Mapping { entries, .. } => entries.iter().any(|e| within(&e.value, offset) || within(&e.key, offset)),
                Kind::Alias { .. } => false,
            }
        }
        within(self.root, offset)
    }

    /// The end of a node's anchor and tag, where it has any.
    pub(super) fn properties_end(&self, node: &Node<'_>) -> usize {
        if node.start() == node.span().start {
            return 0;
        }
        let text = self.lines.text(node.start(), node.span().start);
        let words = text.split([' ', '\t', '\r', '\n']).take_while(|w| w.is_empty() || w.starts_with(['&', '!']));
        words.filter(|w| !w.is_empty()).filter_map(|w| text.find(w).map(|i| node.start() + i + w.len())).max().unwrap_or(0)
    }

    /// The end of the `:` behind a key.
    pub(super) fn colon(&self, key: &Node<'_>) -> usize {
        let end = key.span().end;
        let rest = self.lines.text(end, self.lines.end(end));
        rest.find(':').map_or(end, |i| end + i + 1)
    }
}
