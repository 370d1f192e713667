//! Go's `time.Time`: an instant and the zone it is shown in. Invariant: the calendar is the
//! proleptic Gregorian one for every year; seconds count from 1970. The clock is not here:
//! "now" comes from the host. Layouts are in `layout`, reading in `parse`.

use std::rc::Rc;

use jiff::tz::{Offset, TimeZone};
use template::Duration;

/// The instant of Go's zero time, 1 January of year 1, in Unix seconds.
pub(crate) const ZERO: i64 = -62_135_596_800;
const NANOS: i64 = 1_000_000_000;

/// An instant and its zone.
#[derive(Debug, Clone)]
pub(crate) struct Time {
    seconds: i64,
    nanosecond: u32,
    zone: Location,
}

/// A zone: Go's `*time.Location`.
#[derive(Debug, Clone)]
pub(crate) enum Location {
    Utc,
    /// The zone of whoever runs the program.
    Local(Rc<TimeZone>),
    /// One from the zone database.
    Named(Rc<TimeZone>),
    /// An offset in seconds with the name that was read with it, maybe empty.
    Fixed {
        name: Rc<str>,
        offset: i32,
    },
}

/// A time taken apart in its zone.
#[derive(Debug, Clone)]
pub(crate) struct Civil {
    pub(crate) year: i64,
    /// 1 to 12.
    pub(crate) month: u32,
    /// 1 to 31.
    pub(crate) day: u32,
    /// 1 to 366.
    pub(crate) year_day: u32,
    /// 0 is Sunday.
    pub(crate) week_day: u32,
    pub(crate) hour: u32,
    pub(crate) minute: u32,
    pub(crate) second: u32,
    pub(crate) offset: i32,
    pub(crate) zone: String,
}

/// A date and a time of day, fields possibly out of range: they carry over.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields {
    pub(crate) year: i64,
    pub(crate) month: i64,
    pub(crate) day: i64,
    pub(crate) hour: i64,
    pub(crate) minute: i64,
    pub(crate) second: i64,
    pub(crate) nanosecond: i64,
}

impl Time {
    /// Go's `time.Time{}`.
    pub(crate) fn zero() -> Self {
        Self { seconds: ZERO, nanosecond: 0, zone: Location::Utc }
    }

    /// An instant; nanoseconds carry over.
    pub(crate) fn unix(seconds: i64, nanos: i64, zone: Location) -> Self {
        Self {
            seconds: seconds.wrapping_add(nanos.div_euclid(NANOS)),
            nanosecond: nanos.rem_euclid(NANOS) as u32,
            zone,
        }
    }

    /// An instant as jiff gives it.
    pub(crate) fn from_timestamp(now: jiff::Timestamp, zone: Location) -> Self {
        Self::unix(now.as_second(), i64::from(now.subsec_nanosecond()), zone)
    }

    /// Go's `time.Date`: a time that a zone skips or repeats gets one of the two offsets.
    pub(crate) fn date(fields: &Fields, zone: &Location) -> Self {
        let month = fields.month.wrapping_sub(1);
        let year = fields.year.wrapping_add(month.div_euclid(12));
        let days = days_from_civil(year, month.rem_euclid(12) as u32 + 1, 1)
            .wrapping_add(fields.day)
            .wrapping_sub(1);
        let clock = fields.hour * 3600 + fields.minute * 60 + fields.second;
        let local = days.wrapping_mul(86_400).wrapping_add(clock);
        Self::unix(zone.to_utc(local), fields.nanosecond, zone.clone())
    }

    /// Seconds since 1970.
    pub(crate) fn unix_seconds(&self) -> i64 {
        self.seconds
    }

    /// Nanoseconds within the second.
    pub(crate) fn nanosecond(&self) -> u32 {
        self.nanosecond
    }

    /// The zone.
    pub(crate) fn zone(&self) -> &Location {
        &self.zone
    }

    /// The same instant elsewhere.
    pub(crate) fn at(&self, zone: Location) -> Self {
        Self { zone, ..self.clone() }
    }

    /// The instant moved by seconds.
    pub(crate) fn add_seconds(&self, seconds: i64) -> Self {
        Self { seconds: self.seconds.wrapping_add(seconds), ..self.clone() }
    }

