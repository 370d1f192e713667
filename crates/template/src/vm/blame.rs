//! Which expressions a failure is about, and where their values came from.
//!
//! Invariant: runs only when something failed; reads the machine as it stands and changes nothing.
//! A failure inside a template that a function executed is settled here too: what that template
//! got as dot is the function's last argument.

mod places;
mod site;
mod trace;

use crate::ast::{NodeId, NodeKind, Path, Span};
use crate::set::INLINE;
use crate::subject::{Found, Origin, Passage, Role, Step, Subject};
use crate::{Context, Value, format};

use super::{Fault, Machine};
use places::Places;
use trace::{Traced, View};

/// Callers of callers that an origin is followed through.
const MAX_CALLERS: usize = 64;
/// Characters of a value that are shown.
const MAX_SHOWN: usize = 60;
/// Values that a chart's own refusal is about.
const MAX_REFUSED: usize = 6;

impl Machine {
    /// What a failure at a node is about. Origins inside the fault's own cause are settled on the
    /// way.
    pub(super) fn subjects(
        &self,
        cx: &Context<'_>,
        fault: &mut Fault,
        node: NodeId,
    ) -> Vec<Subject> {
        let places = Places::of(cx.data());
        let view = self.view(cx, &places, node);
        let mut subjects = match fault.inner() {
            Some(inner) => {
                if inner.subjects().iter().any(|s| matches!(s.origin, Origin::Dot(_))) {
                    let data = view.executed_with(node);
                    for subject in inner.subjects_mut() {
                        view.settle(subject, data.as_ref());
                    }
                    self.settle_callers(cx, &places, inner.subjects_mut());
                }
                // An inline template that failed came from somewhere, too.
                if inner.frame().is_some_and(|frame| frame.source_text.name == INLINE) {
                    let text = view.executed_text(node);
                    let known = inner.subjects().iter().any(|s| s.role == Role::Argument);
                    inner.about_too(text.filter(|_| !known));
                }
                return Vec::new();
            }
            None => view.blame(node),
        };
        subjects.retain(|subject| subject.found != Found::Unknown);
        self.settle_callers(cx, &places, &mut subjects);
        subjects
    }

    fn view<'a>(&'a self, cx: &'a Context<'_>, places: &'a Places<'a>, node: NodeId) -> View<'a> {
        let ast = self.template.program().ast();
        let text = &self.template.program().text;
        View {
            machine: self,
            library: cx.set.library(),
            places,
            template: &self.template,
            slots: self.slots,
            dot: &self.dot.value,
            site: site::find(ast, text, self.template.body(), node).unwrap_or_default(),
            innermost: true,
        }
    }

    /// Follows dots through the `template` actions that led here.
    fn settle_callers(&self, cx: &Context<'_>, places: &Places<'_>, subjects: &mut [Subject]) {
        for caller in self.room.frames.iter().rev().take(MAX_CALLERS) {
            if !subjects.iter().any(|s| matches!(s.origin, Origin::Dot(_))) {
                return;
            }
            let node = self.location_in(&caller.template, caller.pc);
            let program = caller.template.program();
            let site = site::find(program.ast(), &program.text, caller.template.body(), node);
            let view = View {
                machine: self,
                library: cx.set.library(),
                places,
                template: &caller.template,
                slots: caller.slots,
                dot: &caller.dot.value,
                site: site.unwrap_or_default(),
                innermost: false,
            };
            let data = match program.ast().kind(node) {
                NodeKind::Template { pipe: Some(pipe), .. } => Some(view.trace(pipe)),
                _ => None,
            };
            for subject in subjects.iter_mut() {
                view.settle(subject, data.as_ref());
            }
        }
    }
}

