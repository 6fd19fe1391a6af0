//! What was decided about each workload and why, as a table, as lines, for machines, or with every rule that was asked.

mod json;
mod lines;
mod table;
mod why;

pub use json::json as explain_json;
pub use lines::lines as explain_lines;
pub use table::table as explain_table;
pub use why::why as explain_why;

use crate::decide::Decision;
use crate::kubernetes::Identity;
use crate::plain::one_line;

/// One decision about a workload.
#[derive(Debug)]
pub struct Explained<'a> {
    /// The file in which the workload stands.
    pub file: String,
    /// Its line there, counted from 1.
    pub line: usize,
    /// Which workload.
    pub identity: &'a Identity,
    /// What was decided.
    pub decision: &'a Decision,
    /// For each rule that was asked, `FILE:LINE` of what it saw, where that is in a file.
    pub places: Vec<Option<String>>,
}

impl Explained<'_> {
    fn verdict(&self) -> &'static str {
        if self.decision.inject { "injected" } else { "not injected" }
    }
}

/// Rows of text with aligned columns, two spaces apart; the last column is as wide as it is.
fn aligned<const N: usize>(rows: &[[String; N]]) -> Vec<String> {
    let rows: Vec<[String; N]> = rows.iter().map(|row| row.each_ref().map(|cell| one_line(cell).into_owned())).collect();
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..N).map(width).collect();
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}
