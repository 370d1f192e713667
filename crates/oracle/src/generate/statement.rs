//! Texts of templates: actions of every kind around expressions.
//!
//! **Invariant**: template `t2` calls only `t1` and `t0`, and so on, so that calls end; loops are short.

mod odd;

use super::expression::{Expressions, Variable};
use super::kind::Type;
use super::literal;

/// Writes one text.
#[derive(Debug)]
pub(crate) struct Statements<'e, 'c> {
    pub(crate) e: &'e mut Expressions<'c>,
    out: String,
    depth: usize,
    next: usize,
}

impl<'e, 'c> Statements<'e, 'c> {
    pub(crate) fn new(e: &'e mut Expressions<'c>) -> Self {
        Self { e, out: String::new(), depth: 0, next: 0 }
    }

    /// A whole text: definitions, then statements.
    pub(crate) fn text(mut self, definitions: bool) -> String {
        if definitions {
            for number in 0..self.e.c.below(3) {
                self.definition(number);
            }
        }
        self.block();
        self.out
    }

    fn definition(&mut self, number: usize) {
        let scope = std::mem::take(&mut self.e.scope);
        let templates = std::mem::replace(&mut self.e.templates, number);
        self.open(&format!("define \"t{number}\""));
        self.depth += 1;
        self.block();
        self.depth -= 1;
        self.open("end");
        self.e.scope = scope;
        self.e.templates = templates.max(number + 1);
    }

    fn block(&mut self) {
        let scope = self.e.scope.len();
        for _ in 0..=self.e.c.below(if self.depth == 0 { 6 } else { 3 }) {
            self.statement();
        }
        self.e.scope.truncate(scope);
    }

    fn statement(&mut self) {
        let deep = self.depth >= 3 || self.e.fuel == 0;
        match self.e.c.below(24) {
            0..=4 => self.print(),
            5 => self.words(),
            6..=8 => self.declare(),
            9 => self.assign(),
            10 | 11 => self.change(),
            12 => self.comment(),
            13 => self.call_template(),
            14 => self.odd(),
            _ if deep => self.print(),
            15 | 16 => self.condition(),
            17 | 18 => self.with(),
            19..=21 => self.range(),
            22 => self.tpl(),
            _ if self.e.loops > 0 => self.leave(),
            _ => self.named_block(),
        }
    }

    fn open(&mut self, inside: &str) {
        let (left, right) = match self.e.c.below(8) {
            6 => ("{{- ", " }}"),
            7 => ("{{ ", " -}}"),
            5 => ("{{- ", " -}}"),
            4 => ("{{", "}}"),
            _ => ("{{ ", " }}"),
        };
        self.out.push_str(left);
        self.out.push_str(inside);
        self.out.push_str(right);
    }

    fn words(&mut self) {
        const WORDS: &[&str] = &[
            "x",
            " ",
            "\n",
            "a: ",
            "\n  b",
            "é",
            "<no value>",
            "\t",
            "}}",
            "{ { ",
            "\r\n",
            "---\n",
            "\u{feff}",
        ];
        let text = self.e.c.pick(WORDS);
        self.out.push_str(text);
    }

    fn print(&mut self) {
        let kind = self.kind();
        let mut text = self.e.pipeline(kind);
        const TAILS: &[&str] = &[
            "",
            "",
            "",
            "",
            " | toJson",
            " | quote",
            " | toYaml",
            " | printf \"%v\"",
            " | printf \"%#v\"",
            " | kindOf",
            " | typeOf",
            " | toString",
            " | len",
            " | toYamlPretty | nindent 2",
            " | default \"d\"",
            " | empty",
            " | toRawJson",
            " | toPrettyJson",
            " | html",
            " | squote",
        ];
        text.push_str(self.e.c.pick(TAILS));
        self.open(&text);
    }

    fn declare(&mut self) {
        let kind = self.kind();
        let name = self.name();
        let leaf = kind == Type::Map && self.e.c.below(2) == 0;
        let value = if leaf {
            format!(
                "dict \"a\" {} \"b\" {}",
                literal::of(self.e.c, Type::Str),
                literal::of(self.e.c, Type::Num)
            )
        } else {
            self.e.pipeline(kind)
        };
        self.open(&format!("{name} := {value}"));
        self.e.scope.push(Variable { name, kind, leaf });
    }

    fn assign(&mut self) {
        let Some(variable) = self.some_variable() else { return self.print() };
        // Within a loop a value must not double with each pass.
        let value = if self.e.loops > 0 {
            literal::tamed(self.e.c, variable.kind, true)
        } else {
            self.e.pipeline(variable.kind)
        };
        if !variable.leaf {
            self.open(&format!("{} = {value}", variable.name));
        }
    }

    /// A change of a map that others may hold.
    fn change(&mut self) {
        let Some(form) = super::forms::all().iter().filter(|f| matches!(&f.parts[0], super::forms::Part::Text(t) if ["set", "unset", "merge", "mergeOverwrite"].contains(&t.as_str()))).nth(self.e.c.below(4)) else { return };
        let text = self.e.call(form);
        let tail = self.e.c.pick(&["", " | toJson", " | len"]);
        let name = self.name();
        if self.e.c.below(2) == 0 {
            self.open(&format!("{name} := {text}"));
        } else {
            self.open(&format!("{text}{tail}"));
        }
    }

    fn comment(&mut self) {
        let text = self.e.c.pick(&[
            "{{/* c */}}",
            "{{- /* a\nb */ -}}",
            "{{/**/}}",
            "{{- /* }} */}}",
            "{{/* \" */ -}}",
        ]);
        self.out.push_str(text);
    }

