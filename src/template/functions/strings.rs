//! Sprig's text functions.

use base64::Engine as _;
use gotmpl::Value as Go;
use regex::Regex;

use super::arguments::{Function, Result, arg, as_text, bytes, count, failed, last, list, string, text};
use super::numbers::integer;
use crate::go::quoted;
use crate::template::{kinds, re2, view};

pub(super) const FUNCTIONS: &[(&str, Function)] = &[
    ("hello", |_| Ok(string("Hello!"))),
    ("trim", |a| Ok(string(text(a, 0).trim()))),
    ("trimAll", trim_all),
    ("trimall", trim_all),
    ("trimSuffix", |a| Ok(string(text(a, 1).strip_suffix(&text(a, 0)).map_or_else(|| text(a, 1), str::to_owned)))),
    ("trimPrefix", |a| Ok(string(text(a, 1).strip_prefix(&text(a, 0)).map_or_else(|| text(a, 1), str::to_owned)))),
    ("upper", |a| Ok(string(text(a, 0).to_uppercase()))),
    ("lower", |a| Ok(string(text(a, 0).to_lowercase()))),
    ("repeat", repeat),
    ("substr", |a| substring(&text(a, 2), integer(arg(a, 0)), integer(arg(a, 1))).map(string)),
    ("trunc", |a| Ok(string(truncated(&text(a, 1), integer(arg(a, 0)))))),
    ("nospace", |a| Ok(string(text(a, 0).split_whitespace().collect::<String>()))),
    ("hasPrefix", |a| Ok(Go::Bool(text(a, 1).starts_with(&text(a, 0))))),
    ("hasSuffix", |a| Ok(Go::Bool(text(a, 1).ends_with(&text(a, 0))))),
    ("quote", |a| Ok(string(joined(a, quoted)))),
    ("squote", |a| Ok(string(joined(a, |t| format!("'{t}'"))))),
    ("cat", |a| Ok(string(joined(a, str::to_owned)))),
    ("nindent", |a| Ok(string(format!("\n{}", indented(a)?)))),
    ("replace", |a| Ok(string(text(a, 2).replace(&text(a, 0), &text(a, 1))))),
    ("splitList", |a| Ok(list(parts(&text(a, 1), &text(a, 0), -1).iter().map(string)))),
    ("split", split),
    ("splitn", splitn),
    ("join", join),
    ("sortAlpha", sort_alpha),
    ("toString", |a| Ok(string(crate::template::gofmt::print(arg(a, 0))))),
    ("toStrings", |a| Ok(list(strings(arg(a, 0)).iter().map(string)))),
    ("b64enc", |a| Ok(string(base64::engine::general_purpose::STANDARD.encode(text(a, 0))))),
    ("b64dec", b64dec),
    ("regexMatch", matches),
    ("mustRegexMatch", |a| Ok(Go::Bool(regex(a)?.is_match(&text(a, 1))))),
    ("regexFind", |a| Ok(string(regex(a)?.find(&text(a, 1)).map_or("", |m| m.as_str())))),
    ("regexFindAll", regex_find_all),
    ("regexReplaceAll", |a| Ok(string(regex(a)?.replace_all(&text(a, 1), text(a, 2).as_str())))),
    ("regexReplaceAllLiteral", |a| Ok(string(regex(a)?.replace_all(&text(a, 1), regex::NoExpand(&text(a, 2)))))),
    ("regexSplit", regex_split),
    ("regexQuoteMeta", |a| Ok(string(escaped(&text(a, 0))))),
];

fn joined(args: &[Go], print: impl Fn(&str) -> String) -> String {
    args.iter().filter(|a| !matches!(a, Go::Nil)).map(|a| print(&as_text(a))).collect::<Vec<_>>().join(" ")
}

fn trim_all(args: &[Go]) -> Result {
    let cut = text(args, 0);
    Ok(string(text(args, 1).trim_matches(|c| cut.contains(c))))
}

fn repeat(args: &[Go]) -> Result {
    if integer(arg(args, 0)) < 0 {
        return Err(failed("repeat: a count below 0"));
    }
    let (times, part) = (count("repeat", arg(args, 0))?, text(args, 1));
    count("repeat", &Go::Int(i64::try_from(times.saturating_mul(part.len())).unwrap_or(i64::MAX)))?;
    Ok(string(part.repeat(times)))
}

/// The bytes from `from` up to `to`; a negative end is the text's own.
fn substring(text: &str, from: i64, to: i64) -> Result<String> {
    let from = usize::try_from(from).unwrap_or(0);
    let to = usize::try_from(to).map_or(text.len(), |to| to.min(text.len()));
    if from > to {
        return Err(failed(format!("substr: there is nothing from {from} to {to}")));
    }
    Ok(bytes(text, from, to).into_owned())
}