    /// The instant moved.
    pub(crate) fn add(&self, duration: Duration) -> Self {
        let seconds = self.seconds.wrapping_add(duration.0.div_euclid(NANOS));
        let nanos = i64::from(self.nanosecond) + duration.0.rem_euclid(NANOS);
        Self::unix(seconds, nanos, self.zone.clone())
    }

    /// The length of time from `earlier`, saturating as Go's `Sub`.
    pub(crate) fn since(&self, earlier: &Self) -> Duration {
        let nanos = (i128::from(self.seconds) - i128::from(earlier.seconds)) * i128::from(NANOS)
            + i128::from(self.nanosecond)
            - i128::from(earlier.nanosecond);
        let limit = if nanos < 0 { i64::MIN } else { i64::MAX };
        Duration(i64::try_from(nanos).unwrap_or(limit))
    }

    /// Go's `AddDate`.
    pub(crate) fn add_date(&self, years: i64, months: i64, days: i64) -> Self {
        let civil = self.civil();
        let fields = Fields {
            year: civil.year.wrapping_add(years),
            month: i64::from(civil.month).wrapping_add(months),
            day: i64::from(civil.day).wrapping_add(days),
            hour: i64::from(civil.hour),
            minute: i64::from(civil.minute),
            second: i64::from(civil.second),
            nanosecond: i64::from(self.nanosecond),
        };
        Self::date(&fields, &self.zone)
    }

    /// Cuts or rounds to a multiple of `unit` since the zero time.
    pub(crate) fn round(&self, unit: Duration, half_up: RoundTo) -> Self {
        if unit.0 <= 0 {
            return self.clone();
        }
        let nanos = (i128::from(self.seconds) - i128::from(ZERO)) * i128::from(NANOS)
            + i128::from(self.nanosecond);
        let rest = nanos.rem_euclid(i128::from(unit.0)) as i64;
        let up = half_up == RoundTo::Nearest && rest >= unit.0 - rest;
        self.add(Duration(if up { unit.0 - rest } else { -rest }))
    }

    /// Whether this is Go's zero time.
    pub(crate) fn is_zero(&self) -> bool {
        self.seconds == ZERO && self.nanosecond == 0
    }

    /// The instant as a number that orders it.
    pub(crate) fn instant(&self) -> (i64, u32) {
        (self.seconds, self.nanosecond)
    }

    /// The date and the time of day in the zone.
    pub(crate) fn civil(&self) -> Civil {
        let (zone, offset) = self.zone.lookup(self.seconds);
        let local = self.seconds.wrapping_add(i64::from(offset));
        let (days, clock) = days_and_clock(local);
        let (year, month, day) = civil_from_days(days);
        let year_day = (days - days_from_civil(year, 1, 1)) as u32 + 1;
        Civil {
            year,
            month,
            day,
            year_day,
            week_day: (days + 4).rem_euclid(7) as u32,
            hour: clock / 3600,
            minute: clock / 60 % 60,
            second: clock % 60,
            offset,
            zone,
        }
    }
}

/// What `Time::round` does with the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RoundTo {
    Nearest,
    Earlier,
}

impl Location {
    /// Go's `time.LoadLocation`: "" and "UTC" are UTC, "Local" is `local`; none if unknown.
    pub(crate) fn load(name: &str, local: &Self) -> Option<Self> {
        match name {
            "" | "UTC" => Some(Self::Utc),
            "Local" => Some(local.clone()),
            // The database's names only: Go's lookup is a case-sensitive path.
            _ if name.contains("..") || name.starts_with(['/', '\\']) => None,
            _ => {
                let zone = jiff::tz::db().get(name).ok()?;
                if zone.iana_name() != Some(name) {
                    return None;
                }
                Some(Self::Named(Rc::new(zone)))
            }
        }
    }

    /// Go's `time.Local`, of the zone with this name; UTC where that is unknown.
    pub(crate) fn local(name: &str) -> Self {
        match Self::load(name, &Self::Utc) {
            Some(Self::Named(zone)) => Self::Local(zone),
            Some(Self::Utc | Self::Local(_) | Self::Fixed { .. }) | None => {
                Self::Local(Rc::new(TimeZone::UTC))
            }
        }
    }

