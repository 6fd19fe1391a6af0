//! Values as fresh text: block style, flow style and JSON, and the quotes that a scalar needs.

use super::resolve;
use super::tree::ScalarStyle;
use crate::Value;

/// The style of a document, which what is new follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Style {
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
pub(super) enum Literal {
    /// All.
    Any,
    /// Text that does not end with a line end: empty lines may follow, or the text's end without a line end.
    Stripped,
    /// None: comments follow that are indented as far as the text.
    Never,
}

/// Which strings need quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Quoting {
    /// Whether the string stands in a flow collection, where `,`, `[`, `]`, `{` and `}` mean something.
    pub flow: bool,
    /// Whether `y` and `n` stay as they are: most readers take them for text, kubectl for booleans.
    pub letters_are_text: bool,
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
pub(super) struct FlowStyle {
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

/// A value in block style: what follows the `:` or `-` on its line, and the lines below.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Block {
    pub inline: String,
    pub lines: Vec<String>,
}

/// A value as text in block style, for a file of its own.
pub fn to_string(value: &Value) -> String {
    let block = item(value, 0, Style::default(), true);
    let mut text = block.inline;
    for line in block.lines {
        text.push('\n');
        text.push_str(&line);
    }
    text.push('\n');
    text
}

/// A value behind the key at this column.
pub(super) fn below_key(value: &Value, column: usize, style: Style) -> Block {
    match value {
        Value::Object(map) if !map.is_empty() => Block { inline: String::new(), lines: mapping(map, column + style.mapping, style) },
        Value::Array(list) if !list.is_empty() => Block { inline: String::new(), lines: sequence(list, column + style.list, style) },
        other => leaf(other, column + style.mapping, style),
    }
}

/// A value behind the dash at this column (or, at the root, at the start of the line).
pub(super) fn item(value: &Value, column: usize, style: Style, root: bool) -> Block {
    let inner = if root { column } else { column + 2 };
    let lines = match value {
        Value::Object(map) if !map.is_empty() => mapping(map, inner, style),
        Value::Array(list) if !list.is_empty() => sequence(list, inner, style),
        other => return leaf(other, if root { column + style.mapping } else { inner }, style),
    };
    let mut lines = lines.into_iter();
    let first = lines.next().unwrap_or_default();
    Block { inline: first.get(inner..).unwrap_or_default().to_owned(), lines: lines.collect() }
}

/// The lines of an entry at this column.
pub(super) fn entry(name: &str, value: Block, column: usize, quoting: Quoting) -> Vec<String> {
    let gap = if value.inline.is_empty() { "" } else { " " };
    let mut lines = vec![format!("{:column$}{}:{gap}{}", "", string(name, quoting), value.inline)];
    lines.extend(value.lines);
    lines
}

/// The lines of a list item at this column.
pub(super) fn dashed(value: Block, column: usize) -> Vec<String> {
    let gap = if value.inline.is_empty() { "" } else { " " };
    let mut lines = vec![format!("{:column$}-{gap}{}", "", value.inline)];
    lines.extend(value.lines);
    lines
}

fn mapping(map: &serde_json::Map<String, Value>, column: usize, style: Style) -> Vec<String> {
    map.iter().flat_map(|(k, v)| entry(k, below_key(v, column, style), column, style.quoting)).collect()
}

fn sequence(list: &[Value], column: usize, style: Style) -> Vec<String> {
    list.iter().flat_map(|v| dashed(item(v, column, style, false), column)).collect()
}

/// A scalar or an empty collection; the lines of a literal text stand at this column.
fn leaf(value: &Value, column: usize, style: Style) -> Block {
    let inline = match value {
        Value::Object(_) => "{}".to_owned(),
        Value::Array(_) => "[]".to_owned(),
        Value::String(text) => match literal(text, column).filter(|_| style.literal.allows(text)) {
            Some(block) => return block,
            None => string(text, style.quoting),
        },
        other => other.to_string(),
    };
    Block { inline, lines: Vec::new() }
}

