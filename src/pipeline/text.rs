//! The objects of one text, and the text that comes out: decide, inject and edit in one place, for every host. Objects are independent and run in parallel; what comes out is in the order of what came in.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::engine::Engine;
use super::lines::{column, dedented, own_lines, window};
use super::object::{Inject, Planned};
use super::outcome::Outcome;
use crate::edit::{Change, Edit};
use crate::finding::{Finding, Kind};
use crate::kubernetes::Kinds;
use crate::read::{Manifests, Namespaces};
use crate::record::{Record, Undo};
use crate::yaml::{Document, Node, Path, Position, Positions};
use crate::{Value, edit, istio, record, yaml};

/// What the host of a run does with the result.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Host {
    /// Whether what is needed to undo an injection is kept on the workloads, because the result is committed.
    pub record: bool,
    /// Whether it copies the comments of the input to the output, item by item (kpt).
    pub copies_comments_by_index: bool,
}

/// What came of a text.
#[derive(Debug)]
#[non_exhaustive]
pub struct InjectedText {
    /// What came of each object, in their order.
    pub objects: Vec<InjectedObject>,
    /// The text with everything injected; the text as it came when there is any error.
    pub text: String,
}

/// What came of one object.
#[derive(Debug)]
#[non_exhaustive]
pub struct InjectedObject {
    /// The object as it came.
    pub value: Value,
    /// What was decided, and what is wrong.
    pub outcome: Outcome,
    /// Its own lines before and after, without the indentation of the whole; nothing where they are equal.
    pub change: Option<(String, String)>,
    /// Line of the text on which the object starts, counted from 1.
    pub line: usize,
    /// Lines on which its workloads start: of one in a List, its own.
    pub workload_lines: Vec<usize>,
    /// Where in the text the fields stand that its findings are about.
    places: BTreeMap<Path, Position>,
}

impl InjectedObject {
    /// Where in the text the field stands that a finding about this object is about; where the object starts, for one about all of it.
    pub fn position(&self, finding: &Finding) -> Position {
        self.places.get(&finding.path).copied().unwrap_or(Position { line: self.line, column: 1 })
    }
}

impl Host {
    /// One that commits the result, so that what undoes an injection is kept on the workloads.
    pub fn committing() -> Self {
        Self { record: true, copies_comments_by_index: false }
    }
}

impl InjectedText {
    /// Whether any object has an error.
    pub fn failed(&self) -> bool {
        self.objects.iter().any(|o| !o.outcome.errors.is_empty())
    }
}

/// Runs every object of a text through the engine.
///
/// # Errors
///
/// When an edit does not fit the text; that would be a bug.
pub(super) fn run(
    engine: &Engine,
    namespaces: &Namespaces,
    manifests: &Manifests<'_>,
    values: Vec<Value>,
    host: Host,
) -> Result<InjectedText, yaml::Error> {
    let source = manifests.source();
    let nodes = manifests.objects();
    let planned = values.par_iter().zip(nodes.par_iter());
    let mut plans: Vec<Planned> = planned.map(|(value, node)| plan(engine, namespaces, value, source, node)).collect();
    let mut texts = vec![None; plans.len()];
    let mut text = source.to_owned();
    if plans.iter().all(|p| p.outcome.errors.is_empty()) && plans.iter().any(|p| !p.current) {
        (text, texts) = edit(manifests, &mut plans, engine.kinds(), host)?;
    }
    if plans.iter().any(|p| !p.outcome.errors.is_empty()) {
        source.clone_into(&mut text);
    }
    let outcomes: Vec<Outcome> = plans.into_iter().map(|plan| plan.outcome).collect();
    let positions = Positions::of(source);
    let objects = values.into_iter().zip(outcomes).zip(nodes).zip(texts).map(|(((value, outcome), node), after)| {
        let change = after.and_then(|after: String| {
            let before = own_lines(source, node);
            (before != after).then_some((before, after))
        });
        let findings = outcome.errors.iter().chain(&outcome.warnings).filter(|f| !f.path.is_empty());
        let places = findings.map(|f| (f.path.clone(), yaml::locate(&positions, node, &f.path))).collect();
        let line = |node: &Node<'_>| positions.at(node.start()).line;
        let workload_lines = outcome.workloads.iter().map(|w| line(node.at(&w.path).unwrap_or(node))).collect();
        InjectedObject { value, outcome, change, line: line(node), workload_lines, places }
    });
    let objects = objects.collect();
    Ok(InjectedText { objects, text })
}

