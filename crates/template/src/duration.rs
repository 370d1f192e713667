//! Named integers: `time.Duration`, `time.Month` and `time.Weekday`, as they print and what methods
//! they have.
#![expect(clippy::unnecessary_wraps, reason = "every function has the shape of `Call`")]

use std::fmt;

use crate::{CallError, Context, Function, IntKind, Param, Value};

/// Go's `time.Duration`: nanoseconds, printed as `1h2m3.5s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duration(pub i64);

/// The names of Go's `time.Month`, from 1 on.
pub const MONTHS: [&str; 12] = [
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

/// The names of Go's `time.Weekday`, from 0 on.
pub const DAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

impl Duration {
    /// Nanoseconds of a microsecond.
    pub const MICROSECOND: i64 = 1000;
    /// Nanoseconds of a millisecond.
    pub const MILLISECOND: i64 = 1000 * Self::MICROSECOND;
    /// Nanoseconds of a second.
    pub const SECOND: i64 = 1000 * Self::MILLISECOND;
    /// Nanoseconds of a minute.
    pub const MINUTE: i64 = 60 * Self::SECOND;
    /// Nanoseconds of an hour.
    pub const HOUR: i64 = 60 * Self::MINUTE;

    /// Seconds, with their fraction.
    pub fn seconds(self) -> f64 {
        self.in_units(Self::SECOND)
    }

    /// Minutes, with their fraction.
    pub fn minutes(self) -> f64 {
        self.in_units(Self::MINUTE)
    }

    /// Hours, with their fraction.
    pub fn hours(self) -> f64 {
        self.in_units(Self::HOUR)
    }

    /// Cuts to a multiple of `unit`; unchanged where `unit` is not positive.
    #[must_use]
    pub fn truncate(self, unit: Self) -> Self {
        if unit.0 <= 0 { self } else { Self(self.0 - self.0 % unit.0) }
    }

    /// Rounds to a multiple of `unit`, halves away from zero, saturating; unchanged where `unit` is
    /// not positive.
    #[must_use]
    pub fn round(self, unit: Self) -> Self {
        if unit.0 <= 0 {
            return self;
        }
        let rest = self.0 % unit.0;
        let down = self.0 - rest;
        if rest.unsigned_abs() * 2 < unit.0.unsigned_abs() {
            return Self(down);
        }
        Self(if self.0 < 0 { down.saturating_sub(unit.0) } else { down.saturating_add(unit.0) })
    }

    /// Go adds whole and fraction as floats.
    fn in_units(self, unit: i64) -> f64 {
        (self.0 / unit) as f64 + (self.0 % unit) as f64 / unit as f64
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [micro, milli, second, minute] =
            [Self::MICROSECOND, Self::MILLISECOND, Self::SECOND, Self::MINUTE]
                .map(i64::unsigned_abs);
        let total = self.0.unsigned_abs();
        if total == 0 {
            return f.write_str("0s");
        }
        if self.0 < 0 {
            f.write_str("-")?;
        }
        if total < micro {
            return write!(f, "{total}ns");
        }
        if total < milli {
            return write!(f, "{}µs", decimal(total, micro));
        }
        if total < second {
            return write!(f, "{}ms", decimal(total, milli));
        }
        let minutes = total / minute;
        let seconds = decimal(total % minute, second);
        match (minutes / 60, minutes % 60) {
            (0, 0) => write!(f, "{seconds}s"),
            (0, minutes) => write!(f, "{minutes}m{seconds}s"),
            (hours, minutes) => write!(f, "{hours}h{minutes}m{seconds}s"),
        }
    }
}

/// Methods of `time.Duration`; the receiver is the first argument.
pub(crate) static METHODS: &[Function] = &[
    method("Abs", &[], |_, args| Ok(same(Duration(receiver(args).0.saturating_abs())))),
    method("Hours", &[], |_, args| Ok(Value::float(receiver(args).hours()))),
    method("Microseconds", &[], |_, args| Ok(int64(receiver(args).0 / Duration::MICROSECOND))),
    method("Milliseconds", &[], |_, args| Ok(int64(receiver(args).0 / Duration::MILLISECOND))),
    method("Minutes", &[], |_, args| Ok(Value::float(receiver(args).minutes()))),
    method("Nanoseconds", &[], |_, args| Ok(int64(receiver(args).0))),
    method("Round", &[Param::Duration], |_, args| Ok(same(receiver(args).round(unit(args))))),
    method("Seconds", &[], |_, args| Ok(Value::float(receiver(args).seconds()))),
    method("String", &[], text),
    method("Truncate", &[Param::Duration], |_, args| Ok(same(receiver(args).truncate(unit(args))))),
];

/// Methods of `time.Month` and `time.Weekday`.
pub(crate) static NAMED_METHODS: &[Function] = &[method("String", &[], text)];

/// What the type's `String` method gives, if it has one.
pub(crate) fn to_text(value: i64, kind: IntKind) -> Option<String> {
    let named = |names: &[&str], at: i64, unknown: &str| {
        let name = usize::try_from(at).ok().and_then(|at| names.get(at));
        name.map_or_else(|| format!("%!{unknown}({})", value as u64), ToString::to_string)
    };
    match kind {
        IntKind::Duration => Some(Duration(value).to_string()),
        IntKind::Month => Some(named(&MONTHS, value - 1, "Month")),
        IntKind::Weekday => Some(named(&DAYS, value, "Weekday")),
        IntKind::Int | IntKind::Int8 | IntKind::Int16 | IntKind::Int32 | IntKind::Int64 => None,
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

fn receiver(args: &[Value]) -> Duration {
    nth(args, 0)
}

fn unit(args: &[Value]) -> Duration {
    nth(args, 1)
}

fn nth(args: &[Value], at: usize) -> Duration {
    Duration(if let Some(Value::Int(value, _)) = args.get(at) { *value } else { 0 })
}

fn same(value: Duration) -> Value {
    Value::Int(value.0, IntKind::Duration)
}

fn int64(value: i64) -> Value {
    Value::Int(value, IntKind::Int64)
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
            assert_eq!(Duration(value).to_string(), text);
        }
    }
}
