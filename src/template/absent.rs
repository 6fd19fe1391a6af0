//! Values that a template refers to and that nobody gave: Go prints them as a text of its own, which no pod means.

use crate::Value;
use crate::yaml::Path;

/// What Go prints for a value that is not there.
pub const NO_VALUE: &str = "<no value>";

/// Where something that was rendered holds what is printed for a missing value.
pub fn no_value(rendered: &Value) -> Option<Path> {
    match rendered {
        Value::String(text) => text.contains(NO_VALUE).then(Path::new),
        Value::Array(items) => items.iter().enumerate().find_map(|(i, item)| Some(Path::new().item(i).join(no_value(item)?))),
        Value::Object(map) => map.iter().find_map(|(key, value)| {
            let path = if key.contains(NO_VALUE) { Path::new() } else { no_value(value)? };
            Some(Path::of([key.as_str()]).join(path))
        }),
        _ => None,
    }
}
