//! What a compiled body is made of.
//!
//! Invariant: an instruction is at most 16 bytes and refers to its program's tables by number;
//! where it stands in the text is in a side table, read only when something fails.

use std::sync::Arc;

use crate::ast::{Keys, NodeId, Span};
use crate::{IntKind, List, ListType, Map, MapType, Param, Str, Value};

/// One step of the machine: a stack of values, the dot, and slots for variables.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Instruction {
    /// Prints bytes of the text.
    Text { start: u32, end: u32 },
    /// Prints the top and drops it.
    Print,
    /// Drops the top.
    Drop,
    /// Drops what lies below the top.
    DropBelow,
    /// Brings what lies below that many values to the top.
    Raise(u32),
    /// Pushes the dot.
    Dot,
    /// Pushes a variable.
    Variable(u32),
    /// Pushes a constant.
    Constant(u32),
    /// Pushes no value.
    Missing,
    /// Pushes a chain of fields of the dot.
    DotFields(Keys),
    /// Pushes a chain of fields of a variable.
    VariableFields { slot: u32, keys: Keys },
    /// Replaces the top by a chain of its fields; failed methods are at the chain's node.
    Fields { keys: Keys, node: NodeId },
    /// Keeps an interface on top apart from what is in it: `slice` refuses one.
    Wrap,
    /// Makes a nil interface on top no value, as the end of a command does.
    Concrete,
    /// Makes no value on top a nil interface, as an argument of type `interface {}`.
    Any,
    /// Converts the top to a parameter's type, or fails.
    Check(u32),
    /// Copies the top to a variable.
    Store(u32),
    /// Copies the top to a variable that must have been declared.
    Assign { slot: u32, name: Span },
    /// Moves the top to a variable.
    StoreDrop(u32),
    /// Copies one variable to another.
    Copy { from: u32, to: u32 },
    /// Forgets a variable.
    Forget(u32),
    /// Goes on elsewhere.
    Jump(u32),
    /// Drops the top and goes elsewhere if it is false.
    JumpUnless(u32),
    /// Goes elsewhere, keeping the top, if its truth is `when`.
    ShortCircuit { when: bool, target: u32 },
    /// Notes where in the text the machine is, for errors after a short circuit.
    Note,
    /// Makes the top the dot until [`Instruction::EndWith`]; drops it and goes elsewhere if it is
    /// false.
    With(u32),
    /// Restores the dot.
    EndWith,
    /// Starts a loop over the top.
    Range(u32),
    /// The next round of a loop.
    Next(u32),
    /// Ends that many `with`s that a `break` or `continue` leaves.
    Unwind(u32),
    /// Leaves the innermost loop.
    Break(u32),
    /// Calls a function with that many values from the top.
    Call { function: u32, args: u32 },
    /// Calls a function value; the constant is the callee's text.
    CallValue { name: u32, args: u32 },
    /// Finds a method, or reads a field without arguments; see [`MethodCall`].
    Resolve(u32),
    /// Calls the method that was found.
    Invoke(u32),
    /// Fails if there is no such template or templates are nested too deep.
    CheckTemplate(u32),
    /// Executes a template with the top as its dot.
    Template(u32),
    /// Fails with a message.
    Fail(u32),
    /// The body's end.
    End,
}

/// A value that is known when a text is compiled.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Constant {
    Missing,
    Bool(bool),
    Int(i64, IntKind),
    Uint(u64, crate::UintKind),
    Float(f64),
    Complex(crate::Complex),
    /// Bytes of the text, few enough to be copied into a value.
    Short(Span),
    Str(Arc<[u8]>),
    /// A nil of this type.
    Nil(Param),
}

/// A loop's variables and where it goes on.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Loop {
    /// Takes the index or key.
    pub(crate) index: Option<u32>,
    /// Takes the element.
    pub(crate) element: Option<u32>,
    pub(crate) body: u32,
    pub(crate) otherwise: u32,
    pub(crate) end: u32,
}

/// A field with arguments: a method call, or a mistake.
///
/// [`Instruction::Resolve`] finds out which, before any argument is evaluated. If it is a method,
/// its receiver stays on the stack below the arguments; a field of no value is no value, and the
/// machine goes on behind the call.
#[derive(Clone, Debug)]
pub(crate) struct MethodCall {
    pub(crate) base: Base,
    pub(crate) keys: Keys,
    /// Where a call that fails is.
    pub(crate) node: NodeId,
    /// The written arguments: constants among them get the parameter's type.
    pub(crate) args: Vec<MethodArg>,
    /// Whether the value of the previous command is one more argument, which lies below the
    /// receiver.
    pub(crate) piped: bool,
    pub(crate) end: u32,
}

/// A written argument of a method.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MethodArg {
    pub(crate) node: NodeId,
    /// Where Go says that it does not fit.
    pub(crate) at: NodeId,
}

/// Where a chain of fields starts.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Base {
    Dot,
    Variable(u32),
    Top,
}

/// One compiled body.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Code<'p> {
    pub(crate) instructions: &'p [Instruction],
    /// For each instruction the node at which Go would say it is, or [`NOTED`].
    pub(crate) locations: &'p [NodeId],
}

/// The location is what [`Instruction::Note`] or a short circuit noted.
pub(crate) const NOTED: NodeId = NodeId(u32::MAX);

impl Constant {
    pub(crate) fn value(&self, text: &str) -> Value {
        match self {
            Self::Missing => Value::Missing,
            Self::Bool(value) => Value::Bool(*value),
            Self::Int(value, kind) => Value::Int(*value, *kind),
            Self::Uint(value, kind) => Value::Uint(*value, *kind),
            Self::Float(value) => Value::float(*value),
            Self::Complex(value) => Value::object(*value),
            Self::Short(span) => Value::Str(Str::from(&text.as_bytes()[span.range()])),
            Self::Str(value) => Value::Str(Str::from(value)),
            Self::Nil(param) => nil_of(*param),
        }
    }
}

/// The nil of a type that has one; a nil interface for others.
pub(crate) fn nil_of(param: Param) -> Value {
    match param {
        Param::Map => Value::Map(Map::nil(MapType::Any)),
        Param::List => Value::List(List::nil(ListType::Any)),
        Param::Strings => Value::List(List::nil(ListType::String)),
        Param::Bytes => Value::bytes(Str::empty()),
        Param::Value => Value::Missing,
        Param::Any
        | Param::Error
        | Param::Object(_)
        | Param::String
        | Param::Bool
        | Param::Int
        | Param::Int32
        | Param::Int64
        | Param::Uint
        | Param::Uint32
        | Param::Uint64
        | Param::Float64
        | Param::Duration => Value::Nil,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instruction_is_small() {
        assert!(size_of::<Instruction>() <= 16);
    }
}
