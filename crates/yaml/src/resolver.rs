//! Which type a scalar has: the words and numbers of YAML 1.1 as go-yaml 2.4.4 knows them.
//!
//! Invariant: the reader and the printers ask the same function, so that what would not read back
//! as a string is quoted. Base 60 numbers are strings to the reader, but quoted by the printers.

use crate::timestamp;

const PREFIX: &str = "tag:yaml.org,2002:";

/// What a scalar means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Resolved {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    /// Looks like a timestamp; stays the string it is.
    Timestamp,
    String,
    /// A string in base 64.
    Binary,
}

impl Resolved {
    fn is_string(self) -> bool {
        matches!(self, Self::String)
    }

    fn tag(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "bool",
            Self::Int(_) | Self::Uint(_) => "int",
            Self::Float(_) => "float",
            Self::Timestamp => "timestamp",
            Self::String => "str",
            Self::Binary => "binary",
        }
    }
}

/// What a scalar with a tag (in its long form) means; go-yaml's message if it cannot mean that.
pub(crate) fn resolve(tag: &str, text: &str) -> Result<Resolved, String> {
    let resolved = match tag.strip_prefix(PREFIX) {
        Some("str") | None => return Ok(Resolved::String),
        Some("binary") => return Ok(Resolved::Binary),
        Some("timestamp") => plain(text),
        Some("bool" | "int" | "float" | "null") => untimed(text),
        Some(_) => return Ok(Resolved::String),
    };
    let wanted = tag.strip_prefix(PREFIX).unwrap_or(tag);
    match (wanted, resolved) {
        ("float", Resolved::Int(n)) => Ok(Resolved::Float(n as f64)),
        _ if wanted == resolved.tag() => Ok(resolved),
        _ => Err(format!("cannot decode !!{} `{text}` as a !!{wanted}", resolved.tag())),
    }
}

/// Whether a look at the first character, or at a short word, tells that a scalar without quotes is
/// a string, and no merge key; it mostly does.
#[inline]
pub(crate) fn is_string(text: &[u8]) -> bool {
    let Some(first) = text.first() else { return false };
    !SUSPECT[usize::from(*first)]
        || first.is_ascii_alphabetic() && (text.len() > LONGEST_WORD || word(text).is_string())
}

/// `false`
const LONGEST_WORD: usize = 5;

/// What numbers, words that are no strings, and the merge key begin with.
const SUSPECT: [bool; 256] = {
    let mut table = [false; 256];
    let suspect = b"+-.0123456789~<yYnNtTfFoO";
    let mut at = 0;
    while at < suspect.len() {
        table[suspect[at] as usize] = true;
        at += 1;
    }
    table
};

/// What a scalar without quotes and tag means.
pub(crate) fn plain(text: &str) -> Resolved {
    if text.as_bytes().first().is_some_and(u8::is_ascii_digit) {
        if let Some(number) = short_number(text.as_bytes()) {
            return Resolved::Int(number);
        }
        if timestamp::is_timestamp(text) {
            return Resolved::Timestamp;
        }
    }
    untimed(text)
}

/// A whole number in decimal digits, of which there are not many.
fn short_number(text: &[u8]) -> Option<i64> {
    const FEW: usize = 18;
    match text {
        [b'0'] => Some(0),
        [b'1'..=b'9', ..] if text.len() <= FEW => text.iter().try_fold(0, |number, byte| {
            byte.is_ascii_digit().then(|| number * 10 + i64::from(byte - b'0'))
        }),
        _ => None,
    }
}

/// Whether a string must be quoted so that it is read back as one.
pub(crate) fn needs_quotes(text: &str) -> bool {
    plain(text) != Resolved::String || is_base60(text)
}

fn untimed(text: &str) -> Resolved {
    match text.as_bytes().first() {
        None => Resolved::Null,
        Some(b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~') => {
            word(text.as_bytes())
        }
        Some(b'.') => match text {
            ".nan" | ".NaN" | ".NAN" => Resolved::Float(f64::NAN),
            ".inf" | ".Inf" | ".INF" => Resolved::Float(f64::INFINITY),
            _ => dotted(text),
        },
        Some(b'+' | b'-' | b'0'..=b'9') => match text {
            "+.inf" | "+.Inf" | "+.INF" => Resolved::Float(f64::INFINITY),
            "-.inf" | "-.Inf" | "-.INF" => Resolved::Float(f64::NEG_INFINITY),
            _ => number(text),
        },
        Some(_) => Resolved::String,
    }
}

