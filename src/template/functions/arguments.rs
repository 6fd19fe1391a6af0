//! The arguments of functions, as sprig casts them, and what functions give.

use std::sync::Arc;

use gotmpl::{TemplateError, Value as Go};

use super::numbers::integer;

pub(crate) type Result<T = Go> = gotmpl::Result<T>;

/// A function that needs its arguments alone.
pub(crate) type Function = fn(&[Go]) -> Result;

/// How long a list or a text may be that a function makes by counting.
pub(crate) const MAX_COUNT: i64 = 1_000_000;

pub(crate) fn failed(message: impl Into<String>) -> TemplateError {
    TemplateError::Exec(message.into())
}

/// An argument; nothing where it is missing.
pub(crate) fn arg(args: &[Go], index: usize) -> &Go {
    args.get(index).unwrap_or(&Go::Nil)
}

/// The last argument: what is piped in.
pub(crate) fn last(args: &[Go]) -> &Go {
    args.last().unwrap_or(&Go::Nil)
}

/// An argument as text, as `%v` prints it; nothing is empty.
pub(crate) fn text(args: &[Go], index: usize) -> String {
    as_text(arg(args, index))
}

pub(crate) fn as_text(value: &Go) -> String {
    match value {
        Go::Nil => String::new(),
        Go::String(text) => text.to_string(),
        other => crate::template::gofmt::print(other),
    }
}

/// A count that makes a text or a list; refused where it is too large.
pub(crate) fn count(function: &str, value: &Go) -> Result<usize> {
    let n = integer(value);
    if n > MAX_COUNT {
        return Err(failed(format!("{function}: {n} is more than the {MAX_COUNT} that are allowed")));
    }
    Ok(usize::try_from(n).unwrap_or(0))
}

pub(crate) fn string(text: impl AsRef<str>) -> Go {
    Go::String(Arc::from(text.as_ref()))
}

pub(crate) fn list(items: impl IntoIterator<Item = Go>) -> Go {
    Go::List(items.into_iter().collect())
}

/// Part of a text by bytes, as Go cuts it; half a letter becomes the replacement character.
pub(crate) fn bytes(text: &str, from: usize, to: usize) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(text.as_bytes().get(from..to).unwrap_or_default())
}

/// The items of a list.
///
/// # Errors
///
/// When the value is no list.
pub(crate) fn items<'v>(function: &str, value: &'v Go) -> Result<&'v [Go]> {
    match value {
        Go::List(items) => Ok(items),
        other => Err(failed(format!("{function}: a list is expected, not a {}", other.type_name()))),
    }
}

/// Whether two values are equal, as `reflect.DeepEqual` has it.
pub(crate) fn equal(a: &Go, b: &Go) -> bool {
    crate::template::json::of(a) == crate::template::json::of(b) && a.type_name() == b.type_name()
}

/// Whether a value is empty in sprig's sense.
pub(crate) fn is_empty(value: &Go) -> bool {
    !value.is_truthy()
}
