//! Tokens to a tree, by recursive descent.
//!
//! Invariant: what is accepted, and the words and line of every error, are Go's
//! `text/template/parse`. Refused is what Go accepts, control structures nested deeper than
//! [`MAX_NESTING`].

mod control;
mod pipeline;
mod tokens;

use std::ops::Range;
use std::sync::Arc;

use crate::ast::{Ast, Children, Definition, Literal, NodeId, NodeKind, Span};
use crate::lexer::{Token, TokenKind, Words, lex, line_at};
use crate::library::Library;
use crate::unicode::quote;

/// How deep control structures may be nested.
const MAX_NESTING: usize = 10_000;
/// How deep parentheses may be nested, as in Go.
const MAX_PARENTHESES: usize = 10_000;

/// What is wrong with a text, before it is known under which name it was parsed.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) line: usize,
    pub(crate) message: String,
    /// The line on which the action began, if that is another one.
    pub(crate) started: Option<usize>,
    pub(crate) span: Range<usize>,
    /// What is still open, where the text ends too early.
    pub(crate) open: Option<Range<usize>>,
    /// What may have been meant.
    pub(crate) meant: Option<String>,
}

impl Failure {
    /// Go's words, once the name is known.
    pub(crate) fn words(&self, parse_name: &str) -> String {
        let message = &self.message;
        match self.started {
            None => message.clone(),
            // Not "action in action".
            Some(line) if message.ends_with(" action") => {
                format!("{message} started at {parse_name}:{line}")
            }
            Some(line) => format!("{message} in action started at {parse_name}:{line}"),
        }
    }
}

type Parsed<T> = Result<T, Box<Failure>>;

/// Parses a text with all its definitions; the text's own body is the last definition.
pub(crate) fn parse(text: &str, library: &Library) -> Parsed<Ast> {
    let words = Words {
        break_is_function: library.contains("break"),
        continue_is_function: library.contains("continue"),
    };
    let tokens = lex(text, words);
    let mut parser = Parser {
        text,
        tokens: &tokens.list,
        error: &tokens.error,
        at: 0,
        seen: 0,
        library,
        ast: Ast::with_room(tokens.list.len()),
        tree: Tree::default(),
        nesting: 0,
        open: Vec::new(),
        pending: Vec::with_capacity(64),
    };
    parser.top_level()?;
    Ok(parser.ast)
}

struct Parser<'t> {
    text: &'t str,
    tokens: &'t [Token],
    /// What is wrong with the last token.
    error: &'t str,
    /// The token that comes next.
    at: usize,
    /// How many tokens were looked at, if that is more than were taken.
    seen: usize,
    library: &'t Library,
    ast: Ast,
    tree: Tree,
    /// Control structures around this place, over all trees.
    nesting: usize,
    /// Where those that still need their end begin.
    open: Vec<Span>,
    /// Children of the nodes that are being read, innermost last.
    pending: Vec<NodeId>,
}

/// State of one body: each definition has its own variables.
#[derive(Default)]
struct Tree {
    variables: Vec<Span>,
    /// The action's left delimiter; nothing outside of actions.
    action: Option<u32>,
    ranges: usize,
    parentheses: usize,
}

/// What ended a list of nodes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Terminator {
    End,
    Else,
}

/// A node, or the end of the list.
enum Item {
    Node(NodeId),
    Terminator(Terminator),
}

impl Terminator {
    fn text(self) -> &'static str {
        match self {
            Self::End => "{{end}}",
            Self::Else => "{{else}}",
        }
    }
}

