//! Edits of flow collections: `[a, b]`, `{a: b}` and JSON. Their own spacing stays.

use std::ops::Range;

use super::apply::{Change, Editor};
use super::edit::Content;
use super::plan::{Arrival, Plan};
use super::tree::{Kind, Node};
use super::value::ValueError;
use super::write::{self, FlowStyle};

/// The bytes of each child: an item, or an entry with its key.
pub(super) fn extents(node: &Node<'_>) -> Vec<Range<usize>> {
    match node.kind() {
        Kind::Sequence { items, .. } => items.iter().map(|n| n.start()..n.span().end).collect(),
        Kind::Mapping { entries, .. } => entries.iter().map(|e| e.key.start()..e.value.span().end.max(e.key.span().end)).collect(),
        _ => Vec::new(),
    }
}

impl Editor<'_, '_> {
    /// Edits a flow collection that is not empty.
    pub(super) fn edit_flow(&mut self, node: &Node<'_>, plan: &Plan<'_>, style: FlowStyle) -> Result<(), ValueError> {
        let extents = extents(node);
        let plans: Vec<Option<&Plan<'_>>> = match node.kind() {
            Kind::Mapping { entries, .. } => entries.iter().map(|e| e.key.as_str().and_then(|k| plan.key(k))).collect(),
            _ => (0..extents.len()).map(|i| plan.index(i)).collect(),
        };
        let style = self.own_step(node, &extents, style);
        let column = self.lines.column(extents.first().map_or(node.span().start, |e| e.start));
        let first_kept = plans.iter().position(|p| p.is_none_or(|p| !p.leaves()));
        let new_entries: Vec<String> = plan.keys.iter().map(|(key, content)| self.flow_entry(key, content, style, column)).collect();
        let Some(first_kept) = first_kept else {
            return self.refill(node, plan, new_entries, style);
        };
        let separator = match style.step {
            Some(_) => format!(",{}{:column$}", self.lines.newline, ""),
            None if style.comma_space => ", ".to_owned(),
            None => ",".to_owned(),
        };
        for (index, extent) in extents.iter().enumerate() {
            let arrivals = self.flow_arrivals(plan, index, style, column)?;
            match index.checked_sub(1).and_then(|i| extents.get(i)) {
                Some(before) => arrivals.iter().for_each(|text| self.insert(before.end, format!("{separator}{text}"))),
                None => arrivals.iter().for_each(|text| self.insert(extent.start, format!("{text}{separator}"))),
            }
            let Some(Some(child)) = plans.get(index) else { continue };
            if child.leaves() {
                let range = if index < first_kept {
                    extent.start..extents.get(index + 1).map_or(extent.end, |e| e.start)
                } else {
                    index.checked_sub(1).and_then(|i| extents.get(i)).map_or(extent.start, |e| e.end)..extent.end
                };
                self.changes.push(Change { range, text: String::new() });
            } else {
                self.edit_flow_child(node, index, child, style, column)?;
            }
        }
        let end = extents.last().map_or(node.span().end, |e| e.end);
        for text in self.flow_arrivals(plan, extents.len(), style, column)?.into_iter().chain(new_entries) {
            self.insert(end, format!("{separator}{text}"));
        }
        Ok(())
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
        if let Some(content) = plan.replace {
            let gap = if child.span().is_empty() && !matches!(node.kind(), Kind::Sequence { .. }) { " " } else { "" };
            let text = match (content, child.kind()) {
                (Content::Value(value), Kind::Scalar { style: scalar, .. }) if !value.is_array() && !value.is_object() => {
                    write::in_style(value, *scalar, style.quoting)
                        .filter(|_| !style.json)
                        .unwrap_or_else(|| write::flow(value, style, column))
                }
                _ => self.flow_text(content, style, column),
            };
            self.changes.push(Change { range: child.start()..child.span().end, text: format!("{gap}{text}") });
            return Ok(());
        }
        self.edit_in_flow(child, plan, style, column)
    }

    /// Edits a node that stands in a flow collection.
    pub(super) fn edit_in_flow(&mut self, node: &Node<'_>, plan: &Plan<'_>, style: FlowStyle, column: usize) -> Result<(), ValueError> {
        if !extents(node).is_empty() {
            return self.edit_flow(node, plan, style);
        }
        let entries = plan.keys.iter().map(|(key, content)| self.flow_entry(key, content, style, column)).collect();
        self.refill(node, plan, entries, style)
    }

    /// Writes a collection anew that had or keeps nothing.
    fn refill(&mut self, node: &Node<'_>, plan: &Plan<'_>, entries: Vec<String>, style: FlowStyle) -> Result<(), ValueError> {
        let line = self.lines.start(node.span().start);
        let column = self.lines.text(line, node.span().start).chars().take_while(|c| *c == ' ').count();
        let inner = column + style.step.unwrap_or(0);
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
                Arrival::Moved(from) => Ok(write::flow(&self.moved_value(from)?, inner(style), column)),
            })
            .collect()
    }

    fn flow_entry(&self, key: &str, content: &Content, style: FlowStyle, column: usize) -> String {
        let colon = if style.colon_space { ": " } else { ":" };
        format!("{}{colon}{}", write::flow_key(key, style), self.flow_text(content, style, column))
    }

    fn flow_text(&self, content: &Content, style: FlowStyle, column: usize) -> String {
        match content {
            Content::Text(text) => text.clone(),
            Content::Value(value) => write::flow(value, inner(style), column),
        }
    }
}

/// Only JSON spreads what is new over lines.
fn inner(style: FlowStyle) -> FlowStyle {
    if style.json { style } else { FlowStyle { step: None, ..style } }
}
