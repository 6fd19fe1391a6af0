//! What is needed to undo an injection, kept on the workload's own metadata as small, readable JSON: the inverse
//! operations, each with a digest of the value that it expects. Where a digest no longer fits, the field is the user's.

mod keyed_path;
mod pod;
mod scope;
mod text;

pub use scope::tidy;
pub use text::Lines;
pub(crate) use text::has_break;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::edit::{Content, Edit, Op};
use crate::finding::{self, Finding};
use crate::kubernetes::Kinds;
use crate::yaml::{Kind, Node, Path, ScalarStyle, Step};
use crate::{Value, edit, yaml};
use keyed_path::{KeyedPath, KeyedPaths};

/// Annotation of the workload that holds the record.
pub const ANNOTATION: &str = "sidecarize.dev/record";
/// How large a record may be, in bytes; Kubernetes allows 256 KiB for all annotations of an object.
const MAX_BYTES: usize = 200 * 1024;

/// The record of one workload.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Record {
    /// Whether the workload had no annotations before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    created_annotations: bool,
    /// Whether it had no metadata at all, as a List may have none.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    created_metadata: bool,
    /// The inverse operations.
    undo: Vec<Inverse>,
    /// What these do not give back to the byte.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    text: Vec<Lines>,
}

/// One inverse operation. Paths are named by the object as it was injected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Inverse {
    /// Remove what was added.
    Remove { at: KeyedPath, digest: String },
    /// Put back what stood there.
    Restore {
        at: KeyedPath,
        digest: String,
        #[serde(flatten)]
        original: Original,
    },
    /// Put back a key that was removed.
    AddKey {
        to: KeyedPath,
        key: String,
        #[serde(flatten)]
        original: Original,
    },
    /// Put back an item that was removed, before this one or at the end.
    AddItem {
        to: KeyedPath,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<KeyedPath>,
        #[serde(flatten)]
        original: Original,
    },
    /// Put an item back to where it stood, before this one or at the end.
    Move {
        from: KeyedPath,
        to: KeyedPath,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<KeyedPath>,
    },
}

/// What stood there: its text where that is one line, else its value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Original {
    Text(String),
    Value(Value),
}

/// Why there is no record, or none that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The record would not fit into an annotation.
    #[error(
        "what is needed to undo the injection takes {0} bytes, more than the {MAX_BYTES} that fit into an annotation: set spec.record: false"
    )]
    TooLarge(usize),
    /// More is changed than a record may take back.
    #[error("what is injected cannot be recorded, because no record may undo as much ({0}): set spec.record: false, and undo it with Git")]
    TooMuch(String),
    /// The user changed the record.
    #[error("annotation {ANNOTATION} is damaged ({0}): restore it from Git, or remove it and the injected parts by hand")]
    Damaged(String),
    /// It would do what no injection needs to be undone.
    #[error(
        "annotation {ANNOTATION} is refused, because no injection has written it ({0}): restore the manifest from Git, and look at who changed it"
    )]
    Refused(String),
}

/// What an earlier injection left, undone.
#[derive(Debug, Clone, PartialEq)]
pub struct Undo {
    /// The object without it.
    pub original: Value,
    /// The edits of the current object that undo it.
    pub edits: Vec<Edit>,
    /// Injected fields that the user changed since; they stay.
    pub kept: Vec<Finding>,
    /// The object without these as well, where there are any.
    pub unedited: Option<Value>,
    /// What the edits do not give back to the byte.
    pub text: Vec<Lines>,
}

impl Record {
    /// The record for a workload whose object was `before` (with its tree) and is `after` by injection.
    pub fn new(source: &str, root: &Node<'_>, before: &Value, after: &Value) -> Self {
        let created_annotations = annotations(before).is_none() && annotations(after).is_none();
        let created_metadata = before.get("metadata").is_none() && after.get("metadata").is_none();
        let (was, is) = (KeyedPaths::of(before), KeyedPaths::of(after));
        let undo = edit::diff(after, before.clone()).into_iter().filter_map(|edit| inverse(edit, source, root, &was, &is)).collect();
        Self { created_annotations, created_metadata, undo, text: Vec::new() }
    }

