//! Comparison as templates do it (`eq`, `lt`), and Go's `reflect.DeepEqual`.
//!
//! Invariant: kinds are never converted, except that whole numbers of either sign compare by value.

use std::cmp::Ordering;

use yaml::json::lossy;

use crate::format;
use crate::{CallError, Kind, Value};

/// Go's `reflect.DeepEqual`: types must be the same, all the way down.
pub fn deep_equal(a: &Value, b: &Value) -> bool {
    let mut work = vec![(a.clone(), b.clone())];
    // Maps may hold themselves: a pair that was seen before adds nothing.
    let mut seen = Vec::new();
    while let Some((a, b)) = work.pop() {
        match (a, b) {
            (Value::Missing | Value::Nil, Value::Missing | Value::Nil) => {}
            (Value::Bool(a), Value::Bool(b)) if a == b => {}
            (Value::Int(a, k), Value::Int(b, l)) if a == b && k == l => {}
            (Value::Uint(a, k), Value::Uint(b, l)) if a == b && k == l => {}
            (Value::Float(a, k), Value::Float(b, l)) if a == b && k == l => {}
            (Value::Str(a), Value::Str(b)) if a == b => {}
            (Value::Bytes(a), Value::Bytes(b)) if a == b => {}
            (Value::Object(a), Value::Object(b))
                if a.type_name() == b.type_name() && a.equals(&*b) => {}
            (Value::List(a), Value::List(b)) => {
                let same_type = a.list_type().name() == b.list_type().name();
                if !same_type || a.is_nil() != b.is_nil() || a.len() != b.len() {
                    return false;
                }
                if !a.ptr_eq(&b) {
                    work.extend(a.iter().cloned().zip(b.iter().cloned()));
                }
            }
            (Value::Map(a), Value::Map(b)) => {
                let same_type = a.map_type().name() == b.map_type().name();
                if !same_type || a.is_nil() != b.is_nil() || a.keys() != b.keys() {
                    return false;
                }
                let known = |(x, y): &(crate::Map, crate::Map)| x.ptr_eq(&a) && y.ptr_eq(&b);
                if a.ptr_eq(&b) || seen.iter().any(known) {
                    continue;
                }
                let values = |map: &crate::Map| map.to_vec().into_iter().map(|(_, value)| value);
                work.extend(values(&a).zip(values(&b)));
                seen.push((a, b));
            }
            _ => return false,
        }
    }
    true
}

/// Go's template function `eq` for two values.
pub(crate) fn equal(a: &Value, b: &Value) -> Result<bool, CallError> {
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => Ok(a == b),
        (Value::Float(a, _), Value::Float(b, _)) => Ok(a == b),
        (Value::Int(a, _), Value::Int(b, _)) => Ok(a == b),
        (Value::Uint(a, _), Value::Uint(b, _)) => Ok(a == b),
        (Value::Int(a, _), Value::Uint(b, _)) | (Value::Uint(b, _), Value::Int(a, _)) => {
            Ok(u64::try_from(*a) == Ok(*b))
        }
        (Value::Str(a), Value::Str(b)) => Ok(a == b),
        _ if is_basic(a) || is_basic(b) => match (a.kind(), b.kind()) {
            (Kind::Complex128, Kind::Complex128) => Ok(deep_equal(a, b)),
            (Kind::Invalid, _) | (_, Kind::Invalid) => Ok(false),
            _ => Err(incompatible(a, b)),
        },
        _ => equal_composite(a, b),
    }
}

/// Go's template function `lt` for two values; nothing if a float is no number.
pub(crate) fn order(a: &Value, b: &Value) -> Result<Option<Ordering>, CallError> {
    if !is_basic(a) || !is_basic(b) {
        return Err(bad_type());
    }
    Ok(match (a, b) {
        (Value::Float(a, _), Value::Float(b, _)) => a.partial_cmp(b),
        (Value::Int(a, _), Value::Int(b, _)) => Some(a.cmp(b)),
        (Value::Uint(a, _), Value::Uint(b, _)) => Some(a.cmp(b)),
        (Value::Int(a, _), Value::Uint(b, _)) => Some(i128::from(*a).cmp(&i128::from(*b))),
        (Value::Uint(a, _), Value::Int(b, _)) => Some(i128::from(*a).cmp(&i128::from(*b))),
        (Value::Str(a), Value::Str(b)) => Some(a.cmp(b)),
        (Value::Bool(_), Value::Bool(_)) | (Value::Object(_), Value::Object(_)) => {
            return Err(bad_type());
        }
        _ => return Err(incompatible(a, b)),
    })
}

/// Containers, objects and nil: only nil and objects can be compared.
fn equal_composite(a: &Value, b: &Value) -> Result<bool, CallError> {
    let (k1, k2) = (a.kind(), b.kind());
    if k1 != k2 && k1 != Kind::Invalid && k2 != Kind::Invalid {
        let words = format!(
            "non-comparable types {}: {}, {}: {}",
            shown(a, "%s"),
            a.type_name(),
            b.type_name(),
            shown(b, "%v")
        );
        return Err(words.into());
    }
    if a.is_nil() || b.is_nil() {
        return Ok(a.is_nil() == b.is_nil());
    }
    if let (Value::Object(a), Value::Object(b)) = (a, b) {
        return Ok(a.type_name() == b.type_name() && a.equals(&**b));
    }
    Err(format!("non-comparable type {}: {}", shown(b, "%s"), b.type_name()).into())
}

fn is_basic(value: &Value) -> bool {
    match value {
        Value::Bool(_) | Value::Int(..) | Value::Uint(..) | Value::Float(..) | Value::Str(_) => {
            true
        }
        Value::Object(object) => object.kind() == Kind::Complex128,
        Value::Missing | Value::Nil | Value::Bytes(_) | Value::List(_) | Value::Map(_) => false,
    }
}

fn incompatible(a: &Value, b: &Value) -> CallError {
    let (a, b) = (a.type_name(), b.type_name());
    format!("incompatible types for comparison: {a} and {b}").into()
}

fn bad_type() -> CallError {
    "invalid type for comparison".into()
}

fn shown(value: &Value, verb: &str) -> String {
    let bytes = format::sprintf(verb.as_bytes(), std::slice::from_ref(value));
    lossy(&bytes).into_owned()
}
