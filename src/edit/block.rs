//! Edits of block collections: whole lines come and go, and comments on lines of their own stay.

use std::ops::Range;

use super::edits::Content;
use super::plan::{Arrival, Plan};
use super::text::{Change, Editor, Slot, in_order, splice};
use crate::yaml;
use crate::yaml::{Entry, Kind, Literal, Node, Path, ScalarStyle, Step, ValueError};

/// An entry or an item of a block collection.
struct Child {
    /// Its first byte: of the key (or the `?` before it), or of the dash.
    start: usize,
    end: usize,
    leaves: bool,
    /// Whether it takes its comments along.
    moved: bool,
    /// Where it ends with a literal or folded text: whether that keeps empty lines.
    text: Option<bool>,
}

/// Where new lines go.
#[derive(Debug, Clone, Copy)]
enum InsertAt {
    /// Below the line that ends here.
    Below(usize),
    /// Above the line that starts here: the first of the text.
    Above(usize),
    /// Behind the dash of another list, on its line; something follows on the next line or not.
    Behind(usize, bool),
}

impl<'s, 't> Editor<'s, 't> {
    pub(super) fn edit_mapping(&mut self, node: &Node<'_>, plan: &Plan<'_>, slot: Slot) -> Result<(), ValueError> {
        let entries = node.entries();
        let plan_of = |e: &Entry<'_>| e.key.as_str().and_then(|k| plan.key(k));
        let children: Vec<Child> = entries
            .iter()
            .map(|e| Child {
                start: self.entry_start(&e.key),
                end: e.value.span().end.max(e.key.span().end),
                leaves: plan_of(e).is_some_and(Plan::leaves),
                moved: false,
                text: self.ends_with_text(&e.value),
            })
            .collect();
        let Some(column) = children.first().map(|c| self.lines.column(c.start)) else { return Ok(()) };
        for entry in entries {
            let Some(below) = plan_of(entry).filter(|p| !p.leaves()) else { continue };
            let colon = self.colon(&entry.key);
            self.edit(&entry.value, below, Slot::Key { colon, column })?;
        }
        self.remove(&children, column, plan.keys.is_empty().then_some("{}"), node, slot);
        let at = self.at_the_end(&children, column);
        for (key, content) in &plan.keys {
            let style = self.fitting(at, column);
            let filled = plan.key(key).filter(|below| !below.items.is_empty());
            let lines = match content {
                Content::Value(_) if filled.is_some() => yaml::entry_of(key, "", column, style.quoting),
                Content::Value(value) => yaml::entry(key, value, column, style),
                Content::Text(text) => yaml::entry_of(key, text, column, style.quoting),
            };
            self.put(at, &lines, column);
            if let Some(below) = filled {
                self.arrive(below, 0, column + self.style.list, at)?;
            }
        }
        Ok(())
    }

    pub(super) fn edit_sequence(&mut self, node: &Node<'_>, plan: &Plan<'_>, slot: Slot) -> Result<(), ValueError> {
        let items = node.items();
        let children: Vec<Child> = items
            .iter()
            .zip(self.dashes(node))
            .enumerate()
            .map(|(i, (item, dash))| {
                let plan = plan.index(i);
                let leaves = plan.is_some_and(Plan::leaves);
                let moved = plan.is_some_and(|p| p.moved) && !self.rewritten.contains(&item.start());
                Child { start: dash, end: item.span().end.max(dash + 1), leaves, moved, text: self.ends_with_text(item) }
            })
            .collect();
        let Some(column) = children.first().map(|c| self.lines.column(c.start)) else { return Ok(()) };
        let first_kept = children.iter().position(|c| !c.leaves);
        let compact = children.first().is_some_and(|c| !self.lines.leads(c.start));
        for (index, (item, child)) in items.iter().zip(&children).enumerate() {
            let at = match first_kept {
                // What comes before the first one that stays takes the place behind the outer dash.
                Some(first) if compact && index <= first => InsertAt::Behind(children.first().map_or(0, |c| c.start), true),
                None if compact => InsertAt::Behind(children.first().map_or(0, |c| c.start), true),
                _ => self.in_front_of(index, child.start, column),
            };
            self.arrive(plan, index, column, at)?;
            if let Some(below) = plan.index(index).filter(|p| !p.leaves()) {
                self.edit(item, below, Slot::Item { dash: child.start + 1, column })?;
            }
        }
        self.remove(&children, column, plan.items.is_empty().then_some("[]"), node, slot);
        let at = self.at_the_end(&children, column);
        self.arrive(plan, items.len(), column, at)
    }

