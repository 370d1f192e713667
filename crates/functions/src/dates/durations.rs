//! Helm 4's helpers for durations. Invariant: numbers are seconds; what is no duration is 0,
//! except for `mustToDuration`, which fails.

use template::{CallError, Context, Duration, Function, IntKind, Param, Value, format};

use super::duration;
use crate::arguments::{Arguments, Outcome, fixed, quoted};
use crate::numbers::{int64, parse_float, truncate};
use crate::runes;

const A: Param = Param::Any;

pub(crate) const FUNCTIONS: &[Function] = &[
    fixed("durationDays", &[A], |_, args| float(args, |d| d.hours() / 24.0)),
    fixed("durationHours", &[A], |_, args| float(args, Duration::hours)),
    fixed("durationMicroseconds", &[A], |_, args| whole(args, Duration::MICROSECOND)),
    fixed("durationMilliseconds", &[A], |_, args| whole(args, Duration::MILLISECOND)),
    fixed("durationMinutes", &[A], |_, args| float(args, Duration::minutes)),
    fixed("durationNanoseconds", &[A], |_, args| whole(args, 1)),
    fixed("durationRoundTo", &[A, A], |_, args| to_multiple(args, Duration::round)),
    fixed("durationSeconds", &[A], |_, args| float(args, Duration::seconds)),
    fixed("durationTruncateTo", &[A, A], |_, args| to_multiple(args, Duration::truncate)),
    fixed("durationWeeks", &[A], |_, args| float(args, |d| d.hours() / 24.0 / 7.0)),
    fixed("mustToDuration", &[A], must_to_duration),
];

fn float(args: &[Value], unit: fn(Duration) -> f64) -> Outcome {
    Ok(Value::float(measure(args.any(0)).map_or(0.0, unit)))
}

fn whole(args: &[Value], unit: i64) -> Outcome {
    Ok(int64(measure(args.any(0)).map_or(0, |duration| duration.0 / unit)))
}

fn to_multiple(args: &[Value], step: fn(Duration, Duration) -> Duration) -> Outcome {
    let result = match (measure(args.any(0)), measure(args.any(1))) {
        (Err(_), _) => Duration(0),
        (Ok(value), Err(_)) => value,
        (Ok(value), Ok(unit)) => step(value, unit),
    };
    Ok(Value::Int(result.0, IntKind::Duration))
}

fn must_to_duration(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    Ok(Value::Int(measure(args.any(0))?.0, IntKind::Duration))
}

fn measure(value: &Value) -> Result<Duration, CallError> {
    match value {
        Value::Int(nanos, IntKind::Duration) => Ok(Duration(*nanos)),
        Value::Int(seconds, _) => seconds
            .checked_mul(Duration::SECOND)
            .map(Duration)
            .ok_or_else(|| overflow("seconds", value)),
        Value::Uint(seconds, _) => i64::try_from(*seconds)
            .ok()
            .and_then(|seconds| seconds.checked_mul(Duration::SECOND))
            .map(Duration)
            .ok_or_else(|| overflow("seconds", value)),
        Value::Float(seconds, _) => from_seconds(*seconds),
        Value::Str(text) => parse(text.as_bytes()),
        Value::Nil | Value::Missing => Err(CallError::new("invalid duration")),
        Value::Bool(_) | Value::Bytes(_) | Value::List(_) | Value::Map(_) | Value::Object(_) => {
            Err(CallError::new(format!("unsupported duration type {}", value.type_name())))
        }
    }
}

fn parse(text: &[u8]) -> Result<Duration, CallError> {
    let plain: Vec<char> = runes::runes(text).collect();
    let plain: String = plain.into_iter().collect();
    let plain = plain.trim();
    if plain.is_empty() {
        return Err(CallError::new("empty duration"));
    }
    if let Ok(duration) = duration::parse(plain.as_bytes()) {
        return Ok(duration);
    }
    match parse_float(plain.as_bytes()) {
        Some(seconds) => from_seconds(seconds),
        None => Err(CallError::new(format!("could not parse duration {}", quoted(text)))),
    }
}

fn from_seconds(seconds: f64) -> Result<Duration, CallError> {
    let value = Value::float(seconds);
    if !seconds.is_finite() {
        return Err(CallError::new(format!("invalid duration seconds: {}", plain(&value))));
    }
    let (most, second) = (i64::MAX as f64, Duration::SECOND as f64);
    if seconds > most / second || seconds < -most / second {
        return Err(overflow("seconds", &value));
    }
    let nanos = seconds * second;
    if nanos > most || nanos < -most {
        return Err(overflow("nanoseconds", &Value::float(nanos)));
    }
    Ok(Duration(truncate(nanos)))
}

fn overflow(unit: &str, value: &Value) -> CallError {
    CallError::new(format!("duration {unit} overflow: {}", plain(value)))
}

fn plain(value: &Value) -> String {
    String::from_utf8_lossy(&format::sprint(std::slice::from_ref(value))).into_owned()
}
