//! Expressions: operands, calls and pipelines of an expected type, now and then of a wrong one.
//!
//! **Invariant**: no generated expression asks for unbounded memory or time (sizes are [`Type::Small`]),
//! and none builds a cycle of maps, which would end Go's process: what is put into an existing map is
//! made on the spot, copied, or a leaf.

use super::forms::{self, Count, Form, Part};
use super::kind::Type;
use super::literal;
use crate::choices::Choices;

/// A variable in scope.
#[derive(Debug, Clone)]
pub(crate) struct Variable {
    pub(crate) name: String,
    pub(crate) kind: Type,
    /// A map that never holds another map, so that it may be put anywhere.
    pub(crate) leaf: bool,
}

/// What expressions may refer to, and how much may still be made.
#[derive(Debug)]
pub(crate) struct Expressions<'a> {
    pub(crate) c: &'a mut Choices,
    pub(crate) scope: Vec<Variable>,
    /// Paths that are there, with their types.
    pub(crate) paths: &'static [(&'static str, Type)],
    /// How many of `t0`, `t1` … may be called.
    pub(crate) templates: usize,
    pub(crate) loops: usize,
    /// How many of a hundred operands are of a wrong type.
    pub(crate) wrong: usize,
    /// Nodes that may still be made.
    pub(crate) fuel: usize,
    /// What is made goes into a map.
    fresh: bool,
    /// What is made will be changed.
    target: bool,
}

/// The names of functions that change their first argument.
const MUTATORS: &[&str] = &["set", "merge", "mergeOverwrite", "mustMerge", "mustMergeOverwrite"];

impl<'a> Expressions<'a> {
    pub(crate) fn new(c: &'a mut Choices, paths: &'static [(&'static str, Type)]) -> Self {
        Self {
            c,
            scope: Vec::new(),
            paths,
            templates: 0,
            loops: 0,
            wrong: 0,
            fuel: 40,
            fresh: false,
            target: false,
        }
    }

    /// A pipeline, without parentheses.
    pub(crate) fn pipeline(&mut self, kind: Type) -> String {
        match self.c.below(4) {
            0 => self.operand(kind),
            _ => match self.form_for(kind) {
                Some(form) => self.call(form),
                None => self.operand(kind),
            },
        }
    }

    /// Something that may stand as an argument.
    pub(crate) fn operand(&mut self, kind: Type) -> String {
        if self.c.chance(self.wrong) && !matches!(kind, Type::Small | Type::Step) {
            let kind = self.any_type();
            return literal::any(self.c, kind);
        }
        self.fuel = self.fuel.saturating_sub(1);
        let found = match self.c.below(10) {
            0..=3 => None,
            4 | 5 => self.variable(kind),
            6 | 7 => self.path(kind),
            _ if self.fuel == 0 => None,
            _ => self.form_for(kind).map(|form| format!("({})", self.call(form))),
        };
        found.unwrap_or_else(|| {
            let tame = self.wrong == 0;
            let text = literal::tamed(self.c, kind, tame);
            if tame && text == "nil" { "\"nil\"".to_owned() } else { text }
        })
    }

    /// What a template is called with: mostly what its author expects.
    pub(crate) fn data(&mut self) -> String {
        if self.c.chance(15) { self.operand(Type::Any) } else { "$".to_owned() }
    }

    /// A call of one form, with its arguments; the last one may come through a pipe.
    pub(crate) fn call(&mut self, form: &'static Form) -> String {
        let mut words = Vec::new();
        let (fresh, target) = (self.fresh, self.target);
        let mutates =
            matches!(form.parts.first(), Some(Part::Text(t)) if MUTATORS.contains(&t.as_str()));
        for (at, part) in form.parts.iter().enumerate() {
            match part {
                Part::Text(text) => words.push(text.clone()),
                Part::Hole(kind, count) => {
                    for _ in 0..self.times(*count) {
                        let word = self.operand(*kind);
                        words.push(word);
                    }
                }
            }
            self.fresh = fresh || (mutates && at >= 1);
            self.target = mutates && at == 0;
        }
        (self.fresh, self.target) = (fresh, target);
        if !form.plain {
            return words.concat();
        }
        // One more argument would be an end, which may lie behind the list's.
        let slices = matches!(words[0].as_str(), "slice" | "mustSlice");
        if self.c.chance(self.wrong / 3) && !slices {
            let kind = if words.iter().any(|w| w.starts_with("until") || w == "repeat") {
                Type::Str
            } else {
                self.any_type()
            };
            words.push(literal::of(self.c, kind));
        } else if words.len() > 2 && self.c.chance(self.wrong / 3) {
            words.pop();
        }
        if words.len() > 1 && self.c.chance(35) {
            let last = words.pop().unwrap_or_default();
            return format!("{last} | {}", words.join(" "));
        }
        words.join(" ")
    }

    fn times(&mut self, count: Count) -> usize {
        match count {
            Count::One => 1,
            Count::Maybe => self.c.below(2),
            Count::Many => self.c.below(4),
        }
    }

    fn form_for(&mut self, kind: Type) -> Option<&'static Form> {
        let tame = self.wrong == 0;
        let fits = |form: &&Form| {
            !(tame && form.fails())
                && match kind {
                    Type::Any => true,
                    Type::Num => matches!(form.result, Type::Int | Type::Float),
                    Type::List => matches!(form.result, Type::List | Type::Strs | Type::Ints),
                    Type::When => form.result == Type::Time,
                    Type::Dur => form.result == Type::Duration,
                    Type::Key | Type::Json | Type::Yaml | Type::Regex | Type::Path => {
                        form.result == Type::Str
                    }
                    Type::Small | Type::Step => false,
                    other => form.result == other,
                }
        };
        let fitting: Vec<&'static Form> = forms::all().iter().filter(fits).collect();
        if fitting.is_empty() {
            return None;
        }
        let form = fitting[self.c.below(fitting.len())];
        if form.is_slow() && !self.c.chance(2) { None } else { Some(form) }
    }

    fn variable(&mut self, kind: Type) -> Option<String> {
        let fits = |v: &&Variable| {
            (v.kind == kind || kind == Type::Any || (kind == Type::Num && v.kind == Type::Int))
                && !(self.target && v.leaf)
                && (!self.fresh || v.leaf || matches!(v.kind, Type::Str | Type::Int))
        };
        let names: Vec<&str> = self.scope.iter().filter(fits).map(|v| v.name.as_str()).collect();
        if names.is_empty() { None } else { Some(names[self.c.below(names.len())].to_owned()) }
    }

    fn path(&mut self, kind: Type) -> Option<String> {
        if matches!(kind, Type::Small | Type::Step | Type::Format) {
            return None;
        }
        let fits: Vec<&str> = self
            .paths
            .iter()
            .filter(|(_, k)| *k == kind || kind == Type::Any)
            .map(|(path, _)| *path)
            .collect();
        if fits.is_empty() {
            return None;
        }
        let path = fits[self.c.below(fits.len())];
        if self.fresh {
            return if self.loops == 0 { Some(format!("(deepCopy {path})")) } else { None };
        }
        Some(path.to_owned())
    }

    fn any_type(&mut self) -> Type {
        const TYPES: &[Type] = &[
            Type::Str,
            Type::Int,
            Type::Float,
            Type::Bool,
            Type::Any,
            Type::List,
            Type::Map,
            Type::Strs,
            Type::Time,
            Type::Duration,
            Type::Semver,
            Type::Smap,
            Type::Ints,
        ];
        TYPES[self.c.below(TYPES.len())]
    }
}
