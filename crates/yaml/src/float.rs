//! Go's `strconv.FormatFloat`: floats as decimal text.
//!
//! Invariant: digits are the ones that Go picks. Where two shortest texts are equally near, that is
//! the one with the even last digit; Rust's own formatting takes the upper one.
//! Not here: reading floats, and the widths and flags of `fmt`.

use crate::decimal::Decimal;

/// No float has more digits behind its point, or at all; behind them are zeros.
const MOST_DIGITS: usize = 1100;

/// A float type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Float {
    /// `float32`.
    Float32,
    /// `float64`.
    Float64,
}

impl Float {
    /// Go's name of the type.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Float32 => "float32",
            Self::Float64 => "float64",
        }
    }
}

/// A verb of `strconv.FormatFloat`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// `'f'`: `123.45`.
    Fixed,
    /// `'e'`: `1.2345e+02`.
    Exponent,
    /// `'g'`: the shorter of both.
    General,
}

/// Go's `strconv.FormatFloat`; without a precision as many digits as tell the float from its
/// neighbours.
pub fn format(value: f64, notation: Notation, precision: Option<usize>, float: Float) -> String {
    if let (Notation::Fixed | Notation::General, None, Float::Float64) =
        (notation, precision, float)
        && let Some(text) = short(value)
    {
        return text;
    }
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let sign = if value.is_sign_negative() { "-" } else { "" };
    let value = value.abs();
    let text = match (notation, precision) {
        (Notation::Fixed, Some(precision)) => {
            let exact = precision.min(MOST_DIGITS);
            let mut text = format!("{value:.exact$}");
            text.extend(std::iter::repeat_n('0', precision - exact));
            text
        }
        (Notation::Fixed, None) => {
            let digits = Digits::shortest(value, float);
            digits.fixed(digits.fraction())
        }
        (Notation::Exponent, Some(precision)) => {
            Digits::rounded(value, precision + 1).exponent(precision, 'e')
        }
        (Notation::Exponent, None) => {
            let digits = Digits::shortest(value, float);
            digits.exponent(digits.len() - 1, 'e')
        }
        (Notation::General, None) => Digits::shortest(value, float).general(6),
        (Notation::General, Some(precision)) => {
            let precision = precision.max(1);
            let digits = Digits::rounded(value, precision);
            let len = digits.len();
            let whole = i32::try_from(len).is_ok_and(|len| len >= digits.point);
            digits.general(if precision > len && whole { len } else { precision })
        }
    };
    format!("{sign}{text}")
}

/// A number of medium size with few decimals, as most are, without an exponent.
///
/// A quotient of two numbers that floats hold exactly is the float that its decimal text reads as,
/// and of texts with fewer than 16 digits each reads as a float of its own.
fn short(value: f64) -> Option<String> {
    const SCALES: [u32; 5] = [1, 10, 100, 1000, 10_000];
    let size = value.abs();
    if !(1e-4..1e6).contains(&size) {
        return None;
    }
    let (decimals, scale, scaled) = (0..).zip(SCALES).find_map(|(decimals, scale)| {
        let scaled = (size * f64::from(scale)).round();
        (scaled / f64::from(scale) == size).then_some((decimals, scale, scaled as u64))
    })?;
    let mut text = String::with_capacity(16);
    if value < 0.0 {
        text.push('-');
    }
    text.push_str(Decimal::unsigned(scaled / u64::from(scale)).as_str());
    if decimals > 0 {
        text.push('.');
        let fraction = Decimal::unsigned(scaled % u64::from(scale));
        text.extend(std::iter::repeat_n('0', decimals - fraction.as_str().len()));
        text.push_str(fraction.as_str());
    }
    Some(text)
}

/// Decimal digits and where the point stands among them; no trailing zeros.
struct Digits {
    digits: String,
    point: i32,
}

impl Digits {
    fn shortest(value: f64, float: Float) -> Self {
        let shortest = Self::parse(&match float {
            Float::Float32 => format!("{:e}", value as f32),
            Float::Float64 => format!("{value:e}"),
        });
        shortest.tie_to_even(value, float)
    }

