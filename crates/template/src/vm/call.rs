//! Calls of functions, methods and function values.

use yaml::json::lossy;

use super::field;
use super::{Fault, Machine, Step, assignable, convert};
use crate::ast::{NodeId, NodeKind};
use crate::compiler::call::parameter;
use crate::compiler::literal::{can_be_nil, typed, typed_nil};
use crate::instructions::{MethodCall, nil_of};
use crate::program::Program;
use crate::{CallError, Context, Function, IntKind, Param, UintKind, Value, format};

impl Machine {
    /// Calls a function of the library with the values on top.
    pub(super) fn call(&mut self, cx: &mut Context<'_>, function: u32, args: usize) -> Step {
        let function = *cx.set.library().function(function);
        let first = self.room.stack.len() - args;
        let result = (function.call)(cx, &self.room.stack[first..])
            .map_err(|error| Fault::calling(function.name, error))?;
        self.room.stack.truncate(first);
        let result = match &result {
            Value::Object(object) => object.copied().unwrap_or(result),
            other => {
                check_size(cx, other)?;
                result
            }
        };
        self.room.stack.push(result);
        Ok(())
    }

    /// `call`: the first value is the function.
    pub(super) fn call_value(&mut self, cx: &mut Context<'_>, name: &Value, args: usize) -> Step {
        let first = self.room.stack.len() - args;
        let args = self.room.stack.split_off(first);
        let result = call_value(cx, name, args).map_err(|error| Fault::calling("call", error))?;
        check_size(cx, &result)?;
        self.room.stack.push(result);
        Ok(())
    }

    /// Walks a chain up to its last name and finds out whether that is a method.
    pub(super) fn resolve_method(
        &mut self,
        cx: &mut Context<'_>,
        program: &Program,
        call: &MethodCall,
    ) -> Step {
        let (mut value, mut interface) = self.take_base(program, call.base)?;
        let mut path = program.keys(call.keys);
        let Some(name) = path.next_back() else { return Ok(()) };
        for key in path {
            (value, interface) = field::read(cx, value, interface, key)?;
        }
        if let Some(method) = field::method(&value, name) {
            let args = call.args.len() + usize::from(call.piped);
            check_number(method, call.args.len(), args)?;
            self.room.stack.push(value);
            return Ok(());
        }
        if let Some(message) = field::refuse_arguments(&value, name) {
            return Err(Fault::new(message));
        }
        // Of no value nothing is read, and the arguments are not looked at.
        let (value, _) = field::entry(cx, &value, interface, name)?;
        if call.piped {
            self.pop();
        }
        self.room.stack.push(value);
        self.pc = call.end as usize;
        Ok(())
    }

    /// Calls the method that was found, with the values above its receiver.
    pub(super) fn invoke_method(
        &mut self,
        cx: &mut Context<'_>,
        program: &Program,
        call: &MethodCall,
    ) -> Step {
        let args = call.args.len() + usize::from(call.piped);
        let first = self.room.stack.len() - args - 1;
        let mut values = self.room.stack.split_off(first);
        let name = program.keys(call.keys).next_back().unwrap_or_default();
        let Some(method) = field::method(&values[0], name) else {
            return Err(Fault::new("method vanished"));
        };
        for at in 0..args {
            let param = parameter(method, at);
            let value = std::mem::take(&mut values[at + 1]);
            let passed = match call.args.get(at) {
                Some(arg) => written(program, arg.node, value, param),
                None => pass(value, param),
            };
            let last = call.args.len().saturating_sub(1);
            let place = call.args.get(at.min(last)).map(|arg| arg.at);
            values[at + 1] = passed.map_err(|fault| fault.at(place))?;
        }
        let result = call_method(cx, method, &values).map_err(|f| f.at(Some(call.node)))?;
        check_size(cx, &result)?;
        self.room.stack.push(result);
        Ok(())
    }
}

/// Calls a method; the receiver is the first value.
pub(super) fn call_method(
    cx: &mut Context<'_>,
    method: &Function,
    values: &[Value],
) -> Step<Value> {
    check_number(method, values.len() - 1, values.len() - 1)?;
    (method.call)(cx, values).map_err(|error| Fault::calling(method.name, error))
}

fn check_number(method: &Function, written: usize, got: usize) -> Step {
    let name = method.name;
    let want = method.params.len();
    if method.variadic.is_some() && got < want {
        let words = format!("wrong number of args for {name}: want at least {want} got {written}");
        return Err(Fault::new(words));
    }
    if method.variadic.is_none() && got != want {
        return Err(Fault::new(format!("wrong number of args for {name}: want {want} got {got}")));
    }
    Ok(())
}

