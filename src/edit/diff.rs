//! The difference of two values as edits: maps by key, lists of Kubernetes objects by their merge key, other lists by their
//! longest common subsequence.

use foldhash::{HashMap, HashMapExt as _, HashSet};

use super::edits::{Content, Edit, Op};
use crate::Value;
use crate::kubernetes::merge_key;
use crate::yaml::{Path, Step, value_at};

/// Lists between which an item may move, because they hold the same things.
const SIBLINGS: (&str, &str) = ("containers", "initContainers");

/// Above this many pairs of items, what lies between common ends is compared by position.
const MAX_PAIRS: usize = 4_000_000;

/// The edits that make `after` of `before`. What is new moves into them.
pub fn diff(before: &Value, mut after: Value) -> Vec<Edit> {
    let mut edits = Vec::new();
    compare(&mut Path::new(), before, &mut after, &mut edits);
    edits
}

/// The edits that put a value at a path of an object; at the path's last key, where nothing stands there yet.
pub fn diff_at(object: &Value, mut path: Path, mut after: Value) -> Vec<Edit> {
    let mut edits = Vec::new();
    match value_at(object, &path) {
        Some(before) => compare(&mut path, before, &mut after, &mut edits),
        None => {
            if let Some(Step::Key(key)) = path.pop() {
                edits.push(Edit { path, op: Op::InsertKey { key, content: Content::Value(after) } });
            }
        }
    }
    edits
}

/// Takes what is new out of the value after.
fn new(after: &mut Value) -> Content {
    Content::Value(after.take())
}

fn compare(path: &mut Path, before: &Value, after: &mut Value, edits: &mut Vec<Edit>) {
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
            compare_lists(path, &name, b, a, &Arrivals::default(), &HashSet::default(), edits);
        }
        (_, after) => edits.push(Edit { path: path.clone(), op: Op::Replace { content: new(after) } }),
    }
}

type Map = serde_json::Map<String, Value>;

/// Items that come from a sibling list: name → where they stand there, and what they are.
type Arrivals<'v> = HashMap<&'v str, (Path, &'v Value)>;

fn compare_maps(path: &mut Path, before: &Map, after: &mut Map, edits: &mut Vec<Edit>) {
    let siblings = Siblings::between(path, before, after);
    for (key, b) in before {
        path.push(Step::Key(key.clone()));
        match (b, after.get_mut(key)) {
            (_, None) => edits.push(Edit { path: path.clone(), op: Op::Delete }),
            (Value::Array(b), Some(Value::Array(a))) if siblings.concern(key) => {
                compare_lists(path, key, b, a, siblings.arrivals(key), &siblings.departures, edits);
            }
            (_, Some(a)) => compare(path, b, a, edits),
        }
        path.pop();
    }
    for (key, a) in after.iter_mut().filter(|(key, _)| !before.contains_key(*key)) {
        let mut insert = |content| edits.push(Edit { path: path.clone(), op: Op::InsertKey { key: key.clone(), content } });
        match a {
            Value::Array(a) if siblings.concern(key) && !siblings.arrivals(key).is_empty() => {
                // A new list, into which items come from its sibling.
                insert(Content::Value(Value::Array(Vec::new())));
                path.push(Step::Key(key.clone()));
                compare_lists(path, key, &[], a, siblings.arrivals(key), &siblings.departures, edits);
                path.pop();
            }
            a => insert(new(a)),
        }
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
    fn between(path: &Path, before: &'v Map, after: &Map) -> Self {
        /// A list; nothing stands for an empty one, but null does not.
        fn list<'m>(map: &'m Map, key: &str) -> Option<&'m [Value]> {
            map.get(key).map_or(Some(&[]), |value| value.as_array().map(Vec::as_slice))
        }
        let mut found = Self::default();
        let (Some(b1), Some(b2), Some(a1), Some(a2)) =
            (list(before, SIBLINGS.0), list(before, SIBLINGS.1), list(after, SIBLINGS.0), list(after, SIBLINGS.1))
        else {
            return found;
        };
        if (b1.is_empty() && b2.is_empty()) || (a1.is_empty() && a2.is_empty()) {
            return found; // Most maps are no pod's spec.
        }
        if [b1, b2, a1, a2].iter().any(|l| by_key(l, "name").is_none()) {
            return found; // Such lists are compared by position.
        }
        fn name(item: &Value) -> Option<&str> {
            item.get("name").and_then(Value::as_str)
        }
        fn names(list: &[Value]) -> HashSet<&str> {
            list.iter().filter_map(name).collect()
        }
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
    after: &mut [Value],
    arrivals: &Arrivals<'_>,
    departures: &HashSet<&str>,
    edits: &mut Vec<Edit>,
) {
    match merge_key(name).and_then(|key| Matching::of(before, after, key)) {
        Some(matching) => compare_keyed(path, matching, before, after, arrivals, departures, edits),
        None => compare_sequences(path, before, after, edits),
    }
}

/// Items by the value of their key; nothing where one is missing or not unique.
pub(crate) fn by_key<'v>(items: &'v [Value], key: &str) -> Option<HashMap<&'v Value, usize>> {
    let mut found = HashMap::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        if found.insert(item.get(key)?, index).is_some() {
            return None;
        }
    }
    Some(found)
}

