//! Values of Go literals: strings, characters and numbers, as `strconv` and `text/template/parse`
//! read them.

use crate::Complex;
use crate::ast::Number;
use crate::unicode::quote;

mod float;

/// Go's `strconv.Unquote` of a token with its quotes.
pub(crate) fn unquote(token: &str) -> Result<Vec<u8>, String> {
    let inner = &token[1..token.len() - 1];
    if token.starts_with('`') {
        return Ok(inner.bytes().filter(|&byte| byte != b'\r').collect());
    }
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while !rest.is_empty() {
        let (unit, tail) = unquote_unit(rest, '"').ok_or("invalid syntax")?;
        match unit {
            Unit::Byte(byte) => bytes.push(byte),
            Unit::Char(char) => bytes.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes()),
        }
        rest = tail;
    }
    Ok(bytes)
}

/// A character constant with its quotes.
pub(crate) fn character(token: &str) -> Result<Number, String> {
    let (unit, tail) = unquote_unit(&token[1..], '\'').ok_or("invalid syntax")?;
    if tail != "'" {
        return Err(format!("malformed character constant: {token}"));
    }
    let code = match unit {
        Unit::Byte(byte) => u32::from(byte),
        Unit::Char(char) => u32::from(char),
    };
    Ok(Number {
        int: Some(code.into()),
        uint: Some(code.into()),
        float: Some(code.into()),
        complex: None,
    })
}

/// A number under all the types that can hold it.
pub(crate) fn number(token: &str) -> Result<Number, String> {
    if let Some(number) = decimal(token.as_bytes()) {
        return Ok(number);
    }
    if let Some(imaginary) = token.strip_suffix('i').and_then(float::parse) {
        return Ok(from_complex(Complex { real: 0.0, imaginary }));
    }
    let uint = parse_uint(token);
    let int = parse_int(token);
    let mut number =
        Number { int, uint: if int == Some(0) { Some(0) } else { uint }, ..Number::default() };
    if let Some(int) = int {
        number.float = Some(int as f64);
    } else if let Some(uint) = uint {
        number.float = Some(uint as f64);
    } else if let Some(float) = float::parse(token) {
        if !token.contains(['.', 'e', 'E', 'p', 'P']) {
            return Err(format!("integer overflow: {}", quote(token)));
        }
        number = from_float(float);
    } else {
        return Err(format!("illegal number syntax: {}", quote(token)));
    }
    Ok(number)
}

/// `1+2i`: both parts, as `fmt.Sscan` reads them.
pub(crate) fn complex(token: &str) -> Result<Number, String> {
    let words = || "syntax error scanning complex number".to_owned();
    let (real, rest) = float::token(token);
    let sign = rest.get(..1).filter(|sign| matches!(*sign, "+" | "-")).ok_or_else(words)?;
    let (imaginary, rest) = float::token(&rest[1..]);
    // A sign of its own may follow the one between the parts, and is then one too many.
    let imaginary = format!("{sign}{imaginary}");
    if !rest.starts_with('i') || imaginary.len() == 1 {
        return Err(words());
    }
    let part = |text: &str| {
        float::parse(text).ok_or_else(|| {
            let why =
                if float::is_too_large(text) { "value out of range" } else { "invalid syntax" };
            format!("strconv.ParseFloat: parsing {}: {why}", quote(text))
        })
    };
    Ok(from_complex(Complex { real: part(real)?, imaginary: part(&imaginary)? }))
}

/// Without an imaginary part it is its real part too.
fn from_complex(complex: Complex) -> Number {
    let real = if complex.imaginary == 0.0 { from_float(complex.real) } else { Number::default() };
    Number { complex: Some(complex), ..real }
}

/// A float, and the whole number that it may be.
fn from_float(float: f64) -> Number {
    Number {
        int: Some(float as i64).filter(|&int| int as f64 == float && fits_i64(float)),
        uint: Some(float as u64).filter(|&uint| uint as f64 == float && float >= 0.0),
        float: Some(float),
        complex: None,
    }
}

