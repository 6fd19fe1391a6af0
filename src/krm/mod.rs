//! The KRM functions protocol: ResourceList in, ResourceList with results out.
//! Source: the Kubernetes Resource Model functions specification, `config.kubernetes.io/v1`.

mod result;

pub use result::{Field, File, FunctionResult, ResourceRef, Severity};

use crate::Value;
use crate::yaml::{self, Content, Document, Edit, Node, Op, Step};

/// Versions of ResourceList that hosts send; each is answered with itself.
const VERSIONS: &[&str] = &["config.kubernetes.io/v1", "config.kubernetes.io/v1beta1", "config.kubernetes.io/v1alpha1"];

/// A ResourceList and the text that it was read from.
#[derive(Debug)]
pub struct ResourceList<'s> {
    source: &'s str,
    root: Node<'s>,
    /// The items, in their order.
    pub items: Vec<Value>,
    /// The functionConfig, if there is one.
    pub function_config: Option<Value>,
}

/// Why the input is no ResourceList.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The text is no YAML.
    #[error("standard input is not YAML: {0}")]
    Yaml(String),
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
        let documents = yaml::parse(source).map_err(|e| Error::Yaml(e.to_string()))?;
        let shape = |message: &str| Err(Error::Shape(message.to_owned()));
        let mut roots: Vec<Node<'s>> = documents.into_iter().filter_map(|d: Document<'s>| d.root).collect();
        let (Some(root), true) = (roots.pop(), roots.is_empty()) else {
            return shape("it must be one document: run `sidecarize --help` for what to give it, or `sidecarize inject FILE` for plain manifests");
        };
        let text = |key: &str| root.get(key).and_then(Node::as_str).map(str::to_owned).unwrap_or_default();
        if text("kind") != "ResourceList" {
            return shape(&format!("kind is {:?}; plain manifests go through `sidecarize inject -`", text("kind")));
        }
        if !VERSIONS.contains(&text("apiVersion").as_str()) {
            return shape(&format!("apiVersion is {:?}, not one of {}", text("apiVersion"), VERSIONS.join(", ")));
        }
        let value = |node: &Node<'s>| node.to_value().map_err(|e| Error::Yaml(e.to_string()));
        let items = match root.get("items") {
            Some(items) if items.is_sequence() => items.items().iter().map(value).collect::<Result<_, _>>()?,
            Some(items) => match value(items)? {
                Value::Null => Vec::new(),
                _ => return shape("items must be a list"),
            },
            None => return shape("items is missing"),
        };
        let function_config = root.get("functionConfig").map(value).transpose()?.filter(|v| !v.is_null());
        Ok(Self { source, root, items, function_config })
    }

    /// The text that the list was read from.
    pub fn source(&self) -> &'s str {
        self.source
    }

    /// The node of an item.
    pub fn item(&self, index: usize) -> Option<&Node<'s>> {
        self.root.get("items").and_then(|items| items.items().get(index))
    }

    /// The whole text after these edits (each with the index of its item), added items and results.
    /// Without any of them it is the source, byte for byte.
    ///
    /// # Errors
    ///
    /// When an edit does not fit the source; that would be a bug.
    pub fn write(&self, edits: Vec<(usize, Edit)>, added: &[Value], results: &[FunctionResult]) -> Result<String, yaml::Error> {
        let mut all: Vec<Edit> = edits.into_iter().map(|(item, edit)| below_item(item, edit)).collect();
        for item in added {
            let path = vec![Step::Key("items".to_owned())];
            all.push(Edit { path, op: Op::InsertItem { before: self.items.len(), content: Content::Value(item.clone()) } });
        }
        if !results.is_empty() {
            let list = Content::Value(Value::Array(results.iter().map(FunctionResult::to_value).collect()));
            all.push(match self.root.get("results") {
                Some(_) => Edit { path: vec![Step::Key("results".to_owned())], op: Op::Replace { content: list } },
                None => Edit { path: Vec::new(), op: Op::InsertKey { key: "results".to_owned(), content: list } },
            });
        }
        if all.is_empty() {
            return Ok(self.source.to_owned());
        }
        yaml::apply(self.source, &self.root, &all)
    }
}

/// The edit of an item as an edit of the whole list.
fn below_item(item: usize, edit: Edit) -> Edit {
    let mut path = vec![Step::Key("items".to_owned()), Step::Index(item)];
    let prefix = path.clone();
    path.extend(edit.path);
    let op = match edit.op {
        Op::Move { from, before } => Op::Move { from: prefix.into_iter().chain(from).collect(), before },
        other => other,
    };
    Edit { path, op }
}
