//! Unified diffs, as `diff -u` and `git apply` know them.

use std::collections::HashSet;
use std::io::{self, Write};

use similar::TextDiff;

use super::model::{Counts, FileReport, Report};
use crate::plain::plain;

/// How many lines around a change are shown.
pub(super) const CONTEXT: usize = 3;

/// The unified diff of two texts under this name; empty when they are equal.
pub fn unified(name: &str, before: &str, after: &str) -> String {
    between(before, after, &header('a', name), &header('b', name))
}

/// Writes the differences of all files, in colours at a terminal. `git apply` takes it in the folder to which the
/// names of the files are relative.
///
/// # Errors
///
/// When the writer fails.
pub fn write_unified(report: &Report<'_>, colours: bool, out: &mut dyn Write) -> io::Result<()> {
    let mut done = HashSet::new();
    for FileReport { name, before, after, .. } in &report.files {
        // Two paths may lead to one file, which can be patched once.
        if !done.insert(name) {
            continue;
        }
        let side = |is_there: bool, side: char| if is_there { header(side, name) } else { "/dev/null".to_owned() };
        let diff = between(
            before.as_deref().unwrap_or_default(),
            after.as_deref().unwrap_or_default(),
            &side(before.is_some(), 'a'),
            &side(after.is_some(), 'b'),
        );
        if !colours {
            out.write_all(diff.as_bytes())?;
            continue;
        }
        for (index, line) in diff.split_inclusive('\n').enumerate() {
            let (text, end) = line.strip_suffix('\n').map_or((line, ""), |text| (text, "\n"));
            // The user looks at it; `git apply` is not given it.
            let shown = plain(text);
            match colour(index, text) {
                Some(colour) => write!(out, "{colour}{shown}\x1b[0m{end}")?,
                None => write!(out, "{shown}{end}")?,
            }
        }
    }
    Ok(())
}

/// The escape sequence of a line's colour, as git has them.
fn colour(index: usize, line: &str) -> Option<&'static str> {
    match line.bytes().next() {
        _ if index < 2 => Some("\x1b[1m"),
        Some(b'+') => Some("\x1b[32m"),
        Some(b'-') => Some("\x1b[31m"),
        Some(b'@') => Some("\x1b[36m"),
        _ => None,
    }
}

fn between(before: &str, after: &str, old: &str, new: &str) -> String {
    if before == after {
        return String::new();
    }
    // Not `TextDiff::from_lines`, nor a hunk's own text: for git, a lone carriage return ends no line.
    let before: Vec<&str> = before.split_inclusive('\n').collect();
    let after: Vec<&str> = after.split_inclusive('\n').collect();
    let mut text = format!("--- {old}\n+++ {new}\n");
    for hunk in TextDiff::from_slices(&before, &after).unified_diff().context_radius(CONTEXT).iter_hunks() {
        text.push_str(&format!("{}\n", hunk.header()));
        for change in hunk.iter_changes() {
            let line = change.value();
            let end = if line.ends_with('\n') { "" } else { "\n\\ No newline at end of file\n" };
            text.push_str(&format!("{}{line}{end}", change.tag()));
        }
    }
    text
}

/// A file's name in the header: in quotes where git would put it in quotes, with a tab behind it where a space would end it.
fn header(side: char, name: &str) -> String {
    let special = |c: char| c.is_control() || c == '"' || c == '\\';
    if !name.contains(special) {
        let tab = if name.contains(' ') { "\t" } else { "" };
        return format!("{side}/{name}{tab}");
    }
    let mut quoted = format!("\"{side}/");
    for c in name.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() => {
                let mut bytes = [0; 4];
                quoted.extend(c.encode_utf8(&mut bytes).bytes().map(|b| format!("\\{b:03o}")));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
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
    fn names_as_git_reads_them() {
        assert_eq!(header('a', "deploy/web.yaml"), "a/deploy/web.yaml");
        assert_eq!(header('b', "my shop.yaml"), "b/my shop.yaml\t");
        assert_eq!(header('b', "a \"b\"\\\n\u{1}é.yaml"), r#""b/a \"b\"\\\n\001é.yaml""#);
    }

    #[test]
    fn lines_end_where_git_ends_them() {
        let diff = unified("a.yaml", "a\r\nb\r", "a\r\nc\r");
        assert!(diff.ends_with(" a\r\n-b\r\n\\ No newline at end of file\n+c\r\n\\ No newline at end of file\n"), "{diff}");
        let diff = unified("a.yaml", "a\rb\nc", "a\rb\nc\nd");
        assert_eq!(
            diff,
            "--- a/a.yaml\n+++ b/a.yaml\n@@ -1,2 +1,3 @@\n a\rb\n-c\n\\ No newline at end of file\n+c\n+d\n\\ No newline at end of file\n"
        );
    }

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