/// A written argument: constants get the parameter's type.
fn written(program: &Program, node: NodeId, value: Value, param: Param) -> Step<Value> {
    // These are what they are, constant or not: no need to look at the tree.
    if matches!((param, &value), (Param::String, Value::Str(_)) | (Param::Bool, Value::Bool(_))) {
        return pass(value, param);
    }
    match program.ast().kind(node) {
        NodeKind::Bool(_) | NodeKind::Number(_) | NodeKind::String(_) => {
            let constant = typed(program.ast(), node, &program.text, param);
            Ok(constant.map_err(Fault::new)?.value(&program.text))
        }
        NodeKind::Nil => Ok(typed_nil(param).map_err(Fault::new)?.value(&program.text)),
        _ => pass(value, param),
    }
}

/// A value for a parameter, also where the parameter takes anything.
fn pass(value: Value, param: Param) -> Step<Value> {
    match (param, value) {
        (Param::Value, value) => Ok(value),
        (Param::Any, Value::Missing) => Ok(Value::Nil),
        (param, value) => convert(value, param),
    }
}

fn call_value(cx: &mut Context<'_>, name: &Value, args: Vec<Value>) -> Result<Value, CallError> {
    let mut args = args.into_iter();
    let callee = args.next().unwrap_or_default();
    let shown = || match (name, &callee) {
        // A callee from the pipeline is shown as Go's `reflect.Value.String` shows it.
        (Value::Missing, Value::Str(text)) => text.to_string(),
        (Value::Missing, callee) => format!("<{} Value>", callee.type_name()),
        (name, _) => lossy(&format::sprint(std::slice::from_ref(name))).into(),
    };
    let function = match &callee {
        Value::Missing | Value::Nil => return Err("call of nil".into()),
        Value::Object(object) => object.callable(),
        _ => None,
    };
    let Some(function) = function else {
        return Err(format!("non-function {} of type {}", shown(), callee.type_name()).into());
    };
    let args: Vec<Value> = args.collect();
    let (got, want) = (args.len(), function.params.len());
    if function.variadic.is_some() && got < want {
        let name = shown();
        return Err(
            format!("wrong number of args for {name}: got {got} want at least {want}").into()
        );
    }
    if function.variadic.is_none() && got != want {
        return Err(format!("wrong number of args for {}: got {got} want {want}", shown()).into());
    }
    let mut prepared = Vec::with_capacity(got);
    for (at, arg) in args.into_iter().enumerate() {
        let arg =
            prepare(arg, parameter(function, at)).map_err(|error| format!("arg {at}: {error}"))?;
        prepared.push(arg);
    }
    (function.call)(cx, &prepared)
}

/// Go's `prepareArg`: like an argument, but whole numbers are converted to each other.
fn prepare(value: Value, param: Param) -> Result<Value, String> {
    let value = value.concrete();
    if let Value::Missing = value {
        return if can_be_nil(param) {
            Ok(nil_of(param))
        } else {
            Err(format!("value is nil; should be of type {}", param.name()))
        };
    }
    if assignable(&value, param) {
        return Ok(value);
    }
    let bits = match value {
        Value::Int(bits, _) => Some(bits),
        Value::Uint(bits, _) => Some(bits as i64),
        _ => None,
    };
    let wrong = || format!("value has type {}; should be {}", value.type_name(), param.name());
    let bits = bits.ok_or_else(wrong)?;
    let int = |kind: IntKind| Ok(Value::Int(kind.wrap(bits), kind));
    let uint = |kind: UintKind| Ok(Value::Uint(kind.wrap(bits as u64), kind));
    match param {
        Param::Int => int(IntKind::Int),
        Param::Int32 => int(IntKind::Int32),
        Param::Int64 => int(IntKind::Int64),
        Param::Duration => int(IntKind::Duration),
        Param::Uint => uint(UintKind::Uint),
        Param::Uint32 => uint(UintKind::Uint32),
        Param::Uint64 => uint(UintKind::Uint64),
        _ => Err(wrong()),
    }
}

/// A function must not build what could not be printed.
fn check_size(cx: &Context<'_>, value: &Value) -> Step {
    let len = match value {
        Value::Str(value) => value.len(),
        _ => return Ok(()),
    };
    let limit = cx.options().output;
    if len > limit {
        return Err(Fault::new(format!("a function returned more than {limit} bytes")));
    }
    Ok(())
}
