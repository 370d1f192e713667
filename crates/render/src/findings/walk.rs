//! Walking through templates without running them, to see what they read of the values.
//!
//! Both ways of every branch are walked. Invariant: what cannot be followed counts as a use of
//! everything that reaches it; where even that is not known, the walk gives up and nothing is told.
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use diagnostic::Source;
use template::syntax::{Control, Node, Tree, View};

use super::family::{Family, File, Place};
use super::known::{Found, Known};
use super::shape::{Piece, Shape, may_be};
use super::uses::Uses;

/// Nodes that may be looked at before the walk gives up.
const BUDGET: usize = 3_000_000;
/// A shape that is larger is given up on.
const LARGEST: usize = 300;
/// Includes in includes.
const DEEPEST: usize = 60;

/// Whether a place in a template is reached with these values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reached {
    Surely,
    Perhaps,
}

/// A value that a template asks for and nobody defines.
#[derive(Debug, Clone)]
pub(super) struct Undefined {
    pub(super) source: Arc<Source>,
    pub(super) span: Range<usize>,
    pub(super) place: Place,
    /// How many of the place's keys are there.
    pub(super) depth: usize,
}

pub(super) struct Walk<'f, 'c> {
    pub(super) family: &'f Family<'c>,
    pub(super) known: &'f Known<'f>,
    definitions: HashMap<&'f str, (Node<'f>, &'f File)>,
    pub(super) uses: Uses,
    /// Definitions that are called.
    pub(super) called: BTreeSet<String>,
    /// A template was named that cannot be told.
    pub(super) calls_anything: bool,
    /// A text from outside of the templates is run.
    pub(super) runs_texts: bool,
    /// Constants that look like templates.
    pub(super) template_texts: Vec<String>,
    pub(super) undefined: BTreeMap<(String, usize), Undefined>,
    /// Places in templates at which a value was defined after all.
    pub(super) defined: HashSet<(String, usize)>,
    /// Keys that templates set.
    pub(super) set_keys: BTreeSet<String>,
    /// Tables that templates change.
    pub(super) changed: Vec<Place>,
    pub(super) gave_up: bool,
    walked: HashSet<(String, Shape, bool)>,
    budget: usize,
    depth: usize,
}

/// Variables, the innermost last.
pub(super) struct Frame {
    pub(super) dot: Shape,
    pub(super) variables: Vec<(String, Shape)>,
    pub(super) reached: Reached,
}

impl Frame {
    /// At the beginning of a body.
    pub(super) fn new(dot: Shape, reached: Reached) -> Self {
        let variables = vec![("$".to_owned(), dot.clone())];
        Self { dot, variables, reached }
    }
}

impl<'f, 'c> Walk<'f, 'c> {
    pub(super) fn new(family: &'f Family<'c>, known: &'f Known<'f>) -> Self {
        Self {
            family,
            known,
            definitions: family.definitions(),
            uses: Uses::default(),
            called: BTreeSet::new(),
            calls_anything: false,
            runs_texts: false,
            template_texts: Vec::new(),
            undefined: BTreeMap::new(),
            defined: HashSet::new(),
            set_keys: BTreeSet::new(),
            changed: Vec::new(),
            gave_up: false,
            walked: HashSet::new(),
            budget: BUDGET,
            depth: 0,
        }
    }

    /// Walks all templates that run by themselves.
    pub(super) fn run(&mut self) {
        let family = self.family;
        for file in &family.files {
            if crate::scope::is_partial(&file.path) {
                continue;
            }
            let Some(body) = self.definitions.get(file.path.as_str()).map(|(body, _)| *body) else {
                continue;
            };
            let reached =
                if self.known.runs(file.member) { Reached::Surely } else { Reached::Perhaps };
            self.body(body, Shape::Scope(file.member), reached);
        }
    }

    pub(super) fn body(&mut self, body: Node<'_>, dot: Shape, reached: Reached) {
        self.list(body, &mut Frame::new(dot, reached));
    }

    fn spend(&mut self) -> bool {
        self.budget = self.budget.saturating_sub(1);
        self.gave_up |= self.budget == 0;
        !self.gave_up
    }

    fn list(&mut self, node: Node<'_>, frame: &mut Frame) {
        if !self.spend() {
            return;
        }
        match node.view() {
            View::List(items) => {
                let outer = frame.variables.len();
                for item in items {
                    self.list(item, frame);
                }
                frame.variables.truncate(outer);
            }
            View::Action(pipe) => {
                let shape = self.pipe(pipe, frame);
                if !declares(pipe) {
                    self.printed(&shape, pipe, frame.reached);
                }
            }
            View::If(control) => self.branch(control, frame, |_| None),
            View::With(control) => self.branch(control, frame, Some),
            View::Range(control) => self.range(control, frame),
            View::Template { name, pipe } => {
                let dot = pipe.map_or(Shape::Opaque, |pipe| self.pipe(pipe, frame));
                self.call_template(&[Piece::Known(name.into_owned())], &dot, frame.reached);
            }
            _ => {}
        }
    }

