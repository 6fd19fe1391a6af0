//! Whether values have the types that Kubernetes' fields have, as `kubectl` and Istio read them from YAML.
//!
//! Fields that no type has pass: they may be newer than the table. Null passes everywhere: it stands for no value.

use super::fields::{self, Shape};
use super::quantity::Quantity;
use crate::Value;

/// Checks an object of a Kubernetes type.
///
/// # Errors
///
/// The path of the first value of another type, and what is expected there.
pub fn check(value: &Value, kind: &str) -> Result<(), String> {
    Reader { json: false }.check_struct(value, kind).map_err(|wrong| wrong.to_string())
}

/// Checks an object of a Kubernetes type that was written as JSON, whose readers take no number for a text.
///
/// # Errors
///
/// As [`check`].
pub fn check_json(value: &Value, kind: &str) -> Result<(), String> {
    Reader { json: true }.check_struct(value, kind).map_err(|wrong| wrong.to_string())
}

/// How what was written is read.
#[derive(Clone, Copy)]
struct Reader {
    /// As JSON; else as YAML, where a text may be written as another scalar, for which its own text is taken.
    json: bool,
}

/// A value of another type: the way to it, last step first, and what is expected.
struct Wrong {
    steps: Vec<String>,
    expected: &'static str,
    found: String,
}

impl std::fmt::Display for Wrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let path: String = self.steps.iter().rev().map(String::as_str).collect();
        write!(f, "{}: {} is expected, not {}", path.trim_start_matches('.'), self.expected, self.found)
    }
}

fn wrong(expected: &'static str, found: &Value) -> Wrong {
    Wrong { steps: Vec::new(), expected, found: described(found) }
}

/// A value as messages name it.
pub fn described(value: &Value) -> String {
    match value {
        Value::Object(_) => "a map".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        scalar => scalar.to_string(),
    }
}

fn at(step: impl FnOnce() -> String) -> impl FnOnce(Wrong) -> Wrong {
    |mut wrong| {
        wrong.steps.push(step());
        wrong
    }
}

impl Reader {
    fn check_struct(self, value: &Value, kind: &str) -> Result<(), Wrong> {
        let map = value.as_object().ok_or_else(|| wrong("a map", value))?;
        for (key, value) in map.iter().filter(|(_, v)| !v.is_null()) {
            if let Some(field) = fields::field(kind, key) {
                self.check_value(value, field.shape()).map_err(at(|| format!(".{key}")))?;
            }
        }
        Ok(())
    }

    fn check_value(self, value: &Value, shape: Shape<'_>) -> Result<(), Wrong> {
        if value.is_null() {
            return Ok(());
        }
        match shape {
            Shape::Struct(kind) => self.check_struct(value, kind),
            Shape::List(element) => {
                let element = fields::shape(element);
                let list = value.as_array().ok_or_else(|| wrong("a list", value))?;
                list.iter().enumerate().try_for_each(|(i, v)| self.check_value(v, element).map_err(at(|| format!("[{i}]"))))
            }
            Shape::Map(of) => {
                let of = fields::shape(of);
                let map = value.as_object().ok_or_else(|| wrong("a map", value))?;
                map.iter().try_for_each(|(key, v)| self.check_value(v, of).map_err(at(|| format!(".{key}"))))
            }
            Shape::Scalar(kind) => self.check_scalar(value, kind),
        }
    }

    /// Nothing but a text may be written in quotes.
    fn check_scalar(self, value: &Value, kind: &str) -> Result<(), Wrong> {
        let other_scalar = !self.json && kind == "string" && (value.is_boolean() || value.is_number());
        misfit(value, kind).filter(|_| !other_scalar).map_or(Ok(()), |expected| Err(wrong(expected, value)))
    }
}

/// What is expected of a scalar of this Go type, where the value, as it stands, is none: the API server takes no number for a text.
pub fn misfit(value: &Value, kind: &str) -> Option<&'static str> {
    let (fits, expected) = match kind {
        "string" => (value.is_string(), "a text"),
        "bool" => (value.is_boolean(), "true or false"),
        "int32" => (is_whole(value, i32::MIN.into(), i32::MAX.into()), "a whole number"),
        "int64" => (is_whole(value, i64::MIN, i64::MAX), "a whole number"),
        "IntOrString" => (value.is_string() || is_whole(value, i32::MIN.into(), i32::MAX.into()), "a whole number or a name"),
        "Quantity" => (is_quantity(value), "a quantity such as 100m or 128Mi"),
        _ => (true, ""),
    };
    (!fits).then_some(expected)
}

fn is_whole(value: &Value, least: i64, most: i64) -> bool {
    value.as_i64().is_some_and(|n| (least..=most).contains(&n))
}

fn is_quantity(value: &Value) -> bool {
    match value {
        Value::String(text) => Quantity::parse(text.trim_matches(' ')).is_ok(),
        Value::Number(number) => Quantity::parse(&number.to_string()).is_ok(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn error(pod: &Value) -> Option<String> {
        check(pod, "Pod").err()
    }

    #[test]
    fn what_does_not_fit_is_named_with_its_path() {
        let container = |key: &str, value: Value| json!({"spec": {"containers": [{"name": "app", key: value}]}});
        assert_eq!(
            error(&json!({"spec": {"hostNetwork": "true"}})).as_deref(),
            Some("spec.hostNetwork: true or false is expected, not \"true\"")
        );
        assert_eq!(
            error(&container("ports", json!([{"containerPort": "80"}]))).as_deref(),
            Some("spec.containers[0].ports[0].containerPort: a whole number is expected, not \"80\"")
        );
        assert_eq!(error(&json!({"spec": {"containers": {}}})).as_deref(), Some("spec.containers: a list is expected, not a map"));
        assert_eq!(
            error(&container("resources", json!({"limits": {"cpu": "1e3m"}}))).as_deref(),
            Some("spec.containers[0].resources.limits.cpu: a quantity such as 100m or 128Mi is expected, not \"1e3m\"")
        );
    }

    #[test]
    fn readers_of_json_take_no_number_for_a_text() {
        let container = |key: &str, value: Value| json!({"containers": [{"name": "app", key: value}]});
        assert_eq!(check_json(&container("image", json!(1)), "PodSpec").unwrap_err(), "containers[0].image: a text is expected, not 1");
        assert!(check_json(&container("command", json!(["sh", true])), "PodSpec").is_err());
        assert!(check_json(&container("resources", json!({"limits": {"cpu": 2}})), "PodSpec").is_ok());
    }

    #[test]
    fn what_readers_of_yaml_take_passes() {
        for pod in [
            json!({"metadata": {"annotations": {"a": 1, "b": true, "c": null}}, "spec": {"containers": null}}),
            json!({"spec": {"terminationGracePeriodSeconds": 30, "newField": [1], "nodeSelector": {"a": 1.5}}}),
            json!({"spec": {"containers": [{"resources": {"limits": {"cpu": 0.5}}, "readinessProbe": {"httpGet": {"port": "web"}}}]}}),
        ] {
            assert_eq!(error(&pod), None, "{pod}");
        }
    }
}
