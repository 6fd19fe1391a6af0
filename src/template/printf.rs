//! Go's `Sprintf`: verbs, flags, widths and what it prints where a verb does not fit its value.

use std::borrow::Cow;

use gotmpl::Value as Go;

use super::{boxed, gofmt, kinds};
use crate::go;
use crate::go::quoted;

/// How wide a field may be: far more than a manifest needs.
const MAX_WIDTH: usize = 100_000;

/// One verb with its flags.
#[derive(Debug, Default)]
struct Verb {
    plus: bool,
    minus: bool,
    sharp: bool,
    space: bool,
    zero: bool,
    width: Option<usize>,
    precision: Option<usize>,
    letter: char,
}

/// Formats values as Go does.
pub(super) fn sprintf(format: &str, values: &[Go]) -> String {
    let mut out = String::with_capacity(format.len() + 16);
    let mut letters = format.chars().peekable();
    let (mut next, mut reordered) = (0, false);
    while let Some(letter) = letters.next() {
        if letter != '%' {
            out.push(letter);
            continue;
        }
        let mut verb = Verb::default();
        while let Some(flag) = letters.next_if(|c| "+-# 0".contains(*c)) {
            match flag {
                '+' => verb.plus = true,
                '-' => verb.minus = true,
                '#' => verb.sharp = true,
                ' ' => verb.space = true,
                _ => verb.zero = true,
            }
        }
        let mut index = |letters: &mut std::iter::Peekable<std::str::Chars<'_>>, next: &mut usize| {
            if letters.next_if_eq(&'[').is_some() {
                let number: String = std::iter::from_fn(|| letters.next_if(|c| *c != ']')).collect();
                letters.next();
                *next = number.parse::<usize>().unwrap_or(0).wrapping_sub(1);
                reordered = true;
            }
        };
        index(&mut letters, &mut next);
        verb.width = size(&mut letters, values, &mut next, &mut verb.minus);
        if letters.next_if_eq(&'.').is_some() {
            index(&mut letters, &mut next);
            verb.precision = Some(size(&mut letters, values, &mut next, &mut false).unwrap_or(0));
        }
        index(&mut letters, &mut next);
        let Some(letter) = letters.next() else {
            out.push_str("%!(NOVERB)");
            break;
        };
        if letter == '%' {
            out.push('%');
            continue;
        }
        verb.letter = letter;
        match values.get(next) {
            Some(value) => verb.print(value, &mut out),
            None if next >= values.len() && reordered => out.push_str(&format!("%!{letter}(BADINDEX)")),
            None => out.push_str(&format!("%!{letter}(MISSING)")),
        }
        next = next.wrapping_add(1);
    }
    if !reordered && next < values.len() {
        let rest = values.get(next..).unwrap_or_default().iter();
        let rest: Vec<String> =
            rest.map(|v| if matches!(v, Go::Nil) { "<nil>".to_owned() } else { format!("{}={}", type_of(v), gofmt::print(v)) }).collect();
        out.push_str(&format!("%!(EXTRA {})", rest.join(", ")));
    }
    out
}

/// A width or a precision: digits, or `*` for the next value.
fn size(letters: &mut std::iter::Peekable<std::str::Chars<'_>>, values: &[Go], next: &mut usize, minus: &mut bool) -> Option<usize> {
    if letters.next_if_eq(&'*').is_some() {
        let value = values.get(*next);
        *next += 1;
        let Some(Go::Int(n)) = value else { return None };
        *minus |= *n < 0;
        return usize::try_from(n.unsigned_abs()).ok().map(|n| n.min(MAX_WIDTH));
    }
    let digits: String = std::iter::from_fn(|| letters.next_if(char::is_ascii_digit)).collect();
    digits.parse::<usize>().ok().map(|n| n.min(MAX_WIDTH))
}

/// Go's type of a value, as `%T` prints it.
pub(super) fn type_of(value: &Go) -> Cow<'static, str> {
    if let Some(boxed) = boxed::type_name(value) {
        return boxed.into();
    }
    let name = match value {
        Go::Nil => "<nil>",
        Go::Bool(_) => "bool",
        Go::Int(_) => "int",
        Go::Uint(_) => "uint64",
        Go::Float(_) => "float64",
        Go::String(_) => "string",
        Go::List(_) => "[]interface {}",
        Go::Map(_) if kinds::of(value) == Some(kinds::Map::Texts) => "map[string]string",
        Go::Map(_) => "map[string]interface {}",
        _ => "func",
    };
    name.into()
}

