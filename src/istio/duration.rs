//! Lengths of time as protocol buffers print them.

use crate::template::nanoseconds;

/// A duration as protocol buffers print it, seconds with no, three, six or nine decimals (`45s`, `0.500s`); none where it is no duration.
pub(super) fn canonical(text: &str) -> Option<String> {
    let nanoseconds = nanoseconds(text)?;
    let (sign, nanoseconds) = (if nanoseconds < 0 { "-" } else { "" }, nanoseconds.unsigned_abs());
    let (seconds, rest) = (nanoseconds / 1_000_000_000, nanoseconds % 1_000_000_000);
    let decimals = match rest {
        0 => String::new(),
        n if n % 1_000_000 == 0 => format!(".{:03}", n / 1_000_000),
        n if n % 1_000 == 0 => format!(".{:06}", n / 1_000),
        n => format!(".{n:09}"),
    };
    Some(format!("{sign}{seconds}{decimals}s"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_print_as_protocol_buffers_print_them() {
        for (text, printed) in [
            ("45s", Some("45s")),
            ("045.50s", Some("45.500s")),
            ("1m30s", Some("90s")),
            ("2h", Some("7200s")),
            ("10ms", Some("0.010s")),
            ("1.5h", Some("5400s")),
            ("-1.0000005s", Some("-1.000000500s")),
            ("3us", Some("0.000003s")),
            ("0", Some("0s")),
            ("", None),
            ("5", None),
            ("s", None),
            ("1.2.3s", None),
            ("1d", None),
        ] {
            assert_eq!(canonical(text).as_deref(), printed, "{text}");
        }
    }
}
