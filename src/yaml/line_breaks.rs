//! Line breaks that not every reader knows. To kubectl's reader (YAML 1.1) a lone CR, U+0085, U+2028 and U+2029 end a line, and a
//! comment with it; other readers see no line's end there. What stands behind would be read by one and not by the other. Control
//! characters and byte order marks within a text, which kubectl refuses, are told here as well.

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
        None => unreadable(source),
        Some((at, name, escape)) => {
            let message = format!(
                "{name} ends a line for kubectl and not for other readers; make it a line end (LF), or write {escape} in double quotes where it belongs to a text"
            );
            Err(Error::at(source, at, message))
        }
    }
}

/// Refuses characters that no YAML may have.
fn unreadable(source: &str) -> Result<(), Error> {
    let bytes = source.as_bytes();
    let ascii = |b: &u8| matches!(b, 0..=0x08 | 0x0b | 0x0c | 0x0e..=0x1f | 0x7f);
    let controls = bytes.iter().position(ascii).into_iter();
    // U+0080 to U+009F, U+FFFE and U+FFFF.
    let wide = memchr::memchr2_iter(0xc2, 0xef, bytes)
        .find(|at| matches!(bytes.get(*at..), Some([0xc2, 0x80..=0x9f, ..] | [0xef, 0xbf, 0xbe | 0xbf, ..])));
    if let Some(at) = controls.chain(wide).min() {
        let code = source.get(at..).and_then(|rest| rest.chars().next()).map_or(0, u32::from);
        let message =
            format!("control character U+{code:04X}: YAML has none; write \\u{code:04x} in double quotes where it belongs to a text");
        return Err(Error::at(source, at, message));
    }
    let second = source.starts_with("\u{feff}\u{feff}").then_some('\u{feff}'.len_utf8());
    match second.or_else(|| memchr::memmem::find(bytes, "\n\u{feff}".as_bytes()).map(|at| at + 1)) {
        Some(at) => Err(Error::at(source, at, "a byte order mark stands within the text; remove it")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::yaml::stream::parse;

    #[test]
    fn line_breaks_that_only_kubectl_knows_are_refused_where_they_stand() {
        for mark in ["\r", "\u{85}", "\u{2028}", "\u{2029}"] {
            let error = parse(&format!("a: b\r\n# note{mark}spec: hidden\r\n")).unwrap_err();
            assert_eq!((error.position().line, error.position().column), (2, 7), "{mark:?}");
        }
        assert!(parse("a: \"\\r \\u2028\"\r\n").is_ok());
    }

    #[test]
    fn characters_that_no_yaml_has_are_refused_where_they_stand() {
        for mark in ["\0", "\u{7}", "\u{1b}", "\u{7f}", "\u{80}", "\u{9f}", "\u{fffe}", "\u{ffff}"] {
            let error = parse(&format!("a: b\nc: \u{a0}é{mark}\n")).unwrap_err();
            assert_eq!((error.position().line, error.position().column), (2, 6), "{mark:?}");
        }
        assert!(parse("a: 1\n\u{feff}---\nb: 1\n").is_err());
        assert!(parse("\u{feff}\u{feff}a: 1\n").is_err());
        assert!(parse("\u{feff}a: \"\u{a0}\u{1f600}\u{fffd}\ttab\"\n").is_ok());
    }
}
