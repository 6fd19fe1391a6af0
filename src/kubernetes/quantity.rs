//! Kubernetes quantities (`100m`, `1.5Gi`, `2e3`): read, compare, print in canonical form.
//!
//! Source: the documentation of `k8s.io/apimachinery/pkg/api/resource.Quantity`.

use std::cmp::Ordering;
use std::fmt;

/// One unit in billionths, the finest step that Kubernetes knows.
const NANO: i128 = 1_000_000_000;
/// Kubernetes caps every quantity at this many units.
const MAX_UNITS: i128 = i64::MAX as i128;

/// How a quantity was written, which decides how it is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    /// `m`, none, `k`, `M`, …
    Decimal,
    /// `Ki`, `Mi`, …
    Binary,
    /// `e3`, `E6`, …
    Exponent,
}

/// An amount of a resource.
#[derive(Debug, Clone, Copy)]
pub struct Quantity {
    nanos: i128,
    format: Format,
}

/// A text that is no quantity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no quantity: expected a number with an optional suffix such as m, k, M, Gi or e3")]
pub struct ParseError(String);

impl Quantity {
    /// Reads a quantity.
    ///
    /// # Errors
    ///
    /// When the text is no number, or its suffix is none of Kubernetes'.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        read(text).ok_or_else(|| ParseError(text.to_owned()))
    }

    /// Whole units, rounded up: the cores of a CPU quantity.
    pub fn ceil(&self) -> i64 {
        i64::try_from(ceil_div(self.nanos, NANO)).unwrap_or(i64::MAX)
    }

    /// Thousandths of a unit, rounded up.
    pub fn ceil_milli(&self) -> i64 {
        i64::try_from(ceil_div(self.nanos, NANO / 1000)).unwrap_or(i64::MAX)
    }

    /// The amount in billionths, without suffix: equal for equal quantities, however they are written.
    pub fn plain(&self) -> String {
        self.nanos.to_string()
    }

    /// Whether nothing is asked for.
    pub fn is_zero(&self) -> bool {
        self.nanos == 0
    }
}

fn ceil_div(a: i128, b: i128) -> i128 {
    a.div_euclid(b) + i128::from(a.rem_euclid(b) != 0)
}

fn read(text: &str) -> Option<Quantity> {
    let (negative, rest) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    let (number, suffix) = rest.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
        return None;
    }
    let (format, base, exponent) = scale(suffix)?;
    let nanos = if base == 2 { binary(whole, fraction, exponent) } else { decimal(whole, fraction, exponent) };
    let nanos = nanos.min(MAX_UNITS * NANO);
    Some(Quantity { nanos: if negative { -nanos } else { nanos }, format })
}

/// Format, base and exponent that a suffix stands for.
fn scale(suffix: &str) -> Option<(Format, u32, i32)> {
    let decimal = |e| Some((Format::Decimal, 10, e));
    let binary = |e| Some((Format::Binary, 2, e));
    match suffix {
        "n" => decimal(-9),
        "u" => decimal(-6),
        "m" => decimal(-3),
        "" => decimal(0),
        "k" => decimal(3),
        "M" => decimal(6),
        "G" => decimal(9),
        "T" => decimal(12),
        "P" => decimal(15),
        "E" => decimal(18),
        "Ki" => binary(10),
        "Mi" => binary(20),
        "Gi" => binary(30),
        "Ti" => binary(40),
        "Pi" => binary(50),
        "Ei" => binary(60),
        _ => {
            let exponent = suffix.strip_prefix(['e', 'E'])?;
            let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            if digits.is_empty() || digits.len() > 6 || !digits.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            Some((Format::Exponent, 10, exponent.parse().ok()?))
        }
    }
}

/// Decimal digits times a power of ten, in billionths, rounded up; capped rather than overflowing.
fn decimal(whole: &str, fraction: &str, exponent: i32) -> i128 {
    // Digits before `point` are billionths and more, those after it only round up.
    let point = i64::try_from(whole.len()).unwrap_or(i64::MAX / 2) + i64::from(exponent) + 9;
    let mut value: i128 = 0;
    let mut rest = false;
    let mut read = 0;
    for (i, digit) in whole.bytes().chain(fraction.bytes()).enumerate() {
        if i64::try_from(i).unwrap_or(i64::MAX) < point {
            value = value.saturating_mul(10).saturating_add(i128::from(digit - b'0'));
            read += 1;
        } else {
            rest |= digit != b'0';
        }
    }
    if value != 0 {
        for _ in read..point.min(read + 40) {
            value = value.saturating_mul(10);
        }
    }
    value.saturating_add(i128::from(rest))
}