/// Which items of two lists are the same by their key.
struct Matching {
    /// For each item after: its index before.
    matched: Vec<Option<usize>>,
    /// For each item before: whether it is there no longer.
    gone: Vec<bool>,
}

impl Matching {
    fn of(before: &[Value], after: &[Value], key: &str) -> Option<Self> {
        let (old, new) = (by_key(before, key)?, by_key(after, key)?);
        let value = |item: &Value, map: &HashMap<&Value, usize>| map.get(item.get(key)?).copied();
        Some(Self {
            matched: after.iter().map(|item| value(item, &old)).collect(),
            gone: before.iter().map(|item| value(item, &new).is_none()).collect(),
        })
    }
}

fn compare_keyed(
    path: &mut Path,
    Matching { matched, gone }: Matching,
    before: &[Value],
    after: &mut [Value],
    arrivals: &Arrivals<'_>,
    departures: &HashSet<&str>,
    edits: &mut Vec<Edit>,
) {
    let stable: HashSet<usize> = increasing(&matched.iter().flatten().copied().collect::<Vec<_>>()).into_iter().collect();
    for (index, (item, gone)) in before.iter().zip(gone).enumerate() {
        let leaves = item.get("name").and_then(Value::as_str).is_some_and(|n| departures.contains(n));
        if gone && !leaves {
            edits.push(Edit { path: with_index(path, index), op: Op::Delete });
        }
    }
    // What is new stands before the next item that keeps its place.
    let mut next = before.len();
    let mut places = vec![0; after.len()];
    for (place, found) in places.iter_mut().zip(&matched).rev() {
        *place = next;
        if let Some(index) = found.filter(|i| stable.contains(i)) {
            next = index;
        }
    }
    for ((item, found), place) in after.iter_mut().zip(&matched).zip(places) {
        let arrival = item.get("name").and_then(Value::as_str).and_then(|n| arrivals.get(n));
        match (found, arrival) {
            (Some(index), _) => {
                if !stable.contains(index) {
                    edits.push(Edit { path: path.clone(), op: Op::Move { from: with_index(path, *index), before: place } });
                }
                if let Some(old) = before.get(*index) {
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
                edits.push(Edit { path: path.clone(), op: Op::InsertItem { before: place, content: new(item) } });
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

fn compare_sequences(path: &mut Path, before: &[Value], after: &mut [Value], edits: &mut Vec<Edit>) {
    let start = before.iter().zip(&*after).take_while(|(b, a)| b == a).count();
    let (b, a) = (before.get(start..).unwrap_or_default(), after.get_mut(start..).unwrap_or_default());
    let same_end = b.iter().rev().zip(a.iter().rev()).take_while(|(b, a)| b == a).count();
    let (b_end, a_end) = (b.len() - same_end, a.len() - same_end);
    let (b, a) = (b.get(..b_end).unwrap_or_default(), a.get_mut(..a_end).unwrap_or_default());
    let mut gap_b = 0;
    let mut gap_a = 0;
    let mut common = common(b, a);
    common.push((b.len(), a.len()));
    for (next_b, next_a) in common {
        // Within a gap, items are paired by position: a changed item keeps its place and its comments.
        let pairs = (next_b - gap_b).min(next_a - gap_a);
        for i in 0..pairs {
            if let (Some(old), Some(new)) = (b.get(gap_b + i), a.get_mut(gap_a + i)) {
                path.push(Step::Index(start + gap_b + i));
                compare(path, old, new, edits);
                path.pop();
            }
        }
        for i in gap_b + pairs..next_b {
            edits.push(Edit { path: with_index(path, start + i), op: Op::Delete });
        }
        for item in a.get_mut(gap_a + pairs..next_a).unwrap_or_default() {
            edits.push(Edit { path: path.clone(), op: Op::InsertItem { before: start + next_b, content: new(item) } });
        }
        gap_b = next_b + 1;
        gap_a = next_a + 1;
    }
}

/// A longest common subsequence, as pairs of indices. Where each item that both have stands in them once, only these are compared,
/// so that lists of which every item changed, or whose common items keep their order, take time as they are long.
fn common(b: &[Value], a: &[Value]) -> Vec<(usize, usize)> {
    let mut numbers: HashMap<&Value, usize> = HashMap::with_capacity(b.len() + a.len());
    let mut number = |item| {
        let next = numbers.len();
        *numbers.entry(item).or_insert(next)
    };
    let old: Vec<usize> = b.iter().map(&mut number).collect();
    let new: Vec<usize> = a.iter().map(&mut number).collect();
    let (in_old, in_new): (HashSet<usize>, HashSet<usize>) = (old.iter().copied().collect(), new.iter().copied().collect());
    let shared = |list: &[usize], other: &HashSet<usize>| -> Vec<(usize, usize)> {
        list.iter().copied().enumerate().filter(|(_, number)| other.contains(number)).collect()
    };
    let (shared_old, shared_new) = (shared(&old, &in_new), shared(&new, &in_old));
    let both = in_old.intersection(&in_new).count();
    if shared_old.len() > both || shared_new.len() > both {
        return subsequence(&old, &new);
    }
    let same = shared_old.iter().zip(&shared_new).take_while(|((_, o), (_, n))| o == n).count();
    let rest = |list: &[(usize, usize)]| list.iter().skip(same).map(|(_, number)| *number).collect::<Vec<_>>();
    let found = subsequence(&rest(&shared_old), &rest(&shared_new)).into_iter().map(|(i, j)| (same + i, same + j));
    let pairs = (0..same).map(|i| (i, i)).chain(found);
    pairs.filter_map(|(i, j)| Some((shared_old.get(i)?.0, shared_new.get(j)?.0))).collect()
}

/// A longest common subsequence, as pairs of indices; nothing of lists that are too long.
fn subsequence(b: &[usize], a: &[usize]) -> Vec<(usize, usize)> {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What is the same in two lists is found as by comparing every item with every other.
    #[test]
    fn common_items_are_a_longest_common_subsequence() {
        let all: Vec<Vec<usize>> = (0..256).map(|n| (0..4).map(|at| n >> (2 * at) & 3).collect()).collect();
        for old in &all {
            for new in &all {
                // Two numbers are of items that both lists may have, the others of items that only one has.
                let values =
                    |list: &[usize], own: usize| list.iter().map(|n| Value::from(if *n > 1 { n + own } else { *n })).collect::<Vec<_>>();
                let numbers = |list: &[usize], own: usize| list.iter().map(|n| if *n > 1 { n + own } else { *n }).collect::<Vec<_>>();
                let (b, a) = (values(old, 10), values(new, 20));
                assert_eq!(common(&b, &a), subsequence(&numbers(old, 10), &numbers(new, 20)), "{b:?} {a:?}");
            }
        }
    }

    #[test]
    fn items_that_stay_among_thousands_that_change_are_found() {
        let list = |own: usize| (0..40_000).map(|i| Value::from(if i % 2 == 0 { i } else { i + own })).collect::<Vec<_>>();
        let found = common(&list(100_000), &list(200_000));
        assert_eq!(found, (0..20_000).map(|i| (2 * i, 2 * i)).collect::<Vec<_>>());
    }
}
