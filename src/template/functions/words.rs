//! Sprig's functions on the words and letters of a text.

use std::iter::Peekable;
use std::vec::IntoIter;

use super::arguments::{Function, Result, arg, as_text, count, string, text};
use super::numbers::integer;

pub(super) const FUNCTIONS: &[(&str, Function)] = &[
    ("title", |a| Ok(string(title(&text(a, 0))))),
    ("untitle", |a| Ok(string(untitled(&text(a, 0))))),
    ("swapcase", |a| Ok(string(swapped(&text(a, 0))))),
    ("initials", |a| Ok(string(text(a, 0).split_whitespace().filter_map(|w| w.chars().next()).collect::<String>()))),
    ("snakecase", |a| Ok(string(separated(&text(a, 0), '_')))),
    ("kebabcase", |a| Ok(string(separated(&text(a, 0), '-')))),
    ("camelcase", |a| Ok(string(camel_case(&text(a, 0))))),
    ("plural", |a| Ok(string(as_text(arg(a, usize::from(integer(arg(a, 2)) != 1)))))),
    ("wrap", |a| wrapped(&text(a, 1), count("wrap", arg(a, 0))?, "\n", false)),
    ("wrapWith", |a| wrapped(&text(a, 2), count("wrapWith", arg(a, 0))?, &text(a, 1), true)),
    ("abbrev", |a| Ok(string(abbreviated(&text(a, 1), 0, integer(arg(a, 0)))))),
    ("abbrevboth", |a| Ok(string(abbreviated(&text(a, 2), integer(arg(a, 0)), integer(arg(a, 1)))))),
];

/// Upper-cases each letter that follows something else than a letter, a digit or `_`.
fn title(text: &str) -> String {
    let mut up = true;
    let mut next = |c: char| {
        let first = std::mem::replace(&mut up, !(c.is_alphanumeric() || c == '_'));
        if first { upper(c) } else { c }
    };
    text.chars().map(&mut next).collect()
}

/// Lower-cases the first letter of each word.
fn untitled(text: &str) -> String {
    let mut start = true;
    let mut next = |c: char| {
        let first = std::mem::replace(&mut start, c.is_whitespace()) && !c.is_whitespace();
        if first { lower(c) } else { c }
    };
    text.chars().map(&mut next).collect()
}

fn swapped(text: &str) -> String {
    text.chars().map(|c| if c.is_lowercase() { upper(c) } else { lower(c) }).collect()
}

/// One letter in upper case, where that is one letter.
fn upper(c: char) -> char {
    let mut letters = c.to_uppercase();
    letters.next().filter(|_| letters.next().is_none()).unwrap_or(c)
}

/// One letter in lower case, where that is one letter.
fn lower(c: char) -> char {
    let mut letters = c.to_lowercase();
    letters.next().filter(|_| letters.next().is_none()).unwrap_or(c)
}

fn is_connector(c: char) -> bool {
    c == '-' || c == '_' || c.is_whitespace()
}

/// What a part of an identifier consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    /// Capitals, or a capital and the small letters behind it.
    Capital,
    Small,
    Connector,
    Punctuation,
    Other,
}

impl Kind {
    fn of(c: char) -> Self {
        match c {
            c if is_connector(c) => Self::Connector,
            c if c.is_ascii_punctuation() => Self::Punctuation,
            c if c.is_uppercase() => Self::Capital,
            c if c.is_alphabetic() => Self::Small,
            c if c.is_numeric() => Self::Number,
            _ => Self::Other,
        }
    }
}

/// The parts of an identifier: `HTTPServer2` is `HTTP`, `Server`, `2`.
fn parts(text: &str) -> Vec<(Kind, String)> {
    let mut letters = text.chars().peekable();
    let mut all = Vec::new();
    while let Some(first) = letters.next() {
        let kind = Kind::of(first);
        let mut part = String::from(first);
        let mut take = |wanted: Kind, part: &mut String| {
            while let Some(next) = letters.next_if(|c| Kind::of(*c) == wanted) {
                part.push(next);
            }
        };
        take(kind, &mut part);
        if kind == Kind::Capital && part.chars().nth(1).is_none() {
            take(Kind::Small, &mut part);
        } else if kind == Kind::Capital && letters.peek().is_some_and(|c| Kind::of(*c) == Kind::Small) {
            // The last of several capitals begins the next word.
            let last = part.pop();
            all.push((kind, std::mem::take(&mut part)));
            part.extend(last);
            while let Some(next) = letters.next_if(|c| Kind::of(*c) == Kind::Small) {
                part.push(next);
            }
        }
        all.push((kind, part));
    }
    all
}

