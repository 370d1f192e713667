//! `time.Time` as templates hold it: its methods and how it prints. Invariant: methods with two
//! results are left out, as templates cannot call them.

use std::any::Any;

use template::{
    CallError, Duration, Function, IntKind, Kind, List, ListType, NamedList, NilPointer, Object,
    Param, Str, UintKind, Value,
};

use super::layout;
use super::time::{Location, RoundTo, Time, ZERO};
use crate::arguments::{Arguments, Outcome, fixed};
use crate::fault;
use crate::numbers::int64;

/// Go's name of the type.
pub(crate) const TYPE: &str = "time.Time";

const T: Param = Param::Object(TYPE);
const I: Param = Param::Int;
const D: Param = Param::Duration;

const METHODS: &[Function] = &[
    fixed("Add", &[D], |_, args| changed(args, |time| time.add(Duration(args.int(1))))),
    fixed("AddDate", &[I, I, I], |_, args| {
        changed(args, |time| time.add_date(args.int(1), args.int(2), args.int(3)))
    }),
    fixed("After", &[T], |_, args| Ok(Value::Bool(instant(args, 0)? > instant(args, 1)?))),
    fixed("Before", &[T], |_, args| Ok(Value::Bool(instant(args, 0)? < instant(args, 1)?))),
    fixed("Compare", &[T], |_, args| {
        Ok(Value::int(instant(args, 0)?.cmp(&instant(args, 1)?) as i64))
    }),
    fixed("Day", &[], |_, args| part(args, |civil| i64::from(civil.day))),
    fixed("Equal", &[T], |_, args| Ok(Value::Bool(instant(args, 0)? == instant(args, 1)?))),
    fixed("Format", &[Param::String], |_, args| {
        Ok(Value::str(layout::format(TimeObject::time(args, 0)?, args.bytes(1))))
    }),
    fixed("Hour", &[], |_, args| part(args, |civil| i64::from(civil.hour))),
    fixed("IsZero", &[], |_, args| Ok(Value::Bool(TimeObject::time(args, 0)?.is_zero()))),
    fixed("In", &[Param::Object(LOCATION)], |_, args| {
        let zone = args.any(1).downcast::<LocationObject>();
        // Go panics in words of its own for a nil location.
        let zone =
            zone.ok_or_else(|| CallError::new("time: missing Location in call to Time.In"))?;
        changed(args, |time| time.at(zone.0.clone()))
    }),
    fixed("Local", &[], |cx, args| {
        let zone = super::local(cx);
        changed(args, |time| time.at(zone))
    }),
    fixed("Location", &[], |_, args| {
        Ok(Value::object(LocationObject(TimeObject::time(args, 0)?.zone().clone())))
    }),
    fixed("Minute", &[], |_, args| part(args, |civil| i64::from(civil.minute))),
    fixed("Month", &[], |_, args| {
        Ok(Value::Int(i64::from(TimeObject::time(args, 0)?.civil().month), IntKind::Month))
    }),
    fixed("Nanosecond", &[], |_, args| {
        Ok(Value::int(i64::from(TimeObject::time(args, 0)?.nanosecond())))
    }),
    fixed("Round", &[D], |_, args| {
        changed(args, |time| time.round(Duration(args.int(1)), RoundTo::Nearest))
    }),
    fixed("Second", &[], |_, args| part(args, |civil| i64::from(civil.second))),
    fixed("String", &[], |_, args| Ok(Value::str(text(TimeObject::time(args, 0)?)))),
    fixed("Sub", &[T], |_, args| {
        let length = TimeObject::time(args, 0)?.since(TimeObject::time(args, 1)?);
        Ok(Value::Int(length.0, IntKind::Duration))
    }),
    fixed("Truncate", &[D], |_, args| {
        changed(args, |time| time.round(Duration(args.int(1)), RoundTo::Earlier))
    }),
    fixed("UTC", &[], |_, args| changed(args, |time| time.at(Location::Utc))),
    fixed("Unix", &[], |_, args| unix(args, 1)),
    fixed("UnixMicro", &[], |_, args| unix(args, 1_000_000)),
    fixed("UnixMilli", &[], |_, args| unix(args, 1_000)),
    fixed("UnixNano", &[], |_, args| unix(args, 1_000_000_000)),
    fixed("Weekday", &[], |_, args| {
        Ok(Value::Int(i64::from(TimeObject::time(args, 0)?.civil().week_day), IntKind::Weekday))
    }),
    fixed("Year", &[], |_, args| part(args, |civil| civil.year)),
    fixed("YearDay", &[], |_, args| part(args, |civil| i64::from(civil.year_day))),
];

