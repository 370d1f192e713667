//! Go's `time.Duration`: how it is read, printed, rounded and turned into numbers.
//! Invariant: arithmetic wraps as Go's int64 does; the error texts are Go's.

use std::fmt;

/// A length of time in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Duration(pub(crate) i64);

/// Why a text is no duration; `time.ParseDuration`'s messages.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DurationError {
    #[error("time: invalid duration {0}")]
    Invalid(String),
    #[error("time: missing unit in duration {0}")]
    MissingUnit(String),
    #[error("time: unknown unit {unit} in duration {text}")]
    UnknownUnit { unit: String, text: String },
}

pub(crate) const MICROSECOND: i64 = 1_000;
pub(crate) const MILLISECOND: i64 = 1_000 * MICROSECOND;
pub(crate) const SECOND: i64 = 1_000 * MILLISECOND;
pub(crate) const MINUTE: i64 = 60 * SECOND;
pub(crate) const HOUR: i64 = 60 * MINUTE;

const LIMIT: u64 = 1 << 63;

impl Duration {
    /// Reads `1h2m3.5s`.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, DurationError> {
        let invalid = || DurationError::Invalid(quote(text));
        let (negative, mut rest) = match text {
            [sign @ (b'-' | b'+'), rest @ ..] => (*sign == b'-', rest),
            rest => (false, rest),
        };
        if rest == b"0" {
            return Ok(Self(0));
        }
        if rest.is_empty() {
            return Err(invalid());
        }
        let mut total: u64 = 0;
        while !rest.is_empty() {
            let (value, after) = leading_integer(rest).ok_or_else(invalid)?;
            let mut digits = after.len() != rest.len();
            rest = after;
            let (mut fraction, mut scale) = (0, 1.0);
            if let [b'.', after @ ..] = rest {
                (fraction, scale, rest) = leading_fraction(after);
                digits |= rest.len() != after.len();
            }
            if !digits {
                return Err(invalid());
            }
            let end =
                rest.iter().position(|&b| b == b'.' || b.is_ascii_digit()).unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            if name.is_empty() {
                return Err(DurationError::MissingUnit(quote(text)));
            }
            let unit = unit(name).ok_or_else(|| DurationError::UnknownUnit {
                unit: quote(name),
                text: quote(text),
            })?;
            rest = after;
            let value = value.checked_mul(unit).filter(|&v| v <= LIMIT).ok_or_else(invalid)?;
            // Floating point, as Go: exact enough for a fraction of an hour.
            let part = if fraction > 0 { fraction as f64 * (unit as f64 / scale) } else { 0.0 };
            let value = value + part as u64;
            total = total.checked_add(value).filter(|&t| t <= LIMIT).ok_or_else(invalid)?;
        }
        if negative {
            return Ok(Self((total as i64).wrapping_neg()));
        }
        i64::try_from(total).map(Self).map_err(|_| invalid())
    }

    /// Seconds, with their fraction.
    pub(crate) fn seconds(self) -> f64 {
        self.in_units(SECOND)
    }

    /// Minutes, with their fraction.
    pub(crate) fn minutes(self) -> f64 {
        self.in_units(MINUTE)
    }

    /// Hours, with their fraction.
    pub(crate) fn hours(self) -> f64 {
        self.in_units(HOUR)
    }

    /// Cuts to a multiple of `unit`; unchanged where `unit` is not positive.
    pub(crate) fn truncate(self, unit: Self) -> Self {
        if unit.0 <= 0 { self } else { Self(self.0 - self.0 % unit.0) }
    }

    /// Rounds to a multiple of `unit`, halves away from zero, saturating.
    pub(crate) fn round(self, unit: Self) -> Self {
        if unit.0 <= 0 {
            return self;
        }
        let rest = (self.0 % unit.0).unsigned_abs();
        let below_half = rest + rest < unit.0.unsigned_abs();
        let base = self.0 - self.0 % unit.0;
        Self(match (below_half, self.0 < 0) {
            (true, _) => base,
            (false, true) => base.checked_sub(unit.0).unwrap_or(i64::MIN),
            (false, false) => base.checked_add(unit.0).unwrap_or(i64::MAX),
        })
    }

    fn in_units(self, unit: i64) -> f64 {
        (self.0 / unit) as f64 + (self.0 % unit) as f64 / unit as f64
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = self.0.unsigned_abs();
        let sign = if self.0 < 0 { "-" } else { "" };
        f.write_str(sign)?;
        let (second, milli, micro) = (SECOND as u64, MILLISECOND as u64, MICROSECOND as u64);
        match nanos {
            0 => f.write_str("0s"),
            n if n < micro => write!(f, "{n}ns"),
            n if n < milli => write!(f, "{}µs", Fraction(n, 3)),
            n if n < second => write!(f, "{}ms", Fraction(n, 6)),
            n => {
                let seconds = n / second;
                let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
                if hours > 0 {
                    write!(f, "{hours}h")?;
                }
                if seconds >= 60 {
                    write!(f, "{minutes}m")?;
                }
                write!(f, "{}s", Fraction(seconds % 60 * second + n % second, 9))
            }
        }
    }
}

/// A number over a power of ten, without trailing zeros.
struct Fraction(u64, u32);

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = 10u64.pow(self.1);
        write!(f, "{}", self.0 / scale)?;
        let rest = self.0 % scale;
        if rest == 0 {
            return Ok(());
        }
        let digits = format!("{rest:0width$}", width = self.1 as usize);
        write!(f, ".{}", digits.trim_end_matches('0'))
    }
}

/// Quotes as package `time` does: other than ASCII goes out as `\x..`.
pub(crate) fn quote(text: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for &byte in text {
        match byte {
            b'"' | b'\\' => {
                out.push('\\');
                out.push(char::from(byte));
            }
            0x20..0x80 => out.push(char::from(byte)),
            0..0x20 | 0x80.. => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\x{byte:02x}");
            }
        }
    }
    out.push('"');
    out
}

/// Leading digits as a number up to 2⁶³; none where they are more.
pub(crate) fn leading_integer(text: &[u8]) -> Option<(u64, &[u8])> {
    let end = text.iter().position(|b| !b.is_ascii_digit()).unwrap_or(text.len());
    let value = text[..end].iter().try_fold(0u64, |value, digit| {
        value.checked_mul(10)?.checked_add(u64::from(digit - b'0')).filter(|&v| v <= LIMIT)
    })?;
    Some((value, &text[end..]))
}

fn leading_fraction(text: &[u8]) -> (u64, f64, &[u8]) {
    let end = text.iter().position(|b| !b.is_ascii_digit()).unwrap_or(text.len());
    let (mut value, mut scale) = (0u64, 1.0);
    for digit in &text[..end] {
        let next = value
            .checked_mul(10)
            .and_then(|v| v.checked_add(u64::from(digit - b'0')))
            .filter(|&v| v <= LIMIT && value <= (LIMIT - 1) / 10);
        let Some(next) = next else { break };
        value = next;
        scale *= 10.0;
    }
    (value, scale, &text[end..])
}

fn unit(name: &[u8]) -> Option<u64> {
    Some(match name {
        b"ns" => 1,
        // Micro sign and Greek mu.
        b"us" | b"\xc2\xb5s" | b"\xce\xbcs" => MICROSECOND as u64,
        b"ms" => MILLISECOND as u64,
        b"s" => SECOND as u64,
        b"m" => MINUTE as u64,
        b"h" => HOUR as u64,
        _ => return None,
    })
}