    /// The same record, with what makes `original` to the byte of what undoing the values leaves.
    #[must_use]
    pub fn with_text(mut self, undone: &str, original: &str) -> Self {
        self.text = Lines::between(undone, original);
        self
    }

    /// What is wrong with an object from `before` to `after` that a record could not take back.
    ///
    /// # Errors
    ///
    /// When the record of it would be refused.
    pub fn check(kinds: &Kinds, before: &Value, after: &Value) -> Result<(), Error> {
        scope::excess(kinds, after, before).map_or(Ok(()), |why| Err(Error::TooMuch(why)))
    }

    /// The record that an object carries, if it carries one.
    ///
    /// # Errors
    ///
    /// When the annotation is no record.
    pub fn of(object: &Value) -> Result<Option<Self>, Error> {
        let Some(text) = annotations(object).and_then(|a| a.get(ANNOTATION)) else { return Ok(None) };
        let text = text.as_str().ok_or_else(|| Error::Damaged("it is no string".to_owned()))?;
        if text.len() > MAX_BYTES {
            return Err(Error::Damaged(format!("it has {} bytes", text.len())));
        }
        serde_json::from_str(text).map(Some).map_err(|e| Error::Damaged(e.to_string()))
    }

    /// Writes the record to the object.
    ///
    /// # Errors
    ///
    /// When it does not fit into an annotation.
    pub fn write(&self, object: &mut Value) -> Result<(), Error> {
        let text = serde_json::to_string(self).unwrap_or_default();
        if text.len() > MAX_BYTES {
            return Err(Error::TooLarge(text.len()));
        }
        if let Some(metadata) = child(object, "metadata")
            && let Some(Value::Object(map)) = child(metadata, "annotations").map(|a| a as &mut Value)
        {
            map.insert(ANNOTATION.to_owned(), Value::String(text));
        }
        Ok(())
    }

    /// What undoes the injection of the object as it is now.
    ///
    /// # Errors
    ///
    /// When the record would do what no injection needs to be undone.
    pub fn undo(&self, object: &Value, kinds: &Kinds) -> Result<Undo, Error> {
        self.undo.iter().filter_map(Inverse::text).try_for_each(check_text)?;
        if !self.text.iter().all(Lines::is_sound) {
            return Err(Error::Refused("a line that it restores is more than one".to_owned()));
        }
        let alone = |map: Option<&Value>| map.and_then(Value::as_object).is_some_and(|m| m.len() == 1);
        let own = match alone(annotations(object)) {
            true if self.created_metadata && alone(object.get("metadata")) => Path::of(["metadata"]),
            true if self.created_annotations => Path::of(["metadata", "annotations"]),
            _ => Path::of(["metadata", "annotations", ANNOTATION]),
        };
        let mut bare = object.clone();
        if let Some(Value::Object(map)) = bare.get_mut("metadata").and_then(|m| m.get_mut("annotations")) {
            map.shift_remove(ANNOTATION);
        }
        let mut undo = Undo { original: Value::Null, edits: Vec::new(), kept: Vec::new(), unedited: None, text: self.text.clone() };
        let mut edited = Vec::new();
        let (bare, shown) = (KeyedPaths::of(&bare), KeyedPaths::of(object));
        let mut covers_record = false;
        for inverse in &self.undo {
            match inverse.edit(&bare) {
                Ok(edit) => {
                    covers_record |= matches!(edit.op, Op::Delete) && own.starts_with(&edit.path);
                    undo.edits.push(edit);
                }
                Err(place) => {
                    let added = matches!(inverse, Inverse::Remove { .. }).then(|| bare.resolve(&place)).flatten();
                    edited.extend(added.map(|path| Edit { path, op: Op::Delete }));
                    undo.kept.push(kept(&shown, &place));
                }
            }
        }
        if !covers_record {
            undo.edits.insert(0, Edit { path: own, op: Op::Delete });
        }
        undo.original = edit::apply_to_value(object, &undo.edits);
        if !edited.is_empty() {
            edited.extend(undo.edits.iter().cloned());
            undo.unedited = Some(edit::apply_to_value(object, &edited));
        }
        match scope::excess(kinds, &without(object), &without(&undo.original)) {
            Some(why) => Err(Error::Refused(why)),
            None => Ok(undo),
        }
    }
}

