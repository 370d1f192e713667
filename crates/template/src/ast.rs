//! A parsed text: nodes in one flat table, referring to each other and to the text by number.
//!
//! Invariant: a node keeps the position that Go gives it (which for a chain of fields is that of
//! the second field) and beside it its real bytes; [`Ast::show`] prints a node as Go does. Nothing
//! here is recursive to drop, and everything is `Send + Sync`, so that a program can keep its tree
//! for errors.

use std::ops::Range;
use std::sync::Arc;

use crate::Complex;
use crate::lexer::Token;
use crate::stack;
use crate::unicode::quote;

/// A node's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct NodeId(pub(crate) u32);

/// Bytes of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// A chain of fields, perhaps behind a variable.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Path {
    /// All of it: `$x.A.B`.
    pub(crate) span: Span,
    /// The names.
    pub(crate) keys: Keys,
}

/// Names of fields, in [`Ast::keys`] and the program's table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keys {
    pub(crate) first: u32,
    pub(crate) len: u32,
}

/// The value of a string constant.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Literal {
    /// Bytes of the text.
    Plain(Span),
    /// By its number in [`Ast::strings`].
    Escaped(u32),
}

/// Nodes that belong to one node, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Children {
    start: u32,
    len: u32,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    /// Where Go says it is.
    pub(crate) pos: u32,
    /// Where it is.
    pub(crate) span: Span,
    pub(crate) kind: NodeKind,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum NodeKind {
    Action {
        pipe: NodeId,
    },
    Bool(bool),
    Break,
    /// A term and the fields after it, `.A.B`.
    Chain {
        term: NodeId,
        fields: Path,
    },
    Command {
        args: Children,
    },
    Continue,
    Dot,
    /// `.A.B`.
    Field(Path),
    /// A function's name, and its number in the library.
    Identifier {
        name: Span,
        function: u32,
    },
    If(Branch),
    List(Children),
    Nil,
    /// By its number in [`Ast::numbers`].
    Number(u32),
    Pipe {
        declared: Children,
        assigns: bool,
        commands: Children,
    },
    Range(Branch),
    /// The span is the quoted form.
    String(Literal),
    Template {
        name: Literal,
        pipe: Option<NodeId>,
    },
    Text,
    /// `$x.A.B`.
    Variable(Path),
    With(Branch),
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Branch {
    pub(crate) pipe: NodeId,
    pub(crate) list: NodeId,
    pub(crate) otherwise: Option<NodeId>,
}

/// A numeric constant under all the types that can hold it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Number {
    pub(crate) int: Option<i64>,
    pub(crate) uint: Option<u64>,
    pub(crate) float: Option<f64>,
    pub(crate) complex: Option<Complex>,
}

/// One named body in a text.
#[derive(Debug)]
pub(crate) struct Definition {
    /// Nothing for the text itself.
    pub(crate) name: Option<Arc<str>>,
    pub(crate) body: NodeId,
    /// Whether it is only white space and comments, which never replaces another definition.
    pub(crate) empty: bool,
}

/// A parsed text.
#[derive(Debug, Default)]
pub(crate) struct Ast {
    nodes: Vec<Node>,
    children: Vec<NodeId>,
    /// Names in chains of fields.
    pub(crate) keys: Vec<Span>,
    pub(crate) numbers: Vec<Number>,
    /// What strings with escapes stand for; that can be other than UTF-8.
    pub(crate) strings: Vec<Box<[u8]>>,
    pub(crate) definitions: Vec<Definition>,
}

impl Span {
    pub(crate) fn new(start: usize, end: usize) -> Self {
        Self { start: start as u32, end: end as u32 }
    }

    pub(crate) fn of(self, text: &str) -> &str {
        &text[self.range()]
    }

    pub(crate) fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl From<Token> for Span {
    fn from(token: Token) -> Self {
        Self { start: token.start, end: token.end }
    }
}

impl Path {
    /// Without its fields: the variable.
    pub(crate) fn base(self, ast: &Ast) -> Span {
        let first = &ast.keys[self.keys.first as usize..][..self.keys.len as usize];
        let end = first.first().map_or(self.span.end, |key| key.start - 1);
        Span { start: self.span.start, end }
    }
}

impl Children {
    pub(crate) fn is_empty(self) -> bool {
        self.len == 0
    }
}

impl Ast {
    pub(crate) fn add(&mut self, pos: u32, span: Span, kind: NodeKind) -> NodeId {
        let id = NodeId(self.nodes.len() as u32);
        self.nodes.push(Node { pos, span, kind });
        id
    }

    /// A tree of a text that has so many tokens.
    pub(crate) fn with_room(tokens: usize) -> Self {
        Self {
            nodes: Vec::with_capacity(tokens + tokens / 3),
            children: Vec::with_capacity(tokens + tokens / 3),
            keys: Vec::with_capacity(tokens / 3),
            ..Self::default()
        }
    }

    /// Number of nodes.
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Makes a chain of fields longer; it is at its second name.
    pub(crate) fn extend(&mut self, id: NodeId, pos: u32, span: Span, kind: NodeKind) {
        self.nodes[id.0 as usize] = Node { pos, span, kind };
    }

    /// The value of a string constant.
    pub(crate) fn string<'a>(&'a self, literal: Literal, text: &'a str) -> &'a [u8] {
        match literal {
            Literal::Plain(span) => &text.as_bytes()[span.range()],
            Literal::Escaped(number) => &self.strings[number as usize],
        }
    }

