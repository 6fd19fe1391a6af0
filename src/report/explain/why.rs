//! The whole chain of a decision: each rule that was asked, what it saw, what it said, and where that stands.

use std::io::{self, Write};

use super::{Explained, aligned};
use crate::plain::one_line;

/// Writes the chain of each decision.
///
/// # Errors
///
/// When the writer fails.
pub fn why(rows: &[Explained<'_>], out: &mut dyn Write) -> io::Result<()> {
    let mut last = None;
    for row in rows {
        let Explained { file, line, identity, decision, places } = row;
        if last != Some((identity, line)) {
            let gap = if last.is_some() { "\n" } else { "" };
            writeln!(out, "{gap}{identity} ({}:{line})", one_line(file))?;
        }
        last = Some((identity, line));
        let verdict = format!("{}: {}: {}", decision.sidecar, row.verdict(), decision.reason.text);
        writeln!(out, "\n{}", one_line(&verdict))?;
        let mut rules = Vec::new();
        for (step, place) in decision.trace.iter().zip(places) {
            let place = place.as_ref().map(|p| format!("({p})")).unwrap_or_default();
            rules.push([step.rule.to_owned(), step.input.clone(), step.effect.to_string(), place]);
        }
        for line in aligned(&rules) {
            writeln!(out, "  {line}")?;
        }
    }
    Ok(())
}
