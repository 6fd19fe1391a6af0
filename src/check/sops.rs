//! Objects that SOPS encrypted: it seals the whole document, so that a line more breaks the seal.

use crate::Value;
use crate::finding::Finding;
use crate::yaml::Path;

/// The key in which SOPS keeps its seal.
const SOPS: &str = "sops";

/// Why an object, or one in a list, that would be edited must not be.
pub fn sealed(object: &Value) -> Option<Finding> {
    let path = path(object)?;
    let message = "SOPS encrypted this document and its MAC covers every line: decrypt it first (sops decrypt FILE | sidecarize inject -), or keep what is injected in a document that is not encrypted";
    Some(Finding::at(path, message))
}

fn path(object: &Value) -> Option<Path> {
    if object.get(SOPS).is_some_and(Value::is_object) {
        return Some(Path::of([SOPS]));
    }
    let items = object.get("items").and_then(Value::as_array)?;
    items.iter().enumerate().find_map(|(i, item)| Some(Path::of(["items"]).item(i).join(path(item)?)))
}
