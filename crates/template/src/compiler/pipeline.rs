//! Code of pipelines and of the words at the start of a command.

use super::Compiler;
use crate::ast::{Children, Keys, NodeId, NodeKind, Path, Span};
use crate::instructions::{Base, Constant, Instruction, MethodArg, MethodCall};

impl<'t> Compiler<'t> {
    /// Leaves the pipeline's value on the stack and sets its variables. The value may still be a
    /// nil interface where Go has no value: who takes it makes no difference, or asks for
    /// [`Instruction::Concrete`].
    pub(super) fn pipeline(&mut self, pipe: NodeId) {
        let NodeKind::Pipe { declared, assigns, commands } = self.ast.kind(pipe) else { return };
        self.at = pipe;
        for (stage, &command) in self.ast.children(commands).iter().enumerate() {
            if stage > 0 {
                self.emit(Instruction::Concrete);
            }
            self.command(command, stage > 0);
        }
        for &variable in self.ast.children(declared) {
            let NodeKind::Variable(path) = self.ast.kind(variable) else { continue };
            self.store(path.span, assigns);
        }
    }

    /// A pipeline in parentheses, whose value Go knows without its interface.
    pub(super) fn parenthesized(&mut self, pipe: NodeId) {
        crate::stack::grow(|| self.pipeline(pipe));
        self.emit(Instruction::Concrete);
    }

    pub(super) fn declares(&self, pipe: NodeId) -> bool {
        matches!(self.ast.kind(pipe), NodeKind::Pipe { declared, .. } if !declared.is_empty())
    }

    pub(super) fn slot_of(&self, variable: NodeId) -> Option<u32> {
        let NodeKind::Variable(path) = self.ast.kind(variable) else { return None };
        self.find_variable(self.text_of(path.span))
    }

    fn store(&mut self, name: Span, assigns: bool) {
        if !assigns {
            let slot = self.declare(self.text_of(name));
            return self.emit(Instruction::Store(slot));
        }
        let Some(slot) = self.find_variable(self.text_of(name)) else {
            return self.undefined(self.text_of(name));
        };
        // A declaration inside `and` or `or` may not have been reached.
        self.emit(Instruction::Assign { slot, name });
    }

    fn undefined(&mut self, name: &str) {
        self.fail(format!("undefined variable: {name}"));
    }

    /// A command; `piped` if the previous one's value lies on the stack.
    fn command(&mut self, command: NodeId, piped: bool) {
        let NodeKind::Command { args } = self.ast.kind(command) else { return };
        let Some((&first, rest)) = self.ast.children(args).split_first() else { return };
        match self.ast.kind(first) {
            NodeKind::Field(path) => self.field(first, path, rest, piped),
            NodeKind::Chain { term, fields } => {
                self.chain(first, term, fields, Args { rest, piped });
            }
            NodeKind::Identifier { function, .. } => {
                self.function(first, command, function, Args { rest, piped });
            }
            NodeKind::Pipe { .. } => {
                self.no_arguments(first, rest, piped);
                self.parenthesized(first);
            }
            NodeKind::Variable(path) => self.variable(first, path, Args { rest, piped }),
            _ => {
                self.at = first;
                self.no_arguments(first, rest, piped);
                self.literal_command(first);
            }
        }
    }

    /// `.A.B`, perhaps with arguments.
    pub(super) fn field(&mut self, node: NodeId, path: Path, rest: &[NodeId], piped: bool) {
        self.at = node;
        self.fields(node, Base::Dot, path.keys, Args { rest, piped });
    }

    /// `$x.A.B`, perhaps with arguments.
    pub(super) fn variable(&mut self, node: NodeId, path: Path, args: Args<'_>) {
        self.at = node;
        let name = self.text_of(path.base(self.ast));
        let Some(slot) = self.find_variable(name) else { return self.undefined(name) };
        if path.keys.len == 0 {
            self.no_arguments(node, args.rest, args.piped);
            return self.emit(Instruction::Variable(slot));
        }
        self.fields(node, Base::Variable(slot), path.keys, args);
    }

