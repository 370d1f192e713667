//! The functions that every Go template has.
//!
//! Invariant: `and`, `or` and `call` are part of the language (see [`Special`]) and never reached
//! through their [`Function::call`].
#![expect(clippy::unnecessary_wraps, reason = "every function has the shape of `Call`")]

mod escape;
pub(crate) mod index;

use std::cmp::Ordering;

use crate::compare;
use crate::format;
use crate::{CallError, Context, Function, Kind, Param, Str, Value};

/// Builtins that the compiler knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Special {
    And,
    Or,
    Call,
    Slice,
}

/// All of them; the first four are [`Special`].
pub(crate) const BUILTINS: &[Function] = &[
    function("and", &[Param::Value], Some(Param::Value), special),
    function("or", &[Param::Value], Some(Param::Value), special),
    function("call", &[Param::Value], Some(Param::Value), special),
    function("slice", &[Param::Value], Some(Param::Value), index::slice),
    function("eq", &[Param::Value], Some(Param::Value), eq),
    function("ge", &[Param::Value, Param::Value], None, ge),
    function("gt", &[Param::Value, Param::Value], None, gt),
    function("html", &[], Some(Param::Any), html),
    function("index", &[Param::Value], Some(Param::Value), index::index),
    function("js", &[], Some(Param::Any), js),
    function("le", &[Param::Value, Param::Value], None, le),
    function("len", &[Param::Value], None, len),
    function("lt", &[Param::Value, Param::Value], None, lt),
    function("ne", &[Param::Value, Param::Value], None, ne),
    function("not", &[Param::Value], None, not),
    function("print", &[], Some(Param::Any), print),
    function("printf", &[Param::String], Some(Param::Any), printf),
    function("println", &[], Some(Param::Any), println),
    function("urlquery", &[], Some(Param::Any), urlquery),
];

/// The special builtin at a place in [`BUILTINS`].
pub(crate) fn special_at(number: u32) -> Option<Special> {
    match number {
        0 => Some(Special::And),
        1 => Some(Special::Or),
        2 => Some(Special::Call),
        3 => Some(Special::Slice),
        _ => None,
    }
}

type Result<T = Value> = std::result::Result<T, CallError>;

const fn function(
    name: &'static str,
    params: &'static [Param],
    variadic: Option<Param>,
    call: crate::Call,
) -> Function {
    Function { name, params, variadic, call }
}

fn special(_: &mut Context<'_>, _: &[Value]) -> Result {
    Err("a builtin of the language was called as a function".into())
}

fn eq(_: &mut Context<'_>, args: &[Value]) -> Result {
    let [first, others @ ..] = args else { return Err(no_comparison()) };
    if others.is_empty() {
        return Err(no_comparison());
    }
    for other in others {
        if compare::equal(first, other)? {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

fn ne(_: &mut Context<'_>, args: &[Value]) -> Result {
    let [a, b] = args else { return Err(no_comparison()) };
    Ok(Value::Bool(!compare::equal(a, b)?))
}

fn lt(_: &mut Context<'_>, args: &[Value]) -> Result {
    Ok(Value::Bool(less(args)?))
}

fn le(_: &mut Context<'_>, args: &[Value]) -> Result {
    Ok(Value::Bool(less_or_equal(args)?))
}

fn gt(_: &mut Context<'_>, args: &[Value]) -> Result {
    Ok(Value::Bool(!less_or_equal(args)?))
}

fn ge(_: &mut Context<'_>, args: &[Value]) -> Result {
    Ok(Value::Bool(!less(args)?))
}

fn less(args: &[Value]) -> Result<bool> {
    let [a, b] = args else { return Err(no_comparison()) };
    Ok(compare::order(a, b)? == Some(Ordering::Less))
}

/// Go's `le` is `lt` or `eq`, so that with a float that is no number `gt` holds.
fn less_or_equal(args: &[Value]) -> Result<bool> {
    let [a, b] = args else { return Err(no_comparison()) };
    Ok(compare::order(a, b)?.is_some_and(Ordering::is_le))
}

fn no_comparison() -> CallError {
    "missing argument for comparison".into()
}

fn not(_: &mut Context<'_>, args: &[Value]) -> Result {
    Ok(Value::Bool(!args.first().is_some_and(Value::truth)))
}

fn len(_: &mut Context<'_>, args: &[Value]) -> Result {
    let len = match args.first().unwrap_or(&Value::Missing) {
        Value::Missing => {
            return Err("reflect: call of reflect.Value.Type on zero Value".into());
        }
        Value::Nil => return Err("len of nil pointer".into()),
        Value::Str(value) => value.len(),
        Value::Bytes(value) => value.len(),
        Value::List(value) => value.len(),
        Value::Map(value) => value.len(),
        value @ (Value::Bool(_)
        | Value::Int(..)
        | Value::Uint(..)
        | Value::Float(..)
        | Value::Object(_)) => {
            let name = value.type_name();
            return Err(format!("len of type {}", name.trim_start_matches('*')).into());
        }
    };
    Ok(Value::int(len as i64))
}

fn print(_: &mut Context<'_>, args: &[Value]) -> Result {
    Ok(Value::str(format::sprint(args)))
}

fn println(_: &mut Context<'_>, args: &[Value]) -> Result {
    Ok(Value::str(format::sprintln(args)))
}

fn printf(cx: &mut Context<'_>, args: &[Value]) -> Result {
    let [Value::Str(words), rest @ ..] = args else { return Ok(Value::str("")) };
    let printed = format::sprintf(words.as_bytes(), rest);
    cx.spend(printed.len() as u64 / 64)?;
    Ok(Value::str(printed))
}

fn html(_: &mut Context<'_>, args: &[Value]) -> Result {
    Ok(Value::str(escape::html(printed(args).as_bytes())))
}

fn js(_: &mut Context<'_>, args: &[Value]) -> Result {
    Ok(Value::str(escape::js(printed(args).as_bytes())))
}

fn urlquery(_: &mut Context<'_>, args: &[Value]) -> Result {
    Ok(Value::str(escape::url_query(printed(args).as_bytes())))
}

/// Arguments as one text; as in an action, no value is `<no value>`.
fn printed(args: &[Value]) -> Str {
    if let [Value::Str(text)] = args {
        return text.clone();
    }
    let shown: Vec<Value> = args
        .iter()
        .map(|arg| match arg.kind() {
            Kind::Invalid => Value::str("<no value>"),
            _ => arg.clone(),
        })
        .collect();
    format::sprint(&shown).into()
}