/// The first bytes, or for a negative count the last ones.
fn truncated(text: &str, length: i64) -> String {
    let wanted = usize::try_from(length.unsigned_abs()).unwrap_or(usize::MAX).min(text.len());
    if length < 0 { bytes(text, text.len() - wanted, text.len()) } else { bytes(text, 0, wanted) }.into_owned()
}

fn indented(args: &[Go]) -> Result<String> {
    let pad = " ".repeat(count("nindent", arg(args, 0))?);
    Ok(format!("{pad}{}", text(args, 1).replace('\n', &format!("\n{pad}"))))
}

fn numbered(parts: impl Iterator<Item = Go>) -> Go {
    kinds::texts(Go::Map(std::sync::Arc::new(parts.enumerate().map(|(i, p)| (std::sync::Arc::from(format!("_{i}")), p)).collect())))
}

/// The parts of a text between separators, at most `limit` of them where that is not negative. An empty separator gives each letter.
fn parts(text: &str, separator: &str, limit: i64) -> Vec<String> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    match (limit, separator) {
        (0, _) => Vec::new(),
        (_, "") => {
            let mut letters = text.chars();
            let mut all: Vec<String> = letters.by_ref().take(limit - 1).map(String::from).collect();
            let rest = letters.as_str();
            if !rest.is_empty() {
                all.push(rest.to_owned());
            }
            all
        }
        _ => text.splitn(limit, separator).map(str::to_owned).collect(),
    }
}

fn split(args: &[Go]) -> Result {
    Ok(numbered(parts(&text(args, 1), &text(args, 0), -1).iter().map(string)))
}

fn splitn(args: &[Go]) -> Result {
    Ok(numbered(parts(&text(args, 2), &text(args, 0), integer(arg(args, 1))).iter().map(string)))
}

/// The items of a list as texts, without those that are nothing; the one text of anything else.
fn strings(value: &Go) -> Vec<String> {
    match value {
        Go::List(items) => items.iter().filter(|i| !matches!(i, Go::Nil)).map(as_text).collect(),
        Go::Nil => Vec::new(),
        other => vec![as_text(other)],
    }
}

fn join(args: &[Go]) -> Result {
    Ok(string(strings(arg(args, 1)).join(&text(args, 0))))
}

fn sort_alpha(args: &[Go]) -> Result {
    let mut parts = strings(arg(args, 0));
    parts.sort();
    Ok(list(parts.iter().map(string)))
}

/// The decoded text; where it is no base64, what is wrong stands in its place, as in sprig.
fn b64dec(args: &[Go]) -> Result {
    use base64::DecodeError;
    let text = text(args, 0);
    Ok(string(match base64::engine::general_purpose::STANDARD.decode(&text) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(DecodeError::InvalidByte(at, _) | DecodeError::InvalidLastSymbol(at, _)) => format!("illegal base64 data at input byte {at}"),
        Err(_) => format!("illegal base64 data at input byte {}", text.len() / 4 * 4),
    }))
}

fn regex(args: &[Go]) -> Result<Regex> {
    re2::compile(&text(args, 0)).map_err(|e| failed(e.message()))
}

/// Whether a text matches; none matches what Go refuses.
fn matches(args: &[Go]) -> Result {
    match re2::compile(&text(args, 0)) {
        Ok(regex) => Ok(Go::Bool(regex.is_match(&text(args, 1)))),
        Err(re2::Error::Refused(_)) => Ok(Go::Bool(false)),
        Err(unsupported) => Err(failed(unsupported.message())),
    }
}

fn regex_find_all(args: &[Go]) -> Result {
    let limit = integer(last(args));
    let regex = regex(args)?;
    let subject = text(args, 1);
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let all: Vec<Go> = regex.find_iter(&subject).take(most).map(|m| string(m.as_str())).collect();
    Ok(if all.is_empty() { view::no_list() } else { list(all) })
}

/// The parts between matches, at most `limit` of them where that is not negative; an empty match at an end separates nothing.
fn regex_split(args: &[Go]) -> Result {
    let (regex, subject) = (regex(args)?, text(args, 1));
    let limit = usize::try_from(integer(last(args))).unwrap_or(usize::MAX);
    if limit == 0 {
        return Ok(view::no_list());
    }
    if subject.is_empty() && !text(args, 0).is_empty() {
        return Ok(list([string("")]));
    }
    let (mut parts, mut start, mut end) = (Vec::new(), 0, 0);
    for found in regex.find_iter(&subject) {
        if limit != usize::MAX && parts.len() == limit - 1 {
            break;
        }
        end = found.start();
        if found.end() != 0 {
            parts.push(string(bytes(&subject, start, end)));
        }
        start = found.end();
    }
    if end != subject.len() {
        parts.push(string(bytes(&subject, start, subject.len())));
    }
    Ok(list(parts))
}

/// A text as a regular expression for itself.
fn escaped(text: &str) -> String {
    let escape = |c: char| "\\.+*?()|[]{}^$".contains(c).then_some('\\').into_iter().chain([c]);
    text.chars().flat_map(escape).collect()
}