/// Text of several lines as a literal block, where that can hold it.
fn literal(text: &str, column: usize) -> Option<Block> {
    let body = text.trim_end_matches('\n');
    let several_lines = body.contains('\n') || (text.ends_with('\n') && !body.is_empty());
    // A first line that starts with a space would need an indentation indicator, which counts from the parent's column.
    if !several_lines || text.starts_with([' ', '\n']) || text.chars().any(|c| c != '\n' && is_special(c)) {
        return None;
    }
    let trailing = text.len() - body.len();
    let chomp = match trailing {
        0 => "-",
        1 => "",
        _ => "+",
    };
    let mut lines: Vec<String> =
        body.split('\n').map(|l| if l.is_empty() { String::new() } else { format!("{:column$}{l}", "") }).collect();
    lines.extend(std::iter::repeat_n(String::new(), trailing.saturating_sub(1)));
    Some(Block { inline: format!("|{chomp}"), lines })
}

/// A string on one line, quoted where it must be.
pub(super) fn string(text: &str, quoting: Quoting) -> String {
    if is_plain(text, quoting) {
        text.to_owned()
    } else if text.contains('"') && !text.chars().any(is_special) {
        single_quoted(text)
    } else {
        double_quoted(text)
    }
}

/// A scalar that takes the place of one written in this style; nothing where it cannot stand on one line in that style.
pub(super) fn in_style(value: &Value, style: ScalarStyle, quoting: Quoting) -> Option<String> {
    let Value::String(text) = value else {
        return (!value.is_object() && !value.is_array()).then(|| value.to_string());
    };
    if text.contains('\n') && !quoting.flow {
        return None;
    }
    Some(match style {
        ScalarStyle::Single if !text.chars().any(is_special) => single_quoted(text),
        ScalarStyle::Single | ScalarStyle::Double => double_quoted(text),
        _ => string(text, quoting),
    })
}

fn single_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn double_quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
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
    out
}

/// Characters that do not stand for themselves everywhere: controls, line ends of other standards, the BOM.
fn is_special(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// Whether readers of YAML 1.1 and 1.2 both read this as the string that it is.
fn is_plain(text: &str, quoting: Quoting) -> bool {
    let flow = quoting.flow;
    let mut characters = text.chars();
    let Some(first) = characters.next() else { return false };
    let second = characters.next();
    let indicator = match first {
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

/// The length of `false`, the longest word that is no text.
const LONGEST_WORD: usize = 5;

/// Whether some reader takes it for a number, a boolean, null or a date.
fn is_other_type(text: &str) -> bool {
    if text.len() > LONGEST_WORD && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/') {
        return false;
    }
    if resolve::plain(text) != Some(Value::String(text.to_owned())) {
        return true;
    }
    let lower = text.to_lowercase();
    if matches!(lower.as_str(), "yes" | "no" | "on" | "off" | "true" | "false" | "null" | "y" | "n") {
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
pub(super) fn flow(value: &Value, style: FlowStyle, column: usize) -> String {
    let (open, close, parts): (char, char, Vec<String>) = match value {
        Value::Object(map) => {
            let inner = column + style.step.unwrap_or(0);
            let colon = if style.colon_space { ": " } else { ":" };
            let parts = map.iter().map(|(k, v)| format!("{}{colon}{}", flow_key(k, style), flow(v, style, inner)));
            ('{', '}', parts.collect())
        }
        Value::Array(list) => ('[', ']', list.iter().map(|v| flow(v, style, column + style.step.unwrap_or(0))).collect()),
        Value::String(text) if style.json => return Value::String(text.clone()).to_string(),
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

/// A key in flow style.
pub(super) fn flow_key(name: &str, style: FlowStyle) -> String {
    if style.json { Value::String(name.to_owned()).to_string() } else { string(name, style.quoting) }
}
