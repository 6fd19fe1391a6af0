//! The difference of two values as edits: maps by key, lists of Kubernetes objects by their merge key, other lists by their
//! longest common subsequence.

use std::collections::{HashMap, HashSet};

use super::edit::{Content, Edit, Op};
use super::tree::{Path, Step};
use crate::Value;

/// Lists of Kubernetes objects and the key that tells their items apart.
/// Source: `patchMergeKey` of the types in the Kubernetes API.
const MERGE_KEYS: &[(&str, &str)] = &[
    ("containers", "name"),
    ("initContainers", "name"),
    ("ephemeralContainers", "name"),
    ("volumes", "name"),
    ("env", "name"),
    ("imagePullSecrets", "name"),
    ("ports", "containerPort"),
    ("volumeMounts", "mountPath"),
    ("volumeDevices", "devicePath"),
    ("hostAliases", "ip"),
    ("topologySpreadConstraints", "topologyKey"),
];

/// Lists between which an item may move, because they hold the same things.
const SIBLINGS: (&str, &str) = ("containers", "initContainers");

/// Above this many pairs of items, what lies between common ends is compared by position.
const MAX_PAIRS: usize = 4_000_000;

/// The key that tells the items of the list under this field apart.
pub fn merge_key(list: &str) -> Option<&'static str> {
    MERGE_KEYS.iter().find(|(name, _)| *name == list).map(|(_, key)| *key)
}

/// The edits that make `after` of `before`.
pub fn diff(before: &Value, after: &Value) -> Vec<Edit> {
    let mut edits = Vec::new();
    compare(&mut Vec::new(), before, after, &mut edits);
    edits
}

fn compare(path: &mut Path, before: &Value, after: &Value, edits: &mut Vec<Edit>) {
    if before == after {
        return;
    }
    match (before, after) {
        (Value::Object(b), Value::Object(a)) => compare_maps(path, b, a, edits),
        (Value::Array(b), Value::Array(a)) => {
            let name = match path.last() {
                Some(Step::Key(name)) => name.clone(),
                _ => String::new(),
            };
            compare_lists(path, &name, b, a, &Arrivals::default(), &HashSet::new(), edits);
        }
        _ => edits.push(Edit { path: path.clone(), op: Op::Replace { content: Content::Value(after.clone()) } }),
    }
}

type Map = serde_json::Map<String, Value>;

/// Items that come from a sibling list: name → where they stand there, and what they are.
type Arrivals<'v> = HashMap<&'v str, (Path, &'v Value)>;

fn compare_maps(path: &mut Path, before: &Map, after: &Map, edits: &mut Vec<Edit>) {
    let siblings = Siblings::between(path, before, after);
    for (key, b) in before {
        path.push(Step::Key(key.clone()));
        match (b, after.get(key)) {
            (_, None) => edits.push(Edit { path: path.clone(), op: Op::Delete }),
            (Value::Array(b), Some(Value::Array(a))) if siblings.concern(key) => {
                compare_lists(path, key, b, a, siblings.arrivals(key), &siblings.departures, edits);
            }
            (_, Some(a)) => compare(path, b, a, edits),
        }
        path.pop();
    }
    for (key, a) in after.iter().filter(|(key, _)| !before.contains_key(*key)) {
        edits.push(Edit { path: path.clone(), op: Op::InsertKey { key: key.clone(), content: Content::Value(a.clone()) } });
    }
}

/// What moves between the containers and the init containers of a pod.
#[derive(Default)]
struct Siblings<'v> {
    to_first: Arrivals<'v>,
    to_second: Arrivals<'v>,
    /// Names of everything that moves, from either list.
    departures: HashSet<&'v str>,
}

