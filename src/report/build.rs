//! From what came of each file to a report: which lines belong to which workload, which of them change, what is hidden.

use std::collections::{HashMap, HashSet, VecDeque};
use std::ops::RangeInclusive;
use std::path::Path;

use rayon::prelude::*;
use similar::TextDiff;

use super::hide::Hidden;
use super::input::{Input, Show};
use super::lines::LineStarts;
use super::model::{Comparison, FileReport, Hunk, Report, Row, Side, Warning, WorkloadReport};
use super::unified::CONTEXT;
use super::{hide, secrets};
use crate::kubernetes::{Identity, Kinds, subject};
use crate::read::{Layout, Manifests};
use crate::record::Record;
use crate::yaml::{Node, value_at};
use crate::{Value, yaml};

/// A file before and after; one of them may be missing.
type Pair<'p, 'a> = (Option<&'p Input<'a>>, Option<&'p Input<'a>>);

impl<'a> Report<'a> {
    /// What injecting changes in these files.
    ///
    /// # Errors
    ///
    /// When what was injected is no YAML; that would be a bug.
    pub fn of_injection(files: &[Input<'a>], show: Show) -> Result<Self, yaml::Error> {
        let report = |file: &Input<'a>| {
            let mut workloads = Vec::new();
            if looks_for_workloads(file, show) {
                let source = Manifests::parse(file.source, Layout::Stream)?;
                let before = parts(file, &source, &source, show)?;
                let after = parts(file, &source, &Manifests::parse(&file.injected.text, Layout::Stream)?, show)?;
                workloads = before.into_iter().zip(after).map(|(b, a)| workload(Some(b), Some(a))).collect();
            }
            // Nothing of a Secret changes, but the lines about a change may be its own.
            let text = |text: &'a str| {
                if show.secrets || file.source == file.injected.text { Ok(text.into()) } else { secrets::hidden_text(text, None) }
            };
            let (before, after) = (Some(text(file.source)?), Some(text(&file.injected.text)?));
            Ok(FileReport { name: file.name.clone(), before, after, workloads })
        };
        let files_report = files.par_iter().map(report).collect::<Result<_, _>>()?;
        Ok(Self { comparison: Comparison::Injection, files: files_report, warnings: warnings(files) })
    }

    /// How what injecting makes of these files differs from what it makes of those before them. Files belong together by
    /// their paths below what was named, a single one and a single one whatever they are called; workloads by kind, namespace
    /// and name.
    ///
    /// # Errors
    ///
    /// When what was injected is no YAML; that would be a bug.
    pub fn of_results(before: &[Input<'a>], after_files: &[Input<'a>], show: Show) -> Result<Self, yaml::Error> {
        let report = |(before, after): &Pair<'_, 'a>| {
            let side = |file: Option<&Input<'a>>| match file.filter(|f| looks_for_workloads(f, show)) {
                Some(file) => {
                    let source = Manifests::parse(file.source, Layout::Stream)?;
                    parts(file, &source, &Manifests::parse(&file.injected.text, Layout::Stream)?, show)
                }
                None => Ok(Vec::new()),
            };
            let known = before.filter(|_| !show.secrets).map(secrets::values);
            let text = |file: Option<&Input<'a>>, known: Option<&secrets::Values>| match file {
                Some(file) if show.secrets => Ok(Some(file.injected.text.as_str().into())),
                Some(file) => secrets::hidden_text(&file.injected.text, known).map(Some),
                None => Ok(None),
            };
            let name = match (before, after) {
                (_, Some(file)) => file.name.clone(),
                (Some(gone), None) => name_of_gone(gone, after_files),
                (None, None) => String::new(),
            };
            let workloads = matched(side(*before)?, side(*after)?);
            Ok(FileReport { name, before: text(*before, None)?, after: text(*after, known.as_ref())?, workloads })
        };
        let files = pairs(before, after_files).par_iter().map(report).collect::<Result<_, _>>()?;
        Ok(Self { comparison: Comparison::Results, files, warnings: warnings(after_files) })
    }
}

/// Which files belong together, in the order of their paths.
fn pairs<'p, 'a>(before: &'p [Input<'a>], after: &'p [Input<'a>]) -> Vec<Pair<'p, 'a>> {
    if let ([b], [a]) = (before, after) {
        return vec![(Some(b), Some(a))];
    }
    let known: HashMap<&Path, &Input<'a>> = before.iter().map(|file| (file.below, file)).collect();
    let stays: HashSet<&Path> = after.iter().map(|file| file.below).collect();
    let mut pairs: Vec<Pair<'p, 'a>> = after.iter().map(|a| (known.get(a.below).copied(), Some(a))).collect();
    pairs.extend(before.iter().filter(|b| !stays.contains(b.below)).map(|b| (Some(b), None)));
    pairs.sort_by_key(|(b, a)| a.or(*b).map(|file| file.below));
    pairs
}