    /// Writes what comes into a list that was empty, or not there.
    pub(super) fn fill_list(&mut self, node: &Node<'_>, plan: &Plan<'_>, colon: usize, column: usize) -> Result<(), ValueError> {
        let column = column + self.style.list;
        let end = node.span().end;
        self.changes.push(Change { range: colon..end, text: String::new() });
        let mut indices: Vec<usize> = plan.items.iter().map(|(before, _)| *before).collect();
        indices.sort_unstable();
        indices.dedup();
        indices.into_iter().try_for_each(|index| self.arrive(plan, index, column, InsertAt::Below(self.lines.end(end))))
    }

    /// Where something stands that comes after all children.
    fn at_the_end(&self, children: &[Child], column: usize) -> InsertAt {
        let (Some(first), Some(last)) = (children.first(), children.last()) else { return InsertAt::Below(0) };
        if !self.lines.leads(first.start) && children.iter().all(|c| c.leaves) {
            return InsertAt::Behind(first.start, false);
        }
        InsertAt::Below(self.lines.with_comments_below(last.end, column))
    }

    /// Where something stands that comes before the item with this dash.
    fn in_front_of(&self, index: usize, dash: usize, column: usize) -> InsertAt {
        if !self.lines.leads(dash) {
            return InsertAt::Behind(dash, true);
        }
        let top = self.lines.with_comments_above(dash, column, index == 0);
        self.lines.before(top).map_or(InsertAt::Above(top), InsertAt::Below)
    }

    /// Writes what comes into a list before this index.
    fn arrive(&mut self, plan: &Plan<'_>, index: usize, column: usize, at: InsertAt) -> Result<(), ValueError> {
        for arrival in plan.arrivals(index) {
            let lines = match arrival {
                Arrival::New(Content::Value(value)) => yaml::dashed(value, column, self.fitting(at, column)),
                Arrival::New(Content::Text(text)) => format!("\n{:column$}- {text}", ""),
                Arrival::Moved(from) => self.moved_lines(from, column)?,
            };
            self.put(at, &lines, column);
        }
        Ok(())
    }

    /// Puts lines, each with a line end before it, where they go.
    fn put(&mut self, at: InsertAt, lines: &str, column: usize) {
        let newline = self.lines.newline;
        match at {
            InsertAt::Below(at) => self.insert_lines(at, lines),
            InsertAt::Above(at) => {
                let text = self.lines.ended(lines);
                self.insert(at, format!("{}{newline}", text.strip_prefix(newline).unwrap_or(&text)));
            }
            InsertAt::Behind(at, followed) => {
                let text = self.lines.ended(lines.trim_start()).into_owned();
                let first = !self.changes.iter().any(|c| c.range == (at..at));
                match followed {
                    true => self.insert(at, format!("{text}{newline}{:column$}", "")),
                    false if first => self.insert(at, text),
                    false => self.insert(at, format!("{newline}{:column$}{text}", "")),
                }
            }
        }
    }

    /// The style of new lines at a place: with literal text where that may stand there.
    fn fitting(&self, at: InsertAt, column: usize) -> yaml::Style {
        let at = match at {
            InsertAt::Below(at) | InsertAt::Above(at) | InsertAt::Behind(at, _) => at,
        };
        yaml::Style { literal: self.literal_at(at, column), ..self.style }
    }

    /// Which text may be a literal block where new lines at this column end at the end of a line: what follows must not
    /// become part of it.
    pub(super) fn literal_at(&self, at: usize, column: usize) -> Literal {
        let mut line = self.lines.next(at);
        let mut blank = line.is_none();
        while let Some(here) = line {
            if self.lines.comment(here).is_some_and(|c| c > column) {
                return Literal::Never;
            }
            if !self.lines.text(here, self.lines.end(here)).trim().is_empty() {
                break;
            }
            line = self.lines.next(here);
            blank |= line.is_some();
        }
        if self.style.literal == Literal::Any && blank { Literal::Stripped } else { self.style.literal }
    }

    /// The lines of an item that moves, with its comments, at another column, each with a line end before it.
    fn moved_lines(&mut self, from: &Path, column: usize) -> Result<String, ValueError> {
        let Some((item, dash, index)) = self.own_lines(from) else {
            let style = yaml::Style { literal: Literal::Never, ..self.style };
            return Ok(yaml::dashed(&self.moved_value(from)?, column, style));
        };
        let old_column = self.lines.column(dash);
        let (top, bottom) = self.with_own_comments(index, dash, item.span().end.max(dash + 1), old_column);
        let outer = std::mem::take(&mut self.changes);
        // What follows a literal text here may not be what follows it there.
        let style = std::mem::replace(&mut self.style.literal, Literal::Never);
        if let Some(plan) = self.plan.at(from) {
            let below = Plan { moved: false, ..plan.shallow() };
            self.edit(item, &below, Slot::Item { dash: dash + 1, column: old_column })?;
        }
        self.style.literal = style;
        let inner = in_order(std::mem::replace(&mut self.changes, outer));
        let shifted: Vec<Change> = inner
            .into_iter()
            .map(|c| Change { range: c.range.start.saturating_sub(top)..c.range.end.saturating_sub(top), text: c.text })
            .collect();
        let text = splice(self.lines.text(top, bottom), &shifted);
        Ok(text.lines().map(|line| format!("\n{}", reindented(line, old_column, column))).collect())
    }

