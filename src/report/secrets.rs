//! Secrets among the manifests of two trees: that a value differs is shown, the values are not.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::hide;
use super::hide::{Hidden, SECRET, shown};
use super::input::Input;
use crate::kubernetes::Identity;
use crate::read::{Layout, Manifests};
use crate::yaml::Node;
use crate::{Value, yaml};

/// What stands in the place of a value that was another one.
pub(super) const CHANGED: &str = "••• (changed)";
/// The list whose items are Secrets, whether they say so or not.
const SECRET_LIST: &str = "SecretList";
/// The fields of a Secret that hold its values.
const FIELDS: [&str; 2] = ["data", "stringData"];

/// The values of Secrets, by the Secret, the field and the key.
pub(super) type Values = HashMap<(String, &'static str, String), Value>;

/// The values of all Secrets of a file.
pub(super) fn values(file: &Input<'_>) -> Values {
    let mut found = Values::new();
    file.injected.objects.iter().for_each(|object| collect(&object.value, false, &mut found));
    found
}

fn collect(object: &Value, in_secret_list: bool, found: &mut Values) {
    let kind = object.get("kind").and_then(Value::as_str);
    if let Some(items) = object.get("items").and_then(Value::as_array) {
        items.iter().for_each(|item| collect(item, kind == Some(SECRET_LIST), found));
    }
    if is_secret(kind, in_secret_list) {
        for field in FIELDS {
            let map = object.get(field).and_then(Value::as_object);
            found.extend(map.into_iter().flatten().map(|(key, value)| ((name(object), field, key.clone()), value.clone())));
        }
    }
}

/// The text that came of a file, without the values of Secrets; `before` are those of the file that it is compared with.
///
/// # Errors
///
/// When the text is no YAML; that would be a bug.
pub(super) fn hidden_text<'a>(text: &'a str, before: Option<&Values>) -> Result<Cow<'a, str>, yaml::Error> {
    if !may_hold_secrets(text) {
        return Ok(Cow::Borrowed(text));
    }
    let manifests = Manifests::parse(text, Layout::Stream)?;
    let mut hidden = Vec::new();
    for root in manifests.roots() {
        hidden.extend(hidden_in(root, before).map_err(|e| e.in_source(text))?);
    }
    hide::sort(&mut hidden);
    let mut offset = 0;
    let lines = text.split_inclusive('\n').map(|line| {
        offset += line.len();
        shown(line, offset - line.len(), &hidden)
    });
    Ok(Cow::Owned(lines.collect()))
}

/// A text of manifests without the values of the Secrets in it; as it is where it cannot be read.
pub fn without_secrets(text: &str) -> Cow<'_, str> {
    hidden_text(text, None).unwrap_or(Cow::Borrowed(text))
}

/// Whether a Secret may be in a text, whether it can be read or not.
pub fn may_hold_secrets(text: &str) -> bool {
    let named = text.match_indices("Secret").any(|(at, _)| !text.get(..at).is_some_and(|before| before.ends_with("imagePull")));
    named || text.contains("stringData")
}

/// What is hidden of the Secrets in a document: values, and annotations that hold a whole object.
///
/// # Errors
///
/// When a node has no value; that would be a bug.
pub(super) fn hidden_in(root: &Node<'_>, before: Option<&Values>) -> Result<Vec<Hidden>, yaml::ValueError> {
    let mut hidden = Vec::new();
    search(root, false, before, &mut HashSet::new(), &mut hidden)?;
    Ok(hidden)
}

/// Looks into lists, and lists in them. What several aliases stand for is looked at once.
fn search(
    node: &Node<'_>,
    in_secret_list: bool,
    before: Option<&Values>,
    seen: &mut HashSet<usize>,
    found: &mut Vec<Hidden>,
) -> Result<(), yaml::ValueError> {
    let node = node.resolved();
    if !node.is_mapping() || !seen.insert(node.start()) {
        return Ok(());
    }
    let kind = node.get("kind").and_then(Node::as_str);
    for item in node.get("items").map(|items| items.resolved().items()).unwrap_or_default() {
        search(item, kind == Some(SECRET_LIST), before, seen, found)?;
    }
    if is_secret(kind, in_secret_list) {
        let secret = name(&node.to_value()?);
        for field in FIELDS {
            let Some(values) = node.get(field).map(Node::resolved) else { continue };
            // A text in the place of the map is no less secret.
            if !values.is_mapping() {
                found.push(Hidden::new(values.span(), SECRET));
            }
            for entry in values.entries() {
                let key = (secret.clone(), field, entry.key.as_str().unwrap_or_default().to_owned());
                let old = before.and_then(|values| values.get(&key));
                let differs = old.is_some_and(|old| entry.value.to_value().ok().as_ref() != Some(old));
                found.push(Hidden::new(entry.value.resolved().span(), if differs { CHANGED } else { SECRET }));
            }
        }
        found.extend(hide::hidden(node, &hide::Own::new()));
    } else if let Some(applied) = hide::last_applied(node).filter(|node| node.as_str().is_none_or(may_hold_secrets)) {
        found.push(Hidden::new(applied.span(), SECRET));
    }
    Ok(())
}

fn is_secret(kind: Option<&str>, in_secret_list: bool) -> bool {
    kind == Some("Secret") || (in_secret_list && kind.is_none())
}

fn name(object: &Value) -> String {
    Identity::of(object).to_string()
}
