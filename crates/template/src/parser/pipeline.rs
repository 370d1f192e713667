//! Pipelines, commands, operands and terms.

use super::{MAX_PARENTHESES, Parsed, Parser};
use crate::ast::{Keys, NodeId, NodeKind, Number, Path, Span};
use crate::lexer::{Token, TokenKind};
use crate::literal;
use crate::unicode::quote;

impl Parser<'_> {
    /// Declarations and commands up to `end`.
    pub(super) fn pipeline(&mut self, context: &str, end: TokenKind) -> Parsed<NodeId> {
        let start = self.peek().start;
        let declared = self.pending.len();
        let assigns = self.declarations(context)?;
        let first = self.pending.len();
        loop {
            let token = self.next();
            if token.kind == end {
                break;
            }
            if !starts_operand(token.kind) {
                return Err(self.unexpected(token, context));
            }
            let command = self.command(token)?;
            self.pending.push(command);
        }
        self.check_commands(first, context)?;
        let last = self.pending[first..].last();
        let last = last.map_or(start, |&last| self.ast.node(last).span.end);
        let commands = self.close(first);
        let kind = NodeKind::Pipe { declared: self.close(declared), assigns, commands };
        Ok(self.ast.add(start, Span { start, end: last }, kind))
    }

    /// Variables before `:=` or `=`, added to the open nodes; whether they are known already.
    fn declarations(&mut self, context: &str) -> Parsed<bool> {
        let mut found = 0;
        while self.peek().kind == TokenKind::Variable {
            let variable = self.next();
            let next = self.look();
            match next.kind {
                TokenKind::Assign | TokenKind::Declare => {
                    self.next();
                    self.declare(variable);
                    return Ok(next.kind == TokenKind::Assign);
                }
                TokenKind::Char if self.word(next) == "," => {
                    self.next();
                    self.declare(variable);
                    found += 1;
                    if context != "range" || found >= 2 {
                        return Err(self.fail(format!("too many declarations in {context}")));
                    }
                    match self.look().kind {
                        TokenKind::Variable | TokenKind::RightDelim | TokenKind::RightParen => {}
                        _ => return Err(self.fail("range can only initialize variables")),
                    }
                }
                // What was taken for a declaration is an argument.
                _ => {
                    self.back();
                    break;
                }
            }
        }
        Ok(false)
    }

    fn declare(&mut self, token: Token) {
        let span = Span::from(token);
        self.tree.variables.push(span);
        let path = Path { span, keys: self.no_keys() };
        let node = self.ast.add(token.start, span, NodeKind::Variable(path));
        self.pending.push(node);
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

    /// Operands up to a pipe or a closing token; the first one's token was read.
    fn command(&mut self, mut token: Token) -> Parsed<NodeId> {
        let start = token.start;
        let first = self.pending.len();
        loop {
            let operand = self.operand(token)?;
            self.pending.push(operand);
            token = self.next();
            match token.kind {
                // Behind space the next argument.
                kind if token.spaced && starts_operand(kind) => {}
                TokenKind::RightDelim | TokenKind::RightParen => {
                    self.back();
                    break;
                }
                TokenKind::Pipe => break,
                _ => return Err(self.unexpected(token, "operand")),
            }
        }
        let last = self.pending[first..].last();
        let end = last.map_or(start, |&last| self.ast.node(last).span.end);
        let span = Span { start, end };
        let kind = NodeKind::Command { args: self.close(first) };
        Ok(self.ast.add(start, span, kind))
    }

    /// A term, whose token was read, and the fields behind it.
    fn operand(&mut self, token: Token) -> Parsed<NodeId> {
        let term = self.term(token)?;
        let first = self.peek();
        if first.kind != TokenKind::Field || first.spaced {
            return Ok(term);
        }
        let mut keys = self.no_keys();
        let last = self.fields(&mut keys);
        let node = *self.ast.node(term);
        let whole = Span { start: node.span.start, end: last.end };
        let longer = |path: Path| {
            let keys = Keys { first: path.keys.first, len: path.keys.len + keys.len };
            Path { span: whole, keys }
        };
        let kind = match node.kind {
            NodeKind::Field(path) => NodeKind::Field(longer(path)),
            NodeKind::Variable(path) => NodeKind::Variable(longer(path)),
            NodeKind::Bool(_)
            | NodeKind::String(_)
            | NodeKind::Number(_)
            | NodeKind::Nil
            | NodeKind::Dot => {
                let shown = quote(self.ast.show(term, self.text));
                let words = format!("unexpected . after term {shown}");
                let behind = self.behind(last);
                return Err(self.fail_at(behind, words));
            }
            _ => {
                let span = Span { start: first.start, end: last.end };
                let kind = NodeKind::Chain { term, fields: Path { span, keys } };
                return Ok(self.ast.add(first.start, whole, kind));
            }
        };
        self.ast.extend(term, first.start, whole, kind);
        Ok(term)
    }

    /// Fields that follow one another, added to keys; the last one.
    fn fields(&mut self, keys: &mut Keys) -> Token {
        let mut last = Token::default();
        loop {
            let token = self.peek();
            if token.kind != TokenKind::Field || token.spaced {
                return last;
            }
            self.next();
            self.key(token, keys);
            last = token;
        }
    }

    fn key(&mut self, token: Token, keys: &mut Keys) {
        self.ast.keys.push(Span { start: token.start + 1, end: token.end });
        keys.len += 1;
    }

    fn no_keys(&self) -> Keys {
        Keys { first: self.ast.keys.len() as u32, len: 0 }
    }

    /// What stands behind a token: the space there, or else the next token.
    fn behind(&self, token: Token) -> Span {
        let next = self.peek();
        if !next.spaced {
            return Span::from(next);
        }
        let space = &self.text[token.end as usize..next.start as usize];
        // The last space before a marker belongs to it.
        let len = space.find('-').map_or(space.len(), |marker| marker - 1);
        Span { start: token.end, end: token.end + len as u32 }
    }

    fn term(&mut self, token: Token) -> Parsed<NodeId> {
        let span = Span::from(token);
        let kind = match token.kind {
            TokenKind::Identifier => self.identifier(token)?,
            TokenKind::Dot => NodeKind::Dot,
            TokenKind::Nil => NodeKind::Nil,
            TokenKind::Variable => self.variable(span)?,
            TokenKind::Field => {
                let mut keys = self.no_keys();
                self.key(token, &mut keys);
                NodeKind::Field(Path { span, keys })
            }
            TokenKind::Bool => NodeKind::Bool(self.word(token) == "true"),
            TokenKind::CharConstant | TokenKind::Complex | TokenKind::Number => {
                let number = self.number(token)?;
                self.ast.numbers.push(number);
                NodeKind::Number(self.ast.numbers.len() as u32 - 1)
            }
            TokenKind::LeftParen => return self.parenthesized(),
            TokenKind::String | TokenKind::RawString => NodeKind::String(self.unquote(token)?),
            _ => return Err(self.unexpected(token, "operand")),
        };
        Ok(self.ast.add(token.start, span, kind))
    }

    fn identifier(&mut self, token: Token) -> Parsed<NodeKind> {
        let word = self.word(token);
        if let Some(function) = self.library.find(word) {
            return Ok(NodeKind::Identifier { name: Span::from(token), function });
        }
        let mut names: Vec<&str> = self.library.names().collect();
        names.sort_unstable();
        let meant = diagnostic::nearest(word, names).map(str::to_owned);
        let mut failure = self.fail(format!("function {} not defined", quote(word)));
        failure.meant = meant;
        Err(failure)
    }

    fn variable(&mut self, span: Span) -> Parsed<NodeKind> {
        let name = span.of(self.text);
        let known = name == "$" || self.tree.variables.iter().any(|v| v.of(self.text) == name);
        if !known {
            return Err(self.fail(format!("undefined variable {}", quote(name))));
        }
        Ok(NodeKind::Variable(Path { span, keys: self.no_keys() }))
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
