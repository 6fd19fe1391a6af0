//! Regular expressions as Go reads them (RE2's syntax), written as the `regex` crate reads them. The two differ in what `\d`, `\w` and
//! `\s` match (ASCII in Go), in what classes and escapes may hold, and in what is refused.
//! Source: the syntax that Go documents for `regexp/syntax`.

use std::iter::Peekable;
use std::str::Chars;

use regex::Regex;

/// How often a part may be repeated.
const MAX_REPEAT: u32 = 1000;
/// What Perl's classes hold, in ASCII.
const PERL: [(char, &str); 3] = [('d', "0-9"), ('w', "0-9A-Za-z_"), ('s', r"\t\n\x0C\r\x20")];

/// POSIX' classes.
const POSIX: [&str; 14] =
    ["alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "word", "xdigit"];

/// Why a regular expression cannot be used.
#[derive(Debug)]
pub(super) enum Error {
    /// Go refuses it.
    Refused(String),
    /// Go may take it, and it cannot be written otherwise here.
    Unsupported(String),
}

impl Error {
    pub(super) fn message(self) -> String {
        match self {
            Self::Refused(message) | Self::Unsupported(message) => message,
        }
    }
}

/// A regular expression of Go's.
///
/// # Errors
///
/// What Go refuses, and the few things that cannot be written otherwise.
pub(super) fn compile(pattern: &str) -> Result<Regex, Error> {
    let named = |message: String| format!("regular expression {pattern:?}: {message}");
    let mut translation =
        Translation { rest: pattern.chars().peekable(), out: String::new(), can_repeat: false, repeated: false, times: 1, groups: vec![1] };
    translation.run().map_err(|e| match e {
        Error::Refused(message) => Error::Refused(named(message)),
        Error::Unsupported(message) => Error::Unsupported(named(message)),
    })?;
    Regex::new(&translation.out).map_err(|e| Error::Unsupported(named(e.to_string())))
}

struct Translation<'p> {
    rest: Peekable<Chars<'p>>,
    out: String,
    /// Whether something stands here that can be repeated.
    can_repeat: bool,
    /// Whether it is repeated already.
    repeated: bool,
    /// How often what stands here is repeated at most within itself, and so for each open group.
    times: u32,
    groups: Vec<u32>,
}

type Result<T = (), E = Error> = std::result::Result<T, E>;

fn refused<T>(message: impl Into<String>) -> Result<T> {
    Err(Error::Refused(message.into()))
}

