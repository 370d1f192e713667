//! Whether a value may be an argument of a parameter's type.

use super::{Fault, Step};
use crate::compiler::literal::can_be_nil;
use crate::instructions::nil_of;
use crate::{Float, IntKind, ListType, MapType, Param, UintKind, Value};

/// The value as the parameter takes it; errors are those of Go's `validateType`.
pub(crate) fn convert(value: Value, param: Param) -> Step<Value> {
    match value {
        Value::Missing if can_be_nil(param) => Ok(nil_of(param)),
        Value::Missing => Err(Fault::new(format!("invalid value; expected {}", param.name()))),
        value if assignable(&value, param) => Ok(value),
        value => {
            let name = match value {
                Value::Nil => "interface {}".into(),
                ref value => value.type_name(),
            };
            let expected = param.name();
            Err(Fault::new(format!("wrong type for value; expected {expected}; got {name}")))
        }
    }
}

/// Go's `AssignableTo`, and one step through a pointer.
pub(crate) fn assignable(value: &Value, param: Param) -> bool {
    match param {
        Param::Any | Param::Value => true,
        Param::String => matches!(value, Value::Str(_)),
        Param::Bool => matches!(value, Value::Bool(_)),
        Param::Int => matches!(value, Value::Int(_, IntKind::Int)),
        Param::Int32 => matches!(value, Value::Int(_, IntKind::Int32)),
        Param::Int64 => matches!(value, Value::Int(_, IntKind::Int64)),
        Param::Duration => matches!(value, Value::Int(_, IntKind::Duration)),
        Param::Uint => matches!(value, Value::Uint(_, UintKind::Uint)),
        Param::Uint32 => matches!(value, Value::Uint(_, UintKind::Uint32)),
        Param::Uint64 => matches!(value, Value::Uint(_, UintKind::Uint64)),
        Param::Float64 => matches!(value, Value::Float(_, Float::Float64)),
        Param::Map => {
            matches!(value, Value::Map(map) if matches!(map.map_type().underlying(), MapType::Any))
        }
        Param::List => {
            matches!(value, Value::List(l) if matches!(l.list_type().underlying(), ListType::Any))
        }
        Param::Strings => {
            matches!(value, Value::List(l) if matches!(l.list_type().underlying(), ListType::String))
        }
        Param::Bytes => matches!(value, Value::Bytes(_)),
        Param::Error => matches!(value, Value::Object(object) if object.text().is_some()),
        Param::Object(name) => match value {
            Value::Object(object) => {
                let known = object.type_name();
                known == name || known.strip_prefix('*') == Some(name)
            }
            _ => false,
        },
    }
}
