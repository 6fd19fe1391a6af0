//! However a manifest is written, no value of the user's own environment variables is in a report for people, and what is
//! shown of a change is the change.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::path::Path;

use crate::support::{Random, print};
use serde_json::json;
use sidecarize::Value;
use sidecarize::internals::config::{Config, Sources};
use sidecarize::internals::pipeline::{Engine, Host, InjectedText, Pipeline};
use sidecarize::internals::read::{Layout, Manifests};
use sidecarize::internals::report::{Input, Report, Show, github, html, markdown};
use sidecarize::internals::yaml::parse_value;

const CONFIG: &str = "apiVersion: sidecarize.dev/v1alpha1
kind: SidecarInjector
metadata: {name: agent}
spec:
  sidecars:
  - name: agent
    position: first
    match: {}
    pod:
      metadata: {annotations: {example.com/agent: injected}, labels: {agent: 'true'}}
      spec: {containers: [{name: agent, image: 'agent:1', env: [{name: LEVEL, value: loud}]}], volumes: [{name: agent, emptyDir: {}}]}
";

/// What every secret of these tests holds.
const SECRET: &str = "hunter2";

fn secret(random: &mut Random) -> Value {
    let texts = [
        "{}",
        "a {} # b",
        "'{}'",
        "\"{}\"",
        "one {}\ntwo {}\n",
        "{}\n\n\n",
        "a: {}",
        "- {}",
        "{}: {b, [c",
        "\\{}",
        " {}",
        "é{}ü",
        "&a {}",
        "*{}",
    ];
    let number = random.below(1000).to_string();
    json!(random.pick(&texts).replace("{}", &format!("{SECRET}-{number}")))
}

fn container(random: &mut Random, name: &str) -> Value {
    let env: Vec<Value> = (0..random.below(4)).map(|i| json!({"name": format!("V{i}"), "value": secret(random)})).collect();
    let image = json!(format!("{name}:1"));
    match random.below(3) {
        0 => json!({"env": env, "name": name, "image": image}),
        1 => json!({"name": name, "env": env, "image": image}),
        _ => json!({"name": name, "image": image, "env": env}),
    }
}

/// A workload in some style.
fn manifest(random: &mut Random) -> String {
    let containers: Vec<Value> = (0..1 + random.below(3)).map(|i| container(random, &format!("c{i}"))).collect();
    let init: Vec<Value> = (0..random.below(2)).map(|i| container(random, &format!("i{i}"))).collect();
    let template = json!({"metadata": {"labels": {"app": "web"}}, "spec": {"initContainers": init, "containers": containers}});
    let annotations = json!({"kubectl.kubernetes.io/last-applied-configuration": format!("{{\"env\": \"{SECRET}\"}}")});
    let value = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "annotations": annotations}, "spec": {"template": template}});
    // Directives are YAML, and no manifests.
    let text = print::manifest(random, &value);
    match text.split_once('\n') {
        Some((directive, rest)) if directive.starts_with('%') => rest.to_owned(),
        _ => text,
    }
}

fn rendered(engine: &Engine, text: &str, record: bool) -> InjectedText {
    let manifests = Manifests::parse(text, Layout::Stream).unwrap();
    let values = manifests.values().unwrap();
    let rendered = Pipeline::new(engine, if record { Host::committing() } else { Host::default() }).run(&manifests, values).unwrap();
    assert!(!rendered.failed(), "{:?}", rendered.objects[0].outcome.errors);
    rendered
}

fn input<'a>(source: &'a str, rendered: &'a InjectedText) -> Input<'a> {
    Input { name: "web.yaml".to_owned(), below: Path::new("web.yaml"), source, injected: rendered }
}

fn check(seed: u64, report: &Report<'_>, ours_are_shown: bool) {
    for format in [markdown, github, html] {
        let mut out = Vec::new();
        format(report, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(!text.contains(SECRET), "seed {seed}\n{text}");
        assert!(!ours_are_shown || text.contains("loud"), "seed {seed}\n{text}");
    }
}

#[test]
fn no_value_is_shown() {
    let engine = Engine::new(Config::load(&parse_value(CONFIG).unwrap(), &Sources::among([].iter())).unwrap()).unwrap();
    for seed in 0..300 {
        let mut random = Random::new(seed);
        let (first, second) = (manifest(&mut random), manifest(&mut random));
        let record = random.percent(50);
        let (a, b) = (rendered(&engine, &first, record), rendered(&engine, &second, record));
        let again = rendered(&engine, &a.text, record);
        check(seed, &Report::of_injection(&[input(&first, &a)], Show::default()).unwrap(), true);
        check(seed, &Report::of_injection(&[input(&a.text, &again)], Show::default()).unwrap(), false);
        check(seed, &Report::of_results(&[input(&first, &a)], &[input(&second, &b)], Show::default()).unwrap(), false);
    }
}

#[test]
fn the_rows_are_the_lines_of_the_texts() {
    let engine = Engine::new(Config::load(&parse_value(CONFIG).unwrap(), &Sources::among([].iter())).unwrap()).unwrap();
    for seed in 0..500 {
        let text = manifest(&mut Random::new(seed));
        let rendered = rendered(&engine, &text, true);
        let report = Report::of_injection(&[input(&text, &rendered)], Show { values: true, secrets: true, ..Show::default() }).unwrap();
        let lines = |text: &str| -> Vec<String> { text.split('\n').map(|line| line.trim_end_matches('\r').to_owned()).collect() };
        let (before, after) = (lines(&text), lines(&rendered.text));
        let rows: Vec<_> = report.files[0].workloads[0].hunks.iter().flat_map(|hunk| &hunk.rows).collect();
        for row in &rows {
            for (number, lines) in [(row.before, &before), (row.after, &after)] {
                assert!(number.is_none_or(|n| lines[n - 1] == *row.text), "seed {seed}: {row:?}");
            }
        }
        let numbers = |of: fn(&sidecarize::internals::report::Row<'_>) -> bool| rows.iter().filter(|row| of(row)).count();
        let (added, removed) = (numbers(|r| r.before.is_none()), numbers(|r| r.after.is_none()));
        assert_eq!(after.len() + removed, before.len() + added, "seed {seed}");
    }
}