    /// `Location.String`: what the zone was loaded or read as.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Utc => "UTC",
            Self::Fixed { name, .. } => name,
            Self::Local(zone) | Self::Named(zone) => zone.iana_name().unwrap_or("Local"),
        }
    }

    /// The abbreviation and the offset in seconds in force at an instant.
    pub(crate) fn lookup(&self, unix: i64) -> (String, i32) {
        match self {
            Self::Utc => ("UTC".to_owned(), 0),
            Self::Fixed { name, offset } => (name.as_ref().to_owned(), *offset),
            Self::Local(zone) | Self::Named(zone) => {
                let info = zone.to_offset_info(timestamp(unix));
                (info.abbreviation().to_owned(), info.offset().seconds())
            }
        }
    }

    /// The offset of an abbreviation in force near an instant given as local seconds.
    pub(crate) fn lookup_name(&self, name: &str, local: i64) -> Option<i32> {
        match self {
            Self::Utc => (name == "UTC").then_some(0),
            Self::Fixed { name: own, offset } => (own.as_ref() == name).then_some(*offset),
            Self::Local(zone) | Self::Named(zone) => {
                let half_year = 182 * 86_400;
                [local, local + half_year, local - half_year].into_iter().find_map(|near| {
                    let info = zone.to_offset_info(timestamp(near));
                    (info.abbreviation() == name).then(|| info.offset().seconds())
                })
            }
        }
    }

    /// Local seconds to Unix seconds, trying the offset before and after as Go does.
    fn to_utc(&self, local: i64) -> i64 {
        match self {
            Self::Utc => local,
            Self::Fixed { offset, .. } => local.wrapping_sub(i64::from(*offset)),
            Self::Local(_) | Self::Named(_) => {
                let (_, offset) = self.lookup(local);
                if offset == 0 {
                    return local;
                }
                let guess = local.wrapping_sub(i64::from(offset));
                let (_, there) = self.lookup(guess);
                if there == offset {
                    return guess;
                }
                local.wrapping_sub(i64::from(there))
            }
        }
    }
}

impl From<TimeZone> for Location {
    fn from(zone: TimeZone) -> Self {
        if zone.to_fixed_offset().is_ok_and(|offset| offset == Offset::UTC) {
            return Self::Utc;
        }
        Self::Named(Rc::new(zone))
    }
}

/// The days of a month.
pub(crate) fn days_in(month: u32, year: i64) -> u32 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Whether a year has 366 days.
pub(crate) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Days since 1970 of a date (Howard Hinnant's algorithm).
fn days_from_civil(year: i64, month: u32, day: u32) -> i64 {
    let year = if month <= 2 { year.wrapping_sub(1) } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month = i64::from((month + 9) % 12);
    let day_of_year = (153 * month + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era.wrapping_mul(146_097).wrapping_add(day_of_era - 719_468)
}

/// Days from 1970 and seconds of the day. Go counts from a year so long ago that seconds of 64 bits
/// without a sign hold what templates can reach; beyond it they wrap.
fn days_and_clock(seconds: i64) -> (i64, u32) {
    const DAYS_BEFORE_1970: u64 = 292_277_022_400 / 400 * 146_097 + 719_468;
    let absolute = (seconds as u64).wrapping_add(DAYS_BEFORE_1970 * 86_400);
    ((absolute / 86_400) as i64 - DAYS_BEFORE_1970 as i64, (absolute % 86_400) as u32)
}

/// The date of a day since 1970.
fn civil_from_days(days: i64) -> (i64, u32, u32) {
    let days = days.wrapping_add(719_468);
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * month + 2) / 5 + 1) as u32;
    let month = if month < 10 { month + 3 } else { month - 9 } as u32;
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// The instant, or one that jiff can hold in whose year zones change alike: before all of them the
/// earliest, behind all of them one whole cycles of the calendar earlier.
fn timestamp(unix: i64) -> jiff::Timestamp {
    /// 400 years, which are whole weeks.
    const CYCLE: i64 = 146_097 * 86_400;
    let last = jiff::Timestamp::MAX.as_second();
    let earlier = if unix > last { last - CYCLE + (unix - last) % CYCLE } else { unix };
    jiff::Timestamp::from_second(earlier).unwrap_or(jiff::Timestamp::MIN)
}
