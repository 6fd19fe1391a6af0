//! What a report does not show: values of the user's own environment variables, which may be secrets, and what is no reading
//! for users.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use crate::yaml::Node;
use crate::{Value, record};

/// What stands in the place of a value.
pub(super) const SECRET: &str = "•••";
/// What stands in the place of text that nobody reads.
const LONG: &str = "…";
/// An annotation in which kubectl keeps the whole object, environment variables included.
pub(super) const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Environment variables with a literal value: name and value.
pub(super) type Own = HashSet<(String, Value)>;

/// A part of a text that is not shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hidden {
    range: Range<usize>,
    stand_in: &'static str,
}

impl Hidden {
    /// A part of a text, and what is shown in its place.
    pub(super) fn new(range: Range<usize>, stand_in: &'static str) -> Self {
        Self { range, stand_in }
    }
}

/// The environment variables of an object that have a literal value.
pub(super) fn environment(object: &Value) -> Own {
    let mut own = Own::new();
    collect(object, &mut own);
    own
}

fn collect(value: &Value, own: &mut Own) {
    match value {
        Value::Object(map) => {
            for (key, child) in map {
                if key == "env" {
                    let pair = |item: &Value| Some((item.get("name")?.as_str()?.to_owned(), item.get("value")?.clone()));
                    own.extend(child.as_array().into_iter().flatten().filter_map(pair));
                }
                collect(child, own);
            }
        }
        Value::Array(list) => list.iter().for_each(|item| collect(item, own)),
        _ => {}
    }
}

/// What is hidden of an object: values of these variables, and annotations that hold a whole object.
pub(super) fn hidden(object: &Node<'_>, own: &Own) -> Vec<Hidden> {
    let mut found = Vec::new();
    let annotations = object.get("metadata").and_then(|m| m.get("annotations"));
    for (key, stand_in) in [(record::ANNOTATION, LONG), (LAST_APPLIED, SECRET)] {
        found.extend(annotations.and_then(|a| a.get(key)).map(|node| Hidden { range: node.resolved().span(), stand_in }));
    }
    if !own.is_empty() {
        search(object, own, &mut HashSet::new(), &mut found);
    }
    sort(&mut found);
    found
}

/// The annotation of an object in which kubectl keeps the whole of it.
pub(super) fn last_applied<'n, 's>(object: &'n Node<'s>) -> Option<&'n Node<'s>> {
    object.get("metadata")?.get("annotations")?.get(LAST_APPLIED).map(Node::resolved)
}

/// Brings what is hidden into the order of the text.
pub(super) fn sort(hidden: &mut Vec<Hidden>) {
    hidden.sort_by_key(|h| h.range.start);
    hidden.dedup();
}

/// Looks for `env`. What several aliases stand for is looked at once.
fn search(node: &Node<'_>, own: &Own, seen: &mut HashSet<usize>, found: &mut Vec<Hidden>) {
    let node = node.resolved();
    let has_children = node.is_mapping() || node.is_sequence();
    if !has_children || !seen.insert(node.start()) {
        return;
    }
    for entry in node.entries() {
        if entry.key.as_str() == Some("env") {
            found.extend(entry.value.items().iter().filter_map(|item| variable(item, own)));
        }
        search(&entry.value, own, seen, found);
    }
    node.items().iter().for_each(|item| search(item, own, seen, found));
}

fn variable(item: &Node<'_>, own: &Own) -> Option<Hidden> {
    let name = item.get("name")?.as_str()?.to_owned();
    let value = item.get("value")?.resolved();
    let is_own = own.contains(&(name, value.to_value().ok()?));
    is_own.then(|| Hidden { range: value.span(), stand_in: SECRET })
}

/// A line that starts at this offset of the text, without what is hidden.
pub(super) fn shown<'s>(line: &'s str, offset: usize, hidden: &[Hidden]) -> Cow<'s, str> {
    let end = offset + line.len();
    let mut out = String::new();
    let mut done = 0;
    for Hidden { range, stand_in } in hidden.iter().filter(|h| h.range.start < end && h.range.end > offset) {
        let from = range.start.saturating_sub(offset).max(done);
        let inside = line.get(from..range.end.min(end) - offset).unwrap_or_default();
        let text = inside.trim_start();
        if text.is_empty() {
            continue;
        }
        // The lines of a block keep their indentation and their end.
        let from = from + inside.len() - text.len();
        out.push_str(line.get(done..from).unwrap_or_default());
        out.push_str(stand_in);
        done = from + text.trim_end().len();
    }
    if done == 0 {
        return Cow::Borrowed(line);
    }
    out.push_str(line.get(done..).unwrap_or_default());
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::parse;

    /// A pod's text with all that is hidden where its environment is its own.
    fn shown_text(text: &str) -> String {
        let documents = parse(text).unwrap_or_default();
        let Some(root) = documents.first().and_then(|d| d.root.as_ref()) else { return String::new() };
        let hidden = hidden(root, &environment(&root.to_value().unwrap_or_default()));
        let mut offset = 0;
        text.split_inclusive('\n')
            .map(|line| {
                offset += line.len();
                shown(line, offset - line.len(), &hidden)
            })
            .collect()
    }

    #[test]
    fn values_of_variables_are_hidden_however_they_are_written() {
        let text = "spec:
  shared: &pw hunter2
  containers:
  - name: web
    env:
    - name: A
      value: secret # why
    - {name: B, value: 'it''s'}
    - name: C
      value: |
        line one
        line two
    - name: D
      value: *pw
    - name: E
      valueFrom: {secretKeyRef: {name: s, key: k}}
";
        insta::assert_snapshot!(shown_text(text), @"
        spec:
          shared: &pw •••
          containers:
          - name: web
            env:
            - name: A
              value: ••• # why
            - {name: B, value: •••}
            - name: C
              value: •••
                •••
                •••
            - name: D
              value: *pw
            - name: E
              valueFrom: {secretKeyRef: {name: s, key: k}}
        ");
    }

    #[test]
    fn a_manifest_in_one_line() {
        let text = r#"{"spec":{"containers":[{"env":[{"name":"A","value":"x"},{"name":"B","value":"y"}]}]}}"#;
        assert_eq!(shown_text(text), r#"{"spec":{"containers":[{"env":[{"name":"A","value":•••},{"name":"B","value":•••}]}]}}"#);
    }

    #[test]
    fn annotations_that_hold_an_object() {
        let text = "metadata:\n  annotations:\n    sidecarize.dev/record: '{}'\n    kubectl.kubernetes.io/last-applied-configuration: |\n      {}\n";
        insta::assert_snapshot!(shown_text(text), @"
        metadata:
          annotations:
            sidecarize.dev/record: …
            kubectl.kubernetes.io/last-applied-configuration: •••
              •••
        ");
    }
}
