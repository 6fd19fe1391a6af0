//! `verify`: asks a cluster, by dry run, whether it makes the same pods of the manifests as of what they were before any injection.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use clap::ValueEnum;
use serde::Serialize;

use super::connect::Connect;
use super::io::component;
use super::io::files::File;
use super::io::output::{file_name, has_colours};
use super::io::progress::Progress;
use super::session::{Inputs, Session};
use crate::Value;
use crate::cluster::{Cluster, Error, Kind, Object, Resource};
use crate::config::Config;
use crate::kubernetes::{Identity, Kinds, Labels, created_pod, string_map};
use crate::pipeline::{Engine, Host, InjectedText, Pipeline, original};
use crate::plain::one_line;
use crate::read::{Layout, Manifests, Namespace};
use crate::report::{Input, Report, Show, github, html, json_patch, markdown, write_unified};
use crate::verify::{Difference, Refusal, Refused, Verdict, compare, kept_from_webhook, refused_by};
use crate::yaml::{self, Path, value_at, value_at_mut};

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

/// How verdicts are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
    Unified,
    Markdown,
    Github,
    Html,
}

/// One pod of a workload, and what the cluster says of it.
struct Asked<'s> {
    file: &'s File,
    /// Line on which the workload starts, counted from 1.
    line: usize,
    identity: &'s Identity,
    /// Where the pod stands in the workload.
    path: Path,
    /// The workload before any injection.
    object: Value,
    /// The namespace in which it is asked about.
    namespace: String,
    /// The pod before any injection, and the one in Git, as the controller would send them.
    pods: [Value; 2],
    verdict: Verdict,
}