    fn call_template(&mut self) {
        if self.e.templates == 0 {
            return self.print();
        }
        let name = format!("\"t{}\"", self.e.c.below(self.e.templates));
        let data = self.e.data();
        let text = match self.e.c.below(3) {
            0 => format!("template {name} {data}"),
            1 => format!("include {name} {data}"),
            _ => format!(
                "include {name} {data} | {}",
                self.e.c.pick(&["quote", "nindent 2", "upper", "trim", "fromYaml", "toJson"])
            ),
        };
        self.open(&text);
    }

    /// What is seldom written, and some of it wrong.
    fn odd(&mut self) {
        let broken = self.e.wrong > 0 && self.e.c.chance(30);
        let text = self.e.c.pick(if broken { odd::BROKEN } else { odd::ODD });
        self.out.push_str(text);
    }

    fn condition(&mut self) {
        let kind = if self.e.c.below(3) == 2 { Type::Any } else { Type::Bool };
        let test = self.e.pipeline(kind);
        self.open(&format!("if {test}"));
        self.inner();
        for _ in 0..self.e.c.below(2) {
            let test = self.e.pipeline(Type::Any);
            self.open(&format!("else if {test}"));
            self.inner();
        }
        if self.e.c.below(2) == 1 {
            self.open("else");
            self.inner();
        }
        self.open("end");
    }

    fn with(&mut self) {
        let kind = self.kind();
        let value = self.e.pipeline(kind);
        let scope = self.e.scope.len();
        if self.e.c.below(2) == 1 {
            let name = self.name();
            self.open(&format!("with {name} := {value}"));
            self.e.scope.push(Variable { name, kind, leaf: false });
        } else {
            self.open(&format!("with {value}"));
        }
        self.dot();
        self.inner();
        self.e.scope.truncate(scope);
        match self.e.c.below(3) {
            0 => {}
            1 => {
                self.open("else");
                self.inner();
            }
            _ => {
                let value = self.e.pipeline(Type::Any);
                self.open(&format!("else with {value}"));
                self.inner();
            }
        }
        self.open("end");
    }

    fn range(&mut self) {
        let kind =
            [Type::List, Type::Map, Type::Small, Type::Strs, Type::Ints, Type::Smap, Type::List]
                [self.e.c.below(7)];
        // A size only as a literal: a loop must stay short.
        let over = if kind == Type::Small {
            format!("{}", self.e.c.below(5))
        } else {
            self.e.operand(kind)
        };
        let scope = self.e.scope.len();
        let head = match self.e.c.below(3) {
            0 => format!("range {over}"),
            1 => {
                let name = self.name();
                self.e.scope.push(Variable { name: name.clone(), kind: Type::Any, leaf: false });
                format!("range {name} := {over}")
            }
            _ => {
                let (key, value) = (self.name(), self.name());
                let of = if matches!(kind, Type::Map | Type::Smap) { Type::Str } else { Type::Int };
                self.e.scope.push(Variable { name: key.clone(), kind: of, leaf: false });
                self.e.scope.push(Variable { name: value.clone(), kind: Type::Any, leaf: false });
                format!("range {key}, {value} := {over}")
            }
        };
        self.open(&head);
        self.e.loops += 1;
        self.dot();
        self.inner();
        self.e.loops -= 1;
        self.e.scope.truncate(scope);
        if self.e.c.below(3) == 2 {
            self.open("else");
            self.inner();
        }
        self.open("end");
    }

    fn leave(&mut self) {
        let test = self.e.pipeline(Type::Bool);
        let word = self.e.c.pick(&["break", "continue"]);
        self.open(&format!("if {test}"));
        self.open(word);
        self.open("end");
    }

    fn tpl(&mut self) {
        let scope = std::mem::take(&mut self.e.scope);
        let loops = std::mem::take(&mut self.e.loops);
        let definitions = self.e.c.chance(30);
        let mut inner = Statements { e: self.e, out: String::new(), depth: 2, next: 0 };
        if definitions && inner.e.templates > 0 {
            let number = inner.e.c.below(inner.e.templates);
            let before = inner.e.templates;
            inner.definition(number);
            inner.e.templates = before;
        }
        inner.block();
        let text = inner.out;
        self.e.scope = scope;
        self.e.loops = loops;
        let data = self.e.data();
        let text =
            if self.e.c.below(2) == 0 { literal::raw(&text) } else { literal::quoted(&text) };
        self.open(&format!("tpl {text} {data}"));
    }

    fn named_block(&mut self) {
        let data = self.e.data();
        let templates = std::mem::replace(&mut self.e.templates, 0);
        let scope = std::mem::take(&mut self.e.scope);
        self.next += 1;
        self.open(&format!("block \"b{}\" {data}", self.next));
        self.inner();
        self.open("end");
        self.e.templates = templates;
        self.e.scope = scope;
    }

    fn inner(&mut self) {
        self.depth += 1;
        self.block();
        self.depth -= 1;
    }

    fn dot(&mut self) {
        if self.e.c.below(2) == 0 {
            self.open(".");
        }
    }

    fn name(&mut self) -> String {
        self.next += 1;
        format!("$v{}", self.next)
    }

    fn some_variable(&mut self) -> Option<Variable> {
        let count = self.e.scope.len();
        if count == 0 { None } else { Some(self.e.scope[self.e.c.below(count)].clone()) }
    }

    fn kind(&mut self) -> Type {
        const TYPES: &[Type] = &[
            Type::Str,
            Type::Map,
            Type::List,
            Type::Any,
            Type::Int,
            Type::Float,
            Type::Bool,
            Type::Map,
            Type::Strs,
            Type::Time,
            Type::Str,
            Type::Semver,
            Type::Duration,
            Type::Smap,
        ];
        TYPES[self.e.c.below(TYPES.len())]
    }
}