impl View<'_> {
    /// Replaces a path from dot by where the dot came from.
    fn settle(&self, subject: &mut Subject, data: Option<&Traced>) {
        let Origin::Dot(path) = &subject.origin else { return };
        let path = path.clone();
        subject.origin = match data {
            Some(data) => path.into_iter().fold(data.clone(), |t, step| self.step(t, step)).origin,
            None => Origin::Computed,
        };
    }

    /// What a call gave the template that it executed.
    fn executed_with(&self, node: NodeId) -> Option<Traced> {
        let args = self.execution(node)?;
        self.piped(node).or_else(|| args.last().map(|&last| self.trace(last)))
    }

    /// The text that a call executed, if it was a value of the data.
    fn executed_text(&self, node: NodeId) -> Option<Subject> {
        let subject = self.subject(*self.execution(node)?.first()?, Role::Argument);
        let from_data = matches!(subject.origin, Origin::Data(_) | Origin::Dot(_));
        (from_data && matches!(subject.found, Found::Scalar { .. })).then_some(subject)
    }

    /// The arguments of a call that executes a template.
    fn execution(&self, command: NodeId) -> Option<&[NodeId]> {
        let NodeKind::Command { args } = self.ast().kind(command) else { return None };
        let (first, args) = self.ast().children(args).split_first()?;
        (self.passage(*first) == Some(Passage::Execution)).then_some(args)
    }

    fn blame(&self, node: NodeId) -> Vec<Subject> {
        match self.ast().kind(node) {
            NodeKind::Field(_) | NodeKind::Variable(_) | NodeKind::Chain { .. } => {
                vec![self.broken(node)]
            }
            NodeKind::Dot => vec![self.subject(node, Role::Cause)],
            NodeKind::Pipe { .. } => vec![self.broken(self.unwrapped(node))],
            NodeKind::Command { args } => self.failed_call(node, self.ast().children(args)),
            NodeKind::Action { .. }
            | NodeKind::Bool(_)
            | NodeKind::Break
            | NodeKind::Continue
            | NodeKind::Identifier { .. }
            | NodeKind::If(_)
            | NodeKind::List(_)
            | NodeKind::Nil
            | NodeKind::Number(_)
            | NodeKind::Range(_)
            | NodeKind::String(_)
            | NodeKind::Template { .. }
            | NodeKind::Text
            | NodeKind::With(_) => Vec::new(),
        }
    }

    /// A failed call: its arguments, and for one that always fails the conditions around it.
    fn failed_call(&self, command: NodeId, words: &[NodeId]) -> Vec<Subject> {
        let Some((&first, args)) = words.split_first() else { return Vec::new() };
        let passage = self.passage(first);
        if passage == Some(Passage::Execution) {
            return self.executed_text(command).into_iter().collect();
        }
        let mut subjects = Vec::new();
        for &arg in args {
            self.paths(arg, Role::Argument, &mut subjects);
        }
        for &before in self.before(command) {
            self.paths(before, Role::Argument, &mut subjects);
        }
        let empty = |s: &Subject| {
            s.found.is_nil() || matches!(&s.found, Found::Scalar { text, .. } if text == "\"\"")
        };
        if passage != Some(Passage::Failure) && subjects.iter().any(empty) {
            subjects.retain(empty);
            for subject in &mut subjects {
                subject.role = Role::Cause;
            }
        }
        if passage == Some(Passage::Failure) {
            for &condition in self.site.conditions.iter().rev() {
                self.paths(condition, Role::Condition, &mut subjects);
                if subjects.iter().any(|s| s.role == Role::Condition) {
                    break;
                }
            }
            subjects.truncate(MAX_REFUSED);
        }
        subjects
    }

    fn passage(&self, word: NodeId) -> Option<Passage> {
        let NodeKind::Identifier { name, .. } = self.ast().kind(word) else { return None };
        self.library.passage(name.of(self.text()))
    }

    /// The paths in an expression, each as a subject.
    fn paths(&self, node: NodeId, role: Role, to: &mut Vec<Subject>) {
        let ast = self.ast();
        match ast.kind(node) {
            NodeKind::Dot | NodeKind::Field(_) => to.push(self.subject(node, role)),
            NodeKind::Variable(path) if path.span.of(self.text()) == "$" => {}
            NodeKind::Variable(_) => to.push(self.subject(node, role)),
            NodeKind::Chain { term, .. } => self.paths(term, role, to),
            NodeKind::Pipe { commands, .. } => {
                for &command in ast.children(commands) {
                    crate::stack::grow(|| self.paths(command, role, to));
                }
            }
            NodeKind::Command { args } => {
                let args = ast.children(args);
                let known = args.first().and_then(|&word| self.passage(word));
                match known {
                    Some(Passage::Entry | Passage::Dig) => to.push(self.subject(node, role)),
                    Some(Passage::Execution) => {}
                    _ => args.iter().for_each(|&arg| self.paths(arg, role, to)),
                }
            }
            _ => {}
        }
    }

    /// A pipeline of one command of one word is that word.
    fn unwrapped(&self, node: NodeId) -> NodeId {
        let only = |children| match self.ast().children(children) {
            [only] => Some(*only),
            _ => None,
        };
        let NodeKind::Pipe { commands, .. } = self.ast().kind(node) else { return node };
        let Some(command) = only(commands) else { return node };
        match self.ast().kind(command) {
            NodeKind::Command { args } => only(args).unwrap_or(command),
            _ => command,
        }
    }

    /// The shortest part of a chain of fields below which nothing can be read, or the whole.
    fn broken(&self, node: NodeId) -> Subject {
        let ast = self.ast();
        let text = self.text();
        let start = ast.node(node).span.start as usize;
        let (mut traced, names) = match ast.kind(node) {
            NodeKind::Field(Path { span: names, .. }) => {
                let dot = self.trace_dot();
                if dot.value.as_ref().is_some_and(|dot| !holds_fields(dot)) {
                    return self.subject_of(&dot, Span::new(start, start + 1), Role::Cause);
                }
                (dot, Span { start: names.start + 1, ..names })
            }
            NodeKind::Variable(Path { span: names, .. }) => {
                let all = names.of(text);
                let Some(dot) = all.find('.') else { return self.subject(node, Role::Cause) };
                let first = names.start + dot as u32;
                let variable = self.trace_variable(&all[..dot]);
                if variable.value.as_ref().is_some_and(Value::is_nil) {
                    let span = Span { start: names.start, end: first };
                    return self.subject_of(&variable, span, Role::Cause);
                }
                (variable, Span { start: first + 1, ..names })
            }
            NodeKind::Chain { term, fields: Path { span: fields, .. } } => {
                (self.trace(term), Span { start: fields.start + 1, ..fields })
            }
            _ => return self.subject(node, Role::Cause),
        };
        let mut end = names.start as usize - 1;
        for name in names.of(text).split('.') {
            if let (Some(value), true) = (&traced.value, end > start)
                && !holds_fields(value)
            {
                break;
            }
            traced = self.step(traced, Step::Key(name.to_owned()));
            end += 1 + name.len();
        }
        self.subject_of(&traced, Span::new(start, end), Role::Cause)
    }

    fn subject(&self, node: NodeId, role: Role) -> Subject {
        self.subject_of(&self.trace(node), self.ast().node(node).span, role)
    }

    fn subject_of(&self, traced: &Traced, span: Span, role: Role) -> Subject {
        Subject {
            shown: span.of(self.text()).to_owned(),
            source_text: self.template.source(),
            span: span.range(),
            role,
            found: found(traced.value.as_ref()),
            origin: traced.origin.clone(),
        }
    }
}

fn holds_fields(value: &Value) -> bool {
    matches!(value, Value::Map(_) | Value::Object(_))
}

fn found(value: Option<&Value>) -> Found {
    match value {
        None => Found::Unknown,
        Some(Value::Missing) => Found::Missing,
        Some(Value::Nil) => Found::Nil,
        Some(Value::Map(map)) => {
            Found::Map(map.keys().iter().map(|key| key.to_str_lossy().into_owned()).collect())
        }
        Some(Value::List(list)) => Found::List(list.len()),
        Some(Value::Object(object)) => Found::Object(object.type_name().to_owned()),
        Some(value @ Value::Str(text)) => {
            let text = crate::unicode::quote(shortened(&text.to_str_lossy()));
            Found::Scalar { type_name: value.type_name().into_owned(), text }
        }
        Some(
            value @ (Value::Bool(_)
            | Value::Int(..)
            | Value::Uint(..)
            | Value::Float(..)
            | Value::Bytes(_)),
        ) => {
            let text = format::sprint(std::slice::from_ref(value));
            let text = shortened(&String::from_utf8_lossy(&text));
            Found::Scalar { type_name: value.type_name().into_owned(), text }
        }
    }
}

fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(MAX_SHOWN).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
