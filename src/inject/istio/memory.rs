//! Reads what a template rendered. From pod to pod most of the text is the same, so a text that differs from an earlier one in
//! whole strings only is not parsed again: the earlier value gets the new strings.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock};

use crate::kubernetes::{Quantity, WrongType};
use crate::yaml::{Duplicates, Kind, Node, Path, Step, value_at, value_at_mut};
use crate::{Value, yaml};

/// How many texts of one template are remembered: pods differ in a few ways, such as with and without probes.
const MAX_KNOWN: usize = 32;

/// The texts that a template rendered before, with their values.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// Whether a text was read before: the only one of a run need not be remembered.
    before: AtomicBool,
    known: RwLock<Vec<Known>>,
}

/// A text that was parsed.
#[derive(Debug)]
struct Known {
    text: String,
    patch: Value,
    /// Each line without its end, and the string that ends it, where one does.
    lines: Vec<(Range<usize>, Option<Line>)>,
}

/// A string at the end of a line.
#[derive(Debug)]
struct Line {
    /// Where it starts on the line, in bytes.
    column: usize,
    path: Path,
}

impl Memory {
    /// The value of a text, as `typed` makes it of the parsed one.
    ///
    /// # Errors
    ///
    /// When the text is no YAML, or `typed` refuses its value.
    pub(super) fn read(&self, text: &str, typed: impl Fn(Value) -> Result<Value, Unread>) -> Result<Value, Unread> {
        let known = || self.known.read().unwrap_or_else(PoisonError::into_inner);
        let found = known().iter().find_map(|k| k.with(text));
        if let Some(patch) = found {
            return Ok(patch);
        }
        // An annotation such as `sidecar.istio.io/userVolume` may hold a `name` beside the template's own.
        let root = yaml::parse_with(text, Duplicates::LastWins).map_err(Unread::NoYaml)?.into_iter().find_map(|d| d.root);
        let Some(root) = root else { return typed(Value::Null) };
        let patch = typed(root.to_value().map_err(|e| Unread::NoYaml(e.in_source(text)))?)?;
        let room = || known().len() < MAX_KNOWN;
        if self.before.swap(true, Ordering::Relaxed) && room() {
            let new = Known::new(text, &root, &patch);
            let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
            if known.len() < MAX_KNOWN {
                known.push(new);
            }
        }
        Ok(patch)
    }
}

/// Why what a template rendered is no part of a pod.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unread {
    /// It is no YAML.
    #[error("renders no YAML: {0}")]
    NoYaml(yaml::Error),
    /// A field has a value of another type.
    #[error("{0}; the webhook refuses this pod: mend the template or the value that it prints there (`| quote` makes a text of it)")]
    WrongType(#[from] WrongType),
}

impl Known {
    fn new(text: &str, root: &Node<'_>, patch: &Value) -> Self {
        let mut at = 0;
        let line = |line: &str| {
            let start = at;
            at += line.len() + 1;
            (start..start + line.len(), None)
        };
        let mut lines: Vec<(Range<usize>, Option<Line>)> = text.split('\n').map(line).collect();
        let mut found = Vec::new();
        leaves(root, &mut Path::new(), &mut found);
        for (node, path) in found {
            let span = node.span();
            let index = lines.partition_point(|(line, _)| line.start <= span.start).saturating_sub(1);
            let Some((line, string_at)) = lines.get_mut(index) else { continue };
            let written = text.get(span.clone()).and_then(string);
            // What a type makes something else of cannot be put in its place as it stands.
            let unchanged = written.is_some() && value_at(patch, &path).and_then(Value::as_str) == written;
            if span.end == line.end && unchanged && node.start() == span.start {
                *string_at = Some(Line { column: span.start - line.start, path });
            }
        }
        Self { text: text.to_owned(), patch: patch.clone(), lines }
    }

    /// The value of another text, where that differs in strings at the ends of lines only.
    fn with(&self, text: &str) -> Option<Value> {
        let mut changes = Vec::new();
        let mut at = 0;
        for (line, string_at) in &self.lines {
            let (old, rest) = (self.text.get(line.clone())?, text.get(at..)?);
            // Most lines are the same, and their ends need not be looked for.
            if rest.starts_with(old) && matches!(rest.as_bytes().get(old.len()), None | Some(b'\n')) {
                at += old.len() + 1;
                continue;
            }
            let new = rest.get(..memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len()))?;
            at += new.len() + 1;
            let Line { column, path } = string_at.as_ref()?;
            if old.get(..*column)? != new.get(..*column)? {
                return None;
            }
            changes.push((path, string(new.get(*column..)?)?));
        }
        if at <= text.len() {
            return None;
        }
        let mut patch = self.patch.clone();
        for (path, new) in changes {
            *value_at_mut(&mut patch, path)? = Value::from(new);
        }
        Some(patch)
    }
}