    /// Between two equally near candidates Rust takes the upper one, Go the even one.
    fn tie_to_even(self, value: f64, float: Float) -> Self {
        // Only where the candidates are as near to each other as floats are.
        let fewest = if float == Float::Float32 { 6 } else { 15 };
        let Some(last @ (b'1' | b'3' | b'5' | b'7' | b'9')) = self.digits.bytes().last() else {
            return self;
        };
        if self.digits.len() < fewest {
            return self;
        }
        let mut lower = self.digits.clone();
        lower.pop();
        lower.push(char::from(last - 1));
        // All digits that a float can have.
        let exact = Self::parse(&format!("{value:.800e}"));
        if exact.digits.strip_prefix(lower.as_str()) != Some("5") {
            return self;
        }
        let text = format!("0.{lower}e{}", self.point);
        let same = match float {
            Float::Float32 => text.parse() == Ok(value as f32),
            Float::Float64 => text.parse() == Ok(value),
        };
        let digits = lower.trim_end_matches('0').to_owned();
        if same { Self { digits, point: self.point } } else { self }
    }

    fn rounded(value: f64, count: usize) -> Self {
        Self::parse(&format!("{value:.*e}", (count - 1).min(MOST_DIGITS)))
    }

    /// From Rust's `1.23e4`.
    fn parse(text: &str) -> Self {
        let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
        let digits = digits.trim_end_matches('0').to_owned();
        let point = if digits.is_empty() { 0 } else { exponent.parse().unwrap_or(0) + 1 };
        Self { digits, point }
    }

    /// At least one: zero has the digit 0.
    fn len(&self) -> usize {
        self.digits.len().max(1)
    }

    /// Digits after the point.
    fn fraction(&self) -> usize {
        let len = i32::try_from(self.digits.len()).unwrap_or(i32::MAX);
        usize::try_from(len - self.point).unwrap_or(0)
    }

    fn digit(&self, at: i32) -> char {
        let digit = usize::try_from(at).ok().and_then(|at| self.digits.as_bytes().get(at));
        digit.map_or('0', |&digit| char::from(digit))
    }

    fn fixed(&self, precision: usize) -> String {
        let mut text: String = (0..self.point).map(|at| self.digit(at)).collect();
        if text.is_empty() {
            text.push('0');
        }
        if precision > 0 {
            text.push('.');
            let from = self.point;
            text.extend((0..precision as i32).map(|at| self.digit(from + at)));
        }
        text
    }

    fn exponent(&self, precision: usize, letter: char) -> String {
        let mut text = String::from(self.digit(0));
        if precision > 0 {
            text.push('.');
            text.extend((1..=precision as i32).map(|at| self.digit(at)));
        }
        let exponent = if self.digits.is_empty() { 0 } else { self.point - 1 };
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{text}{letter}{sign}{:02}", exponent.abs())
    }

    /// The exponent is shown below 1e-4 and from `limit` digits on.
    fn general(&self, limit: usize) -> String {
        let exponent = self.point - 1;
        let large = usize::try_from(exponent).is_ok_and(|exponent| exponent >= limit);
        if !self.digits.is_empty() && (exponent < -4 || large) {
            return self.exponent(self.len() - 1, 'e');
        }
        self.fixed(self.fraction())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn short_numbers_are_formatted_as_others(units in any::<i32>(), scale in 0..8u32, near in -1..2i64) {
            let value = f64::from(units) / 10f64.powi(scale as i32);
            let value = f64::from_bits(value.to_bits().saturating_add_signed(near));
            if let Some(text) = short(value) {
                let digits = Digits::shortest(value.abs(), Float::Float64);
                let sign = if value < 0.0 { "-" } else { "" };
                prop_assert_eq!(&text, &format!("{sign}{}", digits.general(6)));
                prop_assert_eq!(text, format!("{sign}{}", digits.fixed(digits.fraction())));
            }
        }
    }
}
