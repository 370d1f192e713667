//! Arithmetic: on int64 with wrapping, on decimals for the `…f` functions, on float64 for
//! rounding. Invariant: arguments are cast as Sprig casts them, so nothing is refused for its
//! type.

mod decimal;

use template::{CallError, Context, Function, Param, Value};

use crate::arguments::{Arguments, Outcome, fixed, variadic};
use crate::fault;
use crate::numbers::{int64, to_float64, to_int64};
use decimal::Decimal;

const A: Param = Param::Any;

pub(crate) const FUNCTIONS: &[Function] = &[
    variadic("add", &[], A, |_, args| Ok(int64(fold(0, args, i64::wrapping_add)))),
    fixed("add1", &[A], |_, args| Ok(int64(to_int64(args.any(0)).wrapping_add(1)))),
    fixed("add1f", &[A], |_, args| decimals(args.any(0), &[Value::int(1)], |a, b| Ok(a.add(b)))),
    variadic("addf", &[], A, |_, args| decimals(&Value::float(0.0), args, |a, b| Ok(a.add(b)))),
    variadic("biggest", &[A], A, |_, args| Ok(int64(fold_first(args, i64::max)))),
    fixed("ceil", &[A], |_, args| Ok(Value::float(to_float64(args.any(0)).ceil()))),
    fixed("div", &[A, A], |_, args| divide(args, i64::wrapping_div)),
    variadic("divf", &[A], A, |_, args| decimals(args.any(0), args.from(1), Decimal::divide)),
    fixed("floor", &[A], |_, args| Ok(Value::float(to_float64(args.any(0)).floor()))),
    variadic("max", &[A], A, |_, args| Ok(int64(fold_first(args, i64::max)))),
    variadic("maxf", &[A], A, |_, args| Ok(Value::float(fold_float(args, maximum)))),
    variadic("min", &[A], A, |_, args| Ok(int64(fold_first(args, i64::min)))),
    variadic("minf", &[A], A, |_, args| Ok(Value::float(fold_float(args, minimum)))),
    fixed("mod", &[A, A], |_, args| divide(args, i64::wrapping_rem)),
    variadic("mul", &[A], A, |_, args| Ok(int64(fold_first(args, i64::wrapping_mul)))),
    variadic("mulf", &[A], A, |_, args| {
        decimals(args.any(0), args.from(1), |a, b| Ok(a.multiply(b)))
    }),
    variadic("round", &[A, Param::Int], Param::Float64, round),
    fixed("sub", &[A, A], |_, args| {
        Ok(int64(to_int64(args.any(0)).wrapping_sub(to_int64(args.any(1)))))
    }),
    variadic("subf", &[A], A, |_, args| {
        decimals(args.any(0), args.from(1), |a, b| Ok(a.subtract(b)))
    }),
];

fn fold(start: i64, args: &[Value], step: fn(i64, i64) -> i64) -> i64 {
    args.iter().map(to_int64).fold(start, step)
}

fn fold_first(args: &[Value], step: fn(i64, i64) -> i64) -> i64 {
    fold(to_int64(args.any(0)), args.from(1), step)
}

fn fold_float(args: &[Value], step: fn(f64, f64) -> f64) -> f64 {
    args.from(1).iter().map(to_float64).fold(to_float64(args.any(0)), step)
}

fn divide(args: &[Value], step: fn(i64, i64) -> i64) -> Outcome {
    match to_int64(args.any(1)) {
        0 => Err(fault::divide_by_zero()),
        divisor => Ok(int64(step(to_int64(args.any(0)), divisor))),
    }
}

fn decimals(
    first: &Value,
    rest: &[Value],
    step: fn(Decimal, &Decimal) -> Result<Decimal, CallError>,
) -> Outcome {
    let start = Decimal::new(to_float64(first))?;
    let result = rest
        .iter()
        .try_fold(start, |total, value| step(total, &Decimal::new(to_float64(value))?))?;
    Ok(Value::float(result.to_float()))
}

/// Go's `math.Max`: NaN wins, and 0 is above -0.
fn maximum(left: f64, right: f64) -> f64 {
    if left == f64::INFINITY || right == f64::INFINITY {
        return f64::INFINITY;
    }
    if left.is_nan() || right.is_nan() {
        return f64::NAN;
    }
    if left == 0.0 && right == 0.0 {
        return if left.is_sign_negative() { right } else { left };
    }
    left.max(right)
}

/// Go's `math.Min`: NaN wins, and -0 is below 0.
fn minimum(left: f64, right: f64) -> f64 {
    -maximum(-left, -right)
}

fn round(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    let (value, places) = (to_float64(args.any(0)), args.int(1));
    let round_on = args.get(2).map_or(0.5, to_float64);
    let power = decimal::power_of_ten(places);
    let digit = power * value;
    // Sprig compares the signed fraction, so that negative numbers round down.
    let up = if digit.is_infinite() { f64::NAN } else { digit - digit.trunc() } >= round_on;
    let rounded = if up { digit.ceil() } else { digit.floor() };
    Ok(Value::float(rounded / power))
}
