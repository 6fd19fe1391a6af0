//! JSON patches as kustomize applies them.

use json_patch::{Patch, PatchError, PatchOperation};
use serde_json::Value;

/// Applies a patch. A test for null holds where nothing is: RFC 6902 has no test for that, and kustomize reads it so.
pub fn apply_as_kustomize(value: &mut Value, patch: &Patch) -> Result<(), PatchError> {
    for operation in &patch.0 {
        let is_absent = |path: &str| value.pointer(path).is_none();
        if matches!(operation, PatchOperation::Test(test) if test.value.is_null() && is_absent(test.path.as_str())) {
            continue;
        }
        json_patch::patch(value, std::slice::from_ref(operation))?;
    }
    Ok(())
}
