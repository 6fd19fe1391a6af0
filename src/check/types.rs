//! Injected parts that a cluster would refuse, or would read without a field: fields that do not exist, values of another type, what
//! must be there and is not, what may be there once. Source: the project's table of fields, and the rules of Kubernetes' validation.

use std::collections::hash_map::DefaultHasher;
use std::collections::{HashMap, HashSet};
use std::hash::{Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, PoisonError};

use super::checked::{Checked, CheckedPod, elements};
use super::schema;
use super::schema::Mistake;
use crate::Value;
use crate::kubernetes::Quantity;
use crate::yaml::Path;

/// The lists of a pod's spec that are injected into, with the type of their elements.
const PARTS: [(&str, &str); 3] = [("containers", "Container"), ("initContainers", "Container"), ("volumes", "Volume")];
/// Annotations of a pod from which Istio's templates make parts of it, with the type of those.
const GIVEN: [(&str, &str); 2] = [("sidecar.istio.io/userVolume", "Volume"), ("sidecar.istio.io/userVolumeMount", "VolumeMount")];
/// What a cluster does with what does not fit.
const REFUSED: &str = "; a cluster would refuse it";

/// Something wrong with an injected part.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Misfit {
    /// The list of the pod's spec in which the part stands; empty for a field of the pod outside these.
    pub list: &'static str,
    /// The part's name.
    pub name: String,
    /// The field of the part, or of the pod.
    pub field: Path,
    /// What is wrong with it, and what follows.
    pub message: String,
    /// The pod's annotation that the part comes from.
    pub annotation: Option<&'static str>,
    /// Whether it counts only where the user wrote the part just so: templates render `emptyDir:` without a value, which is as good.
    pub as_written: bool,
}

/// All that is wrong with a part by itself.
type Mistakes = Arc<[Mistake]>;

/// Looks at each distinct part once: thousands of pods get the same few.
#[derive(Debug, Default)]
pub(crate) struct Types {
    known: Mutex<HashMap<u64, Mistakes>>,
}

impl Types {
    /// What is wrong with what was injected into a pod.
    pub(crate) fn misfits(&self, checked: &Checked<'_>, pod: &CheckedPod<'_>) -> Vec<Misfit> {
        if pod.after == *pod.before {
            return Vec::new();
        }
        let given = given(pod.before);
        let mut found = Vec::new();
        for (annotation, kind, item) in &given {
            let name = item.get("name").and_then(Value::as_str).unwrap_or_default();
            let list = if *kind == "Volume" { "volumes" } else { "" };
            let mistakes = schema::unknown_fields(kind, item).into_iter();
            found.extend(mistakes.map(|(field, message)| Misfit {
                list,
                name: name.to_owned(),
                field,
                message: format!("{message}; it is read without it"),
                annotation: Some(annotation),
                as_written: false,
            }));
        }
        self.parts(checked, pod, &given, &mut found);
        let whole = schema::injected("Pod", pod.before, &pod.after, &PARTS.map(|(list, _)| list));
        let of_pod = |(field, message)| Misfit {
            list: "",
            name: String::new(),
            field,
            message: format!("{message}{REFUSED}"),
            annotation: None,
            as_written: false,
        };
        found.extend(whole.into_iter().map(of_pod));
        found
    }

    /// What is wrong with the elements of the pod's lists that were injected or changed.
    fn parts(&self, checked: &Checked<'_>, pod: &CheckedPod<'_>, given: &[Given], found: &mut Vec<Misfit>) {
        let volumes: HashSet<&str> = elements(&pod.after, "volumes").map(|(name, _)| name).chain(claims(checked.object)).collect();
        let mut names = HashSet::new();
        for (list, kind) in PARTS {
            let had: HashMap<&str, &Value> = elements(pod.before, list).collect();
            if list == "volumes" {
                names.clear();
            }
            for (name, part) in elements(&pod.after, list) {
                let before = had.get(name).copied();
                let is_first = names.insert(name);
                if before == Some(part) {
                    continue;
                }
                let annotation = given.iter().find(|(_, of, item)| *of == kind && item.get("name").and_then(Value::as_str) == Some(name));
                let annotation = annotation.map(|(annotation, ..)| *annotation);
                let mut tell = |field: Path, message: String| {
                    found.push(Misfit { list, name: name.to_owned(), field, message, annotation, as_written: false });
                };
                let known = match before {
                    None => self.mistakes(kind, part),
                    Some(before) => Mistakes::from(schema::injected(kind, before, part, &[])),
                };
                known.iter().for_each(|(field, message)| tell(field.clone(), format!("{message}{REFUSED}")));
                if !is_first {
                    tell(Path::of(["name"]), format!("the pod has another of this name{REFUSED}"));
                }
                if kind == "Volume" {
                    found.extend(sources(part).map(|(message, as_written)| Misfit {
                        list,
                        name: name.to_owned(),
                        field: Path::new(),
                        message,
                        annotation,
                        as_written,
                    }));
                } else {
                    let mut wrong = Vec::new();
                    mounts(part, before, &volumes, &mut wrong);
                    twice(part, before, &mut wrong);
                    wrong.into_iter().for_each(|(field, message)| tell(field, format!("{message}{REFUSED}")));
                }
            }
        }
    }

