//! A line a decision, for pipes: `grep` and `sort` take it as it is.

use std::io::{self, Write};

use super::Explained;
use crate::plain::one_line;

/// Writes a line a decision.
///
/// # Errors
///
/// When the writer fails.
pub fn lines(rows: &[Explained<'_>], out: &mut dyn Write) -> io::Result<()> {
    for row in rows {
        let Explained { file, line, identity, decision, .. } = row;
        let text = format!("{identity}: {}: {}: {} ({file}:{line})", decision.sidecar, row.verdict(), decision.reason.text);
        writeln!(out, "{}", one_line(&text))?;
    }
    Ok(())
}
