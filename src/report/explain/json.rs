//! Decisions for machines.

use std::io::{self, Write};

use serde::Serialize;

use super::Explained;
use crate::report::json::{Object, Verdict};

/// One decision about a workload.
#[derive(Debug, Serialize)]
struct Row<'a> {
    /// The file in which the workload stands.
    file: &'a str,
    /// Its line there, counted from 1.
    line: usize,
    #[serde(flatten)]
    object: Object<'a>,
    #[serde(flatten)]
    verdict: Verdict<'a>,
    /// With `--why`: the rules that were asked, in their order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rules: Vec<Rule<'a>>,
}

/// A rule that was asked.
#[derive(Debug, Serialize)]
struct Rule<'a> {
    /// Its stable name; the name of the one that decided is the code of the reason.
    rule: &'a str,
    /// What it saw.
    input: &'a str,
    /// What it said.
    verdict: String,
    /// `FILE:LINE` of what it saw.
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<&'a str>,
}

/// Writes one JSON list.
///
/// # Errors
///
/// When the writer fails.
pub fn json(rows: &[Explained<'_>], out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &rows.iter().map(Row::of).collect::<Vec<_>>())?;
    writeln!(out)
}

impl<'a> Row<'a> {
    fn of(row: &'a Explained<'a>) -> Self {
        let Explained { file, line, identity, decision, places } = row;
        let rules = decision.trace.iter().zip(places).map(|(step, place)| Rule {
            rule: step.rule,
            input: &step.input,
            verdict: step.effect.to_string(),
            place: place.as_deref(),
        });
        Self { file, line: *line, object: Object::of(identity), verdict: Verdict::of(decision), rules: rules.collect() }
    }
}