    /// What is wrong with a part by itself, whatever its texts say.
    fn mistakes(&self, kind: &str, part: &Value) -> Mistakes {
        let mut hasher = DefaultHasher::new();
        kind.hash(&mut hasher);
        hash_types(part, &mut hasher);
        let key = hasher.finish();
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(mistakes) = known().get(&key) {
            return Arc::clone(mistakes);
        }
        let mistakes = Mistakes::from(schema::mistakes(kind, part));
        known().insert(key, Arc::clone(&mistakes));
        mistakes
    }
}

/// Hashes keys and types, not the values: these do not decide whether a part fits, but for texts that are empty or quantities.
fn hash_types(value: &Value, hasher: &mut DefaultHasher) {
    std::mem::discriminant(value).hash(hasher);
    match value {
        Value::Object(map) => {
            map.len().hash(hasher);
            for (key, value) in map {
                key.hash(hasher);
                hash_types(value, hasher);
            }
        }
        Value::Array(list) => {
            list.len().hash(hasher);
            list.iter().for_each(|item| hash_types(item, hasher));
        }
        Value::Number(number) => number.to_string().hash(hasher),
        Value::String(text) => {
            let begins = text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
            (text.is_empty(), begins && Quantity::parse(text).is_ok()).hash(hasher);
        }
        Value::Null | Value::Bool(_) => {}
    }
}

/// Something that an annotation of the pod gives: the annotation, the type, the item.
type Given = (&'static str, &'static str, Value);

/// What the pod's annotations give to be injected.
fn given(pod: &Value) -> Vec<Given> {
    let annotations = pod.get("metadata").and_then(|m| m.get("annotations"));
    let of = |(annotation, kind): (&'static str, &'static str)| {
        let text = annotations?.get(annotation)?.as_str()?;
        let named = |(name, mut item): (String, Value)| {
            item.as_object_mut()?.entry("name").or_insert(Value::from(name));
            Some(item)
        };
        let items: Vec<Value> = match serde_json::from_str(text).ok()? {
            Value::Array(list) => list,
            Value::Object(map) => map.into_iter().filter_map(named).collect(),
            _ => Vec::new(),
        };
        Some(items.into_iter().map(move |item| (annotation, kind, item)))
    };
    GIVEN.into_iter().filter_map(of).flatten().collect()
}

/// The volumes that a StatefulSet's claims bring.
fn claims(object: &Value) -> impl Iterator<Item = &str> {
    let all = object.get("spec").and_then(|s| s.get("volumeClaimTemplates")).and_then(Value::as_array);
    all.into_iter().flatten().filter_map(|claim| claim.get("metadata")?.get("name")?.as_str())
}

/// A volume has one source; one without any counts where the user wrote it so.
fn sources(volume: &Value) -> Option<(String, bool)> {
    let all: Vec<&str> = schema::set_of(volume, "Volume").filter(|key| *key != "name").collect();
    match all.len() {
        0 => Some(("the volume has no source; a cluster would make it an empty one (emptyDir)".to_owned(), true)),
        1 => None,
        _ => Some((format!("the volume has {} sources, {}, and may have one{REFUSED}", all.len(), all.join(" and ")), false)),
    }
}

fn items<'v>(container: &'v Value, list: &str) -> &'v [Value] {
    container.get(list).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn text<'v>(item: &'v Value, key: &str) -> Option<&'v str> {
    item.get(key)?.as_str()
}

/// Mounts and devices of volumes that the pod does not have.
fn mounts(container: &Value, before: Option<&Value>, volumes: &HashSet<&str>, found: &mut Vec<Mistake>) {
    for list in ["volumeMounts", "volumeDevices"] {
        let had: HashSet<&str> = before.into_iter().flat_map(|b| items(b, list)).filter_map(|m| text(m, "name")).collect();
        for (i, mount) in items(container, list).iter().enumerate() {
            if let Some(name) = text(mount, "name").filter(|name| !volumes.contains(name) && !had.contains(name)) {
                found.push((Path::of([list]).item(i).key("name"), format!("the pod has no volume {name}")));
            }
        }
    }
}

/// What must differ within a container: where volumes are mounted, and the names of ports.
fn twice(container: &Value, before: Option<&Value>, found: &mut Vec<Mistake>) {
    for (list, key) in [("volumeMounts", "mountPath"), ("ports", "name"), ("volumeDevices", "devicePath")] {
        if before.is_some_and(|b| b.get(list) == container.get(list)) {
            continue;
        }
        let mut seen = HashSet::new();
        for (i, item) in items(container, list).iter().enumerate() {
            if let Some(value) = text(item, key).filter(|value| !seen.insert(*value)) {
                found.push((Path::of([list]).item(i).key(key), format!("{value} stands there twice")));
            }
        }
    }
}
