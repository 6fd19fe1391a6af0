//! Unified diffs, as `diff -u` and `git apply` know them.

use similar::TextDiff;

/// How many lines a change adds and removes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Lines only in the text after.
    pub added: usize,
    /// Lines only in the text before.
    pub removed: usize,
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let lines = |n: usize| if n == 1 { "line" } else { "lines" };
        write!(f, "{} {} added", self.added, lines(self.added))?;
        if self.removed > 0 {
            write!(f, ", {} removed", self.removed)?;
        }
        Ok(())
    }
}

/// The unified diff of two texts under this name; empty when they are equal.
pub fn unified(name: &str, before: &str, after: &str) -> String {
    if before == after {
        return String::new();
    }
    TextDiff::from_lines(before, after).unified_diff().context_radius(3).header(&format!("a/{name}"), &format!("b/{name}")).to_string()
}

/// How many lines of a unified diff add and remove.
pub fn counts(diff: &str) -> Counts {
    let body = diff.lines().skip(2);
    body.fold(Counts::default(), |mut counts, line| {
        counts.added += usize::from(line.starts_with('+'));
        counts.removed += usize::from(line.starts_with('-'));
        counts
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_have_no_diff() {
        assert_eq!(unified("a.yaml", "x\n", "x\n"), "");
    }

    #[test]
    fn counts_leave_the_header_out() {
        let diff = unified("a.yaml", "a\nb\n", "a\nc\nd\n");
        assert_eq!(counts(&diff), Counts { added: 2, removed: 1 });
        assert_eq!(counts(&diff).to_string(), "2 lines added, 1 removed");
    }
}
