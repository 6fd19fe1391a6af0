//! The way to a value.

use crate::Value;

/// One step down a tree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// To the value of a key.
    Key(String),
    /// To an item of a list, counted from 0.
    Index(usize),
}

/// The way from a root to a node.
pub type Path = Vec<Step>;

/// The value at a path.
pub fn value_at<'a>(value: &'a Value, path: &[Step]) -> Option<&'a Value> {
    path.iter().try_fold(value, |v, step| match step {
        Step::Key(k) => v.get(k),
        Step::Index(i) => v.get(*i),
    })
}

/// The value at a path, to be changed.
pub fn value_at_mut<'a>(value: &'a mut Value, path: &[Step]) -> Option<&'a mut Value> {
    path.iter().try_fold(value, |v, step| match step {
        Step::Key(k) => v.get_mut(k),
        Step::Index(i) => v.get_mut(*i),
    })
}

/// A path as people write it: `spec.template.spec.containers[0]`.
pub fn display(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Key(k) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(k);
            }
            Step::Index(i) => text.push_str(&format!("[{i}]")),
        }
    }
    text
}

/// The path of a field below one, as people write it; of the place itself where no field is named.
pub fn below(path: &[Step], field: &str) -> String {
    let path = display(path);
    match path.as_str() {
        "" => field.to_owned(),
        _ if field.is_empty() => path,
        _ if field.starts_with('[') => path + field,
        _ => format!("{path}.{field}"),
    }
}
