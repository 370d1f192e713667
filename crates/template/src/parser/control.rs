//! Actions that are not plain pipelines: `if`, `range`, `with`, `template`, `block` and their ends.

use super::{Item, MAX_NESTING, Parsed, Parser, Terminator};
use crate::ast::{Branch, Literal, NodeId, NodeKind, Span};
use crate::lexer::{Token, TokenKind};

/// A structure with a pipeline, a list and perhaps another.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Control {
    If,
    Range,
    With,
}

impl Control {
    fn word(self) -> &'static str {
        match self {
            Self::If => "if",
            Self::Range => "range",
            Self::With => "with",
        }
    }

    /// The word that may follow `else` at once.
    fn chained(self) -> Option<TokenKind> {
        match self {
            Self::If => Some(TokenKind::If),
            Self::With => Some(TokenKind::With),
            Self::Range => None,
        }
    }
}

impl Parser<'_> {
    /// An action; its left delimiter was read.
    pub(super) fn action(&mut self) -> Parsed<Item> {
        let token = self.next();
        let node = match token.kind {
            TokenKind::Block => self.block(),
            TokenKind::Break => self.leave(token, NodeKind::Break, "{{break}}"),
            TokenKind::Continue => self.leave(token, NodeKind::Continue, "{{continue}}"),
            TokenKind::Else => return self.otherwise(),
            TokenKind::End => {
                self.expect(TokenKind::RightDelim, "end")?;
                return Ok(Item::Terminator(Terminator::End));
            }
            TokenKind::If => self.control(Control::If),
            TokenKind::Range => self.control(Control::Range),
            TokenKind::With => self.control(Control::With),
            TokenKind::Template => self.template(),
            _ => {
                self.back();
                let start = self.peek().start;
                let pipe = self.pipeline("command", TokenKind::RightDelim)?;
                let span = self.ast.node(pipe).span;
                Ok(self.ast.add(start, span, NodeKind::Action { pipe }))
            }
        }?;
        Ok(Item::Node(node))
    }

    /// `break` or `continue`.
    fn leave(&mut self, word: Token, kind: NodeKind, shown: &str) -> Parsed<NodeId> {
        let token = self.next();
        if token.kind != TokenKind::RightDelim {
            return Err(self.unexpected(token, shown));
        }
        if self.tree.ranges == 0 {
            return Err(self.fail(format!("{shown} outside {{{{range}}}}")));
        }
        Ok(self.ast.add(word.start, Span::from(word), kind))
    }

    /// `else`; a following `if` or `with` stays to be read.
    fn otherwise(&mut self) -> Parsed<Item> {
        if !matches!(self.look().kind, TokenKind::If | TokenKind::With) {
            self.expect(TokenKind::RightDelim, "else")?;
        }
        Ok(Item::Terminator(Terminator::Else))
    }

    fn control(&mut self, control: Control) -> Parsed<NodeId> {
        let variables = self.tree.variables.len();
        let pipe = self.pipeline(control.word(), TokenKind::RightDelim)?;
        self.tree.ranges += usize::from(control == Control::Range);
        self.open.push(self.ast.node(pipe).span);
        let (list, terminator) = self.item_list()?;
        self.tree.ranges -= usize::from(control == Control::Range);
        let otherwise = match terminator {
            Terminator::End => None,
            Terminator::Else => Some(self.else_list(control)?),
        };
        self.open.pop();
        self.tree.variables.truncate(variables);
        let branch = Branch { pipe, list, otherwise };
        let node = *self.ast.node(pipe);
        let kind = match control {
            Control::If => NodeKind::If(branch),
            Control::Range => NodeKind::Range(branch),
            Control::With => NodeKind::With(branch),
        };
        Ok(self.ast.add(node.pos, node.span, kind))
    }

    /// What follows `else`: a list of its own, or one more structure that shares the end.
    fn else_list(&mut self, control: Control) -> Parsed<NodeId> {
        if control.chained() == Some(self.look().kind) {
            let start = self.next().start;
            self.nesting += 1;
            if self.nesting > MAX_NESTING {
                return Err(self.fail(format!("nested deeper than {MAX_NESTING} levels")));
            }
            let node = crate::stack::grow(|| self.control(control))?;
            self.nesting -= 1;
            self.pending.push(node);
            return Ok(self.list(start, self.pending.len() - 1));
        }
        let (list, terminator) = self.item_list()?;
        if terminator != Terminator::End {
            return Err(self.fail(format!("expected end; found {}", terminator.text())));
        }
        Ok(list)
    }

    /// `{{block "name" pipeline}} … {{end}}`: a definition and its use.
    fn block(&mut self) -> Parsed<NodeId> {
        const CONTEXT: &str = "block clause";
        let token = self.next();
        let name = self.template_name(token, CONTEXT)?;
        let pipe = self.pipeline(CONTEXT, TokenKind::RightDelim)?;
        // Go reads the body as a tree of its own: the outer one has read no further.
        let opened = self.tokens.get(self.at - 1).copied();
        let outer = std::mem::take(&mut self.tree);
        self.open.push(Span::from(token));
        self.body(name, CONTEXT, opened)?;
        self.open.pop();
        self.tree = outer;
        Ok(self.template_node(token, name, Some(pipe)))
    }

    fn template(&mut self) -> Parsed<NodeId> {
        const CONTEXT: &str = "template clause";
        let token = self.next();
        let name = self.template_name(token, CONTEXT)?;
        let mut pipe = None;
        if self.next().kind != TokenKind::RightDelim {
            self.back();
            pipe = Some(self.pipeline(CONTEXT, TokenKind::RightDelim)?);
        }
        Ok(self.template_node(token, name, pipe))
    }

    fn template_name(&mut self, token: Token, context: &str) -> Parsed<Literal> {
        match token.kind {
            TokenKind::String | TokenKind::RawString => self.unquote(token),
            _ => Err(self.unexpected(token, context)),
        }
    }

    fn template_node(&mut self, token: Token, name: Literal, pipe: Option<NodeId>) -> NodeId {
        let end = pipe.map_or(token.end, |pipe| self.ast.node(pipe).span.end);
        let span = Span { start: token.start, end: end.max(token.end) };
        self.ast.add(token.start, span, NodeKind::Template { name, pipe })
    }
}
