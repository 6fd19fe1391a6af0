//! Lengths of time, as Go prints and reads them.

use gotmpl::Value as Go;

use super::arguments::{Function, Result, arg, as_text, string};
use crate::go::nanoseconds;
use crate::template::boxed;

pub(super) const FUNCTIONS: &[(&str, Function)] = &[("formatDuration", format_duration), ("duration", seconds), ("durationRound", rounded)];

/// A protocol buffer's duration (`90s`) as Go prints it: `1m30s`.
fn format_duration(args: &[Go]) -> Result {
    let given = as_text(boxed::held(arg(args, 0)));
    // A duration that is not set is none.
    let nanoseconds = if given.is_empty() { Some(0) } else { nanoseconds(&given) };
    Ok(string(nanoseconds.map_or(given, go)))
}

/// Nanoseconds as Go prints a duration.
pub(super) fn go(nanoseconds: i128) -> String {
    #[expect(clippy::cast_precision_loss, reason = "what is lost is below what a duration prints")]
    print(nanoseconds as f64)
}

/// Whole seconds as Go prints a duration; 0 where it is no whole number.
fn seconds(args: &[Go]) -> Result {
    #[expect(clippy::cast_precision_loss, reason = "exact for 285 years")]
    let seconds = match arg(args, 0) {
        Go::Int(n) => *n as f64,
        Go::String(s) => s.parse::<i64>().unwrap_or(0) as f64,
        _ => 0.0,
    };
    Ok(string(print(seconds * 1e9)))
}

/// Nanoseconds as Go prints a duration: `45s`, `1m0s`, `1h0m0s`, `1.5s`, `100ms`.
fn print(nanoseconds: f64) -> String {
    if nanoseconds == 0.0 {
        return "0s".to_owned();
    }
    let (sign, total) = if nanoseconds < 0.0 { ("-", -nanoseconds) } else { ("", nanoseconds) };
    let printed = if total < 1e3 {
        format!("{total}ns")
    } else if total < 1e6 {
        format!("{}µs", total / 1e3)
    } else if total < 1e9 {
        format!("{}ms", total / 1e6)
    } else {
        let seconds = total / 1e9;
        let hours = (seconds / 3600.0).floor();
        let minutes = ((seconds - hours * 3600.0) / 60.0).floor();
        let rest = ((seconds - hours * 3600.0 - minutes * 60.0) * 1e9).round() / 1e9;
        match (hours, minutes) {
            (0.0, 0.0) => format!("{rest}s"),
            (0.0, _) => format!("{minutes}m{rest}s"),
            _ => format!("{hours}h{minutes}m{rest}s"),
        }
    };
    format!("{sign}{printed}")
}

/// Units of `durationRound` in seconds, the largest first.
const UNITS: [(&str, f64); 6] = [("y", 31_536_000.0), ("mo", 2_592_000.0), ("d", 86_400.0), ("h", 3600.0), ("m", 60.0), ("s", 1.0)];

/// A duration in its largest unit, rounded down: `2h10m5s` is `2h`.
fn rounded(args: &[Go]) -> Result {
    let nanoseconds = match arg(args, 0) {
        Go::String(s) => nanoseconds(s).unwrap_or(0),
        Go::Int(nanoseconds) => i128::from(*nanoseconds),
        _ => 0,
    };
    #[expect(clippy::cast_precision_loss, reason = "the result has few digits")]
    let seconds = nanoseconds.unsigned_abs() as f64 / 1e9;
    let unit = UNITS.iter().find(|(_, length)| seconds > *length);
    Ok(string(unit.map_or_else(|| "0s".to_owned(), |(name, length)| format!("{}{name}", (seconds / length).floor()))))
}
