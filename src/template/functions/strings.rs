//! Sprig's text functions.

use base64::Engine as _;
use gotmpl::Value as Go;
use regex::Regex;

use super::{Function, Result, arg, as_text, count, failed, integer, items, last, list, string, text};

pub(super) const FUNCTIONS: &[(&str, Function)] = &[
    ("trim", |a| Ok(string(text(a, 0).trim()))),
    ("trimAll", |a| Ok(string(text(a, 1).trim_matches(|c| text(a, 0).contains(c))))),
    ("trimSuffix", |a| Ok(string(text(a, 1).strip_suffix(&text(a, 0)).map_or_else(|| text(a, 1), str::to_owned)))),
    ("trimPrefix", |a| Ok(string(text(a, 1).strip_prefix(&text(a, 0)).map_or_else(|| text(a, 1), str::to_owned)))),
    ("upper", |a| Ok(string(text(a, 0).to_uppercase()))),
    ("lower", |a| Ok(string(text(a, 0).to_lowercase()))),
    ("title", |a| Ok(string(title(&text(a, 0))))),
    ("untitle", |a| Ok(string(untitle(&text(a, 0))))),
    ("repeat", repeat),
    ("substr", |a| Ok(string(substring(&text(a, 2), integer(arg(a, 0)), integer(arg(a, 1)))))),
    ("trunc", |a| Ok(string(truncated(&text(a, 1), integer(arg(a, 0)))))),
    ("nospace", |a| Ok(string(text(a, 0).split_whitespace().collect::<String>()))),
    ("initials", |a| Ok(string(text(a, 0).split_whitespace().filter_map(|w| w.chars().next()).collect::<String>()))),
    ("hasPrefix", |a| Ok(Go::Bool(text(a, 1).starts_with(&text(a, 0))))),
    ("hasSuffix", |a| Ok(Go::Bool(text(a, 1).ends_with(&text(a, 0))))),
    ("quote", |a| Ok(string(joined(a, |t| crate::Value::from(t).to_string())))),
    ("squote", |a| Ok(string(joined(a, |t| format!("'{t}'"))))),
    ("cat", |a| Ok(string(joined(a, str::to_owned)))),
    ("nindent", |a| Ok(string(format!("\n{}", indented(a)?)))),
    ("replace", |a| Ok(string(text(a, 2).replace(&text(a, 0), &text(a, 1))))),
    ("plural", |a| Ok(arg(a, usize::from(integer(arg(a, 2)) != 1)).clone())),
    ("snakecase", |a| Ok(string(words(&text(a, 0)).join("_")))),
    ("kebabcase", |a| Ok(string(words(&text(a, 0)).join("-")))),
    ("camelcase", |a| Ok(string(words(&text(a, 0)).iter().map(|w| title(w)).collect::<String>()))),
    ("splitList", |a| Ok(list(text(a, 1).split(&text(a, 0)).map(string)))),
    ("split", split),
    ("splitn", splitn),
    ("join", join),
    ("sortAlpha", sort_alpha),
    ("toString", |a| Ok(string(crate::template::gofmt::print(arg(a, 0))))),
    ("toStrings", |a| Ok(list(items("toStrings", arg(a, 0))?.iter().map(|v| string(crate::template::gofmt::print(v)))))),
    ("b64enc", |a| Ok(string(base64::engine::general_purpose::STANDARD.encode(text(a, 0))))),
    ("b64dec", b64dec),
    ("regexMatch", |a| Ok(Go::Bool(regex(a)?.is_match(&text(a, 1))))),
    ("regexFind", |a| Ok(string(regex(a)?.find(&text(a, 1)).map_or("", |m| m.as_str())))),
    ("regexFindAll", regex_find_all),
    ("regexReplaceAll", |a| Ok(string(regex(a)?.replace_all(&text(a, 1), text(a, 2).as_str())))),
    ("regexReplaceAllLiteral", |a| Ok(string(regex(a)?.replace_all(&text(a, 1), regex::NoExpand(&text(a, 2)))))),
    ("regexSplit", |a| Ok(list(regex(a)?.split(&text(a, 1)).map(string)))),
    ("regexQuoteMeta", |a| Ok(string(regex::escape(&text(a, 0))))),
    ("ext", |a| Ok(string(extension(&text(a, 0))))),
    ("wrap", |a| Ok(string(wrapped(&text(a, 1), count("wrap", arg(a, 0))?, "\n")))),
    ("wrapWith", |a| Ok(string(wrapped(&text(a, 2), count("wrapWith", arg(a, 0))?, &text(a, 1))))),
    ("swapcase", |a| Ok(string(swapped(&text(a, 0))))),
    ("abbrev", |a| Ok(string(abbreviated(&text(a, 1), integer(arg(a, 0)))))),
];

fn joined(args: &[Go], print: impl Fn(&str) -> String) -> String {
    args.iter().filter(|a| !matches!(a, Go::Nil)).map(|a| print(&as_text(a))).collect::<Vec<_>>().join(" ")
}

fn title(text: &str) -> String {
    let mut up = true;
    text.chars()
        .map(|c| {
            let out = if up { c.to_ascii_uppercase() } else { c };
            up = !c.is_alphanumeric();
            out
        })
        .collect()
}

