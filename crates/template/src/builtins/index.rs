//! `index` and `slice`.

use std::any::Any;

use super::Result;
use crate::{CallError, Context, List, Object, Str, UintKind, Value};

/// `index x 1 "a"`: Go's `x[1]["a"]`.
pub(super) fn index(_: &mut Context<'_>, args: &[Value]) -> Result {
    let [item, indexes @ ..] = args else { return Err("index of untyped nil".into()) };
    if let Value::Missing | Value::Nil = item {
        return Err("index of untyped nil".into());
    }
    let mut item = item.clone();
    for index in indexes {
        item = index_once(&item, index)?;
    }
    Ok(item)
}

fn index_once(item: &Value, index: &Value) -> Result {
    match item {
        Value::Missing | Value::Nil => Err("index of nil pointer".into()),
        Value::List(list) => {
            let at = position(index, list.len())?;
            list.get(at).cloned().ok_or_else(|| "reflect: slice index out of range".into())
        }
        Value::Bytes(bytes) => byte_at(bytes, index, "reflect: slice index out of range"),
        Value::Str(text) => byte_at(text, index, "reflect: string index out of range"),
        Value::Map(map) => match index {
            Value::Str(key) => Ok(map.get(key).unwrap_or_else(|| map.map_type().zero())),
            Value::Missing | Value::Nil => Err("value is nil; should be of type string".into()),
            _ => {
                let name = index.type_name();
                Err(format!("value has type {name}; should be string").into())
            }
        },
        Value::Bool(_) | Value::Int(..) | Value::Uint(..) | Value::Float(..) | Value::Object(_) => {
            let name = item.type_name();
            Err(format!("can't index item of type {}", name.trim_start_matches('*')).into())
        }
    }
}

fn byte_at(bytes: &Str, index: &Value, outside: &str) -> Result {
    let at = position(index, bytes.len())?;
    match bytes.as_bytes().get(at) {
        Some(&byte) => Ok(Value::Uint(byte.into(), UintKind::Uint8)),
        None => Err(outside.into()),
    }
}

/// `slice x 1 2`: Go's `x[1:2]`.
pub(super) fn slice(_: &mut Context<'_>, args: &[Value]) -> Result {
    let [item, indexes @ ..] = args else { return Err("slice of untyped nil".into()) };
    let len = match item {
        Value::Missing | Value::Nil => return Err("slice of untyped nil".into()),
        _ if indexes.len() > 3 => {
            return Err(format!("too many slice indexes: {}", indexes.len()).into());
        }
        Value::Str(_) if indexes.len() == 3 => {
            return Err("cannot 3-index slice a string".into());
        }
        Value::Str(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        Value::List(list) => list.len(),
        Value::Bool(_)
        | Value::Int(..)
        | Value::Uint(..)
        | Value::Float(..)
        | Value::Map(_)
        | Value::Object(_) => {
            let name = item.type_name();
            let name = name.trim_start_matches('*');
            return Err(format!("can't slice item of type {name}").into());
        }
    };
    let mut bounds = [0, len, len];
    for (bound, index) in bounds.iter_mut().zip(indexes) {
        *bound = match index {
            // Only an interface can be nil here: the word `nil` is no value at all.
            Value::Nil => position(&Value::object(Wrapped), len)?,
            _ => position(index, len)?,
        };
    }
    let [from, to, capacity] = bounds;
    if from > to {
        return Err(format!("invalid slice index: {from} > {to}").into());
    }
    if to > capacity {
        return Err(format!("invalid slice index: {to} > {capacity}").into());
    }
    Ok(match item {
        Value::Str(text) => Value::str(&text.as_bytes()[from..to]),
        Value::Bytes(bytes) => Value::bytes(&bytes.as_bytes()[from..to]),
        Value::List(list) => {
            Value::List(List::new(list.list_type(), list.as_slice()[from..to].to_vec()))
        }
        _ => Value::Missing,
    })
}

/// An interface with something in it, as one more type: Go's `slice` does not look inside its
/// indexes.
#[derive(Debug)]
struct Wrapped;

/// A value that `slice` must not take for what it is.
pub(crate) fn wrapped(value: Value) -> Value {
    match value {
        Value::Missing => value,
        _ => Value::object(Wrapped),
    }
}

impl Object for Wrapped {
    fn type_name(&self) -> &'static str {
        "interface {}"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn equals(&self, _: &dyn Object) -> bool {
        false
    }
}

/// A whole number from 0 to `len`, the end included.
fn position(index: &Value, len: usize) -> std::result::Result<usize, CallError> {
    let at = match index {
        Value::Int(at, _) => *at,
        Value::Uint(at, _) => *at as i64,
        Value::Missing | Value::Nil => return Err("cannot index slice/array with nil".into()),
        Value::Bool(_)
        | Value::Float(..)
        | Value::Str(_)
        | Value::Bytes(_)
        | Value::List(_)
        | Value::Map(_)
        | Value::Object(_) => {
            let name = index.type_name();
            return Err(format!("cannot index slice/array with type {name}").into());
        }
    };
    usize::try_from(at)
        .ok()
        .filter(|&at| at <= len)
        .ok_or_else(|| format!("index out of range: {at}").into())
}
