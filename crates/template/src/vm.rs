//! The machine that executes compiled bodies.
//!
//! Invariant: `template` calls use no machine stack, so that Go's depth of 100000 is reached
//! safely; every instruction is paid for from the session's fuel, and output is bounded. Locations
//! are looked at only when something fails.

#![expect(
    clippy::unnecessary_box_returns,
    reason = "faults travel boxed, so that results stay small on the hot path"
)]

mod blame;
mod call;
mod check;
mod fault;
mod field;
mod range;

pub(crate) use check::{assignable, convert};
pub(crate) use fault::{Fault, frame};

use crate::ast::Keys;
use crate::builtins::index;
use crate::instructions::{Base, Code, Instruction, NOTED};
use crate::program::Program;
use crate::set::Template;
use crate::value::Kind;
use crate::{Context, ErrorKind, ExecError, Value, format};
use range::LoopState;

/// Executes a template over a value and returns what `take` makes of what it prints.
pub(crate) fn execute<T>(
    cx: &mut Context<'_>,
    template: &Template,
    data: &Value,
    take: impl FnOnce(&mut Vec<u8>) -> T,
) -> Result<T, ExecError> {
    let mut machine = Machine {
        template: template.clone(),
        pc: 0,
        slots: 0,
        dot: Cell::concrete(data.clone()),
        room: cx.room(),
        interface: false,
        noted: NOTED,
    };
    machine.room.out.reserve(template.text_len());
    machine.enter();
    if let Some(trace) = cx.trace() {
        trace.enter();
    }
    match machine.run(cx) {
        Ok(()) => {
            if let Some(trace) = cx.trace() {
                trace.leave(&machine.room.out);
            }
            let taken = take(&mut machine.room.out);
            cx.keep_room(machine.room);
            Ok(taken)
        }
        Err(fault) => Err(machine.locate(cx, *fault)),
    }
}

type Step<T = ()> = Result<T, Box<Fault>>;

/// A variable or dot. Go remembers whether it came out of an `interface {}`, which shows in errors.
#[derive(Clone, Debug, Default)]
struct Cell {
    value: Value,
    state: CellState,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum CellState {
    #[default]
    Unset,
    Concrete,
    Interface,
}

struct Machine {
    template: Template,
    pc: usize,
    /// Where the current body's variables begin.
    slots: usize,
    dot: Cell,
    room: Room,
    /// Whether Go sees an interface in the field, variable or dot that was read last.
    interface: bool,
    /// Node of the last short circuit.
    noted: crate::ast::NodeId,
}

/// Where a machine keeps what grows; the next machine finds it empty.
#[derive(Default)]
pub(crate) struct Room {
    /// The bodies that called this one.
    frames: Vec<CallFrame>,
    cells: Vec<Cell>,
    stack: Vec<Value>,
    dots: Vec<Cell>,
    loops: Vec<LoopState>,
    out: Vec<u8>,
}

impl Room {
    /// Bytes of output that are kept room for.
    const KEPT: usize = 64 * 1024;

    /// The room, empty.
    pub(crate) fn cleared(mut self) -> Self {
        self.frames.clear();
        self.cells.clear();
        self.stack.clear();
        self.dots.clear();
        self.loops.clear();
        self.out.clear();
        self.out.shrink_to(Self::KEPT);
        self
    }
}

struct CallFrame {
    template: Template,
    pc: usize,
    slots: usize,
    dot: Cell,
}

/// Why the machine stopped interpreting one body.
enum Flow {
    Call(Template),
    Return,
}

impl Cell {
    fn concrete(value: Value) -> Self {
        Self { value: value.concrete(), state: CellState::Concrete }
    }

    fn element(value: Value, interface: bool) -> Self {
        Self { value, state: if interface { CellState::Interface } else { CellState::Concrete } }
    }

    fn is_interface(&self) -> bool {
        self.state == CellState::Interface
    }
}

impl Machine {
    fn run(&mut self, cx: &mut Context<'_>) -> Step {
        loop {
            let template = self.template.clone();
            let program = template.program();
            match self.body(cx, program, template.code())? {
                Flow::Call(callee) => {
                    let dot = Cell::concrete(self.pop());
                    self.room.frames.push(CallFrame {
                        template,
                        pc: self.pc,
                        slots: self.slots,
                        dot: std::mem::replace(&mut self.dot, dot),
                    });
                    self.template = callee;
                    self.enter();
                }
                Flow::Return => {
                    self.room.cells.truncate(self.slots);
                    let Some(caller) = self.room.frames.pop() else { return Ok(()) };
                    self.template = caller.template;
                    self.pc = caller.pc;
                    self.slots = caller.slots;
                    self.dot = caller.dot;
                }
            }
        }
    }

