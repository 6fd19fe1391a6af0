//! A table for a terminal.

use std::io::{self, Write};

use super::{Explained, aligned};

/// Writes a row a decision.
///
/// # Errors
///
/// When the writer fails.
pub fn table(rows: &[Explained<'_>], colours: bool, out: &mut dyn Write) -> io::Result<()> {
    let head = ["WORKLOAD", "SIDECAR", "DECISION", "WHERE", "WHY"].map(str::to_owned);
    let cells = rows.iter().map(|row| {
        let place = format!("{}:{}", row.file, row.line);
        [row.identity.to_string(), row.decision.sidecar.clone(), row.verdict().to_owned(), place, row.decision.reason.text.clone()]
    });
    let lines = aligned(&std::iter::once(head).chain(cells).collect::<Vec<_>>());
    let (bold, dim) = ("\x1b[1m", "\x1b[2m");
    let styles = std::iter::once(bold).chain(rows.iter().map(|row| if row.decision.inject { "" } else { dim }));
    for (line, style) in lines.iter().zip(styles) {
        if colours && !style.is_empty() { writeln!(out, "{style}{line}\x1b[0m")? } else { writeln!(out, "{line}")? }
    }
    Ok(())
}
