//! Evaluates expressions of a body once more, without any effect, for where their values came from.
//!
//! Invariant: calls nothing but what is known to hand on its arguments ([`Passage`]); everything
//! else is computed, and stays so.

use super::places::Places;
use super::site::{Binding, Dot, Site};
use crate::Value;
use crate::ast::{Ast, NodeId, NodeKind};
use crate::library::Library;
use crate::set::Template;
use crate::subject::{Origin, Passage, Step};
use crate::vm::{Machine, field};

/// One body of the machine at the moment of a failure.
pub(super) struct View<'a> {
    pub(super) machine: &'a Machine,
    pub(super) library: &'a Library,
    pub(super) places: &'a Places<'a>,
    pub(super) template: &'a Template,
    pub(super) slots: usize,
    pub(super) dot: &'a Value,
    pub(super) site: Site,
    /// Whether the machine's loops are this body's.
    pub(super) innermost: bool,
}

/// A value with where it came from; without a value if it was not computed again.
#[derive(Clone, Debug)]
pub(super) struct Traced {
    pub(super) value: Option<Value>,
    pub(super) origin: Origin,
    parts: Parts,
}

/// What a value was made of.
#[derive(Clone, Debug)]
enum Parts {
    None,
    Entries(Vec<(String, Traced)>, NodeId),
    Items(Vec<Traced>),
    Merged(Vec<Traced>),
}

/// How deep dots, variables and calls may refer to each other.
const MAX_DEPTH: usize = 64;

impl Traced {
    fn computed(value: Option<Value>) -> Self {
        Self { value, origin: Origin::Computed, parts: Parts::None }
    }

    fn made(parts: Parts) -> Self {
        Self { value: None, origin: Origin::Computed, parts }
    }
}

