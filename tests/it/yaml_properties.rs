//! What holds for every manifest in every style, and for every change of it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use crate::support::{Random, changed, manifest, print};
use sidecarize::Value;
use sidecarize::internals::edit::Edit;
use sidecarize::internals::yaml::Node;
use sidecarize::internals::{edit, yaml};

fn only_root(source: &str) -> Node<'_> {
    yaml::parse(source).unwrap_or_else(|e| panic!("{e}\n{source}")).into_iter().find_map(|d| d.root).unwrap()
}

/// A manifest as text and value, and the value after some changes.
fn example(seed: u64) -> (String, Value, Value) {
    let mut random = Random::new(seed);
    let value = manifest(&mut random);
    let text = print::manifest(&mut random, &value);
    let before = first_value(&text).unwrap_or_else(|e| panic!("the generator wrote no YAML: {e}\n{text}"));
    assert_eq!(difference("", &before, &value), None, "the generator wrote something else:\n{text}");
    let after = changed(&mut random, &before);
    (text, before, after)
}

/// The value of the first document that has one.
fn first_value(text: &str) -> Result<Value, String> {
    let documents = yaml::parse(text).map_err(|e| e.to_string())?;
    let root = documents.iter().find_map(|d| d.root.as_ref()).ok_or("no document")?;
    root.to_value().map_err(|e| e.to_string())
}

/// What stands before and behind the first document that has content.
fn around(text: &str) -> (String, String) {
    let root = only_root(text);
    let documents = yaml::parse(text).unwrap();
    let others = documents.iter().skip_while(|d| d.root.is_none()).skip(1).map(|d| &text[d.span.clone()]).collect();
    let head = text[..root.start()].lines().filter(|l| l.starts_with(['-', '%'])).collect::<Vec<_>>().join("\n");
    (head, others)
}

fn edited(text: &str, edits: &[Edit]) -> String {
    edit::apply(text, &only_root(text), edits).unwrap()
}

fn show(text: &str, after: &Value, edits: &[Edit], result: &str) -> String {
    let edits: Vec<String> = edits.iter().map(|e| format!("{e:?}")).collect();
    format!("--- before\n{text}\n--- after should be\n{after}\n--- edits\n{}\n--- result\n{result}\n---", edits.join("\n"))
}

/// The text of each entry that a change leaves alone, by path.
fn check_untouched(source: &str, b: &Node<'_>, result: &str, a: &Node<'_>) -> Result<(), String> {
    if b.is_sequence() && a.is_sequence() {
        return Ok(()); // Items move.
    }
    for entry in b.entries() {
        let Some(key) = entry.key.as_str() else { continue };
        let Some(other) = a.entries().iter().find(|e| e.key.as_str() == Some(key)) else { continue };
        let (Ok(x), Ok(y)) = (entry.value.to_value(), other.value.to_value()) else { continue };
        if x == y {
            let (x, y) = (&source[entry.key.start()..entry.value.span().end], &result[other.key.start()..other.value.span().end]);
            if x != y {
                return Err(format!("{x:?} became {y:?}"));
            }
        } else {
            check_untouched(source, &entry.value, result, &other.value)?;
        }
    }
    Ok(())
}

/// Where two values differ first.
fn difference(path: &str, a: &Value, b: &Value) -> Option<String> {
    match (a, b) {
        _ if a == b => None,
        (Value::Object(x), Value::Object(y)) if x.keys().all(|k| y.contains_key(k)) && x.len() == y.len() => {
            x.iter().find_map(|(k, v)| difference(&format!("{path}.{k}"), v, &y[k]))
        }
        (Value::Array(x), Value::Array(y)) if x.len() == y.len() => {
            x.iter().zip(y).enumerate().find_map(|(i, (v, w))| difference(&format!("{path}[{i}]"), v, w))
        }
        _ => Some(format!("{path}: {a} instead of {b}")),
    }
}

