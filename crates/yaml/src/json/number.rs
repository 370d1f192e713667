//! Floats as Go prints them: in JSON, and with `strconv`'s `g`.

use std::fmt::LowerExp;

/// From this exponent on `g` writes one.
const MOST_DIGITS: i32 = 6;

/// A finite float in JSON: the shortest digits that read back, with an exponent below 1e-6 and from
/// 1e21 on.
pub(crate) fn format(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        let text = format!("{value:e}");
        // Rust writes 1e21, Go 1e+21; both leave out a leading zero of the exponent in JSON.
        match text.split_once('e') {
            Some((digits, exponent)) if !exponent.starts_with('-') => {
                format!("{digits}e+{exponent}")
            }
            Some(_) | None => text,
        }
    } else {
        format!("{value}")
    }
}

/// `strconv.FormatFloat(value, 'g', -1, 64)`.
pub(crate) fn general(value: f64) -> String {
    shortest(value, value.is_nan(), value.is_infinite(), value < 0.0)
}

/// The string that `sigs.k8s.io/yaml` makes of a float where a string is wanted: `g` with 32 bits.
pub(crate) fn text_of_float(value: f64) -> String {
    let value = value as f32;
    shortest(value, value.is_nan(), value.is_infinite(), value < 0.0)
}

/// The key that `sigs.k8s.io/yaml` makes of a float: the same, with YAML's words.
pub(crate) fn key_of_float(value: f64) -> String {
    let narrow = f64::from(value as f32);
    if narrow.is_finite() { text_of_float(value) } else { yaml_word(narrow).to_owned() }
}

/// `strconv.FormatFloat(value, 'g', -1, 64)` with YAML's words for what is not finite.
pub(crate) fn yaml(value: f64) -> String {
    if value.is_finite() { general(value) } else { yaml_word(value).to_owned() }
}

fn yaml_word(value: f64) -> &'static str {
    if value.is_nan() {
        ".nan"
    } else if value > 0.0 {
        ".inf"
    } else {
        "-.inf"
    }
}

fn shortest(value: impl LowerExp, nan: bool, infinite: bool, negative: bool) -> String {
    if nan {
        return "NaN".to_owned();
    }
    if infinite {
        return if negative { "-Inf" } else { "+Inf" }.to_owned();
    }
    let text = format!("{value:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", mantissa),
    };
    let digits: String = mantissa.chars().filter(|c| *c != '.').collect();
    if !(-4..MOST_DIGITS).contains(&exponent) {
        let rest = &digits[1..];
        let point = if rest.is_empty() { "" } else { "." };
        let (mark, size) = if exponent < 0 { ('-', -exponent) } else { ('+', exponent) };
        return format!("{sign}{}{point}{rest}e{mark}{size:02}", &digits[..1]);
    }
    format!("{sign}{}", positional(&digits, exponent))
}

fn positional(digits: &str, exponent: i32) -> String {
    if exponent < 0 {
        return format!("0.{}{digits}", "0".repeat((-exponent - 1) as usize));
    }
    let whole = exponent as usize + 1;
    match digits.split_at_checked(whole) {
        Some((whole, "")) => whole.to_owned(),
        Some((whole, fraction)) => format!("{whole}.{fraction}"),
        None => format!("{digits}{}", "0".repeat(whole - digits.len())),
    }
}
