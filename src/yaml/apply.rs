//! Edits → changes of the text. Whole lines come and go in block style, so that nothing else moves.

use std::ops::Range;

use super::edit::{Content, Edit};
use super::error::Error;
use super::isolate::isolate;
use super::lines::Lines;
use super::plan::{Arrival, Plan};
use super::tree::{Kind, Node, Path};
use super::value::ValueError;
use super::value_edit::apply_to_value;
use super::write::{self, Block, FlowStyle, Style};
use super::{Step, style};
use crate::Value;

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
    if edits.is_empty() {
        return Ok(Vec::new());
    }
    let edits = isolate(root, edits.to_vec()).map_err(|e| e.in_source(source))?;
    let plan = Plan::new(&edits);
    let lines = Lines::of(source);
    let mut editor = Editor { lines, style: style::prevailing(&lines, root), root, plan: &plan, changes: Vec::new() };
    editor.edit(root, &plan, Slot::Root).map_err(|e| e.in_source(source))?;
    let mut changes = editor.changes;
    // Stable: what was added at one place keeps its order, and stands before what goes from there.
    changes.sort_by_key(|c| (c.range.start, !c.range.is_empty()));
    Ok(changes)
}

/// The text with these changes, which must be in order.
pub fn splice(source: &str, changes: &[Change]) -> String {
    let grown: usize = changes.iter().map(|c| c.text.len()).sum();
    let mut out = String::with_capacity(source.len() + grown);
    let mut at = 0;
    for change in changes {
        out.push_str(source.get(at..change.range.start.max(at)).unwrap_or_default());
        out.push_str(&change.text);
        at = at.max(change.range.end);
    }
    out.push_str(source.get(at..).unwrap_or_default());
    out
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
    fn head(self, node: &Node<'_>) -> usize {
        match self {
            Self::Root => node.start(),
            Self::Key { colon, .. } => colon,
            Self::Item { dash, .. } => dash,
        }
    }
}

pub(super) struct Editor<'s, 't> {
    pub lines: Lines<'s>,
    style: Style,
    root: &'t Node<'s>,
    plan: &'t Plan<'t>,
    pub changes: Vec<Change>,
}

impl Editor<'_, '_> {
    pub(super) fn insert(&mut self, at: usize, text: String) {
        self.changes.push(Change { range: at..at, text });
    }

    /// Edits a node in block context.
    fn edit(&mut self, node: &Node<'_>, plan: &Plan<'_>, slot: Slot) -> Result<(), ValueError> {
        if let Some(content) = plan.replace {
            self.replace(node, content, slot);
            return Ok(());
        }
        let empty = super::flow::extents(node).is_empty();
        match node.kind() {
            Kind::Mapping { flow: false, .. } => self.edit_mapping(node, plan, slot),
            Kind::Sequence { flow: false, .. } => self.edit_sequence(node, plan, slot),
            // An empty collection becomes block style, but JSON stays JSON.
            _ if empty && !matches!(slot, Slot::Root) => {
                let value = self.after(node, plan)?;
                self.replace(node, &Content::Value(value), slot);
                Ok(())
            }
            _ => {
                let style: FlowStyle = style::of_flow(&self.lines, node, self.style.quoting);
                self.edit_in_flow(node, plan, style, 0)
            }
        }
    }

    /// The value of a node after all that happens at and below it.
    fn after(&self, node: &Node<'_>, plan: &Plan<'_>) -> Result<Value, ValueError> {
        let mut edits = Vec::new();
        self.relative(plan, &mut Vec::new(), &mut edits)?;
        let value = node.to_value()?;
        Ok(apply_to_value(&value, &edits))
    }

