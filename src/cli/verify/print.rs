//! Verdicts as lines, as JSON, and as the differences that `diff` prints.

use std::collections::HashMap;
use std::io::Write as _;

use clap::ValueEnum;
use serde::Serialize;

use super::pods::{Asked, Known};
use crate::Value;
use crate::cli::io::files::File;
use crate::cli::problem::{Errors, Problem};
use crate::config::Config;
use crate::kubernetes::Identity;
use crate::pipeline::{Engine, Host, InjectedText, Pipeline};
use crate::plain::one_line;
use crate::read::{Layout, Manifests};
use crate::report::{Input, Report, Show, Warning, github, html, json_patch, markdown, write_unified};
use crate::verify::{Difference, Refusal, Refused, Verdict};
use crate::yaml::{self, Path, Position, value_at_mut};

/// How verdicts are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A line a pod, then the differences as git shows them
    Text,
    /// For machines: each pod with its verdict and a JSON patch
    Json,
    /// The differences as git shows them
    Unified,
    /// A comment on a pull request
    Markdown,
    /// Workflow commands
    Github,
    /// One page
    Html,
}

/// What is printed.
#[derive(Debug, Clone, Copy)]
pub struct How {
    pub format: Format,
    /// Whether values of the user's own environment variables are shown where others read.
    pub values: bool,
    pub colours: bool,
}

/// Prints the verdicts. What the differences alone do not tell goes to standard error.
///
/// # Errors
///
/// When what the cluster gave back cannot be written as YAML and read again; that would be a bug.
pub fn print(asked: &[Asked<'_>], known: Known, how: How) -> anyhow::Result<Vec<u8>> {
    let mut out = Vec::new();
    if how.format == Format::Json {
        serde_json::to_writer_pretty(&mut out, &document(asked))?;
        out.push(b'\n');
        return Ok(out);
    }
    // The pods come from the cluster: nothing is injected into them again.
    let engine = Engine::new(Config { istio: Vec::new(), sidecars: Vec::new(), ..known.config })
        .map_err(|all| Errors(all.iter().map(|finding| Problem::from(finding.to_string())).collect()))?;
    let [admitted, committed] = [sides(asked, |d| &d.admitted), sides(asked, |d| &d.committed)];
    let (before, after) = (as_they_are(&engine, &admitted)?, as_they_are(&engine, &committed)?);
    let texts_only = matches!(how.format, Format::Text | Format::Unified);
    let show = Show { values: how.values || texts_only, secrets: how.values, texts_only };
    let (before, after) = (inputs(&before), inputs(&after));
    let mut report = Report::of_results(&before, &after, show)?;
    placed(&mut report, asked);
    // What could not be compared stands beside the differences.
    report.warnings.extend(asked.iter().filter_map(warning));
    match how.format {
        Format::Text | Format::Json => {
            lines(asked, &mut out)?;
            write_unified(&report, how.colours, &mut out)?;
        }
        Format::Unified => write_unified(&report, how.colours, &mut out)?,
        Format::Markdown => markdown(&report, &mut out)?,
        Format::Github => github(&report, &mut out)?,
        Format::Html => html(&report, &mut out)?,
    }
    if how.format == Format::Unified {
        asked.iter().filter(|asked| warning(asked).is_some()).for_each(|asked| eprintln!("{}", line(asked)));
    }
    Ok(out)
}

/// A file of workloads, as one side of a comparison has them.
struct Side<'s> {
    file: &'s File,
    text: String,
}

