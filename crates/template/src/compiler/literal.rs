//! Constants: what a literal is under a parameter's type, and what it is without one.
//!
//! Also used when a method's parameters are known only while executing.

use crate::ast::{Ast, Literal, NodeId, NodeKind, Number};
use crate::instructions::Constant;
use crate::{IntKind, Param, Str, UintKind};

/// A literal where nothing says which type is wanted.
pub(crate) fn ideal(ast: &Ast, node: NodeId, text: &str) -> Result<Constant, String> {
    match ast.kind(node) {
        NodeKind::Bool(value) => Ok(Constant::Bool(value)),
        NodeKind::String(literal) => Ok(string(ast, literal, text)),
        NodeKind::Number(number) => {
            ideal_number(ast.numbers[number as usize], ast.node(node).span.of(text))
        }
        _ => Err(format!("can't evaluate command {}", crate::unicode::quote(ast.show(node, text)))),
    }
}

/// A literal where a parameter wants a type.
pub(crate) fn typed(ast: &Ast, node: NodeId, text: &str, param: Param) -> Result<Constant, String> {
    let number = match ast.kind(node) {
        NodeKind::Number(number) => ast.numbers[number as usize],
        _ => Number::default(),
    };
    let found = |expected: &str| format!("expected {expected}; found {}", ast.show(node, text));
    let int = |kind: IntKind| {
        let value = number.int.ok_or_else(|| found("integer"))?;
        Ok(Constant::Int(kind.wrap(value), kind))
    };
    let uint = |kind: UintKind| {
        let value = number.uint.ok_or_else(|| found("unsigned integer"))?;
        Ok(Constant::Uint(kind.wrap(value), kind))
    };
    match param {
        Param::Any | Param::Value => ideal(ast, node, text),
        Param::Bool => match ast.kind(node) {
            NodeKind::Bool(value) => Ok(Constant::Bool(value)),
            _ => Err(found("bool")),
        },
        Param::String => match ast.kind(node) {
            NodeKind::String(literal) => Ok(string(ast, literal, text)),
            _ => Err(found("string")),
        },
        Param::Int => int(IntKind::Int),
        Param::Int32 => int(IntKind::Int32),
        Param::Int64 => int(IntKind::Int64),
        Param::Duration => int(IntKind::Duration),
        Param::Uint => uint(UintKind::Uint),
        Param::Uint32 => uint(UintKind::Uint32),
        Param::Uint64 => uint(UintKind::Uint64),
        Param::Float64 => number.float.map(Constant::Float).ok_or_else(|| found("float")),
        Param::Map
        | Param::List
        | Param::Strings
        | Param::Bytes
        | Param::Error
        | Param::Object(_) => {
            Err(format!("can't handle {} for arg of type {}", ast.show(node, text), param.name()))
        }
    }
}

/// The `nil` word where a parameter wants a type.
pub(crate) fn typed_nil(param: Param) -> Result<Constant, String> {
    if can_be_nil(param) {
        Ok(Constant::Nil(param))
    } else {
        Err(format!("cannot assign nil to {}", param.name()))
    }
}

/// Whether Go's type has a nil.
pub(crate) fn can_be_nil(param: Param) -> bool {
    match param {
        Param::Any
        | Param::Value
        | Param::Map
        | Param::List
        | Param::Strings
        | Param::Bytes
        | Param::Error => true,
        Param::Object(name) => name.starts_with('*'),
        Param::String
        | Param::Bool
        | Param::Int
        | Param::Int32
        | Param::Int64
        | Param::Uint
        | Param::Uint32
        | Param::Uint64
        | Param::Float64
        | Param::Duration => false,
    }
}

/// A string constant.
pub(crate) fn string(ast: &Ast, literal: Literal, text: &str) -> Constant {
    match literal {
        Literal::Plain(span) if Str::is_short(span.range().len()) => Constant::Short(span),
        Literal::Plain(_) | Literal::Escaped(_) => Constant::Str(ast.string(literal, text).into()),
    }
}

fn ideal_number(number: Number, shown: &str) -> Result<Constant, String> {
    if let Some(complex) = number.complex {
        return Ok(Constant::Complex(complex));
    }
    let hex_int = (shown.starts_with("0x") || shown.starts_with("0X"))
        && shown.len() > 2
        && !shown.contains(['p', 'P']);
    let looks_like_float = shown.contains(['.', 'e', 'E', 'p', 'P']);
    if let Some(float) = number.float
        && !hex_int
        && !shown.starts_with('\'')
        && looks_like_float
    {
        return Ok(Constant::Float(float));
    }
    match number.int {
        Some(int) => Ok(Constant::Int(int, IntKind::Int)),
        None => Err(format!("{shown} overflows int")),
    }
}