fn word(text: &[u8]) -> Resolved {
    match text {
        b"y" | b"Y" | b"yes" | b"Yes" | b"YES" | b"true" | b"True" | b"TRUE" | b"on" | b"On"
        | b"ON" => Resolved::Bool(true),
        b"n" | b"N" | b"no" | b"No" | b"NO" | b"false" | b"False" | b"FALSE" | b"off" | b"Off"
        | b"OFF" => Resolved::Bool(false),
        b"~" | b"null" | b"Null" | b"NULL" => Resolved::Null,
        _ => Resolved::String,
    }
}

/// A float that begins with its point; underscores may stand between digits.
fn dotted(text: &str) -> Resolved {
    let bytes = text.as_bytes();
    let separated = |(at, _): (usize, &u8)| {
        let digit = |n: usize| bytes.get(n).is_some_and(u8::is_ascii_digit);
        at > 0 && digit(at - 1) && digit(at + 1)
    };
    if !bytes.iter().enumerate().filter(|(_, b)| **b == b'_').all(separated) {
        return Resolved::String;
    }
    float(&text.replace('_', ""))
}

fn number(text: &str) -> Resolved {
    let without;
    let text = if text.contains('_') {
        without = text.replace('_', "");
        &without
    } else {
        text
    };
    let (negative, digits) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    if let Some(resolved) = integer(negative, digits, text.len() == digits.len()) {
        return resolved;
    }
    match float(text) {
        Resolved::String => signed_binary(text),
        resolved => resolved,
    }
}

/// `strconv.ParseInt(s, 0, 64)`, then `ParseUint`.
fn integer(negative: bool, digits: &str, unsigned: bool) -> Option<Resolved> {
    let (radix, body) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
        [b'0', b'o' | b'O', ..] => (8, &digits[2..]),
        [b'0', b'b' | b'B', ..] => (2, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    if body.is_empty() || !body.bytes().all(|b| char::from(b).is_digit(radix)) {
        return None;
    }
    let size = u64::from_str_radix(body, radix).ok()?;
    if negative {
        return 0i64.checked_sub_unsigned(size).map(Resolved::Int);
    }
    match i64::try_from(size) {
        Ok(n) => Some(Resolved::Int(n)),
        Err(_) => unsigned.then_some(Resolved::Uint(size)),
    }
}

/// go-yaml reads `0b-1` too.
fn signed_binary(text: &str) -> Resolved {
    let Some(body) = text.strip_prefix("0b") else { return Resolved::String };
    i64::from_str_radix(body, 2).map_or(Resolved::String, Resolved::Int)
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`, if it is not too large.
fn float(text: &str) -> Resolved {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => {
            (mantissa, Some(exponent.strip_prefix(['-', '+']).unwrap_or(exponent)))
        }
        None => (unsigned, None),
    };
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let mantissa_is_valid = match mantissa.split_once('.') {
        Some(("", fraction)) => !fraction.is_empty() && digits(fraction),
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => !mantissa.is_empty() && digits(mantissa),
    };
    if !mantissa_is_valid || exponent.is_some_and(|e| e.is_empty() || !digits(e)) {
        return Resolved::String;
    }
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Resolved::Float(value),
        Ok(_) | Err(_) => Resolved::String,
    }
}

/// `[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?`
fn is_base60(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !unsigned.starts_with(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    let (body, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let mut parts = body.split(':');
    let first = parts.next().unwrap_or_default();
    let mut sixtieths = 0;
    let all = parts.all(|part| {
        sixtieths += 1;
        matches!(part.as_bytes(), [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9'])
    });
    all && sixtieths > 0 && digits(first) && digits(fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_all_bases() {
        for (text, expected) in [
            ("0777", Resolved::Int(511)),
            ("0o17", Resolved::Int(15)),
            ("-0x1F", Resolved::Int(-31)),
            ("0b101", Resolved::Int(5)),
            ("1_000", Resolved::Int(1000)),
            ("08", Resolved::Float(8.0)),
            ("1.", Resolved::Float(1.0)),
            ("9223372036854775808", Resolved::Uint(9_223_372_036_854_775_808)),
            ("18446744073709551616", Resolved::Float(18_446_744_073_709_551_616.0)),
            ("1e400", Resolved::String),
            ("1:30", Resolved::String),
        ] {
            assert_eq!(plain(text), expected, "{text}");
        }
        assert!(needs_quotes("1:30"));
        assert!(!needs_quotes("1:70"));
    }
}
