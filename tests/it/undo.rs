//! An injection can be taken off and replaced: for every golden input (`SIDECARIZE_GOLDENS`), with `record: true`,
//! removing gives back the original, a second injection changes nothing, and one under another configuration gives what it
//! gives of the original.
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use rayon::prelude::*;
use serde_json::{Value, json};
use sidecarize::internals::config::{Config, Sources};
use sidecarize::internals::pipeline::{Engine, Host, Pipeline, remove};
use sidecarize::internals::read::{Layout, Manifests};

use crate::cases::{Case, cases_of};

/// The engines of the cases; many share one, and its templates are parsed once.
struct Engines<'c> {
    namespaces: BTreeSet<&'c str>,
    by_config: Mutex<HashMap<String, Arc<Engine>>>,
}

impl Engines<'_> {
    fn get(&self, case: &Case) -> Result<Arc<Engine>, String> {
        let config = config(case, &self.namespaces);
        let mut known = self.by_config.lock().unwrap();
        if let Some(engine) = known.get(&config.to_string()) {
            return Ok(Arc::clone(engine));
        }
        let loaded = Config::load(&config, &Sources::among([])).map_err(|all| format!("{all:?}"))?;
        let engine = Arc::new(Engine::new(loaded).map_err(|all| format!("{all:?}"))?);
        known.insert(config.to_string(), Arc::clone(&engine));
        Ok(engine)
    }
}

/// The configuration of a case, for which every namespace opts in.
fn config(case: &Case, namespaces: &BTreeSet<&str>) -> Value {
    let meta = case.meta();
    let namespaces = namespaces.iter().map(|name| json!({"name": name, "labels": {"istio-injection": "enabled"}}));
    json!({
        "apiVersion": "sidecarize.dev/v1alpha1",
        "kind": "SidecarInjector",
        "spec": {
            "webhook": "absent",
            "record": true,
            "defaultNamespace": "default",
            "namespaces": namespaces.collect::<Vec<_>>(),
            "istio": [{
                "injector": {"inline": {"config": case.config("config.yaml"), "values": case.config("values.json")}},
                "mesh": {"inline": case.config("mesh.yaml")},
                "version": case.minor,
                "nativeSidecars": meta["nativeSidecars"] == true || meta["native"] == true,
                "platform": meta["platform"],
                "compliancePolicy": meta["compliancePolicy"],
                "env": meta["env"],
            }],
        },
    })
}

/// A text with everything injected.
fn inject(engine: &Engine, text: &str) -> Result<String, String> {
    let manifests = Manifests::parse(text, Layout::Stream).map_err(|e| e.to_string())?;
    let values = manifests.values().map_err(|e| e.to_string())?;
    let host = Host::committing();
    let mut pipeline = Pipeline::new(engine, host);
    pipeline.learn(&values);
    let rendered = pipeline.run(&manifests, values).map_err(|e| e.to_string())?;
    let errors: Vec<String> = rendered.objects.iter().flat_map(|o| &o.outcome.errors).map(|e| e.message.clone()).collect();
    if errors.is_empty() { Ok(rendered.text) } else { Err(errors.join("\n")) }
}

/// A text without its injections.
fn removed(text: &str) -> Result<String, String> {
    let manifests = Manifests::parse(text, Layout::Stream).map_err(|e| e.to_string())?;
    let values = manifests.values().map_err(|e| e.to_string())?;
    let removal = remove(&manifests, &values, false).map_err(|e| e.to_string())?;
    let told: Vec<String> = removal.errors.iter().chain(&removal.warnings).map(|l| l.finding.message.clone()).collect();
    if told.is_empty() { Ok(removal.text) } else { Err(told.join("\n")) }
}

fn values(text: &str) -> Vec<Value> {
    Manifests::parse(text, Layout::Stream).and_then(|m| m.values()).unwrap_or_default()
}

/// What became of one case.
enum Outcome {
    /// What must be the same differs.
    Wrong(String),
    /// Nothing is injected, or the input is one that cannot be.
    NotInjected,
    /// All is as it should be, to the byte.
    Right,
}

