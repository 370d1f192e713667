//! Look-ahead, and errors at the token that was read last.
#![expect(
    clippy::unnecessary_box_returns,
    reason = "failures travel boxed, so that results stay small"
)]

use super::{Failure, Parsed, Parser};
use crate::lexer::{Token, TokenKind};
use crate::literal;
use crate::unicode::quote;

impl Parser<'_> {
    pub(super) fn next(&mut self) -> Token {
        if self.tree.peeked > 0 {
            self.tree.peeked -= 1;
        } else {
            self.tree.tokens[0] = self.lexer.next_token();
        }
        self.tree.tokens[self.tree.peeked]
    }

    pub(super) fn peek(&mut self) -> Token {
        if self.tree.peeked == 0 {
            self.tree.peeked = 1;
            self.tree.tokens[0] = self.lexer.next_token();
        }
        self.tree.tokens[self.tree.peeked - 1]
    }

    pub(super) fn back(&mut self) {
        self.tree.peeked += 1;
    }

    /// Puts back the last token and this one before it.
    pub(super) fn back_two(&mut self, before: Token) {
        self.tree.tokens[1] = before;
        self.tree.peeked = 2;
    }

    /// Puts back the last token and these two before it.
    pub(super) fn back_three(&mut self, first: Token, second: Token) {
        self.tree.tokens[1] = second;
        self.tree.tokens[2] = first;
        self.tree.peeked = 3;
    }

    pub(super) fn next_non_space(&mut self) -> Token {
        loop {
            let token = self.next();
            if token.kind != TokenKind::Space {
                return token;
            }
        }
    }

    pub(super) fn peek_non_space(&mut self) -> Token {
        let token = self.next_non_space();
        self.back();
        token
    }

    pub(super) fn expect(&mut self, kind: TokenKind, context: &str) -> Parsed<Token> {
        let token = self.next_non_space();
        if token.kind == kind { Ok(token) } else { Err(self.unexpected(token, context)) }
    }

    pub(super) fn word(&self, token: Token) -> &str {
        &self.text[token.start..token.end]
    }

    pub(super) fn unquote(&mut self, token: Token) -> Parsed<Vec<u8>> {
        literal::unquote(self.word(token)).map_err(|message| self.fail(message))
    }

    pub(super) fn fail(&self, message: impl Into<String>) -> Box<Failure> {
        let token = self.tree.tokens[0];
        Box::new(Failure {
            line: token.line,
            message: message.into(),
            started: None,
            span: token.start..token.end,
            open: None,
            meant: None,
        })
    }

    pub(super) fn unexpected(&self, token: Token, context: &str) -> Box<Failure> {
        let mut failure = if token.kind == TokenKind::Error {
            self.fail(self.lexer.error())
        } else {
            self.fail(format!("unexpected {} in {context}", self.shown(token)))
        };
        failure.span = token.start..token.end;
        let line = self.tree.action_line;
        if token.kind == TokenKind::Error && line != 0 && line != token.line {
            failure.started = Some(line);
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
