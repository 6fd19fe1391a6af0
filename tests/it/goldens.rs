//! Golden cases of the reference: the folder that `SIDECARIZE_GOLDENS` names holds them (`istio/MINOR/CASE`, see the README there).
//! Cases that do not pass yet stand in `tests/goldens/known-failures.txt`, which may only shrink.
use std::collections::BTreeSet;

use rayon::prelude::*;
use serde_json::Value;
use sidecarize::internals::edit;
use sidecarize::internals::inject::Injector;
use sidecarize::internals::istio::Settings;
use sidecarize::internals::pipeline::{KubeInject, Outcome};
use sidecarize::internals::read::{Manifests, Namespaces};

use crate::cases::{Case, cases};

/// After so many pods, templates are worked out ahead.
const LATER: usize = 18;

impl Case {
    fn injector(&self) -> Result<KubeInject, String> {
        let meta = self.meta();
        let text = |key: &str| meta[key].as_str().unwrap_or_default().to_owned();
        let env = meta["env"].as_object().into_iter().flatten().map(|(k, v)| (k.clone(), v.as_str().unwrap_or_default().to_owned()));
        let settings = Settings {
            config: self.config("config.yaml"),
            values: self.config("values.json"),
            mesh: self.config("mesh.yaml"),
            revision: "default".to_owned(),
            native_sidecars: Some(meta["nativeSidecars"] == true),
            version: Some(self.minor.clone()),
            platform: text("platform"),
            compliance_policy: text("compliancePolicy"),
            env: env.collect(),
            ..Settings::default()
        };
        Injector::new(settings).map(KubeInject::new).map_err(|e| e.to_string())
    }

    fn known_namespaces(&self) -> Namespaces {
        let mut known = Namespaces::default();
        documents(&self.namespaces()).unwrap().iter().for_each(|namespace| known.learn(namespace));
        known
    }

    /// Runs the case through the library; says what is wrong.
    fn run(&self) -> Result<(), String> {
        let (meta, injector, namespaces) = (self.meta(), self.injector()?, self.known_namespaces());
        let input = documents(&self.read("input.yaml")).map_err(|e| format!("input: {e}"))?;
        let inject = || input.iter().map(|object| injector.run(object, &namespaces)).collect::<Vec<_>>();
        // What a template makes of shared values is worked out once it is often rendered: later pods are as the first.
        let first = inject();
        (1..LATER).for_each(|_| drop(inject()));
        let outcomes = inject();
        let parts = |outcomes: &[Outcome]| outcomes.iter().map(|o| o.changed.clone()).collect::<Vec<_>>();
        if parts(&first) != parts(&outcomes) {
            return Err("a later pod is not as the first".to_owned());
        }
        let errors = outcomes.iter().flat_map(|o| &o.errors).map(|e| e.message.clone()).collect::<Vec<_>>().join("\n");
        if let Some(wanted) = meta["error"].as_str() {
            return if errors.to_lowercase().contains(&wanted.to_lowercase()) {
                Ok(())
            } else {
                Err(format!("the error does not name {wanted}: {errors:?}"))
            };
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let warnings = outcomes.iter().flat_map(|o| &o.warnings).map(|w| w.message.clone()).collect::<Vec<_>>().join("\n");
        if let Some(wanted) = meta["warning"].as_str().filter(|w| !warnings.to_lowercase().contains(&w.to_lowercase())) {
            return Err(format!("no warning {wanted:?}: {warnings:?}"));
        }
        let expected = documents(&self.read("expected.yaml")).map_err(|e| format!("expected: {e}"))?;
        if expected.len() != outcomes.len() {
            return Err(format!("{} documents, expected {}", outcomes.len(), expected.len()));
        }
        for ((input, outcome), expected) in input.iter().zip(&outcomes).zip(&expected) {
            let after = outcome.after(input);
            let normal = |v: &Value| crate::compare::normal(v, &mut Vec::new());
            let (mut expected, actual) = (normal(expected), normal(&after));
            crate::compare::keep_users(&mut expected, &actual, &normal(input));
            if let Some(difference) = crate::compare::difference(&expected, &actual, "") {
                return Err(difference);
            }
        }
        Ok(())
    }
}

fn documents(text: &str) -> Result<Vec<Value>, String> {
    let values = Manifests::parse_leniently(text).and_then(|m| m.values()).map_err(|e| e.to_string())?;
    Ok(values.into_iter().filter(|v| !v.is_null()).collect())
}

/// A text with every object injected; the values after injection.
fn inject_text(injector: &KubeInject, namespaces: &Namespaces, text: &str) -> Result<(String, Vec<Value>), String> {
    let manifests = Manifests::parse_leniently(text).map_err(|e| e.to_string())?;
    let values = manifests.values().map_err(|e| e.to_string())?;
    let (mut changes, mut after) = (Vec::new(), Vec::new());
    for (value, node) in values.iter().zip(manifests.objects()) {
        let outcome = injector.run(value, namespaces);
        let new = outcome.after(value);
        changes.extend(edit::changes(text, node, &edit::diff(value, new.clone())).map_err(|e| e.to_string())?);
        after.push(new);
    }
    Ok((edit::splice(text, &changes), after))
}

/// Lines that stand alone: neither keys that injection rewrites nor what moves with them.
fn comments(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|l| l.starts_with('#')).collect()
}