impl Translation<'_> {
    fn run(&mut self) -> Result {
        while let Some(c) = self.rest.next() {
            match c {
                '\\' => self.escape()?,
                '[' => self.class()?,
                '(' => self.group()?,
                '|' => self.put("|", false),
                ')' if self.groups.len() < 2 => return refused("a ) closes no group"),
                ')' => {
                    let times = self.groups.pop().unwrap_or(1);
                    self.put(")", true);
                    self.times = times;
                    self.count(times);
                }
                '.' | '^' | '$' => self.put(c.encode_utf8(&mut [0; 4]), true),
                '*' | '+' | '?' => self.repeat(&c.to_string())?,
                '{' => match self.bounds()? {
                    Some((bounds, times)) => {
                        self.repeat(&bounds)?;
                        let times = times.saturating_mul(self.times);
                        if times > MAX_REPEAT {
                            return refused(format!("{bounds} repeats what is within it more than {MAX_REPEAT} times"));
                        }
                        self.count(times);
                    }
                    None => self.put(r"\{", true),
                },
                other => self.literal(other),
            }
        }
        if self.groups.len() > 1 { refused("a ( has no )") } else { Ok(()) }
    }

    fn put(&mut self, text: &str, can_repeat: bool) {
        self.out.push_str(text);
        self.can_repeat = can_repeat;
        self.repeated = false;
        self.times = 1;
    }

    /// Notes how often a part of the open group is repeated.
    fn count(&mut self, times: u32) {
        if let Some(most) = self.groups.last_mut() {
            *most = times.max(*most);
        }
    }

    fn literal(&mut self, letter: char) {
        let text = literal(letter);
        self.put(&text, true);
    }

    fn repeat(&mut self, operator: &str) -> Result {
        if !self.can_repeat {
            return refused(format!("nothing stands before {operator} that could be repeated"));
        }
        if self.repeated {
            return refused(format!("{operator} repeats what is repeated already"));
        }
        self.out.push_str(operator);
        if self.rest.next_if_eq(&'?').is_some() {
            self.out.push('?');
        }
        self.repeated = true;
        Ok(())
    }

    /// `n}`, `n,}` or `n,m}` behind `{`; anything else is no repetition, and is left.
    fn bounds(&mut self) -> Result<Option<(String, u32)>> {
        let mut ahead = self.rest.clone();
        let inner: String = ahead.by_ref().take_while(|c| *c != '}').collect();
        let closed = self.rest.clone().nth(inner.chars().count()) == Some('}');
        let (least, most) = inner.split_once(',').map_or((inner.as_str(), None), |(least, most)| (least, Some(most)));
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit()) && (text.len() < 2 || !text.starts_with('0'));
        if !closed || least.is_empty() || !digits(least) || !most.is_none_or(digits) {
            return Ok(None);
        }
        let fits = |text: &str| text.is_empty() || text.parse::<u32>().is_ok_and(|n| n <= MAX_REPEAT);
        let number = |text: &str| text.parse::<u32>().unwrap_or(u32::MAX);
        if most.is_some_and(|most| !most.is_empty() && number(most) < number(least)) {
            return refused(format!("{{{inner}}} ends before it begins"));
        }
        if !fits(least) || !most.is_none_or(fits) {
            return refused(format!("{{{inner}}} repeats more than {MAX_REPEAT} times"));
        }
        self.rest = ahead;
        let most = most.filter(|most| !most.is_empty()).unwrap_or(least);
        Ok(Some((format!("{{{inner}}}"), most.parse().unwrap_or(1))))
    }

    /// What stands behind `(`.
    fn group(&mut self) -> Result {
        if self.rest.next_if_eq(&'?').is_none() {
            self.put("(", false);
            self.groups.push(1);
            return Ok(());
        }
        let mut ahead = self.rest.clone();
        let head: String = ahead.by_ref().take_while(|c| !matches!(c, ':' | ')' | '>')).collect();
        let end = self.rest.clone().nth(head.chars().count());
        let name = head.strip_prefix("P<").or_else(|| head.strip_prefix('<'));
        let is_name = |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let text = match (name, end) {
            (Some(name), Some('>')) if is_name(name) => format!("(?P<{name}>"),
            (None, Some(end @ (':' | ')'))) if is_flags(&head) => format!("(?{head}{end}"),
            _ => return refused(format!("(?{head}{} is no group of Go's", end.map(String::from).unwrap_or_default())),
        };
        self.rest = ahead;
        if !text.ends_with(')') {
            self.groups.push(1);
        }
        self.put(&text, false);
        Ok(())
    }

    fn escape(&mut self) -> Result {
        let Some(&c) = self.rest.peek() else { return refused(r"a \ stands at the end") };
        match c {
            'Q' => {
                self.rest.next();
                while let Some(letter) = self.rest.next() {
                    if letter == '\\' && self.rest.next_if_eq(&'E').is_some() {
                        break;
                    }
                    self.literal(letter);
                }
            }
            'A' | 'z' => self.plain_escape(&format!(r"\{c}")),
            'b' => self.plain_escape(r"(?-u:\b)"),
            'B' => return Err(Error::Unsupported(r"\B is not supported here".to_owned())),
            _ => {
                if let Some(class) = self.shared_class()? {
                    let class = if class.starts_with(r"\p") || class.starts_with(r"\P") { class } else { format!("[{class}]") };
                    self.put(&class, true);
                } else {
                    let letter = self.escaped()?;
                    self.literal(letter);
                }
            }
        }
        Ok(())
    }

    fn plain_escape(&mut self, text: &str) {
        self.rest.next();
        self.put(text, true);
    }

    /// What stands for a class behind `\`, within brackets and without: the ranges of Perl's, or a class of Unicode.
    fn shared_class(&mut self) -> Result<Option<String>> {
        let Some(&c) = self.rest.peek() else { return Ok(None) };
        if let Some((_, ranges)) = PERL.iter().find(|(name, _)| *name == c.to_ascii_lowercase()) {
            self.rest.next();
            return Ok(Some(if c.is_ascii_uppercase() { format!("^{ranges}") } else { (*ranges).to_owned() }));
        }
        if !matches!(c, 'p' | 'P') {
            return Ok(None);
        }
        self.rest.next();
        let name: String = match self.rest.next() {
            Some('{') => {
                let mut ahead = self.rest.clone();
                let name: String = ahead.by_ref().take_while(|c| *c != '}').collect();
                self.rest = ahead;
                name
            }
            Some(letter) => letter.to_string(),
            None => String::new(),
        };
        let (negative, name) = name.strip_prefix('^').map_or((c == 'P', name.as_str()), |rest| (c == 'p', rest));
        let table = if name.len() <= 2 { "gc" } else { "sc" };
        let class = if name == "Any" {
            r"\x{0}-\x{10FFFF}".to_owned()
        } else {
            format!("{}{{{table}={name}}}", if negative { r"\P" } else { r"\p" })
        };
        if !name.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_') || Regex::new(&format!("[{class}]")).is_err() {
            return Err(Error::Unsupported(format!("{name:?} is no class of letters that every Go has")));
        }
        Ok(Some(if name == "Any" && negative { format!("^{class}") } else { class }))
    }

    /// One letter behind `\`.
    fn escaped(&mut self) -> Result<char> {
        let Some(c) = self.rest.next() else { return refused(r"a \ stands at the end") };
        let code = match c {
            'a' => 7,
            'f' => 12,
            't' => 9,
            'n' => 10,
            'r' => 13,
            'v' => 11,
            'x' => return self.hexadecimal(),
            '0'..='7' => {
                let next_is_octal = self.rest.peek().is_some_and(|d| ('0'..='7').contains(d));
                if c != '0' && !next_is_octal {
                    return refused(format!(r"\{c} refers back, which Go's expressions do not"));
                }
                let mut code = c.to_digit(8).unwrap_or(0);
                for _ in 0..2 {
                    let Some(digit) = self.rest.next_if(|d| ('0'..='7').contains(d)) else { break };
                    code = code * 8 + digit.to_digit(8).unwrap_or(0);
                }
                code
            }
            c if c.is_ascii() && !c.is_ascii_alphanumeric() => return Ok(c),
            other => return refused(format!(r"\{other} is no escape of Go's")),
        };
        char::from_u32(code).ok_or_else(|| Error::Refused("no letter has this number".to_owned()))
    }

    /// The letter of `\x7F` or `\x{10FFFF}`.
    fn hexadecimal(&mut self) -> Result<char> {
        let digits: String = match self.rest.next_if_eq(&'{') {
            Some(_) => self.rest.by_ref().take_while(|c| *c != '}').collect(),
            None => Some(self.rest.by_ref().take(2).collect::<String>()).filter(|two| two.len() == 2).unwrap_or_default(),
        };
        let valid = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit());
        let code = valid.then(|| u32::from_str_radix(&digits, 16).ok()).flatten();
        code.and_then(char::from_u32).ok_or_else(|| Error::Refused(format!(r"\x{digits} is no letter")))
    }

    /// What stands between brackets. Nothing within means more in Go than in other dialects: no nested class, no set operation.
    fn class(&mut self) -> Result {
        let unclosed = || Error::Refused("a [ has no ]".to_owned());
        let mut out = String::from("[");
        if self.rest.next_if_eq(&'^').is_some() {
            out.push('^');
        }
        let mut first = true;
        loop {
            let c = *self.rest.peek().ok_or_else(unclosed)?;
            if c == ']' && !first {
                self.rest.next();
                break;
            }
            first = false;
            if let Some(posix) = self.posix()? {
                out.push_str(&posix);
                continue;
            }
            let Some(from) = self.member(&mut out)? else { continue };
            let mut ahead = self.rest.clone();
            let range = ahead.next() == Some('-') && ahead.next().is_some_and(|c| c != ']');
            if !range {
                out.push_str(&coded(from));
                continue;
            }
            self.rest.next();
            let to = match self.rest.next() {
                Some('\\') => self.escaped()?,
                Some(c) => c,
                None => return Err(unclosed()),
            };
            if to < from {
                return refused(format!("{from}-{to} is no range"));
            }
            out.push_str(&format!("{}-{}", coded(from), coded(to)));
        }
        out.push(']');
        self.put(&out, true);
        Ok(())
    }

    /// A letter of a class; a class within it is written at once.
    fn member(&mut self, out: &mut String) -> Result<Option<char>> {
        match self.rest.next() {
            Some('\\') => match self.shared_class()? {
                Some(class) => {
                    out.push_str(&if class.starts_with('^') { format!("[{class}]") } else { class });
                    Ok(None)
                }
                None => self.escaped().map(Some),
            },
            other => Ok(other),
        }
    }

    /// `[:alpha:]` and its kin.
    fn posix(&mut self) -> Result<Option<String>> {
        let mut ahead = self.rest.clone();
        if ahead.next() != Some('[') || ahead.next() != Some(':') {
            return Ok(None);
        }
        let rest: String = ahead.clone().collect();
        let Some(end) = rest.find(":]") else { return Ok(None) };
        let name = rest.get(..end).unwrap_or_default();
        let class = format!("[:{name}:]");
        if !POSIX.contains(&name.strip_prefix('^').unwrap_or(name)) {
            return refused(format!("Go has no class {class}"));
        }
        self.rest = ahead;
        self.rest.by_ref().take(name.chars().count() + 2).for_each(drop);
        Ok(Some(class))
    }
}

/// `i`, `m`, `s`, `U` and, behind one `-`, what is switched off.
fn is_flags(head: &str) -> bool {
    let (on, off) = head.split_once('-').unwrap_or((head, "U"));
    let known = |flags: &str| flags.chars().all(|c| "imsU".contains(c));
    known(on) && known(off) && !off.is_empty()
}

/// A letter that stands for itself.
fn literal(letter: char) -> String {
    if letter.is_ascii_punctuation() { coded(letter) } else { letter.to_string() }
}

/// A letter that stands for itself between brackets, too.
fn coded(letter: char) -> String {
    if letter.is_ascii_alphanumeric() { letter.to_string() } else { format!(r"\x{{{:X}}}", u32::from(letter)) }
}
