//! Code of function calls: their number of arguments is checked here, each argument against its
//! parameter.

use super::Compiler;
use super::literal;
use super::pipeline::Args;
use crate::ast::{NodeId, NodeKind};
use crate::builtins::Special;
use crate::instructions::{Constant, Instruction, NOTED};
use crate::{Function, Library, Param};

impl Compiler<'_> {
    /// Calls a function; `command` is where Go says a failed call is.
    pub(super) fn function(&mut self, word: NodeId, command: NodeId, number: u32, args: Args<'_>) {
        self.at = word;
        let function = self.library.function(number);
        if let Some(message) = wrong_number(function, args) {
            self.fail(message);
            return self.emit(Instruction::Missing);
        }
        let special = Library::special(number);
        if let Some(Special::And | Special::Or) = special {
            return self.short_circuit(args, special == Some(Special::Or));
        }
        for (at, &arg) in args.rest.iter().enumerate() {
            self.argument(arg, parameter(function, at));
            if special == Some(Special::Slice) && at > 0 && self.reads_a_place(arg) {
                self.emit(Instruction::Wrap);
            }
        }
        if args.piped {
            if !args.rest.is_empty() {
                self.emit(Instruction::Raise(args.rest.len() as u32));
            }
            self.check(parameter(function, args.rest.len()));
        }
        let call = if special == Some(Special::Call) {
            self.call_value(args)
        } else {
            Instruction::Call { function: number, args: args.len() as u32 }
        };
        self.emit_at(call, command);
    }

    /// Whether an argument is a field, a variable or the dot, which may be an interface to Go.
    fn reads_a_place(&self, arg: NodeId) -> bool {
        matches!(
            self.ast.kind(arg),
            NodeKind::Dot | NodeKind::Field(_) | NodeKind::Variable(_) | NodeKind::Chain { .. }
        )
    }

    /// `call` names its callee in errors.
    fn call_value(&mut self, args: Args<'_>) -> Instruction {
        let number = self.tables.constants.len() as u32;
        self.tables.constants.push(match args.rest.first() {
            Some(&callee) => Constant::Str(self.ast.show(callee, self.text).into_bytes().into()),
            None => Constant::Missing,
        });
        Instruction::CallValue { name: number, args: args.len() as u32 }
    }

    /// `and` and `or`: the first argument whose truth settles it, else the last one.
    fn short_circuit(&mut self, args: Args<'_>, when: bool) {
        let first = self.jumps.len();
        let last = args.rest.len().saturating_sub(1);
        for (at, &arg) in args.rest.iter().enumerate() {
            self.argument(arg, Param::Value);
            if at == 0 {
                self.prepare_conditional(&args.rest[1..]);
            }
            if at < last || args.piped {
                let jump = self.jump(Instruction::ShortCircuit { when, target: 0 });
                self.jumps.push(jump);
                self.emit(Instruction::Drop);
            }
        }
        if self.jumps.len() == first {
            return;
        }
        self.emit(Instruction::Note);
        if args.piped {
            // The piped value is the result; behind a short circuit it is dropped instead.
            let end = self.jump(Instruction::Jump(0));
            self.land_from(first);
            self.emit(Instruction::DropBelow);
            self.land(&end);
        } else {
            self.land_from(first);
        }
        self.at = NOTED;
    }

    /// Lets the short circuits from one on lead here.
    fn land_from(&mut self, first: usize) {
        while self.jumps.len() > first
            && let Some(jump) = self.jumps.pop()
        {
            self.land(&jump);
        }
    }

    /// Variables of arguments that may not be evaluated start as those that they would hide.
    fn prepare_conditional(&mut self, args: &[NodeId]) {
        let mut names = Vec::new();
        for &arg in args {
            self.declared_in(arg, &mut names);
        }
        let mut slot = self.scope.len() as u32;
        for name in names {
            match self.find_variable(name) {
                Some(from) => self.emit(Instruction::Copy { from, to: slot }),
                None => self.emit(Instruction::Forget(slot)),
            }
            slot += 1;
        }
        self.slots = self.slots.max(slot);
    }

    /// Pushes an argument and makes it fit its parameter.
    pub(super) fn argument(&mut self, arg: NodeId, param: Param) {
        self.at = arg;
        match self.ast.kind(arg) {
            NodeKind::String(literal)
                if matches!(param, Param::String | Param::Any | Param::Value) =>
            {
                self.constant(literal::string(self.ast, literal, self.text));
            }
            NodeKind::Bool(_) | NodeKind::Number(_) | NodeKind::String(_) => {
                match literal::typed(self.ast, arg, self.text, param) {
                    Ok(constant) => self.constant(constant),
                    Err(message) => self.fail(message),
                }
            }
            NodeKind::Nil => match literal::typed_nil(param) {
                Ok(constant) => self.constant(constant),
                Err(message) => self.fail(message),
            },
            _ => {
                self.operand(arg);
                self.check(param);
            }
        }
    }

    /// Pushes an argument of a call whose parameters are not known yet.
    pub(super) fn untyped_argument(&mut self, arg: NodeId) {
        self.at = arg;
        match self.ast.kind(arg) {
            // Given their parameter's type when the method is called.
            NodeKind::Bool(_) | NodeKind::Number(_) | NodeKind::String(_) | NodeKind::Nil => {
                self.emit(Instruction::Missing);
            }
            _ => self.operand(arg),
        }
    }

    /// Pushes an operand that is not a constant.
    fn operand(&mut self, arg: NodeId) {
        match self.ast.kind(arg) {
            NodeKind::Dot => self.emit(Instruction::Dot),
            NodeKind::Field(path) => self.field(arg, path, &[], false),
            NodeKind::Variable(path) => self.variable(arg, path, Args::none()),
            NodeKind::Pipe { .. } => self.parenthesized(arg),
            NodeKind::Identifier { function, .. } => {
                self.function(arg, arg, function, Args::none());
            }
            NodeKind::Chain { term, fields } => self.chain(arg, term, fields, Args::none()),
            _ => self.ideal(arg),
        }
    }

    fn check(&mut self, param: Param) {
        match param {
            Param::Value => {}
            Param::Any => self.emit(Instruction::Any),
            _ => {
                let known = self.tables.params.iter().position(|&known| known == param);
                let number = known.unwrap_or_else(|| {
                    self.tables.params.push(param);
                    self.tables.params.len() - 1
                });
                self.emit(Instruction::Check(number as u32));
            }
        }
    }
}

/// The type of the argument at a position.
pub(crate) fn parameter(function: &Function, at: usize) -> Param {
    function.params.get(at).copied().or(function.variadic).unwrap_or(Param::Any)
}

/// Go's words for a wrong number of arguments.
fn wrong_number(function: &Function, args: Args<'_>) -> Option<String> {
    let name = function.name;
    let want = function.params.len();
    let got = args.len();
    if function.variadic.is_some() {
        let written = args.rest.len();
        return (got < want).then(|| {
            format!("wrong number of args for {name}: want at least {want} got {written}")
        });
    }
    (got != want).then(|| format!("wrong number of args for {name}: want {want} got {got}"))
}