impl<'v> Siblings<'v> {
    fn between(path: &Path, before: &'v Map, after: &'v Map) -> Self {
        let mut found = Self::default();
        let list = |map: &'v Map, key| map.get(key).and_then(Value::as_array);
        let (Some(b1), Some(b2), Some(a1), Some(a2)) =
            (list(before, SIBLINGS.0), list(before, SIBLINGS.1), list(after, SIBLINGS.0), list(after, SIBLINGS.1))
        else {
            return found;
        };
        if [b1, b2, a1, a2].iter().any(|l| by_key(l, "name").is_none()) {
            return found; // Such lists are compared by position.
        }
        let name = |v: &'v Value| v.get("name").and_then(Value::as_str);
        let names = |l: &'v [Value]| l.iter().filter_map(name).collect::<HashSet<_>>();
        let (b1n, b2n, a1n, a2n) = (names(b1), names(b2), names(a1), names(a2));
        let mut collect = |from: &'v [Value], from_key: &str, gone: &dyn Fn(&str) -> bool, first: bool| {
            for (index, item) in from.iter().enumerate() {
                let Some(n) = name(item).filter(|n| gone(n)) else { continue };
                let mut at = path.clone();
                at.extend([Step::Key(from_key.to_owned()), Step::Index(index)]);
                let arrivals = if first { &mut found.to_first } else { &mut found.to_second };
                arrivals.insert(n, (at, item));
                found.departures.insert(n);
            }
        };
        collect(b1, SIBLINGS.0, &|n| !a1n.contains(n) && a2n.contains(n) && !b2n.contains(n), false);
        collect(b2, SIBLINGS.1, &|n| !a2n.contains(n) && a1n.contains(n) && !b1n.contains(n), true);
        found
    }

    fn concern(&self, key: &str) -> bool {
        !self.departures.is_empty() && (key == SIBLINGS.0 || key == SIBLINGS.1)
    }

    fn arrivals(&self, key: &str) -> &Arrivals<'v> {
        if key == SIBLINGS.0 { &self.to_first } else { &self.to_second }
    }
}

fn compare_lists(
    path: &mut Path,
    name: &str,
    before: &[Value],
    after: &[Value],
    arrivals: &Arrivals<'_>,
    departures: &HashSet<&str>,
    edits: &mut Vec<Edit>,
) {
    let keys = merge_key(name).and_then(|key| Some((key, by_key(before, key)?, by_key(after, key)?)));
    match keys {
        Some((key, old, new)) => compare_keyed(path, key, (before, &old), (after, &new), arrivals, departures, edits),
        None => compare_sequences(path, before, after, edits),
    }
}

/// Items by the text of their key; nothing where one is missing or not unique.
pub(crate) fn by_key(items: &[Value], key: &str) -> Option<HashMap<String, usize>> {
    let mut found = HashMap::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        if found.insert(item.get(key)?.to_string(), index).is_some() {
            return None;
        }
    }
    Some(found)
}

type Keyed<'v> = (&'v [Value], &'v HashMap<String, usize>);

fn compare_keyed(
    path: &mut Path,
    key: &str,
    before: Keyed<'_>,
    after: Keyed<'_>,
    arrivals: &Arrivals<'_>,
    departures: &HashSet<&str>,
    edits: &mut Vec<Edit>,
) {
    let text = |item: &Value| item.get(key).map(Value::to_string).unwrap_or_default();
    let matched: Vec<Option<usize>> = after.0.iter().map(|item| before.1.get(&text(item)).copied()).collect();
    let stable: HashSet<usize> = increasing(&matched.iter().flatten().copied().collect::<Vec<_>>()).into_iter().collect();
    for (index, item) in before.0.iter().enumerate() {
        let leaves = item.get("name").and_then(Value::as_str).is_some_and(|n| departures.contains(n));
        if !after.1.contains_key(&text(item)) && !leaves {
            edits.push(Edit { path: with_index(path, index), op: Op::Delete });
        }
    }
    // What is new stands before the next item that keeps its place.
    let mut next = before.0.len();
    let mut places = vec![0; after.0.len()];
    for (place, found) in places.iter_mut().zip(&matched).rev() {
        *place = next;
        if let Some(index) = found.filter(|i| stable.contains(i)) {
            next = index;
        }
    }
    for ((item, found), place) in after.0.iter().zip(&matched).zip(places) {
        let arrival = item.get("name").and_then(Value::as_str).and_then(|n| arrivals.get(n));
        match (found, arrival) {
            (Some(index), _) => {
                if !stable.contains(index) {
                    edits.push(Edit { path: path.clone(), op: Op::Move { from: with_index(path, *index), before: place } });
                }
                if let Some(old) = before.0.get(*index) {
                    path.push(Step::Index(*index));
                    compare(path, old, item, edits);
                    path.pop();
                }
            }
            (None, Some((from, old))) => {
                edits.push(Edit { path: path.clone(), op: Op::Move { from: from.clone(), before: place } });
                compare(&mut from.clone(), old, item, edits);
            }
            (None, None) => {
                edits.push(Edit { path: path.clone(), op: Op::InsertItem { before: place, content: Content::Value(item.clone()) } });
            }
        }
    }
}

