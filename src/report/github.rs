//! Workflow commands: GitHub shows them beside the lines of a pull request.
//!
//! <https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands>

use std::io::{self, Write};

use super::model::{Comparison, Report, Verdict, Warning, WorkloadReport};
use crate::plain::{one_line, plain};

/// How much of a diff an annotation shows, in bytes; it is a note beside a line.
const MAX_DIFF: usize = 4_000;

/// How much an annotation weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Something is wrong, and nothing was done.
    Error,
    /// A warning.
    Warning,
}

/// Writes a warning for each warning, then a notice for each workload that changes: GitHub shows the first ten of a kind and fifty
/// in all, and who reads a job's log reads from the top.
///
/// # Errors
///
/// When the writer fails.
pub fn github(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    github_problems(Level::Warning, &report.warnings, out)?;
    for (file, workload) in report.workloads().filter(|(_, w)| w.changes()) {
        let verdict = workload.verdict(report.comparison);
        let mut properties = Properties::new(file);
        // What is gone stands in no file of the tree that is looked at.
        if verdict != Verdict::Gone {
            properties.add("line", workload.lines.start());
            properties.add("endLine", workload.lines.end());
        }
        properties.add("title", format!("{}: {}, {}", workload.identity, verdict.text(), workload.counts().short()));
        writeln!(out, "::notice {properties}::{}", escaped(&message(workload, report.comparison)))?;
    }
    Ok(())
}

/// Writes a command for each of these.
///
/// # Errors
///
/// When the writer fails.
pub fn github_problems(level: Level, problems: &[Warning], out: &mut dyn Write) -> io::Result<()> {
    let command = match level {
        Level::Error => "error",
        Level::Warning => "warning",
    };
    for problem in problems {
        let mut properties = Properties::new(&problem.file);
        if let Some(position) = problem.position {
            properties.add("line", position.line);
            properties.add("col", position.column);
        }
        if !problem.object.kind.is_empty() {
            properties.add("title", &problem.object);
        }
        writeln!(out, "::{command} {properties}::{}", escaped(&problem.path.says(&problem.message)))?;
    }
    Ok(())
}

/// Why, and what changes.
fn message(workload: &WorkloadReport<'_>, comparison: Comparison) -> String {
    let mut text: String = workload.reasons(comparison).iter().map(|reason| format!("{reason}\n")).collect();
    let end = text.len() + MAX_DIFF;
    let rows = workload.hunks.iter().flat_map(|hunk| {
        let lines = hunk.rows.iter().map(|row| format!("{}{}\n", row.sign(), one_line(&row.text)));
        std::iter::once(format!("{}\n", hunk.header())).chain(lines)
    });
    for line in rows {
        if text.len() + line.len() > end {
            text.push_str("… the whole diff: sidecarize diff --format unified\n");
            break;
        }
        text.push_str(&line);
    }
    text.truncate(text.trim_end().len());
    text
}

/// `file=…,line=…`.
#[derive(Debug)]
struct Properties(Vec<(&'static str, String)>);

impl Properties {
    fn new(file: &str) -> Self {
        let mut properties = Self(Vec::new());
        if !file.is_empty() {
            properties.add("file", file);
        }
        properties
    }

    fn add(&mut self, name: &'static str, value: impl ToString) {
        self.0.push((name, escaped(&one_line(&value.to_string())).replace(':', "%3A").replace(',', "%2C")));
    }
}

impl std::fmt::Display for Properties {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, (name, value)) in self.0.iter().enumerate() {
            write!(f, "{}{name}={value}", if i > 0 { "," } else { "" })?;
        }
        Ok(())
    }
}

/// A message as a workflow command carries it: in one line.
fn escaped(text: &str) -> String {
    plain(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_a_command_early() {
        let problem = Warning {
            file: "a,b:c.yaml".to_owned(),
            position: None,
            object: crate::kubernetes::Identity { kind: "Pod".to_owned(), name: "50%\r\n::error::x".to_owned(), ..Default::default() },
            path: crate::yaml::Path::of(["spec"]),
            message: "100%\n::error::, no".to_owned(),
        };
        let mut out = Vec::new();
        github_problems(Level::Error, &[problem], &mut out).unwrap_or_default();
        let expected = "::error file=a%2Cb%3Ac.yaml,title=Pod 50%25\\r\\n%3A%3Aerror%3A%3Ax::spec: 100%25%0A\\u{3a}:error::, no\n";
        assert_eq!(String::from_utf8_lossy(&out), expected);
    }
}
