//! The output read back before it goes anywhere: every object must be what was decided, whatever the editor of the text did.

use super::object::Planned;
use crate::Value;
use crate::edit::Change;
use crate::kubernetes::hosts::KPT_IDS;
use crate::kubernetes::{Kinds, equal};
use crate::read::Manifests;
use crate::yaml::Document;

/// Gives the objects that the text after these changes does not hold as they must be an error. `lose_ids`: they may lose kpt's ids.
pub(super) fn check(manifests: &Manifests<'_>, changes: &[Change], objects: &mut [Planned<'_>], kinds: &Kinds, lose_ids: bool) {
    let wrong = {
        let expected: Vec<&Value> = objects.iter().map(Planned::expected).collect();
        let same = |index: usize, value: &Value| {
            expected.get(index).is_some_and(|e| equal(e, value) || lose_ids && equal(&without_ids(e), &without_ids(value)))
        };
        manifests.misread(changes, same)
    };
    for index in wrong {
        if let Some(object) = objects.get_mut(index) {
            object.misread();
        }
    }
    objects.iter_mut().for_each(|object| object.keeps_containers(kinds));
}

/// As [`check`], of the one object of a document that changes alone.
pub(super) fn check_alone(manifests: &Manifests<'_>, document: &Document<'_>, changes: &[Change], object: &mut Planned<'_>, kinds: &Kinds) {
    if !manifests.reread(document, changes).is_some_and(|read| equal(object.expected(), &read)) {
        object.misread();
    }
    object.keeps_containers(kinds);
}

/// The same object without the ids that kpt's items lose on purpose.
fn without_ids(object: &Value) -> Value {
    let mut bare = object.clone();
    if let Some(Value::Object(annotations)) = bare.get_mut("metadata").and_then(|m| m.get_mut("annotations")) {
        annotations.retain(|key, _| !KPT_IDS.contains(&key.as_str()));
    }
    bare
}
