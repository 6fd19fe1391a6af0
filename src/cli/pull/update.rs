//! A configuration that is there already, with what was read now: what its author added stays, comments included.

use std::io;
use std::path::Path;

use anyhow::{Context as _, bail};
use serde_json::Map;

use super::drift::{READ, READ_OF_REVISION, revision};
use crate::cli::io::files::read_named;
use crate::config::{API_VERSION, KIND};
use crate::kubernetes::equal;
use crate::read::{Layout, Manifests};
use crate::{Value, edit};

/// The text of a file, and what it becomes.
pub struct Update {
    pub old: String,
    pub new: String,
}

/// The file with the fields that are read of a cluster as this configuration has them; nothing where there is no such file, or an empty
/// one.
///
/// # Errors
///
/// When it cannot be read, or holds something else than one `SidecarInjector`.
pub fn updated(path: &Path, config: &Value) -> anyhow::Result<Option<Update>> {
    match std::fs::symlink_metadata(path) {
        Ok(_) => {}
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(e).with_context(|| path.display().to_string()),
    }
    if path.is_dir() {
        bail!("{} is a folder: name a file in it", path.display());
    }
    let old = read_named(path)?;
    if old.trim().is_empty() {
        return Ok(None);
    }
    let other = || format!("{} is there and is no {KIND}: name another file", path.display());
    let manifests = Manifests::parse(&old, Layout::Stream).with_context(other)?;
    let values = manifests.values().with_context(other)?;
    let [value] = values.as_slice() else { bail!("{}", other()) };
    if value.get("apiVersion").is_none_or(|v| v != API_VERSION) || value.get("kind").is_none_or(|v| v != KIND) {
        bail!("{}", other());
    }
    let merged = merged(value, config);
    let changes = manifests.changes(vec![Some(edit::diff(value, merged.clone()))])?;
    let new = edit::splice(&old, &changes);
    let read = Manifests::parse(&new, Layout::Stream).and_then(|again| again.values());
    if !read.is_ok_and(|read| matches!(read.as_slice(), [read] if equal(read, &merged))) {
        bail!("{} cannot be changed in place: write to another file, and carry over what you added", path.display());
    }
    Ok(Some(Update { old, new }))
}

/// The old configuration with what is read of a cluster as the new one has it.
fn merged(old: &Value, new: &Value) -> Value {
    let mut merged = old.clone();
    let annotations = |of: &Value| of.pointer("/metadata/annotations").and_then(Value::as_object).cloned().unwrap_or_default();
    let mut all = annotations(old);
    all.retain(|key, _| !key.starts_with("sidecarize.dev/source-"));
    all.extend(annotations(new));
    let spec = |of: &Value| of.get("spec").and_then(Value::as_object).cloned().unwrap_or_default();
    let (old, new) = (spec(old), spec(new));
    let mut joined = with_own(&old, &new, &READ);
    let revisions = |of: &Map<String, Value>| of.get("istio").and_then(Value::as_array).cloned().unwrap_or_default();
    let known = revisions(&old);
    let entries = revisions(&new).into_iter().map(|entry| {
        let own = known.iter().find(|old| revision(old) == revision(&entry)).and_then(Value::as_object);
        match (own, entry.as_object()) {
            (Some(own), Some(entry)) => Value::Object(with_own(own, entry, &READ_OF_REVISION)),
            _ => entry,
        }
    });
    joined.insert("istio".to_owned(), entries.collect());
    if let Some(object) = merged.as_object_mut() {
        let metadata = object.entry("metadata").or_insert_with(|| Value::Object(Map::new()));
        if let Some(metadata) = metadata.as_object_mut() {
            metadata.insert("annotations".to_owned(), Value::Object(all));
        }
        object.insert("spec".to_owned(), Value::Object(joined));
    }
    merged
}

/// The fields of `old` that are not `read`, and those of `new`; in the order of `old`.
fn with_own(old: &Map<String, Value>, new: &Map<String, Value>, read: &[&str]) -> Map<String, Value> {
    let is_read = |key: &String| read.contains(&key.as_str());
    let mut joined: Map<String, Value> =
        old.iter().filter(|(key, _)| !is_read(key) || new.contains_key(*key)).map(|(key, value)| (key.clone(), value.clone())).collect();
    // A key that is there keeps its place.
    joined.extend(new.iter().filter(|(key, _)| is_read(key)).map(|(key, value)| (key.clone(), value.clone())));
    joined
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;

    #[test]
    fn what_the_author_added_stays_with_its_comments() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let old = "apiVersion: sidecarize.dev/v1alpha1
kind: SidecarInjector
metadata:
  name: mesh
  annotations: {sidecarize.dev/source-digest: old}
spec:
  failOn: [podSecurity] # ours
  kubernetesVersion: \"1.33\"
  istio:
  - revision: default
    nativeSidecars: true # the nodes can
    tags: [old]
";
        std::fs::write(file.path(), old).unwrap();
        let config = serde_json::json!({
            "apiVersion": API_VERSION, "kind": KIND,
            "metadata": {"name": "mesh", "annotations": {"sidecarize.dev/source-digest": "new"}},
            "spec": {"kubernetesVersion": "1.34", "istio": [{"revision": "default", "tags": ["new"]}]},
        });
        let update = updated(file.path(), &config).unwrap().unwrap();
        assert_eq!(update.new, old.replace("1.33", "1.34").replace("[old]", "[new]").replace("digest: old", "digest: new"));
        std::fs::write(file.path(), "kind: Other\napiVersion: v1\n").unwrap();
        assert!(updated(file.path(), &config).is_err());
        assert!(updated(Path::new("not-there.yaml"), &config).unwrap().is_none());
    }
}
