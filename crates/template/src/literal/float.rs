//! Go's `strconv.ParseFloat`: decimal and hexadecimal floats, correctly rounded.

use super::underscores_fit;

/// The float, or nothing if the text is none or out of range.
pub(crate) fn parse(text: &str) -> Option<f64> {
    if !underscores_fit(text) {
        return None;
    }
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let lower = digits.to_ascii_lowercase();
    let value = match lower.strip_prefix("0x") {
        Some(hex) => parse_hex(&hex.replace('_', ""))?,
        None => parse_decimal(&lower.replace('_', ""))?,
    };
    Some(if negative { -value } else { value })
}

/// Whether it has a float's syntax but not its range.
pub(crate) fn is_too_large(text: &str) -> bool {
    let unsigned = text.trim_start_matches(['+', '-']);
    let exponent = unsigned.find(['e', 'E', 'p', 'P']);
    exponent.is_some_and(|at| parse(&format!("{}0", &unsigned[..=at])).is_some())
        && unsigned.ends_with(|digit: char| digit.is_ascii_digit())
}

/// What `fmt.Sscan` takes for a float, and the rest.
pub(crate) fn token(text: &str) -> (&str, &str) {
    let mut rest = text;
    let mut accept = |letters: &str| {
        let found = rest.starts_with(|letter| letters.contains(letter));
        rest = &rest[usize::from(found)..];
        found
    };
    const DECIMAL: &str = "0123456789_";
    accept("+-");
    if accept("iI") {
        return (&text[..text.len() - rest.len()], rest);
    }
    let hex = accept("0") && accept("xX");
    let digits = if hex { "0123456789aAbBcCdDeEfF_" } else { DECIMAL };
    while accept(digits) {}
    if accept(".") {
        while accept(digits) {}
    }
    if accept(if hex { "pP" } else { "eEpP" }) {
        accept("+-");
        while accept(DECIMAL) {}
    }
    (&text[..text.len() - rest.len()], rest)
}

fn parse_decimal(text: &str) -> Option<f64> {
    let digits = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'+' | b'-'));
    if !digits {
        return None;
    }
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

/// Mantissa and binary exponent, without the prefix.
fn parse_hex(text: &str) -> Option<f64> {
    let (mantissa, exponent) = text.split_once('p')?;
    let exponent: i64 = exponent.strip_prefix('+').unwrap_or(exponent).parse().ok()?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let significant = digits.trim_start_matches('0');
    let (kept, cut) = significant.split_at(significant.len().min(15));
    // Whatever was cut off matters only for rounding: a sticky last bit.
    let sticky = u64::from(cut.bytes().any(|digit| digit != b'0'));
    let bits = u64::from_str_radix(kept, 16).unwrap_or(0) << 1 | sticky;
    let shift = exponent + 4 * (cut.len() as i64 - fraction.len() as i64) - 1;
    Some(scale(bits, shift.clamp(-5000, 5000) as i32)).filter(|value| value.is_finite())
}

/// `bits * 2^exponent`, rounded once.
fn scale(bits: u64, exponent: i32) -> f64 {
    if bits == 0 {
        return 0.0;
    }
    let top = 64 - bits.leading_zeros() as i32 + exponent;
    // Bits that the result has room for; fewer below the normal range.
    let room = 53.min(top + 1074);
    if room < 0 {
        return 0.0;
    }
    let drop = (64 - bits.leading_zeros() as i32) - room;
    let mantissa = if drop > 0 { round_half_even(bits, drop as u32) } else { bits };
    let exponent = if drop > 0 { exponent + drop } else { exponent };
    let value = mantissa as f64;
    // Two steps, so that neither factor leaves the range of a float.
    let half = exponent / 2;
    value * 2f64.powi(half) * 2f64.powi(exponent - half)
}

fn round_half_even(bits: u64, drop: u32) -> u64 {
    if drop >= 64 {
        return u64::from(drop == 64 && bits > 1 << 63);
    }
    let kept = bits >> drop;
    let rest = bits & ((1 << drop) - 1);
    let half = 1 << (drop - 1);
    if rest > half || rest == half && kept & 1 == 1 { kept + 1 } else { kept }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_floats_are_rounded_once() {
        let cases = [
            ("0x1p-1074", 5e-324),
            ("0x1.8p-1075", 5e-324),
            ("0x1p-1075", 0.0),
            ("0x1.fffffffffffff8p0", 2.0),
            ("0x1.fffffffffffff7p0", 1.999_999_999_999_999_8),
            ("0x.8p1", 1.0),
            ("0x1_0p4", 256.0),
            ("1_000.5", 1000.5),
        ];
        for (text, value) in cases {
            assert_eq!(parse(text), Some(value), "{text}");
        }
        for text in ["0xp1", "0x1", "1e400", "0x1p1024", "1__0", ""] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