/// The changes of a text, with what came of one of its objects.
pub type Changed = (Outcome, Vec<Change>);

/// Runs every object of a stream by itself. Neither are earlier injections of ours undone nor is a record kept, so that the values of
/// an object go as soon as its changes are known: all of them at once would take many times the text. The changes of one document
/// do not reach into another.
pub fn changes_alone(inject: &impl Inject, namespaces: &Namespaces, manifests: &Manifests<'_>) -> Vec<Result<Changed, yaml::Error>> {
    let source = manifests.source();
    let lines = Positions::of(source);
    let filled = manifests.filled();
    let alone = |document: &&Document<'_>| {
        let Some(node) = &document.root else { return Ok(Changed::default()) };
        let value = node.to_value().map_err(|e| e.in_source(source))?;
        let outcome = inject.object(&value, namespaces, &|path| yaml::written_at(source, node, path).map(str::to_owned));
        let mut object = Planned::new(&value, None, outcome);
        object.stays(object.outcome.changed.is_empty());
        if object.current {
            return Ok((object.outcome, Vec::new()));
        }
        let changes = edit::changes_in(&lines, node, &object.edits(|_, _| false))?;
        super::read_back::check_alone(manifests, document, &changes, &mut object, inject.kinds());
        Ok((object.outcome, changes))
    };
    filled.par_iter().map(alone).collect()
}

/// Undoes an earlier injection in memory, decides and injects.
fn plan<'v>(engine: &Engine, namespaces: &Namespaces, value: &'v Value, source: &str, node: &Node<'_>) -> Planned<'v> {
    let undo = match Record::of(value).and_then(|record| record.map(|r| r.undo(value, engine.kinds())).transpose()) {
        Ok(undo) => undo,
        Err(e) => return Planned::new(value, None, Outcome { errors: vec![record::unusable(&e)], ..Outcome::default() }),
    };
    let mut plan = Planned::new(value, undo, Outcome::default());
    let written = |path: &Path| yaml::written_at(source, node, path).map(str::to_owned);
    plan.outcome = engine.object(plan.original(), namespaces, &written);
    if let Some(undo) = plan.undo.as_ref().filter(|u| !u.kept.is_empty()) {
        // What would go in without the fields that the user edited is forbidden by these alone.
        let unedited = undo.unedited.as_ref().filter(|_| !plan.outcome.errors.is_empty());
        if unedited.is_some_and(|object| engine.object(object, namespaces, &written).errors.is_empty()) {
            plan.outcome.errors = undo.kept.iter().map(record::edited).collect();
        } else {
            plan.outcome.warnings.extend(undo.kept.iter().cloned());
        }
    }
    plan.by_istio = istio_injected(plan.original(), engine.kinds());
    if let Some(path) = &plan.by_istio {
        let injects = plan.outcome.workloads.iter().flat_map(|w| &w.decisions).any(|d| d.inject);
        if !plan.outcome.changed.is_empty() || !injects && !engine.config().istio.is_empty() {
            engine.warn(injected_without_record(path), &mut plan.outcome);
        }
    }
    let current = match &plan.undo {
        Some(undo) => record::without(value) == record::without(&plan.outcome.after(&undo.original)),
        None => plan.outcome.changed.is_empty(),
    };
    plan.stays(current);
    plan
}

/// Where the annotation of the first pod stands that Istio injected.
fn istio_injected(object: &Value, kinds: &Kinds) -> Option<Path> {
    let workloads = kinds.workloads(object);
    let mut pods = workloads.iter().flat_map(|w| w.pods.iter().map(|pod| w.path.join(pod)));
    let path = pods.find(|path| yaml::value_at(object, path).is_some_and(istio::is_injected))?;
    Some(path.join(["metadata", "annotations", istio::STATUS]))
}

/// What follows where Istio injected a pod and no record of ours tells what was there before.
fn injected_without_record(path: &Path) -> Finding {
    let message = "Istio injected this pod, and no record of ours tells what was there before: a new configuration cannot take that injection off, what is injected now is merged with what stands there, and no record of it is kept; take it off first (sidecarize remove --force), or inject the original from Git";
    Finding::new(Kind::InjectedWithoutRecord, path.clone(), message)
}

