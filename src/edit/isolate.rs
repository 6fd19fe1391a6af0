//! Anchors and aliases: an edit changes its target alone. What it reaches through an alias or a merge key becomes a copy of
//! the target's own; where it changes an anchored node, the aliases of that anchor are written out as they were.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::edits::{Content, Edit, Op};
use super::value::apply_to_value;
use crate::yaml::{Kind, Node, Path, Step, ValueError};

/// The same edits with no effect beyond their targets. `root` is the root of a document, because anchors reach that far.
pub(super) fn isolate<'e>(root: &Node<'_>, edits: &'e [Edit]) -> Result<Cow<'e, [Edit]>, ValueError> {
    if !root.has_alias() {
        return Ok(Cow::Borrowed(edits));
    }
    let mut aliases: BTreeMap<usize, Vec<(Path, &Node<'_>)>> = BTreeMap::new();
    find_aliases(root, &mut Path::new(), &mut aliases);
    let edits = without_shared_moves(root, edits.to_vec(), &aliases)?;
    let mut own = Vec::new();
    let mut shared: BTreeMap<Path, (Target, Vec<Edit>)> = BTreeMap::new();
    let mut touched = Vec::new();
    for edit in edits {
        match walk(root, &edit, &aliases, &mut touched) {
            None => own.push(edit),
            Some((path, target)) => shared.entry(path).or_insert((target, Vec::new())).1.push(edit),
        }
    }
    // Written anew, a mapping loses the anchors in it.
    for path in shared.iter().filter(|(_, (target, _))| matches!(target, Target::Node)).map(|(path, _)| path) {
        root.at(path).into_iter().for_each(|node| anchors_below(node, &aliases, &mut touched));
    }
    // What else happens in a mapping that is written anew goes into the copy.
    for (path, (target, edits)) in &mut shared {
        if matches!(target, Target::Node) {
            let (inside, outside) = own.into_iter().partition(|e: &Edit| e.path.starts_with(path));
            own = outside;
            edits.extend::<Vec<Edit>>(inside);
        }
    }
    let shared = outermost(shared);
    let copied: Vec<Path> = shared.keys().cloned().collect();
    for (path, (target, edits)) in shared {
        own.push(copy(root, path, target, edits)?);
    }
    touched.sort_unstable();
    touched.dedup();
    for anchor in touched {
        for (path, target) in aliases.get(&anchor).into_iter().flatten() {
            let gone = |e: &Edit| matches!(e.op, Op::Replace { .. } | Op::Delete) && path.starts_with(&e.path);
            if !copied.iter().any(|c| path.starts_with(c)) && !own.iter().any(gone) {
                own.push(Edit { path: path.clone(), op: Op::Replace { content: Content::Value(target.to_value()?) } });
            }
        }
    }
    Ok(Cow::Owned(own))
}

/// A copy within something that is written anew goes into that.
fn outermost(shared: BTreeMap<Path, (Target, Vec<Edit>)>) -> BTreeMap<Path, (Target, Vec<Edit>)> {
    let mut kept: BTreeMap<Path, (Target, Vec<Edit>)> = BTreeMap::new();
    // A path comes before those below it.
    for (path, (target, edits)) in shared {
        let above = kept.iter_mut().find(|(outer, (target, _))| matches!(target, Target::Node) && path.starts_with(outer));
        match above {
            Some((_, (_, outer))) => outer.extend(edits),
            None => drop(kept.insert(path, (target, edits))),
        }
    }
    kept
}

/// What moves with anchors that others use, or with aliases, or by way of either, is written anew at its place: an alias
/// must not come to stand before its anchor.
fn without_shared_moves(
    root: &Node<'_>,
    edits: Vec<Edit>,
    aliases: &BTreeMap<usize, Vec<(Path, &Node<'_>)>>,
) -> Result<Vec<Edit>, ValueError> {
    let moves = edits.iter().filter_map(|e| if let Op::Move { from, .. } = &e.op { Some((&e.path, from)) } else { None });
    let shared = moves.filter(|(to, from)| is_shared(root, from, aliases) || is_shared(root, to, aliases)).map(|(_, from)| from.clone());
    let shared: Vec<Path> = shared.collect();
    if shared.is_empty() {
        return Ok(edits);
    }
    let all = edits.clone();
    let mut own = Vec::new();
    for edit in edits {
        match &edit.op {
            Op::Move { from, before } if shared.contains(from) => {
                let value = root.at(from).map(Node::to_value).transpose()?.unwrap_or_default();
                let below = all.iter().filter(|e| e.path.starts_with(from)).map(|e| relative(e.clone(), from.len()));
                let content = Content::Value(apply_to_value(&value, &below.collect::<Vec<_>>()));
                own.push(Edit { path: edit.path.clone(), op: Op::InsertItem { before: *before, content } });
                own.push(Edit { path: from.clone(), op: Op::Delete });
            }
            _ if shared.iter().any(|from| edit.path.starts_with(from)) => {}
            _ => own.push(edit),
        }
    }
    Ok(own)
}

/// Whether the way to a node leads through an alias or a merge key, or aliases or shared anchors stand on it or below.
fn is_shared(root: &Node<'_>, path: &[Step], aliases: &BTreeMap<usize, Vec<(Path, &Node<'_>)>>) -> bool {
    fn any(node: &Node<'_>, aliases: &BTreeMap<usize, Vec<(Path, &Node<'_>)>>) -> bool {
        let here = matches!(node.kind(), Kind::Alias { .. }) || node.anchor().is_some_and(|a| aliases.contains_key(&a));
        here || match node.kind() {
            Kind::Sequence { items, .. } => items.iter().any(|n| any(n, aliases)),
            Kind::Mapping { entries, .. } => entries.iter().any(|e| any(&e.value, aliases)),
            _ => false,
        }
    }
    let mut node = root;
    for step in path {
        let next = match step {
            _ if matches!(node.kind(), Kind::Alias { .. }) => return true,
            Step::Key(key) => node.own(key),
            Step::Index(index) => node.items().get(*index),
        };
        let Some(next) = next else { return true };
        node = next;
    }
    any(node, aliases)
}

