//! Floats: Go's `strconv.FormatFloat` and how `fmt` puts the result into its field.

use super::Printer;
use crate::Float;

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
pub fn float(value: f64, notation: Notation, precision: Option<usize>, float: Float) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let sign = if value.is_sign_negative() { "-" } else { "" };
    let value = value.abs();
    let text = match (notation, precision) {
        (Notation::Fixed, Some(precision)) => format!("{value:.precision$}"),
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
        Self::parse(&format!("{value:.*e}", count - 1))
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

impl Printer {
    /// A float in its field; an explicit precision overrules the verb's own.
    pub(super) fn float_field(
        &mut self,
        value: f64,
        size: Float,
        verb: char,
        precision: Option<usize>,
    ) {
        let precision = self.flags.precision.or(precision);
        let mut text = number(value, size, verb, precision);
        if !text.starts_with(['-', '+']) {
            text.insert(0, '+');
        }
        if self.flags.space && text.starts_with('+') && !self.flags.plus {
            text.replace_range(..1, " ");
        }
        if value.is_nan() || value.is_infinite() {
            let bare = value.is_nan() && !self.flags.space && !self.flags.plus
                || text.starts_with('+') && !self.flags.plus && value.is_nan();
            let text = if bare { &text[1..] } else { &text };
            return self.pad_without_zeros(text.as_bytes());
        }
        if self.flags.sharp && verb != 'b' {
            text = with_point(&text, verb, precision);
        }
        if !self.flags.plus && text.starts_with('+') {
            return self.pad(&text.as_bytes()[1..]);
        }
        let width = self.flags.width.unwrap_or(0);
        if self.flags.zero && !self.flags.minus && width > text.len() {
            self.out.push(text.as_bytes()[0]);
            self.fill(width - text.len());
            return self.out.extend_from_slice(&text.as_bytes()[1..]);
        }
        self.pad(text.as_bytes());
    }
}

fn number(value: f64, size: Float, verb: char, precision: Option<usize>) -> String {
    if !value.is_finite() {
        return float(value, Notation::General, None, size);
    }
    match verb {
        'f' => float(value, Notation::Fixed, precision, size),
        'e' => float(value, Notation::Exponent, precision, size),
        'E' => float(value, Notation::Exponent, precision, size).to_uppercase(),
        'G' => float(value, Notation::General, precision, size).to_uppercase(),
        'b' => binary(value, size),
        'x' => hexadecimal(value, precision),
        'X' => hexadecimal(value, precision).to_uppercase(),
        _ => float(value, Notation::General, precision, size),
    }
}

/// `%#g` keeps the point and trailing zeros.
fn with_point(text: &str, verb: char, precision: Option<usize>) -> String {
    let mut digits = match verb {
        'v' | 'g' | 'G' | 'x' => precision.map_or(6, |precision| precision as i64),
        _ => 0,
    };
    let hex = matches!(verb, 'x' | 'X');
    let tail = text.find(|char| matches!(char, 'p' | 'P') || !hex && matches!(char, 'e' | 'E'));
    let (mantissa, tail) = text.split_at(tail.unwrap_or(text.len()));
    let significant = mantissa[1..].chars().filter(|&char| char != '.');
    digits -= significant.skip_while(|&char| char == '0').count() as i64;
    let mut shown = mantissa.to_owned();
    if !shown.contains('.') {
        if shown.len() == 2 && shown.ends_with('0') {
            digits -= 1;
        }
        shown.push('.');
    }
    shown.extend(std::iter::repeat_n('0', usize::try_from(digits).unwrap_or(0)));
    shown + tail
}

/// `%b`: the mantissa as a whole number and the exponent of two.
fn binary(value: f64, size: Float) -> String {
    let sign = if value.is_sign_negative() { "-" } else { "" };
    let (mantissa, exponent) = match size {
        Float::Float64 => {
            let bits = value.to_bits();
            parts(bits & ((1 << 52) - 1), (bits >> 52 & 0x7ff) as i32, 52, 1075)
        }
        Float::Float32 => {
            let bits = (value as f32).to_bits();
            parts(u64::from(bits & ((1 << 23) - 1)), (bits >> 23 & 0xff) as i32, 23, 150)
        }
    };
    format!("{sign}{mantissa}p{exponent:+}")
}

fn parts(fraction: u64, exponent: i32, width: u32, bias: i32) -> (u64, i32) {
    if exponent == 0 { (fraction, 1 - bias) } else { (fraction | 1 << width, exponent - bias) }
}

/// `%x`: `0x1.8p+01`, rounded to even.
fn hexadecimal(value: f64, precision: Option<usize>) -> String {
    let sign = if value.is_sign_negative() { "-" } else { "" };
    let bits = value.to_bits();
    let (mut mantissa, mut exponent) =
        parts(bits & ((1 << 52) - 1), (bits >> 52 & 0x7ff) as i32, 52, 1023);
    if mantissa == 0 {
        exponent = 0;
    } else {
        // One digit before the point: bit 60 set.
        let shift = mantissa.leading_zeros() as i32 - 3;
        mantissa <<= shift;
        exponent -= shift - 8;
    }
    if let Some(precision) = precision.filter(|&precision| precision < 15) {
        let drop = 60 - 4 * precision as u32;
        let half = 1u64 << (drop - 1);
        let rest = mantissa & ((1 << drop) - 1);
        mantissa >>= drop;
        if rest > half || rest == half && mantissa & 1 == 1 {
            mantissa += 1;
        }
        mantissa <<= drop;
        if mantissa & 1 << 61 != 0 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    let mut digits = format!("{:015x}", mantissa & ((1 << 60) - 1));
    match precision {
        None => digits.truncate(digits.trim_end_matches('0').len()),
        Some(precision) => {
            digits.truncate(precision);
            digits.extend(std::iter::repeat_n('0', precision - digits.len()));
        }
    }
    let point = if digits.is_empty() { "" } else { "." };
    let exponent_sign = if exponent < 0 { '-' } else { '+' };
    format!("{sign}0x{}{point}{digits}p{exponent_sign}{:02}", mantissa >> 60, exponent.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_shortest_forms_the_even_one_is_printed() {
        let cases = [
            (2.980_232_238_769_531_2e-8, "2.9802322387695312e-08"),
            (9_958_063_046_873.312, "9.958063046873312e+12"),
            (266_314_764_729_591.62, "2.6631476472959162e+14"),
            (0.3, "0.3"),
            (5e-324, "5e-324"),
        ];
        for (value, text) in cases {
            assert_eq!(float(value, Notation::General, None, Float::Float64), text);
        }
    }
}