fn comment_lines(text: &str) -> Vec<&str> {
    text.lines()
        .map(str::trim)
        .filter(|l| l.strip_prefix("# c").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())))
        .collect()
}

fn check(seed: u64) -> Result<(), String> {
    let (text, before, after) = example(seed);
    if edited(&text, &[]) != text {
        return Err("no edits changed the text".to_owned());
    }
    let edits = edit::diff(&before, after.clone());
    if edit::apply_to_value(&before, &edits) != after {
        return Err(show(&text, &after, &edits, "the edits of the value give something else"));
    }
    let result = edited(&text, &edits);
    let shown = || show(&text, &after, &edits, &result);
    let value = first_value(&result).map_err(|e| format!("{e}\n{}", shown()))?;
    if value != after {
        return Err(format!("another value: at {}\n{}", difference("", &value, &after).unwrap_or_default(), shown()));
    }
    if !text.contains('&') {
        check_untouched(&text, &only_root(&text), &result, &only_root(&result)).map_err(|e| format!("{e}\n{}", shown()))?;
    }
    for line in comment_lines(&text) {
        if !result.lines().any(|l| l.trim_end().ends_with(line)) {
            return Err(format!("comment {line} went\n{}", shown()));
        }
    }
    if !text.contains('&') && around(&text) != around(&result) {
        return Err(format!("other documents changed\n{}", shown()));
    }
    // Back again.
    let back = edit::diff(&after, before.clone());
    let again = edited(&result, &back);
    match first_value(&again) {
        Ok(value) if value == before => Ok(()),
        Ok(value) => Err(format!("the way back gives another value: {value:#}\n{}", show(&result, &before, &back, &again))),
        Err(e) => Err(format!("the way back: {e}\n{}", show(&result, &before, &back, &again))),
    }
}

/// How many manifests are tried; the seeds are always the same, so that a failure is one for everybody.
const SEEDS: u64 = 600;

#[test]
fn edits_give_the_value_and_touch_nothing_else() {
    for seed in 0..SEEDS {
        if let Err(message) = check(seed) {
            panic!("seed {seed}: {message}");
        }
    }
}

/// A survey of failures over other seeds, for whoever changes the code: `SIDECARIZE_SEEDS=600..9000 cargo test --test it survey -- --ignored --nocapture`.
#[test]
#[ignore = "prints; run it by hand"]
fn survey() {
    let seeds = std::env::var("SIDECARIZE_SEEDS").unwrap_or_default();
    let (first, end) = seeds.split_once("..").unwrap_or(("0", &seeds));
    let (first, end): (u64, u64) = (first.parse().unwrap_or(0), end.parse().unwrap_or(2000));
    let count = end - first;
    let mut failures: Vec<(usize, u64, String)> = Vec::new();
    std::panic::set_hook(Box::new(|_| {}));
    for seed in first..end {
        let message = match std::panic::catch_unwind(|| check(seed)) {
            Ok(Ok(())) => continue,
            Ok(Err(message)) => message,
            Err(e) => format!("panic\n{}", e.downcast_ref::<String>().cloned().unwrap_or_default()),
        };
        let size = example_size(seed);
        failures.push((size, seed, message));
    }
    failures.sort();
    println!("{} of {count} fail", failures.len());
    let mut kinds: std::collections::BTreeMap<String, usize> = std::collections::BTreeMap::new();
    failures.retain(|(_, _, message)| {
        let line = message.lines().next().unwrap_or_default();
        let kind: String = line.chars().filter(|c| !c.is_ascii_digit()).take(25).collect();
        let count = kinds.entry(kind).or_default();
        *count += 1;
        *count <= 4
    });
    println!("{kinds:#?}");
    for (_, seed, message) in failures.iter().take(25) {
        println!("======== seed {seed}\n{message}");
    }
}

fn example_size(seed: u64) -> usize {
    std::panic::catch_unwind(|| example(seed).0.len()).unwrap_or(usize::MAX)
}