    /// An item that stands on lines of its own, with the offset of its dash and its index.
    fn own_lines(&self, path: &Path) -> Option<(&'t Node<'s>, usize, usize)> {
        let (Step::Index(index), list) = path.split_last()? else { return None };
        let list = self.root.at(list).filter(|l| matches!(l.kind(), Kind::Sequence { flow: false, .. }))?;
        let (item, dash) = (list.items().get(*index)?, self.dashes(list).get(*index).copied()?);
        (self.lines.leads(dash) && self.ends_with_text(item).is_none()).then_some((item, dash, *index))
    }

    /// The lines of an item that moves, with the comments that it takes along.
    pub(super) fn carried_lines(&self, path: &Path) -> Option<Range<usize>> {
        let (item, dash, index) = self.own_lines(path).filter(|(item, ..)| !self.rewritten.contains(&item.start()))?;
        let (top, bottom) = self.with_own_comments(index, dash, item.span().end.max(dash + 1), self.lines.column(dash));
        Some(self.lines.start(top)..bottom)
    }

    /// From the first comment that belongs to an item to the end of the last one.
    fn with_own_comments(&self, index: usize, start: usize, end: usize, column: usize) -> (usize, usize) {
        (self.lines.with_comments_above(start, column, index == 0), self.lines.with_comments_below(end, column + 1))
    }

    /// Removes the children that leave. Where none stays, `empty` takes their place, if something is to.
    fn remove(&mut self, children: &[Child], column: usize, empty: Option<&str>, node: &Node<'_>, slot: Slot) {
        let Some(first) = children.first() else { return };
        let first_kept = children.iter().position(|c| !c.leaves);
        let compact = !self.lines.leads(first.start);
        // Up to here the line of the first child is gone already.
        let mut done = 0;
        if compact && first.leaves {
            done = match first_kept.and_then(|i| children.get(i)) {
                Some(next) => {
                    let to = self.first_content(first, next.start);
                    self.changes.push(Change { range: first.start..to, text: String::new() });
                    to
                }
                None => {
                    let to = self.first_own_comment(first.start, first.end).and_then(|c| self.lines.before(c));
                    let to = to.unwrap_or_else(|| self.lines.end(first.end));
                    self.insert_if(empty, first.start);
                    self.changes.push(Change { range: first.start..to, text: String::new() });
                    to + 1
                }
            };
        } else if first_kept.is_none() {
            match slot {
                Slot::Root => {
                    let last = children.last().map_or(first.end, |c| c.end);
                    let newline = self.lines.newline;
                    if let Some(empty) = empty {
                        self.insert(self.lines.end(last), format!("{newline}{empty}"));
                    }
                }
                _ => {
                    let head = slot.head(node).max(self.properties_end(node));
                    self.insert_if(empty.map(|e| format!(" {e}")).as_deref(), head);
                }
            }
        }
        for (index, child) in children.iter().enumerate().filter(|(_, c)| c.leaves && c.end > done) {
            if child.moved && self.lines.leads(child.start) && child.text.is_none() {
                let (top, bottom) = self.with_own_comments(index, child.start, child.end, column);
                self.delete_range(self.lines.start(top), bottom);
            } else {
                let start = if child.start < done { self.lines.next(done).unwrap_or(done).min(child.end) } else { child.start };
                self.delete_lines(start, child.end);
            }
        }
        self.guard_texts(children, column);
    }

    fn insert_if(&mut self, text: Option<&str>, at: usize) {
        if let Some(text) = text {
            self.insert(at, text.to_owned());
        }
    }

    /// The first comment on a line of its own, from the line below `start` on.
    pub(super) fn first_own_comment(&self, start: usize, end: usize) -> Option<usize> {
        let mut line = self.lines.next(start);
        while let Some(here) = line.filter(|h| *h < end) {
            if self.lines.comment(here).is_some() && !self.in_text(here) {
                return Some(here);
            }
            line = self.lines.next(here);
        }
        None
    }

    /// What takes the place of a first child behind a dash: a comment that stays, or the next child.
    fn first_content(&self, first: &Child, next: usize) -> usize {
        let comment = self.first_own_comment(first.start, next);
        comment.map_or(next, |line| line + self.lines.comment(line).unwrap_or(0))
    }

