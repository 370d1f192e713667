//! Reading a time by a Go layout, as `time.ParseInLocation` does. Invariant: the error texts
//! are Go's.

use std::rc::Rc;

use template::{DAYS, MONTHS};

use super::duration::{leading_integer, quote};
use super::layout::{self, Element, Zone, ZoneShape};
use super::time::{Fields, Location, Time, days_in, is_leap};

/// Why a text is no time of a layout; the messages are Go's.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ParseError {
    #[error("parsing time {value} as {layout}: cannot parse {element} as {expected}")]
    Element { value: String, layout: String, element: String, expected: String },
    #[error("parsing time {value}: {what} out of range")]
    Range { value: String, what: &'static str },
    #[error("parsing time {value}: extra text: {rest}")]
    ExtraText { value: String, rest: String },
    #[error("parsing time {value}: day-of-year does not match {what}")]
    YearDay { value: String, what: &'static str },
}

/// Reads `value` by `layout`; without a zone in it the time is in `local`.
pub(crate) fn parse(layout: &[u8], value: &[u8], local: &Location) -> Result<Time, ParseError> {
    let mut reader = Reader::new(value);
    let mut rest = layout;
    loop {
        let (prefix, element, suffix) = layout::next(rest);
        let element_text = &rest[prefix.len()..rest.len() - suffix.len()];
        let fail = |element: &[u8], expected: &[u8]| ParseError::Element {
            value: quote(value),
            layout: quote(layout),
            element: quote(element),
            expected: quote(expected),
        };
        if let Err(Bad) = reader.skip(prefix) {
            return Err(fail(reader.rest, prefix));
        }
        let Some(element) = element else {
            if !reader.rest.is_empty() {
                let rest = quote(reader.rest);
                return Err(ParseError::ExtraText { value: quote(value), rest });
            }
            break;
        };
        rest = suffix;
        let hold = reader.rest;
        let result = reader.element(element, rest);
        if let Some(what) = reader.out_of_range {
            return Err(ParseError::Range { value: quote(value), what });
        }
        if let Err(Bad) = result {
            return Err(fail(hold, element_text));
        }
    }
    reader.finish(value, local)
}

/// A value that does not fit its element.
struct Bad;

struct Reader<'a> {
    rest: &'a [u8],
    out_of_range: Option<&'static str>,
    year: i64,
    month: Option<u32>,
    day: Option<u32>,
    year_day: Option<u32>,
    hour: u32,
    minute: u32,
    second: u32,
    nanosecond: u32,
    morning: bool,
    afternoon: bool,
    utc: bool,
    offset: Option<i32>,
    zone: &'a [u8],
}

impl<'a> Reader<'a> {
    fn new(rest: &'a [u8]) -> Self {
        Self {
            rest,
            out_of_range: None,
            year: 0,
            month: None,
            day: None,
            year_day: None,
            hour: 0,
            minute: 0,
            second: 0,
            nanosecond: 0,
            morning: false,
            afternoon: false,
            utc: false,
            offset: None,
            zone: b"",
        }
    }

    /// Reads literal text: a run of spaces stands for any number of them.
    fn skip(&mut self, mut prefix: &[u8]) -> Result<(), Bad> {
        while let Some(&byte) = prefix.first() {
            if byte == b' ' {
                if self.rest.first().is_some_and(|&b| b != b' ') {
                    return Err(Bad);
                }
                prefix = trim_spaces(prefix);
                self.rest = trim_spaces(self.rest);
                continue;
            }
            if self.rest.first() != Some(&byte) {
                return Err(Bad);
            }
            prefix = &prefix[1..];
            self.rest = &self.rest[1..];
        }
        Ok(())
    }

