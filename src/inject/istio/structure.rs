//! Annotations that write YAML into what a template renders: the webhook's templates put some values in as they stand, so a line
//! break, `: ` or `#` in one makes fields of its own or cuts it off. The pod is what the webhook makes, and its author is told.

use crate::{Value, kubernetes, yaml};

/// What stands in place of a value when a template is rendered once more: no reader of YAML takes it for anything but a text.
pub(super) const HARMLESS: &str = "harmless-value";

/// Annotations of a pod whose values can be more than a text to a reader of YAML.
pub(super) fn suspects(pod: &Value) -> Vec<(&str, &str)> {
    let structural = |value: &str| {
        value.contains(['\n', '\r', '#', '"', '\'', '{', '}', '[', ']', '&', '*', '!', '|', '>', '`', '%', '@'])
            || value.contains(": ")
            || value.ends_with(':')
            || value.starts_with("- ")
    };
    crate::kubernetes::annotations(pod).filter(|(_, value)| structural(value)).collect()
}

/// Whether a value stands in a text as it is, so that it is worth to look again.
pub(super) fn stands_in(text: &str, value: &str) -> bool {
    let first = value.lines().find(|line| !line.trim().is_empty()).unwrap_or(value);
    text.contains(first.trim_end())
}

/// Whether a value does more than stand where the harmless one does.
pub(super) fn differs(text: &str, harmless: &str, value: &str) -> bool {
    let read = |text: &str| yaml::parse_last_wins(text).ok();
    match (read(text), read(harmless)) {
        (Some(with), Some(without)) => {
            let in_json = kubernetes::to_string(&Value::from(value));
            !same(&with, &without, &[value, value.trim(), in_json.trim_matches('"')])
        }
        _ => false,
    }
}

fn same(with: &Value, without: &Value, forms: &[&str]) -> bool {
    match (with, without) {
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|((ka, a), (kb, b))| same_text(ka, kb, forms) && same(a, b, forms))
        }
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b, forms)),
        (Value::String(a), Value::String(b)) => same_text(a, b, forms),
        _ => with == without,
    }
}

fn same_text(with: &str, without: &str, forms: &[&str]) -> bool {
    with == without || (without.contains(HARMLESS) && forms.iter().any(|form| without.replace(HARMLESS, form) == with))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_writes_more_than_a_text_differs() {
        let plain = |value: &str| differs(&format!("a: {value}\nb: 1\n"), &format!("a: {HARMLESS}\nb: 1\n"), value);
        assert!(plain("x\nc: 2"));
        assert!(plain("x # y"));
        assert!(plain("[x]"));
        assert!(!plain("x#y"));
        assert!(!plain("a&b"));
        let quoted = |value: &str| differs(&format!("a: {}\n", Value::from(value)), &format!("a: {HARMLESS:?}\n"), value);
        assert!(!quoted("x\nc: 2") && !quoted("[\"x\"]: # y"));
    }
}