/// Lower-case letters in upper case, but a word's first in title case; upper-case letters in lower case.
fn swapped(text: &str) -> String {
    let swap = |c: char| if c.is_lowercase() { c.to_uppercase().next() } else { c.to_lowercase().next() }.unwrap_or(c);
    text.chars().map(swap).collect()
}

fn untitle(text: &str) -> String {
    text.split(' ')
        .map(|w| {
            let mut c = w.chars();
            c.next().map(|f| f.to_ascii_lowercase()).into_iter().chain(c).collect::<String>()
        })
        .collect::<Vec<_>>()
        .join(" ")
}

fn repeat(args: &[Go]) -> Result {
    let (times, part) = (count("repeat", arg(args, 0))?, text(args, 1));
    count("repeat", &Go::Int(i64::try_from(times.saturating_mul(part.len())).unwrap_or(i64::MAX)))?;
    Ok(string(part.repeat(times)))
}

fn substring(text: &str, from: i64, to: i64) -> String {
    let from = usize::try_from(from).unwrap_or(0);
    let length = usize::try_from(to).map_or(usize::MAX, |to| to.saturating_sub(from));
    text.chars().skip(from).take(length).collect()
}

/// The first characters, or for a negative count the last ones.
fn truncated(text: &str, length: i64) -> String {
    let wanted = usize::try_from(length.unsigned_abs()).unwrap_or(usize::MAX);
    let all = text.chars().count();
    if length < 0 { text.chars().skip(all.saturating_sub(wanted)).collect() } else { text.chars().take(wanted).collect() }
}

fn indented(args: &[Go]) -> Result<String> {
    let pad = " ".repeat(count("nindent", arg(args, 0))?);
    Ok(format!("{pad}{}", text(args, 1).replace('\n', &format!("\n{pad}"))))
}

/// The words of an identifier, in lower case: `HTTPServer` is `http` and `server`.
fn words(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let mut words: Vec<String> = vec![String::new()];
    let mut before: Option<char> = None;
    for (at, &c) in letters.iter().enumerate() {
        if !c.is_alphanumeric() {
            words.push(String::new());
            before = None;
            continue;
        }
        let next_is_lower = letters.get(at + 1).is_some_and(|n| n.is_lowercase());
        if c.is_uppercase() && before.is_some_and(|b| !b.is_uppercase() || next_is_lower) {
            words.push(String::new());
        }
        before = Some(c);
        if let Some(word) = words.last_mut() {
            word.extend(c.to_lowercase());
        }
    }
    words.retain(|w| !w.is_empty());
    words
}

fn numbered(parts: impl Iterator<Item = Go>) -> Go {
    Go::Map(std::sync::Arc::new(parts.enumerate().map(|(i, p)| (std::sync::Arc::from(format!("_{i}")), p)).collect()))
}

fn split(args: &[Go]) -> Result {
    Ok(numbered(text(args, 1).split(&text(args, 0)).map(string)))
}

fn splitn(args: &[Go]) -> Result {
    Ok(numbered(text(args, 2).splitn(count("splitn", arg(args, 1))?, &text(args, 0)).map(string)))
}

fn join(args: &[Go]) -> Result {
    let parts: Vec<String> = match arg(args, 1) {
        Go::List(items) => items.iter().filter(|i| !matches!(i, Go::Nil)).map(as_text).collect(),
        other => vec![as_text(other)],
    };
    Ok(string(parts.join(&text(args, 0))))
}

fn sort_alpha(args: &[Go]) -> Result {
    let mut parts: Vec<String> = items("sortAlpha", arg(args, 0))?.iter().map(as_text).collect();
    parts.sort();
    Ok(list(parts.iter().map(string)))
}

fn b64dec(args: &[Go]) -> Result {
    let bytes = base64::engine::general_purpose::STANDARD.decode(text(args, 0)).map_err(|e| failed(format!("b64dec: {e}")))?;
    Ok(string(String::from_utf8_lossy(&bytes)))
}

fn regex(args: &[Go]) -> Result<Regex> {
    let pattern = text(args, 0);
    Regex::new(&pattern).map_err(|e| failed(format!("regular expression {pattern:?}: {e}")))
}

fn regex_find_all(args: &[Go]) -> Result {
    let limit = integer(last(args));
    let regex = regex(args)?;
    let subject = text(args, 1);
    let all = regex.find_iter(&subject).map(|m| string(m.as_str()));
    Ok(if limit < 0 { list(all) } else { list(all.take(usize::try_from(limit).unwrap_or(0))) })
}

fn extension(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.rfind('.').and_then(|i| name.get(i..)).unwrap_or_default().to_owned()
}

fn wrapped(text: &str, width: usize, separator: &str) -> String {
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.len() + 1 + word.len() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.join(separator)
}

fn abbreviated(text: &str, width: i64) -> String {
    let width = usize::try_from(width).unwrap_or(0);
    if width < 4 || text.chars().count() <= width {
        text.to_owned()
    } else {
        format!("{}...", text.chars().take(width - 3).collect::<String>())
    }
}
