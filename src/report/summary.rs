//! The review of an upgrade on one screen: each change once, with how many workloads it concerns, and what follows from it.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::changes::{Difference, changes};
use super::consequences::{Consequences, Restarts};
use super::model::{Comparison, Report, WorkloadReport};
use crate::kubernetes::Identity;
use crate::plain::{one_line, plain};

/// How many changes are told.
const MAX_CHANGES: usize = 24;
/// How many different values of one field are told, each by itself.
const MAX_VALUES: usize = 3;
/// How many workloads of a group are named.
const MAX_NAMES: usize = 3;
/// How many namespaces are told, each by itself.
const MAX_NAMESPACES: usize = 10;
/// How long a value may be, in characters.
const MAX_VALUE: usize = 60;

/// A change and the workloads that it concerns.
struct Group<'r> {
    text: String,
    workloads: Vec<&'r Identity>,
}

/// Writes the changes of a report, grouped.
///
/// # Errors
///
/// When the writer fails.
pub fn summary(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut text = Vec::new();
    write_summary(report, &mut text)?;
    out.write_all(plain(&String::from_utf8_lossy(&text)).as_bytes())
}

fn write_summary(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut same = 0;
    let (mut found, mut consequences) = (Vec::new(), Consequences::default());
    let [mut added, mut gone, mut newly, mut no_more]: [Vec<&Identity>; 4] = Default::default();
    for (_, workload) in report.workloads() {
        let (Some(before), Some(after)) = (&workload.before, &workload.after) else {
            if workload.after.is_some() { &mut added } else { &mut gone }.push(workload.identity);
            continue;
        };
        let own = changes(&before.value, &after.value);
        same += usize::from(own.is_empty());
        if own.iter().any(|c| c.in_pod) {
            consequences.add(workload);
        }
        let injects = |side: &super::model::Side<'_>| side.decisions.iter().any(|d| d.inject);
        match (report.comparison, injects(before), injects(after)) {
            (Comparison::Results, false, true) => newly.push(workload.identity),
            (Comparison::Results, true, false) => no_more.push(workload.identity),
            _ => found.extend(other_sidecar(workload).into_iter().chain(own).map(|change| (change, workload.identity))),
        }
    }
    let all = report.workloads().count();
    let changed = all - same;
    if changed == 0 {
        return writeln!(out, "no workload of {all} changes");
    }
    writeln!(out, "{changed} of {} change\n", workloads(all))?;
    let (groups, more) = groups(found);
    let width = groups.first().map_or(0, |g| g.workloads.len().to_string().len());
    for Group { text, workloads: concerned } in &groups {
        let text = one_line(text);
        let noun = if concerned.len() == 1 { "workload: " } else { "workloads:" };
        let names = if concerned.len() <= MAX_NAMES { format!(" ({})", names(concerned)) } else { String::new() };
        writeln!(out, "{:>width$} {noun} {text}{names}", concerned.len())?;
    }
    if more > 0 {
        writeln!(out, "and {more} more changes; --format unified shows all")?;
    }
    let lists = [("injected from now on", &newly), ("not injected any more", &no_more), ("new", &added), ("gone", &gone)];
    for (what, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
        writeln!(out, "{} {what}: {}", workloads(list.len()), names(list))?;
    }
    consequences.write(out)
}

/// The sidecar that a workload has, where it is another one than before: another revision of Istio.
fn other_sidecar(workload: &WorkloadReport<'_>) -> Option<Difference> {
    let sidecars = |side: &Option<super::model::Side<'_>>| -> Vec<String> {
        side.iter().flat_map(|s| s.decisions).filter(|d| d.inject).map(|d| d.sidecar.clone()).collect()
    };
    let (before, after) = (sidecars(&workload.before).join(", "), sidecars(&workload.after).join(", "));
    (before != after).then(|| Difference { in_pod: false, place: "sidecar".to_owned(), before: Some(before), after: Some(after) })
}

