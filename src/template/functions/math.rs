//! Sprig's numbers: whole ones unless the name ends in `f`.

use gotmpl::Value as Go;

use super::{Function, arg, failed, float, integer};

pub(super) const FUNCTIONS: &[(&str, Function)] = &[
    ("add", |a| Ok(Go::Int(a.iter().map(integer).fold(0, i64::wrapping_add)))),
    ("add1", |a| Ok(Go::Int(integer(arg(a, 0)).wrapping_add(1)))),
    ("sub", |a| Ok(Go::Int(integer(arg(a, 0)).wrapping_sub(integer(arg(a, 1)))))),
    ("mul", |a| Ok(Go::Int(a.iter().map(integer).fold(1, i64::wrapping_mul)))),
    ("div", |a| integer(arg(a, 0)).checked_div(integer(arg(a, 1))).map(Go::Int).ok_or_else(|| failed("div: division by zero"))),
    ("mod", |a| integer(arg(a, 0)).checked_rem(integer(arg(a, 1))).map(Go::Int).ok_or_else(|| failed("mod: division by zero"))),
    ("max", |a| Ok(Go::Int(a.iter().map(integer).max().unwrap_or(0)))),
    ("biggest", |a| Ok(Go::Int(a.iter().map(integer).max().unwrap_or(0)))),
    ("min", |a| Ok(Go::Int(a.iter().map(integer).min().unwrap_or(0)))),
    ("addf", |a| Ok(Go::Float(a.iter().map(float).sum()))),
    ("add1f", |a| Ok(Go::Float(float(arg(a, 0)) + 1.0))),
    ("subf", |a| Ok(Go::Float(a.iter().skip(1).map(float).fold(float(arg(a, 0)), |x, y| x - y)))),
    ("mulf", |a| Ok(Go::Float(a.iter().map(float).product()))),
    ("divf", |a| Ok(Go::Float(a.iter().skip(1).map(float).fold(float(arg(a, 0)), |x, y| x / y)))),
    ("maxf", |a| Ok(Go::Float(a.iter().map(float).fold(f64::NEG_INFINITY, f64::max)))),
    ("minf", |a| Ok(Go::Float(a.iter().map(float).fold(f64::INFINITY, f64::min)))),
    ("floor", |a| Ok(Go::Float(float(arg(a, 0)).floor()))),
    ("ceil", |a| Ok(Go::Float(float(arg(a, 0)).ceil()))),
    ("round", |a| {
        let scale = 10_f64.powi(i32::try_from(integer(arg(a, 1))).unwrap_or(0));
        Ok(Go::Float((float(arg(a, 0)) * scale).round() / scale))
    }),
    ("int", |a| Ok(Go::Int(integer(arg(a, 0))))),
    ("int64", |a| Ok(Go::Int(integer(arg(a, 0))))),
    ("float64", |a| Ok(Go::Float(float(arg(a, 0))))),
    ("atoi", |a| Ok(Go::Int(integer(arg(a, 0))))),
    ("toDecimal", |a| Ok(Go::Int(i64::from_str_radix(&super::text(a, 0), 8).unwrap_or(0)))),
];
