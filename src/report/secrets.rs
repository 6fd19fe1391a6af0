//! Secrets among the manifests of two trees: that a value differs is shown, the values are not.

use std::borrow::Cow;
use std::collections::HashMap;

use super::build::Input;
use super::hide::{self, Hidden, SECRET, shown};
use crate::Value;
use crate::read::{Layout, Manifests};
use crate::workload::Identity;
use crate::yaml::{self, Node};

/// What stands in the place of a value that was another one.
const CHANGED: &str = "••• (changed)";
/// The fields of a Secret that hold its values.
const FIELDS: [&str; 2] = ["data", "stringData"];

/// The values of Secrets, by the Secret, the field and the key.
pub(super) type Values = HashMap<(String, &'static str, String), Value>;

/// The values of all Secrets of a file.
pub(super) fn values(file: &Input<'_>) -> Values {
    let mut found = Values::new();
    for object in
        file.rendered.objects.iter().flat_map(|o| with_items(&o.value)).filter(|o| is_secret(o.get("kind").and_then(Value::as_str)))
    {
        for field in FIELDS {
            let map = object.get(field).and_then(Value::as_object);
            found.extend(map.into_iter().flatten().map(|(key, value)| ((name(object), field, key.clone()), value.clone())));
        }
    }
    found
}

/// The text that came of a file, without the values of Secrets; `before` are those of the file that it is compared with.
///
/// # Errors
///
/// When the text is no YAML; that would be a bug.
pub(super) fn hidden_text<'a>(file: &Input<'a>, before: Option<&Values>) -> Result<Cow<'a, str>, yaml::Error> {
    let text = file.rendered.text.as_str();
    if values(file).is_empty() {
        return Ok(Cow::Borrowed(text));
    }
    let manifests = Manifests::parse(text, Layout::Stream)?;
    let nodes = manifests.roots().flat_map(|root| match root.get("items") {
        Some(items) if items.is_sequence() => items.items().iter().collect(),
        _ => vec![root],
    });
    let mut hidden = Vec::new();
    for node in nodes.filter(|node| is_secret(node.get("kind").and_then(Node::as_str))) {
        let secret = node.to_value().map(|value| name(&value)).map_err(|e| e.in_source(text))?;
        for field in FIELDS {
            for entry in node.get(field).map(Node::entries).unwrap_or_default() {
                let key = (secret.clone(), field, entry.key.as_str().unwrap_or_default().to_owned());
                let old = before.and_then(|values| values.get(&key));
                let differs = old.is_some_and(|old| entry.value.to_value().ok().as_ref() != Some(old));
                hidden.push(Hidden::new(entry.value.resolved().span(), if differs { CHANGED } else { SECRET }));
            }
        }
        hidden.extend(hide::hidden(node, &hide::Own::new()));
    }
    hide::sort(&mut hidden);
    let mut offset = 0;
    let lines = text.split_inclusive('\n').map(|line| {
        offset += line.len();
        shown(line, offset - line.len(), &hidden)
    });
    Ok(Cow::Owned(lines.collect()))
}

fn is_secret(kind: Option<&str>) -> bool {
    kind == Some("Secret")
}

/// An object, or the items of a List.
fn with_items(object: &Value) -> Vec<&Value> {
    match object.get("items").and_then(Value::as_array) {
        Some(items) => items.iter().collect(),
        None => vec![object],
    }
}

fn name(object: &Value) -> String {
    Identity::of(object).to_string()
}
