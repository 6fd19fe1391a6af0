//! `function`: a ResourceList on standard input, the injected one on standard output.

use std::io::{Read, Write};
use std::process::ExitCode;

use anyhow::Context as _;
use serde_json::json;

use crate::Value;
use crate::config::{API_VERSION, Config, DiffResults, Reading, SMALLEST, Sources, Switch, installation};
use crate::finding::Finding;
use crate::krm::{FunctionResult, ResourceList, Severity, answer};
use crate::kubernetes::{hosts, subject};
use crate::pipeline::{Engine, Host, InjectedObject, InjectedText, Pipeline, original};
use crate::plain::plain;
use crate::read::Manifests;
use crate::report::{counts, unified, without_secrets};

/// Runs the function. The exit code is 1 when any result is an error; then the items come back as they came.
///
/// # Errors
///
/// When standard input is no ResourceList or cannot be read; nothing is written then.
pub fn run() -> anyhow::Result<ExitCode> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).context("standard input is not UTF-8 text")?;
    let list = ResourceList::parse(&text)?;
    let answer = respond(&text, list)?;
    for result in answer.results.iter().filter(|r| r.severity == Severity::Error || answer.generator) {
        eprintln!("{result}");
    }
    if let Some(diff) = &answer.shown {
        eprint!("{}", plain(diff));
    }
    let mut out = std::io::stdout().lock();
    out.write_all(answer.text.as_bytes()).and_then(|()| out.flush()).context("standard output")?;
    let failed = answer.results.iter().any(|r| r.severity == Severity::Error);
    Ok(if failed { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

struct Answer {
    text: String,
    results: Vec<FunctionResult>,
    /// Whether kustomize runs us as a generator; it shows no results.
    generator: bool,
    /// The diff for standard error, where the configuration asks for it.
    shown: Option<String>,
}

fn respond(text: &str, list: ResourceList<'_>) -> anyhow::Result<Answer> {
    let function_config = list.function_config.as_ref();
    let engine = match engine(function_config, &list.items) {
        Ok(engine) => engine,
        Err(findings) => {
            let results: Vec<FunctionResult> = findings.iter().map(|f| result(Severity::Error, f, function_config)).collect();
            return Ok(Answer { text: answer(text, None, &results)?, results, generator: false, shown: None });
        }
    };
    let config = engine.config();
    let mut pipeline = Pipeline::new(&engine, host_of(&list.items, config.record));
    pipeline.learn(&list.items);
    let item = if config.diff.item.is_empty() { None } else { diff_item(&engine, &pipeline, &list)? };
    let injected = pipeline.run(&list.manifests, list.items)?;
    let mut results = results(&injected, config.diff.results);
    let outcomes = injected.objects.iter().map(|object| &object.outcome);
    results.extend(pipeline.finish(outcomes).iter().map(|f| result(Severity::Warning, f, function_config)));
    let generator = is_generator(function_config, &injected);
    if generator {
        let message = "run as a generator, there is nothing to inject into: list the configuration under transformers";
        results.push(FunctionResult::new(Severity::Warning, message));
    }
    results.sort_by_key(|r| r.severity);
    let shown = (config.diff.stderr && !injected.failed()).then(|| injected.objects.iter().map(diff).collect());
    Ok(Answer { text: answer(&injected.text, item.as_ref().filter(|_| !injected.failed()), &results)?, results, generator, shown })
}

/// Whether the only item is the configuration, as kustomize gives it to a generator. In a package it has a path.
fn is_generator(function_config: Option<&Value>, injected: &InjectedText) -> bool {
    let [only] = injected.objects.as_slice() else { return false };
    let identity = crate::kubernetes::Identity::of(&only.value);
    function_config.map(crate::kubernetes::Identity::of) == Some(identity) && crate::krm::file_of(&only.value).is_none()
}

/// The engine of the functionConfig; without one, of the Istio whose ConfigMaps are among the items.
fn engine(function_config: Option<&Value>, items: &[Value]) -> Result<Engine, Vec<Finding>> {
    let found;
    let object = match function_config {
        Some(object) => object,
        None => {
            found = installation(items, Reading::default()).ok_or_else(|| {
                let message = format!(
                    "no configuration, and no ConfigMap istio-sidecar-injector among the items; the smallest configuration is\n{SMALLEST}"
                );
                vec![Finding::whole(message)]
            })?;
            &found.config
        }
    };
    Engine::new(Config::load(object, &Sources::among(items))?)
}

/// An item that holds the diff against the objects before any injection, so that a second run does not change it; nothing
/// where nothing is injected.
fn diff_item(engine: &Engine, pipeline: &Pipeline<'_>, list: &ResourceList<'_>) -> anyhow::Result<Option<Value>> {
    let text = original(&list.manifests, &list.items, engine.kinds());
    let manifests = Manifests::parse(&text, list.manifests.layout())?;
    let values = manifests.values()?;
    let injected = pipeline.run(&manifests, values)?;
    let diff: String = injected.objects.iter().map(diff).collect();
    let path = &engine.config().diff.item;
    let [new, old] = hosts::PATH;
    let item = json!({
        "apiVersion": API_VERSION,
        "kind": "InjectionDiff",
        "metadata": {
            "name": "sidecarize",
            "annotations": {(hosts::LOCAL_CONFIG): "true", (old): path, (new): path},
        },
        "diff": diff,
    });
    Ok((!diff.is_empty()).then_some(item))
}

/// What the host does with the result, as the annotations on its items tell.
fn host_of(items: &[Value], record: Switch) -> Host {
    Host { record: record.resolve(hosts::commits(items)), copies_comments_by_index: hosts::is_kpt(items) }
}

fn results(injected: &InjectedText, wanted: DiffResults) -> Vec<FunctionResult> {
    let mut results = Vec::new();
    for object in &injected.objects {
        let findings = |severity, list: &[Finding]| list.iter().map(|f| result(severity, f, Some(&object.value))).collect::<Vec<_>>();
        results.extend(findings(Severity::Error, &object.outcome.errors));
        results.extend(findings(Severity::Warning, &object.outcome.warnings));
        if !injected.failed() {
            results.extend(decisions(object, wanted));
        }
    }
    results
}

/// A result for an injected object; where all are wanted, for one that is left alone, too.
fn decisions(object: &InjectedObject, wanted: DiffResults) -> Option<FunctionResult> {
    let all = || object.outcome.workloads.iter().flat_map(|w| &w.decisions);
    if object.outcome.workloads.is_empty() || wanted == DiffResults::None {
        return None;
    }
    let reasons = |inject: bool| {
        all().filter(move |d| d.inject == inject).map(|d| format!("{} ({})", d.sidecar, d.reason.text)).collect::<Vec<_>>().join(", ")
    };
    let message = if object.change.is_some() {
        let counts = counts(&diff(object));
        let injected = reasons(true);
        if injected.is_empty() {
            format!("removed what was injected: {counts}; not injected any more: {}", reasons(false))
        } else {
            format!("injected {injected}: {counts}")
        }
    } else if wanted == DiffResults::All {
        let injected = reasons(true);
        if injected.is_empty() { format!("not injected: {}", reasons(false)) } else { format!("already injected: {injected}") }
    } else {
        return None;
    };
    let mut result = FunctionResult::new(Severity::Info, message).about(&object.value);
    let mut codes: Vec<&str> = all().map(|d| d.reason.code).collect();
    codes.dedup();
    result.tags.insert("reason".to_owned(), codes.join(","));
    if object.change.is_some() && matches!(wanted, DiffResults::Full | DiffResults::All) {
        result.tags.insert("diff".to_owned(), diff(object));
    }
    Some(result)
}

fn diff(object: &InjectedObject) -> String {
    let Some((before, after)) = &object.change else { return String::new() };
    unified(&name(&object.value), &without_secrets(before), &without_secrets(after))
}

/// The object's file where the host told it, else kind, namespace and name.
fn name(object: &Value) -> String {
    crate::krm::file_of(object).map_or_else(|| crate::kubernetes::Identity::of(object).to_string().replace(' ', "/"), |f| f.path)
}

fn result(severity: Severity, finding: &Finding, object: Option<&Value>) -> FunctionResult {
    let mut result = FunctionResult::new(severity, finding.message.clone());
    if let Some(object) = object {
        let file = crate::krm::file_of(object);
        result = result.about(subject(object, &finding.path));
        result.file = file.or(result.file);
    }
    if finding.path.is_empty() { result } else { result.at(finding.path.to_string()) }
}
