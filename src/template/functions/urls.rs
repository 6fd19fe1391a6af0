//! Sprig's URLs: taken apart into a dictionary, and put together.

use std::fmt::Write as _;
use std::sync::Arc;

use gotmpl::Value as Go;

use super::arguments::{Function, Result, arg, as_text, failed, string, text};

pub(super) const FUNCTIONS: &[(&str, Function)] = &[("urlParse", parse), ("urlJoin", join)];

/// `scheme://userinfo@host/path?query#fragment`, or `scheme:opaque`.
fn parse(args: &[Go]) -> Result {
    let all = text(args, 0);
    if all.contains(char::is_control) {
        return Err(failed(format!("urlParse: {all:?} holds a control character")));
    }
    let (rest, fragment) = all.split_once('#').unwrap_or((&all, ""));
    let (scheme, rest) = match rest.split_once(':') {
        Some((scheme, rest)) if is_scheme(scheme) => (scheme.to_ascii_lowercase(), rest),
        Some(("", _)) => return Err(failed(format!("urlParse: {all:?} lacks a scheme"))),
        _ => (String::new(), rest),
    };
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (mut authority, mut path, mut opaque) = ("", rest, "");
    if let Some(after) = rest.strip_prefix("//") {
        (authority, path) = after.split_at(after.find('/').unwrap_or(after.len()));
    } else if !scheme.is_empty() && !rest.starts_with('/') && !rest.is_empty() {
        (path, opaque) = ("", rest);
    }
    let (userinfo, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let fields = [
        ("scheme", scheme),
        ("host", host.to_owned()),
        ("hostname", hostname(host).to_owned()),
        ("path", unescaped(path)?),
        ("query", query.to_owned()),
        ("opaque", opaque.to_owned()),
        ("fragment", unescaped(fragment)?),
        ("userinfo", userinfo.to_owned()),
    ];
    Ok(Go::Map(Arc::new(fields.into_iter().map(|(k, v)| (Arc::from(k), string(v))).collect())))
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

/// A host without its port, an IPv6 address without its brackets.
fn hostname(host: &str) -> &str {
    match host.strip_prefix('[').and_then(|h| h.split_once(']')) {
        Some((address, _)) => address,
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    }
}

fn unescaped(text: &str) -> Result<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        if *first != b'%' {
            out.push(*first);
            continue;
        }
        let digits = tail.get(..2).and_then(|d| std::str::from_utf8(d).ok()).and_then(|d| u8::from_str_radix(d, 16).ok());
        out.push(digits.ok_or_else(|| failed(format!("urlParse: {text:?} holds a bad escape")))?);
        rest = tail.get(2..).unwrap_or_default();
    }
    Ok(String::from_utf8_lossy(&out).into_owned())
}

/// A text with everything escaped that may not stand in a path or fragment.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~$&+,/:;=@!'()*".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

fn join(args: &[Go]) -> Result {
    let part = |key: &str| match arg(args, 0).field(key) {
        None | Some(Go::Nil) => Ok(String::new()),
        Some(value @ Go::String(_)) => Ok(as_text(value)),
        Some(other) => Err(failed(format!("urlJoin: {key} must be a text, not a {}", other.type_name()))),
    };
    let (scheme, host, path, userinfo) = (part("scheme")?, part("host")?, part("path")?, part("userinfo")?);
    let mut out = String::new();
    if !scheme.is_empty() {
        out = format!("{scheme}:");
    }
    let opaque = part("opaque")?;
    if opaque.is_empty() {
        if !scheme.is_empty() || !host.is_empty() || !userinfo.is_empty() {
            if !host.is_empty() || !path.is_empty() || !userinfo.is_empty() {
                out.push_str("//");
            }
            if !userinfo.is_empty() {
                out.push_str(&userinfo);
                out.push('@');
            }
            out.push_str(&host);
        }
        if !path.is_empty() && !path.starts_with('/') && !host.is_empty() {
            out.push('/');
        }
        out.push_str(&escaped(&path));
    } else {
        out.push_str(&opaque);
    }
    for (mark, text) in [("?", part("query")?), ("#", escaped(&part("fragment")?))] {
        if !text.is_empty() {
            out.push_str(mark);
            out.push_str(&text);
        }
    }
    Ok(string(out))
}
