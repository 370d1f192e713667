//! Text to tokens, with Go's delimiters, trim markers and comments.
//!
//! Invariant: tokens, their lines and the words of every error are those of Go's
//! `text/template/parse`. Trimming happens here; the parser never sees it.

mod scan;

use crate::unicode;

/// A token: its bytes in the text, and the line on which it starts.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) line: usize,
}

/// What a token is. Keywords come last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TokenKind {
    Error,
    Bool,
    Char,
    CharConstant,
    Complex,
    Assign,
    Declare,
    #[default]
    Eof,
    Field,
    Identifier,
    LeftDelim,
    LeftParen,
    Number,
    Pipe,
    RawString,
    RightDelim,
    RightParen,
    Space,
    String,
    Text,
    Variable,
    Block,
    Break,
    Continue,
    Dot,
    Define,
    Else,
    End,
    If,
    Nil,
    Range,
    Template,
    With,
}

/// The words `break` and `continue` are functions where a library defines functions of that name.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Words {
    pub(crate) break_is_function: bool,
    pub(crate) continue_is_function: bool,
}

/// Reads one token after the other.
pub(crate) struct Lexer<'t> {
    text: &'t str,
    pos: usize,
    start: usize,
    at_end: bool,
    parens: i32,
    line: usize,
    start_line: usize,
    inside_action: bool,
    words: Words,
    error: String,
}

const LEFT: &str = "{{";
const RIGHT: &str = "}}";
/// A marker and the space beside it.
const TRIM_MARKER: usize = 2;

impl TokenKind {
    /// Whether the token is a word of the language, shown as `<word>` in errors.
    pub(crate) fn is_keyword(self) -> bool {
        self >= Self::Block
    }
}

impl<'t> Lexer<'t> {
    pub(crate) fn new(text: &'t str, words: Words) -> Self {
        Self {
            text,
            pos: 0,
            start: 0,
            at_end: false,
            parens: 0,
            line: 1,
            start_line: 1,
            inside_action: false,
            words,
            error: String::new(),
        }
    }

    /// What was wrong, after a token of kind [`TokenKind::Error`].
    pub(crate) fn error(&self) -> &str {
        &self.error
    }

    /// The next token; [`TokenKind::Eof`] for ever at the end.
    pub(crate) fn next_token(&mut self) -> Token {
        if !self.error.is_empty() {
            return Token { kind: TokenKind::Eof, ..self.token_at(self.pos) };
        }
        if self.inside_action { self.action() } else { self.text() }
    }

    /// Text up to the next action; comments disappear.
    fn text(&mut self) -> Token {
        loop {
            let Some(offset) = find_left(&self.text[self.pos..]) else {
                self.pos = self.text.len();
                if self.pos == self.start {
                    return self.emit(TokenKind::Eof);
                }
                self.count_lines();
                return self.emit(TokenKind::Text);
            };
            if offset > 0 {
                self.pos += offset;
                let trim = if has_left_trim_marker(&self.text[self.pos + LEFT.len()..]) {
                    right_trim_len(&self.text[self.start..self.pos])
                } else {
                    0
                };
                self.pos -= trim;
                self.count_lines();
                let token = self.emit(TokenKind::Text);
                self.pos += trim;
                self.ignore();
                if token.start < token.end {
                    return token;
                }
            }
            if let Some(token) = self.left_delim() {
                return token;
            }
        }
    }

    /// The left delimiter, or nothing if it opened a comment that was skipped.
    fn left_delim(&mut self) -> Option<Token> {
        self.pos += LEFT.len();
        let marker = if has_left_trim_marker(&self.text[self.pos..]) { TRIM_MARKER } else { 0 };
        if self.text[self.pos + marker..].starts_with("/*") {
            self.pos += marker;
            self.ignore();
            return self.comment();
        }
        let token = self.emit(TokenKind::LeftDelim);
        self.inside_action = true;
        self.pos += marker;
        self.ignore();
        self.parens = 0;
        Some(token)
    }