    fn element(&mut self, element: Element, layout: &[u8]) -> Result<(), Bad> {
        match element {
            Element::Year => {
                let year = i64::from(self.signed(2)?);
                self.year = if year >= 69 { year + 1900 } else { year + 2000 };
            }
            Element::LongYear => {
                if !self.rest.first().is_some_and(u8::is_ascii_digit) {
                    return Err(Bad);
                }
                self.year = i64::from(self.signed(4)?);
            }
            Element::Month => self.month = Some(self.name(&MONTHS, 3)? + 1),
            Element::LongMonth => self.month = Some(self.name(&MONTHS, usize::MAX)? + 1),
            Element::NumMonth | Element::ZeroMonth => {
                let month = self.number(Digits::of(element))?;
                self.month = Some(month);
                if !(1..=12).contains(&month) {
                    self.out_of_range = Some("month");
                }
            }
            Element::WeekDay => drop(self.name(&DAYS, 3)?),
            Element::LongWeekDay => drop(self.name(&DAYS, usize::MAX)?),
            Element::Day | Element::UnderDay | Element::ZeroDay => {
                if element == Element::UnderDay {
                    self.rest = self.rest.strip_prefix(b" ").unwrap_or(self.rest);
                }
                self.day = Some(self.number(Digits::of(element))?);
            }
            Element::UnderYearDay | Element::ZeroYearDay => self.year_day(element)?,
            Element::Hour => {
                self.hour = self.number(Digits::OneOrTwo)?;
                if self.hour >= 24 {
                    self.out_of_range = Some("hour");
                }
            }
            Element::Hour12 | Element::ZeroHour12 => {
                self.hour = self.number(Digits::of(element))?;
                if self.hour > 12 {
                    self.out_of_range = Some("hour");
                }
            }
            Element::Minute | Element::ZeroMinute => {
                self.minute = self.number(Digits::of(element))?;
                if self.minute >= 60 {
                    self.out_of_range = Some("minute");
                }
            }
            Element::Second | Element::ZeroSecond => self.second(element, layout)?,
            Element::UpperPm => self.half(b"AM", b"PM")?,
            Element::LowerPm => self.half(b"am", b"pm")?,
            Element::Zone(zone) => self.zone_offset(zone)?,
            Element::ZoneName => self.zone_name()?,
            Element::Fraction { digits, .. } => {
                let text = self.take(1 + digits)?;
                self.fraction(text)?;
            }
            Element::FractionTrimmed { .. } => {
                if starts_fraction(self.rest) {
                    let text = self.take_fraction()?;
                    self.fraction(text)?;
                }
            }
        }
        Ok(())
    }

    fn year_day(&mut self, element: Element) -> Result<(), Bad> {
        if element == Element::UnderYearDay {
            for _ in 0..2 {
                self.rest = self.rest.strip_prefix(b" ").unwrap_or(self.rest);
            }
        }
        let digits = self.rest.iter().take(3).take_while(|b| b.is_ascii_digit()).count();
        if digits == 0 || element == Element::ZeroYearDay && digits != 3 {
            return Err(Bad);
        }
        let text = self.take(digits)?;
        self.year_day = Some(text.iter().fold(0, |n, digit| n * 10 + u32::from(digit - b'0')));
        Ok(())
    }

    fn second(&mut self, element: Element, layout: &[u8]) -> Result<(), Bad> {
        self.second = self.number(Digits::of(element))?;
        if self.second >= 60 {
            self.out_of_range = Some("second");
            return Ok(());
        }
        // A fraction may follow though the layout has none.
        if !starts_fraction(self.rest) {
            return Ok(());
        }
        let (_, next, _) = layout::next(layout);
        if matches!(next, Some(Element::Fraction { .. } | Element::FractionTrimmed { .. })) {
            return Ok(());
        }
        let text = self.take_fraction()?;
        self.fraction(text)
    }

    fn half(&mut self, morning: &[u8], afternoon: &[u8]) -> Result<(), Bad> {
        let text = self.take(2)?;
        if text == morning {
            self.morning = true;
        } else if text == afternoon {
            self.afternoon = true;
        } else {
            return Err(Bad);
        }
        Ok(())
    }

