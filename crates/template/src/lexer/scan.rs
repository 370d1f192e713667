//! The inside of an action: words, numbers, strings.
//!
//! Not here: whether a number or string is valid, which the parser checks when it reads its value.

use super::{Lexer, RIGHT, TRIMMING_RIGHT, Token, TokenKind};
use super::{is_alphanumeric, is_space, is_word, skip_space};
use crate::unicode;

impl Lexer<'_> {
    /// An action after its left delimiter; whether more can follow.
    pub(super) fn action(&mut self) -> bool {
        let mut parens = 0_u32;
        loop {
            let before = self.pos;
            let mut at = skip_space(self.bytes, before);
            let rest = &self.bytes[at..];
            if at > before && rest.starts_with(TRIMMING_RIGHT) {
                // The last space is the delimiter's.
                at -= 1;
                self.spaced = at > before;
                return self.right_delim(at, Some(at + 1), parens);
            }
            self.start = at;
            self.pos = at;
            self.spaced = at > before;
            let Some(&byte) = rest.first() else {
                return self.fail("unclosed action");
            };
            let fine = match byte {
                b'}' if rest.starts_with(RIGHT) => {
                    return self.right_delim(at, None, parens);
                }
                b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.identifier(),
                b'"' => self.quoted(b'"', TokenKind::String, "unterminated quoted string"),
                b'.' if rest.get(1).is_some_and(|next| !next.is_ascii_digit()) => {
                    self.field_or_variable(TokenKind::Field)
                }
                b'$' => self.field_or_variable(TokenKind::Variable),
                b'(' => {
                    parens += 1;
                    self.single(TokenKind::LeftParen)
                }
                b')' => {
                    let Some(open) = parens.checked_sub(1) else {
                        self.pos += 1;
                        return self.fail("unexpected right paren");
                    };
                    parens = open;
                    self.single(TokenKind::RightParen)
                }
                b'|' => self.single(TokenKind::Pipe),
                b'=' => self.single(TokenKind::Assign),
                b':' => self.declare(),
                b'`' => self.raw_string(),
                b'\'' => {
                    let wrong = "unterminated character constant";
                    self.quoted(b'\'', TokenKind::CharConstant, wrong)
                }
                b'.' | b'+' | b'-' | b'0'..=b'9' => self.number(),
                b'!'..=b'~' => self.single(TokenKind::Char),
                _ => self.other(),
            };
            if !fine {
                return false;
            }
        }
    }

    /// The right delimiter at a place; one that trims has its marker elsewhere.
    fn right_delim(&mut self, at: usize, marker: Option<usize>, parens: u32) -> bool {
        self.start = at;
        self.pos = at;
        if parens != 0 {
            return self.fail("unclosed left paren");
        }
        self.start = marker.map_or(at, |marker| marker + 1);
        self.pos = self.start + RIGHT.len();
        self.emit(TokenKind::RightDelim);
        self.spaced = false;
        if marker.is_some() {
            self.pos = skip_space(self.bytes, self.pos);
        }
        true
    }

    fn single(&mut self, kind: TokenKind) -> bool {
        self.pos += 1;
        self.emit(kind);
        true
    }

    fn declare(&mut self) -> bool {
        self.pos += 1;
        let next = self.peek();
        self.pos += next.map_or(0, char::len_utf8);
        if next != Some('=') {
            return self.fail("expected :=");
        }
        self.emit(TokenKind::Declare);
        true
    }

    /// A word in other letters than ASCII's, or no token at all.
    fn other(&mut self) -> bool {
        let Some(char) = self.peek() else { return false };
        if is_alphanumeric(char) {
            return self.identifier();
        }
        self.pos += char.len_utf8();
        let shown = unicode::code_point(char);
        self.fail(format!("unrecognized character in action: {shown}"))
    }

    fn identifier(&mut self) -> bool {
        self.alphanumerics();
        if !self.at_terminator() {
            return self.bad_character();
        }
        let kind = self.word(&self.bytes[self.start..self.pos]);
        self.emit(kind);
        true
    }

    fn word(&self, word: &[u8]) -> TokenKind {
        match (word.len(), word) {
            (2, b"if") => TokenKind::If,
            (3, b"end") => TokenKind::End,
            (3, b"nil") => TokenKind::Nil,
            (4, b"else") => TokenKind::Else,
            (4, b"true") => TokenKind::Bool,
            (4, b"with") => TokenKind::With,
            (5, b"false") => TokenKind::Bool,
            (5, b"range") => TokenKind::Range,
            (5, b"block") => TokenKind::Block,
            (5, b"break") if !self.words.break_is_function => TokenKind::Break,
            (6, b"define") => TokenKind::Define,
            (8, b"template") => TokenKind::Template,
            (8, b"continue") if !self.words.continue_is_function => TokenKind::Continue,
            _ => TokenKind::Identifier,
        }
    }

    /// `.Name`, `$name`, or the bare `.` and `$`.
    fn field_or_variable(&mut self, kind: TokenKind) -> bool {
        self.pos += 1;
        if self.at_terminator() {
            self.emit(if kind == TokenKind::Field { TokenKind::Dot } else { kind });
            return true;
        }
        self.alphanumerics();
        if !self.at_terminator() {
            return self.bad_character();
        }
        self.emit(kind);
        true
    }

    /// Passes over letters and digits.
    fn alphanumerics(&mut self) {
        loop {
            while self.bytes.get(self.pos).is_some_and(|&byte| is_word(byte)) {
                self.pos += 1;
            }
            match self.bytes.get(self.pos) {
                Some(byte) if !byte.is_ascii() => {}
                _ => return,
            }
            match self.peek() {
                Some(char) if is_alphanumeric(char) => self.pos += char.len_utf8(),
                _ => return,
            }
        }
    }

    #[cold]
    fn bad_character(&mut self) -> bool {
        let shown = self.peek().map(unicode::code_point).unwrap_or_default();
        self.fail(format!("bad character {shown}"))
    }

    /// Whether a word may end here.
    fn at_terminator(&self) -> bool {
        match self.bytes.get(self.pos) {
            None | Some(b'.' | b',' | b'|' | b':' | b')' | b'(') => true,
            Some(b'}') => self.bytes[self.pos..].starts_with(RIGHT),
            Some(byte) => is_space(*byte),
        }
    }

    /// A string or character constant up to its closing quote, on one line.
    fn quoted(&mut self, quote: u8, kind: TokenKind, unterminated: &str) -> bool {
        let (mut at, mut plain) = (self.pos + 1, true);
        while let Some(&byte) = self.bytes.get(at) {
            at += 1;
            if byte == quote {
                self.pos = at;
                return self.string(kind, plain);
            }
            if byte == b'\\' {
                plain = false;
                let escaped = self.bytes.get(at);
                at += usize::from(escaped.is_some());
                if matches!(escaped, None | Some(b'\n')) {
                    break;
                }
            }
            if byte == b'\n' {
                break;
            }
        }
        self.pos = at;
        self.fail(unterminated)
    }

    fn raw_string(&mut self) -> bool {
        let inner = self.pos + 1;
        match memchr::memchr2(b'`', b'\r', &self.bytes[inner..]) {
            Some(len) if self.bytes[inner + len] == b'`' => {
                self.pos = inner + len + 1;
                self.string(TokenKind::RawString, true)
            }
            Some(return_at) => {
                let from = inner + return_at;
                let Some(len) = memchr::memchr(b'`', &self.bytes[from..]) else {
                    return self.unterminated_raw();
                };
                self.pos = from + len + 1;
                self.string(TokenKind::RawString, false)
            }
            None => self.unterminated_raw(),
        }
    }

    fn unterminated_raw(&mut self) -> bool {
        self.pos = self.bytes.len();
        self.fail("unterminated raw quoted string")
    }

    fn string(&mut self, kind: TokenKind, plain: bool) -> bool {
        let (start, end) = (self.start as u32, self.pos as u32);
        self.tokens.list.push(Token { start, end, kind, spaced: self.spaced, plain });
        true
    }

    /// Anything like a number: what is no number after all the parser notices.
    fn number(&mut self) -> bool {
        if !self.scan_number() {
            return self.bad_number();
        }
        if matches!(self.bytes.get(self.pos), Some(b'+' | b'-')) {
            if !self.scan_number() || self.bytes[self.pos - 1] != b'i' {
                return self.bad_number();
            }
            self.emit(TokenKind::Complex);
            return true;
        }
        self.emit(TokenKind::Number);
        true
    }

    fn bad_number(&mut self) -> bool {
        let shown = unicode::quote(&self.text[self.start..self.pos]);
        self.fail(format!("bad number syntax: {shown}"))
    }

    fn scan_number(&mut self) -> bool {
        const DECIMAL: &[u8] = b"0123456789_";
        const HEX: &[u8] = b"0123456789abcdefABCDEF_";
        self.accept(b"+-");
        let mut digits = DECIMAL;
        if self.accept(b"0") {
            if self.accept(b"xX") {
                digits = HEX;
            } else if self.accept(b"oO") {
                digits = b"01234567_";
            } else if self.accept(b"bB") {
                digits = b"01_";
            }
        }
        self.accept_run(digits);
        if self.accept(b".") {
            self.accept_run(digits);
        }
        let exponent = if digits == DECIMAL { b"eE" } else { b"pP" };
        if (digits == DECIMAL || digits == HEX) && self.accept(exponent) {
            self.accept(b"+-");
            self.accept_run(DECIMAL);
        }
        self.accept(b"i");
        match self.peek() {
            Some(char) if is_alphanumeric(char) => {
                self.pos += char.len_utf8();
                false
            }
            _ => true,
        }
    }

    fn accept(&mut self, valid: &[u8]) -> bool {
        let accepted = self.bytes.get(self.pos).is_some_and(|byte| valid.contains(byte));
        self.pos += usize::from(accepted);
        accepted
    }

    fn accept_run(&mut self, valid: &[u8]) {
        while self.accept(valid) {}
    }

    fn peek(&self) -> Option<char> {
        self.text[self.pos..].chars().next()
    }
}
