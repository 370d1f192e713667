//! A value as a template sees it: Go's dynamic types, kept apart as `reflect` keeps them.
//!
//! Invariant: a value is at most 24 bytes, cheap to clone, and belongs to one thread. Strings and
//! lists never change; maps have identity and change for everyone who holds them, as in Go.
//! Not here: printing (`format`), comparison (`compare`).

mod complex;
mod convert;
mod kind;
mod list;
mod map;
mod object;
mod string;

pub use complex::Complex;
pub use kind::{IntKind, Kind, UintKind};
pub use list::{List, ListType, NamedList};
pub use map::{Entries, Map, MapType, NamedMap, NilMap};
pub use object::{NilPointer, Object};
pub use string::Str;
pub use yaml::float::Float;

pub(crate) use map::Cycles;

use std::borrow::Cow;
use std::rc::Rc;

/// Any value of a template.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// No value at all: Go's zero `reflect.Value`, printed as `<no value>`.
    Missing,
    /// A nil `interface{}`.
    #[default]
    Nil,
    /// `bool`.
    Bool(bool),
    /// A signed integer and its Go type.
    Int(i64, IntKind),
    /// An unsigned integer and its Go type.
    Uint(u64, UintKind),
    /// A float and its Go type.
    Float(f64, Float),
    /// `string`: bytes, usually UTF-8.
    Str(Str),
    /// `[]uint8`.
    Bytes(Rc<Str>),
    /// A slice.
    List(List),
    /// A map with string keys.
    Map(Map),
    /// Anything else: times, versions, certificates.
    Object(Rc<dyn Object>),
}

impl Value {
    /// An `int`, the type of a whole number in a template's text.
    pub const fn int(value: i64) -> Self {
        Self::Int(value, IntKind::Int)
    }

    /// A `float64`.
    pub const fn float(value: f64) -> Self {
        Self::Float(value, Float::Float64)
    }

    /// A `string`.
    pub fn str(value: impl Into<Str>) -> Self {
        Self::Str(value.into())
    }

    /// A `[]uint8`.
    pub fn bytes(value: impl Into<Str>) -> Self {
        Self::Bytes(Rc::new(value.into()))
    }

    /// A `[]interface {}`.
    pub fn list(items: impl IntoIterator<Item = Value>) -> Self {
        Self::List(items.into_iter().collect())
    }

    /// A `map[string]interface {}`.
    pub fn map<K: Into<Str>>(entries: impl IntoIterator<Item = (K, Value)>) -> Self {
        Self::Map(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }

    /// An object.
    pub fn object(object: impl Object) -> Self {
        Self::Object(Rc::new(object))
    }

    /// Whether `if` takes the branch: not the zero value of its type, not nil, not empty.
    pub fn truth(&self) -> bool {
        match self {
            Self::Missing | Self::Nil => false,
            Self::Bool(value) => *value,
            Self::Int(value, _) => *value != 0,
            Self::Uint(value, _) => *value != 0,
            Self::Float(value, _) => *value != 0.0,
            Self::Str(value) => !value.is_empty(),
            Self::Bytes(value) => !value.is_empty(),
            Self::List(value) => !value.is_empty(),
            Self::Map(value) => !value.is_empty(),
            Self::Object(value) => value.truth(),
        }
    }

    /// Whether this is Go's nil: no value, a nil interface, a nil map or a nil slice.
    pub fn is_nil(&self) -> bool {
        match self {
            Self::Missing | Self::Nil => true,
            Self::List(value) => value.is_nil(),
            Self::Map(value) => value.is_nil(),
            Self::Bool(_)
            | Self::Int(..)
            | Self::Uint(..)
            | Self::Float(..)
            | Self::Str(_)
            | Self::Bytes(_)
            | Self::Object(_) => false,
        }
    }

    /// Go's `reflect.Kind`.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Missing | Self::Nil => Kind::Invalid,
            Self::Bool(_) => Kind::Bool,
            Self::Int(_, kind) => kind.kind(),
            Self::Uint(_, kind) => kind.kind(),
            Self::Float(_, Float::Float32) => Kind::Float32,
            Self::Float(_, Float::Float64) => Kind::Float64,
            Self::Str(_) => Kind::String,
            Self::Bytes(_) | Self::List(_) => Kind::Slice,
            Self::Map(_) => Kind::Map,
            Self::Object(value) => value.kind(),
        }
    }

    /// Go's name of the type, as `%T` prints it; `<nil>` where there is none.
    pub fn type_name(&self) -> Cow<'_, str> {
        Cow::Borrowed(match self {
            Self::Missing | Self::Nil => "<nil>",
            Self::Bool(_) => "bool",
            Self::Int(_, kind) => kind.name(),
            Self::Uint(_, kind) => kind.name(),
            Self::Float(_, float) => float.name(),
            Self::Str(_) => "string",
            Self::Bytes(_) => "[]uint8",
            Self::List(value) => value.list_type().name(),
            Self::Map(value) => value.map_type().name(),
            Self::Object(value) => return Cow::Borrowed(value.type_name()),
        })
    }

    /// The string, if it is one and valid UTF-8.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::Str(value) = self { value.as_str() } else { None }
    }

    /// The list, if it is one.
    pub fn as_list(&self) -> Option<&List> {
        if let Self::List(value) = self { Some(value) } else { None }
    }

    /// The map, if it is one.
    pub fn as_map(&self) -> Option<&Map> {
        if let Self::Map(value) = self { Some(value) } else { None }
    }

    /// The object of this Rust type, if it is one.
    pub fn downcast<T: Object>(&self) -> Option<&T> {
        if let Self::Object(value) = self { value.as_any().downcast_ref() } else { None }
    }

    /// What is left when Go forgets that a value was an `interface{}`: a nil interface becomes no
    /// value.
    #[must_use]
    pub fn concrete(self) -> Self {
        if let Self::Nil = self { Self::Missing } else { self }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::float(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Str(value.into())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Str(value.into())
    }
}

impl From<Str> for Value {
    fn from(value: Str) -> Self {
        Self::Str(value)
    }
}

impl From<List> for Value {
    fn from(value: List) -> Self {
        Self::List(value)
    }
}

impl From<Map> for Value {
    fn from(value: Map) -> Self {
        Self::Map(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_small() {
        assert!(size_of::<Value>() <= 24);
        assert!(size_of::<Str>() <= 24);
    }
}