    /// A body whose variables end with it.
    fn inside(&mut self, node: Node<'_>, frame: &mut Frame, dot: Option<Shape>, reached: Reached) {
        let outer = frame.variables.len();
        let before = frame.reached;
        frame.reached = if before == Reached::Surely { reached } else { before };
        let old = dot.map(|dot| std::mem::replace(&mut frame.dot, dot));
        self.list(node, frame);
        if let Some(old) = old {
            frame.dot = old;
        }
        frame.reached = before;
        frame.variables.truncate(outer);
    }

    /// `if` or `with`; `dot` is what `.` is inside, where that is another one.
    fn branch(&mut self, control: Control<'_>, frame: &mut Frame, dot: fn(Shape) -> Option<Shape>) {
        let outer = frame.variables.len();
        let shape = self.pipe(control.pipe, frame);
        let truth = self.truth(control.pipe, frame);
        self.inside(control.body, frame, dot(shape), reached_if(truth == Some(true)));
        if let Some(otherwise) = control.otherwise {
            self.inside(otherwise, frame, None, reached_if(truth == Some(false)));
        }
        frame.variables.truncate(outer);
    }

    fn range(&mut self, control: Control<'_>, frame: &mut Frame) {
        let outer = frame.variables.len();
        let declared = match control.pipe.view() {
            View::Pipe { declared, .. } => declared,
            _ => Vec::new(),
        };
        let shape = self.pipe(control.pipe, frame);
        self.consume(&shape);
        frame.variables.truncate(outer);
        for name in declared {
            frame.variables.push((name.to_owned(), Shape::Opaque));
        }
        // Twice: what the end of the body assigns, its beginning reads.
        for _ in 0..2 {
            self.inside(control.body, frame, Some(Shape::Opaque), Reached::Perhaps);
        }
        frame.variables.truncate(outer);
        if let Some(otherwise) = control.otherwise {
            self.inside(otherwise, frame, None, Reached::Perhaps);
        }
    }

    /// A pipeline's value; its variables are set.
    pub(super) fn pipe(&mut self, node: Node<'_>, frame: &mut Frame) -> Shape {
        let View::Pipe { declared, assigns, commands } = node.view() else {
            return self.term(node, frame);
        };
        if !self.spend() {
            return Shape::Opaque;
        }
        let mut value = None;
        for command in commands {
            value = Some((command, self.command(command, frame, value)));
        }
        let value = value.map_or(Shape::Opaque, |(_, shape)| shape);
        for name in declared {
            let known = frame.variables.iter_mut().rev().find(|(known, _)| known == name);
            match known {
                Some((_, shape)) if assigns => {
                    *shape = Shape::union([shape.clone(), value.clone()]);
                }
                Some(_) | None => frame.variables.push((name.to_owned(), value.clone())),
            }
        }
        value
    }

    fn command<'t>(
        &mut self,
        node: Node<'t>,
        frame: &mut Frame,
        last: Option<(Node<'t>, Shape)>,
    ) -> Shape {
        let View::Command(words) = node.view() else { return self.term(node, frame) };
        let Some((first, arguments)) = words.split_first() else { return Shape::Opaque };
        if let View::Identifier(name) = first.view() {
            return self.function(name, arguments, frame, last);
        }
        let shape = self.term(*first, frame);
        if arguments.is_empty() && last.is_none() {
            return shape;
        }
        for argument in arguments {
            let shape = self.term(*argument, frame);
            self.consume(&shape);
        }
        if let Some((_, last)) = last {
            self.consume(&last);
        }
        self.consume(&shape);
        Shape::Opaque
    }

    /// One word of a command.
    pub(super) fn term(&mut self, node: Node<'_>, frame: &mut Frame) -> Shape {
        if !self.spend() {
            return Shape::Opaque;
        }
        let (shape, path) = match node.view() {
            View::Dot => (frame.dot.clone(), vec![]),
            View::Field(path) => (frame.dot.clone(), path),
            View::Variable { name, fields } => {
                let known = frame.variables.iter().rev().find(|(known, _)| known == name);
                (known.map_or(Shape::Opaque, |(_, shape)| shape.clone()), fields)
            }
            View::Chain { term, fields } => {
                let shape = self.pipe(term, frame);
                let shape = self.fields(&shape, &fields);
                self.touch(&shape);
                // In parentheses it may be missing: that is what they are for.
                return Shape::union([shape, Shape::Opaque]);
            }
            View::Pipe { .. } => return self.pipe(node, frame),
            View::Identifier(name) => return self.function(name, &[], frame, None),
            View::String(text) => {
                if text.contains("{{") {
                    self.template_texts.push(text.clone().into_owned());
                }
                return Shape::text(&text);
            }
            _ => return Shape::Opaque,
        };
        let shape = self.fields(&shape, &path);
        self.touch(&shape);
        if !path.is_empty() {
            self.check_parents(&shape, node, frame.reached);
        }
        shape
    }

