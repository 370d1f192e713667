//! Resource quantities in the one form the server stores them in.
//!
//! Rule (apimachinery `api/resource`): no leading fraction, the largest suffix that keeps the
//! number whole, the suffix family as written; binary below 1024 turns decimal.

const DECIMAL: [&str; 10] = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
const BINARY: [&str; 6] = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
/// One, counted in billionths.
const ONE: i128 = 1_000_000_000;

/// The canonical text of a quantity; `None` where it is none.
pub(crate) fn canonical(text: &str) -> Option<String> {
    let (_, suffix) = split(text);
    let value = billionths(text)?;
    if BINARY.contains(&suffix) && value.abs() >= 1024 * ONE {
        return Some(binary(value));
    }
    if BINARY.contains(&suffix) || DECIMAL.contains(&suffix) {
        return Some(decimal(value));
    }
    let (digits, power) = shortest(value);
    Some(if power == 0 { digits.to_string() } else { format!("{digits}e{power}") })
}

/// A quantity's value in billionths, rounded up.
pub(crate) fn billionths(text: &str) -> Option<i128> {
    let (number, suffix) = split(text);
    let nano = parse_number(number)?;
    if let Some(power) = BINARY.iter().position(|known| *known == suffix) {
        return nano.checked_mul(1024_i128.checked_pow(power as u32 + 1)?);
    }
    if let Some(power) = DECIMAL.iter().position(|known| *known == suffix) {
        return scaled(nano, power as i32 * 3 - 9);
    }
    scaled(nano, suffix.strip_prefix(['e', 'E'])?.parse().ok()?)
}

fn split(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '+' | '-')));
    text.split_at(end.unwrap_or(text.len()))
}

fn round_up(nano: i128) -> i128 {
    nano.div_euclid(ONE) + i128::from(nano.rem_euclid(ONE) != 0)
}

fn parse_number(text: &str) -> Option<i128> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    if !whole.chars().chain(fraction.chars()).all(|c| c.is_ascii_digit()) {
        return None;
    }
    let mut nano: i128 = if whole.is_empty() { 0 } else { whole.parse::<i128>().ok()? };
    nano = nano.checked_mul(ONE)?;
    let kept: String = fraction.chars().chain(std::iter::repeat('0')).take(9).collect();
    nano = nano.checked_add(kept.parse().ok()?)?;
    if fraction.chars().skip(9).any(|c| c != '0') {
        nano += 1;
    }
    Some(if negative { -nano } else { nano })
}

fn scaled(nano: i128, exponent: i32) -> Option<i128> {
    let factor = 10_i128.checked_pow(exponent.unsigned_abs())?;
    if exponent >= 0 {
        return nano.checked_mul(factor);
    }
    Some(nano.div_euclid(factor) + i128::from(nano.rem_euclid(factor) != 0))
}

/// Digits and a power of ten that is a multiple of three.
fn shortest(nano: i128) -> (i128, i32) {
    let (mut digits, mut power) = (nano, -9);
    if digits == 0 {
        return (0, 0);
    }
    while digits % 1000 == 0 && power < 18 {
        digits /= 1000;
        power += 3;
    }
    (digits, power)
}

fn decimal(nano: i128) -> String {
    let (digits, power) = shortest(nano);
    let suffix = DECIMAL.get(((power + 9) / 3) as usize).copied().unwrap_or_default();
    format!("{digits}{suffix}")
}

fn binary(nano: i128) -> String {
    let mut value = round_up(nano);
    let mut suffix = "";
    for next in BINARY {
        if value % 1024 != 0 || value == 0 {
            break;
        }
        value /= 1024;
        suffix = next;
    }
    format!("{value}{suffix}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_stored_in_one_form() {
        let cases = [
            ("1000m", "1"),
            ("0.5", "500m"),
            ("1.5Gi", "1536Mi"),
            ("1024Mi", "1Gi"),
            ("0.5Ki", "512"),
            ("100", "100"),
            ("1000", "1k"),
            ("1e3", "1e3"),
            ("0", "0"),
            ("128974848", "128974848"),
            ("12e6", "12e6"),
            ("0.1", "100m"),
        ];
        for (written, stored) in cases {
            assert_eq!(canonical(written).as_deref(), Some(stored), "{written}");
        }
        assert_eq!(canonical("lots"), None);
        assert_eq!(billionths("1500m"), Some(1_500_000_000));
        assert_eq!(billionths("8Gi"), Some((8 << 30) * ONE));
    }
}
