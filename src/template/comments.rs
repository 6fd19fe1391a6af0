//! Comments of a template. The engine trims the text behind a comment that trims the text before it; Go does not.
//! An action without output takes the place of each comment, with the same trim markers and lines.

/// The same template with empty actions for comments.
pub(super) fn without_comments(text: &str, left: &str, right: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(left) {
        let (before, action) = rest.split_at(start);
        out.push_str(before);
        match comment(action, left, right) {
            Some((replacement, length)) => {
                out.push_str(&replacement);
                rest = action.get(length..).unwrap_or_default();
            }
            None => {
                out.push_str(left);
                rest = action.get(left.len()..).unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
    out
}

/// The empty action for a comment that starts here, and the comment's length.
fn comment(action: &str, left: &str, right: &str) -> Option<(String, usize)> {
    let inner = action.strip_prefix(left)?;
    let (trim_left, body) = match inner.strip_prefix('-') {
        Some(body) if body.starts_with(char::is_whitespace) => ("- ", body.trim_start()),
        _ => ("", inner),
    };
    let text = body.strip_prefix("/*")?;
    let end = text.find("*/")?;
    let tail = text.get(end + 2..)?;
    let after = tail.trim_start();
    let (trim_right, after) = match after.strip_prefix('-') {
        Some(rest) if tail.starts_with(char::is_whitespace) => (" -", rest),
        _ => ("", after),
    };
    let after = after.strip_prefix(right)?;
    let length = action.len() - after.len();
    let lines = "\n".repeat(action.get(..length)?.matches('\n').count());
    Some((format!("{left}{trim_left}\"\"{lines}{trim_right}{right}"), length))
}

#[cfg(test)]
mod tests {
    use super::without_comments;

    #[test]
    fn comments_become_empty_actions() {
        let clean = |text| without_comments(text, "{{", "}}");
        assert_eq!(clean("a\n{{- /* c */}}\nb"), "a\n{{- \"\"}}\nb");
        assert_eq!(clean("{{/* a\nb */ -}} x {{ .Y }}"), "{{\"\"\n -}} x {{ .Y }}");
        assert_eq!(clean("{{ \"/* no */\" }}"), "{{ \"/* no */\" }}");
    }
}
