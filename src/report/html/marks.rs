//! Which part of a line is new, where a line takes the place of another.

use std::collections::HashMap;
use std::ops::Range;

use crate::report::Row;

/// The part that differs, in bytes, of each removed line and the added one that takes its place; by index of the line. Lines
/// that have little in common are not marked.
pub(super) fn marks(rows: &[Row<'_>]) -> HashMap<usize, Range<usize>> {
    let mut marks = HashMap::new();
    let mut index = 0;
    while index < rows.len() {
        let run = |from: usize, sign: char| rows.iter().skip(from).take_while(|row| row.sign() == sign).count();
        let removed = run(index, '-');
        let added = run(index + removed, '+');
        for i in index..index + removed.min(added) {
            let (Some(old), Some(new)) = (rows.get(i), rows.get(i + removed)) else { continue };
            if let Some((a, b)) = differing(&old.text, &new.text) {
                marks.insert(i, a);
                marks.insert(i + removed, b);
            }
        }
        index += (removed + added).max(1);
    }
    marks
}

/// What is left of two lines without the same start and the same end.
fn differing(old: &str, new: &str) -> Option<(Range<usize>, Range<usize>)> {
    let same = |pairs: &mut dyn Iterator<Item = (char, char)>| pairs.take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum::<usize>();
    let start = same(&mut old.chars().zip(new.chars()));
    let rest = |text: &str| text.get(start..).unwrap_or_default().to_owned();
    let end = same(&mut rest(old).chars().rev().zip(rest(new).chars().rev()));
    let indent = old.len() - old.trim_start().len();
    let alike = start.saturating_sub(indent) + end;
    let differs = start + end < old.len() || start + end < new.len();
    (differs && alike * 3 >= old.trim().len().min(new.trim().len())).then(|| (start..old.len() - end, start..new.len() - end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_part_that_differs() {
        assert_eq!(differing("  image: web:1.30", "  image: web:1.31"), Some((16..17, 16..17)));
        assert_eq!(differing("labels: {app: web}", "labels: {app: web, x: y}"), Some((17..17, 17..23)));
        assert_eq!(differing("é: 1", "é: 2"), Some((4..5, 4..5)));
        assert_eq!(differing("  command: [a]", "  - value: other"), None);
        assert_eq!(differing("same", "same"), None);
    }
}
