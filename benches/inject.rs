//! A whole run over 2,000 Deployments, and its steps: read, inject with edits. Compare the figures of one run only.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use sidecarize::internals::config::Config;
use sidecarize::internals::pipeline::{Engine, Host, Pipeline};
use sidecarize::internals::read::{Layout, Manifests};
use sidecarize::internals::yaml;
use support::deployments;

fn main() {
    divan::main();
}

const CONFIG: &str = "
apiVersion: sidecarize.dev/v1alpha1
kind: SidecarInjector
spec:
  namespaces: [{name: shop, labels: {sidecarize.dev/inject: enabled}}]
  sidecars:
  - name: agent
    native: true
    pod:
      metadata: {annotations: {example.com/logs: shipped}}
      spec:
        containers: [{name: agent, image: 'example.com/agent:1', volumeMounts: [{name: logs, mountPath: /logs}]}]
        volumes: [{name: logs, emptyDir: {}}]
";

fn engine() -> Engine {
    Engine::new(Config::from_value(&yaml::parse_value(CONFIG).unwrap()).unwrap()).unwrap()
}

#[divan::bench]
fn read(bencher: Bencher<'_, '_>) {
    let text = deployments();
    bencher.counter(BytesCount::of_str(&text)).bench(|| Manifests::parse(&text, Layout::Stream).unwrap().values().unwrap());
}

#[divan::bench]
fn inject_and_print(bencher: Bencher<'_, '_>) {
    let text = deployments();
    let engine = engine();
    let pipeline = Pipeline::new(&engine, Host::default());
    let manifests = Manifests::parse(&text, Layout::Stream).unwrap();
    let values = manifests.values().unwrap();
    bencher
        .counter(BytesCount::of_str(&text))
        .with_inputs(|| values.clone())
        .bench_values(|values| pipeline.run(&manifests, values).unwrap().text);
}

#[divan::bench]
fn whole_run(bencher: Bencher<'_, '_>) {
    let text = deployments();
    bencher.counter(ItemsCount::new(2000_usize)).bench(|| {
        let engine = engine();
        let pipeline = Pipeline::new(&engine, Host::default());
        let manifests = Manifests::parse(&text, Layout::Stream).unwrap();
        let values = manifests.values().unwrap();
        pipeline.run(&manifests, values).unwrap().text
    });
}
