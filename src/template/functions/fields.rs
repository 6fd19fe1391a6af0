//! Fields and methods of values, one behind the other as in `.ProxyConfig.GetTracing.GetSampling`.
//!
//! Values do not know their types below the objects of the tables, so the type that a field is declared with is carried along:
//! it says what a getter gives of what is not set, and which methods a quantity, a port or a duration has.

use std::borrow::Cow;
use std::sync::Arc;

use gotmpl::Value as Go;

use super::arguments::{Result, failed};
use super::members;
use super::scope::Scope;
use crate::template::values::TYPE;
use crate::template::{boxed, gofmt, kinds, view};
use crate::{istio, kubernetes};

/// What was read before: the value, the type it is declared with where it says none itself, and the name read of it.
struct Before<'v> {
    value: Cow<'v, Go>,
    kind: Option<&'static str>,
    name: &'v str,
}

impl Before<'_> {
    /// Whether what was read are amounts of resources, which have methods and no keys.
    fn is_resources(&self) -> bool {
        self.declares().is_some_and(members::is_resources)
    }

    /// The type that what was read is declared with.
    fn declares(&self) -> Option<&'static str> {
        if let Some(kind) = members::declares(self.kind, self.name) {
            return Some(kind);
        }
        let parent = match self.value.field(TYPE) {
            Some(Go::String(kind)) => kind,
            _ => self.kind?,
        };
        let getter = self.name.strip_prefix("Get").unwrap_or(self.name);
        match istio::fields(parent) {
            Some(known) => known.iter().find(|f| f.go == getter).map(|f| f.kind.as_str()),
            None => kubernetes::of(parent).iter().find(|f| f.go == self.name).map(|f| f.go_type.trim_start_matches('*')),
        }
    }
}

/// Reads field after field of a value.
pub(super) fn read(scope: &Arc<Scope>, args: &[Go]) -> Result {
    let Some((start, names)) = args.split_first() else { return Ok(Go::Nil) };
    let mut here = Cow::Borrowed(start);
    let mut before: Option<Before<'_>> = None;
    for (at, name) in names.iter().enumerate() {
        let Go::String(name) = name else { continue };
        let mut kind = None;
        let next = match &here {
            // Most fields are there: they are looked at where they stand.
            Cow::Borrowed(Go::Map(map))
                if let Some(found) = map.get(&**name)
                    && (is_exported(name) || !before.as_ref().is_some_and(Before::is_resources)) =>
            {
                Cow::Borrowed(found)
            }
            other => {
                kind = before.as_ref().and_then(Before::declares).or_else(|| boxed::message(other));
                match members::of(boxed::held(other), kind, name, at == 0) {
                    Some(member) => Cow::Owned(member?),
                    // A key that a plain map does not have is no value, and so is everything below it.
                    None if lacks(other, name) => return Ok(Go::Nil),
                    None => Cow::Owned(field(other, kind, name, at, scope.environment.newer_fields)?),
                }
            }
        };
        before = Some(Before { value: std::mem::replace(&mut here, next), kind, name });
    }
    if matches!(&*here, Go::Map(map) if !map.contains_key(TYPE))
        && let Some(kind) = before.as_ref().and_then(Before::declares).and_then(kinds::declared)
    {
        kinds::note(&here, kind);
    }
    Ok(here.into_owned())
}

/// Whether a name is that of a field or method: of those, Go's templates see what begins with a capital.
fn is_exported(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase())
}

/// Whether a value is a plain map without this key.
fn lacks(value: &Go, name: &str) -> bool {
    matches!(value, Go::Map(map) if !map.contains_key(TYPE) && !map.contains_key(name)) && !name.starts_with("Get") && name != "String"
}

/// One field or method. A getter is safe on a message that is not set; a field is not.
fn field(value: &Go, kind: Option<&str>, name: &str, at: usize, newer_fields: bool) -> Result {
    if let Some(found) = value.field(name) {
        return Ok(found.clone());
    }
    let getter = name.strip_prefix("Get").filter(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()));
    let unknown = |kind: &str| Err(failed(format!("can't evaluate field {name}: the {kind} has no such field")));
    match (value, name, getter) {
        (Go::Nil, _, Some(of)) => match kind.and_then(istio::fields) {
            Some(known) => match known.iter().find(|f| f.go == of) {
                Some(field) => Ok(view::unset(&field.kind, &field.names)),
                None if newer_fields => Ok(Go::Nil),
                None => unknown(kind.unwrap_or_default()),
            },
            None => Ok(Go::Nil),
        },
        (_, "GetValue", _) if kind == Some(boxed::DURATION) => unknown(boxed::DURATION),
        // Enums are texts here.
        (_, "GetValue", _) => Ok(boxed::held(value).clone()),
        (_, "String", _) if let Some(printed) = boxed::printed(value) => Ok(printed.clone()),
        (Go::Nil, "String", _) if kind.is_some_and(|kind| kind.contains('.')) => Ok(super::arguments::string("<nil>")),
        (Go::Map(map), _, Some(of)) if map.contains_key(of) => Ok(map.get(of).cloned().unwrap_or(Go::Nil)),
        (Go::Map(map), _, _) => match map.get(TYPE) {
            Some(Go::String(kind)) if !(newer_fields && kind.contains('.')) => unknown(kind),
            _ => Ok(Go::Nil),
        },
        (Go::Nil, _, None) if at == 0 => Ok(Go::Nil),
        (Go::Nil, _, None) => Err(failed(format!("nil pointer: field {name} of something that is not set"))),
        (_, "String", _) => Ok(super::arguments::string(gofmt::print(value))),
        _ => Err(failed(format!("can't evaluate field {name} of a {}", value.type_name()))),
    }
}
