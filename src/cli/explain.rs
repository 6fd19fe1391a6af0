//! `explain`: a line a workload: what was decided, and why.

use std::io::Write as _;
use std::process::ExitCode;

use clap::ValueEnum;
use serde_json::json;

use super::session::Inputs;

/// Say for each workload what is decided, and why
#[derive(Debug, clap::Args)]
pub struct Explain {
    #[command(flatten)]
    inputs: Inputs,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// How decisions are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A line a workload
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
        let session = self.inputs.run(false)?;
        session.print_warnings();
        let mut rows = Vec::new();
        for (file, rendered) in &session.files {
            for object in &rendered.objects {
                for workload in &object.outcome.workloads {
                    for decision in &workload.decisions {
                        rows.push((file.name(), object.line, &workload.identity, decision));
                    }
                }
            }
        }
        let mut out = std::io::stdout().lock();
        if self.format == Format::Json {
            let list: Vec<_> = rows
                .iter()
                .map(|(file, line, identity, decision)| {
                    json!({
                        "file": file, "line": line, "apiVersion": identity.api_version, "kind": identity.kind, "namespace": identity.namespace,
                        "name": identity.name, "sidecar": decision.sidecar, "inject": decision.inject,
                        "reason": {"code": decision.reason.code, "text": decision.reason.text},
                    })
                })
                .collect();
            writeln!(out, "{}", serde_json::to_string_pretty(&list)?)?;
        } else {
            for (file, line, identity, decision) in rows {
                let verdict = if decision.inject { "injected" } else { "not injected" };
                writeln!(out, "{identity}: {}: {verdict}: {} ({file}:{line})", decision.sidecar, decision.reason.text)?;
            }
        }
        out.flush()?;
        Ok(ExitCode::SUCCESS)
    }
}
