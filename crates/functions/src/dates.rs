//! Dates, and Helm's helpers for durations in `durations`. Invariant: the clock is the host's,
//! and so is the local zone; layouts, zones and error texts are Go's.

pub(crate) mod duration;
pub(crate) mod durations;
mod layout;
mod object;
mod parse;
mod time;

use template::{CallError, Context, Duration, Function, IntKind, Param, Value};

use crate::arguments::{Arguments, Outcome, fixed};
use crate::numbers::atoi;
use object::TimeObject;
use time::{Location, Time};

const S: Param = Param::String;
const A: Param = Param::Any;
const T: Param = Param::Object(object::TYPE);

pub(crate) const FUNCTIONS: &[Function] = &[
    fixed("ago", &[A], ago),
    fixed("date", &[S, A], |cx, args| {
        Ok(Value::str(format_in(cx, args.any(1), args.bytes(0), "Local")))
    }),
    fixed("dateInZone", &[S, A, S], date_in_zone),
    fixed("dateModify", &[S, T], date_modify),
    fixed("date_in_zone", &[S, A, S], date_in_zone),
    fixed("date_modify", &[S, T], date_modify),
    fixed("duration", &[A], duration_of_seconds),
    fixed("durationRound", &[A], duration_round),
    fixed("htmlDate", &[A], |cx, args| Ok(Value::str(format_in(cx, args.any(0), HTML, "Local")))),
    fixed("htmlDateInZone", &[A, S], |cx, args| {
        Ok(Value::str(format_in(cx, args.any(0), HTML, &args.text(1))))
    }),
    fixed("mustDateModify", &[S, T], must_date_modify),
    fixed("mustToDate", &[S, S], |cx, args| Ok(TimeObject::value(read(cx, args)?))),
    fixed("must_date_modify", &[S, T], must_date_modify),
    fixed("now", &[], |cx, _| Ok(TimeObject::value(now(cx)))),
    fixed("toDate", &[S, S], |cx, args| {
        Ok(TimeObject::value(read(cx, args).unwrap_or_else(|_| Time::zero())))
    }),
    fixed("unixEpoch", &[T], |_, args| {
        Ok(Value::str(TimeObject::time(args, 0)?.unix_seconds().to_string()))
    }),
];

/// Whether a text is a time of the first of the layouts that reads it, and that layout writes it so.
pub(crate) fn comes_back(layouts: &[&str], text: &[u8]) -> bool {
    let read = |layout: &&str| {
        let time = parse::parse(layout.as_bytes(), text, &Location::Utc).ok()?;
        Some(layout::format(&time, layout.as_bytes()))
    };
    layouts.iter().find_map(read).is_some_and(|written| written == text)
}

/// An instant in a zone of the zone database as a template's `time.Time`; none is Go's zero time.
pub fn time(at: Option<jiff::Timestamp>, zone: &str) -> Value {
    let time = at.map(|at| Time::from_timestamp(at, Location::local(zone)));
    TimeObject::value(time.unwrap_or_else(Time::zero))
}

/// An instant by one of Go's layouts (`2006-01-02`), in a zone of the zone database.
pub fn format_time(at: jiff::Timestamp, zone: &str, layout: &str) -> String {
    let time = Time::from_timestamp(at, Location::local(zone));
    String::from_utf8_lossy(&layout::format(&time, layout.as_bytes())).into_owned()
}

const HTML: &[u8] = b"2006-01-02";
const RFC3339: &[u8] = b"2006-01-02T15:04:05.999999999Z07:00";

/// Reads times as TOML has them: without a zone in the text they are in the zone of whoever runs the
/// program.
pub(crate) struct LocalTimes {
    local: Location,
    /// The local zone's offset in seconds, now.
    offset: i32,
}

impl LocalTimes {
    pub(crate) fn new(cx: &mut Context<'_>) -> Self {
        let now = now(cx);
        let local = now.zone().clone();
        let (_, offset) = local.lookup(now.unix_seconds());
        Self { local, offset }
    }

    /// A time of a layout; what has no zone gets one of this name, where it is given.
    pub(crate) fn read(&self, layout: &[u8], text: &[u8], zone: Option<&str>) -> Option<Value> {
        let zone = zone.map_or_else(
            || self.local.clone(),
            |name| Location::Fixed { name: name.into(), offset: self.offset },
        );
        parse::parse(layout, text, &zone).ok().map(TimeObject::value)
    }
}