    fn zone_offset(&mut self, zone: Zone) -> Result<(), Bad> {
        if zone.iso
            && let Some(rest) = self.rest.strip_prefix(b"Z")
        {
            self.rest = rest;
            self.utc = true;
            return Ok(());
        }
        let (width, colons): (usize, &[usize]) = match zone.shape {
            ZoneShape::Hours => (3, &[]),
            ZoneShape::Minutes => (5, &[]),
            ZoneShape::ColonMinutes => (6, &[3]),
            ZoneShape::Seconds => (7, &[]),
            ZoneShape::ColonSeconds => (9, &[3, 6]),
        };
        let text = self.rest.get(..width).ok_or(Bad)?;
        if colons.iter().any(|&at| text[at] != b':') {
            return Err(Bad);
        }
        self.rest = &self.rest[width..];
        let digits: Vec<u8> = text[1..]
            .iter()
            .enumerate()
            .filter(|(at, _)| !colons.contains(&(at + 1)))
            .map(|(_, &b)| b)
            .collect();
        let mut parts = [0; 3];
        let mut result = Ok(());
        for (part, pair) in parts.iter_mut().zip(digits.chunks(2)) {
            if !pair.iter().all(u8::is_ascii_digit) {
                result = Err(Bad);
                break;
            }
            *part = i32::from(pair[0] - b'0') * 10 + i32::from(pair[1] - b'0');
        }
        let [hours, minutes, seconds] = parts;
        if hours > 24 {
            self.out_of_range = Some("time zone offset hour");
        }
        if minutes > 60 {
            self.out_of_range = Some("time zone offset minute");
        }
        if seconds > 60 {
            self.out_of_range = Some("time zone offset second");
        }
        let offset = (hours * 60 + minutes) * 60 + seconds;
        self.offset = Some(if text[0] == b'-' { -offset } else { offset });
        if !matches!(text[0], b'+' | b'-') {
            result = Err(Bad);
        }
        result
    }

    fn zone_name(&mut self) -> Result<(), Bad> {
        if let Some(rest) = self.rest.strip_prefix(b"UTC") {
            self.rest = rest;
            self.utc = true;
            return Ok(());
        }
        let width = zone_name_width(self.rest).ok_or(Bad)?;
        self.zone = self.take(width)?;
        Ok(())
    }

    fn fraction(&mut self, text: &[u8]) -> Result<(), Bad> {
        if !matches!(text.first(), Some(b'.' | b',')) {
            return Err(Bad);
        }
        let digits = &text[1..text.len().min(10)];
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return Err(Bad);
        }
        let value = digits.iter().fold(0, |n, digit| n * 10 + u32::from(digit - b'0'));
        self.nanosecond = value * 10u32.pow(9 - digits.len() as u32);
        Ok(())
    }

    fn take_fraction(&mut self) -> Result<&'a [u8], Bad> {
        let digits = self.rest[1..].iter().take_while(|b| b.is_ascii_digit()).count();
        self.take(1 + digits)
    }

    fn take(&mut self, width: usize) -> Result<&'a [u8], Bad> {
        let text = self.rest.get(..width).ok_or(Bad)?;
        self.rest = &self.rest[width..];
        Ok(text)
    }

    /// A number of exactly `width` bytes that may have a sign, as Go's `atoi` allows.
    fn signed(&mut self, width: usize) -> Result<i32, Bad> {
        let text = self.take(width)?;
        let text = std::str::from_utf8(text).map_err(|_| Bad)?;
        text.parse().map_err(|_| Bad)
    }

    fn number(&mut self, digits: Digits) -> Result<u32, Bad> {
        let digit = |at: usize| {
            self.rest.get(at).filter(|b| b.is_ascii_digit()).map(|b| u32::from(b - b'0'))
        };
        let first = digit(0).ok_or(Bad)?;
        match digit(1) {
            Some(second) => {
                self.rest = &self.rest[2..];
                Ok(first * 10 + second)
            }
            None if digits == Digits::Two => Err(Bad),
            None => {
                self.rest = &self.rest[1..];
                Ok(first)
            }
        }
    }

    /// The index of the name (cut to `width` bytes) the value starts with, in any case.
    fn name(&mut self, names: &[&str], width: usize) -> Result<u32, Bad> {
        for (index, name) in names.iter().enumerate() {
            let name = &name.as_bytes()[..width.min(name.len())];
            if self.rest.get(..name.len()).is_some_and(|text| text.eq_ignore_ascii_case(name)) {
                self.rest = &self.rest[name.len()..];
                return Ok(index as u32);
            }
        }
        Err(Bad)
    }

    fn finish(mut self, value: &[u8], local: &Location) -> Result<Time, ParseError> {
        if self.afternoon && self.hour < 12 {
            self.hour += 12;
        } else if self.morning && self.hour == 12 {
            self.hour = 0;
        }
        let (month, day) = self.month_and_day(value)?;
        if day < 1 || day > days_in(month, self.year) {
            return Err(ParseError::Range { value: quote(value), what: "day" });
        }
        let fields = Fields {
            year: self.year,
            month: i64::from(month),
            day: i64::from(day),
            hour: i64::from(self.hour),
            minute: i64::from(self.minute),
            second: i64::from(self.second),
            nanosecond: i64::from(self.nanosecond),
        };
        let in_utc = Time::date(&fields, &Location::Utc);
        if self.utc {
            return Ok(in_utc);
        }
        let name = String::from_utf8_lossy(self.zone);
        // Go marks "no offset" with -1.
        if let Some(offset) = self.offset.filter(|&offset| offset != -1) {
            let time = in_utc.add_seconds(-i64::from(offset));
            let (local_name, local_offset) = local.lookup(time.unix_seconds());
            if local_offset == offset && (name.is_empty() || name == local_name) {
                return Ok(time.at(local.clone()));
            }
            return Ok(time.at(Location::Fixed { name: Rc::from(&*name), offset }));
        }
        if !name.is_empty() {
            if let Some(offset) = local.lookup_name(&name, in_utc.unix_seconds()) {
                return Ok(in_utc.add_seconds(-i64::from(offset)).at(local.clone()));
            }
            let hours: i32 = name.strip_prefix("GMT").and_then(|n| n.parse().ok()).unwrap_or(0);
            let zone = Location::Fixed { name: Rc::from(&*name), offset: hours * 3600 };
            return Ok(in_utc.at(zone));
        }
        Ok(Time::date(&fields, local))
    }

    fn month_and_day(&self, value: &[u8]) -> Result<(u32, u32), ParseError> {
        let Some(year_day) = self.year_day else {
            return Ok((self.month.unwrap_or(1), self.day.unwrap_or(1)));
        };
        let days = if is_leap(self.year) { 366 } else { 365 };
        if !(1..=days).contains(&year_day) {
            return Err(ParseError::Range { value: quote(value), what: "day-of-year" });
        }
        let (mut month, mut day) = (1, year_day);
        while day > days_in(month, self.year) {
            day -= days_in(month, self.year);
            month += 1;
        }
        let differs = |what| ParseError::YearDay { value: quote(value), what };
        if self.month.is_some_and(|seen| seen != month) {
            return Err(differs("month"));
        }
        if self.day.is_some_and(|seen| seen != day) {
            return Err(differs("day"));
        }
        Ok((month, day))
    }
}

