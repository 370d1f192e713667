//! Named integers: `time.Duration`, `time.Month` and `time.Weekday`, as they print and what methods
//! they have.
#![expect(clippy::unnecessary_wraps, reason = "every function has the shape of `Call`")]

use crate::{CallError, Context, Function, IntKind, Param, Value};

const SECOND: u64 = 1_000_000_000;

/// Methods of `time.Duration`; the receiver is the first argument.
pub(crate) static METHODS: &[Function] = &[
    method("Abs", &[], |_, args| Ok(same(receiver(args).saturating_abs()))),
    method("Hours", &[], |_, args| Ok(Value::float(in_units(args, 3600 * SECOND as i64)))),
    method("Microseconds", &[], |_, args| Ok(int64(receiver(args) / 1000))),
    method("Milliseconds", &[], |_, args| Ok(int64(receiver(args) / 1_000_000))),
    method("Minutes", &[], |_, args| Ok(Value::float(in_units(args, 60 * SECOND as i64)))),
    method("Nanoseconds", &[], |_, args| Ok(int64(receiver(args)))),
    method("Round", &[Param::Duration], |_, args| Ok(same(round(receiver(args), unit(args))))),
    method("Seconds", &[], |_, args| Ok(Value::float(in_units(args, SECOND as i64)))),
    method("String", &[], text),
    method("Truncate", &[Param::Duration], |_, args| {
        Ok(same(truncate(receiver(args), unit(args))))
    }),
];

/// Methods of `time.Month` and `time.Weekday`.
pub(crate) static NAMED_METHODS: &[Function] = &[method("String", &[], text)];

/// What the type's `String` method gives, if it has one.
pub(crate) fn to_text(value: i64, kind: IntKind) -> Option<String> {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    const DAYS: [&str; 7] =
        ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
    let named = |names: &[&str], at: i64, unknown: &str| {
        let name = usize::try_from(at).ok().and_then(|at| names.get(at));
        name.map_or_else(|| format!("%!{unknown}({})", value as u64), ToString::to_string)
    };
    match kind {
        IntKind::Duration => Some(duration(value)),
        IntKind::Month => Some(named(&MONTHS, value - 1, "Month")),
        IntKind::Weekday => Some(named(&DAYS, value, "Weekday")),
        IntKind::Int | IntKind::Int8 | IntKind::Int16 | IntKind::Int32 | IntKind::Int64 => None,
    }
}

/// Go's `Duration.String`: `1h2m3.5s`.
pub(crate) fn duration(nanoseconds: i64) -> String {
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let total = nanoseconds.unsigned_abs();
    if total == 0 {
        return "0s".to_owned();
    }
    if total < 1000 {
        return format!("{sign}{total}ns");
    }
    if total < 1_000_000 {
        return format!("{sign}{}µs", decimal(total, 1000));
    }
    if total < SECOND {
        return format!("{sign}{}ms", decimal(total, 1_000_000));
    }
    let minutes = total / (60 * SECOND);
    let seconds = decimal(total % (60 * SECOND), SECOND);
    match (minutes / 60, minutes % 60) {
        (0, 0) => format!("{sign}{seconds}s"),
        (0, minutes) => format!("{sign}{minutes}m{seconds}s"),
        (hours, minutes) => format!("{sign}{hours}h{minutes}m{seconds}s"),
    }
}

/// `value / unit` with as many decimals as it needs.
fn decimal(value: u64, unit: u64) -> String {
    let digits = unit.ilog10() as usize;
    let text = format!("{}.{:0digits$}", value / unit, value % unit);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

const fn method(name: &'static str, params: &'static [Param], call: crate::Call) -> Function {
    Function { name, params, variadic: None, call }
}

fn text(_: &mut Context<'_>, args: &[Value]) -> Result<Value, CallError> {
    match args {
        [Value::Int(value, kind), ..] => Ok(Value::str(to_text(*value, *kind).unwrap_or_default())),
        _ => Ok(Value::str("")),
    }
}

fn receiver(args: &[Value]) -> i64 {
    nth(args, 0)
}

fn unit(args: &[Value]) -> i64 {
    nth(args, 1)
}

fn nth(args: &[Value], at: usize) -> i64 {
    if let Some(Value::Int(value, _)) = args.get(at) { *value } else { 0 }
}

fn same(value: i64) -> Value {
    Value::Int(value, IntKind::Duration)
}

fn int64(value: i64) -> Value {
    Value::Int(value, IntKind::Int64)
}

/// Go adds whole and fraction as floats.
fn in_units(args: &[Value], unit: i64) -> f64 {
    let value = receiver(args);
    (value / unit) as f64 + (value % unit) as f64 / unit as f64
}

fn truncate(value: i64, unit: i64) -> i64 {
    if unit <= 0 { value } else { value - value % unit }
}

/// To the nearest multiple, halves away from zero; the value itself where the result does not fit.
fn round(value: i64, unit: i64) -> i64 {
    if unit <= 0 {
        return value;
    }
    let rest = value % unit;
    let down = value - rest;
    if rest.unsigned_abs() * 2 < unit.unsigned_abs() {
        return down;
    }
    if value < 0 { down.saturating_sub(unit) } else { down.saturating_add(unit) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_print_as_go_prints_them() {
        let cases = [
            (0, "0s"),
            (1, "1ns"),
            (1100, "1.1µs"),
            (2_200_000, "2.2ms"),
            (3_300_000_000, "3.3s"),
            (245_000_000_000, "4m5s"),
            (245_001_000_000, "4m5.001s"),
            (18_367_001_000_000, "5h6m7.001s"),
            (480_000_000_001, "8m0.000000001s"),
            (i64::MAX, "2562047h47m16.854775807s"),
            (i64::MIN, "-2562047h47m16.854775808s"),
        ];
        for (value, text) in cases {
            assert_eq!(duration(value), text);
        }
    }
}