    /// Makes room for the current body's variables; `$` is the first.
    fn enter(&mut self) {
        self.pc = 0;
        self.slots = self.room.cells.len();
        let slots = self.template.slots();
        self.room.cells.resize_with(self.slots + slots, Cell::default);
        self.room.cells[self.slots] = self.dot.clone();
    }

    /// Interprets the current body until it calls another one or ends.
    fn body(&mut self, cx: &mut Context<'_>, program: &Program, code: Code<'_>) -> Step<Flow> {
        use Instruction::*;
        let tables = &program.tables;
        loop {
            let instruction = code.instructions[self.pc];
            self.pc += 1;
            cx.burn(1)?;
            match instruction {
                Text { start, end } => {
                    let text = &program.text.as_bytes()[start as usize..end as usize];
                    self.room.out.extend_from_slice(text);
                    self.check_output(cx)?;
                }
                Print => self.print(cx, program)?,
                Drop => drop(self.pop()),
                DropBelow => {
                    let top = self.pop();
                    self.pop();
                    self.room.stack.push(top);
                }
                Raise(below) => {
                    let value = self.room.stack.remove(self.room.stack.len() - 1 - below as usize);
                    self.room.stack.push(value);
                }
                Dot => {
                    self.interface = self.dot.is_interface();
                    self.room.stack.push(self.dot.value.clone());
                }
                Variable(slot) => {
                    let cell = self.cell(slot);
                    if cell.state == CellState::Unset {
                        return Err(self.undefined(program));
                    }
                    let (value, interface) = (cell.value.clone(), cell.is_interface());
                    self.interface = interface;
                    self.room.stack.push(value);
                }
                Constant(number) => {
                    self.room.stack.push(tables.constants[number as usize].value(&program.text));
                }
                Missing => self.room.stack.push(Value::Missing),
                DotFields(keys) => self.push_fields(cx, program, Base::Dot, keys)?,
                VariableFields { slot, keys } => {
                    self.push_fields(cx, program, Base::Variable(slot), keys)?;
                }
                Fields { keys, node } => {
                    let pushed = self.push_fields(cx, program, Base::Top, keys);
                    pushed.map_err(|f| if f.is_call() { f.at(Some(node)) } else { f })?;
                }
                Wrap => {
                    if self.interface {
                        let value = self.pop();
                        self.room.stack.push(index::wrapped(value));
                    }
                }
                Concrete => {
                    if let Some(top @ Value::Nil) = self.room.stack.last_mut() {
                        *top = Value::Missing;
                    }
                }
                Any => {
                    if let Some(top @ Value::Missing) = self.room.stack.last_mut() {
                        *top = Value::Nil;
                    }
                }
                Check(number) => {
                    let value = self.pop();
                    self.room.stack.push(convert(value, tables.params[number as usize])?);
                }
                Store(slot) => {
                    let value = self.room.stack.last().cloned().unwrap_or_default();
                    *self.cell_mut(slot) = Cell::concrete(value);
                }
                Assign { slot, name } => {
                    if self.cell(slot).state == CellState::Unset {
                        let name = name.of(&program.text);
                        return Err(Fault::new(format!("undefined variable: {name}")));
                    }
                    let value = self.room.stack.last().cloned().unwrap_or_default();
                    *self.cell_mut(slot) = Cell::concrete(value);
                }
                StoreDrop(slot) => *self.cell_mut(slot) = Cell::concrete(self.pop()),
                Copy { from, to } => *self.cell_mut(to) = self.cell(from).clone(),
                Forget(slot) => *self.cell_mut(slot) = Cell::default(),
                Jump(target) => self.pc = target as usize,
                JumpUnless(target) => {
                    if !self.pop().truth() {
                        self.pc = target as usize;
                    }
                }
                ShortCircuit { when, target } => {
                    if self.room.stack.last().is_some_and(Value::truth) == when {
                        self.note(code);
                        self.pc = target as usize;
                    }
                }
                Note => self.note(code),
                With(target) => {
                    let value = self.pop();
                    if value.truth() {
                        let dot = std::mem::replace(&mut self.dot, Cell::concrete(value));
                        self.room.dots.push(dot);
                    } else {
                        self.pc = target as usize;
                    }
                }
                EndWith => self.unwind(1),
                Range(number) => self.begin_loop(tables.loops[number as usize])?,
                Next(number) => self.next_round(tables.loops[number as usize]),
                Unwind(withs) => self.unwind(withs),
                Break(number) => self.end_loop(tables.loops[number as usize]),
                Call { function, args } => self.call(cx, function, args as usize)?,
                CallValue { name, args } => {
                    let name = tables.constants[name as usize].value(&program.text);
                    self.call_value(cx, &name, args as usize)?;
                }
                Resolve(number) => {
                    self.resolve_method(cx, program, &tables.methods[number as usize])?;
                }
                Invoke(number) => {
                    self.invoke_method(cx, program, &tables.methods[number as usize])?;
                }
                CheckTemplate(name) => {
                    let name = &tables.templates[name as usize];
                    if cx.find(name).is_none() {
                        let kind = ErrorKind::NoTemplate { meant: cx.near(name) };
                        let name = crate::unicode::quote(&**name);
                        let words = format!("template {name} not defined");
                        return Err(Fault::new(words).of_kind(kind));
                    }
                    let depth = cx.options().depth;
                    if self.room.frames.len() >= depth as usize {
                        let words = format!("exceeded maximum template depth ({depth})");
                        return Err(Fault::new(words));
                    }
                }
                Template(name) => {
                    let name = &tables.templates[name as usize];
                    match cx.find(name) {
                        Some(callee) => return Ok(Flow::Call(callee)),
                        None => return Err(Fault::new(format!("template {name:?} not defined"))),
                    }
                }
                Fail(number) => return Err(Fault::new(&*tables.messages[number as usize])),
                End => return Ok(Flow::Return),
            }
        }
    }

