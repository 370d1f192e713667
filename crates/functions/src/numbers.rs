//! Turning any value into a number, as spf13/cast 1.7 and `strconv` do. Invariant: what cannot be
//! converted is 0, never an error; named number types other than months and week days are not
//! numbers to cast.

use template::{Context, Function, IntKind, Param, Value, format};

use crate::arguments::{Arguments, Outcome, fixed};

pub(crate) const FUNCTIONS: &[Function] = &[
    fixed("atoi", &[Param::String], |_, args| Ok(Value::int(atoi(args.bytes(0))))),
    fixed("float64", &[Param::Any], |_, args| Ok(Value::float(to_float64(args.any(0))))),
    fixed("int", &[Param::Any], |_, args| Ok(Value::int(to_int64(args.any(0))))),
    fixed("int64", &[Param::Any], |_, args| Ok(int64(to_int64(args.any(0))))),
    fixed("toDecimal", &[Param::Any], to_decimal),
];

/// An `int64` value.
pub(crate) fn int64(value: i64) -> Value {
    Value::Int(value, IntKind::Int64)
}

/// `cast.ToInt64`, and `cast.ToInt` where an int has 64 bits.
pub(crate) fn to_int64(value: &Value) -> i64 {
    match value {
        Value::Int(_, IntKind::Duration) => 0,
        Value::Int(value, _) => *value,
        Value::Uint(value, _) => *value as i64,
        Value::Float(value, _) => truncate(*value),
        Value::Str(text) => parse_int(trim_zero_decimal(text.as_bytes())).unwrap_or(0),
        Value::Bool(value) => i64::from(*value),
        Value::Missing
        | Value::Nil
        | Value::Bytes(_)
        | Value::List(_)
        | Value::Map(_)
        | Value::Object(_) => 0,
    }
}

/// `cast.ToFloat64`.
pub(crate) fn to_float64(value: &Value) -> f64 {
    match value {
        Value::Int(_, IntKind::Duration) => 0.0,
        Value::Int(value, _) => *value as f64,
        Value::Uint(value, _) => *value as f64,
        Value::Float(value, _) => *value,
        Value::Str(text) => parse_float(text.as_bytes()).unwrap_or(0.0),
        Value::Bool(value) => f64::from(u8::from(*value)),
        Value::Missing
        | Value::Nil
        | Value::Bytes(_)
        | Value::List(_)
        | Value::Map(_)
        | Value::Object(_) => 0.0,
    }
}

/// A float to an integer as amd64 does: what does not fit is the least integer.
pub(crate) fn truncate(value: f64) -> i64 {
    let limit = 9_223_372_036_854_775_808.0;
    if (-limit..limit).contains(&value) { value as i64 } else { i64::MIN }
}

/// `strconv.Atoi` without its error: 0 for what is no number, the limit for what is too big.
pub(crate) fn atoi(text: &[u8]) -> i64 {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return 0;
    }
    let fold = |value: i64, digit: &u8| {
        let digit = i64::from(digit - b'0');
        let value = value.saturating_mul(10);
        if negative { value.saturating_sub(digit) } else { value.saturating_add(digit) }
    };
    digits.iter().fold(0, fold)
}

/// `strconv.ParseFloat`; none for what is no number or too big.
pub(crate) fn parse_float(text: &[u8]) -> Option<f64> {
    let (sign, body) = match text {
        [b'-', body @ ..] => (-1.0, body),
        [b'+', body @ ..] => (1.0, body),
        body => (1.0, body),
    };
    let lower = body.to_ascii_lowercase();
    match lower.as_slice() {
        b"inf" | b"infinity" => return Some(sign * f64::INFINITY),
        b"nan" => return Some(f64::NAN),
        [b'0', b'x', rest @ ..] => return hexadecimal(&lower, rest).map(|value| sign * value),
        // One sign was taken away.
        [] | [b'+' | b'-', ..] => return None,
        _ => {}
    }
    // Letters would be words of Rust's.
    if !lower.iter().all(|b| b.is_ascii_digit() || b"._e+-".contains(b)) || !underscores_fit(&lower)
    {
        return None;
    }
    let plain: String = lower.iter().filter(|&&b| b != b'_').map(|&b| char::from(b)).collect();
    let value: f64 = plain.parse().ok()?;
    value.is_finite().then_some(sign * value)
}

