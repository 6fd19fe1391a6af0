//! A tree as a JSON-like value.

use std::collections::HashSet;

use base64::Engine as _;
use serde_json::Map;

use super::build::Duplicates;
use super::error::Error;
use super::tree::{Kind, Node, ScalarStyle};
use super::{resolve, stream, tabs};
use crate::Value;

/// The value of a text with one document; of an empty one, null.
///
/// # Errors
///
/// When the text is no YAML, has several documents, or repeats a key.
pub fn parse_value(source: &str) -> Result<Value, Error> {
    let mut roots = stream::parse(source)?.into_iter().filter_map(|d| d.root);
    let Some(root) = roots.next() else { return Ok(Value::Null) };
    if let Some(second) = roots.next() {
        return Err(Error::at(source, second.start(), "one document is expected here, and a second one starts"));
    }
    root.to_value().map_err(|e| e.in_source(source))
}

/// The value of the first document of a text that has content, where the last of a repeated key wins: as Istio reads what it is given.
///
/// # Errors
///
/// When the text is no YAML.
pub fn parse_last_wins(source: &str) -> Result<Value, Error> {
    let roots: Vec<_> = stream::parse_with(source, Duplicates::LastWins)?.into_iter().filter_map(|d| d.root).collect();
    if let Some(tab) = source.contains('\t').then(|| tabs::stray(source, &roots)).flatten() {
        return Err(Error::at(source, tab, "a tab stands where YAML takes spaces only"));
    }
    roots.into_iter().next().map_or(Ok(Value::Null), |root| root.to_value().map_err(|e| e.in_source(source)))
}

/// Why a tree has no value; the offset is that of the node.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ValueError {
    message: String,
    offset: usize,
}

impl ValueError {
    /// The same error with line and column.
    pub fn in_source(self, source: &str) -> Error {
        Error::at(source, self.offset, self.message)
    }
}

impl Node<'_> {
    /// The value of the node: aliases and merge keys expanded, scalars as kubectl reads them.
    ///
    /// # Errors
    ///
    /// When a number has no JSON form, or a mapping has a key that is no scalar.
    pub fn to_value(&self) -> Result<Value, ValueError> {
        value(self)
    }
}

fn error(node: &Node<'_>, message: impl Into<String>) -> ValueError {
    ValueError { message: message.into(), offset: node.start }
}

/// What aliases make of it is bounded where they are read.
fn value(node: &Node<'_>) -> Result<Value, ValueError> {
    match &node.kind {
        Kind::Alias { target, .. } => value(target),
        Kind::Scalar { value, style } => scalar(node, value, *style),
        Kind::Sequence { items, .. } => items.iter().map(value).collect::<Result<_, _>>().map(Value::Array),
        Kind::Mapping { entries, .. } => {
            let mut map = Map::with_capacity(entries.len());
            let mut above = None;
            for entry in entries {
                if entry.is_merge() {
                    above.get_or_insert(map.len());
                    continue;
                }
                map.insert(key(&entry.key)?, value(&entry.value)?);
            }
            if let Some(above) = above {
                merge(node, &mut map, above)?;
            }
            Ok(Value::Object(map))
        }
    }
}

/// Adds what `<<` merges in; keys that are there already win. For kubectl they do not where they stand above the `<<`, of which
/// there are this many.
fn merge(node: &Node<'_>, map: &mut Map<String, Value>, above: usize) -> Result<(), ValueError> {
    let own: HashSet<String> = map.keys().take(above).cloned().collect();
    let mut merges = node.entries().iter().filter(|e| e.is_merge());
    let (first, second) = (merges.next(), merges.next());
    for source in node.merged() {
        let Value::Object(more) = value(source)? else {
            return Err(error(node, "<< merges a mapping or a list of mappings, and this is neither"));
        };
        for (key, value) in more {
            let differs = map.get(&key).is_some_and(|there| *there != value);
            if differs && (own.contains(&key) || second.is_some()) {
                let place = first.map_or(node, |entry| &entry.key);
                let message = format!(
                    "what this merges in stands in the place of {key:?} above it for kubectl, and does not for other readers; write one << and that first"
                );
                return Err(error(place, message));
            }
            map.entry(key).or_insert(value);
        }
    }
    Ok(())
}

/// A key as text: JSON has no other keys.
fn key(node: &Node<'_>) -> Result<String, ValueError> {
    let resolved = node.resolved();
    let Kind::Scalar { value, style } = &resolved.kind else {
        return Err(error(node, "a key must be a scalar"));
    };
    if *style == ScalarStyle::Plain
        && resolved.tag().is_none()
        && value.bytes().next().is_some_and(|b| b.is_ascii_alphabetic())
        && value.len() > 5
    {
        return Ok(value.clone().into_owned()); // Longer than any word that YAML resolves.
    }
    Ok(match scalar(resolved, value, *style)? {
        Value::String(text) => text,
        Value::Number(number) if !is_written_alike(&number, value) => {
            return Err(error(node, "readers write this number as a key in ways of their own; quote it"));
        }
        Value::Null => return Err(error(node, "a key is missing here: kubectl reads no map with the key null; quote it if it is text")),
        Value::Number(number) if number.is_u64() && !number.is_i64() => {
            return Err(error(node, "kubectl takes no key that is such a large number; quote it if it is text"));
        }
        other => other.to_string(),
    })
}

