//! Go's `time.ParseDuration`. Invariant: arithmetic wraps as Go's int64 does; the error texts are
//! Go's. What a duration can do is in `template::Duration`.

use template::Duration;

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

const LIMIT: u64 = 1 << 63;

/// Reads `1h2m3.5s`.
pub(crate) fn parse(text: &[u8]) -> Result<Duration, DurationError> {
    let invalid = || DurationError::Invalid(quote(text));
    let (negative, mut rest) = match text {
        [sign @ (b'-' | b'+'), rest @ ..] => (*sign == b'-', rest),
        rest => (false, rest),
    };
    if rest == b"0" {
        return Ok(Duration(0));
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
        let end = rest.iter().position(|&b| b == b'.' || b.is_ascii_digit()).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        if name.is_empty() {
            return Err(DurationError::MissingUnit(quote(text)));
        }
        let unit = unit(name)
            .ok_or_else(|| DurationError::UnknownUnit { unit: quote(name), text: quote(text) })?;
        rest = after;
        let value = value.checked_mul(unit).filter(|&v| v <= LIMIT).ok_or_else(invalid)?;
        // Floating point, as Go: exact enough for a fraction of an hour.
        let part = if fraction > 0 { fraction as f64 * (unit as f64 / scale) } else { 0.0 };
        let value = value + part as u64;
        total = total.checked_add(value).filter(|&t| t <= LIMIT).ok_or_else(invalid)?;
    }
    if negative {
        return Ok(Duration((total as i64).wrapping_neg()));
    }
    i64::try_from(total).map(Duration).map_err(|_| invalid())
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
        b"us" | b"\xc2\xb5s" | b"\xce\xbcs" => Duration::MICROSECOND as u64,
        b"ms" => Duration::MILLISECOND as u64,
        b"s" => Duration::SECOND as u64,
        b"m" => Duration::MINUTE as u64,
        b"h" => Duration::HOUR as u64,
        _ => return None,
    })
}