/// Go's name of the type of a zone.
const LOCATION: &str = "*time.Location";

/// A zone as a template's value. The local one goes by its name in the zone database, as in Go
/// where `TZ` names it.
#[derive(Debug)]
struct LocationObject(Location);

static ZONES: NamedList =
    NamedList { name: "[]time.zone", underlying: ListType::Any, methods: &[] };
static CHANGES: NamedList =
    NamedList { name: "[]time.zoneTrans", underlying: ListType::Any, methods: &[] };

/// A struct of a zone, which is only ever printed.
#[derive(Debug)]
struct Part {
    type_name: &'static str,
    fields: Vec<(&'static str, Value)>,
}

impl Object for Part {
    fn type_name(&self) -> &str {
        self.type_name
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn kind(&self) -> Kind {
        if self.type_name.starts_with('*') { Kind::Ptr } else { Kind::Struct }
    }

    fn printed_fields(&self) -> Vec<(&'static str, Value)> {
        self.fields.clone()
    }

    fn equals(&self, _: &dyn Object) -> bool {
        false
    }
}

/// What a zone of one offset consists of: its parts, its changes, the first and last instant that the
/// part it found last is good for, and that part.
fn fixed_zone(name: &str, offset: i32) -> [Value; 5] {
    let part = |type_name, fields| Value::object(Part { type_name, fields });
    let zone = |type_name| {
        let fields = vec![
            ("name", Value::str(name)),
            ("offset", Value::int(offset.into())),
            ("isDST", Value::Bool(false)),
        ];
        part(type_name, fields)
    };
    let change = vec![
        ("when", int64(i64::MIN)),
        ("index", Value::Uint(0, UintKind::Uint8)),
        ("isstd", Value::Bool(false)),
        ("isutc", Value::Bool(false)),
    ];
    [
        Value::List(List::new(ListType::Named(&ZONES), vec![zone("time.zone")])),
        Value::List(List::new(ListType::Named(&CHANGES), vec![part("time.zoneTrans", change)])),
        int64(i64::MIN),
        int64(i64::MAX),
        zone("*time.zone"),
    ]
}

impl Object for LocationObject {
    fn type_name(&self) -> &str {
        LOCATION
    }

    /// What a zone of one offset has; those of the database are shown as empty as UTC.
    fn printed_fields(&self) -> Vec<(&'static str, Value)> {
        let [zones, changes, start, end, found] = match &self.0 {
            Location::Fixed { name, offset } if *offset != 0 || !name.is_empty() => {
                fixed_zone(name, *offset)
            }
            Location::Fixed { .. } | Location::Utc | Location::Local(_) | Location::Named(_) => [
                Value::List(List::nil(ListType::Named(&ZONES))),
                Value::List(List::nil(ListType::Named(&CHANGES))),
                int64(0),
                int64(0),
                Value::object(NilPointer("*time.zone")),
            ],
        };
        vec![
            ("name", Value::str(self.0.name())),
            ("zone", zones),
            ("tx", changes),
            ("extend", Value::str("")),
            ("cacheStart", start),
            ("cacheEnd", end),
            ("cacheZone", found),
        ]
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn methods(&self) -> &'static [Function] {
        const METHODS: &[Function] = &[fixed("String", &[], |_, args| {
            let zone = args.any(0).downcast::<LocationObject>().ok_or_else(fault::nil_pointer)?;
            Ok(Value::str(zone.0.name()))
        })];
        METHODS
    }

    fn text(&self) -> Option<Str> {
        Some(self.0.name().into())
    }

    fn deep_copied(&self) -> Option<Value> {
        Some(Value::object(Self(Location::Fixed { name: "".into(), offset: 0 })))
    }

    fn equals(&self, other: &dyn Object) -> bool {
        let other = other.as_any().downcast_ref::<Self>();
        other.is_some_and(|other| self.0.name() == other.0.name())
    }
}

/// A time as a template's value.
#[derive(Debug)]
pub(crate) struct TimeObject(pub(crate) Time);

impl TimeObject {
    /// A time for a template.
    pub(crate) fn value(time: Time) -> Value {
        Value::object(Self(time))
    }