    /// Skips a comment; a token only if something is wrong with it.
    fn comment(&mut self) -> Option<Token> {
        self.pos += 2;
        let Some(end) = self.text[self.pos..].find("*/") else {
            return Some(self.fail("unclosed comment"));
        };
        self.pos += end + 2;
        let Some(trim) = self.right_delim_here() else {
            return Some(self.fail("comment ends before closing delimiter"));
        };
        self.count_lines();
        self.emit(TokenKind::Text);
        if trim {
            self.pos += TRIM_MARKER;
        }
        self.pos += RIGHT.len();
        if trim {
            self.pos += left_trim_len(&self.text[self.pos..]);
        }
        self.ignore();
        None
    }

    /// The right delimiter, which is known to be here.
    fn right_delim(&mut self) -> Token {
        let trim = self.right_delim_here() == Some(true);
        if trim {
            self.pos += TRIM_MARKER;
            self.ignore();
        }
        self.pos += RIGHT.len();
        let token = self.emit(TokenKind::RightDelim);
        if trim {
            self.pos += left_trim_len(&self.text[self.pos..]);
            self.ignore();
        }
        self.inside_action = false;
        token
    }

    /// Whether a right delimiter is here, and whether it trims.
    fn right_delim_here(&self) -> Option<bool> {
        let rest = &self.text[self.pos..];
        if has_right_trim_marker(rest) && rest[TRIM_MARKER..].starts_with(RIGHT) {
            return Some(true);
        }
        rest.starts_with(RIGHT).then_some(false)
    }

    #[inline]
    fn next(&mut self) -> Option<char> {
        let Some(char) = self.peek() else {
            self.at_end = true;
            return None;
        };
        self.pos += char.len_utf8();
        if char == '\n' {
            self.line += 1;
        }
        Some(char)
    }

    /// The next character; most of what stands in actions is ASCII.
    #[inline]
    fn peek(&self) -> Option<char> {
        match self.text.as_bytes().get(self.pos) {
            Some(byte) if byte.is_ascii() => Some(char::from(*byte)),
            Some(_) => self.text[self.pos..].chars().next(),
            None => None,
        }
    }

    /// Steps back one character, unless the end was met.
    #[inline]
    fn back(&mut self) {
        if self.at_end {
            return;
        }
        if let Some(char) = self.text[..self.pos].chars().next_back() {
            self.pos -= char.len_utf8();
            if char == '\n' {
                self.line -= 1;
            }
        }
    }

    fn emit(&mut self, kind: TokenKind) -> Token {
        let token = Token { kind, start: self.start, end: self.pos, line: self.start_line };
        self.start = self.pos;
        self.start_line = self.line;
        token
    }

    fn token_at(&self, pos: usize) -> Token {
        Token { kind: TokenKind::Eof, start: pos, end: pos, line: self.start_line }
    }

    /// Counts the line breaks of text that was passed over at once.
    fn count_lines(&mut self) {
        self.line += count_lines(&self.text[self.start..self.pos]);
    }

    fn ignore(&mut self) {
        self.count_lines();
        self.start = self.pos;
        self.start_line = self.line;
    }

    fn fail(&mut self, message: impl Into<String>) -> Token {
        self.error = message.into();
        Token {
            kind: TokenKind::Error,
            start: self.start,
            end: self.pos.max(self.start),
            line: self.start_line,
        }
    }
}

#[inline]
pub(crate) fn is_space(char: char) -> bool {
    matches!(char, ' ' | '\t' | '\r' | '\n')
}

#[inline]
pub(crate) fn is_alphanumeric(char: char) -> bool {
    if char.is_ascii() {
        return char == '_' || char.is_ascii_alphanumeric();
    }
    unicode::is_letter(char) || unicode::is_digit(char)
}

/// Where the next left delimiter is.
fn find_left(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'{', bytes).find(|at| bytes.get(at + 1) == Some(&b'{'))
}

fn count_lines(text: &str) -> usize {
    // Most of what is skipped is a blank or two: not worth a call.
    if text.len() < 16 {
        return text.bytes().filter(|&byte| byte == b'\n').count();
    }
    memchr::memchr_iter(b'\n', text.as_bytes()).count()
}

fn has_left_trim_marker(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 2 && bytes[0] == b'-' && is_space(char::from(bytes[1]))
}

fn has_right_trim_marker(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 2 && is_space(char::from(bytes[0])) && bytes[1] == b'-'
}

fn right_trim_len(text: &str) -> usize {
    text.len() - text.trim_end_matches(is_space).len()
}

fn left_trim_len(text: &str) -> usize {
    text.len() - text.trim_start_matches(is_space).len()
}