impl Verb {
    fn print(&self, value: &Go, out: &mut String) {
        let value = match self.letter {
            'v' | 's' | 'q' => boxed::printed(value).unwrap_or(value),
            'T' => value,
            _ => boxed::held(value),
        };
        match (self.letter, value) {
            ('T', value) => self.pad(&type_of(value), out),
            ('v', Go::String(text)) if self.sharp => self.pad(&quoted(text), out),
            ('v', Go::Int(_) | Go::Uint(_)) => self.number(value, out),
            ('v', Go::Float(f)) if f.is_infinite() => self.pad(&go::number(*f), out),
            ('v', Go::Float(_)) => self.float(value, out),
            ('v', Go::List(_) | Go::Map(_)) if self.sharp => self.pad(&gofmt::syntax(value), out),
            ('v', value) => self.pad(&gofmt::print(value), out),
            ('t', Go::Bool(b)) => self.pad(if *b { "true" } else { "false" }, out),
            (_, Go::List(items)) if self.letter != 'p' => {
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        out.push(' ');
                    }
                    self.print(item, out);
                }
                out.push(']');
            }
            (_, Go::Map(map)) if self.letter != 'p' => {
                out.push_str("map[");
                for (i, (key, item)) in map.iter().filter(|(k, _)| !k.is_empty()).enumerate() {
                    if i > 0 {
                        out.push(' ');
                    }
                    self.print(&Go::String(key.clone()), out);
                    out.push(':');
                    self.print(item, out);
                }
                out.push(']');
            }
            ('d' | 'b' | 'o' | 'O' | 'x' | 'X' | 'c' | 'q' | 'U', Go::Int(_) | Go::Uint(_)) => self.number(value, out),
            ('e' | 'E' | 'f' | 'F' | 'g' | 'G', Go::Float(_)) => self.float(value, out),
            ('s' | 'q' | 'x' | 'X', Go::String(text)) => self.text(text, out),
            (letter, Go::Nil) => out.push_str(&format!("%!{letter}(<nil>)")),
            (letter, other) => out.push_str(&format!("%!{letter}({}={})", type_of(other), gofmt::print(other))),
        }
    }

    fn text(&self, text: &str, out: &mut String) {
        let cut: String = self.precision.map_or_else(|| text.to_owned(), |n| text.chars().take(n).collect());
        match self.letter {
            'q' if self.sharp && !cut.contains(['`', '\u{feff}']) && !cut.chars().any(|c| c.is_control() && c != '\t') => {
                self.pad(&format!("`{cut}`"), out);
            }
            'q' => self.pad(&self.escaped(quoted(&cut)), out),
            'x' | 'X' => self.pad(&self.hex(text), out),
            _ => self.pad(&cut, out),
        }
    }

    /// A quoted text; with `+` in ASCII alone.
    fn escaped(&self, quoted: String) -> String {
        if !self.plus || quoted.is_ascii() {
            return quoted;
        }
        let escape = |c: char| match u32::from(c) {
            ..=0x7f => c.to_string(),
            code @ ..=0xffff => format!("\\u{code:04x}"),
            code => format!("\\U{code:08x}"),
        };
        quoted.chars().map(escape).collect()
    }

    /// A text's bytes, apart with a space, each or the first of them with `0x`. The precision counts bytes.
    fn hex(&self, text: &str) -> String {
        let upper = self.letter == 'X';
        let prefix = if self.sharp { if upper { "0X" } else { "0x" } } else { "" };
        let byte = |b: &u8| if upper { format!("{b:02X}") } else { format!("{b:02x}") };
        let bytes: Vec<String> = text.as_bytes().iter().take(self.precision.unwrap_or(usize::MAX)).map(byte).collect();
        match bytes.is_empty() {
            true => String::new(),
            false if self.space => bytes.iter().map(|b| format!("{prefix}{b}")).collect::<Vec<_>>().join(" "),
            false => format!("{prefix}{}", bytes.concat()),
        }
    }

    fn number(&self, value: &Go, out: &mut String) {
        let number = match value {
            Go::Int(n) => i128::from(*n),
            Go::Uint(n) => i128::from(*n),
            _ => 0,
        };
        let character = || u32::try_from(number).ok().and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER);
        let size = number.unsigned_abs();
        let (prefix, digits) = match self.letter {
            'c' => return self.pad(&character().to_string(), out),
            'q' => return self.pad(&self.escaped(format!("'{}'", quoted(&character().to_string()).trim_matches('"'))), out),
            'U' if self.sharp => return self.pad(&format!("U+{size:04X} '{}'", character()), out),
            'U' => return self.pad(&format!("U+{size:04X}"), out),
            'b' => (if self.sharp { "0b" } else { "" }, format!("{size:b}")),
            'o' => (if self.sharp { "0" } else { "" }, format!("{size:o}")),
            'O' => ("0o", format!("{size:o}")),
            'x' => (if self.sharp { "0x" } else { "" }, format!("{size:x}")),
            'X' => (if self.sharp { "0X" } else { "" }, format!("{size:X}")),
            _ => ("", size.to_string()),
        };
        let digits = self.precision.map_or_else(|| digits.clone(), |n| format!("{digits:0>n$}"));
        self.signed(number < 0, prefix, &digits, self.zero && self.precision.is_none(), out);
    }

    fn float(&self, value: &Go, out: &mut String) {
        let Go::Float(float) = *value else { return };
        let size = float.abs();
        let precision = self.precision.unwrap_or(6);
        let digits = match self.letter {
            _ if !size.is_finite() => go::number(size).trim_start_matches('+').to_owned(),
            'f' | 'F' => format!("{size:.precision$}"),
            'e' | 'E' => exponent(&format!("{size:.precision$e}")),
            _ => self.precision.map_or_else(|| go::number(size), |p| significant(size, p.max(1))),
        };
        let digits = if matches!(self.letter, 'E' | 'G') { digits.to_uppercase() } else { digits };
        self.signed(float.is_sign_negative() && !float.is_nan(), "", &digits, self.zero && float.is_finite(), out);
    }

    fn signed(&self, negative: bool, prefix: &str, digits: &str, zeros: bool, out: &mut String) {
        let sign = match (negative, self.plus, self.space) {
            (true, ..) => "-",
            (_, true, _) => "+",
            (.., true) => " ",
            _ => "",
        };
        let missing = self.width.unwrap_or(0).saturating_sub(sign.len() + prefix.len() + digits.len());
        if zeros && !self.minus {
            out.push_str(&format!("{sign}{prefix}{}{digits}", "0".repeat(missing)));
        } else {
            self.pad(&format!("{sign}{prefix}{digits}"), out);
        }
    }

    fn pad(&self, text: &str, out: &mut String) {
        let missing = self.width.unwrap_or(0).saturating_sub(text.chars().count());
        let space = if self.zero && !self.minus { "0" } else { " " }.repeat(missing);
        if self.minus {
            out.push_str(text);
            out.push_str(&space);
        } else {
            out.push_str(&space);
            out.push_str(text);
        }
    }
}

/// An exponent as Go writes it: with a sign and at least two digits.
fn exponent(scientific: &str) -> String {
    let Some((digits, exponent)) = scientific.split_once('e') else { return scientific.to_owned() };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    format!("{digits}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
}

/// A float with so many significant digits, without zeros at its end.
fn significant(size: f64, digits: usize) -> String {
    let scientific = format!("{size:.places$e}", places = digits - 1);
    let power: i32 = scientific.split_once('e').and_then(|(_, e)| e.parse().ok()).unwrap_or(0);
    let trimmed = |text: &str| {
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text.to_owned() }
    };
    let places = i32::try_from(digits).unwrap_or(i32::MAX);
    if power < -4 || power >= places {
        let (number, power) = scientific.split_once('e').unwrap_or((&scientific, "0"));
        return exponent(&format!("{}e{power}", trimmed(number)));
    }
    trimmed(&format!("{size:.after$}", after = usize::try_from(places - 1 - power).unwrap_or(0)))
}
