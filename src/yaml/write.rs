//! Values as fresh text: block style, flow style and JSON, and the quotes that a scalar needs.

use super::resolve;
use super::tree::ScalarStyle;
use crate::Value;

/// The style of a document, which what is new follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Style {
    /// How many columns a mapping is indented below its key.
    pub mapping: usize,
    /// How many columns a list's dashes are indented below its key.
    pub list: usize,
    /// Which strings need quotes.
    pub quoting: Quoting,
    /// Which text of several lines may be a literal block.
    pub literal: Literal,
}

/// Which text may be a literal block: what follows the place where it goes may become part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Literal {
    /// All.
    Any,
    /// Text that does not end with a line end: empty lines may follow, or the text's end without a line end.
    Stripped,
    /// None: comments follow that are indented as far as the text.
    Never,
}

/// Which strings need quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Quoting {
    /// Whether the string stands in a flow collection, where `,`, `[`, `]`, `{` and `}` mean something.
    pub flow: bool,
    /// Whether `y` and `n` stay as they are: most readers take them for text, kubectl for booleans.
    pub letters_are_text: bool,
    /// Whether a string is quoted as Kubernetes' own writer does it.
    pub as_go: bool,
}

impl Literal {
    fn allows(self, text: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Stripped => !text.ends_with('\n'),
            Self::Never => false,
        }
    }
}

impl Default for Style {
    fn default() -> Self {
        Self { mapping: 2, list: 0, quoting: Quoting::default(), literal: Literal::Any }
    }
}

/// The style of a flow collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FlowStyle {
    /// Whether keys and strings are quoted as in JSON.
    pub json: bool,
    /// Whether a space stands behind `:`.
    pub colon_space: bool,
    /// Whether a space stands behind `,`.
    pub comma_space: bool,
    /// Which strings need quotes.
    pub quoting: Quoting,
    /// Columns of indentation, where each item has a line of its own; nothing where all stand on one.
    pub step: Option<usize>,
}

/// A value in block style: what follows the `:` or `-` on its line, and the lines below, each with a line end before it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Block {
    pub inline: String,
    pub below: String,
}

impl Block {
    /// Of what stands behind an indicator: after a space on its line, or on the lines below.
    fn behind(indicator: &str) -> Self {
        let (inline, below) = indicator.split_at(indicator.find('\n').unwrap_or(indicator.len()));
        Self { inline: inline.strip_prefix(' ').unwrap_or(inline).to_owned(), below: below.to_owned() }
    }
}

/// A value as text in block style, for a file of its own.
pub fn to_string(value: &Value) -> String {
    let block = item(value, 0, Style::default(), true);
    block.inline + &block.below + "\n"
}

/// A value as Kubernetes' own writer of YAML has it, which differs in quotes.
pub fn to_string_as_go(value: &Value) -> String {
    let style = Style { quoting: Quoting { as_go: true, ..Quoting::default() }, ..Style::default() };
    let block = item(value, 0, style, true);
    block.inline + &block.below + "\n"
}

/// A value behind the key at this column.
pub(crate) fn below_key(value: &Value, column: usize, style: Style) -> Block {
    let mut text = String::new();
    write_below_key(&mut text, value, column, style);
    Block::behind(&text)
}

/// A value behind the dash at this column (or, at the root, at the start of the line).
pub(crate) fn item(value: &Value, column: usize, style: Style, root: bool) -> Block {
    let mut text = String::new();
    write_item(&mut text, value, column, style, root);
    Block::behind(&text)
}

/// The lines of an entry at this column, each with a line end before it.
pub(crate) fn entry(name: &str, value: &Value, column: usize, style: Style) -> String {
    let mut text = String::new();
    line(&mut text, column);
    write_entry(&mut text, name, value, column, style);
    text
}

/// The line of an entry at this column whose value is written already.
pub(crate) fn entry_of(name: &str, value: &str, column: usize, quoting: Quoting) -> String {
    let gap = if value.is_empty() { "" } else { " " };
    format!("\n{:column$}{}:{gap}{value}", "", string(name, quoting))
}

/// The lines of a list item at this column, each with a line end before it.
pub(crate) fn dashed(value: &Value, column: usize, style: Style) -> String {
    let mut text = String::new();
    line(&mut text, column);
    text.push('-');
    write_item(&mut text, value, column, style, false);
    text
}

/// Begins a line at this column.
fn line(out: &mut String, column: usize) {
    const SPACES: &str = "                                ";
    out.push('\n');
    match SPACES.get(..column) {
        Some(spaces) => out.push_str(spaces),
        None => out.extend(std::iter::repeat_n(' ', column)),
    }
}

fn write_entry(out: &mut String, name: &str, value: &Value, column: usize, style: Style) {
    write_string(out, name, style.quoting);
    out.push(':');
    write_below_key(out, value, column, style);
}