/// Whether the workloads of a file are wanted, and there is one.
fn looks_for_workloads(file: &Input<'_>, show: Show) -> bool {
    !show.texts_only && file.injected.objects.iter().any(|o| !o.outcome.workloads.is_empty())
}

/// The name that a file would have among those after: beside them, not where the ones before stand.
fn name_of_gone(gone: &Input<'_>, after: &[Input<'_>]) -> String {
    let below = |file: &Input<'_>| file.below.to_string_lossy().replace('\\', "/");
    let folder = after.iter().find_map(|file| file.name.strip_suffix(&below(file))).unwrap_or_default();
    format!("{folder}{}", below(gone))
}

/// A workload in one text.
struct Part<'a> {
    identity: &'a Identity,
    side: Side<'a>,
    /// The lines of the manifest as it came.
    lines: RangeInclusive<usize>,
    /// Number of its first line in the text, counted from 0.
    first: usize,
    /// Its lines, with their ends.
    text: Vec<&'a str>,
    /// Where these start in the text.
    offset: usize,
    hidden: Vec<Hidden>,
}

/// The workloads of one text of a file: of its source, or of what came of it.
fn parts<'a>(file: &Input<'a>, source: &Manifests<'a>, manifests: &Manifests<'a>, show: Show) -> Result<Vec<Part<'a>>, yaml::Error> {
    let text = manifests.source();
    let (nodes, source_nodes) = (manifests.objects(), source.objects());
    let (lines, source_lines) = (LineStarts::of(text), LineStarts::of(source.source()));
    let mut parts = Vec::new();
    for (index, object) in file.injected.objects.iter().enumerate() {
        let (Some(root), Some(source_root)) = (nodes.get(index), source_nodes.get(index)) else { continue };
        let next = nodes.get(index + 1).map_or(lines.count(), |n| lines.number(n.start()));
        let window = lines.number(root.start())..lines.document_end(root.span().end, next);
        let workloads: Vec<_> =
            object.outcome.workloads.iter().filter_map(|w| Some((w, root.at(&w.path)?, source_root.at(&w.path)?))).collect();
        let starts: Vec<usize> = workloads.iter().map(|(_, node, _)| lines.number(node.start())).collect();
        let secrets = if show.secrets || !secrets::may_hold_secrets(text) {
            Vec::new()
        } else {
            secrets::hidden_in(root, None).map_err(|e| e.in_source(text))?
        };
        let original = if show.values { Value::Null } else { original(&object.value) };
        for (i, (outcome, node, source_node)) in workloads.iter().enumerate() {
            // What stands before the first workload of a List goes with it, so that no line is nobody's.
            let first = if i == 0 { window.start } else { starts.get(i).copied().unwrap_or(window.end) };
            let end = starts.get(i + 1).copied().unwrap_or(window.end).max(first);
            let mut hidden = Vec::new();
            if !show.values {
                let own = value_at(&original, &outcome.path).map(hide::environment).unwrap_or_default();
                hidden = hide::hidden(node, &own);
                if i == 0 && !outcome.path.is_empty() {
                    hidden.extend(hide::hidden(root, &hide::Own::new()));
                    hide::sort(&mut hidden);
                }
            }
            if !secrets.is_empty() {
                hidden.extend(secrets.iter().cloned());
                hide::sort(&mut hidden);
            }
            parts.push(Part {
                identity: &outcome.identity,
                side: Side { value: node.to_value().map_err(|e| e.in_source(text))?, decisions: &outcome.decisions },
                lines: own_lines(&source_lines, source_node),
                first,
                text: lines.text(text, first..end),
                offset: lines.offset(first),
                hidden,
            });
        }
    }
    Ok(parts)
}

/// The object before an earlier injection of ours: what in it is the user's own.
fn original(object: &Value) -> Value {
    match Record::of(object) {
        Ok(Some(record)) => record.undo(object, &Kinds::default()).map_or_else(|_| object.clone(), |undo| undo.original),
        _ => object.clone(),
    }
}

