//! Line breaks that not every reader knows. To kubectl's reader (YAML 1.1) a lone CR, U+0085, U+2028 and U+2029 end a line, and a
//! comment with it; other readers see no line's end there. What stands behind would be read by one and not by the other.

use super::error::Error;

/// Refuses a text with a line break that readers take differently.
///
/// # Errors
///
/// The first such line break.
pub(super) fn check(source: &str) -> Result<(), Error> {
    let bytes = source.as_bytes();
    let lone =
        memchr::memchr_iter(b'\r', bytes).find(|at| bytes.get(at + 1) != Some(&b'\n')).map(|at| (at, "a carriage return (CR)", "\\r"));
    let others = [("\u{85}", "U+0085", "\\u0085"), ("\u{2028}", "U+2028", "\\u2028"), ("\u{2029}", "U+2029", "\\u2029")];
    let found = others.iter().filter_map(|(mark, name, escape)| Some((memchr::memmem::find(bytes, mark.as_bytes())?, *name, *escape)));
    match found.chain(lone).min_by_key(|(at, ..)| *at) {
        None => Ok(()),
        Some((at, name, escape)) => {
            let message = format!(
                "{name} ends a line for kubectl and not for other readers; make it a line end (LF), or write {escape} in double quotes where it belongs to a text"
            );
            Err(Error::at(source, at, message))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::yaml::parse;

    #[test]
    fn line_breaks_that_only_kubectl_knows_are_refused_where_they_stand() {
        for mark in ["\r", "\u{85}", "\u{2028}", "\u{2029}"] {
            let error = parse(&format!("a: b\r\n# note{mark}spec: hidden\r\n")).unwrap_err();
            assert_eq!((error.position().line, error.position().column), (2, 7), "{mark:?}");
        }
        assert!(parse("a: \"\\r \\u2028\"\r\n").is_ok());
    }
}
