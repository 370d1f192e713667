//! A function that templates call: its name, the Go types of its parameters, and what it does.
//!
//! Invariant: when [`Function::call`] runs, the number and types of the arguments were already
//! checked and converted as Go's `text/template` does, so that its error texts come from one place.

use crate::{CallError, Context, Value};

/// What a function does. The slice holds the fixed arguments and then the variadic ones; a method's
/// receiver comes first.
pub type Call = fn(&mut Context<'_>, &[Value]) -> Result<Value, CallError>;

/// A function, or a method of a value.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// The name in templates.
    pub name: &'static str,
    /// Types of the fixed parameters.
    pub params: &'static [Param],
    /// Type of the arguments after those, if any number may follow.
    pub variadic: Option<Param>,
    /// What it does.
    pub call: Call,
}

/// A parameter's Go type: which values it takes and what errors call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Param {
    /// `interface {}`: takes anything; no value arrives as [`Value::Nil`].
    Any,
    /// `reflect.Value`: takes anything; no value arrives as [`Value::Missing`].
    Value,
    /// `string`.
    String,
    /// `bool`.
    Bool,
    /// `int`.
    Int,
    /// `int32`.
    Int32,
    /// `int64`.
    Int64,
    /// `uint`.
    Uint,
    /// `uint32`.
    Uint32,
    /// `uint64`.
    Uint64,
    /// `float64`.
    Float64,
    /// `map[string]interface {}`, also by a named type of it; nil arrives as a nil map.
    Map,
    /// `[]interface {}`, also by a named type of it; nil arrives as a nil list.
    List,
    /// `[]string`, also by a named type of it; nil arrives as a nil list.
    Strings,
    /// `[]uint8`.
    Bytes,
    /// `time.Duration`.
    Duration,
    /// `error`.
    Error,
    /// An object by its Go type, such as `time.Time`.
    Object(&'static str),
}

impl Param {
    /// Go's name of the type.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Any => "interface {}",
            Self::Value => "reflect.Value",
            Self::String => "string",
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::Uint => "uint",
            Self::Uint32 => "uint32",
            Self::Uint64 => "uint64",
            Self::Float64 => "float64",
            Self::Map => "map[string]interface {}",
            Self::List => "[]interface {}",
            Self::Strings => "[]string",
            Self::Bytes => "[]uint8",
            Self::Duration => "time.Duration",
            Self::Error => "error",
            Self::Object(name) => name,
        }
    }
}
