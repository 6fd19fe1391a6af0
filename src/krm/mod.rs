//! The KRM functions protocol: ResourceList in, ResourceList with results out.
//! Source: the Kubernetes Resource Model functions specification, `config.kubernetes.io/v1`.

mod definition;
pub mod legacy;
mod result;

pub use definition::definition;
pub use result::{FunctionResult, Severity, file_of};

use crate::edit::{Content, Edit, Op};
use crate::finding::MISREAD;
use crate::kubernetes::{Identity, equal};
use crate::read::{Layout, Manifests};
use crate::yaml::{Node, Path};
use crate::{Value, edit, yaml};

/// Versions of ResourceList that hosts send; each is answered with itself.
const VERSIONS: &[&str] = &["config.kubernetes.io/v1", "config.kubernetes.io/v1beta1", "config.kubernetes.io/v1alpha1"];

/// A ResourceList as a host sends it.
#[derive(Debug)]
pub struct ResourceList<'s> {
    /// Its text and its items.
    pub manifests: Manifests<'s>,
    /// Its items, in their order.
    pub items: Vec<Value>,
    /// The functionConfig, if there is one.
    pub function_config: Option<Value>,
}

/// Why the input is no ResourceList.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The text is no YAML.
    #[error("standard input is not YAML")]
    Yaml(#[from] yaml::Error),
    /// The text is YAML, and something else.
    #[error("standard input is no ResourceList: {0}")]
    Shape(String),
}

impl<'s> ResourceList<'s> {
    /// Reads a ResourceList.
    ///
    /// # Errors
    ///
    /// When the text is not YAML, is not exactly one document, or is no ResourceList of a known version.
    pub fn parse(source: &'s str) -> Result<Self, Error> {
        let manifests = Manifests::parse(source, Layout::ResourceList)?;
        let function_config = check(&manifests)?;
        let items = manifests.values()?;
        Ok(Self { manifests, items, function_config })
    }
}

/// Checks that a text is a ResourceList and gives its functionConfig.
fn check(manifests: &Manifests<'_>) -> Result<Option<Value>, Error> {
    let shape = |message: &str| Err(Error::Shape(message.to_owned()));
    let mut roots = manifests.roots();
    let (Some(root), None) = (roots.next(), roots.next()) else {
        return shape("it must be one document; plain manifests go through `sidecarize inject -`");
    };
    let text = |key: &str| root.get(key).and_then(Node::as_str).unwrap_or_default();
    if text("kind") != "ResourceList" {
        return shape(&format!("kind is {:?}; plain manifests go through `sidecarize inject -`", text("kind")));
    }
    if !VERSIONS.contains(&text("apiVersion")) {
        return shape(&format!("apiVersion is {:?}, not one of {}", text("apiVersion"), VERSIONS.join(", ")));
    }
    let value = |node: &Node<'_>| node.to_value().map_err(|e| e.in_source(manifests.source()));
    match root.get("items") {
        Some(items) if items.is_sequence() || value(items)?.is_null() => {}
        Some(_) => return shape("items must be a list"),
        None => return shape("items is missing"),
    }
    Ok(root.get("functionConfig").map(value).transpose()?.filter(|v| !v.is_null()))
}

/// The text of a ResourceList with this item (in the place of the one with its kind and name, if there is one) and these
/// results, which take the place of earlier ones. Without any it is the same text, byte for byte.
///
/// # Errors
///
/// When the text cannot be edited; that would be a bug.
pub fn answer(text: &str, item: Option<&Value>, results: &[FunctionResult]) -> Result<String, yaml::Error> {
    if item.is_none() && results.is_empty() {
        return Ok(text.to_owned());
    }
    let manifests = Manifests::parse(text, Layout::ResourceList)?;
    let Some(root) = manifests.roots().next() else { return Ok(text.to_owned()) };
    let mut edits: Vec<Edit> = item.and_then(|item| place(&manifests, item)).into_iter().collect();
    if !results.is_empty() {
        let list = Content::Value(Value::Array(results.iter().map(FunctionResult::to_value).collect()));
        edits.push(match root.own("results") {
            Some(_) => Edit { path: Path::of(["results"]), op: Op::Replace { content: list } },
            None => Edit { path: Path::new(), op: Op::InsertKey { key: "results".to_owned(), content: list } },
        });
    }
    let answer = edit::apply(text, root, &edits)?;
    check_answer(&answer, &manifests, root, &edits)?;
    Ok(answer)
}

/// Reads an answer back: it must hold what the edits say and nothing else.
fn check_answer(answer: &str, manifests: &Manifests<'_>, root: &Node<'_>, edits: &[Edit]) -> Result<(), yaml::Error> {
    let expected = edit::apply_to_value(&root.to_value().map_err(|e| e.in_source(manifests.source()))?, edits);
    let again = Manifests::parse(answer, Layout::ResourceList)?;
    let mut roots = again.roots();
    let read = roots.next().filter(|_| roots.next().is_none()).and_then(|root| root.to_value().ok());
    if read.is_some_and(|read| equal(&read, &expected)) { Ok(()) } else { Err(yaml::Error::at(answer, 0, MISREAD)) }
}

/// The edit that brings an item of our own up to date: its `diff` where it is there, all of it where it is not.
fn place(manifests: &Manifests<'_>, item: &Value) -> Option<Edit> {
    let items = Path::of(["items"]);
    let wanted = Identity::of(item);
    let content = |v: &Value| Content::Value(v.clone());
    let objects = manifests.objects();
    let is_it = |node: &&Node<'_>| {
        let text = |path: &[&str]| path.iter().try_fold(*node, |n, key| n.get(key)).and_then(Node::as_str);
        text(&["kind"]) == Some(&wanted.kind) && text(&["metadata", "name"]) == Some(&wanted.name)
    };
    let Some(index) = objects.iter().position(is_it) else {
        return Some(Edit { path: items, op: Op::InsertItem { before: objects.len(), content: content(item) } });
    };
    let diff = item.get("diff")?;
    let current = objects.get(index)?.get("diff").and_then(Node::as_str);
    (current != diff.as_str()).then(|| Edit { path: items.item(index).key("diff"), op: Op::Replace { content: content(diff) } })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn an_answer_that_holds_something_else_is_caught() {
        let text = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n- {kind: A}\n";
        let manifests = Manifests::parse(text, Layout::ResourceList).unwrap();
        let root = manifests.roots().next().unwrap();
        let results = Edit { path: Path::new(), op: Op::InsertKey { key: "results".to_owned(), content: Content::Value(json!([])) } };
        let is_right = |answer: &str| check_answer(answer, &manifests, root, std::slice::from_ref(&results)).is_ok();
        assert!(is_right(&format!("{text}results: []\n")));
        for wrong in [text.to_owned(), text.replace("kind: A", "kind: B") + "results: []\n", format!("{text}results: []\n---\na: 1\n")] {
            assert!(!is_right(&wrong), "{wrong}");
        }
    }
}
