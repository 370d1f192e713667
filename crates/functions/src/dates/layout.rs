//! Go's time layouts ("Mon Jan 2 15:04:05 MST 2006"): cutting a layout into its elements, and
//! printing a time by it. Invariant: `next` finds the same element as Go's `nextStdChunk`.
//! Reading a time by a layout is in `parse`.

use template::{DAYS, MONTHS};

use super::time::Time;

/// An element of a layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Element {
    LongMonth,
    Month,
    NumMonth,
    ZeroMonth,
    LongWeekDay,
    WeekDay,
    Day,
    UnderDay,
    ZeroDay,
    UnderYearDay,
    ZeroYearDay,
    Hour,
    Hour12,
    ZeroHour12,
    Minute,
    ZeroMinute,
    Second,
    ZeroSecond,
    LongYear,
    Year,
    UpperPm,
    LowerPm,
    ZoneName,
    Zone(Zone),
    /// `.000`: this many digits.
    Fraction {
        digits: usize,
        separator: u8,
    },
    /// `.999`: this many digits, trailing zeros dropped.
    FractionTrimmed {
        digits: usize,
        separator: u8,
    },
}

/// A numeric zone element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Zone {
    /// `Z…`: UTC prints as `Z`.
    pub(crate) iso: bool,
    pub(crate) shape: ZoneShape,
}

/// The digits of a numeric zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ZoneShape {
    /// `-07`
    Hours,
    /// `-0700`
    Minutes,
    /// `-07:00`
    ColonMinutes,
    /// `-070000`
    Seconds,
    /// `-07:00:00`
    ColonSeconds,
}

/// The text before the first element, the element, and the layout after it.
pub(crate) fn next(layout: &[u8]) -> (&[u8], Option<Element>, &[u8]) {
    for at in 0..layout.len() {
        if let Some((skip, element, width)) = element_at(&layout[at..]) {
            return (&layout[..at + skip], Some(element), &layout[at + skip + width..]);
        }
    }
    (layout, None, b"")
}

/// Prints a time by a layout.
pub(crate) fn format(time: &Time, layout: &[u8]) -> Vec<u8> {
    let civil = time.civil();
    let mut out = Vec::with_capacity(layout.len() + 10);
    let mut rest = layout;
    loop {
        let (prefix, element, suffix) = next(rest);
        out.extend_from_slice(prefix);
        let Some(element) = element else { return out };
        rest = suffix;
        let hour12 = (civil.hour + 11) % 12 + 1;
        let month = MONTHS[civil.month as usize - 1];
        let week_day = DAYS[civil.week_day as usize];
        let text = match element {
            Element::LongMonth => month.to_owned(),
            Element::Month => month[..3].to_owned(),
            Element::NumMonth => civil.month.to_string(),
            Element::ZeroMonth => format!("{:02}", civil.month),
            Element::LongWeekDay => week_day.to_owned(),
            Element::WeekDay => week_day[..3].to_owned(),
            Element::Day => civil.day.to_string(),
            Element::UnderDay => format!("{:2}", civil.day),
            Element::ZeroDay => format!("{:02}", civil.day),
            Element::UnderYearDay => format!("{:3}", civil.year_day),
            Element::ZeroYearDay => format!("{:03}", civil.year_day),
            Element::Hour => format!("{:02}", civil.hour),
            Element::Hour12 => hour12.to_string(),
            Element::ZeroHour12 => format!("{hour12:02}"),
            Element::Minute => civil.minute.to_string(),
            Element::ZeroMinute => format!("{:02}", civil.minute),
            Element::Second => civil.second.to_string(),
            Element::ZeroSecond => format!("{:02}", civil.second),
            Element::LongYear if civil.year < 0 => format!("-{:04}", -civil.year),
            Element::LongYear => format!("{:04}", civil.year),
            Element::Year => format!("{:02}", civil.year.abs() % 100),
            Element::UpperPm => if civil.hour >= 12 { "PM" } else { "AM" }.to_owned(),
            Element::LowerPm => if civil.hour >= 12 { "pm" } else { "am" }.to_owned(),
            Element::ZoneName if civil.zone.is_empty() => {
                format_zone(civil.offset, ZoneShape::Minutes)
            }
            Element::ZoneName => civil.zone.clone(),
            Element::Zone(zone) if zone.iso && civil.offset == 0 => "Z".to_owned(),
            Element::Zone(zone) => format_zone(civil.offset, zone.shape),
            Element::Fraction { digits, separator } => {
                format_fraction(time.nanosecond(), digits, separator)
            }
            Element::FractionTrimmed { digits, separator } => {
                let text = format_fraction(time.nanosecond(), digits, separator);
                let text = text.trim_end_matches('0');
                text.strip_suffix(char::from(separator)).unwrap_or(text).to_owned()
            }
        };
        out.extend_from_slice(text.as_bytes());
    }
}