impl<'a> View<'a> {
    pub(super) fn ast(&self) -> &'a Ast {
        self.template.program().ast()
    }

    pub(super) fn text(&self) -> &'a str {
        &self.template.program().text
    }

    /// The value of an expression.
    pub(super) fn trace(&self, node: NodeId) -> Traced {
        self.node(node, self.site.dots.len(), 0)
    }

    /// The value of what a command's first word gets through the pipeline.
    pub(super) fn piped(&self, command: NodeId) -> Option<Traced> {
        self.stages(self.before(command), self.site.dots.len(), 0)
    }

    /// The commands before one in its pipeline, if that is what the failure stands in.
    pub(super) fn before(&self, command: NodeId) -> &'a [NodeId] {
        let Some((pipe, stage)) = self.site.stage else { return &[] };
        let NodeKind::Pipe { commands, .. } = self.ast().kind(pipe) else { return &[] };
        let commands = self.ast().children(commands);
        if commands.get(stage) == Some(&command) { &commands[..stage] } else { &[] }
    }

    pub(super) fn trace_dot(&self) -> Traced {
        self.dot_at(self.site.dots.len(), 0)
    }

    pub(super) fn trace_variable(&self, name: &str) -> Traced {
        self.variable(name, 0)
    }

    fn node(&self, node: NodeId, dots: usize, depth: usize) -> Traced {
        if depth > MAX_DEPTH {
            return Traced::computed(None);
        }
        let depth = depth + 1;
        let ast = self.ast();
        match ast.kind(node) {
            NodeKind::Dot => self.dot_at(dots, depth),
            NodeKind::Field(path) => {
                let names = &path.span.of(self.text())[1..];
                self.steps(self.dot_at(dots, depth), names)
            }
            NodeKind::Variable(path) => {
                let text = path.span.of(self.text());
                let (name, fields) = text.split_once('.').unwrap_or((text, ""));
                self.steps(self.variable(name, depth), fields)
            }
            NodeKind::Chain { term, fields } => {
                let base = self.node(term, dots, depth);
                self.steps(base, &fields.span.of(self.text())[1..])
            }
            NodeKind::Pipe { commands, .. } => {
                let commands = ast.children(commands);
                let traced = self.stages(commands, dots, depth);
                traced.unwrap_or_else(|| Traced::computed(None))
            }
            NodeKind::Command { .. } => self.command(node, None, dots, depth),
            NodeKind::Identifier { .. } => self.call(node, &[], None, (dots, depth)),
            NodeKind::String(literal) => {
                Traced::computed(Some(Value::str(ast.string(literal, self.text()))))
            }
            NodeKind::Bool(value) => Traced::computed(Some(Value::Bool(value))),
            NodeKind::Number(number) => {
                let int = ast.numbers[number as usize].int;
                Traced::computed(int.map(Value::int))
            }
            NodeKind::Nil => Traced::computed(Some(Value::Nil)),
            NodeKind::Action { .. }
            | NodeKind::Break
            | NodeKind::Continue
            | NodeKind::If(_)
            | NodeKind::List(_)
            | NodeKind::Range(_)
            | NodeKind::Template { .. }
            | NodeKind::Text
            | NodeKind::With(_) => Traced::computed(None),
        }
    }

    fn stages(&self, commands: &[NodeId], dots: usize, depth: usize) -> Option<Traced> {
        commands
            .iter()
            .fold(None, |piped, &command| Some(self.command(command, piped, dots, depth)))
    }

    fn command(&self, node: NodeId, piped: Option<Traced>, dots: usize, depth: usize) -> Traced {
        let NodeKind::Command { args } = self.ast().kind(node) else {
            return Traced::computed(None);
        };
        match self.ast().children(args) {
            [first, rest @ ..]
                if matches!(self.ast().kind(*first), NodeKind::Identifier { .. }) =>
            {
                self.call(*first, rest, piped, (dots, depth))
            }
            [only] if piped.is_none() => self.node(*only, dots, depth),
            _ => Traced::computed(None),
        }
    }

    fn call(
        &self,
        word: NodeId,
        args: &[NodeId],
        piped: Option<Traced>,
        (dots, depth): (usize, usize),
    ) -> Traced {
        let NodeKind::Identifier { name, .. } = self.ast().kind(word) else {
            return Traced::computed(None);
        };
        let Some(passage) = self.library.passage(name.of(self.text())) else {
            return Traced::computed(None);
        };
        let args = args.iter().map(|&arg| self.node(arg, dots, depth));
        let args: Vec<Traced> = args.chain(piped).collect();
        match (passage, args.as_slice()) {
            (Passage::Entries, _) => Traced::made(entries(args, word)),
            (Passage::Items, _) => Traced::made(Parts::Items(args)),
            (Passage::Merged, _) => Traced::made(Parts::Merged(args)),
            (Passage::Last, [.., last]) => last.clone(),
            (Passage::Default, [default, value]) => match &value.value {
                Some(known) if !known.truth() => default.clone(),
                Some(_) | None => value.clone(),
            },
            (Passage::FirstTrue, [.., last]) => {
                let known = args.iter().find(|a| a.value.as_ref().is_none_or(Value::truth));
                known.unwrap_or(last).clone()
            }
            (Passage::Entry, [of, keys @ ..]) => {
                keys.iter().fold(of.clone(), |of, key| self.entry(of, key))
            }
            (Passage::Dig, [keys @ .., _, of]) => {
                keys.iter().fold(of.clone(), |of, key| self.entry(of, key))
            }
            (
                Passage::Last
                | Passage::Default
                | Passage::FirstTrue
                | Passage::Entry
                | Passage::Dig
                | Passage::Execution
                | Passage::Failure,
                _,
            ) => Traced::computed(None),
        }
    }

    fn entry(&self, of: Traced, key: &Traced) -> Traced {
        match &key.value {
            Some(Value::Str(key)) => self.step(of, Step::Key(key.to_str_lossy().into_owned())),
            Some(Value::Int(at, _)) => match usize::try_from(*at) {
                Ok(at) => self.step(of, Step::Index(at)),
                Err(_) => Traced::computed(None),
            },
            _ => Traced::computed(None),
        }
    }

    fn variable(&self, name: &str, depth: usize) -> Traced {
        let found = self.site.variables.iter().enumerate().rev().find(|(_, v)| v.name == name);
        let Some((slot, variable)) = found else { return Traced::computed(None) };
        let value = self.machine.room.cells.get(self.slots + slot).map(|cell| cell.value.clone());
        let mut traced = match variable.binding {
            Binding::Root => {
                Traced { value: None, origin: Origin::Dot(Vec::new()), parts: Parts::None }
            }
            Binding::Index => Traced::computed(None),
            _ if self.ast().is_assigned(name, self.text()) => Traced::computed(None),
            Binding::Pipe(pipe) => self.node(pipe, variable.dots, depth),
            Binding::Element(dot) => self.dot_at(dot + 1, depth),
        };
        // The machine knows what the variable holds.
        traced.value = value;
        self.placed(traced)
    }

    /// The dot inside of that many `with`s and `range`s.
    fn dot_at(&self, dots: usize, depth: usize) -> Traced {
        let traced = match dots.checked_sub(1).and_then(|last| self.site.dots.get(last)) {
            _ if depth > MAX_DEPTH => Traced::computed(None),
            None => self.variable("$", depth),
            Some(Dot::With(pipe)) => self.node(*pipe, dots - 1, depth + 1),
            Some(Dot::Range(pipe)) => {
                let list = self.node(*pipe, dots - 1, depth + 1);
                self.element(list, dots - 1)
            }
        };
        if dots == self.site.dots.len() {
            let value = Some(self.dot.clone());
            return self.placed(Traced { value, ..traced });
        }
        traced
    }

    /// The element of the round that the loop of this dot is in.
    fn element(&self, list: Traced, dot: usize) -> Traced {
        let ranges = |dots: &[Dot]| dots.iter().filter(|d| matches!(d, Dot::Range(_))).count();
        let inner = ranges(&self.site.dots[dot..]);
        let loops = &self.machine.room.loops;
        let round = loops.len().checked_sub(inner).and_then(|at| loops.get(at)?.round());
        let (true, Some(round)) = (self.innermost, round) else { return Traced::computed(None) };
        match &list.value {
            Some(Value::Map(map)) => {
                let key = map.keys().get(round).map(|key| key.to_str_lossy().into_owned());
                key.map_or(Traced::computed(None), |key| self.step(list, Step::Key(key)))
            }
            Some(Value::List(_)) => self.step(list, Step::Index(round)),
            _ => match &list.parts {
                Parts::Items(_) => self.step(list, Step::Index(round)),
                Parts::None | Parts::Entries(..) | Parts::Merged(_) => Traced::computed(None),
            },
        }
    }

    fn steps(&self, base: Traced, names: &str) -> Traced {
        let names = names.split('.').filter(|name| !name.is_empty());
        names.fold(base, |traced, name| self.step(traced, Step::Key(name.to_owned())))
    }

    /// One step down.
    pub(super) fn step(&self, from: Traced, step: Step) -> Traced {
        let value = from.value.as_ref().and_then(|value| below(value, &step));
        let part = part_of(&from, &step).or_else(|| absent(&from, &step, self));
        let mut next = part.unwrap_or_else(|| Traced {
            value: None,
            origin: origin_below(from.origin, step),
            parts: Parts::None,
        });
        if value.is_some() {
            next.value = value;
        }
        self.placed(next)
    }

    /// What has a place in the data comes from there, whoever handed it on.
    fn placed(&self, mut traced: Traced) -> Traced {
        if let Some(path) = traced.value.as_ref().and_then(|value| self.places.find(value)) {
            traced.origin = Origin::Data(path.clone());
        }
        traced
    }
}