/// What the cluster makes of the workloads whose pods differ: each with its pods in the place of its templates.
fn sides<'s>(asked: &[Asked<'s>], pick: fn(&Difference) -> &Value) -> Vec<Side<'s>> {
    let mut sides: Vec<(Side<'s>, Vec<(&Identity, Value)>)> = Vec::new();
    for asked in asked {
        let Verdict::Differs(difference) = &asked.verdict else { continue };
        if sides.last().is_none_or(|(side, _)| !std::ptr::eq(side.file, asked.file)) {
            sides.push((Side { file: asked.file, text: String::new() }, Vec::new()));
        }
        let Some((_, objects)) = sides.last_mut() else { continue };
        if objects.last().is_none_or(|(identity, _)| !std::ptr::eq(*identity, asked.identity)) {
            objects.push((asked.identity, asked.object.clone()));
        }
        if let Some(slot) = objects.last_mut().and_then(|(_, object)| value_at_mut(object, &asked.path)) {
            *slot = as_template(pick(difference), &asked.path);
        }
    }
    let text =
        |objects: Vec<(&Identity, Value)>| objects.iter().map(|(_, object)| yaml::to_string(object)).collect::<Vec<_>>().join("---\n");
    sides.into_iter().map(|(side, objects)| Side { text: text(objects), ..side }).collect()
}

/// A pod as a template has it.
fn as_template(pod: &Value, path: &Path) -> Value {
    let mut pod = pod.clone();
    if !path.is_empty()
        && let Some(map) = pod.as_object_mut()
    {
        map.retain(|key, _| matches!(key.as_str(), "metadata" | "spec"));
        if let Some(metadata) = map.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.retain(|key, _| matches!(key.as_str(), "labels" | "annotations" | "finalizers"));
        }
    }
    pod
}

/// The texts as a report takes them; nothing is injected.
fn as_they_are<'t, 's>(engine: &Engine, sides: &'t [Side<'s>]) -> Result<Vec<(&'t Side<'s>, InjectedText)>, yaml::Error> {
    let pipeline = Pipeline::new(engine, Host::default());
    let run = |side: &'t Side<'s>| {
        let manifests = Manifests::parse(&side.text, Layout::Stream)?;
        let values = manifests.values()?;
        Ok((side, pipeline.run(&manifests, values)?))
    };
    sides.iter().map(run).collect()
}

fn inputs<'t>(injected: &'t [(&Side<'_>, InjectedText)]) -> Vec<Input<'t>> {
    let input = |(side, injected): &'t (&Side<'_>, InjectedText)| Input {
        name: side.file.relative_name(),
        below: &side.file.below,
        source: &side.text,
        injected,
    };
    injected.iter().map(input).collect()
}

/// Gives workloads the lines on which they stand in their files: the texts of the report are the cluster's.
fn placed(report: &mut Report<'_>, asked: &[Asked<'_>]) {
    let lines: HashMap<(String, &Identity), usize> = asked.iter().rev().map(|a| ((a.file.relative_name(), a.identity), a.line)).collect();
    for file in &mut report.files {
        for workload in &mut file.workloads {
            if let Some(line) = lines.get(&(file.name.clone(), workload.identity)) {
                workload.lines = *line..=*line;
            }
        }
    }
}

/// A pod that could not be compared, as a report takes it.
fn warning(asked: &Asked<'_>) -> Option<Warning> {
    let message = match &asked.verdict {
        Verdict::Refused(refusal) => format!("refused: {}", refused(refusal)),
        Verdict::Unanswered(why) => format!("not compared: {}", one_line(why)),
        Verdict::Same | Verdict::Differs(_) => return None,
    };
    let position = Some(Position { line: asked.line, column: 1 });
    Some(Warning { file: asked.file.relative_name(), position, object: asked.identity.clone(), path: Path::new(), message })
}

/// Who refuses which pod, and why.
fn refused(Refusal { pod, by, reason }: &Refusal) -> String {
    let which = match pod {
        Refused::Committed => "the pod in Git, not the one before injection",
        Refused::Original => "the pod before injection, not the one in Git",
        Refused::Both => "the pod, whether the cluster injects it or we do",
    };
    format!("{by} refuses {which}: {}", one_line(reason))
}

