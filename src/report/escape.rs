//! Text as HTML and Markdown carry it: whatever it says, it is shown and nothing more.

use crate::plain::is_invisible;

/// Text between tags or in a quoted attribute.
pub(super) fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // GitHub would call a user, or link an issue.
            '@' => out.push_str("&#64;"),
            c if is_invisible(c) && c != '\t' => out.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

/// Text in a cell of a Markdown table: in one line, and without meaning.
pub(super) fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => out.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '!' | '$' => out.extend(['\\', c]),
            '"' | '\'' => out.push(c),
            c => out.push_str(&html(c.encode_utf8(&mut [0; 4]))),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_markup() {
        assert_eq!(html(r#"<script>"a" & 'b'</script>"#), "&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/script&gt;");
        assert_eq!(markdown("a|b `c` *d* @team <b>\nnext #1"), r"a\|b \`c\` \*d\* &#64;team &lt;b&gt; next \#1");
        assert_eq!(html("a\u{202e}b"), "a\\u{202e}b");
    }
}