fn write_below_key(out: &mut String, value: &Value, column: usize, style: Style) {
    match value {
        Value::Object(map) if !map.is_empty() => write_mapping(out, map, column + style.mapping, style, false),
        Value::Array(list) if !list.is_empty() => write_sequence(out, list, column + style.list, style, false),
        other => write_leaf(out, other, column + style.mapping, style),
    }
}

fn write_item(out: &mut String, value: &Value, column: usize, style: Style, root: bool) {
    let inner = if root { column } else { column + 2 };
    match value {
        Value::Object(map) if !map.is_empty() => write_mapping(out, map, inner, style, true),
        Value::Array(list) if !list.is_empty() => write_sequence(out, list, inner, style, true),
        other => write_leaf(out, other, if root { column + style.mapping } else { inner }, style),
    }
}

/// A mapping at this column, whose first entry stands on a line that has begun or on one of its own.
fn write_mapping(out: &mut String, map: &serde_json::Map<String, Value>, column: usize, style: Style, mut begun: bool) {
    for (name, value) in map {
        if std::mem::take(&mut begun) {
            out.push(' ')
        } else {
            line(out, column)
        }
        write_entry(out, name, value, column, style);
    }
}

/// A list at this column, whose first item stands on a line that has begun or on one of its own.
fn write_sequence(out: &mut String, list: &[Value], column: usize, style: Style, mut begun: bool) {
    for value in list {
        if std::mem::take(&mut begun) {
            out.push(' ')
        } else {
            line(out, column)
        }
        out.push('-');
        write_item(out, value, column, style, false);
    }
}

/// A scalar or an empty collection behind a space; the lines of a literal text stand at this column.
fn write_leaf(out: &mut String, value: &Value, column: usize, style: Style) {
    out.push(' ');
    match value {
        Value::Object(_) => out.push_str("{}"),
        Value::Array(_) => out.push_str("[]"),
        Value::String(text) if is_literal(text) && style.literal.allows(text) => write_literal(out, text, column),
        Value::String(text) => write_string(out, text, style.quoting),
        Value::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        other => out.push_str(&other.to_string()),
    }
}

/// Whether a literal block can hold a text, and is worth it: a text of several lines.
fn is_literal(text: &str) -> bool {
    if !text.contains('\n') {
        return false;
    }
    let body = text.trim_end_matches('\n');
    // A first line that starts with a space would need an indentation indicator, which counts from the parent's column.
    !body.is_empty() && !text.starts_with([' ', '\n']) && !text.chars().any(|c| c != '\n' && is_special(c))
}

/// Text of several lines as a literal block.
fn write_literal(out: &mut String, text: &str, column: usize) {
    let body = text.trim_end_matches('\n');
    let trailing = text.len() - body.len();
    out.push_str(match trailing {
        0 => "|-",
        1 => "|",
        _ => "|+",
    });
    for part in body.split('\n') {
        line(out, if part.is_empty() { 0 } else { column });
        out.push_str(part);
    }
    out.extend(std::iter::repeat_n('\n', trailing.saturating_sub(1)));
}

/// A string on one line, quoted where it must be.
pub(crate) fn string(text: &str, quoting: Quoting) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    write_string(&mut out, text, quoting);
    out
}

fn write_string(out: &mut String, text: &str, quoting: Quoting) {
    if is_plain(text, quoting) || (quoting.as_go && matches!(text, "=" | "<<")) {
        out.push_str(text);
    } else if !text.chars().any(is_special) && (text.contains('"') || (quoting.as_go && !text.is_empty() && !is_other_type(text))) {
        write_single_quoted(out, text);
    } else {
        write_double_quoted(out, text);
    }
}

/// A scalar that takes the place of one written in this style; nothing where it cannot stand on one line in that style.
pub(crate) fn in_style(value: &Value, style: ScalarStyle, quoting: Quoting) -> Option<String> {
    let Value::String(text) = value else {
        return (!value.is_object() && !value.is_array()).then(|| value.to_string());
    };
    if text.contains('\n') && !quoting.flow {
        return None;
    }
    let mut out = String::with_capacity(text.len() + 2);
    match style {
        ScalarStyle::Single if !text.chars().any(is_special) => write_single_quoted(&mut out, text),
        ScalarStyle::Single | ScalarStyle::Double => write_double_quoted(&mut out, text),
        _ => write_string(&mut out, text, quoting),
    }
    Some(out)
}

fn write_single_quoted(out: &mut String, text: &str) {
    out.push('\'');
    out.push_str(&text.replace('\'', "''"));
    out.push('\'');
}