    fn print(&mut self, cx: &mut Context<'_>, program: &Program) -> Step {
        let value = self.pop();
        if value.kind() == Kind::Func {
            let shown = program.ast().show(self.location(), &program.text);
            let name = value.type_name();
            return Err(Fault::new(format!("can't print {shown} of type {name}")));
        }
        format::print(&mut self.room.out, &value);
        self.check_output(cx)
    }

    fn check_output(&self, cx: &mut Context<'_>) -> Step {
        if self.room.out.len() > cx.unchecked() {
            return self.look_at_output(cx);
        }
        Ok(())
    }

    /// The output is too long, or its trace is taken.
    #[cold]
    fn look_at_output(&self, cx: &mut Context<'_>) -> Step {
        let limit = cx.options().output;
        if self.room.out.len() > limit {
            return Err(Fault::limit(format!("output is longer than {limit} bytes")));
        }
        if let Some(trace) = cx.trace() {
            trace.printed(self.room.out.len(), &self.template, self.location());
        }
        Ok(())
    }

    fn push_fields(
        &mut self,
        cx: &mut Context<'_>,
        program: &Program,
        base: Base,
        keys: Keys,
    ) -> Step {
        let (mut value, mut interface) = self.take_base(program, base)?;
        for key in program.keys(keys) {
            (value, interface) = field::read(cx, value, interface, key)?;
        }
        self.interface = interface;
        self.room.stack.push(value);
        Ok(())
    }

    /// Where a chain of fields starts, and whether Go sees an interface there.
    fn take_base(&mut self, program: &Program, base: Base) -> Step<(Value, bool)> {
        let cell = match base {
            Base::Dot => &self.dot,
            Base::Variable(slot) => self.cell(slot),
            Base::Top => return Ok((self.pop(), false)),
        };
        if cell.state == CellState::Unset {
            return Err(self.undefined(program));
        }
        Ok((cell.value.clone(), cell.is_interface()))
    }

    fn undefined(&self, program: &Program) -> Box<Fault> {
        let shown = program.ast().show(self.location(), &program.text);
        let name = shown.split('.').next().unwrap_or_default();
        Fault::new(format!("undefined variable: {name}"))
    }

    fn pop(&mut self) -> Value {
        self.room.stack.pop().unwrap_or_default()
    }

    fn cell(&self, slot: u32) -> &Cell {
        &self.room.cells[self.slots + slot as usize]
    }

    fn cell_mut(&mut self, slot: u32) -> &mut Cell {
        &mut self.room.cells[self.slots + slot as usize]
    }

    fn note(&mut self, code: Code<'_>) {
        let location = code.locations[self.pc - 1];
        if location != NOTED {
            self.noted = location;
        }
    }

    fn unwind(&mut self, withs: u32) {
        for _ in 0..withs {
            if let Some(dot) = self.room.dots.pop() {
                self.dot = dot;
            }
        }
    }
}