/// A few decimal digits: what most numbers are.
fn decimal(digits: &[u8]) -> Option<Number> {
    let octal = matches!(digits, [b'0', _, ..]);
    if octal || digits.len() > 18 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let int = digits.iter().fold(0, |int, digit| 10 * int + i64::from(digit - b'0'));
    Some(Number {
        int: Some(int),
        uint: Some(int.unsigned_abs()),
        float: Some(int as f64),
        complex: None,
    })
}

enum Unit {
    Byte(u8),
    Char(char),
}

/// One character or escape of a quoted text, and what follows it.
fn unquote_unit(text: &str, quote: char) -> Option<(Unit, &str)> {
    let mut chars = text.chars();
    let first = chars.next()?;
    if first == quote {
        return None;
    }
    if first != '\\' {
        return Some((Unit::Char(first), chars.as_str()));
    }
    let escape = chars.next()?;
    let rest = chars.as_str();
    let simple = |byte: u8| Some((Unit::Byte(byte), rest));
    match escape {
        'a' => simple(7),
        'b' => simple(8),
        'f' => simple(12),
        'n' => simple(b'\n'),
        'r' => simple(b'\r'),
        't' => simple(b'\t'),
        'v' => simple(11),
        '\\' => simple(b'\\'),
        '\'' | '"' if escape == quote => simple(escape as u8),
        'x' => code(rest, 2, 16).map(|(code, rest)| (Unit::Byte(code as u8), rest)),
        'u' => unicode_escape(rest, 4),
        'U' => unicode_escape(rest, 8),
        '0'..='7' => {
            let (code, rest) = code(&text[1..], 3, 8)?;
            Some((Unit::Byte(u8::try_from(code).ok()?), rest))
        }
        _ => None,
    }
}

fn unicode_escape(text: &str, digits: usize) -> Option<(Unit, &str)> {
    let (code, rest) = code(text, digits, 16)?;
    Some((Unit::Char(char::from_u32(code)?), rest))
}

fn code(text: &str, digits: usize, radix: u32) -> Option<(u32, &str)> {
    let (number, rest) = text.split_at_checked(digits)?;
    if !number.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    Some((u32::from_str_radix(number, radix).ok()?, rest))
}

/// Go's `strconv.ParseUint(text, 0, 64)`.
fn parse_uint(text: &str) -> Option<u64> {
    if !underscores_fit(text) {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    let (digits, radix) = match lower.as_bytes() {
        [b'0', b'x', _, ..] => (&lower[2..], 16),
        [b'0', b'b', _, ..] => (&lower[2..], 2),
        [b'0', b'o', _, ..] => (&lower[2..], 8),
        [b'0', _, ..] => (&lower[1..], 8),
        _ => (lower.as_str(), 10),
    };
    if digits.starts_with('+') {
        return None;
    }
    u64::from_str_radix(&digits.replace('_', ""), radix).ok()
}

/// Go's `strconv.ParseInt(text, 0, 64)`.
fn parse_int(text: &str) -> Option<i64> {
    match text.strip_prefix('-') {
        Some(digits) => 0i64.checked_sub_unsigned(parse_uint(digits)?),
        None => parse_uint(text.strip_prefix('+').unwrap_or(text))?.try_into().ok(),
    }
}

/// Underscores stand between digits, or after a base prefix.
fn underscores_fit(text: &str) -> bool {
    if !text.contains('_') {
        return true;
    }
    let text = text.strip_prefix(['+', '-']).unwrap_or(text).to_ascii_lowercase();
    let prefixed = ["0x", "0b", "0o"].iter().any(|prefix| text.starts_with(prefix));
    let hex = text.starts_with("0x");
    let mut last = if prefixed { '0' } else { '^' };
    for char in text.chars().skip(if prefixed { 2 } else { 0 }) {
        last = match char {
            '0'..='9' => '0',
            'a'..='f' if hex => '0',
            '_' if last == '0' => '_',
            '_' => return false,
            _ if last == '_' => return false,
            _ => '!',
        };
    }
    last != '_'
}

/// Rust's conversion saturates where Go's does not come back to the same float.
fn fits_i64(float: f64) -> bool {
    (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&float)
}
