//! A tree to instructions: variables become slots, functions and their arguments' types are
//! settled.
//!
//! Invariant: code evaluates in Go's order and fails where Go fails; `at` follows Go's notion of
//! the current node, so that an error names the same place. A mistake that Go finds only while
//! executing compiles to [`Instruction::Fail`].

pub(crate) mod call;
mod control;
pub(crate) mod literal;
mod pipeline;

use crate::ast::{Ast, NodeId, NodeKind, Span};
use crate::instructions::{Constant, Instruction, NOTED};
use crate::library::Library;
use crate::program::{Body, Tables};

/// Compiles every definition of a tree.
pub(crate) fn compile(text: &str, ast: &Ast, library: &Library) -> (Vec<Body>, Tables) {
    let mut compiler = Compiler {
        text,
        ast,
        library,
        tables: Tables::with_room(ast.len()),
        first: 0,
        slots: 0,
        scope: Vec::with_capacity(16),
        jumps: Vec::new(),
        loops: Vec::new(),
        at: NOTED,
    };
    let mut bodies = Vec::with_capacity(ast.definitions.len());
    for definition in &ast.definitions {
        compiler.body(definition.body);
        bodies.push(Body {
            name: definition.name.clone(),
            node: definition.body,
            empty: definition.empty,
            len: ast.node(definition.body).span.range().len(),
            instructions: compiler.first..compiler.tables.instructions.len(),
            slots: compiler.slots,
        });
    }
    let mut tables = compiler.tables;
    tables.instructions.shrink_to_fit();
    tables.locations.shrink_to_fit();
    tables.constants.shrink_to_fit();
    (bodies, tables)
}

struct Compiler<'t> {
    text: &'t str,
    ast: &'t Ast,
    library: &'t Library,
    tables: Tables,
    /// The first instruction of the body that is being compiled, and its variables.
    first: usize,
    slots: u32,
    /// Variables by slot, innermost last.
    scope: Vec<&'t str>,
    /// Short circuits whose end is not reached yet.
    jumps: Vec<Patch>,
    loops: Vec<OpenLoop>,
    /// Go's current node.
    at: NodeId,
}

/// A part of a loop that is being compiled.
struct OpenLoop {
    part: Part,
    /// Depth of `with` inside of it.
    withs: u32,
    /// Jumps to its end.
    jumps: Vec<usize>,
}

/// What is compiled of a loop.
#[derive(Clone, Copy)]
enum Part {
    /// What runs in rounds, and the loop's number.
    Body(u32),
    /// What runs instead where there are no rounds.
    Otherwise,
}

impl OpenLoop {
    fn new(part: Part) -> Self {
        Self { part, withs: 0, jumps: Vec::new() }
    }
}

/// A jump whose target is not known yet.
#[must_use]
struct Patch(usize);

impl<'t> Compiler<'t> {
    fn body(&mut self, body: NodeId) {
        self.scope.clear();
        self.scope.push("$");
        self.slots = 1;
        self.first = self.tables.instructions.len();
        self.at = body;
        self.list(body);
        self.emit(Instruction::End);
    }

    fn list(&mut self, list: NodeId) {
        let NodeKind::List(items) = self.ast.kind(list) else { return };
        for &item in self.ast.children(items) {
            self.at = item;
            self.item(item);
        }
    }

    /// A list inside of another one.
    fn inner_list(&mut self, list: NodeId) {
        crate::stack::grow(|| self.list(list));
    }

    fn item(&mut self, item: NodeId) {
        let node = self.ast.node(item);
        match node.kind {
            NodeKind::Text => {
                let Span { start, end } = node.span;
                self.emit(Instruction::Text { start, end });
            }
            NodeKind::Action { pipe } => self.action(item, pipe),
            NodeKind::If(branch) => self.if_else(branch),
            NodeKind::With(branch) => self.with(branch),
            NodeKind::Range(branch) => self.range(branch),
            NodeKind::Template { name, pipe } => self.template(item, name, pipe),
            NodeKind::Break => self.leave_loop(),
            NodeKind::Continue => self.continue_loop(),
            NodeKind::List(_) => self.inner_list(item),
            // The parser puts nothing else into a list.
            NodeKind::Bool(_)
            | NodeKind::Chain { .. }
            | NodeKind::Command { .. }
            | NodeKind::Dot
            | NodeKind::Field(_)
            | NodeKind::Identifier { .. }
            | NodeKind::Nil
            | NodeKind::Number(_)
            | NodeKind::Pipe { .. }
            | NodeKind::String(_)
            | NodeKind::Variable(_) => {}
        }
    }

    fn emit(&mut self, instruction: Instruction) {
        self.emit_at(instruction, self.at);
    }

    fn emit_at(&mut self, instruction: Instruction, at: NodeId) {
        self.tables.instructions.push(instruction);
        self.tables.locations.push(at);
    }

    fn fail(&mut self, message: impl Into<Box<str>>) {
        let number = self.tables.messages.len() as u32;
        self.tables.messages.push(message.into());
        self.emit(Instruction::Fail(number));
    }

    fn constant(&mut self, constant: Constant) {
        let number = self.tables.constants.len() as u32;
        self.tables.constants.push(constant);
        self.emit(Instruction::Constant(number));
    }

    /// The number of the next instruction.
    fn here(&self) -> u32 {
        (self.tables.instructions.len() - self.first) as u32
    }

    /// Emits a jump of a kind whose target [`land`](Self::land) sets later.
    fn jump(&mut self, instruction: Instruction) -> Patch {
        self.emit(instruction);
        Patch(self.tables.instructions.len() - 1)
    }

    /// Lets a jump lead here.
    fn land(&mut self, patch: &Patch) {
        let here = self.here();
        match &mut self.tables.instructions[patch.0] {
            Instruction::Jump(target)
            | Instruction::JumpUnless(target)
            | Instruction::With(target)
            | Instruction::ShortCircuit { target, .. } => *target = here,
            _ => debug_assert!(false, "only jumps are patched"),
        }
    }

    /// A new variable in the innermost scope.
    fn declare(&mut self, name: &'t str) -> u32 {
        self.scope.push(name);
        self.slots = self.slots.max(self.scope.len() as u32);
        self.scope.len() as u32 - 1
    }

    /// The slot of the variable that was declared last under this name.
    fn find_variable(&self, name: &str) -> Option<u32> {
        self.scope.iter().rposition(|known| *known == name).map(|slot| slot as u32)
    }

    fn text_of(&self, span: Span) -> &'t str {
        span.of(self.text)
    }
}
