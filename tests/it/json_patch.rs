//! A JSON Patch of a report, applied to the object before, gives the object after: for every case of `tests/edit_cases`, for
//! generated manifests and, where `SIDECARIZE_GOLDENS` is set, for every golden case.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use crate::support::folder::{fixtures, folders};
use crate::support::patch::apply_as_kustomize;
use crate::support::{Random, changed, manifest};
use sidecarize::Value;
use sidecarize::internals::report::{guarded_json_patch, json_patch};
use sidecarize::internals::yaml::{parse, parse_value};

fn check(name: &str, before: &Value, after: &Value) {
    for patch in [json_patch(before, after), guarded_json_patch(before, after)] {
        let text = serde_json::to_string_pretty(&patch).unwrap();
        let patch: json_patch::Patch = serde_json::from_str(&text).unwrap();
        let mut value = before.clone();
        apply_as_kustomize(&mut value, &patch).unwrap_or_else(|e| panic!("{name}: {e}\n{text}"));
        assert_eq!(value, *after, "{name}\n{text}");
    }
}

#[test]
fn edit_cases() {
    let cases = fixtures("edit_cases");
    assert!(cases.len() > 50);
    for case in cases {
        let value = |name| parse_value(&std::fs::read_to_string(case.join(name)).unwrap()).unwrap();
        check(&case.display().to_string(), &value("before.yaml"), &value("after.yaml"));
    }
}

#[test]
fn generated_manifests() {
    for seed in 0..2_000 {
        let mut random = Random::new(seed);
        let before = manifest(&mut random);
        check(&format!("seed {seed}"), &before, &changed(&mut random, &before));
    }
}

#[test]
#[cfg_attr(not(goldens), ignore = "SIDECARIZE_GOLDENS names no folder of golden cases")]
fn golden_cases() {
    let goldens = crate::cases::goldens();
    let mut pairs = 0;
    for case in ["istio", "real"].iter().flat_map(|part| folders(&goldens.join(part))).flat_map(|minor| folders(&minor)) {
        let documents = |name| {
            let text = std::fs::read_to_string(case.join(name)).unwrap_or_default();
            let roots = parse(&text).unwrap_or_default();
            roots.iter().filter_map(|d| d.root.as_ref()?.to_value().ok()).collect::<Vec<_>>()
        };
        for (before, after) in documents("input.yaml").iter().zip(&documents("expected.yaml")) {
            check(&case.display().to_string(), before, after);
            pairs += 1;
        }
    }
    assert!(pairs > 1_000, "only {pairs} pairs");
}

#[test]
fn what_is_added_to_a_list_is_one_operation() {
    let before = parse_value("spec: {containers: [{name: a}, {name: b, args: [x, y]}]}").unwrap();
    let after = parse_value("spec: {containers: [{name: proxy, image: p}, {name: a}, {name: b, args: [x, z, y]}, {name: c}]}").unwrap();
    let operations: Vec<String> = guarded_json_patch(&before, &after).iter().map(|op| serde_json::to_string(op).unwrap()).collect();
    insta::assert_snapshot!(operations.join("\n"), @r#"
    {"op":"test","path":"/spec/containers/0/name","value":"a"}
    {"op":"add","path":"/spec/containers/0","value":{"name":"proxy","image":"p"}}
    {"op":"test","path":"/spec/containers/2/name","value":"b"}
    {"op":"add","path":"/spec/containers/2/args/1","value":"z"}
    {"op":"add","path":"/spec/containers/-","value":{"name":"c"}}
    "#);
}
