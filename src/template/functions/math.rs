//! Sprig's numbers: whole ones unless the name ends in `f`.

use gotmpl::Value as Go;
use rust_decimal::{Decimal, RoundingStrategy};

use super::arguments::{Function, Result, arg, failed};
use super::numbers::{float, integer};

pub(super) const FUNCTIONS: &[(&str, Function)] = &[
    ("add", |a| Ok(Go::Int(a.iter().map(integer).fold(0, i64::wrapping_add)))),
    ("add1", |a| Ok(Go::Int(integer(arg(a, 0)).wrapping_add(1)))),
    ("sub", |a| Ok(Go::Int(integer(arg(a, 0)).wrapping_sub(integer(arg(a, 1)))))),
    ("mul", |a| Ok(Go::Int(a.iter().map(integer).fold(1, i64::wrapping_mul)))),
    ("div", |a| divisor("div", a).map(|by| Go::Int(integer(arg(a, 0)).wrapping_div(by)))),
    ("mod", |a| divisor("mod", a).map(|by| Go::Int(integer(arg(a, 0)).wrapping_rem(by)))),
    ("max", |a| Ok(Go::Int(a.iter().map(integer).max().unwrap_or(0)))),
    ("biggest", |a| Ok(Go::Int(a.iter().map(integer).max().unwrap_or(0)))),
    ("min", |a| Ok(Go::Int(a.iter().map(integer).min().unwrap_or(0)))),
    ("maxf", |a| Ok(Go::Float(a.iter().map(float).fold(f64::NEG_INFINITY, f64::max)))),
    ("minf", |a| Ok(Go::Float(a.iter().map(float).fold(f64::INFINITY, f64::min)))),
    ("floor", |a| Ok(Go::Float(float(arg(a, 0)).floor()))),
    ("ceil", |a| Ok(Go::Float(float(arg(a, 0)).ceil()))),
    ("round", |a| Ok(Go::Float(rounded(float(arg(a, 0)), integer(arg(a, 1)), a.get(2).map_or(0.5, float))))),
    ("addf", |a| Ok(Go::Float(decimals(0.0, a, Decimal::checked_add, |x, y| x + y)))),
    ("add1f", |a| Ok(Go::Float(decimals(1.0, a, Decimal::checked_add, |x, y| x + y)))),
    ("subf", |a| Ok(Go::Float(from_first(a, Decimal::checked_sub, |x, y| x - y)))),
    ("mulf", |a| Ok(Go::Float(from_first(a, Decimal::checked_mul, |x, y| x * y)))),
    ("divf", |a| {
        if a.iter().skip(1).any(|d| float(d) == 0.0) {
            return Err(failed("divf: division by zero"));
        }
        Ok(Go::Float(from_first(a, divided, |x, y| x / y)))
    }),
    ("atoi", |a| Ok(Go::Int(decimal(&super::arguments::text(a, 0))))),
    ("int", |a| Ok(Go::Int(integer(arg(a, 0))))),
    ("int64", |a| Ok(Go::Int(integer(arg(a, 0))))),
    ("float64", |a| Ok(Go::Float(float(arg(a, 0))))),
    ("toDecimal", |a| Ok(Go::Int(i64::from_str_radix(&super::arguments::text(a, 0), 8).unwrap_or(0)))),
];

fn divisor(function: &str, args: &[Go]) -> Result<i64> {
    match integer(arg(args, 1)) {
        0 => Err(failed(format!("{function}: division by zero"))),
        by => Ok(by),
    }
}

/// Decimal digits as a number; the largest or the least where it is larger or less, 0 where it is none.
fn decimal(text: &str) -> i64 {
    match text.parse() {
        Ok(number) => number,
        Err(e) if *std::num::ParseIntError::kind(&e) == std::num::IntErrorKind::PosOverflow => i64::MAX,
        Err(e) if *std::num::ParseIntError::kind(&e) == std::num::IntErrorKind::NegOverflow => i64::MIN,
        Err(_) => 0,
    }
}

/// How many digits behind the point a quotient keeps.
const QUOTIENT_DIGITS: u32 = 16;

fn divided(a: Decimal, b: Decimal) -> Option<Decimal> {
    Some(a.checked_div(b)?.round_dp_with_strategy(QUOTIENT_DIGITS, RoundingStrategy::MidpointAwayFromZero))
}

/// Calculates with the numbers as they are written, so that 0.1 and 0.2 are 0.3; with floats where they are too large for that.
fn decimals(start: f64, args: &[Go], exact: fn(Decimal, Decimal) -> Option<Decimal>, rough: fn(f64, f64) -> f64) -> f64 {
    let written = |f: f64| f.to_string().parse::<Decimal>().ok();
    let result = args.iter().try_fold(written(start), |sum, n| exact(sum?, written(float(n))?).map(Some));
    match result.flatten().map(|d| d.normalize().to_string().parse::<f64>()) {
        Some(Ok(number)) => number,
        _ => args.iter().map(float).fold(start, rough),
    }
}

fn from_first(args: &[Go], exact: fn(Decimal, Decimal) -> Option<Decimal>, rough: fn(f64, f64) -> f64) -> f64 {
    decimals(float(arg(args, 0)), args.get(1..).unwrap_or_default(), exact, rough)
}

/// A float with so many digits behind the point; what is left over rounds up from `from` on.
fn rounded(number: f64, digits: i64, from: f64) -> f64 {
    let scale = 10_f64.powi(i32::try_from(digits).unwrap_or(0));
    let scaled = number * scale;
    let rest = (scaled - scaled.trunc()).abs();
    let size = if rest >= from { scaled.abs().ceil() } else { scaled.abs().floor() };
    size.copysign(scaled) / scale
}
