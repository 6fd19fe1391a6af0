//! Sprig's list functions.

use gotmpl::Value as Go;

use super::arguments::{Function, MAX_COUNT, Result, arg, equal, failed, is_empty, items, list};
use super::numbers::integer;

pub(super) const FUNCTIONS: &[(&str, Function)] = &[
    ("list", |a| Ok(list(a.iter().cloned()))),
    ("tuple", |a| Ok(list(a.iter().cloned()))),
    ("first", |a| Ok(items("first", arg(a, 0))?.first().cloned().unwrap_or(Go::Nil))),
    ("last", |a| Ok(items("last", arg(a, 0))?.last().cloned().unwrap_or(Go::Nil))),
    ("rest", |a| Ok(list(items("rest", arg(a, 0))?.iter().skip(1).cloned()))),
    ("initial", |a| {
        let all = items("initial", arg(a, 0))?;
        Ok(list(all.iter().take(all.len().saturating_sub(1)).cloned()))
    }),
    ("append", |a| Ok(list(items("append", arg(a, 0))?.iter().chain([arg(a, 1)]).cloned()))),
    ("push", |a| Ok(list(items("push", arg(a, 0))?.iter().chain([arg(a, 1)]).cloned()))),
    ("prepend", |a| Ok(list([arg(a, 1)].into_iter().chain(items("prepend", arg(a, 0))?).cloned()))),
    ("concat", concat),
    ("reverse", |a| Ok(list(items("reverse", arg(a, 0))?.iter().rev().cloned()))),
    ("uniq", uniq),
    ("without", |a| Ok(list(items("without", arg(a, 0))?.iter().filter(|i| !a.iter().skip(1).any(|w| equal(w, i))).cloned()))),
    ("has", |a| Ok(Go::Bool(!matches!(arg(a, 1), Go::Nil) && items("has", arg(a, 1))?.iter().any(|i| equal(i, arg(a, 0)))))),
    ("compact", |a| Ok(list(items("compact", arg(a, 0))?.iter().filter(|i| !is_empty(i)).cloned()))),
    ("slice", |a| {
        items("slice", arg(a, 0))?;
        arg(a, 0).slice(a.get(1).map(integer), a.get(2).map(integer))
    }),
    ("until", |a| count_up(0, integer(arg(a, 0)), integer(arg(a, 0)).signum())),
    ("untilStep", |a| count_up(integer(arg(a, 0)), integer(arg(a, 1)), integer(arg(a, 2)))),
    ("seq", seq),
    ("chunk", chunk),
];

fn concat(args: &[Go]) -> Result {
    let mut all = Vec::new();
    for part in args {
        all.extend(items("concat", part)?.iter().cloned());
    }
    Ok(list(all))
}

fn uniq(args: &[Go]) -> Result {
    let mut seen: Vec<&Go> = Vec::new();
    for item in items("uniq", arg(args, 0))? {
        if !seen.iter().any(|s| equal(s, item)) {
            seen.push(item);
        }
    }
    Ok(list(seen.into_iter().cloned()))
}

fn count_up(start: i64, end: i64, step: i64) -> Result {
    if step == 0 || (end > start) != (step > 0) {
        return Ok(list([]));
    }
    let length = (i128::from(end) - i128::from(start)) / i128::from(step);
    if length > i128::from(MAX_COUNT) {
        return Err(failed(format!("until: {length} is more than the {MAX_COUNT} that are allowed")));
    }
    let mut all = Vec::new();
    let mut here = start;
    while (step > 0 && here < end) || (step < 0 && here > end) {
        all.push(Go::Int(here));
        here = here.saturating_add(step);
    }
    Ok(list(all))
}

/// Numbers up or down to the end, which counts, with spaces between: text, as in a shell.
fn seq(args: &[Go]) -> Result {
    let (start, step, end) = match args {
        [] => return Ok(super::arguments::string("")),
        [end] => (1, if integer(end) < 1 { -1 } else { 1 }, integer(end)),
        [start, end] => (integer(start), if integer(end) < integer(start) { -1 } else { 1 }, integer(end)),
        [start, step, end] if integer(end) >= integer(start) || integer(step) <= 0 => (integer(start), integer(step), integer(end)),
        _ => return Ok(super::arguments::string("")),
    };
    let beyond = if end < start { -1 } else { 1 };
    let numbers = count_up(start, end.saturating_add(beyond), step)?;
    Ok(super::arguments::string(items("seq", &numbers)?.iter().map(super::arguments::as_text).collect::<Vec<_>>().join(" ")))
}

fn chunk(args: &[Go]) -> Result {
    let size = usize::try_from(integer(arg(args, 0))).ok().filter(|n| *n > 0).ok_or_else(|| failed("chunk: the size must be positive"))?;
    Ok(list(items("chunk", arg(args, 1))?.chunks(size).map(|c| list(c.iter().cloned()))))
}