    /// The time that an argument is.
    pub(crate) fn time(args: &[Value], at: usize) -> Result<&Time, CallError> {
        let object = args.any(at).downcast::<Self>();
        object.map(|object| &object.0).ok_or_else(fault::nil_pointer)
    }
}

impl Object for TimeObject {
    fn type_name(&self) -> &str {
        TYPE
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn methods(&self) -> &'static [Function] {
        METHODS
    }

    fn text(&self) -> Option<Str> {
        Some(text(&self.0).into())
    }

    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<Self>().is_some_and(|other| {
            let seconds = self.0.unix_seconds();
            self.0.instant() == other.0.instant()
                && self.0.zone().lookup(seconds) == other.0.zone().lookup(seconds)
        })
    }

    fn marshal(&self) -> Option<Result<Value, String>> {
        const TOO_FAR: &str = "json: error calling MarshalJSON for type time.Time: \
                               Time.MarshalJSON: year outside of range [0,9999]";
        const ZONE_TOO_FAR: &str = "json: error calling MarshalJSON for type time.Time: \
                                    Time.MarshalJSON: timezone hour outside of range [0,23]";
        let civil = self.0.civil();
        if !(0..=9999).contains(&civil.year) {
            return Some(Err(TOO_FAR.to_owned()));
        }
        if civil.offset.abs() >= 24 * 3600 {
            return Some(Err(ZONE_TOO_FAR.to_owned()));
        }
        Some(Ok(Value::str(layout::format(&self.0, super::RFC3339))))
    }

    fn plain_scalar(&self) -> Option<Str> {
        Some(layout::format(&self.0, super::RFC3339).into())
    }

    /// Nanoseconds, seconds since year 1, and the zone, which is nil for UTC.
    fn printed_fields(&self) -> Vec<(&'static str, Value)> {
        let (seconds, nanosecond) = self.0.instant();
        let zone = match self.0.zone() {
            Location::Utc => Value::object(NilPointer(LOCATION)),
            zone @ (Location::Local(_) | Location::Named(_) | Location::Fixed { .. }) => {
                Value::object(LocationObject(zone.clone()))
            }
        };
        vec![
            ("wall", Value::Uint(nanosecond.into(), UintKind::Uint64)),
            ("ext", int64(seconds.wrapping_sub(ZERO))),
            ("loc", zone),
        ]
    }

    fn go_syntax(&self) -> Option<Str> {
        let civil = self.0.civil();
        let month = layout::format(&self.0, b"January");
        let zone = match self.0.zone() {
            Location::Utc => "time.UTC".to_owned(),
            Location::Local(_) => "time.Local".to_owned(),
            // A zone that was read with a time has no name in Go but this one.
            zone @ (Location::Named(_) | Location::Fixed { .. }) => {
                format!("time.Location({})", yaml::quote::quote(zone.name()))
            }
        };
        let text = format!(
            "time.Date({}, time.{}, {}, {}, {}, {}, {}, {zone})",
            civil.year,
            String::from_utf8_lossy(&month),
            civil.day,
            civil.hour,
            civil.minute,
            civil.second,
            self.0.nanosecond()
        );
        Some(text.into())
    }
}

fn text(time: &Time) -> Vec<u8> {
    layout::format(time, b"2006-01-02 15:04:05.999999999 -0700 MST")
}

fn instant(args: &[Value], at: usize) -> Result<(i64, u32), CallError> {
    Ok(TimeObject::time(args, at)?.instant())
}

fn part(args: &[Value], part: fn(&super::time::Civil) -> i64) -> Outcome {
    Ok(Value::int(part(&TimeObject::time(args, 0)?.civil())))
}

fn changed(args: &[Value], change: impl FnOnce(&Time) -> Time) -> Outcome {
    Ok(TimeObject::value(change(TimeObject::time(args, 0)?)))
}

fn unix(args: &[Value], per_second: i64) -> Outcome {
    let time = TimeObject::time(args, 0)?;
    let fraction = i64::from(time.nanosecond()) / (1_000_000_000 / per_second);
    Ok(int64(time.unix_seconds().wrapping_mul(per_second).wrapping_add(fraction)))
}
