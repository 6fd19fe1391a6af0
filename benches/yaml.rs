//! How fast YAML is read and edited: events of the parser alone, the tree, and the edits of one injected container.
#![allow(missing_docs, clippy::unwrap_used)]

use std::fmt::Write as _;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use sidecarize::Value;
use sidecarize::yaml;

fn main() {
    divan::main();
}

/// 2,000 Deployments of about 1.3 KB each.
fn deployments() -> String {
    let mut text = String::new();
    for i in 0..2000 {
        write!(
            text,
            r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: web-{i}
  namespace: shop
  labels:
    app.kubernetes.io/name: web-{i}
    app.kubernetes.io/part-of: shop
  annotations:
    example.com/owner: "team {i}" # who to call
spec:
  replicas: 3
  selector:
    matchLabels:
      app: web-{i}
  template:
    metadata:
      labels:
        app: web-{i}
        version: v1
    spec:
      serviceAccountName: web
      containers:
      # the application
      - name: web
        image: example.com/web:1.{i}
        args: ["--port=8080", "--log=info"]
        ports:
        - containerPort: 8080
          name: http
        env:
        - name: POD_NAME
          valueFrom:
            fieldRef:
              fieldPath: metadata.name
        - name: SETTINGS
          value: "a=1,b=2"
        resources:
          requests:
            cpu: 100m
            memory: 128Mi
          limits:
            memory: 256Mi
        livenessProbe:
          httpGet:
            path: /healthz
            port: 8080
          initialDelaySeconds: 5
        volumeMounts:
        - name: config
          mountPath: /etc/web
      volumes:
      - name: config
        configMap:
          name: web-{i}
          defaultMode: 0644
---
"#
        )
        .unwrap();
    }
    text
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
        let edits =
            roots.iter().zip(before.iter().zip(&after)).map(|(root, (b, a))| yaml::changes(&text, root, &yaml::diff(b, a)).unwrap());
        let changes: Vec<_> = edits.flatten().collect();
        yaml::splice(&text, &changes)
    });
}