fn format_fraction(nanos: u32, digits: usize, separator: u8) -> String {
    let text = format!("{nanos:09}");
    format!("{}{}", char::from(separator), &text[..digits.min(9)])
}

fn format_zone(offset: i32, shape: ZoneShape) -> String {
    let minutes = offset / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    let seconds = if minutes < 0 { -offset % 60 } else { offset % 60 };
    let (hours, minutes) = (minutes.abs() / 60, minutes.abs() % 60);
    match shape {
        ZoneShape::Hours => format!("{sign}{hours:02}"),
        ZoneShape::Minutes => format!("{sign}{hours:02}{minutes:02}"),
        ZoneShape::ColonMinutes => format!("{sign}{hours:02}:{minutes:02}"),
        ZoneShape::Seconds => format!("{sign}{hours:02}{minutes:02}{seconds:02}"),
        ZoneShape::ColonSeconds => format!("{sign}{hours:02}:{minutes:02}:{seconds:02}"),
    }
}

/// The element `text` starts with: literal bytes before it, the element, its width.
fn element_at(text: &[u8]) -> Option<(usize, Element, usize)> {
    let is = |pattern: &str| text.starts_with(pattern.as_bytes());
    // "Month" is no "Mon".
    let word =
        |pattern: &str| is(pattern) && !text.get(pattern.len()).is_some_and(u8::is_ascii_lowercase);
    let found = |element: Element, width: usize| Some((0, element, width));
    match text.first()? {
        b'J' if is("January") => found(Element::LongMonth, 7),
        b'J' if word("Jan") => found(Element::Month, 3),
        b'M' if is("Monday") => found(Element::LongWeekDay, 6),
        b'M' if word("Mon") => found(Element::WeekDay, 3),
        b'M' if is("MST") => found(Element::ZoneName, 3),
        b'0' => match text.get(1..)? {
            [b'1', ..] => found(Element::ZeroMonth, 2),
            [b'2', ..] => found(Element::ZeroDay, 2),
            [b'3', ..] => found(Element::ZeroHour12, 2),
            [b'4', ..] => found(Element::ZeroMinute, 2),
            [b'5', ..] => found(Element::ZeroSecond, 2),
            [b'6', ..] => found(Element::Year, 2),
            [b'0', b'2', ..] => found(Element::ZeroYearDay, 3),
            _ => None,
        },
        b'1' if is("15") => found(Element::Hour, 2),
        b'1' => found(Element::NumMonth, 1),
        b'2' if is("2006") => found(Element::LongYear, 4),
        b'2' => found(Element::Day, 1),
        // A literal underscore before the year.
        b'_' if is("_2006") => Some((1, Element::LongYear, 4)),
        b'_' if is("_2") => found(Element::UnderDay, 2),
        b'_' if is("__2") => found(Element::UnderYearDay, 3),
        b'3' => found(Element::Hour12, 1),
        b'4' => found(Element::Minute, 1),
        b'5' => found(Element::Second, 1),
        b'P' if is("PM") => found(Element::UpperPm, 2),
        b'p' if is("pm") => found(Element::LowerPm, 2),
        sign @ (b'-' | b'Z') => {
            let (shape, width) = zone_shape(&text[1..])?;
            found(Element::Zone(Zone { iso: *sign == b'Z', shape }), width + 1)
        }
        b'.' | b',' => fraction_at(text),
        _ => None,
    }
}

fn zone_shape(text: &[u8]) -> Option<(ZoneShape, usize)> {
    const SHAPES: [(&[u8], ZoneShape); 5] = [
        (b"070000", ZoneShape::Seconds),
        (b"07:00:00", ZoneShape::ColonSeconds),
        (b"0700", ZoneShape::Minutes),
        (b"07:00", ZoneShape::ColonMinutes),
        (b"07", ZoneShape::Hours),
    ];
    let (pattern, shape) = SHAPES.iter().find(|(pattern, _)| text.starts_with(pattern))?;
    Some((*shape, pattern.len()))
}

fn fraction_at(text: &[u8]) -> Option<(usize, Element, usize)> {
    let (separator, digit) = (text[0], *text.get(1)?);
    if digit != b'0' && digit != b'9' {
        return None;
    }
    let digits = text[1..].iter().take_while(|&&b| b == digit).count();
    // The digits must end here.
    if text.get(1 + digits).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let element = if digit == b'0' {
        Element::Fraction { digits, separator }
    } else {
        Element::FractionTrimmed { digits, separator }
    };
    Some((0, element, digits + 1))
}