/// Equal changes together, the most frequent first; and how many are left out.
fn groups<'r>(found: Vec<(Difference, &'r Identity)>) -> (Vec<Group<'r>>, usize) {
    let mut places: BTreeMap<String, BTreeMap<Difference, Vec<&Identity>>> = BTreeMap::new();
    for (change, workload) in found {
        places.entry(change.place.clone()).or_default().entry(change).or_default().push(workload);
    }
    let mut groups: Vec<Group<'r>> = Vec::new();
    for (place, values) in places {
        let different = values.len();
        if different <= MAX_VALUES {
            groups.extend(values.into_iter().map(|(change, workloads)| Group { text: text(&change), workloads }));
            continue;
        }
        let example = values.first_key_value().map(|(change, _)| text(change)).unwrap_or_default();
        let example = example.strip_prefix(&place).unwrap_or(&example).trim_start_matches(": ").to_owned();
        let mut workloads: Vec<&Identity> = values.into_values().flatten().collect();
        workloads.dedup();
        groups.push(Group { text: format!("{place}: {different} different changes, such as {example}"), workloads });
    }
    groups.sort_by_key(|g| std::cmp::Reverse(g.workloads.len()));
    let more = groups.len().saturating_sub(MAX_CHANGES);
    groups.truncate(MAX_CHANGES);
    (groups, more)
}

/// A change in words.
fn text(change: &Difference) -> String {
    let Difference { place, before, after, .. } = change;
    match (before, after) {
        (Some(before), Some(after)) => format!("{place}: {} → {}", short(before), short(tail(before, after))),
        (None, Some(after)) => format!("{place}: {} added", short(after)),
        (Some(before), None) => format!("{place}: {} removed", short(before)),
        (None, None) => place.clone(),
    }
}

/// What differs in two versions of an image or a path: `example.com/proxy:1.30` and `example.com/proxy:1.31` differ in `1.31`.
fn tail<'t>(before: &str, after: &'t str) -> &'t str {
    let common: usize = before.chars().zip(after.chars()).take_while(|(b, a)| b == a).map(|(b, _)| b.len_utf8()).sum();
    let end = after.get(..common).and_then(|c| c.rfind([':', '@'])).filter(|_| !after.contains(' '));
    end.and_then(|i| after.get(i + 1..)).filter(|t| !t.is_empty()).unwrap_or(after)
}

fn short(value: &str) -> String {
    let line = value.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MAX_VALUE) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None if line.is_empty() => "\"\"".to_owned(),
        None => line,
    }
}

fn workloads(count: usize) -> String {
    format!("{count} workload{}", if count == 1 { "" } else { "s" })
}

/// The first of them by name.
fn names(list: &[&Identity]) -> String {
    let named: Vec<String> = list.iter().take(MAX_NAMES).map(ToString::to_string).collect();
    let more = list.len() - named.len();
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{rest}", named.join(", "))
}

impl Consequences<'_> {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        if !self.restarts.is_empty() {
            let mut sorted: Vec<(&str, Restarts)> = self.restarts.iter().map(|(name, r)| (*name, *r)).collect();
            sorted.sort_by_key(|(_, r)| std::cmp::Reverse((r.pods, r.workloads)));
            let others = sorted.split_off(sorted.len().min(MAX_NAMESPACES));
            let total = sum(self.restarts.values());
            writeln!(out, "\npods that restart: {total}")?;
            let width = sorted.iter().map(|(name, _)| name.chars().count().max(1)).max().unwrap_or(0);
            for (name, restarts) in &sorted {
                writeln!(out, "  {:width$}  {restarts}", if name.is_empty() { "-".into() } else { one_line(name) })?;
            }
            if !others.is_empty() {
                writeln!(out, "  {} more namespaces: {}", others.len(), sum(others.iter().map(|(_, r)| r)))?;
            }
        }
        let lists = [
            ("with a single replica", &self.single),
            ("cannot be changed in place and must be deleted first (Jobs, Pods)", &self.immutable),
            ("keep their pods until these are deleted", &self.by_hand),
            ("change with their next run", &self.next_run),
        ];
        if lists.iter().any(|(_, list)| !list.is_empty()) {
            writeln!(out)?;
        }
        for (what, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
            writeln!(out, "{} {what}: {}", workloads(list.len()), names(list))?;
        }
        Ok(())
    }
}

fn sum<'x>(all: impl Iterator<Item = &'x Restarts>) -> Restarts {
    all.fold(Restarts::default(), |sum, r| Restarts {
        workloads: sum.workloads + r.workloads,
        pods: sum.pods + r.pods,
        daemon_sets: sum.daemon_sets + r.daemon_sets,
    })
}

impl std::fmt::Display for Restarts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let plural = |n: usize| if n == 1 { "" } else { "s" };
        if self.workloads > 0 || self.daemon_sets == 0 {
            write!(f, "{} pod{} of {}", self.pods, if self.pods == 1 { "" } else { "s" }, workloads(self.workloads))?;
        }
        match self.daemon_sets {
            0 => Ok(()),
            n => write!(f, "{}{n} DaemonSet{}", if self.workloads > 0 { " and " } else { "" }, plural(n)),
        }
    }
}