/// An identifier as small words with a connector between them. A number belongs to the word before it, unless small letters follow it.
fn separated(text: &str, connector: char) -> String {
    let mut rest = parts(text).into_iter().peekable();
    let mut out = String::new();
    let push = |(kind, part): (Kind, String), out: &mut String| match kind {
        Kind::Connector => out.extend(part.chars().map(|_| connector)),
        _ => out.extend(part.chars().map(lower)),
    };
    let joins = |rest: &mut Peekable<IntoIter<(Kind, String)>>| {
        rest.peek().is_some_and(|(kind, _)| !matches!(kind, Kind::Connector | Kind::Punctuation))
    };
    while let Some(part) = rest.next() {
        let kind = part.0;
        push(part, &mut out);
        let mut number = kind == Kind::Number;
        if matches!(kind, Kind::Connector | Kind::Punctuation) {
            continue;
        }
        if !number && let Some(digits) = rest.next_if(|(k, _)| *k == Kind::Number) {
            number = rest.peek().is_some_and(|(k, _)| *k == Kind::Small);
            if number {
                out.push(connector);
            }
            push(digits, &mut out);
        }
        while number && let Some(more) = rest.next_if(|(k, _)| matches!(k, Kind::Small | Kind::Number)) {
            push(more, &mut out);
        }
        if joins(&mut rest) {
            out.push(connector);
        }
    }
    out
}

/// Words in camel case, the first one too. Connectors at the ends stay, and all but one between words.
fn camel_case(text: &str) -> String {
    let mut out = String::new();
    let body = text.trim_start_matches(is_connector);
    out.push_str(text.get(..text.len() - body.len()).unwrap_or_default());
    let mut before: Option<char> = None;
    let mut in_capitals = false;
    for c in body.chars() {
        let starts = before.is_none_or(is_connector);
        if let Some(connector) = before.filter(|b| is_connector(*b) && is_connector(c)) {
            out.push(connector);
        } else if !is_connector(c) {
            if starts {
                in_capitals = c.is_uppercase();
                out.push(upper(c));
            } else {
                in_capitals &= c.is_uppercase();
                out.push(if in_capitals { lower(c) } else { c });
            }
        }
        before = Some(c);
    }
    out.extend(before.filter(|c| is_connector(*c)));
    out
}

/// Lines of at most `width` bytes, broken at spaces; `breaks` also breaks words that are longer.
fn wrapped(text: &str, width: usize, separator: &str, breaks: bool) -> Result {
    let (width, separator) = (width.max(1), if separator.is_empty() { "\n" } else { separator });
    let mut out = String::new();
    let mut rest = text;
    while rest.len() > width {
        if let Some(trimmed) = rest.strip_prefix(' ') {
            rest = trimmed;
            continue;
        }
        let line = rest.get(..rest.floor_char_boundary(width + 1)).unwrap_or_default();
        let end = match line.rfind(' ') {
            Some(space) => space,
            None if breaks => {
                let cut = rest.floor_char_boundary(width);
                if cut == 0 {
                    break;
                }
                out.push_str(rest.get(..cut).unwrap_or_default());
                out.push_str(separator);
                rest = rest.get(cut..).unwrap_or_default();
                continue;
            }
            None => match rest.find(' ') {
                Some(space) => space,
                None => break,
            },
        };
        out.push_str(rest.get(..end).unwrap_or_default());
        out.push_str(separator);
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    out.push_str(rest);
    Ok(string(out))
}

/// A text cut to `width` bytes, three of which are dots at each end that is cut.
fn abbreviated(text: &str, offset: i64, width: i64) -> String {
    let Ok(width) = usize::try_from(width) else { return text.to_owned() };
    if width < 4 || (offset > 0 && width < 7) || text.len() <= width {
        return text.to_owned();
    }
    let offset = usize::try_from(offset).unwrap_or(0).min(text.len()).min(text.len() - (width - 3));
    if offset <= 4 {
        return format!("{}...", super::arguments::bytes(text, 0, width - 3));
    }
    if offset + width - 3 < text.len() {
        return format!(
            "...{}",
            abbreviated(super::arguments::bytes(text, offset, text.len()).as_ref(), 0, i64::try_from(width - 3).unwrap_or(0))
        );
    }
    format!("...{}", super::arguments::bytes(text, text.len() - (width - 3), text.len()))
}