/// Decimal digits times a power of two, in billionths, rounded up.
fn binary(whole: &str, fraction: &str, exponent: i32) -> i128 {
    // Fifteen digits after the point are more than anybody writes and fit the arithmetic.
    let nanos = decimal(whole, fraction, 0);
    let cap = MAX_UNITS * NANO;
    if nanos >= cap >> exponent.clamp(0, 60) {
        return cap;
    }
    let exact: String = fraction.chars().take(15).collect();
    let digits = i128::from(exact.parse::<i64>().unwrap_or(0));
    let ten = 10_i128.pow(u32::try_from(exact.len()).unwrap_or(0));
    let units = decimal(whole, "", 0) / NANO;
    let shift = exponent.clamp(0, 60);
    // The fraction's share needs up to 15 digits + 60 bits; billionths are applied after the division by `ten`.
    let part = digits << shift;
    let (share, rest) = (part / ten, part % ten);
    ((units << shift) + share).saturating_mul(NANO) + ceil_div(rest * NANO, ten)
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.nanos == other.nanos
    }
}

impl Eq for Quantity {}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> Ordering {
        self.nanos.cmp(&other.nanos)
    }
}

const DECIMAL_SUFFIXES: [&str; 10] = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
const BINARY_SUFFIXES: [&str; 7] = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

impl fmt::Display for Quantity {
    /// The canonical form: no fraction, and the largest suffix that allows it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.nanos == 0 {
            return f.write_str("0");
        }
        // Kubernetes prints small binary amounts as decimal ones.
        if self.format == Format::Binary && self.nanos.abs() >= 1024 * NANO {
            let mut mantissa = ceil_div(self.nanos, NANO);
            let mut step = 0;
            while mantissa % 1024 == 0 && step + 1 < BINARY_SUFFIXES.len() {
                mantissa /= 1024;
                step += 1;
            }
            return write!(f, "{mantissa}{}", BINARY_SUFFIXES.get(step).copied().unwrap_or_default());
        }
        let mut mantissa = self.nanos;
        let mut step = 0;
        while mantissa % 1000 == 0 && step + 1 < DECIMAL_SUFFIXES.len() {
            mantissa /= 1000;
            step += 1;
        }
        let exponent = i32::try_from(step).unwrap_or(0) * 3 - 9;
        if self.format == Format::Exponent && exponent != 0 {
            return write!(f, "{mantissa}e{exponent}");
        }
        write!(f, "{mantissa}{}", DECIMAL_SUFFIXES.get(step).copied().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn prints_the_canonical_form() {
        for (text, canonical) in [
            ("3000m", "3"),
            ("0.1", "100m"),
            ("2000m", "2"),
            ("1024Mi", "1Gi"),
            ("1.5Gi", "1536Mi"),
            ("0.5Ki", "512"),
            ("1.1Ki", "1127"),
            ("1000", "1k"),
            ("1500", "1500"),
            ("1e3", "1e3"),
            ("1000e3", "1e6"),
            ("0", "0"),
            ("0m", "0"),
            ("-1", "-1"),
            ("+5", "5"),
            (".5", "500m"),
            ("5.", "5"),
            ("0.0000000001", "1n"),
            ("128974848", "128974848"),
            ("129e6", "129e6"),
            ("123Mi", "123Mi"),
        ] {
            assert_eq!(Quantity::parse(text).unwrap().to_string(), canonical, "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_quantity() {
        for text in ["", "x", "1x", "1.2.3", "1 Gi", "1e", "--1", ".", "1Ki5"] {
            assert!(Quantity::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn rounds_up_and_compares() {
        assert_eq!(Quantity::parse("1500m").unwrap().ceil(), 2);
        assert_eq!(Quantity::parse("100m").unwrap().ceil(), 1);
        assert_eq!(Quantity::parse("0").unwrap().ceil(), 0);
        assert_eq!(Quantity::parse("2000m").unwrap(), Quantity::parse("2").unwrap());
        assert!(Quantity::parse("1Gi").unwrap() > Quantity::parse("1G").unwrap());
        assert_eq!(Quantity::parse("99999999999999999999999999E").unwrap().ceil(), i64::MAX);
    }
}
