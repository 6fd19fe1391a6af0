//! How fast YAML is read and edited: events of the parser alone, the tree, and the edits of one injected container.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use sidecarize::Value;
use sidecarize::internals::{edit, yaml};
use support::deployments;

fn main() {
    divan::main();
}

#[divan::bench]
fn events(bencher: Bencher<'_, '_>) {
    let text = deployments();
    bencher.counter(BytesCount::of_str(&text)).bench(|| saphyr_parser::Parser::new_from_str(black_box(&text)).count());
}

#[divan::bench]
fn tree(bencher: Bencher<'_, '_>) {
    let text = deployments();
    bencher.counter(BytesCount::of_str(&text)).bench(|| yaml::parse(black_box(&text)).unwrap());
}

#[divan::bench]
fn values(bencher: Bencher<'_, '_>) {
    let text = deployments();
    let documents = yaml::parse(&text).unwrap();
    let value = || documents.iter().filter_map(|d| d.root.as_ref()).map(|r| r.to_value().unwrap()).collect::<Vec<_>>();
    bencher.counter(BytesCount::of_str(&text)).bench(value);
}

#[divan::bench]
fn one_more_container(bencher: Bencher<'_, '_>) {
    let text = deployments();
    let documents = yaml::parse(&text).unwrap();
    let roots: Vec<_> = documents.iter().filter_map(|d| d.root.as_ref()).collect();
    let before: Vec<Value> = roots.iter().map(|r| r.to_value().unwrap()).collect();
    let container = serde_json::json!({"name": "agent", "image": "example.com/agent:1", "env": [{"name": "MODE", "value": "sidecar"}]});
    let after: Vec<Value> = before
        .iter()
        .map(|b| {
            let mut after = b.clone();
            after["spec"]["template"]["spec"]["containers"].as_array_mut().unwrap().push(container.clone());
            after
        })
        .collect();
    bencher.counter(BytesCount::of_str(&text)).bench(|| {
        let edits = roots
            .iter()
            .zip(before.iter().zip(&after))
            .map(|(root, (b, a))| edit::changes(&text, root, &edit::diff(b, a.clone())).unwrap());
        let changes: Vec<_> = edits.flatten().collect();
        edit::splice(&text, &changes)
    });
}