/// `0x1.8p3`.
fn hexadecimal(whole: &[u8], body: &[u8]) -> Option<f64> {
    let at = body.iter().position(|&b| b == b'p')?;
    let (mantissa, exponent) = (&body[..at], &body[at + 1..]);
    if !underscores_fit(whole) {
        return None;
    }
    let mut digits = 0;
    let (mut value, mut scale, mut point) = (0.0, 0, false);
    for &byte in mantissa {
        match char::from(byte).to_digit(16) {
            Some(digit) => {
                digits += 1;
                // Exact up to 53 bits; beyond them Go rounds the same way only mostly.
                value = value * 16.0 + f64::from(digit);
                scale -= if point { 4 } else { 0 };
            }
            None if byte == b'.' && !point => point = true,
            None if byte == b'_' => {}
            None => return None,
        }
    }
    let sign = usize::from(exponent.first().is_some_and(|b| b"+-".contains(b)));
    if digits == 0 || exponent.len() == sign || !exponent[sign..].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let power = atoi(exponent).clamp(-5000, 5000) as i32 + scale;
    let value: f64 = value * 2f64.powi(power);
    value.is_finite().then_some(value)
}

/// `strconv.ParseInt` with base 0; none for what is no number or too big.
pub(crate) fn parse_int(text: &[u8]) -> Option<i64> {
    let (negative, body) = match text {
        [b'-', body @ ..] => (true, body),
        [b'+', body @ ..] => (false, body),
        body => (false, body),
    };
    let lower = body.to_ascii_lowercase();
    let (base, digits) = match lower.as_slice() {
        [b'0', b'b', digits, rest @ ..] => (2, [&[*digits], rest].concat()),
        [b'0', b'o', digits, rest @ ..] => (8, [&[*digits], rest].concat()),
        [b'0', b'x', digits, rest @ ..] => (16, [&[*digits], rest].concat()),
        [b'0', digits, rest @ ..] => (8, [&[*digits], rest].concat()),
        _ => (10, lower.clone()),
    };
    if !underscores_fit(&lower) {
        return None;
    }
    let digits: Vec<u8> = digits.into_iter().filter(|&b| b != b'_').collect();
    if digits.is_empty() {
        return None;
    }
    let value = digits.iter().try_fold(0u64, |value, &digit| {
        let digit = char::from(digit).to_digit(base)?;
        value.checked_mul(u64::from(base))?.checked_add(u64::from(digit))
    })?;
    if negative { 0i64.checked_sub_unsigned(value) } else { i64::try_from(value).ok() }
}

/// Whether underscores stand only between digits, or behind a base prefix.
fn underscores_fit(lower: &[u8]) -> bool {
    if !lower.contains(&b'_') {
        return true;
    }
    let (hex, rest) = match lower {
        [b'0', b @ (b'b' | b'o' | b'x'), rest @ ..] => (*b == b'x', rest),
        rest => (false, rest),
    };
    // '0' for a digit or the prefix, '_', '!' for anything else, '^' for the start.
    let mut seen = if rest.len() == lower.len() { b'^' } else { b'0' };
    for &byte in rest {
        if byte.is_ascii_digit() || hex && byte.is_ascii_hexdigit() {
            seen = b'0';
        } else if byte == b'_' {
            if seen != b'0' {
                return false;
            }
            seen = b'_';
        } else {
            if seen == b'_' {
                return false;
            }
            seen = b'!';
        }
    }
    seen != b'_'
}

/// cast drops a fraction of zeros: `5.00` is 5.
fn trim_zero_decimal(text: &[u8]) -> &[u8] {
    let zeros = text.iter().rev().take_while(|&&b| b == b'0').count();
    match text[..text.len() - zeros].split_last() {
        Some((b'.', whole)) if zeros > 0 => whole,
        Some(_) | None => text,
    }
}

fn to_decimal(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    let text = format::sprint(args);
    let text = String::from_utf8_lossy(&text);
    // Rust and Go agree on base 8: a sign and digits.
    Ok(int64(i64::from_str_radix(&text, 8).unwrap_or(0)))
}