/// A time as TOML writes it; none for another value.
pub(crate) fn to_toml(value: &Value) -> Option<Vec<u8>> {
    let time = &value.downcast::<TimeObject>()?.0;
    let layout: &[u8] = match time.zone() {
        Location::Fixed { name, .. } => match &**name {
            "datetime-local" => b"2006-01-02T15:04:05.999999999",
            "date-local" => b"2006-01-02",
            "time-local" => b"15:04:05.999999999",
            _ => RFC3339,
        },
        Location::Utc | Location::Local(_) | Location::Named(_) => RFC3339,
    };
    Some(layout::format(time, layout))
}

fn local(cx: &mut Context<'_>) -> Location {
    Location::local(cx.host().time_zone())
}

fn now(cx: &mut Context<'_>) -> Time {
    let now = jiff::Timestamp::try_from(cx.host().now()).unwrap_or_default();
    let zone = local(cx);
    Time::from_timestamp(now, zone)
}

/// The instant of a time or of Unix seconds; none for anything else.
fn instant(cx: &mut Context<'_>, value: &Value) -> Option<Time> {
    match value {
        Value::Int(seconds, IntKind::Int | IntKind::Int32 | IntKind::Int64) => {
            Some(Time::unix(*seconds, 0, local(cx)))
        }
        value => value.downcast::<TimeObject>().map(|object| object.0.clone()),
    }
}

fn format_in(cx: &mut Context<'_>, value: &Value, layout: &[u8], zone: &str) -> Vec<u8> {
    let time = instant(cx, value).unwrap_or_else(|| now(cx));
    let zone = Location::load(zone, &local(cx)).unwrap_or(Location::Utc);
    layout::format(&time.at(zone), layout)
}

fn date_in_zone(cx: &mut Context<'_>, args: &[Value]) -> Outcome {
    Ok(Value::str(format_in(cx, args.any(1), args.bytes(0), &args.text(2))))
}

fn modified(args: &[Value]) -> Result<Option<Time>, CallError> {
    let time = TimeObject::time(args, 1)?;
    Ok(duration::parse(args.bytes(0)).ok().map(|duration| time.add(duration)))
}

fn date_modify(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    Ok(modified(args)?.map_or_else(|| args.any(1).clone(), TimeObject::value))
}

fn must_date_modify(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    let duration = duration::parse(args.bytes(0)).map_err(|e| CallError::new(e.to_string()))?;
    Ok(TimeObject::value(TimeObject::time(args, 1)?.add(duration)))
}

fn read(cx: &mut Context<'_>, args: &[Value]) -> Result<Time, CallError> {
    let local = local(cx);
    parse::parse(args.bytes(0), args.bytes(1), &local)
        .map_err(|error| CallError::new(error.to_string()))
}

fn ago(cx: &mut Context<'_>, args: &[Value]) -> Outcome {
    let now = now(cx);
    let time = match args.any(0) {
        // Sprig forgot int32 here.
        Value::Int(_, IntKind::Int32) => now.clone(),
        value => instant(cx, value).unwrap_or_else(|| now.clone()),
    };
    Ok(Value::str(now.since(&time).round(Duration(Duration::SECOND)).to_string()))
}

fn duration_of_seconds(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    let seconds = match args.any(0) {
        Value::Str(text) => atoi(text.as_bytes()),
        Value::Int(seconds, IntKind::Int64) => *seconds,
        _ => 0,
    };
    Ok(Value::str(Duration(seconds.wrapping_mul(Duration::SECOND)).to_string()))
}

fn duration_round(cx: &mut Context<'_>, args: &[Value]) -> Outcome {
    let duration = match args.any(0) {
        Value::Str(text) => duration::parse(text.as_bytes()).unwrap_or(Duration(0)),
        Value::Int(nanos, IntKind::Int64) => Duration(*nanos),
        value => match value.downcast::<TimeObject>() {
            Some(object) => now(cx).since(&object.0),
            None => Duration(0),
        },
    };
    let length = duration.0.unsigned_abs();
    const DAY: i64 = 24 * Duration::HOUR;
    let units = [
        (365 * DAY, "y"),
        (30 * DAY, "mo"),
        (DAY, "d"),
        (Duration::HOUR, "h"),
        (Duration::MINUTE, "m"),
        (Duration::SECOND, "s"),
    ];
    let found = units.into_iter().find(|(unit, _)| length > unit.unsigned_abs());
    Ok(Value::str(match found {
        Some((unit, name)) => format!("{}{name}", length / unit.unsigned_abs()),
        None => "0s".to_owned(),
    }))
}