#[test]
#[cfg_attr(not(goldens), ignore = "SIDECARIZE_GOLDENS names no folder of golden cases")]
fn text_keeps_its_lines_and_twice_is_once() {
    let cases = cases();
    let check = |case: &Case| -> Result<(), String> {
        let input = case.read("input.yaml");
        if case.meta()["error"].is_string() || Manifests::parse_leniently(&input).is_err() {
            return Ok(());
        }
        let (injector, namespaces) = (case.injector()?, case.known_namespaces());
        let (output, after) = inject_text(&injector, &namespaces, &input)?;
        let reread = Manifests::parse_leniently(&output).and_then(|m| m.values()).map_err(|e| format!("output: {e}"))?;
        if let Some(difference) = after.iter().zip(&reread).find_map(|(a, b)| crate::compare::difference(a, b, "")) {
            return Err(format!("the text is not the value: {difference}"));
        }
        // Whoever commented a line finds the comment again.
        let mut left = comments(&output).into_iter();
        if let Some(lost) = comments(&input).into_iter().find(|line| !left.any(|l| l == *line)) {
            return Err(format!("the comment {lost:?} is gone or moved"));
        }
        let (again, _) = inject_text(&injector, &namespaces, &output)?;
        // The reference does not settle in one run on what an older release injected, nor where an old template writes all
        // annotations of the pod, injected ones too, into a variable.
        if input.contains("sidecar.istio.io/status") || again.contains("ISTIO_METAJSON_ANNOTATIONS") {
            return Ok(());
        }
        match output.lines().zip(again.lines()).find(|(a, b)| a != b) {
            Some((once, twice)) => Err(format!("twice is not once: {once:?}, then {twice:?}")),
            None if output.len() != again.len() => Err("twice is longer than once".to_owned()),
            None => Ok(()),
        }
    };
    let wrong: Vec<String> = cases.par_iter().filter_map(|case| check(case).err().map(|why| format!("{}: {why}", case.name))).collect();
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
#[cfg_attr(not(goldens), ignore = "SIDECARIZE_GOLDENS names no folder of golden cases")]
fn pods_are_those_of_the_reference() {
    let cases = cases();
    let listed: BTreeSet<&str> = include_str!("known-failures.txt").lines().filter(|l| !l.is_empty() && !l.starts_with('#')).collect();
    let results: Vec<_> = cases.par_iter().map(|case| (case.name.as_str(), case.run())).collect();
    let mut wrong = Vec::new();
    for (name, result) in &results {
        match result {
            Ok(()) if listed.contains(name) => wrong.push(format!("{name}: passes now: take it off the list of known failures")),
            Err(why) if !listed.contains(name) => wrong.push(format!("{name}: {why}")),
            _ => {}
        }
    }
    println!("{} of {} cases pass", results.iter().filter(|(_, r)| r.is_ok()).count(), results.len());
    assert!(wrong.is_empty(), "{} cases are not as they should be:\n{}", wrong.len(), wrong.join("\n"));
}
