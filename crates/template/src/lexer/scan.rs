//! The inside of an action: words, numbers, strings.
//!
//! Not here: whether a number or string is valid, which the parser checks when it reads its value.

use super::{Lexer, RIGHT, TRIMMING_RIGHT, Token, TokenKind};
use super::{is_alphanumeric, skip_space};
use crate::unicode;

const LONGEST_KEYWORD: usize = "template".len();
/// Bytes of words that are ASCII.
const IN_WORDS: [bool; 256] =
    table(b"_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
/// Bytes that may follow a word.
const ENDS_WORDS: [bool; 256] = table(b".,|:() \t\r\n");

impl Lexer<'_> {
    /// An action after its left delimiter; whether more can follow.
    pub(super) fn action(&mut self) -> bool {
        let bytes = self.bytes;
        let mut parens = 0_u32;
        loop {
            let before = self.pos;
            let at = skip_space(bytes, before);
            self.start = at;
            self.spaced = at > before;
            let Some(&byte) = bytes.get(at) else {
                self.pos = at;
                return self.fail("unclosed action");
            };
            let (kind, end) = match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$' | b'.' if starts_word(bytes, at) => {
                    self.pos = word_end(bytes, at + 1);
                    if !may_end(bytes, self.pos) && !self.odd_word() {
                        return false;
                    }
                    (self.word(byte), self.pos)
                }
                b'-' if self.spaced && bytes[at..].starts_with(TRIMMING_RIGHT) => {
                    // The last space is the delimiter's.
                    self.spaced = at - 1 > before;
                    return self.right_delim(at - 1, Some(at), parens);
                }
                b'}' if bytes.get(at + 1) == Some(&b'}') => {
                    return self.right_delim(at, None, parens);
                }
                b'(' => {
                    parens += 1;
                    (TokenKind::LeftParen, at + 1)
                }
                b')' if parens > 0 => {
                    parens -= 1;
                    (TokenKind::RightParen, at + 1)
                }
                b'|' => (TokenKind::Pipe, at + 1),
                b'=' => (TokenKind::Assign, at + 1),
                _ => {
                    self.pos = at;
                    if self.rare(byte) {
                        continue;
                    }
                    return false;
                }
            };
            self.pos = end;
            self.push(kind, at, end);
        }
    }

    /// A token that is no word and needs a look of its own; whether nothing is wrong with it.
    fn rare(&mut self, byte: u8) -> bool {
        match byte {
            b'"' => self.quoted(b'"', TokenKind::String, "unterminated quoted string"),
            b'\'' => self.quoted(b'\'', TokenKind::CharConstant, "unterminated character constant"),
            b'`' => self.raw_string(),
            b':' => self.declare(),
            b')' => {
                self.pos += 1;
                self.fail("unexpected right paren")
            }
            b'.' | b'+' | b'-' | b'0'..=b'9' => self.number(),
            b'!'..=b'~' => {
                self.pos += 1;
                self.emit(TokenKind::Char);
                true
            }
            _ => self.other(),
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
            if !self.odd_word() {
                return false;
            }
            self.emit(TokenKind::Identifier);
            return true;
        }
        self.pos += char.len_utf8();
        let shown = unicode::code_point(char);
        self.fail(format!("unrecognized character in action: {shown}"))
    }

    /// A word that goes on with letters that are not ASCII's, or ends where none may; whether
    /// nothing is wrong with it.
    #[cold]
    fn odd_word(&mut self) -> bool {
        let rest = &self.text[self.pos..];
        self.pos += rest.find(|char| !is_alphanumeric(char)).unwrap_or(rest.len());
        may_end(self.bytes, self.pos) || self.bad_character()
    }

    /// What the word is that was read, which may be a field or variable.
    #[inline]
    fn word(&self, first: u8) -> TokenKind {
        match first {
            b'.' if self.pos > self.start + 1 => TokenKind::Field,
            b'.' => TokenKind::Dot,
            b'$' => TokenKind::Variable,
            _ => self.keyword(&self.bytes[self.start..self.pos]),
        }
    }

    #[inline]
    fn keyword(&self, word: &[u8]) -> TokenKind {
        if word.len() > LONGEST_KEYWORD {
            return TokenKind::Identifier;
        }
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

    #[cold]
    fn bad_character(&mut self) -> bool {
        let shown = self.peek().map(unicode::code_point).unwrap_or_default();
        self.fail(format!("bad character {shown}"))
    }

    /// A string or character constant up to its closing quote, on one line.
    fn quoted(&mut self, quote: u8, kind: TokenKind, unterminated: &str) -> bool {
        let mut plain = true;
        let mut at = self.pos + 1;
        while let Some(len) = memchr::memchr3(quote, b'\\', b'\n', &self.bytes[at..]) {
            at += len + 1;
            self.pos = at;
            match (self.bytes[at - 1], self.bytes.get(at)) {
                (b'\n', _) => return self.fail(unterminated),
                (b'\\', Some(b'\n')) => {
                    self.pos += 1;
                    return self.fail(unterminated);
                }
                (b'\\', None) => break,
                (b'\\', Some(_)) => {
                    plain = false;
                    at += 1;
                }
                _ => return self.string(kind, plain),
            }
        }
        self.pos = self.bytes.len();
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
        let digits = self.bytes[self.pos..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits > 0 && self.bytes.get(self.pos + digits).is_some_and(|&byte| ends_number(byte)) {
            self.pos += digits;
            return true;
        }
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

/// Whether a word, field or variable begins with what may be one; `.5` is a number.
#[inline]
fn starts_word(bytes: &[u8], at: usize) -> bool {
    bytes[at] != b'.' || bytes.get(at + 1).is_some_and(|next| !next.is_ascii_digit())
}

/// Where ASCII's letters and digits from a place on end.
#[inline]
fn word_end(bytes: &[u8], from: usize) -> usize {
    let ends = |byte: &u8| !IN_WORDS[usize::from(*byte)];
    let mut at = from;
    while let Some(eight) = bytes[at..].first_chunk::<8>() {
        if let Some(len) = eight.iter().position(ends) {
            return at + len;
        }
        at += eight.len();
    }
    at + bytes[at..].iter().position(ends).unwrap_or(bytes.len() - at)
}

/// Whether digits before a byte are all of a number.
fn ends_number(byte: u8) -> bool {
    ENDS_WORDS[usize::from(byte)] && byte != b'.'
}

/// Whether a word may end here.
#[inline]
fn may_end(bytes: &[u8], at: usize) -> bool {
    match bytes.get(at) {
        None => true,
        Some(b'}') => bytes.get(at + 1) == Some(&b'}'),
        Some(&byte) => ENDS_WORDS[usize::from(byte)],
    }
}

const fn table(bytes: &[u8]) -> [bool; 256] {
    let (mut table, mut at) = ([false; 256], 0);
    while at < bytes.len() {
        table[bytes[at] as usize] = true;
        at += 1;
    }
    table
}
