//! Functions of Go's templates themselves, where the engine's differ from Go's.

use std::sync::Arc;

use gotmpl::Value as Go;

use super::arguments::{Function, Result, arg, failed, string};
use crate::template::absent::NO_VALUE;
use crate::template::rewrite::{PRINT, REPLACE};
use crate::template::{gofmt, printf};

pub(super) const FUNCTIONS: &[(&str, Function)] = &[
    (REPLACE, |a| Ok(replaced(arg(a, 0), arg(a, 1), a.get(2..).unwrap_or_default()))),
    (PRINT, |a| {
        Ok(match arg(a, 0) {
            Go::Nil => string(NO_VALUE),
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

/// Go's `printf`.
fn printf(args: &[Go]) -> Result {
    match args.split_first() {
        Some((Go::String(format), values)) => Ok(string(printf::sprintf(format, values))),
        _ => Err(failed("printf: the first argument must be the format")),
    }
}
