//! `diff`: what `inject` would change, or how the results of two trees or two configurations differ.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use clap::ValueEnum;

use super::io::component;
use super::io::files::is_stdin;
use super::io::output::{file_name, has_colours};
use super::problem::{Errors, Problem};
use super::session::{Inputs, Session};
use crate::report::{Component, Level, Report, Show, Warning, github, github_problems, html, json, markdown, summary, write_unified};

/// Show what inject would change
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  sidecarize diff deploy/                                     as git shows it
  sidecarize diff deploy/ --format markdown                   a comment on a pull request
  sidecarize diff deploy/ --from base/deploy/                 a pull request and its base
  sidecarize diff deploy/ --from-config old.yaml              the review of an upgrade
  sidecarize diff deploy/ --format html -o diff.html          one page")]
pub struct Diff {
    #[command(flatten)]
    inputs: Inputs,
    /// How to print: unified, summary, markdown, json, github, html or kustomize (a component) [default: unified; with
    /// --from-config: summary]
    #[arg(long, value_enum, hide_possible_values = true)]
    format: Option<Format>,
    /// Compare with what inject makes of this file or folder: the base of a pull request
    #[arg(long, value_name = "PATH")]
    from: Option<PathBuf>,
    /// Compare with what inject makes under this configuration: the review of an upgrade
    #[arg(long, value_name = "FILE")]
    from_config: Option<PathBuf>,
    /// Write to a file; with --format kustomize, to a folder
    #[arg(short, long, value_name = "FILE|DIR", value_parser = file_name())]
    output: Option<PathBuf>,
    /// Show values that are not ours: of environment variables in markdown, github and html, of Secrets anywhere
    #[arg(long)]
    show_values: bool,
    /// Exit with 1 when there are differences, as git does
    #[arg(long)]
    exit_code: bool,
}

/// How differences are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// As git does; git apply takes it
    Unified,
    /// Equal changes together, with what follows from them: which pods restart
    Summary,
    /// A comment on a pull request
    Markdown,
    /// For machines: each workload with its decision and a JSON patch
    Json,
    /// Workflow commands: annotations on the lines of a pull request
    Github,
    /// One page that needs nothing else
    Html,
    /// A component: a patch for each workload
    Kustomize,
}

impl Diff {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// When anything is wrong with configuration or manifests.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        if self.format() == Format::Kustomize && self.compares_results() {
            bail!(
                "a kustomize component patches manifests as they are, and --from and --from-config compare results: leave one of the two out"
            );
        }
        let (before, session) = self.sessions().inspect_err(|error| self.annotate(error))?;
        if self.format() != Format::Github {
            session.print_warnings();
        }
        let show = Show {
            values: self.show_values || !self.format().is_for_people(),
            secrets: self.show_values,
            texts_only: self.format() == Format::Unified,
        };
        let inputs = session.report_inputs();
        let mut report = match &before {
            Some(before) => Report::of_results(&before.report_inputs(), &inputs, show)?,
            None => Report::of_injection(&inputs, show)?,
        };
        report.warnings.extend(session.report_notes());
        self.write(&report)?;
        Ok(if report.differs() && self.exit_code { ExitCode::from(1) } else { ExitCode::SUCCESS })
    }

    fn compares_results(&self) -> bool {
        self.from.is_some() || self.from_config.is_some()
    }

    fn format(&self) -> Format {
        let of_an_upgrade = if self.from_config.is_some() { Format::Summary } else { Format::Unified };
        self.format.unwrap_or(of_an_upgrade)
    }

    /// What is compared with, and what is compared.
    fn sessions(&self) -> anyhow::Result<(Option<Session>, Session)> {
        if !self.compares_results() {
            // A component stands where inject would print, not where it would rewrite the files: nothing is recorded.
            return Ok((None, self.inputs.run(self.format() != Format::Kustomize)?));
        }
        let mut inputs = self.inputs.clone();
        if self.from.as_deref().is_some_and(is_stdin) {
            inputs.files = inputs.files.beside_stdin();
            if inputs.files.paths().into_iter().any(is_stdin) {
                bail!("standard input cannot be both what is compared and what it is compared with");
            }
        }
        // What will run is compared, so nothing is recorded on the way.
        let session = inputs.run(false)?;
        let base = Inputs {
            files: self.from.as_ref().map_or_else(|| inputs.files.clone(), |from| inputs.files.at(from.clone())),
            known_from: session.config.path.clone(),
            config: self.from_config.clone().or_else(|| session.config.path.clone()),
            ..inputs
        };
        Ok((Some(base.run(false)?), session))
    }

    fn write(&self, report: &Report<'_>) -> anyhow::Result<()> {
        let output = self.output.as_deref();
        let mut out = Vec::new();
        match self.format() {
            Format::Unified => write_unified(report, output.is_none() && has_colours(), &mut out)?,
            Format::Summary => summary(report, &mut out)?,
            Format::Markdown => markdown(report, &mut out)?,
            Format::Json => json(report, &mut out)?,
            Format::Github => github(report, &mut out)?,
            Format::Html => html(report, &mut out)?,
            Format::Kustomize => {
                let component = Component::new(report).map_err(|all| Errors(all.iter().map(Problem::from).collect()))?;
                if let Some(folder) = output {
                    return component::write_component(&component, folder);
                }
                out = component.to_single_file().into_bytes();
            }
        }
        component::write(&out, output)
    }

    /// Shows what is wrong beside the lines of the pull request, too.
    fn annotate(&self, error: &anyhow::Error) {
        let Some(Errors(problems)) = error.downcast_ref::<Errors>().filter(|_| self.format() == Format::Github) else { return };
        let problems: Vec<Warning> = problems.iter().map(Problem::warning).collect();
        // The errors are told on standard error in any case.
        drop(github_problems(Level::Error, &problems, &mut io::stdout().lock()));
    }
}

impl Format {
    /// Whether it is shown where others read than those who have the manifests.
    fn is_for_people(self) -> bool {
        matches!(self, Self::Markdown | Self::Github | Self::Html)
    }
}