fn own_lines(lines: &LineStarts, node: &Node<'_>) -> RangeInclusive<usize> {
    let first = lines.number(node.start());
    first + 1..=lines.number(node.span().end).max(first) + 1
}

/// Workloads that belong together, in the order of those after; then those that are gone.
fn matched<'a>(before: Vec<Part<'a>>, after: Vec<Part<'a>>) -> Vec<WorkloadReport<'a>> {
    let key = |part: &Part<'a>| (part.identity.kind.as_str(), part.identity.namespace.as_str(), part.identity.name.as_str());
    let mut places: HashMap<_, VecDeque<usize>> = HashMap::new();
    for (index, part) in before.iter().enumerate() {
        places.entry(key(part)).or_default().push_back(index);
    }
    let mut left: Vec<Option<Part<'a>>> = before.into_iter().map(Some).collect();
    let mut found = Vec::with_capacity(after.len());
    for part in after {
        let index = places.get_mut(&key(&part)).and_then(VecDeque::pop_front);
        let old = index.and_then(|index| left.get_mut(index)).and_then(Option::take);
        found.push(workload(old, Some(part)));
    }
    found.extend(left.into_iter().flatten().map(|gone| workload(Some(gone), None)));
    found
}

fn workload<'a>(before: Option<Part<'a>>, after: Option<Part<'a>>) -> WorkloadReport<'a> {
    let hunks = hunks(before.as_ref(), after.as_ref());
    const NOBODY: &Identity = &Identity { api_version: String::new(), kind: String::new(), name: String::new(), namespace: String::new() };
    let shown = after.as_ref().or(before.as_ref());
    WorkloadReport {
        identity: shown.map_or(NOBODY, |part| part.identity),
        lines: shown.map_or(1..=1, |part| part.lines.clone()),
        before: before.map(|part| part.side),
        after: after.map(|part| part.side),
        hunks,
    }
}

fn hunks<'a>(before: Option<&Part<'a>>, after: Option<&Part<'a>>) -> Vec<Hunk<'a>> {
    let text = |part: Option<&Part<'a>>| part.map(|p| p.text.clone()).unwrap_or_default();
    let (old, new) = (text(before), text(after));
    if old == new {
        return Vec::new();
    }
    let (mut old_rows, mut new_rows) = (before.map(Rows::of), after.map(Rows::of));
    let diff = TextDiff::from_slices(&old, &new);
    let hunk = |ops: Vec<similar::DiffOp>| {
        let changes = ops.into_iter().flat_map(|op| diff.iter_changes(&op).collect::<Vec<_>>());
        let rows = changes.map(|change| {
            let number = |rows: &Option<Rows<'_, 'a>>, index: Option<usize>| rows.as_ref().zip(index).map(|(r, i)| r.part.first + i + 1);
            let (before, after) = (number(&old_rows, change.old_index()), number(&new_rows, change.new_index()));
            let (rows, index) = if after.is_some() { (&mut new_rows, change.new_index()) } else { (&mut old_rows, change.old_index()) };
            let text = rows.as_mut().zip(index).map(|(rows, index)| rows.shown(index)).unwrap_or_default();
            Row { before, after, text }
        });
        Hunk { rows: rows.collect() }
    };
    diff.grouped_ops(CONTEXT).into_iter().map(hunk).collect()
}

/// The lines of a part as they are shown, asked for in growing order.
struct Rows<'p, 'a> {
    part: &'p Part<'a>,
    line: usize,
    offset: usize,
}

impl<'p, 'a> Rows<'p, 'a> {
    fn of(part: &'p Part<'a>) -> Self {
        Self { part, line: 0, offset: part.offset }
    }

    fn shown(&mut self, line: usize) -> std::borrow::Cow<'a, str> {
        self.offset += self.part.text.get(self.line..line).unwrap_or_default().iter().map(|l| l.len()).sum::<usize>();
        self.line = line;
        let text = self.part.text.get(line).copied().unwrap_or_default();
        hide::shown(text.trim_end_matches(['\n', '\r']), self.offset, &self.part.hidden)
    }
}

fn warnings(files: &[Input<'_>]) -> Vec<Warning> {
    let mut found = Vec::new();
    for file in files {
        for object in &file.injected.objects {
            found.extend(object.outcome.warnings.iter().map(|finding| Warning {
                file: file.name.clone(),
                position: Some(object.position(finding)),
                object: Identity::of(subject(&object.value, &finding.path)),
                path: finding.path.clone(),
                message: finding.message.clone(),
            }));
        }
    }
    found
}