    /// `(…).A.B`, perhaps with arguments.
    pub(super) fn chain(&mut self, node: NodeId, term: NodeId, fields: Path, args: Args<'_>) {
        self.at = node;
        if let NodeKind::Nil = self.ast.kind(term) {
            let shown = self.ast.show(node, self.text);
            return self.fail(format!("indirection through explicit nil in {shown}"));
        }
        if let NodeKind::Identifier { function, .. } = self.ast.kind(term) {
            self.function(term, term, function, Args::none());
        } else {
            self.at = term;
            self.parenthesized(term);
        }
        self.fields(node, Base::Top, fields.keys, args);
    }

    fn fields(&mut self, node: NodeId, base: Base, keys: Keys, args: Args<'_>) {
        if args.is_empty() {
            return self.emit(match base {
                Base::Dot => Instruction::DotFields(keys),
                Base::Variable(slot) => Instruction::VariableFields { slot, keys },
                Base::Top => Instruction::Fields { keys, node },
            });
        }
        let number = self.tables.methods.len();
        let piped = args.piped;
        let call = MethodCall { base, keys, node, args: Vec::new(), piped, end: 0 };
        self.tables.methods.push(call);
        self.emit(Instruction::Resolve(number as u32));
        for &arg in args.rest {
            self.untyped_argument(arg);
            let arg = MethodArg { node: arg, at: self.at };
            self.tables.methods[number].args.push(arg);
        }
        if args.piped {
            // The receiver lies between.
            self.emit(Instruction::Raise(args.rest.len() as u32 + 1));
        }
        self.emit(Instruction::Invoke(number as u32));
        self.tables.methods[number].end = self.here();
    }

    /// Fails if a value that is no function is given arguments.
    fn no_arguments(&mut self, first: NodeId, rest: &[NodeId], piped: bool) {
        if piped || !rest.is_empty() {
            let shown = self.ast.show(first, self.text);
            self.fail(format!("can't give argument to non-function {shown}"));
        }
    }

    /// A command that is a mere value.
    fn literal_command(&mut self, node: NodeId) {
        match self.ast.kind(node) {
            NodeKind::Dot => self.emit(Instruction::Dot),
            NodeKind::Nil => self.fail("nil is not a command"),
            _ => self.ideal(node),
        }
    }

    /// A constant of no particular type, or a failure.
    pub(super) fn ideal(&mut self, node: NodeId) {
        match super::literal::ideal(self.ast, node, self.text) {
            Ok(constant) => self.constant(constant),
            Err(message) => {
                self.fail(message);
                // Code after a failure is never reached, but must balance the stack for the reader.
                self.constant(Constant::Missing);
            }
        }
    }

    /// All variables that a pipeline inside `node` declares.
    pub(super) fn declared_in(&self, node: NodeId, found: &mut Vec<&'t str>) {
        match self.ast.kind(node) {
            NodeKind::Pipe { declared, assigns, commands } => {
                for &command in self.ast.children(commands) {
                    crate::stack::grow(|| self.declared_in(command, found));
                }
                if !assigns {
                    self.declared_names(declared, found);
                }
            }
            NodeKind::Command { args } => {
                for &arg in self.ast.children(args) {
                    self.declared_in(arg, found);
                }
            }
            NodeKind::Chain { term, .. } => self.declared_in(term, found),
            _ => {}
        }
    }

    fn declared_names(&self, declared: Children, found: &mut Vec<&'t str>) {
        for &variable in self.ast.children(declared) {
            if let NodeKind::Variable(path) = self.ast.kind(variable) {
                found.push(self.text_of(path.span));
            }
        }
    }
}

/// What a command gives to its first word.
#[derive(Clone, Copy)]
pub(super) struct Args<'a> {
    /// The words after it.
    pub(super) rest: &'a [NodeId],
    /// Whether the value of the previous command comes last.
    pub(super) piped: bool,
}

impl Args<'_> {
    pub(super) const fn none() -> Self {
        Self { rest: &[], piped: false }
    }

    pub(super) fn is_empty(self) -> bool {
        self.rest.is_empty() && !self.piped
    }

    pub(super) fn len(self) -> usize {
        self.rest.len() + usize::from(self.piped)
    }
}