/// How many digits a number has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Digits {
    OneOrTwo,
    Two,
}

impl Digits {
    fn of(element: Element) -> Self {
        let zero = matches!(
            element,
            Element::ZeroMonth
                | Element::ZeroDay
                | Element::ZeroHour12
                | Element::ZeroMinute
                | Element::ZeroSecond
        );
        if zero { Self::Two } else { Self::OneOrTwo }
    }
}

fn trim_spaces(text: &[u8]) -> &[u8] {
    let spaces = text.iter().take_while(|&&b| b == b' ').count();
    &text[spaces..]
}

fn starts_fraction(text: &[u8]) -> bool {
    matches!(text, [b'.' | b',', digit, ..] if digit.is_ascii_digit())
}

/// The width of what looks like a zone's abbreviation.
fn zone_name_width(text: &[u8]) -> Option<usize> {
    if text.len() < 3 {
        return None;
    }
    if text.starts_with(b"ChST") || text.starts_with(b"MeST") {
        return Some(4);
    }
    if let Some(rest) = text.strip_prefix(b"GMT") {
        return Some(3 + signed_offset_width(rest));
    }
    if matches!(text[0], b'+' | b'-') {
        return Some(signed_offset_width(text)).filter(|&width| width > 0);
    }
    match text.iter().take(6).take_while(|b| b.is_ascii_uppercase()).count() {
        5 if text[4] == b'T' => Some(5),
        4 if text[3] == b'T' || text.starts_with(b"WITA") => Some(4),
        3 => Some(3),
        _ => None,
    }
}

fn signed_offset_width(text: &[u8]) -> usize {
    let [b'+' | b'-', digits @ ..] = text else { return 0 };
    match leading_integer(digits) {
        Some((hours, rest)) if hours <= 23 && rest.len() < digits.len() => text.len() - rest.len(),
        Some(_) | None => 0,
    }
}
