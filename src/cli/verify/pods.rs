//! The pods of a run as their controllers send them, and what a cluster answers.

use crate::cli::io::files::File;
use crate::cli::io::progress::Progress;
use crate::cli::session::Session;
use crate::cluster::{Cluster, Error, Kind};
use crate::config::Config;
use crate::kubernetes::{Identity, Kinds, created_pod, has_no_containers};
use crate::pipeline::original;
use crate::read::{Layout, Manifests};
use crate::verify::{Refusal, Refused, Verdict, compare, kept_from_webhook, refused_by};
use crate::yaml::{Path, value_at};
use crate::{Value, record};

/// One pod of a workload, and what the cluster says of it.
pub struct Asked<'s> {
    pub file: &'s File,
    /// Line on which the workload starts, counted from 1.
    pub line: usize,
    pub identity: &'s Identity,
    /// Where the pod stands in the workload.
    pub path: Path,
    /// The workload before any injection.
    pub object: Value,
    /// The namespace in which it is asked about.
    pub namespace: String,
    /// The pod before any injection, and the one in Git, as the controller would send them.
    pub pods: [Value; 2],
    pub verdict: Verdict,
}

/// What the engine of a run knows.
pub struct Known {
    pub kinds: Kinds,
    pub config: Config,
}

/// Every pod of every workload, as its controller would send it.
pub fn of<'s>(session: &'s Session, known: &Known, as_namespace: Option<&str>) -> anyhow::Result<Vec<Asked<'s>>> {
    let mut asked = Vec::new();
    for (file, rendered) in &session.files {
        let manifests = Manifests::parse(&file.text, Layout::Stream)?;
        let originals = original(&manifests, &manifests.values()?, &known.kinds);
        let originals = Manifests::parse(&originals, Layout::Stream)?.values()?;
        let results = Manifests::parse(&rendered.text, Layout::Stream)?.values()?;
        for ((before, after), object) in originals.iter().zip(results).zip(&rendered.objects) {
            // What carries an injection of ours stands in Git as it is, whether that is current or not.
            let after = &record::without(if *before == object.value { &after } else { &object.value });
            let named = object.outcome.workloads.iter().zip(&object.workload_lines);
            for (workload, (outcome, line)) in known.kinds.workloads(before).into_iter().zip(named) {
                let Some(after) = value_at(after, &workload.path) else { continue };
                for path in workload.pods {
                    let (Some(pod), Some(injected)) = (value_at(workload.object, &path), value_at(after, &path)) else { continue };
                    let namespace = [as_namespace, Some(&outcome.identity.namespace), Some(&known.config.default_namespace)];
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
pub fn ask(cluster: &Cluster, asked: &mut [Asked<'_>], progress: &Progress) -> Result<(), Error> {
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
            (Ok(admitted), Ok(committed)) if ![&admitted, &committed].into_iter().any(has_no_containers) => {
                compare(admitted, committed, written, original)
            }
            (Ok(_), Ok(_)) => Verdict::Unanswered("what the server answers is no pod: is this the API server of a cluster?".to_owned()),
            (admitted, committed) => unlike(admitted.err(), committed.err())?,
        };
    }
    Ok(())
}

/// What is sent of a pod before any injection and of the one in Git.
fn sent([original, written]: &[Value; 2]) -> [Value; 2] {
    [original.clone(), kept_from_webhook(written.clone())]
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
        Kind::Failed => Ok(Verdict::Unanswered(error.reason().to_owned())),
        Kind::Forbidden => Err(error.or("give the account the role that the README has: create pods")),
        _ => Err(error),
    }
}