/// What is said about an injected field that the user changed since, or took away.
fn kept(object: &KeyedPaths<'_>, place: &KeyedPath) -> Finding {
    let path = object.nearest(place);
    let message = match object.resolve(place) {
        Some(_) => "was injected earlier and has been changed since: it stays; to get rid of it, remove it by hand".to_owned(),
        None => format!("{} was injected earlier and is there no longer", place.beyond(path.len())),
    };
    Finding::at(path, message)
}

/// What is said about an injected field that the user changed, where it forbids to inject again.
pub fn edited(kept: &Finding) -> Finding {
    let message = "was injected earlier and has been changed by hand since, so that it cannot be injected again: put back what was injected from Git, or remove it by hand";
    Finding::new(finding::Kind::Edited, kept.path.clone(), message)
}

/// What is said about a record that cannot be used.
pub fn unusable(error: &Error) -> Finding {
    Finding::at(Path::of(["metadata", "annotations", ANNOTATION]), error.to_string())
}

fn annotations(object: &Value) -> Option<&Value> {
    object.get("metadata")?.get("annotations").filter(|a| !a.is_null())
}

/// The same object without its record.
pub fn without(object: &Value) -> Value {
    let mut bare = object.clone();
    if let Some(object) = bare.as_object_mut()
        && let Some(Value::Object(metadata)) = object.get_mut("metadata")
        && let Some(Value::Object(annotations)) = metadata.get_mut("annotations")
        && annotations.shift_remove(ANNOTATION).is_some()
        && annotations.is_empty()
    {
        metadata.shift_remove("annotations");
        if metadata.is_empty() {
            object.shift_remove("metadata");
        }
    }
    bare
}

/// The map under a key, made where it is missing or null.
fn child<'v>(object: &'v mut Value, key: &str) -> Option<&'v mut Value> {
    let slot = object.as_object_mut()?.entry(key).or_insert(Value::Null);
    if slot.is_null() {
        *slot = Value::Object(serde_json::Map::new());
    }
    Some(slot)
}

/// The digest of a value: enough of its SHA-256 to tell whether the user changed it.
fn digest(value: &Value) -> String {
    let canonical = sorted(value).to_string();
    Sha256::digest(canonical).iter().take(6).map(|b| format!("{b:02x}")).collect()
}

/// The same value with sorted keys, so that hosts may reorder them.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(k, _)| k.as_str());
            Value::Object(entries.into_iter().map(|(k, v)| (k.clone(), sorted(v))).collect())
        }
        Value::Array(list) => Value::Array(list.iter().map(sorted).collect()),
        scalar => scalar.clone(),
    }
}

/// An edit that leads from `after` to `before`, as an operation of the record.
fn inverse(edit: Edit, source: &str, root: &Node<'_>, before: &KeyedPaths<'_>, after: &KeyedPaths<'_>) -> Option<Inverse> {
    let Edit { path, op } = edit;
    let value = crate::yaml::value_at(after.object(), &path);
    Some(match op {
        Op::Delete => Inverse::Remove { digest: digest(value?), at: after.place(&path) },
        Op::Replace { content } => Inverse::Restore {
            digest: digest(value?),
            original: original(content, source, root, before, after, &path),
            at: after.place(&path),
        },
        Op::InsertKey { key, content } => {
            let at = path.clone().key(key.as_str());
            Inverse::AddKey { original: original(content, source, root, before, after, &at), to: after.place(&path), key }
        }
        Op::InsertItem { before: index, content: Content::Value(value) } => {
            Inverse::AddItem { to: after.place(&path), before: after.item(&path, index), original: Original::Value(value) }
        }
        Op::InsertItem { content: Content::Text(text), before: index } => {
            Inverse::AddItem { to: after.place(&path), before: after.item(&path, index), original: Original::Text(text) }
        }
        Op::Move { from, before: index } => {
            Inverse::Move { from: after.place(&from), to: after.place(&path), before: after.item(&path, index) }
        }
    })
}

