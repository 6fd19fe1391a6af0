//! Earlier injections taken off in the text. A record comes with the manifest, from whoever wrote it: what the text then says
//! is read back, and must be what the record says of the values, and nothing else.

use std::ops::Range;

use super::lines::{column, window};
use crate::edit::{Change, Edit};
use crate::finding::Finding;
use crate::kubernetes::Kinds;
use crate::read::{Layout, Manifests};
use crate::record::{Error, Record, Undo, tidy};
use crate::yaml::Node;
use crate::{Value, edit, record, yaml};

/// The text without these injections, by object; or what is wrong with the records of which objects.
///
/// # Errors
///
/// The objects whose record the text cannot follow.
pub(super) fn undone(manifests: &Manifests<'_>, values: &[&Value], undos: &[Option<&Undo>]) -> Result<String, Vec<(usize, Error)>> {
    let refused = |which: &dyn Fn(usize) -> bool, why: &str| -> Vec<(usize, Error)> {
        let all = undos.iter().enumerate().filter(|(i, undo)| undo.is_some() && which(*i));
        all.map(|(i, _)| (i, Error::Refused(why.to_owned()))).collect()
    };
    if undos.iter().all(Option::is_none) {
        return Ok(manifests.source().to_owned());
    }
    let edits: Vec<Option<Vec<Edit>>> = undos.iter().map(|undo| undo.map(|u| u.edits.clone())).collect();
    let changes = manifests.changes(edits).map_err(|e| refused(&|_| true, &format!("it does not fit: {}", e.message())))?;
    let text = edit::splice(manifests.source(), &changes);
    let unreadable = |e: yaml::Error| refused(&|_| true, &format!("what it restores cannot be read: {}", e.message()));
    let again = Manifests::parse(&text, manifests.layout()).map_err(unreadable)?;
    let found = again.values().map_err(unreadable)?;
    if found.len() != values.len() || again.documents() != manifests.documents() {
        return Err(refused(&|_| true, "what it restores are other objects"));
    }
    let expected = values.iter().zip(undos).map(|(value, undo)| undo.map_or(*value, |u| &u.original));
    let wrong: Vec<bool> = expected.zip(&found).map(|(expected, found)| expected != found).collect();
    let own = refused(&|i| wrong.get(i) == Some(&true), "what it restores is read as something else");
    match (own.is_empty(), wrong.contains(&true)) {
        (true, false) => to_the_byte(&again, &found, undos),
        // Something went wrong in an object that has no record.
        (true, true) => Err(refused(&|_| true, "it changes other objects")),
        (false, _) => Err(own),
    }
}

/// Puts what is wrong with a record among the errors of its object; `errors` are those of all objects, in their order.
pub(super) fn refuse<'e>(refused: Vec<(usize, Error)>, errors: impl Iterator<Item = &'e mut Vec<Finding>>) {
    let mut all: Vec<_> = errors.collect();
    for (index, error) in refused {
        if let Some(errors) = all.get_mut(index) {
            errors.push(record::unusable(&error));
        }
    }
}

/// The text with those lines as they were that undoing the values did not give back. What the user edited since stays as it is;
/// the values stay in any case.
fn to_the_byte(undone: &Manifests<'_>, values: &[Value], undos: &[Option<&Undo>]) -> Result<String, Vec<(usize, Error)>> {
    let source = undone.source();
    let nodes = undone.objects();
    let mut changes = Vec::new();
    let mut changed = Vec::new();
    for (index, (node, undo)) in nodes.iter().zip(undos).enumerate() {
        let Some(undo) = undo.filter(|u| !u.text.is_empty()) else { continue };
        let (window, column) = own(source, node);
        let raw: Vec<&str> = source.get(window.clone()).unwrap_or_default().split('\n').collect();
        let own: Vec<&str> = raw.iter().map(|line| outdented(line, column)).collect();
        let starts: Vec<usize> = raw.iter().scan(window.start, |at, line| Some(std::mem::replace(at, *at + line.len() + 1))).collect();
        for lines in &undo.text {
            let Some(range) = lines.find(&own).filter(|range| !range.is_empty()) else { continue };
            let (Some(start), Some(last)) = (starts.get(range.start), range.end.checked_sub(1)) else { continue };
            let end = starts.get(last).zip(raw.get(last)).map_or(*start, |(start, line)| start + line.len());
            // The first line of an item keeps its dash.
            let head = raw.get(range.start).zip(own.get(range.start)).and_then(|(raw, own)| raw.strip_suffix(own)).unwrap_or_default();
            let indented = lines.text().iter().enumerate().map(|(i, line)| match (i, line.trim().is_empty()) {
                (0, _) => format!("{head}{line}"),
                (_, true) => line.clone(),
                (_, false) => format!("{:column$}{line}", ""),
            });
            changes.push(Change { range: *start..end, text: indented.collect::<Vec<_>>().join("\n") });
            changed.push(index);
        }
    }
    if changes.is_empty() {
        return Ok(source.to_owned());
    }
    changes.sort_by_key(|c| c.range.start);
    let overlap = changes.iter().zip(changes.iter().skip(1)).any(|(a, b)| a.range.end > b.range.start);
    let text = edit::splice(source, &changes);
    let tidied = |mut values: Vec<Value>| {
        values.iter_mut().for_each(tidy);
        values
    };
    let same = Manifests::parse(&text, undone.layout())
        .and_then(|again| Ok(again.documents() == undone.documents() && tidied(again.values()?) == tidied(values.to_vec())))
        .unwrap_or(false);
    if same && !overlap {
        return Ok(text);
    }
    changed.dedup();
    let why = "the lines that it restores are read as something else";
    Err(changed.into_iter().map(|index| (index, Error::Refused(why.to_owned()))).collect())
}

