//! Texts in Go's double quotes.

/// A text in Go's double quotes, with Go's escapes.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{b}' => out.push_str("\\v"),
            c if c.is_ascii() && (c < ' ' || c == '\u{7f}') => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            ' ' => out.push(' '),
            // What Rust escapes for debugging is what Go does not take for printable.
            c if !c.is_ascii() && c.escape_debug().nth(1).is_some() && c <= '\u{ffff}' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c if !c.is_ascii() && c.escape_debug().nth(1).is_some() => out.push_str(&format!("\\U{:08x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
