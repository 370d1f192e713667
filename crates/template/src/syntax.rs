//! A parsed text to look at: what a checker of templates reads.
//!
//! Invariant: nothing here runs a template or changes a tree. A [`Node`] is a number in its [`Tree`]
//! and costs nothing to copy; positions are bytes of the text that was parsed.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use diagnostic::Source;

use crate::ast::{Ast, Branch, Children, Literal, NodeId, NodeKind, Span};
use crate::parser;
use crate::set::parse_error;
use crate::{Library, ParseError};

/// A parsed text with all its definitions.
#[derive(Debug)]
pub struct Tree {
    source: Arc<Source>,
    ast: Ast,
}

/// One node of a tree.
#[derive(Debug, Clone, Copy)]
pub struct Node<'t> {
    tree: &'t Tree,
    id: NodeId,
}

/// A body under a name.
#[derive(Debug, Clone, Copy)]
pub struct Definition<'t> {
    /// Nothing for the text itself.
    pub name: Option<&'t str>,
    /// The nodes inside.
    pub body: Node<'t>,
    /// Whether it is only white space and comments, which never replaces another definition.
    pub empty: bool,
}

/// `if`, `range` or `with`.
#[derive(Debug, Clone, Copy)]
pub struct Control<'t> {
    /// What is asked or ranged over.
    pub pipe: Node<'t>,
    /// What follows where it holds.
    pub body: Node<'t>,
    /// What follows where it does not.
    pub otherwise: Option<Node<'t>>,
}

/// What a node is.
#[derive(Debug, Clone)]
pub enum View<'t> {
    /// `{{ pipeline }}`.
    Action(Node<'t>),
    /// `{{ if }}`.
    If(Control<'t>),
    /// `{{ range }}`.
    Range(Control<'t>),
    /// `{{ with }}`.
    With(Control<'t>),
    /// Nodes one after another.
    List(Vec<Node<'t>>),
    /// `{{ template "name" pipeline }}`.
    Template {
        /// The template's name.
        name: Cow<'t, str>,
        /// What it runs with.
        pipe: Option<Node<'t>>,
    },
    /// `$x := a | b`.
    Pipe {
        /// The variables before `:=` or `=`.
        declared: Vec<&'t str>,
        /// Whether they are known already (`=`).
        assigns: bool,
        /// The commands.
        commands: Vec<Node<'t>>,
    },
    /// A function or a value, and arguments.
    Command(Vec<Node<'t>>),
    /// Text outside of actions.
    Text(&'t str),
    /// A string constant.
    String(Cow<'t, str>),
    /// `true` or `false`.
    Bool(bool),
    /// A number as it is written.
    Number(&'t str),
    /// `nil`.
    Nil,
    /// `.`.
    Dot,
    /// `.a.b`.
    Field(Vec<&'t str>),
    /// `(pipeline).a.b`.
    Chain {
        /// What the fields are of.
        term: Node<'t>,
        /// The fields.
        fields: Vec<&'t str>,
    },
    /// `$x.a.b`.
    Variable {
        /// With its `$`.
        name: &'t str,
        /// The fields.
        fields: Vec<&'t str>,
    },
    /// A function's name.
    Identifier(&'t str),
    /// `{{ break }}` or `{{ continue }}`.
    Jump,
}

impl Tree {
    /// Parses a text under its source's name.
    pub fn parse(source: &Arc<Source>, library: &Library) -> Result<Self, ParseError> {
        match parser::parse(&source.text, library) {
            Ok(ast) => Ok(Self { source: Arc::clone(source), ast }),
            Err(failure) => Err(parse_error(&failure, &source.name, Arc::clone(source))),
        }
    }

    /// The text that was parsed.
    pub fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// The bodies in the text's order; that of the text itself is the last.
    pub fn definitions(&self) -> impl Iterator<Item = Definition<'_>> {
        self.ast.definitions.iter().map(|definition| Definition {
            name: definition.name.as_deref(),
            body: Node { tree: self, id: definition.body },
            empty: definition.empty,
        })
    }
}

impl<'t> Node<'t> {
    /// The tree that it is of.
    pub fn tree(self) -> &'t Tree {
        self.tree
    }

    /// Its bytes in the text.
    pub fn span(self) -> Range<usize> {
        self.tree.ast.node(self.id).span.range()
    }

    /// The node as Go prints it.
    pub fn show(self) -> String {
        self.tree.ast.show(self.id, &self.tree.source.text)
    }

    /// What it is.
    pub fn view(self) -> View<'t> {
        let text = &*self.tree.source.text;
        match self.tree.ast.kind(self.id) {
            NodeKind::Action { pipe } => View::Action(self.at(pipe)),
            NodeKind::If(branch) => View::If(self.control(branch)),
            NodeKind::Range(branch) => View::Range(self.control(branch)),
            NodeKind::With(branch) => View::With(self.control(branch)),
            NodeKind::List(items) => View::List(self.all(items)),
            NodeKind::Template { name, pipe } => {
                View::Template { name: self.string(name), pipe: pipe.map(|pipe| self.at(pipe)) }
            }
            NodeKind::Pipe { declared, assigns, commands } => {
                View::Pipe { declared: self.names(declared), assigns, commands: self.all(commands) }
            }
            NodeKind::Command { args } => View::Command(self.all(args)),
            NodeKind::Text => View::Text(&text[self.span()]),
            NodeKind::String(literal) => View::String(self.string(literal)),
            NodeKind::Bool(value) => View::Bool(value),
            NodeKind::Number(_) => View::Number(&text[self.span()]),
            NodeKind::Nil => View::Nil,
            NodeKind::Dot => View::Dot,
            NodeKind::Field(path) => View::Field(fields(path.span, text)),
            NodeKind::Chain { term, fields: path } => {
                View::Chain { term: self.at(term), fields: fields(path.span, text) }
            }
            NodeKind::Variable(path) => {
                let path = path.span.of(text);
                let (name, rest) = path.find('.').map_or((path, ""), |at| path.split_at(at));
                View::Variable { name, fields: split(rest) }
            }
            NodeKind::Identifier { name, .. } => View::Identifier(name.of(text)),
            NodeKind::Break | NodeKind::Continue => View::Jump,
        }
    }

    fn at(self, id: NodeId) -> Self {
        Self { id, ..self }
    }

    fn all(self, children: Children) -> Vec<Self> {
        self.tree.ast.children(children).iter().map(|&id| self.at(id)).collect()
    }

    fn control(self, branch: Branch) -> Control<'t> {
        Control {
            pipe: self.at(branch.pipe),
            body: self.at(branch.list),
            otherwise: branch.otherwise.map(|id| self.at(id)),
        }
    }

    fn names(self, children: Children) -> Vec<&'t str> {
        let text = &*self.tree.source.text;
        self.all(children).into_iter().map(|node| &text[node.span()]).collect()
    }

    fn string(self, literal: Literal) -> Cow<'t, str> {
        String::from_utf8_lossy(self.tree.ast.string(literal, &self.tree.source.text))
    }
}

fn fields(path: Span, text: &str) -> Vec<&str> {
    split(path.of(text))
}

fn split(path: &str) -> Vec<&str> {
    path.split('.').filter(|name| !name.is_empty()).collect()
}
