//! Whether values have the types that Kubernetes' fields have, as `kubectl` and Istio read them from YAML.
//!
//! What users write themselves may have another scalar for a text, which is quoted then; what a template renders may not, as the
//! webhook reads it as it stands. Fields that no type has pass: they may be newer than the table. Null passes everywhere: it stands for no value.

use super::fields;
use super::fields::Shape;
use super::quantity::Quantity;
use crate::Value;
use crate::yaml::{Path, Step};

/// Checks an object of a Kubernetes type.
///
/// # Errors
///
/// The first value of another type.
pub fn check(value: &Value, kind: &str) -> Result<(), WrongType> {
    check_struct(value, kind, Texts::AnyScalar)
}

/// Checks an object of a Kubernetes type that a template rendered or that was written as JSON: a text is nothing but a text there.
///
/// # Errors
///
/// The first value of another type.
pub fn check_strictly(value: &Value, kind: &str) -> Result<(), WrongType> {
    check_struct(value, kind, Texts::Strict)
}

/// What may stand where a text belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Texts {
    /// Any scalar, for which its own text is taken.
    AnyScalar,
    /// A text alone.
    Strict,
}

/// A value of another type than Kubernetes' field has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .path.says(format_args!("{expected} is expected, not {found}")))]
pub struct WrongType {
    /// The field.
    pub path: Path,
    /// What the type takes.
    pub expected: &'static str,
    /// What stands there.
    pub found: String,
}

impl WrongType {
    /// The same, as seen from one step above.
    fn below(self, step: impl Into<Step>) -> Self {
        Self { path: Path::of([step]).join(self.path), ..self }
    }
}

fn wrong(expected: &'static str, found: &Value) -> WrongType {
    WrongType { path: Path::new(), expected, found: described(found) }
}

/// A value as messages name it.
pub fn described(value: &Value) -> String {
    match value {
        Value::Object(_) => "a map".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        scalar => scalar.to_string(),
    }
}

fn check_struct(value: &Value, kind: &str, texts: Texts) -> Result<(), WrongType> {
    let map = value.as_object().ok_or_else(|| wrong("a map", value))?;
    for (key, value) in map.iter().filter(|(_, v)| !v.is_null()) {
        if let Some(field) = fields::field(kind, key) {
            check_value(value, field.shape(), texts).map_err(|wrong| wrong.below(key.as_str()))?;
        }
    }
    Ok(())
}

fn check_value(value: &Value, shape: Shape<'_>, texts: Texts) -> Result<(), WrongType> {
    if value.is_null() {
        return Ok(());
    }
    match shape {
        Shape::Struct(kind) => check_struct(value, kind, texts),
        Shape::List(element) => {
            let element = fields::shape(element);
            let list = value.as_array().ok_or_else(|| wrong("a list", value))?;
            list.iter().enumerate().try_for_each(|(i, v)| check_value(v, element, texts).map_err(|wrong| wrong.below(Step::Index(i))))
        }
        Shape::Map(of) => {
            let of = fields::shape(of);
            let map = value.as_object().ok_or_else(|| wrong("a map", value))?;
            map.iter().try_for_each(|(key, v)| check_value(v, of, texts).map_err(|wrong| wrong.below(key.as_str())))
        }
        Shape::Scalar(kind) => check_scalar(value, kind, texts),
    }
}

/// A text may be written as another scalar, for which its own text is taken; nothing but a text may be written in quotes.
fn check_scalar(value: &Value, kind: &str, texts: Texts) -> Result<(), WrongType> {
    let other_scalar = texts == Texts::AnyScalar && kind == "string" && (value.is_boolean() || value.is_number());
    misfit(value, kind).filter(|_| !other_scalar).map_or(Ok(()), |expected| Err(wrong(expected, value)))
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
    use super::*;
    use serde_json::json;

    fn error(pod: &Value) -> Option<String> {
        check(pod, "Pod").err().map(|wrong| wrong.to_string())
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
    fn a_template_renders_texts_where_texts_belong() {
        let rendered = |pod: Value| check_strictly(&pod, "Pod").err().map(|wrong| wrong.to_string());
        let container = |key: &str, value: Value| json!({"spec": {"containers": [{"name": "app", key: value}]}});
        for (pod, wrong) in [
            (container("command", json!(["sleep", 5])), "spec.containers[0].command[1]: a text is expected, not 5"),
            (container("args", json!([true])), "spec.containers[0].args[0]: a text is expected, not true"),
            (container("env", json!([{"name": "A", "value": 1.5}])), "spec.containers[0].env[0].value: a text is expected, not 1.5"),
            (json!({"metadata": {"labels": {"a": 1}}}), "metadata.labels.a: a text is expected, not 1"),
            (json!({"metadata": {"annotations": {"a": true}}}), "metadata.annotations.a: a text is expected, not true"),
        ] {
            assert_eq!(rendered(pod).as_deref(), Some(wrong));
        }
        assert!(rendered(container("image", json!(1))).is_some());
        assert_eq!(rendered(container("resources", json!({"limits": {"cpu": 0.5}}))), None);
        assert_eq!(rendered(container("livenessProbe", json!({"httpGet": {"port": 80}}))), None);
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
