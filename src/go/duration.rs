//! Lengths of time as Go reads them.

/// Units of Go's durations, in nanoseconds.
const UNITS: [(&str, i128); 8] = [
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ns", 1),
];

/// The nanoseconds of a duration such as `45s`, `1m30s`, `1.5s`, `-10ms`.
pub(crate) fn nanoseconds(text: &str) -> Option<i128> {
    let (sign, mut rest) = text.strip_prefix('-').map_or((1, text.strip_prefix('+').unwrap_or(text)), |r| (-1, r));
    if rest == "0" {
        return Some(0);
    }
    let mut total = None;
    while !rest.is_empty() {
        let (number, tail) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit() && c != '.')?);
        let (unit, tail) = tail.split_at(tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len()));
        let (_, length) = UNITS.iter().find(|(name, _)| *name == unit)?;
        total = Some(total.unwrap_or(0) + times(number, *length)?);
        rest = tail;
    }
    // Go counts nanoseconds in 64 bits.
    total.map(|n| n * sign).filter(|n| i64::try_from(*n).is_ok())
}

/// The duration of a text such as `45s`; none where it is no duration, or a negative one.
#[cfg(feature = "cluster")]
pub fn duration(text: &str) -> Option<std::time::Duration> {
    nanoseconds(text).and_then(|n| u64::try_from(n).ok()).map(std::time::Duration::from_nanos)
}

/// A decimal number of units; what is below a nanosecond is cut off.
fn times(number: &str, length: i128) -> Option<i128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.len() + fraction.len() == 0 || whole.len() > 18 {
        return None;
    }
    let digits = |s: &str| if s.is_empty() { Some(0) } else { s.parse::<i128>().ok() };
    let fraction = fraction.get(..18).unwrap_or(fraction);
    let scale = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    Some(digits(whole)? * length + digits(fraction)? * length / scale)
}

/// A duration as protocol buffers print it, seconds with no, three, six or nine decimals (`45s`, `0.500s`); none where it is no duration.
pub(crate) fn canonical(text: &str) -> Option<String> {
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
