//! One page that holds everything: it opens from a disk, without a network, and runs no script but its own.

mod marks;

use std::collections::HashSet;
use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::escape::html as escaped;
use super::model::{Hunk, Report, Verdict, Warning, WorkloadReport};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
/// Up to so many workloads that change, all of them are open.
const MAX_OPEN: usize = 3;
/// Every verdict, in the order of the filter.
const VERDICTS: &[Verdict] = &[
    Verdict::Injected,
    Verdict::Changed,
    Verdict::Added,
    Verdict::Removed,
    Verdict::Gone,
    Verdict::Current,
    Verdict::Untouched,
    Verdict::Same,
];

/// Writes the report as a page.
///
/// # Errors
///
/// When the writer fails.
pub fn html(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let headline = escaped(&report.headline());
    // Should anything slip through as markup, the browser still loads nothing and runs nothing but the page's own script.
    writeln!(
        out,
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'">
<title>{headline}</title>
<style>{STYLE}</style>
</head>
<body>
<header>
<h1>{headline}</h1>
<p class="quiet">{}</p>
</header>"#,
        hash(STYLE),
        hash(SCRIPT),
        escaped(&totals(report))
    )?;
    bar(report, out)?;
    writeln!(out, "<main>")?;
    warnings(&report.warnings, out)?;
    writeln!(out, "<h2 class=\"aside\">Workloads</h2>\n<ol class=\"workloads\">")?;
    let open = report.workloads().filter(|(_, w)| w.changes()).count() <= MAX_OPEN;
    let mut ids = Ids::default();
    for (file, workload) in report.workloads() {
        item(file, workload, &ids.next(workload), report, open, out)?;
    }
    writeln!(
        out,
        "</ol>\n<p class=\"empty\" id=\"none\" hidden>No workload fits this filter.</p>\n</main>\n<footer>sidecarize {}</footer>\n<script>{SCRIPT}</script>\n</body>\n</html>",
        env!("CARGO_PKG_VERSION")
    )
}

/// The source of a script or style, as a Content-Security-Policy names it.
fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}

fn totals(report: &Report<'_>) -> String {
    let files = report.files.iter().filter(|f| !f.workloads.is_empty()).count();
    let (added, removed) = report.workloads().map(|(_, w)| w.counts()).fold((0, 0), |(a, r), c| (a + c.added, r + c.removed));
    let s = |n: usize| if n == 1 { "" } else { "s" };
    format!("{files} file{}, {added} line{} added, {removed} removed", s(files), s(added))
}

/// The filter and the way the lines are shown; they need the script, which shows them.
fn bar(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    write!(
        out,
        r#"<search class="bar" hidden><div>
<label class="aside" for="filter">Filter workloads by text</label>
<input type="search" id="filter" placeholder="Filter by any text" autocomplete="off" spellcheck="false">
<fieldset><legend class="aside">Decision</legend>"#
    )?;
    let all = report.workloads().count();
    write!(out, r#"<input type="radio" name="decision" id="d-all" value="" checked><label for="d-all">all {all}</label>"#)?;
    for verdict in VERDICTS {
        let count = report.workloads().filter(|(_, w)| w.verdict(report.comparison) == *verdict).count();
        if count > 0 {
            let (code, text) = (verdict.code(), verdict.text());
            write!(
                out,
                r#"<input type="radio" name="decision" id="d-{code}" value="{code}"><label for="d-{code}">{text} {count}</label>"#
            )?;
        }
    }
    writeln!(
        out,
        r#"</fieldset>
<fieldset class="view"><legend class="aside">Lines</legend><input type="radio" name="view" id="v-unified" value="unified" checked><label for="v-unified">unified</label><input type="radio" name="view" id="v-sides" value="sides"><label for="v-sides">side by side</label></fieldset>
<button type="button" id="open">open or close all</button>
<output id="shown" for="filter"></output>
</div></search>"#
    )
}

fn warnings(warnings: &[Warning], out: &mut dyn Write) -> io::Result<()> {
    if warnings.is_empty() {
        return Ok(());
    }
    writeln!(out, "<section class=\"warnings\" aria-labelledby=\"warnings\">\n<h2 id=\"warnings\">Worth a look</h2>\n<ul>")?;
    for warning in warnings {
        writeln!(out, "<li>{}</li>", escaped(&warning.to_string()))?;
    }
    writeln!(out, "</ul>\n</section>")
}

fn item(file: &str, workload: &WorkloadReport<'_>, id: &str, report: &Report<'_>, open: bool, out: &mut dyn Write) -> io::Result<()> {
    let verdict = workload.verdict(report.comparison);
    let (code, text) = (verdict.code(), verdict.text());
    let name = escaped(&workload.identity.to_string());
    let counts = workload.counts();
    let open = if open && workload.changes() { " open" } else { "" };
    write!(
        out,
        "<li id=\"{id}\" data-decision=\"{code}\"><details{open}><summary><span class=\"badge {code}\">{text}</span> <span class=\"name\">{name}</span>"
    )?;
    if workload.changes() {
        let part = |tag, sign, n: usize| if n > 0 { format!(" <{tag}>{sign}{n}</{tag}>") } else { String::new() };
        write!(out, " <span class=\"lines\">{}{}</span>", part("ins", '+', counts.added), part("del", '−', counts.removed))?;
    }
    write!(out, " <span class=\"file\">{}:{}</span>", escaped(file), workload.lines.start())?;
    for reason in workload.reasons(report.comparison) {
        write!(out, "<span class=\"why\">{}</span>", escaped(&reason))?;
    }
    writeln!(out, "</summary>")?;
    if workload.changes() {
        writeln!(
            out,
            "<table class=\"diff\"><caption class=\"aside\">Lines of {name} that change</caption><colgroup><col class=\"n\"><col class=\"n\"><col class=\"s\"><col class=\"t\"></colgroup><tbody>"
        )?;
        workload.hunks.iter().try_for_each(|hunk| lines(hunk, out))?;
        writeln!(out, "</tbody></table>")?;
    }
    writeln!(out, "</details></li>")
}

fn lines(hunk: &Hunk<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<tr class=\"h\"><td colspan=\"4\">{}</td></tr>", escaped(&hunk.header()))?;
    let marks = marks::marks(&hunk.rows);
    for (index, row) in hunk.rows.iter().enumerate() {
        let number = |n: Option<usize>| n.map(|n| n.to_string()).unwrap_or_default();
        let kind = match row.sign() {
            '+' => " class=\"a\"",
            '-' => " class=\"d\"",
            _ => "",
        };
        let text = match marks.get(&index) {
            Some(mark) => {
                let part = |range| escaped(row.text.get(range).unwrap_or_default());
                format!("{}<b>{}</b>{}", part(0..mark.start), part(mark.clone()), part(mark.end..row.text.len()))
            }
            None => escaped(&row.text),
        };
        writeln!(
            out,
            "<tr{kind}><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"s\">{}</td><td class=\"t\">{text}</td></tr>",
            number(row.before),
            number(row.after),
            row.sign()
        )?;
    }
    Ok(())
}

/// A name for each workload that a link can end with, the same from run to run.
#[derive(Default)]
struct Ids(HashSet<String>);

impl Ids {
    fn next(&mut self, workload: &WorkloadReport<'_>) -> String {
        let name = workload.identity.to_string().to_lowercase();
        let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let mut id = name.clone();
        let mut count = 1;
        while !self.0.insert(id.clone()) {
            count += 1;
            id = format!("{name}-{count}");
        }
        id
    }
}
