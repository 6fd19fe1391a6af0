//! Injected parts that a cluster would refuse, or would read without a field: values of the wrong type, fields that do not exist.
//! Source: the types of Kubernetes 1.35, by k8s-openapi; it knows types, and our table of fields knows which there are.

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, PoisonError};

use k8s_openapi::api::core::v1::{Container, Volume};

use super::CheckedPod;
use crate::Value;
use crate::config::closest;
use crate::pod::fields::{self, Shape};

/// The lists of a pod's spec that are injected into, with the type of their elements.
const LISTS: &[(&str, &str)] = &[("containers", "Container"), ("initContainers", "Container"), ("volumes", "Volume")];

/// Something wrong with an injected part.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Misfit {
    /// The list of the pod's spec in which the part stands.
    pub list: &'static str,
    /// The part's name.
    pub name: String,
    /// The field of the part, as a path.
    pub field: String,
    /// What is wrong with it.
    pub message: String,
}

/// A field of a part, and what is wrong with it.
type Mistake = (String, String);
/// All that is wrong with a part.
type Mistakes = Arc<[Mistake]>;

/// Looks at each distinct part once: thousands of pods get the same few.
#[derive(Debug, Default)]
pub(crate) struct Types {
    known: Mutex<HashMap<u64, Mistakes>>,
}

impl Types {
    /// What is wrong with the parts that were injected into a pod.
    pub(crate) fn misfits(&self, pod: &CheckedPod<'_>) -> Vec<Misfit> {
        let mut found = Vec::new();
        for (list, kind) in LISTS {
            for (name, part) in pod.injected(list) {
                let misfit =
                    |(field, message): &Mistake| Misfit { list, name: name.to_owned(), field: field.clone(), message: message.clone() };
                found.extend(self.mistakes(kind, part).iter().map(misfit));
            }
        }
        found
    }

    fn mistakes(&self, kind: &str, part: &Value) -> Mistakes {
        let mut hasher = DefaultHasher::new();
        kind.hash(&mut hasher);
        hash_types(part, &mut hasher);
        let key = hasher.finish();
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(mistakes) = known().get(&key) {
            return Arc::clone(mistakes);
        }
        let mut mistakes = Vec::new();
        unknown_fields(kind, part, &mut String::new(), &mut mistakes);
        mistakes.extend(wrong_type(kind, part));
        let mistakes = Mistakes::from(mistakes);
        known().insert(key, Arc::clone(&mistakes));
        mistakes
    }
}

/// Hashes keys and types, not the values: these do not decide whether a part fits.
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
        Value::Number(number) => (number.is_f64(), number.as_i64().is_some_and(|n| i32::try_from(n).is_ok())).hash(hasher),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

/// The first value of a part that has not the type of its field.
fn wrong_type(kind: &str, part: &Value) -> Option<Mistake> {
    let error = match kind {
        "Volume" => serde_path_to_error::deserialize::<_, Volume>(part).map(drop).err()?,
        _ => serde_path_to_error::deserialize::<_, Container>(part).map(drop).err()?,
    };
    Some((error.path().to_string(), error.inner().to_string()))
}

/// Fields that a type does not have.
fn unknown_fields(kind: &str, value: &Value, path: &mut String, found: &mut Vec<Mistake>) {
    for (key, value) in value.as_object().into_iter().flatten() {
        let length = path.len();
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(key);
        match fields::field(kind, key).map(fields::Field::shape) {
            Some(Shape::Struct(kind)) => unknown_fields(kind, value, path, found),
            Some(Shape::List(kind)) if !fields::of(kind).is_empty() => {
                for (i, item) in value.as_array().into_iter().flatten().enumerate() {
                    let length = path.len();
                    path.push_str(&format!("[{i}]"));
                    unknown_fields(kind, item, path, found);
                    path.truncate(length);
                }
            }
            Some(_) => {}
            None => {
                let meant = closest(key, fields::of(kind).iter().map(|f| f.json));
                let meant = meant.map(|m| format!("; did you mean {m}?")).unwrap_or_default();
                found.push((path.clone(), format!("{kind} has no such field in Kubernetes 1.35{meant}")));
            }
        }
        path.truncate(length);
    }
}
