//! The inside of an action: words, numbers, strings.
//!
//! Not here: whether a number or string is valid, which the parser checks when it reads its value.

use super::{Lexer, RIGHT, TRIM_MARKER, Token, TokenKind, has_right_trim_marker};
use super::{is_alphanumeric, is_space};
use crate::unicode;

impl Lexer<'_> {
    /// The next token inside an action.
    pub(super) fn action(&mut self) -> Token {
        if self.right_delim_here().is_some() {
            if self.parens == 0 {
                return self.right_delim();
            }
            return self.fail("unclosed left paren");
        }
        let Some(char) = self.next() else {
            return self.fail("unclosed action");
        };
        match char {
            char if is_space(char) => {
                self.back();
                self.space()
            }
            '=' => self.emit(TokenKind::Assign),
            ':' => {
                if self.next() == Some('=') {
                    self.emit(TokenKind::Declare)
                } else {
                    self.fail("expected :=")
                }
            }
            '|' => self.emit(TokenKind::Pipe),
            '"' => self.quoted('"', TokenKind::String, "unterminated quoted string"),
            '`' => self.raw_string(),
            '$' => self.field_or_variable(TokenKind::Variable),
            '\'' => self.quoted('\'', TokenKind::CharConstant, "unterminated character constant"),
            '.' if self.peek().is_some_and(|next| !next.is_ascii_digit()) => {
                self.field_or_variable(TokenKind::Field)
            }
            '.' | '+' | '-' | '0'..='9' => {
                self.back();
                self.number()
            }
            char if is_alphanumeric(char) => {
                self.back();
                self.identifier()
            }
            '(' => {
                self.parens += 1;
                self.emit(TokenKind::LeftParen)
            }
            ')' => {
                self.parens -= 1;
                if self.parens < 0 {
                    return self.fail("unexpected right paren");
                }
                self.emit(TokenKind::RightParen)
            }
            char if char.is_ascii() && !char.is_ascii_control() => self.emit(TokenKind::Char),
            char => {
                let shown = unicode::code_point(char);
                self.fail(format!("unrecognized character in action: {shown}"))
            }
        }
    }

    /// A run of spaces; the last one may belong to a trimming right delimiter.
    fn space(&mut self) -> Token {
        let mut count = 0;
        while self.peek().is_some_and(is_space) {
            self.next();
            count += 1;
        }
        let last = &self.text[self.pos - 1..];
        if has_right_trim_marker(last) && last[TRIM_MARKER..].starts_with(RIGHT) {
            self.back();
            if count == 1 {
                return self.right_delim();
            }
        }
        self.emit(TokenKind::Space)
    }

    fn identifier(&mut self) -> Token {
        let after = self.alphanumerics();
        if !self.at_terminator() {
            return self.bad_character(after);
        }
        let word = &self.text[self.start..self.pos];
        let kind = match word {
            "block" => TokenKind::Block,
            "break" if !self.words.break_is_function => TokenKind::Break,
            "continue" if !self.words.continue_is_function => TokenKind::Continue,
            "define" => TokenKind::Define,
            "else" => TokenKind::Else,
            "end" => TokenKind::End,
            "if" => TokenKind::If,
            "nil" => TokenKind::Nil,
            "range" => TokenKind::Range,
            "template" => TokenKind::Template,
            "with" => TokenKind::With,
            "true" | "false" => TokenKind::Bool,
            _ => TokenKind::Identifier,
        };
        self.emit(kind)
    }

    /// `.Name`, `$name`, or the bare `.` and `$`; the first character was read.
    fn field_or_variable(&mut self, kind: TokenKind) -> Token {
        if self.at_terminator() {
            return self.emit(if kind == TokenKind::Field { TokenKind::Dot } else { kind });
        }
        let after = self.alphanumerics();
        if !self.at_terminator() {
            return self.bad_character(after);
        }
        self.emit(kind)
    }

    /// Passes over letters and digits; the character after them.
    fn alphanumerics(&mut self) -> Option<char> {
        let rest = &self.text.as_bytes()[self.pos..];
        self.pos += rest.iter().take_while(|b| **b == b'_' || b.is_ascii_alphanumeric()).count();
        loop {
            match self.next() {
                Some(char) if is_alphanumeric(char) => {}
                after => {
                    self.back();
                    return after;
                }
            }
        }
    }

    fn bad_character(&mut self, char: Option<char>) -> Token {
        let shown = char.map(unicode::code_point).unwrap_or_default();
        self.fail(format!("bad character {shown}"))
    }

    /// Whether a word may end here.
    fn at_terminator(&mut self) -> bool {
        match self.peek() {
            None => {
                self.at_end = true;
                true
            }
            Some('.' | ',' | '|' | ':' | ')' | '(') => true,
            Some('}') => self.text[self.pos..].starts_with(RIGHT),
            Some(char) => is_space(char),
        }
    }

    /// A string or character constant up to its closing quote, on one line.
    fn quoted(&mut self, quote: char, kind: TokenKind, unterminated: &str) -> Token {
        loop {
            match self.next() {
                Some('\\') => {
                    if matches!(self.next(), None | Some('\n')) {
                        return self.fail(unterminated);
                    }
                }
                None | Some('\n') => return self.fail(unterminated),
                Some(char) if char == quote => return self.emit(kind),
                Some(_) => {}
            }
        }
    }

    fn raw_string(&mut self) -> Token {
        loop {
            match self.next() {
                None => return self.fail("unterminated raw quoted string"),
                Some('`') => return self.emit(TokenKind::RawString),
                Some(_) => {}
            }
        }
    }

    /// Anything like a number: what is no number after all the parser notices.
    fn number(&mut self) -> Token {
        if !self.scan_number() {
            return self.bad_number();
        }
        if matches!(self.peek(), Some('+' | '-')) {
            if !self.scan_number() || !self.text[..self.pos].ends_with('i') {
                return self.bad_number();
            }
            return self.emit(TokenKind::Complex);
        }
        self.emit(TokenKind::Number)
    }

    fn bad_number(&mut self) -> Token {
        let shown = unicode::quote(&self.text[self.start..self.pos]);
        self.fail(format!("bad number syntax: {shown}"))
    }

    fn scan_number(&mut self) -> bool {
        const DECIMAL: &str = "0123456789_";
        const HEX: &str = "0123456789abcdefABCDEF_";
        self.accept("+-");
        let mut digits = DECIMAL;
        if self.accept("0") {
            if self.accept("xX") {
                digits = HEX;
            } else if self.accept("oO") {
                digits = "01234567_";
            } else if self.accept("bB") {
                digits = "01_";
            }
        }
        self.accept_run(digits);
        if self.accept(".") {
            self.accept_run(digits);
        }
        let exponent = if digits == DECIMAL { "eE" } else { "pP" };
        if (digits == DECIMAL || digits == HEX) && self.accept(exponent) {
            self.accept("+-");
            self.accept_run(DECIMAL);
        }
        self.accept("i");
        if self.peek().is_some_and(is_alphanumeric) {
            self.next();
            return false;
        }
        true
    }

    fn accept(&mut self, valid: &str) -> bool {
        let accepted = self.peek().is_some_and(|char| valid.contains(char));
        if accepted {
            self.next();
        }
        accepted
    }

    fn accept_run(&mut self, valid: &str) {
        while self.accept(valid) {}
    }
}