/// A part of a value that a template made.
fn part_of(of: &Traced, step: &Step) -> Option<Traced> {
    match (&of.parts, step) {
        (Parts::Entries(entries, _), Step::Key(key)) => {
            entries.iter().rev().find(|(name, _)| name == key).map(|(_, part)| part.clone())
        }
        (Parts::Items(items), Step::Index(at)) => items.get(*at).cloned(),
        (Parts::Merged(all), _) => all.iter().find_map(|of| {
            let value = of.value.as_ref().and_then(|value| below(value, step));
            let known = value.is_some_and(|value| !value.is_nil());
            let part = part_of(of, step);
            if part.is_none() && !known {
                return None;
            }
            part.or_else(|| {
                let origin = origin_below(of.origin.clone(), step.clone());
                Some(Traced { value: None, origin, parts: Parts::None })
            })
        }),
        (Parts::None | Parts::Entries(..) | Parts::Items(_), _) => None,
    }
}

/// A key that a map written here does not have.
fn absent(of: &Traced, step: &Step, view: &View<'_>) -> Option<Traced> {
    let (Parts::Entries(entries, at), Step::Key(key)) = (&of.parts, step) else { return None };
    let origin = Origin::Literal {
        source_text: view.template.source(),
        span: view.ast().node(*at).span.range(),
        key: key.clone(),
        keys: entries.iter().map(|(key, _)| key.clone()).collect(),
    };
    Some(Traced { value: None, origin, parts: Parts::None })
}

fn entries(args: Vec<Traced>, at: NodeId) -> Parts {
    let mut entries = Vec::new();
    let mut args = args.into_iter();
    while let (Some(key), value) = (args.next(), args.next()) {
        // A key that is not known may be any: nothing can be said of such a map.
        let Some(Value::Str(key)) = &key.value else { return Parts::None };
        let value = value.unwrap_or_else(|| Traced::computed(Some(Value::str(""))));
        entries.push((key.to_str_lossy().into_owned(), value));
    }
    Parts::Entries(entries, at)
}

/// The value one step below; nothing if that is not known.
fn below(value: &Value, step: &Step) -> Option<Value> {
    match (value, step) {
        (Value::Missing | Value::Nil, _) => Some(Value::Missing),
        (Value::Map(map), Step::Key(key)) => match map.get(key) {
            Some(value) => Some(value),
            None if field::method(value, key.as_bytes()).is_some() => None,
            None => Some(Value::Missing),
        },
        (Value::List(list), Step::Index(at)) => Some(list.get(*at).cloned().unwrap_or_default()),
        (Value::Object(object), Step::Key(key)) => {
            object.fields().into_iter().find(|(name, _)| name == key).map(|(_, value)| value)
        }
        _ => None,
    }
}

fn origin_below(mut origin: Origin, step: Step) -> Origin {
    match &mut origin {
        Origin::Data(path) | Origin::Dot(path) => path.push(step),
        // Below what is not there nothing is.
        Origin::Literal { .. } | Origin::Computed => {}
    }
    origin
}