/// The verdict about one pod, as a line.
fn line(asked: &Asked<'_>) -> String {
    let Asked { file, line, identity, path, verdict, .. } = asked;
    let pod = if path.is_empty() { String::new() } else { format!(" {path}") };
    let place = format!(
        "{} ({}:{line}){}",
        one_line(&identity.to_string()),
        one_line(&file.name()),
        if pod == " spec.template" { "" } else { &pod }
    );
    match verdict {
        Verdict::Same => format!("same     {place}"),
        Verdict::Differs(_) => format!("differs  {place}"),
        Verdict::Refused(refusal) => format!("refused  {place}: {}", refused(refusal)),
        Verdict::Unanswered(why) => format!("unknown  {place}: {}", one_line(why)),
    }
}

/// A line for each pod, and how many of each verdict there are.
fn lines(asked: &[Asked<'_>], out: &mut Vec<u8>) -> anyhow::Result<()> {
    for asked in asked {
        writeln!(out, "{}", line(asked))?;
    }
    let counts = ["same", "differs", "refused", "unknown"].map(|code| (asked.iter().filter(|a| code_of(&a.verdict) == code).count(), code));
    let told: Vec<String> = counts.iter().filter(|(count, _)| *count > 0).map(|(count, code)| format!("{count} {code}")).collect();
    let pods = if asked.len() == 1 { "1 pod".to_owned() } else { format!("{} pods", asked.len()) };
    writeln!(out, "{pods}: {}", told.join(", "))?;
    Ok(())
}

/// The verdict as a word for machines.
fn code_of(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Same => "same",
        Verdict::Differs(_) => "differs",
        Verdict::Refused(_) => "refused",
        Verdict::Unanswered(_) => "unknown",
    }
}

/// All verdicts, for machines. Fields may be added to a version.
#[derive(Debug, Serialize)]
struct Document<'a> {
    version: u32,
    pods: Vec<PodVerdict<'a>>,
}

/// The verdict about one pod.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PodVerdict<'a> {
    kind: &'a str,
    namespace: &'a str,
    name: &'a str,
    file: String,
    /// Line on which the workload starts, counted from 1.
    line: usize,
    /// Path of the pod in its workload; empty for a bare pod.
    path: String,
    /// `same`, `differs`, `refused` or `unknown`.
    verdict: &'static str,
    /// Who refuses it.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<&'a str>,
    /// Which pod is refused: `committed`, `original` or `both`.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<&'static str>,
    /// Why it is refused or unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    /// The RFC 6902 patch that makes what the cluster makes of the pod in Git of what it makes of the one before injection.
    #[serde(skip_serializing_if = "Option::is_none")]
    patch: Option<Value>,
}

fn document<'a>(asked: &'a [Asked<'_>]) -> Document<'a> {
    let pod = |asked: &'a Asked<'_>| {
        let Asked { file, line, identity, path, namespace, verdict, .. } = asked;
        let refusal = if let Verdict::Refused(refusal) = verdict { Some(refusal) } else { None };
        let refused = refusal.map(|refusal| match refusal.pod {
            Refused::Committed => "committed",
            Refused::Original => "original",
            Refused::Both => "both",
        });
        let reason = match verdict {
            Verdict::Refused(refusal) => Some(refusal.reason.as_str()),
            Verdict::Unanswered(why) => Some(why.as_str()),
            Verdict::Same | Verdict::Differs(_) => None,
        };
        let patch = match verdict {
            Verdict::Differs(Difference { admitted, committed }) => serde_json::to_value(json_patch(admitted, committed)).ok(),
            _ => None,
        };
        PodVerdict {
            kind: &identity.kind,
            namespace,
            name: &identity.name,
            file: file.name(),
            line: *line,
            path: path.to_string(),
            verdict: code_of(verdict),
            by: refusal.map(|refusal| refusal.by.as_str()),
            refused,
            reason,
            patch,
        }
    };
    Document { version: 1, pods: asked.iter().map(pod).collect() }
}