/// Injects, injects again, injects with another configuration, and removes.
fn check(case: &Case, other: &Case, engines: &Engines<'_>) -> Outcome {
    let input = case.read("input.yaml");
    let objects = values(&input);
    // What an earlier release injected is no original.
    if case.meta()["error"].is_string() || objects.is_empty() || input.contains("sidecar.istio.io/status") {
        return Outcome::NotInjected;
    }
    let run = || -> Result<Outcome, String> {
        let (ours, theirs) = (engines.get(case)?, engines.get(other)?);
        let once = match inject(&ours, &input) {
            Ok(once) => once,
            Err(why) if why.contains("cannot be recorded") => return Err(why),
            Err(_) => return Ok(Outcome::NotInjected),
        };
        if once == input {
            return Ok(Outcome::NotInjected);
        }
        let twice = inject(&ours, &once)?;
        if twice != once {
            return Err(format!("twice is not once\n{}", difference(&once, &twice).unwrap_or_default()));
        }
        if let Ok(alone) = inject(&theirs, &input) {
            let after = inject(&theirs, &once)?;
            if let Some(difference) = difference(&sorted_records(&alone), &sorted_records(&after)) {
                return Err(format!("after another it is not what it is alone\n{difference}"));
            }
        }
        match difference(&input, &removed(&once)?) {
            Some(difference) => Err(format!("what comes back is not the original\n{difference}")),
            None => Ok(Outcome::Right),
        }
    };
    run().unwrap_or_else(Outcome::Wrong)
}

/// A text whose records name what undoes an injection in an order of their own: that of the keys of an original that comes from another
/// record may differ, and says nothing.
fn sorted_records(text: &str) -> String {
    let sorted = |line: &str| {
        let quoted = line.trim_start().strip_prefix("sidecarize.dev/record: '").and_then(|rest| rest.strip_suffix('\''));
        let record = quoted.and_then(|text| serde_json::from_str::<Value>(&text.replace("''", "'")).ok());
        let Some(mut record) = record else { return format!("{line}\n") };
        if let Some(undo) = record.get_mut("undo").and_then(Value::as_array_mut) {
            undo.sort_by_key(Value::to_string);
        }
        format!("{record}\n")
    };
    text.lines().map(sorted).collect()
}

fn difference(a: &str, b: &str) -> Option<String> {
    (a != b).then(|| similar::TextDiff::from_lines(a, b).unified_diff().context_radius(1).to_string())
}

#[test]
#[cfg_attr(not(goldens), ignore = "SIDECARIZE_GOLDENS names no folder of golden cases")]
fn an_injection_can_be_taken_off_and_replaced() {
    let cases = cases_of(&["istio", "real", "webhook"]);
    let inputs: Vec<Vec<Value>> = cases.iter().map(|case| values(&case.read("input.yaml"))).collect();
    let namespaces = inputs.iter().flatten().filter_map(|o| o["metadata"]["namespace"].as_str()).chain(["default"]).collect();
    let engines = Engines { namespaces, by_config: Mutex::default() };
    // Under another case's configuration of the same minor, where it has one.
    let other = |i: usize| {
        let case = &cases[i];
        let mut others = cases[i + 1..].iter().chain(&cases[..i]);
        others.find(|o| o.minor == case.minor && o.meta()["config"] != case.meta()["config"]).unwrap_or(case)
    };
    let outcomes: Vec<(&str, Outcome)> =
        (0..cases.len()).into_par_iter().map(|i| (cases[i].name.as_str(), check(&cases[i], other(i), &engines))).collect();
    let (mut injected, mut wrong) = (0, Vec::new());
    for (name, outcome) in &outcomes {
        match outcome {
            Outcome::NotInjected => {}
            Outcome::Wrong(why) => wrong.push(format!("{name}: {why}")),
            Outcome::Right => injected += 1,
        }
    }
    assert!(wrong.is_empty(), "{} are not as they should be:\n{}", wrong.len(), wrong.join("\n"));
    assert!(injected > 500, "only {injected} were injected");
}
