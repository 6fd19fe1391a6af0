//! What a plain scalar means: YAML 1.1 as kubectl's reader has it.
//! Source: YAML 1.1 type repository, with the choices of go-yaml v2: no sexagesimal numbers, timestamps stay text.

use crate::Value;

/// The value of a plain scalar. Numbers that JSON cannot hold (infinite, not a number) give nothing.
pub(crate) fn plain(text: &str) -> Option<Value> {
    let Some(first) = text.bytes().next() else { return Some(Value::Null) };
    match first {
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => Some(word(text).unwrap_or_else(|| text.into())),
        b'0'..=b'9' | b'+' | b'-' | b'.' => number(text),
        _ => Some(text.into()),
    }
}

/// Whether a plain scalar means the text that it is.
pub(super) fn is_text(text: &str) -> bool {
    match text.bytes().next() {
        None => false,
        Some(b'0'..=b'9' | b'+' | b'-' | b'.') => {
            !means_more_to_others(text) && matches!(number(text), Some(Value::String(same)) if same == text)
        }
        // YAML 1.1 gives both a type of their own.
        Some(b'=' | b'<') if matches!(text, "=" | "<<") => false,
        Some(_) => word(text).is_none(),
    }
}

/// Whether readers that keep to all of YAML 1.1 take a text that kubectl's keeps for a number in base 60 or a date.
fn means_more_to_others(text: &str) -> bool {
    let base_60 = text.contains(':') && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b':' | b'.' | b'_' | b'+' | b'-'));
    let mut parts = text.splitn(3, '-');
    let mut digits = |most: usize| {
        let part = parts.next().unwrap_or_default();
        part.bytes().take(most).take_while(u8::is_ascii_digit).count()
    };
    base_60 || digits(5) == 4 && (1..=2).contains(&digits(3)) && digits(2) > 0
}

/// `null` and the booleans, in the three spellings that YAML 1.1 knows.
fn word(text: &str) -> Option<Value> {
    Some(match text {
        "~" | "null" | "Null" | "NULL" => Value::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Value::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Value::Bool(false),
        _ => return None,
    })
}

/// A number, or the text itself.
pub(super) fn number(text: &str) -> Option<Value> {
    if matches!(text, ".nan" | ".NaN" | ".NAN" | ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf" | "-.INF") {
        return None;
    }
    // Behind a point, kubectl's reader takes underscores between digits alone.
    let is_digit = |b: Option<&u8>| b.is_some_and(u8::is_ascii_digit);
    let around = |w: &[u8]| w.get(1) != Some(&b'_') || is_digit(w.first()) && is_digit(w.get(2));
    if text.starts_with('.') && (text.ends_with('_') || !text.as_bytes().windows(3).all(around)) {
        return Some(text.into());
    }
    let digits: std::borrow::Cow<'_, str> = if text.contains('_') { text.replace('_', "").into() } else { text.into() };
    if let Some(integer) = integer(&digits) {
        return Some(integer);
    }
    if is_float(&digits)
        && let Ok(float) = digits.parse::<f64>()
        && float.is_finite()
    {
        return Some(float_value(float));
    }
    Some(text.into())
}

/// Decimal, `0x`, `0b`, `0o` and, with a leading zero, octal.
fn integer(text: &str) -> Option<Value> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, digits.get(2..)?),
        [b'0', b'b' | b'B', ..] => (2, digits.get(2..)?),
        [b'0', b'o' | b'O', ..] => (8, digits.get(2..)?),
        [b'0', _, ..] => (8, digits.get(1..)?),
        _ => (10, digits),
    };
    if !digits.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None; // A second sign, which from_str_radix would take.
    }
    let magnitude = u64::from_str_radix(digits, radix).ok()?;
    if negative { 0_i64.checked_sub_unsigned(magnitude).map(Value::from) } else { Some(Value::from(magnitude)) }
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_float(text: &str) -> bool {
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let all_digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    let exponent_fits = exponent.is_none_or(|e| {
        let e = e.strip_prefix(['-', '+']).unwrap_or(e);
        !e.is_empty() && all_digits(e)
    });
    let mantissa_fits = match mantissa.split_once('.') {
        Some(("", fraction)) => !fraction.is_empty() && all_digits(fraction),
        Some((whole, fraction)) => all_digits(whole) && all_digits(fraction),
        None => !mantissa.is_empty() && all_digits(mantissa),
    };
    exponent_fits && mantissa_fits
}

/// Whole numbers print without a fraction, as JSON from Go has them.
fn float_value(float: f64) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if float.fract() == 0.0 && float.abs() < EXACT {
        #[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^53")]
        return Value::from(float as i64);
    }
    Value::from(float)
}

#[cfg(test)]
mod tests {
    use super::plain;
    use serde_json::{Value, json};

    #[test]
    fn scalars_are_read_as_kubectl_reads_them() {
        let cases: &[(&str, Value)] = &[
            ("", Value::Null),
            ("~", Value::Null),
            ("nUll", json!("nUll")),
            ("yes", json!(true)),
            ("y", json!(true)),
            ("Off", json!(false)),
            ("oN", json!("oN")),
            ("0644", json!(420)),
            ("-0644", json!(-420)),
            ("08", json!(8)),
            ("0o14", json!(12)),
            ("0x1f", json!(31)),
            ("0b101", json!(5)),
            ("1_000", json!(1000)),
            ("1_0.5", json!(10.5)),
            ("._5", json!("._5")),
            (".5_", json!(".5_")),
            (".5__0", json!(".5__0")),
            (".5_0", json!(0.5)),
            ("+12", json!(12)),
            ("1e3", json!(1000)),
            ("1.0", json!(1)),
            ("1.5", json!(1.5)),
            (".5", json!(0.5)),
            ("1.", json!(1)),
            ("1:30", json!("1:30")),
            ("2001-01-01", json!("2001-01-01")),
            ("1.24.3", json!("1.24.3")),
            ("--1", json!("--1")),
            ("-", json!("-")),
            ("0x", json!("0x")),
            ("18446744073709551615", json!(18446744073709551615_u64)),
            ("123456789012345678901234567890", json!(123456789012345678901234567890.0)),
            ("100m", json!("100m")),
        ];
        for (text, expected) in cases {
            assert_eq!(plain(text).as_ref(), Some(expected), "{text:?}");
        }
        assert_eq!(plain(".inf"), None);
    }

    #[test]
    fn texts_that_some_readers_take_for_something_else_are_not_written_plainly() {
        for text in ["=", "<<", "1:20", "190:20:30.15", "2001-01-01", "2001-12-14t21:59:43.10-05:00", "yes", "1", ""] {
            assert!(!super::is_text(text), "{text:?}");
        }
        for text in ["a=b", "==", "<", "8080:http", "1.2.3", "10-20-30", "2001-x"] {
            assert!(super::is_text(text), "{text:?}");
        }
    }
}
