//! Functions of Go's templates themselves, where the engine's differ from Go's.

use std::borrow::Cow;
use std::sync::Arc;

use gotmpl::Value as Go;

use super::{Function, Result, arg, failed, string};
use crate::template::gofmt;
use crate::template::rewrite::{FIELDS, PRINT, REPLACE};
use crate::template::view::TYPE;
use crate::template::{messages, printf};

pub(super) const FUNCTIONS: &[(&str, Function)] = &[
    (FIELDS, fields),
    (REPLACE, |a| Ok(replaced(arg(a, 0), arg(a, 1), a.get(2..).unwrap_or_default()))),
    (PRINT, |a| {
        Ok(match arg(a, 0) {
            Go::Nil => string("<no value>"),
            text @ Go::String(_) => text.clone(),
            other => string(gofmt::print(other)),
        })
    }),
    ("print", |a| Ok(string(gofmt::sprint(a)))),
    ("println", |a| Ok(string(a.iter().map(gofmt::print).collect::<Vec<_>>().join(" ") + "\n"))),
    ("printf", printf),
];

/// A dictionary with another value at a path of keys.
fn replaced(here: &Go, value: &Go, path: &[Go]) -> Go {
    match (here, path) {
        (_, []) => value.clone(),
        (Go::Map(map), [Go::String(key), rest @ ..]) => {
            let below = replaced(map.get(key).unwrap_or(&Go::Nil), value, rest);
            let mut map = (**map).clone();
            map.insert(Arc::clone(key), below);
            Go::Map(Arc::new(map))
        }
        _ => here.clone(),
    }
}

/// Reads field after field of a value.
fn fields(args: &[Go]) -> Result {
    let Some((start, names)) = args.split_first() else { return Ok(Go::Nil) };
    let mut here = Cow::Borrowed(start);
    let mut before: Option<(Cow<'_, Go>, &str)> = None;
    for (at, name) in names.iter().enumerate() {
        let Go::String(name) = name else { continue };
        let next = match &here {
            // Most fields are there: they are looked at where they stand.
            Cow::Borrowed(Go::Map(map)) if let Some(found) = map.get(&**name) => Cow::Borrowed(found),
            // A key that a plain map does not have is no value, and so is everything below it.
            other if lacks(other, name) => return Ok(Go::Nil),
            Cow::Borrowed(Go::Nil) | Cow::Owned(Go::Nil) if **name == *"GetValue" => Cow::Owned(unset_wrapper(before.as_ref())),
            other => Cow::Owned(field(other, name, at)?),
        };
        before = Some((std::mem::replace(&mut here, next), name));
    }
    Ok(here.into_owned())
}

/// Whether a value is a plain map without this key.
fn lacks(value: &Go, name: &str) -> bool {
    matches!(value, Go::Map(map) if !map.contains_key(TYPE) && !map.contains_key(name)) && !name.starts_with("Get") && name != "String"
}

/// `GetValue` of a wrapper that is not set: the zero value of what it wraps, by the message that has the field.
fn unset_wrapper(before: Option<&(Cow<'_, Go>, &str)>) -> Go {
    let Some((message, name)) = before else { return Go::Nil };
    let Some(Go::String(kind)) = message.field(TYPE) else { return Go::Nil };
    let name = name.strip_prefix("Get").unwrap_or(name);
    let fields = messages::fields(kind).unwrap_or_default();
    match fields.iter().find(|f| f.go == name).map(|f| f.kind.as_str()) {
        Some(wrapped) if wrapped.contains("Int32Value") || wrapped.contains("Int64Value") => Go::Int(0),
        Some(wrapped) if wrapped.contains("BoolValue") => Go::Bool(false),
        Some(wrapped) if wrapped.contains("StringValue") => string(""),
        _ => Go::Nil,
    }
}

/// One field or method. A getter is safe on a message that is not set; a field is not.
fn field(value: &Go, name: &str, at: usize) -> Result {
    if let Some(found) = value.field(name) {
        return Ok(found.clone());
    }
    let getter = name.strip_prefix("Get").filter(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()));
    match (value, name, getter) {
        // Wrappers of scalars and enums are scalars here.
        (_, "GetValue", _) => Ok(value.clone()),
        (Go::Nil, _, Some(_)) => Ok(Go::Nil),
        (Go::Map(map), _, Some(of)) if map.contains_key(of) => Ok(map.get(of).cloned().unwrap_or(Go::Nil)),
        (Go::Map(map), _, _) => match map.get(TYPE) {
            Some(Go::String(kind)) if getter.is_none() && !kind.contains('.') => {
                Err(failed(format!("can't evaluate field {name}: the {kind} has no such field")))
            }
            _ => Ok(Go::Nil),
        },
        (Go::Nil, _, None) if at == 0 => Ok(Go::Nil),
        (Go::Nil, _, None) => Err(failed(format!("nil pointer: field {name} of something that is not set"))),
        (_, "String", _) => Ok(string(gofmt::print(value))),
        _ => Err(failed(format!("can't evaluate field {name} of a {}", value.type_name()))),
    }
}

/// Go's `printf`.
fn printf(args: &[Go]) -> Result {
    match args.split_first() {
        Some((Go::String(format), values)) => Ok(string(printf::sprintf(format, values))),
        _ => Err(failed("printf: the first argument must be the format")),
    }
}