    /// Text of several lines takes up comments and empty lines that come to stand below it when the lines between go.
    fn guard_texts(&mut self, children: &[Child], column: usize) {
        for (index, child) in children.iter().enumerate() {
            let (Some(keeps), false, true) = (child.text, child.leaves, children.get(index + 1).is_some_and(|c| c.leaves)) else {
                continue;
            };
            let gone: Vec<&Child> = children.iter().skip(index + 1).take_while(|c| c.leaves).collect();
            let carried: Vec<(usize, usize)> = (index + 1..)
                .zip(&gone)
                .filter(|(_, c)| c.moved && self.lines.leads(c.start) && c.text.is_none())
                .map(|(i, c)| self.with_own_comments(i, c.start, c.end, column))
                .collect();
            let mut line = self.lines.next(child.end);
            let mut comment_seen = false;
            while let Some(here) = line {
                line = self.lines.next(here);
                let end = self.lines.end(here);
                let text = self.lines.text(here, end);
                if carried.iter().any(|(top, bottom)| self.lines.start(*top) <= here && here <= *bottom) {
                    continue;
                }
                let inside = gone.iter().any(|c| self.lines.start(c.start) <= here && here <= c.end);
                match self.lines.comment(here).filter(|_| !inside || !self.in_text(here)) {
                    Some(at) => {
                        comment_seen = true;
                        if at > column {
                            let indent = text.len() - text.trim_start().len();
                            self.changes.push(Change { range: here..here + indent, text: " ".repeat(column) });
                        }
                    }
                    None if inside => {}
                    None if text.trim().is_empty() => {
                        if keeps && !comment_seen && line.is_some() {
                            self.delete_range(here, end);
                        }
                    }
                    None => break,
                }
            }
        }
    }

    /// Removes the lines of a node, but not comments on lines of their own, unless something takes them along.
    pub(super) fn delete_lines(&mut self, start: usize, end: usize) {
        let mut from = self.lines.start(start);
        let within = |c: &&Range<usize>| from <= c.start && c.start <= end;
        let carried: Vec<Range<usize>> = self.carried.iter().filter(within).cloned().collect();
        let last = carried.iter().map(|c| c.end).fold(self.lines.end(end), usize::max);
        // A comment that stays below what goes comes to stand below what was before it.
        self.kept_comments |= self.lines.next(last).is_some_and(|below| self.lines.comment(below).is_some());
        let mut line = Some(from);
        while let Some(here) = line.filter(|h| *h <= last) {
            let goes = carried.iter().any(|c| c.contains(&here));
            if !goes && self.lines.comment(here).is_some() && !self.in_text(here) {
                self.kept_comments = true;
                if here > from {
                    self.delete_range(from, self.lines.before(here).unwrap_or(here));
                }
                from = self.lines.next(here).unwrap_or(last + 1);
            }
            line = self.lines.next(here);
        }
        if from <= last {
            self.delete_range(from, last);
        }
    }

    /// Removes whole lines with the line end before them; `in_order` sees to those at the start of the text.
    pub(super) fn delete_range(&mut self, start: usize, end: usize) {
        let from = self.lines.before(start).unwrap_or(start);
        self.changes.push(Change { range: from..end, text: String::new() });
    }

    /// Where an entry starts: at its key, or at the `?` before it.
    fn entry_start(&self, key: &Node<'_>) -> usize {
        let line = self.lines.start(key.start());
        let before = self.lines.text(line, key.start()).trim_end();
        if before.ends_with('?') { line + before.len() - 1 } else { key.start() }
    }

    /// Where a node ends with a literal or folded text: whether that keeps the empty lines below it.
    fn ends_with_text(&self, node: &Node<'_>) -> Option<bool> {
        match node.kind() {
            Kind::Scalar { style: ScalarStyle::Literal | ScalarStyle::Folded, .. } => {
                let text = self.lines.text(node.span().start, node.span().end);
                Some(text.lines().next().is_some_and(|header| header.split('#').next().is_some_and(|h| h.contains('+'))))
            }
            Kind::Sequence { items, flow: false } => items.last().and_then(|n| self.ends_with_text(n)),
            Kind::Mapping { entries, flow: false } => entries.last().and_then(|e| self.ends_with_text(&e.value)),
            _ => None,
        }
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
            let here = at + rest.len() - rest.trim_start().len();
            if !self.lines.rest(here).starts_with('#') {
                return here;
            }
            match self.lines.next(here) {
                Some(next) => at = next,
                None => return here,
            }
        }
    }
}

/// A line at another indentation.
fn reindented(line: &str, from: usize, to: usize) -> String {
    if to >= from {
        return if line.trim().is_empty() { line.to_owned() } else { format!("{:1$}{line}", "", to - from) };
    }
    let spaces = line.len() - line.trim_start_matches(' ').len();
    line.get(spaces.min(from - to)..).unwrap_or_default().to_owned()
}
