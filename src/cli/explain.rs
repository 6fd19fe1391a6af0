//! `explain`: for each workload what was decided, and why.

use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;

use anyhow::bail;
use clap::ValueEnum;

use super::io::output::has_colours;
use super::places::Places;
use super::resource::names_kind;
use super::session::{Inputs, Session};
use crate::finding::closest;
use crate::kubernetes::Identity;
use crate::report::{Explained, explain_json, explain_lines, explain_table, explain_why};

/// Say for each workload what is decided, and why
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  sidecarize explain deploy/
  sidecarize explain deploy/ --why deployment/shop/web
  sidecarize explain deploy/ --format json | jq '.[] | select(.inject | not)'")]
pub struct Explain {
    #[command(flatten)]
    inputs: Inputs,
    /// How to print: table, text or json [default: table on a terminal, else text]
    #[arg(long, value_enum, hide_possible_values = true)]
    format: Option<Format>,
    /// Show every rule that was asked about this workload: NAME, NAMESPACE/NAME, KIND/NAME (deploy/web) or KIND/NAMESPACE/NAME
    #[arg(long, value_name = "NAME")]
    why: Option<String>,
}

/// How decisions are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Aligned columns
    Table,
    /// A line a decision
    Text,
    /// One JSON list
    Json,
}

impl Explain {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// When anything is wrong with configuration or manifests.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let session = if self.why.is_some() { self.inputs.run_with(false, |e| e.tracing())? } else { self.inputs.run(false)? };
        session.print_warnings();
        let rows = rows(&session, self.why.as_deref());
        if let Some(name) = self.why.as_deref().filter(|_| rows.is_empty()) {
            bail!("no workload is named {name}{}", similar(&session, name));
        }
        let format = self.format.unwrap_or(if io::stdout().is_terminal() { Format::Table } else { Format::Text });
        let mut out = Vec::new();
        match format {
            Format::Json => explain_json(&rows, &mut out)?,
            _ if self.why.is_some() => explain_why(&rows, &mut out)?,
            Format::Table => explain_table(&rows, has_colours(), &mut out)?,
            Format::Text => explain_lines(&rows, &mut out)?,
        }
        let mut stdout = io::stdout().lock();
        stdout.write_all(&out).and_then(|()| stdout.flush())?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Every decision; with a name, those about workloads of that name, with the places of what decided.
fn rows<'s>(session: &'s Session, name: Option<&str>) -> Vec<Explained<'s>> {
    let places = Places::of(session);
    let mut rows = Vec::new();
    for (file, injected) in &session.files {
        for (index, object) in injected.objects.iter().enumerate() {
            let workloads = object.outcome.workloads.iter().zip(&object.workload_lines);
            for (workload, line) in workloads.filter(|(w, _)| name.is_none_or(|name| is_named(&w.identity, name))) {
                for decision in &workload.decisions {
                    let find = |step: &crate::decide::TraceStep| places.find(file, index, &step.place);
                    rows.push(Explained {
                        file: file.name(),
                        line: *line,
                        identity: &workload.identity,
                        decision,
                        places: decision.trace.iter().map(find).collect(),
                    });
                }
            }
        }
    }
    rows
}

/// Whether a workload is the one that is asked for: `NAME`, and before it its namespace or kind or both.
fn is_named(identity: &Identity, asked: &str) -> bool {
    let Identity { name, namespace, .. } = identity;
    let is_kind = |word: &str| names_kind(word, identity);
    match asked.split('/').collect::<Vec<_>>().as_slice() {
        [n] => n == name,
        [first, n] => n == name && (first == namespace || is_kind(first)),
        [k, ns, n] => n == name && ns == namespace && is_kind(k),
        _ => false,
    }
}

/// The name that was probably meant.
fn similar(session: &Session, name: &str) -> String {
    let objects = session.files.iter().flat_map(|(_, injected)| &injected.objects);
    let names = objects.flat_map(|o| &o.outcome.workloads).map(|w| w.identity.name.as_str());
    let bare = name.rsplit('/').next().unwrap_or(name);
    closest(bare, names).map_or_else(String::new, |n| format!("; did you mean {n}?"))
}