    pub(super) fn fields(&self, shape: &Shape, path: &[&str]) -> Shape {
        path.iter().fold(shape.clone(), |shape, name| shape.field(self.family, name))
    }

    /// Notes that a value itself is read.
    pub(super) fn touch(&mut self, shape: &Shape) {
        match shape {
            Shape::Values(place) => self.uses.touch(place.clone()),
            Shape::Union(all) => all.iter().for_each(|shape| self.touch(shape)),
            _ => {}
        }
    }

    /// Notes that a value is printed, or handed to a function that makes text of it: nothing is no
    /// good value for that.
    pub(super) fn printed(&mut self, shape: &Shape, node: Node<'_>, reached: Reached) {
        if let Shape::Values(place) = shape {
            self.check_itself(place, node, reached);
        }
        self.consume(shape);
    }

    /// Notes that all of a value is read.
    pub(super) fn consume(&mut self, shape: &Shape) {
        match shape {
            Shape::Opaque | Shape::Text(_) => {}
            Shape::Scope(member) | Shape::Subcharts(member) => {
                self.uses.whole(Place { member: *member, keys: Vec::new() });
            }
            Shape::Values(place) => self.uses.whole(place.clone()),
            Shape::Dict(entries) => entries.values().for_each(|shape| self.consume(shape)),
            Shape::Union(all) => all.iter().for_each(|shape| self.consume(shape)),
        }
    }

    /// A key of something that is not there ends a rendering.
    fn check_parents(&mut self, shape: &Shape, node: Node<'_>, reached: Reached) {
        let Shape::Values(place) = shape else { return };
        if let Found::Missing(depth) = self.known.find(place) {
            if depth + 1 < place.keys.len() {
                self.note(place, depth, node, reached);
            }
        } else {
            self.note_defined(node);
        }
    }

    fn check_itself(&mut self, place: &Place, node: Node<'_>, reached: Reached) {
        match self.known.find(place) {
            Found::Missing(depth) => self.note(place, depth, node, reached),
            Found::Value(_) | Found::Unknown => self.note_defined(node),
        }
    }

    fn note(&mut self, place: &Place, depth: usize, node: Node<'_>, reached: Reached) {
        let source = node.tree().source();
        let span = node.span();
        let key = (source.name.clone(), span.start);
        if reached != Reached::Surely && depth + 1 >= place.keys.len() {
            return;
        }
        let sure = reached == Reached::Surely;
        if !sure && self.known.nearest(self.family, place, depth).is_none() {
            return;
        }
        let (source, place) = (Arc::clone(source), place.clone());
        self.undefined.entry(key).or_insert(Undefined { source, span, place, depth });
    }

    fn note_defined(&mut self, node: Node<'_>) {
        let source = node.tree().source();
        self.defined.insert((source.name.clone(), node.span().start));
    }

    /// Walks the definitions that a name may mean.
    pub(super) fn call_template(&mut self, name: &[Piece], dot: &Shape, reached: Reached) {
        if !name.iter().any(|piece| matches!(piece, Piece::Known(text) if text.len() > 1)) {
            self.calls_anything = true;
            self.consume(dot);
            return;
        }
        let names: Vec<&str> =
            self.definitions.keys().copied().filter(|known| may_be(name, known)).collect();
        let reached = if names.len() == 1 { reached } else { Reached::Perhaps };
        for name in names {
            self.called.insert(name.to_owned());
            if dot.size() > LARGEST || self.depth > DEEPEST {
                self.consume(dot);
                continue;
            }
            if !self.walked.insert((name.to_owned(), dot.clone(), reached == Reached::Surely)) {
                continue;
            }
            let Some((body, _)) = self.definitions.get(name).copied() else { continue };
            self.depth += 1;
            self.body(body, dot.clone(), reached);
            self.depth -= 1;
        }
    }

    /// Walks a text that is run in place.
    pub(super) fn constant(&mut self, text: &str, dot: &Shape, reached: Reached) {
        let source = Source::new("tpl", text);
        let Ok(tree) = Tree::parse(&source, &functions::library()) else { return };
        if self.depth > DEEPEST {
            self.consume(dot);
            return;
        }
        self.depth += 1;
        if let Some(definition) = tree.definitions().last() {
            self.body(definition.body, dot.clone(), reached);
        }
        self.depth -= 1;
    }
}

fn reached_if(known: bool) -> Reached {
    if known { Reached::Surely } else { Reached::Perhaps }
}

/// Whether a pipeline sets variables, so that it prints nothing.
pub(super) fn declares(pipe: Node<'_>) -> bool {
    matches!(pipe.view(), View::Pipe { declared, .. } if !declared.is_empty())
}