/// The string that a scalar stands for, where that is plain to see, nobody takes it for a quantity, and it is not empty.
fn string(scalar: &str) -> Option<&str> {
    let quoted = |mark: char| scalar.strip_prefix(mark)?.strip_suffix(mark).filter(|s| !s.contains([mark, '\\']));
    let plain = || {
        let simple = scalar.bytes().all(|b| b.is_ascii_alphanumeric() || b"._/-@:".contains(&b)) && !scalar.ends_with(':');
        let word = || scalar.starts_with(|c: char| c.is_ascii_alphabetic()) && matches!(yaml::plain(scalar), Some(Value::String(_)));
        (simple && word()).then_some(scalar)
    };
    let text = quoted('"').or_else(|| quoted('\'')).or_else(plain)?;
    (!text.is_empty() && Quantity::parse(text).is_err()).then_some(text)
}

/// The scalars of a tree with their paths. Where a mapping repeats a key, in whatever case of letters, or merges another in, a path says too little.
fn leaves<'t, 's>(node: &'t Node<'s>, path: &mut Path, found: &mut Vec<(&'t Node<'s>, Path)>) {
    match node.kind() {
        Kind::Scalar { .. } => found.push((node, path.clone())),
        Kind::Alias { .. } => {}
        Kind::Sequence { items, .. } => {
            for (index, item) in items.iter().enumerate() {
                path.push(Step::Index(index));
                leaves(item, path, found);
                path.pop();
            }
        }
        Kind::Mapping { entries, .. } => {
            for entry in entries {
                let Some(key) = entry.key.as_str() else { continue };
                if entry.is_merge() || entries.iter().filter(|e| e.key.as_str().is_some_and(|k| k.eq_ignore_ascii_case(key))).count() > 1 {
                    continue;
                }
                path.push(key.into());
                leaves(&entry.value, path, found);
                path.pop();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    /// Every text gives what parsing it gives, whatever was rendered before.
    #[test]
    fn what_is_remembered_gives_what_parsing_gives() {
        let base = "metadata:\n  labels:\n    app: frontend\n    \"n\": \"1\"\nspec:\n  containers:\n  - name: \"web\" # c\n    image: 'example.com/web'\n    args:\n    - --log\n    - |\n      text\n    resources: {limits: {cpu: 100m}}\n    cpu: \"100m\"\n";
        let texts = [
            base.to_owned(),
            base.replace("frontend", "backend-7"),
            base.replace("frontend", "app"),
            base.replace("frontend", "yes"),
            base.replace("frontend", "kubernetes://apis/apps/v1/deployments/web"),
            base.replace("--log", "verbose"),
            base.replace("--log", "verbose:"),
            base.replace("frontend", "12e4567"),
            base.replace("frontend", "true"),
            base.replace("frontend", "\"\""),
            base.replace("frontend", "\"a\\tb\""),
            base.replace("frontend", "{a: b}"),
            base.replace("\"1\"", "\"2\""),
            base.replace("\"web\"", "\"other\""),
            base.replace("'example.com/web'", "'it''s'"),
            base.replace("'example.com/web'", "\"x/y:1\""),
            base.replace("text", "other text"),
            base.replace("100m", "3000m"),
            base.replace("    - --log\n", ""),
            format!("{base}more: here\n"),
            base.replace("app: frontend", "app: frontend\n    app: backend"),
        ];
        let rendered = Memory::default();
        for text in texts.iter().chain(&texts) {
            let parsed = yaml::parse_last_wins(text).unwrap();
            assert_eq!(rendered.read(text, Ok).unwrap(), parsed, "{text}");
        }
    }

    #[test]
    fn strings_take_the_place_of_strings() {
        let rendered = Memory::default();
        rendered.read("c: first\n", Ok).unwrap();
        rendered.read("a: \"x\"\nb: frontend\n", Ok).unwrap();
        let all = rendered.known.read().unwrap();
        let known = all.first().unwrap();
        assert_eq!(known.with("a: \"y\"\nb: backend\n"), Some(json!({"a": "y", "b": "backend"})));
        assert_eq!(known.with("a: \"y\"\nb: yes\n"), None);
        assert_eq!(known.with("a: \"y\"\n"), None);
    }
}
