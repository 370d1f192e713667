//! Fields: entries of maps, fields of objects, and methods without arguments.
//!
//! Invariant: a method hides a field or key of its name, as in Go.

use super::{Fault, Step};
use crate::value::Kind;
use crate::{Context, Function, IntKind, MapType, MissingKey, Value};

/// Reads one field; with it whether Go sees an interface there.
pub(super) fn read(
    cx: &mut Context<'_>,
    receiver: Value,
    interface: bool,
    key: &[u8],
) -> Step<(Value, bool)> {
    if let Value::Map(map) = &receiver
        && let MapType::Any = map.map_type()
        && let Some(value) = map.get(key)
    {
        return Ok((value, true));
    }
    if let Some(method) = method(&receiver, key) {
        let value = super::call::call_method(cx, method, &[receiver])?;
        return Ok((value, false));
    }
    entry(cx, &receiver, interface, key)
}

/// Reads one field that is no method.
pub(super) fn entry(
    cx: &Context<'_>,
    receiver: &Value,
    interface: bool,
    key: &[u8],
) -> Step<(Value, bool)> {
    match receiver {
        Value::Missing => match cx.options().missing_key {
            MissingKey::Error => {
                let key = crate::unicode::quote(key);
                Err(Fault::new(format!("nil data; no entry for key {key}")))
            }
            MissingKey::Invalid | MissingKey::Zero => Ok((Value::Missing, false)),
        },
        Value::Nil => {
            let key = String::from_utf8_lossy(key);
            Err(Fault::new(format!("nil pointer evaluating interface {{}}.{key}")))
        }
        Value::Map(map) => match map.get(key) {
            Some(value) => Ok((value, map.map_type().holds_any())),
            None => missing(cx, map.map_type(), key),
        },
        Value::Object(object) => {
            let fields = object.fields();
            match fields.into_iter().find(|(name, _)| name.as_bytes() == key) {
                Some((_, value)) => Ok((value, false)),
                None => Err(no_field(receiver, interface, key)),
            }
        }
        Value::Bool(_)
        | Value::Int(..)
        | Value::Uint(..)
        | Value::Float(..)
        | Value::Str(_)
        | Value::Bytes(_)
        | Value::List(_) => Err(no_field(receiver, interface, key)),
    }
}

/// The method of this name.
pub(super) fn method(receiver: &Value, name: &[u8]) -> Option<&'static Function> {
    let methods: &'static [Function] = match receiver {
        Value::Object(object) => object.methods(),
        Value::Map(map) => map.map_type().methods(),
        Value::List(list) => list.list_type().methods(),
        Value::Int(_, IntKind::Duration) => crate::duration::METHODS,
        Value::Int(_, IntKind::Month | IntKind::Weekday) => crate::duration::NAMED_METHODS,
        Value::Missing
        | Value::Nil
        | Value::Bool(_)
        | Value::Int(..)
        | Value::Uint(..)
        | Value::Float(..)
        | Value::Str(_)
        | Value::Bytes(_) => &[],
    };
    methods.iter().find(|method| method.name.as_bytes() == name)
}

/// Whether a field of this value may be read although arguments follow it.
pub(super) fn refuse_arguments(receiver: &Value, key: &[u8]) -> Option<String> {
    let key = String::from_utf8_lossy(key);
    match receiver.kind() {
        Kind::Map => Some(format!("{key} is not a method but has arguments")),
        Kind::Struct | Kind::Ptr => match receiver {
            Value::Object(object) if object.fields().iter().any(|(name, _)| *name == key) => {
                Some(format!("{key} has arguments but cannot be invoked as function"))
            }
            _ => None,
        },
        _ => None,
    }
}

fn missing(cx: &Context<'_>, map: MapType, key: &[u8]) -> Step<(Value, bool)> {
    match cx.options().missing_key {
        MissingKey::Invalid => Ok((Value::Missing, false)),
        MissingKey::Zero => Ok((map.zero(), map.holds_any())),
        MissingKey::Error => {
            let key = crate::unicode::quote(key);
            Err(Fault::new(format!("map has no entry for key {key}")))
        }
    }
}

fn no_field(receiver: &Value, interface: bool, key: &[u8]) -> Box<Fault> {
    let key = String::from_utf8_lossy(key);
    let name = receiver.type_name();
    let name = if interface { "interface {}" } else { &name };
    Fault::new(format!("can't evaluate field {key} in type {name}"))
}
