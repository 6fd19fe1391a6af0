//! What Argo CD may apply: objects without what only hosts of functions need.

use crate::cli::problem::Problem;
use crate::config::{API_VERSION, KIND};
use crate::edit::{Change, Edit, Op};
use crate::finding::MISREAD;
use crate::kubernetes::{equal, hosts, is_list};
use crate::read::{Layout, Manifests};
use crate::yaml::{Path, Step, value_at};
use crate::{Value, edit, yaml};

/// The group of kpt's own objects.
const KPT: &str = "kpt.dev/";

/// Manifests that are ready, and how many objects they hold.
#[derive(Debug, Default)]
pub struct Product {
    /// The text; empty where nothing is left.
    pub text: String,
    /// How many objects are in it.
    pub objects: usize,
}

/// Takes out of a text what is for hosts alone: local-config objects, Kptfiles, configurations of this program, and hosts'
/// annotations.
///
/// # Errors
///
/// When a document is no Kubernetes object, or a ResourceList, of which Argo CD would apply the items alone.
pub fn product(name: &str, text: &str) -> Result<Product, Vec<Problem>> {
    let failed = |e: yaml::Error| vec![Problem::yaml(name, text, &e)];
    let mut changes = Vec::new();
    let mut objects = 0;
    let mut problems = Vec::new();
    let mut expected = Vec::new();
    let lines = yaml::Positions::of(text);
    for document in yaml::parse(text).map_err(failed)? {
        let drop = Change { range: document.span.clone(), text: String::new() };
        let Some(root) = document.root else {
            changes.push(drop);
            continue;
        };
        let value = root.to_value().map_err(|e| failed(e.in_source(text)))?;
        let mut cleaning = Cleaning::default();
        let problem = |message: &str| Problem::at(name, text, yaml::position(text, root.start()), message);
        match kind(&value) {
            _ if value.is_null() => changes.push(drop),
            (Some(_), Some("ResourceList")) => {
                problems.push(problem("a ResourceList is no manifest: let the tool print its items (kpt fn render -o unwrap)"));
            }
            (Some(_), Some(_)) if is_for_hosts(&value) => changes.push(drop),
            (Some(_), Some(_)) => {
                cleaning.clean(&value, &mut Path::new());
                objects += cleaning.objects;
                expected.push(edit::apply_to_value(&value, &cleaning.edits));
                changes.extend(edit::changes_in(&lines, &root, &cleaning.edits).map_err(failed)?);
            }
            _ => problems.push(problem("this document is no Kubernetes object: it has no apiVersion and kind")),
        }
    }
    if problems.is_empty() {
        let clean = if objects == 0 { String::new() } else { edit::splice(text, &changes) };
        if objects > 0 && !is_read_as(&clean, &expected) {
            return Err(vec![Problem::in_file(name, MISREAD)]);
        }
        Ok(Product { text: clean, objects })
    } else {
        Err(problems)
    }
}

/// Whether a text holds these objects and nothing else.
fn is_read_as(text: &str, expected: &[Value]) -> bool {
    let read = Manifests::parse(text, Layout::Stream).and_then(|manifests| manifests.values());
    read.is_ok_and(|read| read.len() == expected.len() && read.iter().zip(expected).all(|(read, expected)| equal(read, expected)))
}

/// The edits of one document.
#[derive(Default)]
struct Cleaning {
    edits: Vec<Edit>,
    objects: usize,
}

impl Cleaning {
    /// Looks at an object, or at the items of a List.
    fn clean(&mut self, object: &Value, path: &mut Path) {
        if is_list(object) {
            path.push("items".into());
            for (index, item) in object.get("items").and_then(Value::as_array).into_iter().flatten().enumerate() {
                path.push(Step::Index(index));
                if is_for_hosts(item) {
                    self.delete(path);
                } else {
                    self.clean(item, path);
                }
                path.pop();
            }
            path.pop();
            return;
        }
        self.objects += 1;
        let annotations = ["metadata", "annotations"].map(|key| Step::Key(key.to_owned()));
        let Some(map) = value_at(object, &annotations).and_then(Value::as_object) else { return };
        let of_hosts = || map.keys().filter(|key| hosts::is_for_hosts(key));
        path.extend(annotations);
        if !map.is_empty() && of_hosts().count() == map.len() {
            self.delete(path);
        } else {
            for key in of_hosts() {
                path.push(Step::Key(key.clone()));
                self.delete(path);
                path.pop();
            }
        }
        path.truncate(path.len() - 2);
    }

    fn delete(&mut self, path: &Path) {
        self.edits.push(Edit { path: path.clone(), op: Op::Delete });
    }
}

/// `apiVersion` and `kind` of an object.
fn kind(object: &Value) -> (Option<&str>, Option<&str>) {
    let text = |key| object.get(key).and_then(Value::as_str);
    (text("apiVersion"), text("kind"))
}

/// Whether an object is for hosts alone.
fn is_for_hosts(object: &Value) -> bool {
    match kind(object) {
        (Some(version), Some("Kptfile")) if version.starts_with(KPT) => true,
        (Some(API_VERSION), Some(KIND)) => true,
        _ => hosts::is_local_config(object),
    }
}

#[cfg(test)]
mod tests {
    use super::is_read_as;
    use serde_json::json;

    #[test]
    fn a_text_that_holds_something_else_is_caught() {
        let expected = [json!({"a": 1}), json!({"b": 2})];
        assert!(is_read_as("a: 1\n---\n---\nb: 2.0\n", &expected));
        for wrong in ["a: 1\n", "a: 1\n---\nb: 3\n", "a: 1\n---\nb: 2\n---\nc: 1\n", "a: 1\nb: 2\n", "a: [\n"] {
            assert!(!is_read_as(wrong, &expected), "{wrong:?}");
        }
    }
}