/// What the engine of a run knows.
struct Known {
    kinds: Kinds,
    config: Config,
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
        let Some(known) = known else { return Ok(ExitCode::SUCCESS) };
        session.print_warnings();
        let mut asked = self.asked(&session, &known)?;
        if asked.is_empty() {
            bail!("no workload is among the manifests, so that there is nothing to verify");
        }
        self.ask(&cluster, &mut asked)?;
        self.write(&asked, known)?;
        let is = |which: fn(&Verdict) -> bool| asked.iter().any(|asked| which(&asked.verdict));
        Ok(ExitCode::from(match () {
            () if is(|v| matches!(v, Verdict::Unanswered(_))) => 2,
            () if is(|v| !matches!(v, Verdict::Same)) => 1,
            () => 0,
        }))
    }

    /// Every pod of every workload, as its controller would send it.
    fn asked<'s>(&self, session: &'s Session, known: &Known) -> anyhow::Result<Vec<Asked<'s>>> {
        let mut asked = Vec::new();
        for (file, rendered) in &session.files {
            let manifests = Manifests::parse(&file.text, Layout::Stream)?;
            let originals = original(&manifests, &manifests.values()?, &known.kinds);
            let originals = Manifests::parse(&originals, Layout::Stream)?.values()?;
            let results = Manifests::parse(&rendered.text, Layout::Stream)?.values()?;
            for ((before, after), object) in originals.iter().zip(&results).zip(&rendered.objects) {
                let named = object.outcome.workloads.iter().zip(&object.workload_lines);
                for (workload, (outcome, line)) in known.kinds.workloads(before).into_iter().zip(named) {
                    let Some(after) = value_at(after, &workload.path) else { continue };
                    for path in workload.pods {
                        let (Some(pod), Some(injected)) = (value_at(workload.object, &path), value_at(after, &path)) else { continue };
                        let namespace =
                            [self.as_namespace.as_deref(), Some(&outcome.identity.namespace), Some(&known.config.default_namespace)];
                        let namespace = namespace.into_iter().flatten().find(|name| !name.is_empty()).unwrap_or_default().to_owned();
                        let pods = [pod, injected].map(|pod| created_pod(workload.object, &path, pod, &namespace));
                        asked.push(Asked {
                            file,
                            line: *line,
                            identity: &outcome.identity,
                            path,
                            object: workload.object.clone(),
                            namespace,
                            pods,
                            verdict: Verdict::Same,
                        });
                    }
                }
            }
        }
        Ok(asked)
    }

    /// Asks the cluster about all of them.
    fn ask(&self, cluster: &Cluster, asked: &mut [Asked<'_>]) -> Result<(), Error> {
        let progress = Progress::of(asked.len(), self.inputs.verbosity);
        let pods: Vec<(String, Value)> =
            asked.iter().filter(|a| !a.namespace.is_empty()).flat_map(|a| sent(&a.pods).map(|pod| (a.namespace.clone(), pod))).collect();
        let mut answers = cluster.dry_run(&pods, || progress.advance(1)).into_iter();
        for asked in asked {
            if asked.namespace.is_empty() {
                asked.verdict = Verdict::Unanswered("it has no namespace: name one with --namespace".to_owned());
                continue;
            }
            let (Some(admitted), Some(committed)) = (answers.next(), answers.next()) else { break };
            let [original, written] = &asked.pods;
            asked.verdict = match (admitted, committed) {
                (Ok(admitted), Ok(committed)) => compare(admitted, committed, written, original),
                (admitted, committed) => unlike(admitted.err(), committed.err())?,
            };
        }
        Ok(())
    }

    fn write(&self, asked: &[Asked<'_>], known: Known) -> anyhow::Result<()> {
        let mut out = Vec::new();
        if self.format == Format::Json {
            serde_json::to_writer_pretty(&mut out, &document(asked))?;
            out.push(b'\n');
            return component::write(&out, self.output.as_deref());
        }
        let [admitted, committed] = [sides(asked, |d| &d.admitted), sides(asked, |d| &d.committed)];
        // The pods come from the cluster: nothing is injected into them again.
        let engine =
            Engine::new(Config { istio: Vec::new(), sidecars: Vec::new(), ..known.config }).map_err(|_| anyhow::anyhow!("templates"))?;
        let rendered = [&admitted, &committed].map(|files| render(&engine, files));
        let [before, after] = rendered;
        let (before, after) = (before?, after?);
        let (before, after) = (inputs(&before), inputs(&after));
        let values = self.show_values || matches!(self.format, Format::Text | Format::Unified);
        let show = Show { values, secrets: self.show_values, texts_only: matches!(self.format, Format::Text | Format::Unified) };
        let report = Report::of_results(&before, &after, show)?;
        match self.format {
            Format::Text => {
                lines(asked, &mut out)?;
                write_unified(&report, self.output.is_none() && has_colours(), &mut out)?;
            }
            Format::Unified => write_unified(&report, self.output.is_none() && has_colours(), &mut out)?,
            Format::Markdown => markdown(&report, &mut out)?,
            Format::Github => github(&report, &mut out)?,
            Format::Html => html(&report, &mut out)?,
            Format::Json => {}
        }
        if !matches!(self.format, Format::Text) {
            // The differences alone say nothing of those that could not be compared.
            for asked in asked.iter().filter(|a| matches!(a.verdict, Verdict::Refused(_) | Verdict::Unanswered(_))) {
                eprintln!("{}", line(asked));
            }
        }
        component::write(&out, self.output.as_deref())
    }
}

/// What is sent of a pod before any injection and of the one in Git.
fn sent([original, written]: &[Value; 2]) -> [Value; 2] {
    [original.clone(), kept_from_webhook(written.clone())]
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
fn render<'t, 's>(engine: &Engine, sides: &'t [Side<'s>]) -> Result<Vec<(&'t Side<'s>, InjectedText)>, yaml::Error> {
    let pipeline = Pipeline::new(engine, Host::default());
    let run = |side: &'t Side<'s>| {
        let manifests = Manifests::parse(&side.text, Layout::Stream)?;
        let values = manifests.values()?;
        Ok((side, pipeline.run(&manifests, values)?))
    };
    sides.iter().map(run).collect()
}

fn inputs<'t>(rendered: &'t [(&Side<'_>, InjectedText)]) -> Vec<Input<'t>> {
    let input = |(side, injected): &'t (&Side<'_>, InjectedText)| Input {
        name: side.file.relative_name(),
        below: &side.file.below,
        source: &side.text,
        injected,
    };
    rendered.iter().map(input).collect()
}

/// What is known of a namespace of the cluster.
fn namespace(cluster: &Cluster, name: &str) -> Result<Namespace, Error> {
    let found = cluster.get(&Object { resource: Resource::NAMESPACES, namespace: "", name })?;
    let of = |field| -> Labels { string_map(found.get("metadata"), field) };
    Ok(Namespace { name: name.to_owned(), labels: of("labels"), annotations: of("annotations") })
}

/// What it means that the cluster does not take both pods.
///
/// # Errors
///
/// When that is about the connection or about who asks, not about the pods.
fn unlike(admitted: Option<Error>, committed: Option<Error>) -> Result<Verdict, Error> {
    let pod = match (&admitted, &committed) {
        (Some(_), Some(_)) => Refused::Both,
        (Some(_), None) => Refused::Original,
        (None, _) => Refused::Committed,
    };
    let Some(error) = committed.or(admitted) else { return Ok(Verdict::Same) };
    match error.kind() {
        Kind::Missing => {
            Ok(Verdict::Unanswered(format!("{}: create the namespace, or ask about another one with --as-namespace", error.reason())))
        }
        Kind::Refused if error.reason().starts_with("409") => {
            Ok(Verdict::Unanswered("a pod of this name is there already: ask about a namespace without it with --as-namespace".to_owned()))
        }
        Kind::Refused => Ok(Verdict::Refused(Refusal { pod, by: refused_by(error.reason()), reason: error.reason().to_owned() })),
        // A webhook that does not answer, or a policy that cannot be worked out, is the server's own failure.
        Kind::Failed if error.reason().contains("webhook") => {
            Ok(Verdict::Refused(Refusal { pod, by: refused_by(error.reason()), reason: error.reason().to_owned() }))
        }
        Kind::Forbidden => Err(error.or("give the account the role that the README has: create pods")),
        _ => Err(error),
    }
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
        Verdict::Refused(Refusal { pod, by, reason }) => {
            let which = match pod {
                Refused::Committed => "the pod in Git, not the one before injection",
                Refused::Original => "the pod before injection, not the one in Git",
                Refused::Both => "the pod, injected or not",
            };
            format!("refused  {place}: {by} refuses {which}: {}", one_line(reason))
        }
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
