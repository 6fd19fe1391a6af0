//! The way to a value: made of steps, printed here alone.

use std::fmt;

use crate::Value;

/// One step down a tree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// To the value of a key.
    Key(String),
    /// To an item of a list, counted from 0.
    Index(usize),
}

/// The way from a root to a node; empty for the root itself. Printed as users write it: `spec.template.spec.containers[0]`, and keys
/// that would be misread in brackets, as in `metadata.labels[example.com/team]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Vec<Step>);

impl Path {
    /// The way to the root.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// The way of these steps; texts are keys.
    pub fn of<S: Into<Step>>(steps: impl IntoIterator<Item = S>) -> Self {
        steps.into_iter().map(Into::into).collect()
    }

    /// The way that goes on from here with these steps; texts are keys.
    #[must_use]
    pub fn join<S: Into<Step>>(&self, steps: impl IntoIterator<Item = S>) -> Self {
        self.0.iter().cloned().chain(steps.into_iter().map(Into::into)).collect()
    }

    /// The way to the value of a key of what is here.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.0.push(Step::Key(key.into()));
        self
    }

    /// The way to an item of the list that is here, counted from 0.
    #[must_use]
    pub fn item(mut self, index: usize) -> Self {
        self.0.push(Step::Index(index));
        self
    }

    /// A text about what is here: behind the path, and alone about the root.
    pub fn says(&self, text: impl fmt::Display) -> String {
        if self.is_empty() { text.to_string() } else { format!("{self}: {text}") }
    }

    /// Goes one step on.
    pub fn push(&mut self, step: Step) {
        self.0.push(step);
    }

    /// Goes one step back. Gives the step.
    pub fn pop(&mut self) -> Option<Step> {
        self.0.pop()
    }

    /// Goes back until no more than this many steps are left.
    pub fn truncate(&mut self, steps: usize) {
        self.0.truncate(steps);
    }
}

impl std::ops::Deref for Path {
    type Target = [Step];

    fn deref(&self) -> &[Step] {
        &self.0
    }
}

impl std::ops::DerefMut for Path {
    fn deref_mut(&mut self) -> &mut [Step] {
        &mut self.0
    }
}

impl FromIterator<Step> for Path {
    fn from_iter<I: IntoIterator<Item = Step>>(steps: I) -> Self {
        Self(steps.into_iter().collect())
    }
}

impl Extend<Step> for Path {
    fn extend<I: IntoIterator<Item = Step>>(&mut self, steps: I) {
        self.0.extend(steps);
    }
}

impl IntoIterator for Path {
    type Item = Step;
    type IntoIter = std::vec::IntoIter<Step>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'p> IntoIterator for &'p Path {
    type Item = &'p Step;
    type IntoIter = std::slice::Iter<'p, Step>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl From<&str> for Step {
    fn from(key: &str) -> Self {
        Self::Key(key.to_owned())
    }
}

impl From<&Step> for Step {
    fn from(step: &Step) -> Self {
        step.clone()
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) => write_key(f, key, i == 0)?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// Prints the step to a key; one that would be misread stands in brackets.
pub(crate) fn write_key(f: &mut fmt::Formatter<'_>, key: &str, is_first: bool) -> fmt::Result {
    match key {
        _ if key.is_empty() || key.contains(['.', '/', '[', ']']) => write!(f, "[{key}]"),
        _ if is_first => f.write_str(key),
        _ => write!(f, ".{key}"),
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_printed_as_people_write_it() {
        let path = Path::of(["spec", "containers"]).item(0).key("env");
        assert_eq!(path.to_string(), "spec.containers[0].env");
        assert_eq!(Path::of(["metadata", "labels", "app"]).to_string(), "metadata.labels.app");
        assert_eq!(Path::of(["metadata", "labels", "a.b/c"]).to_string(), "metadata.labels[a.b/c]");
        assert_eq!(Path::new().to_string(), "");
    }
}
