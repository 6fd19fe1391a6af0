//! A comment on a pull request: a table of what changes, the lines folded below it, cut where GitHub would refuse it.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::escape::{html, markdown as cell};
use super::model::{Comparison, Report, Verdict, Warning, WorkloadReport};
use crate::plain::one_line;

/// How long a comment may be, in characters; GitHub takes 65,536, GitLab more.
const MAX_LENGTH: usize = 60_000;
/// How much of it is kept free for the note that it is cut.
const NOTE_LENGTH: usize = 400;
/// The least that is worth to show of a workload that does not fit.
const MIN_PART: usize = 1_000;
/// How much of a comment the tables may take, in characters.
const MAX_TABLES: usize = 30_000;
/// The first line, by which a script finds its comment again.
const MARK: &str = "<!-- sidecarize -->";

/// Writes the report as GitHub-flavoured Markdown of at most 60,000 characters.
///
/// # Errors
///
/// When the writer fails.
pub fn markdown(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut comment = Comment { text: String::new(), length: 0 };
    comment.push(&format!("{MARK}\n### {}\n\n", report.headline()));
    let (changed, rest): (Vec<_>, Vec<_>) = report.workloads().partition(|(_, w)| w.changes());
    let mut cut = false;
    cut |= comment.warnings(&report.warnings);
    cut |= comment.table(&changed, report.comparison);
    if !rest.is_empty() {
        let (are, stay) = if rest.len() == 1 { ("workload", "stays") } else { ("workloads", "stay") };
        comment.push(&format!("<details><summary>{} {are} {stay} as before</summary>\n\n", rest.len()));
        cut |= comment.table(&rest, report.comparison);
        comment.push("</details>\n\n");
    }
    let shown = changed.iter().take_while(|(file, workload)| comment.workload(file, workload)).count();
    if cut || shown < changed.len() {
        let what = match (cut, changed.len() - shown) {
            (true, 0) => "Tables".to_owned(),
            (true, left) => format!("Tables and the lines of {left} workloads"),
            (false, 1) => "The lines of 1 workload".to_owned(),
            (false, left) => format!("The lines of {left} workloads"),
        };
        comment.push(&format!("> [!NOTE]\n> {what} are cut here: a comment holds {MAX_LENGTH} characters. `sidecarize diff` shows all.\n"));
    }
    out.write_all(comment.text.trim_end().as_bytes())?;
    writeln!(out)
}

/// A comment that grows up to its limit.
struct Comment {
    text: String,
    /// Its length in characters.
    length: usize,
}

impl Comment {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.length += text.chars().count();
    }

    /// How many characters are left.
    fn room(&self) -> usize {
        (MAX_LENGTH - NOTE_LENGTH).saturating_sub(self.length)
    }

    /// Adds lines up to a total length; tells whether any was left out.
    fn push_lines(&mut self, lines: impl Iterator<Item = String>, max: usize) -> bool {
        for line in lines {
            if self.length + line.chars().count() > max {
                return true;
            }
            self.push(&line);
        }
        false
    }

    /// Adds the warnings; tells whether anything was left out.
    fn warnings(&mut self, warnings: &[Warning]) -> bool {
        if warnings.is_empty() {
            return false;
        }
        self.push("> [!WARNING]\n");
        let lines = warnings.iter().map(|warning| format!("> - {}\n", cell(&warning.to_string())));
        let cut = self.push_lines(lines, MAX_TABLES / 3);
        self.push("\n");
        cut
    }

    /// Adds a row a workload; tells whether any was left out.
    fn table(&mut self, workloads: &[(&str, &WorkloadReport<'_>)], comparison: Comparison) -> bool {
        if workloads.is_empty() {
            return false;
        }
        self.push("| Workload | Decision | Why | Lines | File |\n| --- | --- | --- | --- | --- |\n");
        let rows = workloads.iter().map(|(file, workload)| {
            let why: Vec<String> = workload.reasons(comparison).iter().map(|reason| cell(reason)).collect();
            let verdict = workload.verdict(comparison);
            let decision = if matches!(verdict, Verdict::Injected | Verdict::Changed) {
                format!("**{}**", verdict.text())
            } else {
                verdict.text().to_owned()
            };
            format!(
                "| {} | {decision} | {} | {} | {} |\n",
                cell(&workload.identity.to_string()),
                why.join("<br>"),
                workload.counts().short(),
                cell(&format!("{file}:{}", workload.lines.start()))
            )
        });
        let cut = self.push_lines(rows, MAX_TABLES);
        self.push("\n");
        cut
    }

    /// Adds the lines of a workload, folded; tells whether they fit.
    fn workload(&mut self, file: &str, workload: &WorkloadReport<'_>) -> bool {
        let summary = format!("{} ({}): {file}", workload.identity, workload.counts().short());
        let mut body = String::new();
        for hunk in &workload.hunks {
            let _ = writeln!(body, "{}", hunk.header());
            for row in &hunk.rows {
                let _ = writeln!(body, "{}{}", row.sign(), one_line(&row.text));
            }
        }
        let fence = fence(&body);
        let head = format!("<details><summary>{}</summary>\n\n{fence}diff\n", html(&summary));
        let tail = format!("{fence}\n\n</details>\n\n");
        let frame = head.chars().count() + tail.chars().count();
        let fits = frame + body.chars().count() <= self.room();
        if fits || self.room() > MIN_PART + frame {
            self.push(&head);
            let end = MAX_LENGTH - NOTE_LENGTH - tail.chars().count();
            self.push_lines(body.split_inclusive('\n').map(str::to_owned), end);
            self.push(&tail);
        }
        fits
    }
}

/// A fence that nothing in this text ends.
fn fence(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}
