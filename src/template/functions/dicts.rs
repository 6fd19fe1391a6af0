//! Sprig's dictionary functions. Values are immutable here, so `set` and `merge` give a new dictionary.

use std::collections::BTreeMap;
use std::sync::Arc;

use gotmpl::Value as Go;

use super::arguments::{Function, Result, arg, as_text, failed, list, string, text};
use crate::template::gofmt;

type Map = BTreeMap<Arc<str>, Go>;

pub(super) const FUNCTIONS: &[(&str, Function)] = &[
    ("dict", |a| {
        let value = |pair: &[Go]| pair.get(1).cloned().unwrap_or_else(|| string(""));
        Ok(dict(a.chunks(2).map(|pair| (Arc::from(gofmt::print(arg(pair, 0))), value(pair))).collect()))
    }),
    ("get", |a| {
        let found = each_map("get", a.get(..1).unwrap_or_default())?.first().and_then(|m| m.get(text(a, 1).as_str()).cloned());
        Ok(found.unwrap_or_else(|| string("")))
    }),
    ("set", |a| {
        let mut m = map("set", arg(a, 0))?.clone();
        m.insert(Arc::from(text(a, 1)), arg(a, 2).clone());
        Ok(dict(m))
    }),
    ("unset", |a| {
        let mut m = map("unset", arg(a, 0))?.clone();
        m.remove(text(a, 1).as_str());
        Ok(dict(m))
    }),
    ("hasKey", |a| Ok(Go::Bool(each_map("hasKey", a.get(..1).unwrap_or_default())?.iter().any(|m| m.contains_key(text(a, 1).as_str()))))),
    ("keys", |a| Ok(list(each("keys", a)?.into_iter().map(|(k, _)| string(k))))),
    ("values", |a| Ok(list(each("values", a)?.into_iter().map(|(_, v)| v.clone())))),
    ("pluck", |a| {
        let key = text(a, 0);
        Ok(list(each_map("pluck", a.get(1..).unwrap_or_default())?.into_iter().filter_map(|m| m.get(key.as_str()).cloned())))
    }),
    ("pick", |a| {
        let wanted: Vec<String> = a.iter().skip(1).map(as_text).collect();
        Ok(dict(
            map("pick", arg(a, 0))?
                .iter()
                .filter(|(k, _)| wanted.iter().any(|w| **w == ***k))
                .map(|(k, v)| (Arc::clone(k), v.clone()))
                .collect(),
        ))
    }),
    ("merge", |a| Ok(dict(merged(each_map("merge", a)?, false)))),
    ("mergeOverwrite", |a| Ok(dict(merged(each_map("mergeOverwrite", a)?, true)))),
    ("deepCopy", |a| Ok(arg(a, 0).clone())),
    ("dig", dig),
];

fn dict(map: Map) -> Go {
    Go::Map(Arc::new(map))
}

fn map<'v>(function: &str, value: &'v Go) -> Result<&'v Map> {
    match value {
        Go::Map(map) => Ok(map),
        other => Err(failed(format!("{function}: a dictionary is expected, not a {}", other.type_name()))),
    }
}

fn each_map<'v>(function: &str, args: &'v [Go]) -> Result<Vec<&'v Map>> {
    args.iter().filter(|a| !matches!(a, Go::Nil)).map(|a| map(function, a)).collect()
}

fn each<'v>(function: &str, args: &'v [Go]) -> Result<Vec<(&'v str, &'v Go)>> {
    Ok(each_map(function, args)?.into_iter().flat_map(|m| m.iter().map(|(k, v)| (&**k, v))).collect())
}

fn merged(maps: Vec<&Map>, overwrite: bool) -> Map {
    let mut all = Map::new();
    for map in maps {
        for (key, value) in map {
            let value = match (all.get(key), value) {
                (Some(Go::Map(mine)), Go::Map(theirs)) => dict(merged(vec![mine, theirs], overwrite)),
                (Some(mine), _) if !overwrite && mine.is_truthy() => mine.clone(),
                _ => value.clone(),
            };
            all.insert(Arc::clone(key), value);
        }
    }
    all
}

/// `dig KEY… DEFAULT DICT`
fn dig(args: &[Go]) -> Result {
    let [keys @ .., default, start] = args else { return Err(failed("dig: keys, a default and a dictionary are expected")) };
    let mut here = start;
    for key in keys {
        match map("dig", here)?.get(as_text(key).as_str()) {
            Some(next) => here = next,
            None => return Ok(default.clone()),
        }
    }
    Ok(here.clone())
}
