//! A report for machines. The types are the schema; `docs/diff.md` tells it in words.

use std::io::{self, Write};

use serde::Serialize;

use super::model::{Comparison, Counts, Report, Side, Warning, WorkloadReport};
use super::patch::{json_patch, makes};
use crate::decide::Decision;
use crate::finding::MISREAD;
use crate::kubernetes::Identity;

/// The version of the schema; fields may be added to one.
const VERSION: u32 = 1;

/// The whole document.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    /// Version of this schema.
    version: u32,
    /// What is compared: `injection` (manifests with what injecting makes of them) or `results` (`--from`).
    comparison: &'static str,
    /// Every workload, whether it changes or not, in the order of the files.
    workloads: Vec<Workload<'a>>,
    /// Warnings.
    warnings: Vec<Finding<'a>>,
}

/// One workload.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Workload<'a> {
    #[serde(flatten)]
    object: Object<'a>,
    /// The file that it stands in; `stdin` for standard input.
    file: &'a str,
    /// Its first line there, counted from 1.
    line: usize,
    /// Its last line there.
    end_line: usize,
    /// What becomes of it: `injected`, `removed` (what was injected before goes), `current` (already injected) or
    /// `notInjected`; with `--from`: `added`, `deleted`, `changed` or `unchanged`.
    decision: &'static str,
    /// What was decided, for each sidecar and pod.
    decisions: Vec<Verdict<'a>>,
    /// With `--from`: what was decided in the tree that is compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    decisions_before: Option<Vec<Verdict<'a>>>,
    /// How many lines come and go.
    lines: Lines,
    /// The RFC 6902 patch that makes the object after of the object before; nothing where one of them is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    patch: Option<json_patch::Patch>,
}

/// Which object.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Object<'a> {
    /// `apiVersion` as written.
    api_version: &'a str,
    /// `kind` as written.
    kind: &'a str,
    /// `metadata.namespace`; empty where the object has none.
    namespace: &'a str,
    /// `metadata.name`, or `metadata.generateName`.
    name: &'a str,
}

/// What was decided for one sidecar and one pod.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Verdict<'a> {
    /// Name of the sidecar; `istio/REVISION` for Istio's.
    sidecar: &'a str,
    /// Whether it is injected.
    inject: bool,
    /// Why.
    reason: Reason<'a>,
    /// Whether it runs as a native sidecar: an init container that restarts always.
    native: bool,
    /// The templates that were rendered.
    templates: &'a [String],
}

/// Why a decision was taken.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Reason<'a> {
    /// Stable name of the rule that decided.
    code: &'a str,
    /// The rule with the values it saw.
    text: &'a str,
}

/// How many lines come and go.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Lines {
    /// Lines that come.
    added: usize,
    /// Lines that go.
    removed: usize,
}

/// A warning.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding<'a> {
    /// The file that it is about.
    #[serde(skip_serializing_if = "str::is_empty")]
    file: &'a str,
    /// The line there, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    /// The character in the line, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
    /// The object that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<Object<'a>>,
    /// Path of the field.
    #[serde(skip_serializing_if = "String::is_empty")]
    path: String,
    /// What is wrong and what to do.
    message: &'a str,
}

/// Writes the report as one JSON document.
///
/// # Errors
///
/// When the writer fails.
pub fn json(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let document = Document {
        version: VERSION,
        comparison: match report.comparison {
            Comparison::Injection => "injection",
            Comparison::Results => "results",
        },
        workloads: report.workloads().map(|(file, workload)| Workload::of(file, workload, report.comparison)).collect(),
        warnings: report.warnings.iter().map(Finding::of).collect(),
    };
    let sides = report.workloads().map(|(_, workload)| workload.before.as_ref().zip(workload.after.as_ref()));
    for (workload, sides) in document.workloads.iter().zip(sides) {
        if let (Some(patch), Some((before, after))) = (&workload.patch, sides)
            && !makes(patch, &before.value, &after.value)
        {
            return Err(io::Error::other(format!("{}: {MISREAD}", workload.file)));
        }
    }
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

impl<'a> Workload<'a> {
    fn of(file: &'a str, workload: &'a WorkloadReport<'a>, comparison: Comparison) -> Self {
        let Counts { added, removed } = workload.counts();
        let verdicts = |decisions: &'a [Decision]| decisions.iter().map(Verdict::of).collect();
        let before = |side: &'a Side<'a>| verdicts(side.decisions);
        let patch = |(before, after): (&Side<'_>, &Side<'_>)| json_patch(&before.value, &after.value);
        Self {
            object: Object::of(workload.identity),
            file,
            line: *workload.lines.start(),
            end_line: *workload.lines.end(),
            decision: workload.verdict(comparison).code(),
            decisions: verdicts(workload.decisions()),
            decisions_before: workload.before.as_ref().filter(|_| comparison == Comparison::Results).map(before),
            lines: Lines { added, removed },
            patch: workload.before.as_ref().zip(workload.after.as_ref()).map(patch),
        }
    }
}

impl<'a> Object<'a> {
    pub(super) fn of(identity: &'a Identity) -> Self {
        let Identity { api_version, kind, name, namespace } = identity;
        Self { api_version, kind, namespace, name }
    }
}

impl<'a> Verdict<'a> {
    pub(super) fn of(decision: &'a Decision) -> Self {
        let reason = Reason { code: decision.reason.code, text: &decision.reason.text };
        Self { sidecar: &decision.sidecar, inject: decision.inject, reason, native: decision.native, templates: &decision.templates }
    }
}

impl<'a> Finding<'a> {
    fn of(warning: &'a Warning) -> Self {
        Self {
            file: &warning.file,
            line: warning.position.map(|p| p.line),
            column: warning.position.map(|p| p.column),
            object: Some(&warning.object).filter(|o| !o.kind.is_empty()).map(Object::of),
            path: warning.path.to_string(),
            message: &warning.message,
        }
    }
}
