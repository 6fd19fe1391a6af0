//! Numbers as sprig reads them: of texts and booleans, too.
//! Source: what sprig's casts are documented and seen to do; `tests/template/sprig-casts` was compared with Go.

use gotmpl::Value as Go;

use crate::template::boxed;

/// A value as a whole number, as sprig converts: text and booleans too, 0 where it is none.
pub(in crate::template) fn integer(value: &Go) -> i64 {
    match boxed::held(value) {
        Go::Int(n) => *n,
        Go::Uint(n) => i64::try_from(*n).unwrap_or(i64::MAX),
        Go::Float(f) => cut(*f),
        Go::Bool(b) => i64::from(*b),
        Go::String(s) => whole(s).unwrap_or(0),
        _ => 0,
    }
}

/// A float without what stands behind its point; what is out of range is the least number, as in Go.
fn cut(float: f64) -> i64 {
    const END: f64 = 9_223_372_036_854_775_808.0;
    #[expect(clippy::cast_possible_truncation, reason = "in range")]
    if (-END..END).contains(&float) { float as i64 } else { i64::MIN }
}

/// A whole number as Go's literals have it: `12`, `0x1f`, `0o17`, `017`, `0b11`, `1_000`. What stands behind the point of plain
/// digits is cut off.
fn whole(text: &str) -> Option<i64> {
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let text = match text.split_once('.') {
        Some((whole, rest)) if digits(whole.strip_prefix(['+', '-']).unwrap_or(whole)) && digits(rest) => whole,
        _ => text,
    };
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.strip_prefix('+').unwrap_or(text)), |d| ("-", d));
    let bytes = digits.as_bytes();
    let (radix, digits, prefix) = match (bytes.first(), bytes.get(1).map(u8::to_ascii_lowercase)) {
        (Some(b'0'), Some(b'x')) => (16, digits.get(2..)?, true),
        (Some(b'0'), Some(b'o')) => (8, digits.get(2..)?, true),
        (Some(b'0'), Some(b'b')) => (2, digits.get(2..)?, true),
        (Some(b'0'), Some(_)) => (8, digits.get(1..)?, true),
        _ => (10, digits, false),
    };
    // An underscore stands between digits, or behind a prefix.
    if digits.starts_with(['+', '-']) || digits.ends_with('_') || digits.contains("__") || (digits.starts_with('_') && !prefix) {
        return None;
    }
    i64::from_str_radix(&format!("{sign}{}", digits.replace('_', "")), radix).ok()
}

/// A value as a floating-point number.
pub(in crate::template) fn float(value: &Go) -> f64 {
    match boxed::held(value) {
        Go::Float(f) => *f,
        Go::String(s) => floating(s).unwrap_or(0.0),
        other => integer(other) as f64,
    }
}

/// A floating-point number in a text: `1e3`, `.5`, `inf`, `0x1p4`, `1_000`. One that is too large is none.
fn floating(text: &str) -> Option<f64> {
    let (negative, size) = text.strip_prefix('-').map_or((false, text.strip_prefix('+').unwrap_or(text)), |rest| (true, rest));
    if size.starts_with(['+', '-']) {
        return None;
    }
    let number = match size.get(..2) {
        Some("0x" | "0X") => hexadecimal(size.get(2..)?)?,
        _ => {
            let bytes = size.as_bytes();
            let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
            let between = bytes.iter().enumerate().all(|(at, b)| *b != b'_' || (digit(at.checked_sub(1)) && digit(Some(at + 1))));
            between.then(|| size.replace('_', "").parse::<f64>().ok()).flatten()?
        }
    };
    let too_large = number.is_infinite() && size.bytes().any(|b| b.is_ascii_digit());
    (!too_large).then_some(if negative { -number } else { number })
}

/// `1.8p3` behind `0x`: digits in base 16 times a power of 2, which must be there.
fn hexadecimal(text: &str) -> Option<f64> {
    let (mantissa, exponent) = text.split_once(['p', 'P'])?;
    let mantissa = mantissa.replace('_', "");
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((&mantissa, ""));
    if whole.len() + fraction.len() == 0 {
        return None;
    }
    let mut number = 0.0;
    for digit in whole.chars().chain(fraction.chars()) {
        number = number * 16.0 + f64::from(digit.to_digit(16)?);
    }
    let exponent = exponent.parse::<i32>().ok()?.checked_sub(4 * i32::try_from(fraction.len()).ok()?)?;
    Some(number * 2_f64.powi(exponent))
}