fn write_double_quoted(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_special(c) && (c as u32) < 0x100 => out.push_str(&format!("\\x{:02x}", c as u32)),
            c if is_special(c) => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Characters that do not stand for themselves everywhere: controls, line ends of other standards, the BOM.
fn is_special(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// Whether readers of YAML 1.1 and 1.2 both read this as the string that it is.
fn is_plain(text: &str, quoting: Quoting) -> bool {
    if is_simple(text) {
        return true;
    }
    let flow = quoting.flow;
    let mut characters = text.chars();
    let Some(first) = characters.next() else { return false };
    let second = characters.next();
    let indicator = match first {
        // In flow style readers of YAML 1.1 take these two for indicators, whatever follows.
        '?' | ':' if flow => true,
        '-' | '?' | ':' => second.is_none_or(|c| c == ' ' || (flow && ",[]{}".contains(c))),
        ',' | '[' | ']' | '{' | '}' | '#' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`' | '=' => true,
        _ => false,
    };
    let structure = text.starts_with(' ')
        || text.ends_with([' ', ':'])
        || text.contains(": ")
        || text.contains(" #")
        || text == "<<"
        || text.starts_with("---")
        || text.starts_with("...")
        || (flow && text.contains([',', '[', ']', '{', '}']))
        || text.chars().any(is_special);
    !indicator && !structure && (!is_other_type(text) || (quoting.letters_are_text && matches!(text, "y" | "n" | "Y" | "N")))
}

/// Whether a text is of letters and such signs as mean nothing anywhere, and no word of another type: most are.
fn is_simple(text: &str) -> bool {
    let begins = text.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'/');
    begins && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'/')) && !is_word(text)
}

/// Whether some reader takes a text for a boolean or null.
fn is_word(text: &str) -> bool {
    let words = ["yes", "no", "on", "off", "true", "false", "null", "y", "n"];
    text.len() <= LONGEST_WORD && words.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// The length of `false`, the longest word that is no text.
const LONGEST_WORD: usize = 5;

/// Whether some reader takes it for a number, a boolean, null or a date.
fn is_other_type(text: &str) -> bool {
    if text.len() > LONGEST_WORD && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/') {
        return false;
    }
    if is_word(text) || !resolve::is_text(text) {
        return true;
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return false;
    }
    is_sexagesimal(digits)
        || is_date(digits)
        || digits.bytes().all(|b| b.is_ascii_digit() || b"._eE+-".contains(&b)) && digits.parse::<f64>().is_ok()
}

/// `1:30`, which YAML 1.1 reads as 90.
fn is_sexagesimal(text: &str) -> bool {
    text.contains(':') && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b':' | b'_' | b'.'))
}

/// `2026-11-23` and longer: a date or a time.
fn is_date(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let numeric = |p: Option<&str>, lengths: std::ops::RangeInclusive<usize>| {
        p.is_some_and(|p| lengths.contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit()))
    };
    let (year, month, rest) = (parts.next(), parts.next(), parts.next());
    numeric(year, 4..=4) && numeric(month, 1..=2) && rest.is_some_and(|r| r.starts_with(|c: char| c.is_ascii_digit()))
}

/// A value in flow style; `column` is that of the line on which it starts, for values over several lines.
pub(crate) fn flow(value: &Value, style: FlowStyle, column: usize) -> String {
    let (open, close, parts): (char, char, Vec<String>) = match value {
        Value::Object(map) => {
            let inner = column + style.step.unwrap_or(0);
            let colon = if style.colon_space { ": " } else { ":" };
            let parts = map.iter().map(|(k, v)| format!("{}{colon}{}", flow_key(k, style), flow(v, style, inner)));
            ('{', '}', parts.collect())
        }
        Value::Array(list) => ('[', ']', list.iter().map(|v| flow(v, style, column + style.step.unwrap_or(0))).collect()),
        Value::String(text) if style.json => return json_string(text),
        Value::String(text) => return string(text, style.quoting),
        other => return other.to_string(),
    };
    if parts.is_empty() {
        return format!("{open}{close}");
    }
    match style.step {
        Some(step) => {
            let inner = column + step;
            let lines: Vec<String> = parts.iter().map(|p| format!("{:inner$}{p}", "")).collect();
            format!("{open}\n{}\n{:column$}{close}", lines.join(",\n"), "")
        }
        None => format!("{open}{}{close}", parts.join(if style.comma_space { ", " } else { "," })),
    }
}

/// A text as JSON writes it, where what ends a line to some readers of YAML is escaped, too.
fn json_string(text: &str) -> String {
    let mut out = Value::String(text.to_owned()).to_string();
    for mark in ['\u{85}', '\u{2028}', '\u{2029}'] {
        if out.contains(mark) {
            out = out.replace(mark, &format!("\\u{:04x}", mark as u32));
        }
    }
    out
}

/// A key in flow style.
pub(crate) fn flow_key(name: &str, style: FlowStyle) -> String {
    if style.json { json_string(name) } else { string(name, style.quoting) }
}
