//! Floats as Go prints them: in JSON, and with `strconv`'s `g`.

use crate::float::{self, Float, Notation};

/// Below this size every whole float has its neighbours within 1.
const WHOLE: f64 = (1u64 << 53) as f64;

/// The number that a float is printed as, if it is whole and no larger than floats are exact.
pub(crate) fn whole(value: f64) -> Option<i64> {
    let whole = value.abs() < WHOLE && value.fract() == 0.0;
    (whole && (value != 0.0 || value.is_sign_positive())).then_some(value as i64)
}

/// A finite float in JSON: the shortest digits that read back, with an exponent below 1e-6 and from
/// 1e21 on.
pub(crate) fn format(value: f64) -> String {
    if let Some(whole) = whole(value) {
        return whole.to_string();
    }
    let size = value.abs();
    if size == 0.0 || (1e-6..1e21).contains(&size) {
        return float::format(value, Notation::Fixed, None, Float::Float64);
    }
    // `strconv` writes two digits of the exponent, JSON only those that it needs.
    float::format(value, Notation::Exponent, None, Float::Float64).replace("e-0", "e-")
}

/// `strconv.FormatFloat(value, 'g', -1, 64)`.
pub(crate) fn general(value: f64) -> String {
    float::format(value, Notation::General, None, Float::Float64)
}

/// The string that `sigs.k8s.io/yaml` makes of a float where a string is wanted: `g` with 32 bits.
pub(crate) fn text_of_float(value: f64) -> String {
    float::format(f64::from(value as f32), Notation::General, None, Float::Float32)
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