/// The whole text, and the own lines of each object that changed. Earlier injections are undone in the text first, so that
/// what comes out is what injecting the original gives.
fn edit(
    manifests: &Manifests<'_>,
    plans: &mut [Planned<'_>],
    kinds: &Kinds,
    host: Host,
) -> Result<(String, Vec<Option<String>>), yaml::Error> {
    let undos: Vec<Option<&Undo>> = plans.iter().map(|p| p.undo.as_ref().filter(|_| !p.current)).collect();
    if undos.iter().all(Option::is_none) {
        return write(manifests, plans, kinds, host);
    }
    let values: Vec<&Value> = plans.iter().map(|p| p.value).collect();
    match super::undo::undone(manifests, &values, &undos) {
        Ok(undone) => write(&Manifests::parse(&undone, manifests.layout())?, plans, kinds, host),
        Err(refused) => {
            super::undo::refuse(refused, plans.iter_mut().map(|plan| &mut plan.outcome.errors));
            Ok((manifests.source().to_owned(), vec![None; plans.len()]))
        }
    }
}

/// Writes what was injected into a text that holds the original objects.
fn write(
    manifests: &Manifests<'_>,
    plans: &mut [Planned<'_>],
    kinds: &Kinds,
    host: Host,
) -> Result<(String, Vec<Option<String>>), yaml::Error> {
    let source = manifests.source();
    let nodes = manifests.objects();
    let edits: Vec<Option<Vec<Edit>>> = plans
        .par_iter_mut()
        .zip(nodes.par_iter())
        .map(|(plan, node)| (!plan.current).then(|| edits_of(source, node, plan, kinds, host.record)))
        .collect();
    let ids: Vec<Option<Vec<Edit>>> = if host.copies_comments_by_index {
        let forget = |((edits, node), plan): ((&Option<Vec<Edit>>, &&Node<'_>), &Planned<'_>)| {
            edits.as_ref().map(|e| super::kpt_comments::forget_ids(source, node, e, plan.undo.is_some()))
        };
        edits.iter().zip(&nodes).zip(plans.iter()).map(forget).collect()
    } else {
        Vec::new()
    };
    let changed: Vec<bool> = edits.iter().map(Option::is_some).collect();
    let mut all = manifests.changes(edits)?;
    let texts = changed.par_iter().zip(&nodes).map(|(changed, node)| {
        changed.then(|| {
            let window = window(source, node);
            let first = all.partition_point(|c| c.range.start < window.start);
            let own = all.iter().skip(first).take_while(|c| c.range.end <= window.end);
            let shifted = own.map(|c| Change { range: c.range.start - window.start..c.range.end - window.start, text: c.text.clone() });
            let after = edit::splice(source.get(window.clone()).unwrap_or_default(), &shifted.collect::<Vec<_>>());
            dedented(&after, column(source, node, window.start))
        })
    });
    let texts = texts.collect();
    all.extend(manifests.changes(ids)?);
    all.sort_by_key(|c| (c.range.start, !c.range.is_empty()));
    super::read_back::check(manifests, &all, plans, kinds, host.copies_comments_by_index);
    Ok((edit::splice(source, &all), texts))
}

/// The edits of one object, its record included.
fn edits_of(source: &str, node: &Node<'_>, plan: &mut Planned<'_>, kinds: &Kinds, record: bool) -> Vec<Edit> {
    plan.edits(|plan, after| {
        // What Istio injected is never called the original.
        if !record || plan.by_istio.is_some() {
            return false;
        }
        let record = Record::new(source, node, plan.original(), after);
        let record = super::undo::with_text(record, source, node, kinds, plan.original(), after);
        let written = Record::check(kinds, plan.original(), after).and_then(|()| record.write(after));
        if let Err(e) = written {
            plan.outcome.errors.push(Finding::at(Path::of(["metadata", "annotations"]), e.to_string()));
        }
        true
    })
}

/// The text of the objects as they were before any injection of ours. What has no usable record stays as it is.
pub fn original(manifests: &Manifests<'_>, values: &[Value], kinds: &Kinds) -> String {
    let undos: Vec<Option<Undo>> = values.iter().map(|v| Record::of(v).ok().flatten()?.undo(v, kinds).ok()).collect();
    let (values, undos): (Vec<&Value>, Vec<Option<&Undo>>) = values.iter().zip(undos.iter().map(Option::as_ref)).unzip();
    super::undo::undone(manifests, &values, &undos).unwrap_or_else(|_| manifests.source().to_owned())
}