/// The text of one line that stood at this place of `after`, else its value.
fn original(content: Content, source: &str, root: &Node<'_>, before: &KeyedPaths<'_>, after: &KeyedPaths<'_>, path: &[Step]) -> Original {
    let value = match content {
        Content::Text(text) => return Original::Text(text),
        Content::Value(value) => value,
    };
    let is_scalar = !value.is_array() && !value.is_object();
    let text = before.resolve(&after.place(path)).and_then(|p| root.at(&p)).and_then(|node| {
        let plain_span = node.anchor().is_none() && node.start() == node.span().start;
        // What an anchor or an alias is part of has no meaning elsewhere.
        let is_whole = |text: &&str| is_scalar && !text.starts_with('*') || text.starts_with(['{', '[']) && !text.contains(['&', '*']);
        source.get(node.span()).filter(|t| plain_span && !t.is_empty() && !t.contains('\n')).filter(is_whole)
    });
    text.map_or(Original::Value(value), |t| Original::Text(t.to_owned()))
}

/// Whether a text stands for one value wherever it is put: a scalar or a flow collection in one line, with nothing before, behind
/// or in it that means something elsewhere.
fn check_text(text: &str) -> Result<(), Error> {
    let refused = |why: &str| Err(Error::Refused(format!("{text:?} {why}")));
    if has_break(text) {
        return refused("is not one line");
    }
    let documents = match yaml::parse(text) {
        Ok(documents) => documents,
        Err(error) => return refused(&format!("is no value: {}", error.message())),
    };
    let [document] = documents.as_slice() else { return refused("is more than one value") };
    let Some(root) = &document.root else { return refused("is no value") };
    let is_whole = root.start() == 0 && root.span() == (0..text.len());
    let is_block = match root.kind() {
        Kind::Mapping { flow, .. } | Kind::Sequence { flow, .. } => !flow,
        Kind::Scalar { style, .. } => matches!(style, ScalarStyle::Literal | ScalarStyle::Folded),
        Kind::Alias { .. } => true,
    };
    if !is_whole || is_block || root.has_properties() {
        return refused("is more than one value");
    }
    Ok(())
}

impl Original {
    fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    fn content(&self) -> Content {
        match self {
            Self::Text(text) => Content::Text(text.clone()),
            Self::Value(value) => Content::Value(value.clone()),
        }
    }
}

impl Inverse {
    /// The text that it puts back, if it is a text.
    fn text(&self) -> Option<&str> {
        match self {
            Self::Remove { .. } | Self::Move { .. } => None,
            Self::Restore { original, .. } | Self::AddKey { original, .. } | Self::AddItem { original, .. } => original.text(),
        }
    }

    /// The operation as an edit of the object as it is now, or the place where it no longer fits.
    fn edit(&self, places: &KeyedPaths<'_>) -> Result<Edit, KeyedPath> {
        let object = places.object();
        let find = |place: &KeyedPath| places.resolve(place).ok_or_else(|| place.clone());
        let unchanged = |place: &KeyedPath, expected: &str| {
            let path = find(place)?;
            let fits = crate::yaml::value_at(object, &path).is_some_and(|v| digest(v) == expected);
            if fits { Ok(path) } else { Err(place.clone()) }
        };
        let index = |list: &Path, before: &Option<KeyedPath>| -> usize {
            let found = before.as_ref().and_then(|p| places.resolve(p)).and_then(|p| match p.last() {
                Some(Step::Index(i)) => Some(*i),
                _ => None,
            });
            found.unwrap_or_else(|| crate::yaml::value_at(object, list).and_then(Value::as_array).map_or(0, Vec::len))
        };
        Ok(match self {
            Self::Remove { at, digest } => Edit { path: unchanged(at, digest)?, op: Op::Delete },
            Self::Restore { at, digest, original } => {
                Edit { path: unchanged(at, digest)?, op: Op::Replace { content: original.content() } }
            }
            Self::AddKey { to, key, original } => {
                let path = find(to)?;
                let taken = crate::yaml::value_at(object, &path).is_none_or(|map| map.get(key).is_some());
                if taken {
                    return Err(to.child(key));
                }
                Edit { path, op: Op::InsertKey { key: key.clone(), content: original.content() } }
            }
            Self::AddItem { to, before, original } => {
                let path = find(to)?;
                Edit { op: Op::InsertItem { before: index(&path, before), content: original.content() }, path }
            }
            Self::Move { from, to, before } => {
                let path = find(to)?;
                Edit { op: Op::Move { from: find(from)?, before: index(&path, before) }, path }
            }
        })
    }
}
