//! Edits of flow collections: `[a, b]`, `{a: b}` and JSON. Their own spacing stays.

use std::ops::Range;

use super::edits::Content;
use super::plan::{Arrival, Plan};
use super::text::{Change, Editor};
use crate::yaml;
use crate::yaml::{FlowStyle, Kind, Node, ValueError, extents};

impl Editor<'_, '_> {
    /// Edits a flow collection that is not empty.
    pub(super) fn edit_flow(&mut self, node: &Node<'_>, plan: &Plan<'_>, style: FlowStyle) -> Result<(), ValueError> {
        let extents = extents(node);
        let plans: Vec<Option<&Plan<'_>>> = match node.kind() {
            Kind::Mapping { entries, .. } => entries.iter().map(|e| e.key.as_str().and_then(|k| plan.key(k))).collect(),
            _ => (0..extents.len()).map(|i| plan.index(i)).collect(),
        };
        let style = self.own_step(node, &extents, style);
        // Only what gets lines of its own is indented.
        let column = style.step.map_or(0, |_| self.lines.column(extents.first().map_or(node.span().start, |e| e.start)));
        let stays = |i: &usize| plans.get(*i).is_some_and(|p| p.is_none_or(|p| !p.leaves()));
        let kept: Vec<usize> = (0..extents.len()).filter(stays).collect();
        let mut last: Vec<String> = Vec::new();
        let (Some(&first_kept), Some(&last_kept)) = (kept.first(), kept.last()) else {
            let entries = self.flow_entries(plan, style, column)?;
            return self.refill(node, plan, entries, style);
        };
        let lines = self.on_own_lines(node, &extents);
        let gap = match style.step {
            Some(_) => format!("{}{:column$}", self.lines.newline, ""),
            None if style.comma_space => " ".to_owned(),
            None => String::new(),
        };
        for (index, extent) in extents.iter().enumerate() {
            let arrivals = self.flow_arrivals(plan, index, style, column)?;
            if index > last_kept {
                last.extend(arrivals);
            } else if lines {
                let line = self.lines.start(extent.start);
                let at = self.lines.before(line).unwrap_or(line);
                arrivals.iter().for_each(|text| self.insert(at, format!("{gap}{text},")));
            } else {
                // In front of what stays, also where something before it goes.
                let at = if index <= first_kept { extents.first().map_or(extent.start, |e| e.start) } else { extent.start };
                arrivals.iter().for_each(|text| self.insert(at, format!("{text},{gap}")));
            }
            if stays(&index) {
                if let Some(Some(child)) = plans.get(index) {
                    self.edit_flow_child(node, index, child, style, column)?;
                }
            } else if lines {
                self.delete_lines(extent.start, extent.end);
            } else if index < last_kept {
                let to = extents.get(index + 1).map_or(extent.end, |e| e.start);
                self.changes.push(Change { range: extent.start..to, text: String::new() });
            } else {
                let from = extents.get(index - 1).map_or(extent.start, |e| e.end);
                self.changes.push(Change { range: from..extent.end, text: String::new() });
            }
        }
        last.extend(self.flow_arrivals(plan, extents.len(), style, column)?);
        last.extend(self.flow_entries(plan, style, column)?);
        let end = extents.last().map_or(node.span().end, |e| e.end);
        if !lines {
            last.iter().for_each(|text| self.insert(end, format!(",{gap}{text}")));
            return Ok(());
        }
        let end_of_kept = extents.get(last_kept).map_or(end, |e| e.end);
        let commas = (self.comma_behind(end_of_kept), self.comma_behind(end));
        match (commas, last.is_empty()) {
            ((None, _), false) => self.insert(end_of_kept, ",".to_owned()),
            ((Some(comma), None), true) => self.changes.push(Change { range: comma..comma + 1, text: String::new() }),
            _ => {}
        }
        let at = self.lines.end(end);
        for (i, text) in last.iter().enumerate() {
            let comma = if i + 1 < last.len() || commas.1.is_some() { "," } else { "" };
            self.insert(at, format!("{gap}{text}{comma}"));
        }
        Ok(())
    }

    /// Whether every child has a line (or lines) of its own, and so have the brackets.
    fn on_own_lines(&self, node: &Node<'_>, extents: &[Range<usize>]) -> bool {
        let alone = |e: &Range<usize>| {
            let from = self.comma_behind(e.end).map_or(e.end, |c| c + 1);
            let rest = self.lines.text(from, self.lines.end(from)).trim_start();
            self.lines.leads(e.start) && (rest.is_empty() || rest.starts_with('#'))
        };
        extents.iter().all(alone) && extents.iter().all(|e| self.lines.end(e.end) < node.span().end)
    }

    /// The comma behind a child, on its line.
    fn comma_behind(&self, end: usize) -> Option<usize> {
        let rest = self.lines.text(end, self.lines.end(end));
        let at = end + rest.len() - rest.trim_start().len();
        self.lines.rest(at).starts_with(',').then_some(at)
    }

    fn edit_flow_child(
        &mut self,
        node: &Node<'_>,
        index: usize,
        plan: &Plan<'_>,
        style: FlowStyle,
        column: usize,
    ) -> Result<(), ValueError> {
        let child = match node.kind() {
            Kind::Mapping { entries, .. } => entries.get(index).map(|e| &e.value),
            _ => node.items().get(index),
        };
        let Some(child) = child else { return Ok(()) };
        let gap = if child.span().is_empty() && !matches!(node.kind(), Kind::Sequence { .. }) { " " } else { "" };
        // `[a: b]` has no braces to which anything could be added.
        let pair = matches!(child.kind(), Kind::Mapping { flow: false, .. });
        let whole = if pair && plan.replace.is_none() { Some(Content::Value(self.after(child, plan)?)) } else { None };
        if let Some(content) = plan.replace.or(whole.as_ref()) {
            let text = match (content, child.kind()) {
                (Content::Value(value), Kind::Scalar { style: scalar, .. }) if !value.is_array() && !value.is_object() => {
                    yaml::in_style(value, *scalar, style.quoting)
                        .filter(|_| !style.json)
                        .unwrap_or_else(|| yaml::flow(value, style, column))
                }
                _ => self.flow_text(content, style, column),
            };
            let has_colon = self.lines.text(0, child.start()).trim_end().ends_with(':') || matches!(node.kind(), Kind::Sequence { .. });
            let colon = if has_colon { "" } else { ":" };
            self.changes.push(Change { range: child.start()..child.span().end, text: format!("{colon}{gap}{text}") });
            return Ok(());
        }
        self.edit_in_flow(child, plan, style, column)
    }

    /// Edits a node that stands in a flow collection.
    pub(super) fn edit_in_flow(&mut self, node: &Node<'_>, plan: &Plan<'_>, style: FlowStyle, column: usize) -> Result<(), ValueError> {
        if !extents(node).is_empty() {
            return self.edit_flow(node, plan, style);
        }
        let entries = self.flow_entries(plan, style, column)?;
        self.refill(node, plan, entries, style)
    }

    /// Writes a collection anew that had or keeps nothing.
    fn refill(&mut self, node: &Node<'_>, plan: &Plan<'_>, entries: Vec<String>, style: FlowStyle) -> Result<(), ValueError> {
        let line = self.lines.start(node.span().start);
        let close = node.span().end.saturating_sub(1);
        let column = if close > node.span().start && self.lines.leads(close) {
            self.lines.column(close)
        } else {
            self.lines.text(line, node.span().start).chars().take_while(|c| *c == ' ').count()
        };
        let first = extents(node).first().filter(|e| self.lines.leads(e.start)).map(|e| self.lines.column(e.start));
        let inner = first.unwrap_or(column + style.step.unwrap_or(0));
        let mut parts = Vec::new();
        for index in 0..=extents(node).len() {
            parts.extend(self.flow_arrivals(plan, index, style, inner)?);
        }
        let is_map = !entries.is_empty() || (parts.is_empty() && node.is_mapping());
        parts.extend(entries);
        let (open, close) = if is_map { ('{', '}') } else { ('[', ']') };
        let newline = self.lines.newline;
        let text = match style.step {
            Some(_) if !parts.is_empty() => {
                let body: Vec<String> = parts.iter().map(|p| format!("{:inner$}{p}", "")).collect();
                format!("{open}{newline}{}{newline}{:column$}{close}", body.join(&format!(",{newline}")), "")
            }
            _ => format!("{open}{}{close}", parts.join(if style.comma_space { ", " } else { "," })),
        };
        let gap = if node.span().is_empty() { " " } else { "" };
        self.changes.push(Change { range: node.span(), text: format!("{gap}{text}") });
        Ok(())
    }

    /// Each item on a line of its own, or all on one, as the collection itself has it.
    fn own_step(&self, node: &Node<'_>, extents: &[Range<usize>], style: FlowStyle) -> FlowStyle {
        let Some(first) = extents.first() else { return style };
        let own_lines = self.lines.text(node.span().start, first.start).contains('\n');
        let line = self.lines.start(node.span().start);
        let base = self.lines.text(line, node.span().start).chars().take_while(|c| *c == ' ').count();
        let step = own_lines.then(|| self.lines.column(first.start).saturating_sub(base)).filter(|s| *s > 0);
        FlowStyle { step, ..style }
    }

    fn flow_arrivals(&self, plan: &Plan<'_>, index: usize, style: FlowStyle, column: usize) -> Result<Vec<String>, ValueError> {
        plan.arrivals(index)
            .map(|arrival| match arrival {
                Arrival::New(content) => Ok(self.flow_text(content, style, column)),
                Arrival::Moved(from) => Ok(yaml::flow(&self.moved_value(from)?, inner(style), column)),
            })
            .collect()
    }

    /// The entries that come into a mapping.
    fn flow_entries(&self, plan: &Plan<'_>, style: FlowStyle, column: usize) -> Result<Vec<String>, ValueError> {
        let colon = if style.colon_space { ": " } else { ":" };
        let entry = |(key, content): &(&str, &Content)| {
            let content = self.filled(content, plan.key(key))?;
            Ok(format!("{}{colon}{}", yaml::flow_key(key, style), self.flow_text(&content, style, column)))
        };
        plan.keys.iter().map(entry).collect()
    }

    fn flow_text(&self, content: &Content, style: FlowStyle, column: usize) -> String {
        match content {
            Content::Text(text) => text.clone(),
            Content::Value(value) => yaml::flow(value, inner(style), column),
        }
    }
}

/// Only JSON spreads what is new over lines.
fn inner(style: FlowStyle) -> FlowStyle {
    if style.json { style } else { FlowStyle { step: None, ..style } }
}
