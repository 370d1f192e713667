//! Comparing values as JSON Schema does: numbers by what they are worth.
use std::cmp::Ordering;

use yaml::Value;

use super::decimal::Decimal;
use super::node::Number;

/// Whether a value is a whole number.
pub(super) fn is_whole(value: &Value) -> bool {
    Decimal::of(value)
        .map_or_else(|| value.as_f64().is_some_and(|f| f.fract() == 0.0), Decimal::is_whole)
}

/// A number beside one of the schema.
pub(super) fn compare(value: &Value, limit: Number) -> Option<Ordering> {
    let exact = Decimal::of(value).zip(limit.exact).and_then(|(a, b)| a.compare(b));
    exact.or_else(|| value.as_f64()?.partial_cmp(&limit.float))
}

/// Whether two values are equal, `1` and `1.0` being so.
pub(super) fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (
            Value::Int(_) | Value::Uint(_) | Value::Float(_),
            Value::Int(_) | Value::Uint(_) | Value::Float(_),
        ) => {
            let exact = Decimal::of(a).zip(Decimal::of(b)).and_then(|(a, b)| a.compare(b));
            exact.map_or_else(|| a.as_f64() == b.as_f64(), Ordering::is_eq)
        }
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b))
        }
        (Value::Map(a), Value::Map(b)) => {
            let same = |((k, v), (l, w)): ((&String, &Value), _)| k == l && equal(v, w);
            a.len() == b.len() && a.iter().zip(b).all(same)
        }
        _ => a == b,
    }
}