/// An edit below a node, as seen from there.
fn relative(edit: Edit, depth: usize) -> Edit {
    let cut = |p: Path| p.into_iter().skip(depth).collect();
    let op = match edit.op {
        Op::Move { from, before } => Op::Move { from: cut(from), before },
        other => other,
    };
    Edit { path: cut(edit.path), op }
}

/// How a copy comes to stand at its place.
#[derive(Clone, Copy)]
enum Target {
    /// In the place of an alias, or of a mapping with merge keys.
    Node,
    /// As a key of a mapping that had it merged in.
    MergedKey,
}

/// The edit that writes the copy, changed.
fn copy(root: &Node<'_>, path: Path, target: Target, edits: Vec<Edit>) -> Result<Edit, ValueError> {
    let depth = path.len();
    let value = root.at(&path).map(Node::to_value).transpose()?.unwrap_or_default();
    let below: Vec<Edit> = edits.into_iter().map(|e| relative(e, depth)).collect();
    let content = Content::Value(apply_to_value(&value, &below));
    let mut path = path;
    Ok(match (target, path.last().cloned()) {
        (Target::MergedKey, Some(Step::Key(key))) => {
            path.pop();
            Edit { path, op: Op::InsertKey { key, content } }
        }
        _ => Edit { path, op: Op::Replace { content } },
    })
}

fn find_aliases<'t, 's>(node: &'t Node<'s>, path: &mut Path, found: &mut BTreeMap<usize, Vec<(Path, &'t Node<'s>)>>) {
    match node.kind() {
        Kind::Alias { anchor, target } => found.entry(*anchor).or_default().push((path.clone(), target)),
        Kind::Sequence { items, .. } => {
            for (i, item) in items.iter().enumerate() {
                path.push(Step::Index(i));
                find_aliases(item, path, found);
                path.pop();
            }
        }
        Kind::Mapping { entries, .. } => {
            for entry in entries {
                path.push(Step::Key(entry.key.as_str().unwrap_or_default().to_owned()));
                find_aliases(&entry.value, path, found);
                path.pop();
            }
        }
        Kind::Scalar { .. } => {}
    }
}

/// Where the path of an edit leaves what is the target's own, if it does. Notes the shared anchors that the edit changes.
fn walk(
    root: &Node<'_>,
    edit: &Edit,
    aliases: &BTreeMap<usize, Vec<(Path, &Node<'_>)>>,
    touched: &mut Vec<usize>,
) -> Option<(Path, Target)> {
    let mut node = root;
    let ends_here = matches!(edit.op, Op::Replace { .. } | Op::Delete);
    for (depth, step) in edit.path.iter().enumerate() {
        let here = || edit.path.iter().take(depth).cloned().collect();
        if matches!(node.kind(), Kind::Alias { .. }) {
            return Some((here(), Target::Node));
        }
        touched.extend(node.anchor().filter(|a| aliases.contains_key(a)));
        node = match step {
            Step::Index(i) => node.items().get(*i)?,
            Step::Key(key) => match node.own(key) {
                Some(_) if ends_below(edit, depth) && node.merged().iter().any(|m| m.get(key).is_some()) => {
                    return Some((here(), Target::Node)); // What is merged in would come to light.
                }
                Some(child) => child,
                None => {
                    // What is not there by itself is merged in, or nowhere.
                    node.get(key)?;
                    let last = depth + 1 == edit.path.len();
                    if last && matches!(edit.op, Op::Delete) {
                        return Some((here(), Target::Node));
                    }
                    return Some((edit.path.iter().take(depth + 1).cloned().collect(), Target::MergedKey));
                }
            },
        };
    }
    if matches!(node.kind(), Kind::Alias { .. }) && !ends_here {
        return Some((edit.path.clone(), Target::Node));
    }
    touched.extend(node.anchor().filter(|a| aliases.contains_key(a)));
    if ends_here {
        anchors_below(node, aliases, touched);
    }
    None
}

/// Whether an edit deletes what this step of its path leads to.
fn ends_below(edit: &Edit, depth: usize) -> bool {
    matches!(edit.op, Op::Delete) && depth + 1 == edit.path.len()
}

/// What goes away takes its anchors along.
fn anchors_below(node: &Node<'_>, aliases: &BTreeMap<usize, Vec<(Path, &Node<'_>)>>, touched: &mut Vec<usize>) {
    touched.extend(node.anchor().filter(|a| aliases.contains_key(a)));
    match node.kind() {
        Kind::Sequence { items, .. } => items.iter().for_each(|n| anchors_below(n, aliases, touched)),
        Kind::Mapping { entries, .. } => entries.iter().for_each(|e| anchors_below(&e.value, aliases, touched)),
        _ => {}
    }
}
