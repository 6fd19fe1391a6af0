//! Findings of one kind as one: forty workloads in a namespace that nobody knows are one thing to mend, not forty.

use std::collections::HashMap;

use indexmap::IndexSet;

use super::problem::Problem;

/// How many findings of one kind are told one by one, and how many places are named of more.
const FEW: usize = 3;
/// What stands for the words that differ between findings of one kind.
const DIFFERS: char = '\u{0}';

/// Findings with those of one kind put together, each where the first of its kind stood.
pub fn grouped(problems: &[Problem]) -> Vec<Problem> {
    let mut kinds: HashMap<String, usize> = HashMap::new();
    let mut groups: Vec<Vec<&Problem>> = Vec::new();
    for problem in problems {
        let index = kind(problem).map(|kind| *kinds.entry(kind).or_insert(groups.len()));
        match index.and_then(|index| groups.get_mut(index)) {
            Some(group) => group.push(problem),
            None => groups.push(vec![problem]),
        }
    }
    let told = |group: &Vec<&Problem>| if group.len() > FEW { vec![together(group)] } else { group.iter().copied().cloned().collect() };
    groups.iter().flat_map(told).collect()
}

/// What findings have in common that differ in the workload alone; nothing of what is about no object.
fn kind(problem: &Problem) -> Option<String> {
    problem.about()?;
    Some(format!("{}\n{}", items(&problem.field().to_string()), Head::of(problem).text))
}

/// A path without numbers: which container or item it is, is no difference of kind.
fn items(path: &str) -> String {
    path.replace(|c: char| c.is_ascii_digit(), "")
}

/// The first line of a message, and what in it is its workload's own: name or namespace.
struct Head<'p> {
    /// The line with a mark for each own word.
    text: String,
    words: Vec<&'p str>,
}

impl<'p> Head<'p> {
    fn of(problem: &'p Problem) -> Self {
        let own = |word: &str| problem.about().is_some_and(|a| !word.is_empty() && (word == a.name || word == a.namespace));
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
        let mut head = Self { text: String::new(), words: Vec::new() };
        let mut rest = problem.message().lines().next().unwrap_or_default();
        while let Some(first) = rest.chars().next() {
            let end = if is_part(first) { rest.find(|c| !is_part(c)).unwrap_or(rest.len()) } else { first.len_utf8() };
            let (word, after) = rest.split_at(end);
            if own(word) {
                head.text.push(DIFFERS);
                head.words.push(word);
            } else {
                head.text.push_str(word);
            }
            rest = after;
        }
        head
    }
}

/// Several findings of one kind as one: how many, the first places, and what is to be done about all of them.
fn together(group: &[&Problem]) -> Problem {
    let mut fields = group.iter().map(|p| p.field());
    let first = fields.next();
    let field = first.map(ToString::to_string).unwrap_or_default();
    let field = if fields.all(|other| Some(other) == first) { field } else { items(&field).replace("[]", "[*]") };
    let field = if field.is_empty() { field } else { format!("{field}: ") };
    let places = group.iter().map(|p| p.brief());
    Problem::from(format!("{} places: {}: {field}{}", group.len(), first_of(places, group.len()), message(group)))
}

/// The first few of a list, and how many more there are.
fn first_of(all: impl Iterator<Item = String>, count: usize) -> String {
    let shown = all.take(FEW).collect::<Vec<_>>().join(", ");
    if count > FEW { format!("{shown} and {} more", count - FEW) } else { shown }
}

/// The message of all: the words that differ in the first line are named, and of the lines below it each stands once.
fn message(group: &[&Problem]) -> String {
    let heads: Vec<Head<'_>> = group.iter().map(|p| Head::of(p)).collect();
    let mut pieces = heads.first().map(|head| head.text.split(DIFFERS)).into_iter().flatten();
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for (place, piece) in pieces.enumerate() {
        let words: IndexSet<&str> = heads.iter().filter_map(|head| head.words.get(place).copied()).collect();
        text.push_str(&first_of(words.iter().map(|&word| word.to_owned()), words.len()));
        text.push_str(piece);
    }
    let below: IndexSet<&str> = group.iter().flat_map(|p| p.message().lines().skip(1)).collect();
    below.iter().fold(text, |text, line| format!("{text}\n{line}"))
}

#[cfg(test)]
mod tests {
    use crate::kubernetes::Identity;
    use crate::yaml::{Path, Position};

    use super::*;

    fn unknown(namespace: &str, name: &str, line: usize) -> Problem {
        let about = Identity { kind: "Deployment".into(), name: name.into(), namespace: namespace.into(), ..Identity::default() };
        let message = format!("nothing is known of namespace {namespace}, add:\nspec:\n  - {{name: {namespace}}}");
        Problem::on_line("a.yaml", None, Position { line, column: 1 }, message)
            .of_object(about, Path::of(["items"]).item(line).join(["metadata", "namespace"]))
    }

    #[test]
    fn more_than_a_few_of_one_kind_are_one_and_what_differs_is_named() {
        let problems: Vec<Problem> = (1..=5).map(|i| unknown(&format!("team-{i}"), "web", i)).collect();
        let all: Vec<String> = grouped(&problems).iter().map(ToString::to_string).collect();
        assert_eq!(all.len(), 1, "{all:?}");
        let one = all.concat();
        assert!(one.starts_with("error: 5 places: Deployment team-1/web (a.yaml:1:1), Deployment team-2/web (a.yaml:2:1), Deployment team-3/web (a.yaml:3:1) and 2 more: items[*].metadata.namespace: nothing is known of namespace team-1, team-2, team-3 and 2 more, add:\n"), "{one}");
        assert!(one.contains("{name: team-5}") && one.matches("spec:").count() == 1, "{one}");
    }

    #[test]
    fn a_few_and_what_is_of_another_kind_stay_apart() {
        let mut problems: Vec<Problem> = (1..=3).map(|i| unknown("shop", &format!("web-{i}"), i)).collect();
        problems.extend((0..5).map(|_| Problem::in_file("b.yaml", "no YAML")));
        assert_eq!(grouped(&problems), problems);
    }
}