impl Parser<'_> {
    /// The text itself: as a list, but definitions may stand in it.
    fn top_level(&mut self) -> Parsed<()> {
        let start = self.peek().start;
        let first = self.pending.len();
        while self.peek().kind != TokenKind::Eof {
            if self.peek().kind == TokenKind::LeftDelim {
                self.next();
                if self.next().kind == TokenKind::Define {
                    self.definition()?;
                    continue;
                }
                self.back();
                self.back();
            }
            match self.text_or_action()? {
                Item::Node(node) => self.pending.push(node),
                Item::Terminator(terminator) => {
                    return Err(self.fail(format!("unexpected {}", terminator.text())));
                }
            }
        }
        let body = self.list(start, first);
        let empty = self.ast.is_empty(body, self.text);
        self.ast.definitions.push(Definition { name: None, body, empty });
        Ok(())
    }

    /// `{{define "name"}} … {{end}}`; the word was read.
    fn definition(&mut self) -> Parsed<()> {
        const CONTEXT: &str = "define clause";
        let outer = std::mem::take(&mut self.tree);
        let token = self.next();
        if !matches!(token.kind, TokenKind::String | TokenKind::RawString) {
            return Err(self.unexpected(token, CONTEXT));
        }
        let name = self.unquote(token)?;
        self.expect(TokenKind::RightDelim, CONTEXT)?;
        self.open.push(Span::from(token));
        self.body(name, CONTEXT, None)?;
        self.open.pop();
        self.tree = outer;
        Ok(())
    }

    /// The body of a definition or block up to its end, added under its name.
    fn body(&mut self, name: Literal, context: &str, opened: Option<Token>) -> Parsed<()> {
        let (body, terminator) = self.item_list()?;
        if terminator != Terminator::End {
            let mut failure = self.fail(format!("unexpected {} in {context}", terminator.text()));
            if let Some(opened) = opened {
                failure.line = line_at(self.text, opened.start as usize);
            }
            return Err(failure);
        }
        let name: Arc<str> = String::from_utf8_lossy(self.ast.string(name, self.text)).into();
        let empty = self.ast.is_empty(body, self.text);
        let definition = Definition { name: Some(Arc::clone(&name)), body, empty };
        let known = self.ast.definitions.iter_mut();
        match known.into_iter().find(|known| known.name.as_ref() == Some(&name)) {
            Some(known) if known.empty => *known = definition,
            Some(_) if empty => {}
            Some(_) => return Err(self.fail(multiple_definition(&name))),
            None => self.ast.definitions.push(definition),
        }
        Ok(())
    }

    /// Nodes up to `{{end}}` or `{{else}}`.
    fn item_list(&mut self) -> Parsed<(NodeId, Terminator)> {
        self.nesting += 1;
        if self.nesting > MAX_NESTING {
            return Err(self.fail(format!("nested deeper than {MAX_NESTING} levels")));
        }
        let parsed = crate::stack::grow(|| self.items());
        self.nesting -= 1;
        parsed
    }

    fn items(&mut self) -> Parsed<(NodeId, Terminator)> {
        let start = self.peek().start;
        let first = self.pending.len();
        while self.peek().kind != TokenKind::Eof {
            match self.text_or_action()? {
                Item::Node(node) => self.pending.push(node),
                Item::Terminator(terminator) => return Ok((self.list(start, first), terminator)),
            }
        }
        self.look();
        let mut failure = self.fail("unexpected EOF");
        failure.open = self.open.last().map(|span| span.range());
        Err(failure)
    }

    fn text_or_action(&mut self) -> Parsed<Item> {
        let token = self.next();
        match token.kind {
            TokenKind::Text => {
                Ok(Item::Node(self.ast.add(token.start, Span::from(token), NodeKind::Text)))
            }
            TokenKind::LeftDelim => {
                self.tree.action = Some(token.start);
                let item = self.action();
                self.tree.action = None;
                item
            }
            _ => Err(self.unexpected(token, "input")),
        }
    }

    /// A list of the nodes from `first` on that are open.
    fn list(&mut self, start: u32, first: usize) -> NodeId {
        let last = self.pending[first..].last();
        let end = last.map_or(start, |&node| self.ast.node(node).span.end);
        let kind = NodeKind::List(self.close(first));
        self.ast.add(start, Span { start, end: end.max(start) }, kind)
    }

    /// Takes the open nodes from `first` on as one node's children.
    fn close(&mut self, first: usize) -> Children {
        let children = self.ast.group(&self.pending[first..]);
        self.pending.truncate(first);
        children
    }
}

/// The words for a name that is defined twice in one text.
pub(crate) fn multiple_definition(name: &str) -> String {
    format!("template: multiple definition of template {}", quote(name))
}