    /// A plan as edits again; what arrives from elsewhere arrives as a value.
    fn relative(&self, plan: &Plan<'_>, path: &mut Path, edits: &mut Vec<Edit>) -> Result<(), ValueError> {
        use super::edit::Op;
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

    /// The value of an item that moves, with what happens in it.
    pub(super) fn moved_value(&self, from: &Path) -> Result<Value, ValueError> {
        let Some(node) = self.root.at(from) else { return Ok(Value::Null) };
        match self.plan.at(from) {
            Some(plan) => self.after(node, plan),
            None => node.to_value(),
        }
    }

    fn edit_mapping(&mut self, node: &Node<'_>, plan: &Plan<'_>, slot: Slot) -> Result<(), ValueError> {
        let entries = node.entries();
        let kept = |e: &&super::Entry<'_>| e.key.as_str().and_then(|k| plan.key(k)).is_none_or(|p| !p.leaves());
        let column = self.lines.column(node.span().start);
        let Some(last) = entries.last() else { return Ok(()) };
        let first_goes = entries.first().is_some_and(|e| !kept(&e)) && !self.lines.leads(node.span().start);
        if !entries.iter().any(|e| kept(&e)) {
            if plan.keys.is_empty() && !first_goes && !matches!(slot, Slot::Root) {
                entries.iter().for_each(|e| self.delete_lines(e.key.start(), e.value.span().end.max(e.key.span().end)));
                let head = slot.head(node).max(self.properties_end(node));
                self.insert(head, " {}".to_owned());
                return Ok(());
            }
            let value = self.after(node, plan)?;
            self.replace(node, &Content::Value(value), slot);
            return Ok(());
        }
        for (index, entry) in entries.iter().enumerate() {
            let Some(child) = entry.key.as_str().and_then(|k| plan.key(k)) else { continue };
            if child.leaves() {
                let next = entries.iter().skip(index + 1).find(kept);
                match next {
                    // The first entry stands behind a dash: the next one takes its place.
                    Some(next) if !self.lines.leads(entry.key.start()) => {
                        let already = entries.iter().take(index).any(|e| !kept(&e) && !self.lines.leads(e.key.start()));
                        if !already {
                            self.changes.push(Change { range: entry.key.start()..next.key.start(), text: String::new() });
                        }
                    }
                    _ if first_goes && entries.iter().take(index).all(|e| !kept(&e)) => {}
                    _ => self.delete_lines(entry.key.start(), entry.value.span().end.max(entry.key.span().end)),
                }
                continue;
            }
            let colon = self.colon(&entry.key);
            self.edit(&entry.value, child, Slot::Key { colon, column })?;
        }
        if !plan.keys.is_empty() {
            let end = last.value.span().end.max(last.key.span().end);
            let at = self.lines.with_comments_below(end, column);
            for (key, content) in &plan.keys {
                let block = match content {
                    Content::Value(value) => write::below_key(value, column, self.style),
                    Content::Text(text) => Block { inline: text.clone(), lines: Vec::new() },
                };
                let lines = write::entry(key, block, column, self.style.quoting);
                self.insert_lines(at, lines);
            }
        }
        Ok(())
    }

    fn edit_sequence(&mut self, node: &Node<'_>, plan: &Plan<'_>, slot: Slot) -> Result<(), ValueError> {
        let items = node.items();
        let dashes = self.dashes(node);
        let column = self.lines.column(node.span().start);
        let leaves = |i: usize| plan.index(i).is_some_and(Plan::leaves);
        if (0..items.len()).all(leaves) {
            if plan.items.is_empty() && self.lines.leads(node.span().start) && !matches!(slot, Slot::Root) {
                for (item, dash) in items.iter().zip(&dashes) {
                    self.delete_lines(*dash, item.span().end.max(dash + 1));
                }
                let head = slot.head(node).max(self.properties_end(node));
                self.insert(head, " []".to_owned());
                return Ok(());
            }
            let value = self.after(node, plan)?;
            self.replace(node, &Content::Value(value), slot);
            return Ok(());
        }
        for (index, (item, dash)) in items.iter().zip(&dashes).enumerate() {
            self.arrive(plan, index, column, |editor| editor.place_before(index, *dash, column))?;
            let Some(child) = plan.index(index) else { continue };
            if !child.leaves() {
                self.edit(item, child, Slot::Item { dash: dash + 1, column })?;
            } else if !self.lines.leads(*dash) {
                // The first dash stands behind another one: the next kept item takes its place.
                let next = (index + 1..items.len()).find(|i| !leaves(*i)).and_then(|i| dashes.get(i));
                if let Some(next) = next {
                    self.changes.push(Change { range: *dash..*next, text: String::new() });
                }
            } else if !(0..index).all(leaves) || dashes.first().is_none_or(|d| self.lines.leads(*d)) {
                let top = if child.moved { self.lines.with_comments_above(*dash, column, index == 0) } else { *dash };
                if child.moved {
                    self.delete_range(self.lines.start(top), self.lines.end(item.span().end.max(dash + 1)));
                } else {
                    self.delete_lines(top, item.span().end.max(dash + 1));
                }
            }
        }
        let end = items.iter().zip(&dashes).next_back().map_or(node.span().end, |(item, dash)| item.span().end.max(dash + 1));
        self.arrive(plan, items.len(), column, |editor| Place::Below(editor.lines.with_comments_below(end, column)))
    }

    /// Writes what comes into a list before this index.
    fn arrive(&mut self, plan: &Plan<'_>, index: usize, column: usize, place: impl Fn(&Self) -> Place) -> Result<(), ValueError> {
        if plan.arrivals(index).next().is_none() {
            return Ok(());
        }
        let place = place(self);
        for arrival in plan.arrivals(index) {
            let lines = match arrival {
                Arrival::New(Content::Value(value)) => write::dashed(write::item(value, column, self.style, false), column),
                Arrival::New(Content::Text(text)) => vec![format!("{:column$}- {text}", "")],
                Arrival::Moved(from) => self.moved_lines(from, column)?,
            };
            match place {
                Place::Below(at) => self.insert_lines(at, lines),
                Place::Above(at) => {
                    let text = lines.iter().map(|l| format!("{l}{}", self.lines.newline)).collect();
                    self.insert(at, text);
                }
                Place::Behind(at) => {
                    let newline = self.lines.newline;
                    let text = lines.join(newline).trim_start().to_owned();
                    self.insert(at, format!("{text}{newline}{:column$}", ""));
                }
            }
        }
        Ok(())
    }

    /// Where something stands that comes before the item with this dash.
    fn place_before(&self, index: usize, dash: usize, column: usize) -> Place {
        if !self.lines.leads(dash) {
            return Place::Behind(dash);
        }
        let top = self.lines.with_comments_above(dash, column, index == 0);
        self.lines.before(top).map_or(Place::Above(top), Place::Below)
    }

    /// The lines of an item that moves, with its comments, at another column.
    fn moved_lines(&mut self, from: &Path, column: usize) -> Result<Vec<String>, ValueError> {
        let fresh = |editor: &Self| Ok(write::dashed(write::item(&editor.moved_value(from)?, column, editor.style, false), column));
        let (Some(Step::Index(index)), Some(list)) = (from.last(), from.get(..from.len().saturating_sub(1)).and_then(|p| self.root.at(p)))
        else {
            return fresh(self);
        };
        let (Kind::Sequence { flow: false, items }, Some(dash)) = (list.kind(), self.dashes(list).get(*index).copied()) else {
            return fresh(self);
        };
        let Some(item) = items.get(*index).filter(|_| self.lines.leads(dash)) else { return fresh(self) };
        let old_column = self.lines.column(dash);
        let top = self.lines.with_comments_above(dash, old_column, *index == 0);
        let bottom = self.lines.end(item.span().end.max(dash + 1));
        let outer = std::mem::take(&mut self.changes);
        if let Some(plan) = self.plan.at(from) {
            let below = Plan { moved: false, ..plan.shallow() };
            self.edit(item, &below, Slot::Item { dash: dash + 1, column: old_column })?;
        }
        let mut inner = std::mem::replace(&mut self.changes, outer);
        inner.sort_by_key(|c| (c.range.start, !c.range.is_empty()));
        let shifted: Vec<Change> = inner
            .into_iter()
            .map(|c| Change { range: c.range.start.saturating_sub(top)..c.range.end.saturating_sub(top), text: c.text })
            .collect();
        let text = splice(self.lines.text(top, bottom), &shifted);
        Ok(text.lines().map(|line| reindented(line, old_column, column)).collect())
    }

    /// Puts other content in the place of a node.
    fn replace(&mut self, node: &Node<'_>, content: &Content, slot: Slot) {
        let block = self.block(node, content, slot);
        let head = slot.head(node);
        let (start, end) = (node.start(), node.span().end);
        let inline = !self.lines.text(head, start).contains('\n');
        if inline {
            let behind = !matches!(slot, Slot::Root);
            let range = if block.inline.is_empty() || start == end { head.min(start)..end } else { start..end };
            let gap = if behind && !block.inline.is_empty() && range.start == head { " " } else { "" };
            self.changes.push(Change { range, text: format!("{gap}{}", block.inline) });
            let at = self.lines.end(end);
            self.insert_lines(at, block.lines);
        } else {
            if !block.inline.is_empty() {
                self.insert(head, format!(" {}", block.inline));
            }
            let first = self.lines.before(start).unwrap_or(start);
            self.changes.push(Change { range: first..self.lines.end(end), text: String::new() });
            let at = self.lines.end(end);
            self.insert_lines(at, block.lines);
        }
    }

    fn block(&self, node: &Node<'_>, content: &Content, slot: Slot) -> Block {
        let value = match content {
            Content::Text(text) => return Block { inline: text.clone(), lines: Vec::new() },
            Content::Value(value) => value,
        };
        if let Kind::Scalar { style, .. } = node.kind()
            && !node.span().is_empty()
            && let Some(inline) = write::in_style(value, *style, self.style.quoting)
        {
            return Block { inline, lines: Vec::new() };
        }
        match slot {
            Slot::Root => write::item(value, 0, self.style, true),
            Slot::Key { column, .. } => write::below_key(value, column, self.style),
            Slot::Item { column, .. } => write::item(value, column, self.style, false),
        }
    }

    /// Adds lines below the line that ends here.
    fn insert_lines(&mut self, at: usize, lines: Vec<String>) {
        if !lines.is_empty() {
            let newline = self.lines.newline;
            self.insert(at, lines.iter().map(|l| format!("{newline}{l}")).collect());
        }
    }

    /// Removes the lines of a node, but not comments on lines of their own.
    fn delete_lines(&mut self, start: usize, end: usize) {
        let mut from = self.lines.start(start);
        let last = self.lines.end(end);
        let mut line = Some(from);
        while let Some(here) = line.filter(|h| *h <= last) {
            if self.lines.comment(here).is_some() && !self.in_text(here) {
                if here > from {
                    self.delete_range(from, self.lines.before(here).unwrap_or(here));
                }
                from = self.lines.next(here).unwrap_or(last);
            }
            line = self.lines.next(here);
        }
        if from <= last {
            self.delete_range(from, last);
        }
    }

    /// Removes whole lines with the line end before them; at the start of the text with the one behind them.
    fn delete_range(&mut self, start: usize, end: usize) {
        let range = match self.lines.before(start) {
            Some(before) => before..end,
            None => start..self.lines.next(end).unwrap_or(end),
        };
        self.changes.push(Change { range, text: String::new() });
    }

    /// Whether an offset stands within a text of several lines.
    fn in_text(&self, offset: usize) -> bool {
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
    fn properties_end(&self, node: &Node<'_>) -> usize {
        if node.start() == node.span().start {
            return 0;
        }
        let text = self.lines.text(node.start(), node.span().start);
        node.start() + text.lines().next().map_or(0, |l| l.trim_end().len())
    }

    /// The end of the `:` behind a key.
    fn colon(&self, key: &Node<'_>) -> usize {
        let end = key.span().end;
        let rest = self.lines.text(end, self.lines.end(end));
        rest.find(':').map_or(end, |i| end + i + 1)
    }

    /// The offsets of a list's dashes.
    fn dashes(&self, node: &Node<'_>) -> Vec<usize> {
        let mut dashes = Vec::with_capacity(node.items().len());
        let mut at = node.span().start;
        for item in node.items() {
            let dash = self.next_dash(at);
            dashes.push(dash);
            at = item.span().end.max(dash + 1);
        }
        dashes
    }

    /// The next dash, behind space and comments.
    fn next_dash(&self, from: usize) -> usize {
        let mut at = from;
        loop {
            let rest = self.lines.rest(at);
            let skipped = rest.len() - rest.trim_start().len();
            let here = at + skipped;
            if !rest.get(skipped..).is_some_and(|r| r.starts_with('#')) {
                return here;
            }
            match self.lines.next(here) {
                Some(next) => at = next,
                None => return here,
            }
        }
    }
}

/// Where new lines go.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// Below the line that ends here.
    Below(usize),
    /// Above the line that starts here: the first of the text.
    Above(usize),
    /// Behind the dash of another list, on its line.
    Behind(usize),
}

/// A line at another indentation.
fn reindented(line: &str, from: usize, to: usize) -> String {
    if to >= from {
        return if line.trim().is_empty() { line.to_owned() } else { format!("{:1$}{line}", "", to - from) };
    }
    let spaces = line.len() - line.trim_start_matches(' ').len();
    line.get(spaces.min(from - to)..).unwrap_or_default().to_owned()
}