fn with_index(path: &Path, index: usize) -> Path {
    let mut path = path.clone();
    path.push(Step::Index(index));
    path
}

/// A longest increasing subsequence.
fn increasing(values: &[usize]) -> Vec<usize> {
    let mut tails: Vec<usize> = Vec::new(); // Indices into `values`, by length of the subsequence that ends there.
    let mut previous: Vec<Option<usize>> = Vec::with_capacity(values.len());
    for (i, value) in values.iter().enumerate() {
        let at = tails.partition_point(|t| values.get(*t).is_some_and(|v| v < value));
        previous.push(at.checked_sub(1).and_then(|p| tails.get(p).copied()));
        match tails.get_mut(at) {
            Some(tail) => *tail = i,
            None => tails.push(i),
        }
    }
    let mut found = Vec::with_capacity(tails.len());
    let mut here = tails.last().copied();
    while let Some(i) = here {
        found.extend(values.get(i).copied());
        here = previous.get(i).copied().flatten();
    }
    found.reverse();
    found
}

fn compare_sequences(path: &mut Path, before: &[Value], after: &[Value], edits: &mut Vec<Edit>) {
    let start = before.iter().zip(after).take_while(|(b, a)| b == a).count();
    let (b, a) = (before.get(start..).unwrap_or_default(), after.get(start..).unwrap_or_default());
    let same_end = b.iter().rev().zip(a.iter().rev()).take_while(|(b, a)| b == a).count();
    let (b, a) = (b.get(..b.len() - same_end).unwrap_or_default(), a.get(..a.len() - same_end).unwrap_or_default());
    let mut gap_b = 0;
    let mut gap_a = 0;
    let mut common = common(b, a);
    common.push((b.len(), a.len()));
    for (next_b, next_a) in common {
        // Within a gap, items are paired by position: a changed item keeps its place and its comments.
        let pairs = (next_b - gap_b).min(next_a - gap_a);
        for i in 0..pairs {
            if let (Some(old), Some(new)) = (b.get(gap_b + i), a.get(gap_a + i)) {
                path.push(Step::Index(start + gap_b + i));
                compare(path, old, new, edits);
                path.pop();
            }
        }
        for i in gap_b + pairs..next_b {
            edits.push(Edit { path: with_index(path, start + i), op: Op::Delete });
        }
        for new in a.get(gap_a + pairs..next_a).unwrap_or_default() {
            edits.push(Edit { path: path.clone(), op: Op::InsertItem { before: start + next_b, content: Content::Value(new.clone()) } });
        }
        gap_b = next_b + 1;
        gap_a = next_a + 1;
    }
}

/// A longest common subsequence, as pairs of indices.
fn common(b: &[Value], a: &[Value]) -> Vec<(usize, usize)> {
    if b.is_empty() || a.is_empty() || b.len().saturating_mul(a.len()) > MAX_PAIRS {
        return Vec::new();
    }
    let width = a.len() + 1;
    let mut lengths = vec![0_u32; (b.len() + 1) * width];
    let at = |lengths: &[u32], i: usize, j: usize| lengths.get(i * width + j).copied().unwrap_or(0);
    for (i, old) in b.iter().enumerate().rev() {
        for (j, new) in a.iter().enumerate().rev() {
            let best = if old == new { at(&lengths, i + 1, j + 1) + 1 } else { at(&lengths, i + 1, j).max(at(&lengths, i, j + 1)) };
            if let Some(slot) = lengths.get_mut(i * width + j) {
                *slot = best;
            }
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut pairs = Vec::new();
    while let (Some(old), Some(new)) = (b.get(i), a.get(j)) {
        if old == new {
            pairs.push((i, j));
            i += 1;
            j += 1;
        } else if at(&lengths, i + 1, j) >= at(&lengths, i, j + 1) {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}
