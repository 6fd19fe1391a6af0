//! Functions of Go's templates themselves, where the engine's differ from Go's.

use gotmpl::Value as Go;

use super::{Function, Result, arg, failed, string};
use crate::template::gofmt;
use crate::template::messages;
use crate::template::rewrite::{FIELDS, PRINT};
use crate::template::view::TYPE;

pub(super) const FUNCTIONS: &[(&str, Function)] = &[
    (FIELDS, fields),
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

/// Reads field after field of a value.
fn fields(args: &[Go]) -> Result {
    let Some((start, names)) = args.split_first() else { return Ok(Go::Nil) };
    let mut here = start.clone();
    let mut before: Option<(Go, String)> = None;
    for (at, name) in names.iter().enumerate() {
        let Go::String(name) = name else { continue };
        let next = match (&here, &**name) {
            (Go::Nil, "GetValue") => unset_wrapper(before.as_ref()),
            _ => field(&here, name, at)?,
        };
        before = Some((std::mem::replace(&mut here, next), name.to_string()));
    }
    Ok(here)
}

/// `GetValue` of a wrapper that is not set: the zero value of what it wraps, by the message that has the field.
fn unset_wrapper(before: Option<&(Go, String)>) -> Go {
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
                Err(failed(format!("can't evaluate field {name}: a {kind} has no such field")))
            }
            _ => Ok(Go::Nil),
        },
        (Go::Nil, _, None) if at == 0 => Ok(Go::Nil),
        (Go::Nil, _, None) => Err(failed(format!("nil pointer: field {name} of something that is not set"))),
        (_, "String", _) => Ok(string(gofmt::print(value))),
        _ => Err(failed(format!("can't evaluate field {name} of a {}", value.type_name()))),
    }
}

/// Go's `printf`. Composite values and floats are printed here where the verb is plain; all other verbs are the engine's.
fn printf(args: &[Go]) -> Result {
    let Some((Go::String(format), values)) = args.split_first() else {
        return Err(failed("printf: the first argument must be the format"));
    };
    let mut values: Vec<Go> = values.to_vec();
    let mut next = values.iter_mut();
    let mut letters = format.chars();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            continue;
        }
        let verb = letters.find(|c| !matches!(c, '+' | '-' | '#' | ' ' | '.' | '[' | ']' | '0'..='9'));
        match verb {
            Some('%') | None => {}
            Some('v') => {
                if let Some(value) = next.next()
                    && matches!(value, Go::Float(_) | Go::List(_) | Go::Map(_))
                {
                    *value = string(gofmt::print(value));
                }
            }
            Some(_) => drop(next.next()),
        }
    }
    engine_printf(format, &values)
}

/// The engine gives its functions to templates only, so a template calls it.
fn engine_printf(format: &str, values: &[Go]) -> Result {
    use std::collections::BTreeMap;
    use std::fmt::Write as _;
    use std::sync::{Arc, LazyLock, Mutex};
    static CALLS: LazyLock<Mutex<BTreeMap<usize, Arc<gotmpl::Template>>>> = LazyLock::new(Mutex::default);
    let mut known = CALLS.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let call = match known.get(&values.len()) {
        Some(call) => Arc::clone(call),
        None => {
            let mut text = "{{printf .F".to_owned();
            for i in 0..values.len() {
                let _ = write!(text, " (index .A {i})");
            }
            let call = Arc::new(gotmpl::Template::new("printf").parse(&(text + "}}"))?);
            known.insert(values.len(), Arc::clone(&call));
            call
        }
    };
    drop(known);
    let data = [("A", Go::List(values.iter().cloned().collect())), ("F", string(format))];
    let data = Go::Map(Arc::new(data.into_iter().map(|(k, v)| (Arc::from(k), v)).collect()));
    Ok(string(call.execute_to_string(&data)?))
}
