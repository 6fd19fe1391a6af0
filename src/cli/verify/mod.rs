//! `verify`: asks a cluster, by dry run, whether it makes the same pods of the manifests as of what they were before any injection.

mod pods;
mod print;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};

use super::connect::Connect;
use super::io::component;
use super::io::output::{file_name, has_colours};
use super::io::progress::Progress;
use super::session::Inputs;
use crate::cluster::{Cluster, Error, Object, Resource};
use crate::kubernetes::{Labels, string_map};
use crate::pipeline::Engine;
use crate::read::Namespace;
use crate::verify::Verdict;
use pods::Known;
use print::{Format, How};

/// Ask a cluster, by dry run, whether it would make the same pods; nothing is created
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  sidecarize verify deploy/ --context staging
  sidecarize verify deploy/ --format json | jq '.pods[] | select(.verdict != \"same\")'
  sidecarize verify deploy/ --as-namespace sandbox      where the namespaces are not there yet

Exit codes: 0 all are the same; 1 one differs or is refused; 2 one could not be asked, or something is wrong")]
pub struct Verify {
    #[command(flatten)]
    inputs: Inputs,
    #[command(flatten)]
    connect: Connect,
    /// Take all manifests for ones of this namespace of the cluster, whose labels are read
    #[arg(long, value_name = "NAME", conflicts_with = "namespace")]
    as_namespace: Option<String>,
    /// How to print: text (a line a pod, then the differences), json, or the differences alone as unified, markdown, github or html
    /// [default: text]
    #[arg(long, value_enum, hide_possible_values = true, default_value = "text", hide_default_value = true)]
    format: Format,
    /// Write to a file
    #[arg(short, long, value_name = "FILE", value_parser = file_name())]
    output: Option<PathBuf>,
    /// Show values that are not ours: of environment variables in markdown, github and html
    #[arg(long)]
    show_values: bool,
}

impl Verify {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// When anything is wrong with configuration or manifests, or the cluster does not answer.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let cluster = self.connect.cluster()?;
        let namespace = self.as_namespace.as_deref().map(|name| namespace(&cluster, name)).transpose()?;
        let mut known = None;
        let session = self.inputs.run_with(false, |engine| {
            let engine = namespace.into_iter().fold(engine, Engine::in_namespace);
            known = Some(Known { kinds: engine.kinds().clone(), config: engine.config().clone() });
            engine
        })?;
        let known = known.context("no engine was made")?;
        session.print_warnings();
        let mut asked = pods::of(&session, &known, self.as_namespace.as_deref())?;
        if asked.is_empty() {
            bail!("no workload is among the manifests, so that there is nothing to verify");
        }
        let progress = Progress::of(asked.len(), self.inputs.verbosity);
        pods::ask(&cluster, &mut asked, &progress)?;
        drop(progress);
        let how = How { format: self.format, values: self.show_values, colours: self.output.is_none() && has_colours() };
        component::write(&print::print(&asked, known, how)?, self.output.as_deref())?;
        let is = |which: fn(&Verdict) -> bool| asked.iter().any(|asked| which(&asked.verdict));
        Ok(ExitCode::from(match () {
            () if is(|v| matches!(v, Verdict::Unanswered(_))) => 2,
            () if is(|v| !matches!(v, Verdict::Same)) => 1,
            () => 0,
        }))
    }
}

/// What is known of a namespace of the cluster.
fn namespace(cluster: &Cluster, name: &str) -> Result<Namespace, Error> {
    let found = cluster.get(&Object { resource: Resource::NAMESPACES, namespace: "", name })?;
    let of = |field| -> Labels { string_map(found.get("metadata"), field) };
    Ok(Namespace { name: name.to_owned(), labels: of("labels"), annotations: of("annotations") })
}
