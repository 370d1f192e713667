//! Floats as `fmt` puts them into their field. How a float is written as such is in `yaml::float`.

use yaml::float::{Notation, format as float};

use super::Printer;
use crate::Float;

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