    pub(crate) fn group(&mut self, nodes: &[NodeId]) -> Children {
        let start = self.children.len() as u32;
        // Nearly always one or two: not worth a call that copies.
        for &node in nodes {
            self.children.push(node);
        }
        Children { start, len: nodes.len() as u32 }
    }

    pub(crate) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    pub(crate) fn kind(&self, id: NodeId) -> NodeKind {
        self.node(id).kind
    }

    pub(crate) fn children(&self, children: Children) -> &[NodeId] {
        &self.children[children.start as usize..][..children.len as usize]
    }

    /// Whether a variable is assigned anywhere after its declaration.
    pub(crate) fn is_assigned(&self, name: &str, text: &str) -> bool {
        self.nodes.iter().any(|node| match node.kind {
            NodeKind::Pipe { declared, assigns: true, .. } => self.children(declared).iter().any(
                |&v| matches!(self.kind(v), NodeKind::Variable(known) if known.span.of(text) == name),
            ),
            _ => false,
        })
    }

    /// Whether a body is only white space.
    pub(crate) fn is_empty(&self, id: NodeId, text: &str) -> bool {
        let node = self.node(id);
        match node.kind {
            NodeKind::List(items) => {
                self.children(items).iter().all(|&item| self.is_empty(item, text))
            }
            NodeKind::Text => node.span.of(text).chars().all(char::is_whitespace),
            NodeKind::Action { .. }
            | NodeKind::Bool(_)
            | NodeKind::Break
            | NodeKind::Chain { .. }
            | NodeKind::Command { .. }
            | NodeKind::Continue
            | NodeKind::Dot
            | NodeKind::Field(_)
            | NodeKind::Identifier { .. }
            | NodeKind::If(_)
            | NodeKind::Nil
            | NodeKind::Number(_)
            | NodeKind::Pipe { .. }
            | NodeKind::Range(_)
            | NodeKind::String(_)
            | NodeKind::Template { .. }
            | NodeKind::Variable(_)
            | NodeKind::With(_) => false,
        }
    }

    /// The node as Go prints it in errors.
    pub(crate) fn show(&self, id: NodeId, text: &str) -> String {
        let mut out = String::new();
        self.write(id, text, &mut out);
        out
    }

    fn write(&self, id: NodeId, text: &str, out: &mut String) {
        let node = self.node(id);
        match node.kind {
            NodeKind::Action { pipe } => {
                out.push_str("{{");
                self.write(pipe, text, out);
                out.push_str("}}");
            }
            NodeKind::Bool(_)
            | NodeKind::Number(_)
            | NodeKind::String(_)
            | NodeKind::Text
            | NodeKind::Dot
            | NodeKind::Nil => out.push_str(node.span.of(text)),
            NodeKind::Break => out.push_str("{{break}}"),
            NodeKind::Continue => out.push_str("{{continue}}"),
            NodeKind::Chain { term, fields } => {
                self.write_operand(term, text, out);
                out.push_str(fields.span.of(text));
            }
            NodeKind::Command { args } => {
                for (at, &arg) in self.children(args).iter().enumerate() {
                    if at > 0 {
                        out.push(' ');
                    }
                    self.write_operand(arg, text, out);
                }
            }
            NodeKind::Field(path) | NodeKind::Variable(path) => {
                out.push_str(path.span.of(text));
            }
            NodeKind::Identifier { name, .. } => out.push_str(name.of(text)),
            NodeKind::If(branch) => self.write_branch("if", branch, text, out),
            NodeKind::Range(branch) => self.write_branch("range", branch, text, out),
            NodeKind::With(branch) => self.write_branch("with", branch, text, out),
            NodeKind::List(items) => {
                for &item in self.children(items) {
                    self.write(item, text, out);
                }
            }
            NodeKind::Pipe { declared, assigns, commands } => {
                self.write_joined(declared, ", ", text, out);
                if !declared.is_empty() {
                    out.push_str(if assigns { " = " } else { " := " });
                }
                self.write_joined(commands, " | ", text, out);
            }
            NodeKind::Template { name, pipe } => {
                out.push_str("{{template ");
                out.push_str(&quote(self.string(name, text)));
                if let Some(pipe) = pipe {
                    out.push(' ');
                    self.write(pipe, text, out);
                }
                out.push_str("}}");
            }
        }
    }

    /// A pipeline among other words stands in parentheses.
    fn write_operand(&self, id: NodeId, text: &str, out: &mut String) {
        if let NodeKind::Pipe { .. } = self.kind(id) {
            out.push('(');
            stack::grow(|| self.write(id, text, out));
            out.push(')');
        } else {
            self.write(id, text, out);
        }
    }

    fn write_joined(&self, nodes: Children, between: &str, text: &str, out: &mut String) {
        for (at, &node) in self.children(nodes).iter().enumerate() {
            if at > 0 {
                out.push_str(between);
            }
            self.write(node, text, out);
        }
    }

    fn write_branch(&self, word: &str, branch: Branch, text: &str, out: &mut String) {
        out.push_str("{{");
        out.push_str(word);
        out.push(' ');
        self.write(branch.pipe, text, out);
        out.push_str("}}");
        self.write(branch.list, text, out);
        if let Some(otherwise) = branch.otherwise {
            out.push_str("{{else}}");
            self.write(otherwise, text, out);
        }
        out.push_str("{{end}}");
    }
}