/// Whether readers agree how a number is written that was read as this text.
fn is_written_alike(number: &serde_json::Number, text: &str) -> bool {
    let is_float = text.contains('.') || text.contains(['e', 'E']) && !text.contains(['x', 'X']);
    let size = number.as_f64().map_or(0.0, f64::abs);
    if is_float { size == 0.0 || (1e-4..1e6).contains(&size) } else { number.is_i64() }
}

fn scalar(node: &Node<'_>, text: &str, style: ScalarStyle) -> Result<Value, ValueError> {
    let not_json = || error(node, "a number that JSON cannot hold; quote it if it is text");
    let Some(tag) = node.tag() else {
        return if style == ScalarStyle::Plain { resolve::plain(text).ok_or_else(not_json) } else { Ok(text.into()) };
    };
    let misfit = || error(node, format!("the text is tagged {tag}, and is none"));
    let plain = || resolve::plain(text).ok_or_else(not_json);
    let fits = |fits: fn(&Value) -> bool| plain().and_then(|v| if fits(&v) { Ok(v) } else { Err(misfit()) });
    match tag {
        "!!int" => fits(|v| v.is_i64() || v.is_u64()),
        "!!float" => fits(Value::is_number),
        "!!bool" => fits(Value::is_boolean),
        "!!null" => fits(Value::is_null),
        "!!timestamp" => {
            if resolve::is_date(text) {
                Ok(text.into())
            } else {
                Err(misfit())
            }
        }
        "!!binary" => {
            let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
            let bytes = base64::engine::general_purpose::STANDARD.decode(compact).map_err(|_| misfit())?;
            String::from_utf8(bytes).map(Value::from).map_err(|_| error(node, "binary data that is no text has no JSON form"))
        }
        // `!!str`, and tags that kubectl's reader does not know: it keeps the text as it stands, a number, too.
        _ => Ok(text.into()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::{parse_last_wins, parse_value};
    use serde_json::json;

    #[test]
    fn tabs_are_refused_where_go_refuses_them() {
        for text in ["\ta: 1", "\n\t\na: 1", "a: 1\n\t", "a:\n  b: 1\n\t# c\n", "a:\n\tb: 1", "a: |\n  \tx\n", "a: |\n  x\n\t\nb: 1\n"] {
            assert!(parse_last_wins(text).is_err(), "{text:?}");
        }
        for text in ["a:\t1", "a: 1\t\n", "a: [\n\t1,\n\t2]", "a: \"x\n\ty\"", "a: |\n  x\n  \ty\n   \tz\nb: 1\n", "a: 1 # \tx\n"] {
            assert!(parse_last_wins(text).is_ok(), "{text:?}");
        }
    }

    #[test]
    fn tags_mean_what_they_mean_to_kubectl() {
        let text = "a: !foo 5\nb: !foo yes\nc: !foo\nd: !<!foo> 1.5\ne: !<tag:yaml.org,2002:str> 5\nf: !foo {g: 1}\nh: !!str 5\ni: !!bool \"yes\"\n";
        let value = json!({"a": "5", "b": "yes", "c": "", "d": "1.5", "e": "5", "f": {"g": 1}, "h": "5", "i": true});
        assert_eq!(parse_value(text).unwrap(), value);
    }

    #[test]
    fn a_merge_that_readers_take_differently_is_refused_where_it_stands() {
        let line = |text: &str| parse_value(text).map_err(|e| e.position().line).err();
        for (below, wrong) in [
            ("  x: 2\n  <<: *a\n", Some(4)),
            ("  <<: *a\n  <<: {x: 3}\n", Some(3)),
            ("  <<: *a\n  x: 2\n", None),
            ("  x: 1\n  <<: *a\n", None),
            ("  y2: 2\n  <<: [*a, {x: 5}]\n", None),
            ("  <<: *a\n  <<: {y2: 3}\n", None),
        ] {
            assert_eq!(line(&format!("a: &a {{x: 1}}\nb:\n{below}")), wrong, "{below}");
        }
    }

    #[test]
    fn keys_that_kubectl_does_not_read_are_refused() {
        for text in ["~: a\n", ": a\n", "a: {null: b}\n", "1e13: a\n", "1000000.0: a\n", "345678901234567890123: a\n"] {
            assert!(parse_value(text).is_err(), "{text}");
        }
        let value = json!({"1.5": "a", "0": "b", "30": "c", "9000000": "d", "true": "e"});
        assert_eq!(parse_value("1.5: a\n0: b\n0x1e: c\n9000000: d\ny: e\n").unwrap(), value);
    }

    #[test]
    fn tags_of_ones_own_keep_the_text() {
        for (text, value) in [
            ("!foo 5", json!("5")),
            ("!foo yes", json!("yes")),
            ("!foo", json!("")),
            ("!!foo 0x1F", json!("0x1F")),
            ("!foo {b: 1}", json!({"b": 1})),
            ("!<tag:yaml.org,2002:str> 5", json!("5")),
            ("!<tag:yaml.org,2002:int> 0x10", json!(16)),
            ("!!bool yes", json!(true)),
            ("!!float 1", json!(1)),
            ("!!null ~", json!(null)),
            ("!!timestamp 2001-01-01", json!("2001-01-01")),
        ] {
            assert_eq!(parse_value(&format!("a: {text}\n")).unwrap(), json!({"a": value}), "{text}");
        }
        for text in ["a: !!int 1.5", "a: !!null 5", "a: !!timestamp abc", "a: !!bool 5", "!!null x: 1", "~: 1", "18446744073709551615: 1"] {
            assert!(parse_value(&format!("{text}\n")).is_err(), "{text}");
        }
    }
}