/// The record of an object, with what gives back to the byte what its edits do not.
pub(super) fn with_text(record: Record, source: &str, node: &Node<'_>, kinds: &Kinds, before: &Value, after: &Value) -> Record {
    let (window, column) = own(source, node);
    let lines = source.get(window).unwrap_or_default().split('\n');
    let own = lines.map(|line| outdented(line, column)).collect::<Vec<_>>().join("\n");
    // Lines are written with the end that the first of the whole text has.
    let is_crlf = source.find('\n').is_some_and(|at| source.get(..at).is_some_and(|line| line.ends_with('\r')));
    let head = if is_crlf { "#\r\n" } else { "#\n" };
    let undone = undone_alone(&format!("{head}{own}"), &record, kinds, before, after);
    match undone.as_deref().and_then(|undone| undone.strip_prefix(head)) {
        Some(undone) if undone != own => record.with_text(undone, &own),
        _ => record,
    }
}

/// The lines of an object, with the comments behind its last that belong to nothing else, and its column. The last line's end is
/// none of them.
fn own(source: &str, node: &Node<'_>) -> (Range<usize>, usize) {
    let Range { start, mut end } = window(source, node);
    let column = column(source, node, start);
    let mut at = end;
    for (index, line) in source.get(end..).unwrap_or_default().split_inclusive('\n').enumerate() {
        at += line.len();
        if index == 0 {
            continue; // The rest of the last line.
        }
        let text = line.trim_start_matches(' ');
        let is_own = text.starts_with('#') && line.len() - text.len() >= column;
        if is_own {
            end = at;
        } else if !text.trim().is_empty() {
            break;
        }
    }
    let text = source.get(start..end).unwrap_or_default();
    (start..start + text.trim_end_matches(['\r', '\n']).len(), column)
}

/// What undoing the values leaves of an object's own lines; nothing where those cannot be read alone.
fn undone_alone(own: &str, record: &Record, kinds: &Kinds, before: &Value, after: &Value) -> Option<String> {
    let mut after = after.clone();
    record.write(&mut after).ok()?;
    let injected = edited(own, before, |_| Some(edit::diff(before, after.clone())))?;
    edited(&injected, &after, |value| Some(record.undo(value, kinds).ok()?.edits))
}

/// A text of one object of this value, after some edits.
fn edited(text: &str, value: &Value, edits: impl FnOnce(&Value) -> Option<Vec<Edit>>) -> Option<String> {
    let manifests = Manifests::parse(text, Layout::Stream).ok()?;
    let values = manifests.values().ok()?;
    let [found] = values.as_slice() else { return None };
    let edits = edits(found).filter(|_| found == value)?;
    Some(edit::splice(text, &manifests.changes(vec![Some(edits)]).ok()?))
}

/// A line without the indentation of the object that it stands in.
fn outdented(line: &str, column: usize) -> &str {
    let indented = line.bytes().take(column).all(|b| b == b' ' || b == b'-');
    if indented { line.get(column..).unwrap_or_default() } else { line.trim_start_matches(' ') }
}
