//! Text of others as a terminal and a log take it: it is read and does nothing, neither to the terminal nor to who runs the job.
//! Markdown and HTML have their own in `report::escape`.

use std::borrow::Cow;
use std::fmt::Write as _;

/// What makes a command of GitHub's runner, wherever it stands in a line.
const OLD_COMMAND: &str = "##[";
/// What makes a command of GitHub's runner at the start of a line.
const COMMAND: &str = "::";

/// A name or a value as a part of one line: whatever ends a line, moves the cursor or is not seen is written out.
pub fn one_line(text: &str) -> Cow<'_, str> {
    escaped(text, |_| false)
}

/// A text of several lines: they stay, and none of them is a command.
pub fn plain(text: &str) -> Cow<'_, str> {
    let is_command = |line: &str| line.trim_start().starts_with(COMMAND);
    let text = escaped(text, |c| matches!(c, '\n' | '\t'));
    if !text.lines().any(is_command) {
        return text;
    }
    let line = |line: &str| if is_command(line) { line.replacen(COMMAND, "\\u{3a}:", 1) } else { line.to_owned() };
    Cow::Owned(text.split_inclusive('\n').map(line).collect())
}

/// A line of a source with the same number of characters.
#[cfg(feature = "cli")]
pub fn same_width(line: &str) -> String {
    line.chars().map(|c| if is_invisible(c) && c != '\t' { '\u{fffd}' } else { c }).collect()
}

/// Characters that change what is seen without being seen: of control, and those that turn the direction of what follows.
pub fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

fn escaped(text: &str, stays: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(OLD_COMMAND) && !text.chars().any(|c| is_invisible(c) && !stays(c)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            c if !is_invisible(c) || stays(c) => out.push(c),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // Writing to a text cannot fail.
            c => drop(write!(out, "\\u{{{:x}}}", u32::from(c))),
        }
    }
    Cow::Owned(out.replace(OLD_COMMAND, "#\\u{23}["))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_within_its_line() {
        assert_eq!(one_line("web\n::error::x\r\u{1b}[31m\u{9b}2J\u{202e}\u{2028}"), r"web\n::error::x\r\u{1b}[31m\u{9b}2J\u{202e}\u{2028}");
        assert_eq!(one_line("web ##[error]x"), r"web #\u{23}[error]x");
        assert!(matches!(one_line("größe-1"), Cow::Borrowed("größe-1")));
    }

    #[test]
    fn lines_stay_and_are_no_commands() {
        assert_eq!(plain("a: b\n  ::add-mask::x\n::error::y\n"), "a: b\n  \\u{3a}:add-mask::x\n\\u{3a}:error::y\n");
        assert!(matches!(plain("a\n\tb :: c"), Cow::Borrowed(_)));
    }
}
