//! Look-ahead, and errors at the token that was read last.
#![expect(
    clippy::unnecessary_box_returns,
    reason = "failures travel boxed, so that results stay small"
)]

use super::{Failure, Parsed, Parser};
use crate::ast::{Literal, Span};
use crate::lexer::{Token, TokenKind, line_at};
use crate::literal;
use crate::unicode::quote;

impl<'t> Parser<'t> {
    #[inline]
    pub(super) fn next(&mut self) -> Token {
        let token = self.peek();
        self.at += 1;
        token
    }

    #[inline]
    pub(super) fn peek(&self) -> Token {
        match self.tokens.get(self.at) {
            Some(&token) => token,
            None => end(),
        }
    }

    /// Looks at the next token where a failure may be there before it is taken.
    pub(super) fn look(&mut self) -> Token {
        self.seen = self.at + 1;
        self.peek()
    }

    pub(super) fn back(&mut self) {
        self.at -= 1;
    }

    pub(super) fn expect(&mut self, kind: TokenKind, context: &str) -> Parsed<Token> {
        let token = self.next();
        if token.kind == kind { Ok(token) } else { Err(self.unexpected(token, context)) }
    }

    #[inline]
    pub(super) fn word(&self, token: Token) -> &'t str {
        Span::from(token).of(self.text)
    }

    /// The value of a string's token.
    #[inline]
    pub(super) fn unquote(&mut self, token: Token) -> Parsed<Literal> {
        if token.plain {
            return Ok(Literal::Plain(Span { start: token.start + 1, end: token.end - 1 }));
        }
        let value = literal::unquote(self.word(token)).map_err(|message| self.fail(message))?;
        self.ast.strings.push(value.into());
        Ok(Literal::Escaped(self.ast.strings.len() as u32 - 1))
    }

    /// A failure at the token that was read last.
    #[cold]
    pub(super) fn fail(&self, message: impl Into<String>) -> Box<Failure> {
        let last = self.at.max(self.seen).saturating_sub(1);
        let token = self.tokens.get(last).copied().unwrap_or_default();
        self.fail_at(Span::from(token), message)
    }

    #[cold]
    pub(super) fn fail_at(&self, span: Span, message: impl Into<String>) -> Box<Failure> {
        Box::new(Failure {
            line: line_at(self.text, span.start as usize),
            message: message.into(),
            started: None,
            span: span.range(),
            open: None,
            meant: None,
        })
    }

    #[cold]
    pub(super) fn unexpected(&self, token: Token, context: &str) -> Box<Failure> {
        let mut failure = if token.kind == TokenKind::Error {
            self.fail(self.error)
        } else {
            self.fail(format!("unexpected {} in {context}", self.shown(token)))
        };
        failure.span = Span::from(token).range();
        if let Some(action) = self.tree.action
            && token.kind == TokenKind::Error
        {
            let started = line_at(self.text, action as usize);
            failure.started =
                Some(started).filter(|&line| line != line_at(self.text, token.start as usize));
        }
        failure
    }

    fn shown(&self, token: Token) -> String {
        let word = self.word(token);
        if token.kind == TokenKind::Eof {
            return "EOF".to_owned();
        }
        if token.kind.is_keyword() {
            return format!("<{word}>");
        }
        if word.len() <= 10 {
            return quote(word);
        }
        let short: String = word.chars().take(10).collect();
        format!("{}...", quote(short))
    }
}

/// What is read behind the last token.
#[cold]
fn end() -> Token {
    Token::default()
}
