//! Pipelines, commands, operands and terms.

use std::sync::Arc;

use super::{MAX_PARENTHESES, Parsed, Parser};
use crate::ast::{NodeId, NodeKind, Number, Span};
use crate::lexer::{Token, TokenKind};
use crate::literal;
use crate::unicode::quote;

/// What stands left of `:=` or `=`.
#[derive(Default)]
struct Declarations {
    variables: Vec<NodeId>,
    assigns: bool,
}

impl Parser<'_> {
    /// Declarations and commands up to `end`.
    pub(super) fn pipeline(&mut self, context: &str, end: TokenKind) -> Parsed<NodeId> {
        let start = self.peek_non_space().start;
        let declarations = self.declarations(context)?;
        let first = self.pending.len();
        loop {
            let token = self.next_non_space();
            if token.kind == end {
                break;
            }
            if !starts_operand(token.kind) {
                return Err(self.unexpected(token, context));
            }
            self.back();
            let command = self.command()?;
            self.pending.push(command);
        }
        self.check_commands(first, context)?;
        let last = self.pending[first..].last();
        let last = last.map_or(start, |&last| self.ast.node(last).span.end as usize);
        let kind = NodeKind::Pipe {
            declared: self.ast.group(&declarations.variables),
            assigns: declarations.assigns,
            commands: self.close(first),
        };
        Ok(self.ast.add(start, Span::new(start, last), kind))
    }

    fn declarations(&mut self, context: &str) -> Parsed<Declarations> {
        let mut found = Declarations::default();
        while self.peek_non_space().kind == TokenKind::Variable {
            let variable = self.next();
            // In `$x foo` the `foo` must be read to know that `$x` is an argument.
            let after = self.peek();
            let next = self.peek_non_space();
            match next.kind {
                TokenKind::Assign | TokenKind::Declare => {
                    found.assigns = next.kind == TokenKind::Assign;
                    self.next_non_space();
                    found.variables.push(self.declare(variable));
                    return Ok(found);
                }
                TokenKind::Char if self.word(next) == "," => {
                    self.next_non_space();
                    found.variables.push(self.declare(variable));
                    if context != "range" || found.variables.len() >= 2 {
                        return Err(self.fail(format!("too many declarations in {context}")));
                    }
                    match self.peek_non_space().kind {
                        TokenKind::Variable | TokenKind::RightDelim | TokenKind::RightParen => {}
                        _ => return Err(self.fail("range can only initialize variables")),
                    }
                }
                _ => {
                    if after.kind == TokenKind::Space {
                        self.back_three(variable, after);
                    } else {
                        self.back_two(variable);
                    }
                    return Ok(found);
                }
            }
        }
        Ok(found)
    }

    fn declare(&mut self, token: Token) -> NodeId {
        let span = Span::new(token.start, token.end);
        self.tree.variables.push(span);
        self.ast.add(token.start, span, NodeKind::Variable(span))
    }

    /// Only the first command may be a mere value.
    fn check_commands(&mut self, first: usize, context: &str) -> Parsed<()> {
        let commands = &self.pending[first..];
        if commands.is_empty() {
            return Err(self.fail(format!("missing value for {context}")));
        }
        for (at, &command) in commands.iter().enumerate().skip(1) {
            let NodeKind::Command { args } = self.ast.kind(command) else { continue };
            let first = self.ast.children(args)[0];
            if is_literal(self.ast.kind(first)) {
                let stage = at + 1;
                let words = format!("non executable command in pipeline stage {stage}");
                return Err(self.fail(words));
            }
        }
        Ok(())
    }

    /// Operands up to a pipe or a closing token.
    fn command(&mut self) -> Parsed<NodeId> {
        let start = self.peek_non_space().start;
        let first = self.pending.len();
        loop {
            self.peek_non_space();
            if let Some(operand) = self.operand()? {
                self.pending.push(operand);
            }
            let token = self.next();
            match token.kind {
                TokenKind::Space => continue,
                TokenKind::RightDelim | TokenKind::RightParen => self.back(),
                TokenKind::Pipe => {}
                _ => return Err(self.unexpected(token, "operand")),
            }
            break;
        }
        let Some(&last) = self.pending[first..].last() else {
            return Err(self.fail("empty command"));
        };
        let span = Span { start: start as u32, end: self.ast.node(last).span.end };
        let kind = NodeKind::Command { args: self.close(first) };
        Ok(self.ast.add(start, span, kind))
    }

    /// A term and the fields behind it.
    fn operand(&mut self) -> Parsed<Option<NodeId>> {
        let Some(term) = self.term()? else { return Ok(None) };
        let first = self.peek();
        if first.kind != TokenKind::Field {
            return Ok(Some(term));
        }
        let mut last = first;
        while self.peek().kind == TokenKind::Field {
            last = self.next();
        }
        let node = *self.ast.node(term);
        let whole = Span { start: node.span.start, end: last.end as u32 };
        let kind = match node.kind {
            NodeKind::Field(_) => NodeKind::Field(whole),
            NodeKind::Variable(_) => NodeKind::Variable(whole),
            NodeKind::Bool(_)
            | NodeKind::String(_)
            | NodeKind::Number(_)
            | NodeKind::Nil
            | NodeKind::Dot => {
                let shown = quote(self.ast.show(term, self.text));
                return Err(self.fail(format!("unexpected . after term {shown}")));
            }
            _ => NodeKind::Chain { term, fields: Span::new(first.start, last.end) },
        };
        Ok(Some(self.ast.add(first.start, whole, kind)))
    }

    fn term(&mut self) -> Parsed<Option<NodeId>> {
        let token = self.next_non_space();
        let span = Span::new(token.start, token.end);
        let kind = match token.kind {
            TokenKind::Identifier => {
                if !self.library.contains(self.word(token)) {
                    let name = quote(self.word(token));
                    let mut failure = self.fail(format!("function {name} not defined"));
                    let mut names: Vec<&str> = self.library.names().collect();
                    names.sort_unstable();
                    let word = self.word(token);
                    failure.meant = diagnostic::nearest(word, names).map(str::to_owned);
                    return Err(failure);
                }
                NodeKind::Identifier(span)
            }
            TokenKind::Dot => NodeKind::Dot,
            TokenKind::Nil => NodeKind::Nil,
            TokenKind::Variable => self.variable(span)?,
            TokenKind::Field => NodeKind::Field(span),
            TokenKind::Bool => NodeKind::Bool(self.word(token) == "true"),
            TokenKind::CharConstant | TokenKind::Complex | TokenKind::Number => {
                let number = self.number(token)?;
                self.ast.numbers.push(number);
                NodeKind::Number(self.ast.numbers.len() as u32 - 1)
            }
            TokenKind::LeftParen => return self.parenthesized().map(Some),
            TokenKind::String | TokenKind::RawString => {
                let text = self.unquote(token)?;
                self.ast.strings.push(Arc::from(text));
                NodeKind::String(self.ast.strings.len() as u32 - 1)
            }
            _ => {
                self.back();
                return Ok(None);
            }
        };
        Ok(Some(self.ast.add(token.start, span, kind)))
    }

    fn variable(&mut self, span: Span) -> Parsed<NodeKind> {
        let name = span.of(self.text);
        let known = name == "$" || self.tree.variables.iter().any(|v| v.of(self.text) == name);
        if !known {
            return Err(self.fail(format!("undefined variable {}", quote(name))));
        }
        Ok(NodeKind::Variable(span))
    }

    fn number(&mut self, token: Token) -> Parsed<Number> {
        let word = self.word(token);
        let number = match token.kind {
            TokenKind::CharConstant => literal::character(word),
            TokenKind::Complex => literal::complex(word),
            _ => literal::number(word),
        };
        number.map_err(|message| self.fail(message))
    }

    /// A pipeline in parentheses; the left one was read.
    fn parenthesized(&mut self) -> Parsed<NodeId> {
        if self.tree.parentheses >= MAX_PARENTHESES {
            return Err(self.fail("max expression depth exceeded"));
        }
        self.tree.parentheses += 1;
        let pipe =
            crate::stack::grow(|| self.pipeline("parenthesized pipeline", TokenKind::RightParen));
        self.tree.parentheses -= 1;
        pipe
    }
}

fn starts_operand(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Bool
            | TokenKind::CharConstant
            | TokenKind::Complex
            | TokenKind::Dot
            | TokenKind::Field
            | TokenKind::Identifier
            | TokenKind::Number
            | TokenKind::Nil
            | TokenKind::RawString
            | TokenKind::String
            | TokenKind::Variable
            | TokenKind::LeftParen
    )
}

fn is_literal(kind: NodeKind) -> bool {
    matches!(
        kind,
        NodeKind::Bool(_)
            | NodeKind::Dot
            | NodeKind::Nil
            | NodeKind::Number(_)
            | NodeKind::String(_)
    )
}
