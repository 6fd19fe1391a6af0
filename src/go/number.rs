//! Numbers as Go prints them.

/// Exponents of ten at which a float prints without an exponent.
const PLAIN: std::ops::Range<i32> = -4..6;

/// A float as `strconv` formats it with `g` and the shortest precision: with an exponent below 1e-4 and from 1e+06 on.
pub(crate) fn number(float: f64) -> String {
    if float.is_nan() {
        return "NaN".to_owned();
    }
    if float.is_infinite() {
        return if float > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let scientific = format!("{float:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else { return scientific };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if float == 0.0 || PLAIN.contains(&exponent) {
        return float.to_string();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}
