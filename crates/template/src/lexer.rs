//! Text to tokens, with Go's delimiters, trim markers and comments.
//!
//! Invariant: tokens and the words of every error are those of Go's `text/template/parse`. Trimming
//! happens here; the parser never sees it. Space inside an action is no token of its own, but known
//! to the token after it. Lines are not counted: only errors ask for them ([`line_at`]).

mod scan;

use crate::unicode;

/// A token: its bytes in the text.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Token {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) kind: TokenKind,
    /// Whether space stands before it, in an action.
    pub(crate) spaced: bool,
    /// Whether the bytes between a string's quotes are its value.
    pub(crate) plain: bool,
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

/// The tokens of a text.
#[derive(Debug)]
pub(crate) struct Tokens {
    /// In order; the last one is of kind [`TokenKind::Eof`] or [`TokenKind::Error`].
    pub(crate) list: Vec<Token>,
    /// What is wrong where the last token is an error.
    pub(crate) error: String,
}

/// Reads all tokens of a text.
pub(crate) fn lex(text: &str, words: Words) -> Tokens {
    let list = Vec::with_capacity(text.len() / BYTES_PER_TOKEN + 8);
    let tokens = Tokens { list, error: String::new() };
    let mut lexer =
        Lexer { text, bytes: text.as_bytes(), pos: 0, start: 0, spaced: false, words, tokens };
    while lexer.text() && lexer.action() {}
    lexer.tokens
}

/// Where the line that a byte is in comes in the text, counted from 1.
pub(crate) fn line_at(text: &str, offset: usize) -> usize {
    1 + memchr::memchr_iter(b'\n', &text.as_bytes()[..offset]).count()
}

struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    pos: usize,
    /// Where the token that is being read begins.
    start: usize,
    /// Whether space stands before it.
    spaced: bool,
    words: Words,
    tokens: Tokens,
}

const LEFT: &[u8; 2] = b"{{";
const RIGHT: &[u8] = b"}}";
/// A right delimiter that trims, behind a space.
const TRIMMING_RIGHT: &[u8] = b"-}}";
/// A marker and the space beside it.
const TRIM_MARKER: usize = 2;
/// About how many bytes of a chart's templates are one token.
const BYTES_PER_TOKEN: usize = 8;

impl TokenKind {
    /// Whether the token is a word of the language, shown as `<word>` in errors.
    pub(crate) fn is_keyword(self) -> bool {
        self >= Self::Block
    }
}

impl Lexer<'_> {
    /// Text up to the next action; comments disappear. Whether there is an action.
    fn text(&mut self) -> bool {
        self.start = self.pos;
        loop {
            let Some(left) = find_pair(self.bytes, self.pos, *LEFT) else {
                self.pos = self.bytes.len();
                if self.start < self.pos {
                    self.emit(TokenKind::Text);
                }
                self.emit(TokenKind::Eof);
                return false;
            };
            let inside = left + LEFT.len();
            let trims = has_left_trim_marker(&self.bytes[inside..]);
            self.pos = if trims { trim_end(self.bytes, self.start, left) } else { left };
            if self.start < self.pos {
                self.emit(TokenKind::Text);
            }
            let marker = if trims { TRIM_MARKER } else { 0 };
            self.pos = inside + marker;
            if !self.bytes[self.pos..].starts_with(b"/*") {
                self.push(TokenKind::LeftDelim, left, inside);
                return true;
            }
            self.start = self.pos;
            if !self.comment() {
                return false;
            }
        }
    }

    /// Skips a comment; whether nothing is wrong with it.
    fn comment(&mut self) -> bool {
        self.pos += 2;
        let Some(end) = find_pair(self.bytes, self.pos, *b"*/") else {
            return self.fail("unclosed comment");
        };
        self.pos = end + 2;
        let rest = &self.bytes[self.pos..];
        if rest.first().is_some_and(|&byte| is_space(byte)) && rest[1..].starts_with(TRIMMING_RIGHT)
        {
            self.pos = skip_space(self.bytes, self.pos + TRIM_MARKER + RIGHT.len());
        } else if rest.starts_with(RIGHT) {
            self.pos += RIGHT.len();
        } else {
            return self.fail("comment ends before closing delimiter");
        }
        self.start = self.pos;
        true
    }

    fn emit(&mut self, kind: TokenKind) {
        self.push(kind, self.start, self.pos);
        self.start = self.pos;
    }

    fn push(&mut self, kind: TokenKind, start: usize, end: usize) {
        let (start, end) = (start as u32, end as u32);
        self.tokens.list.push(Token { start, end, kind, spaced: self.spaced, plain: false });
    }

    /// Ends with an error at what was read since the token's start.
    #[cold]
    fn fail(&mut self, message: impl Into<String>) -> bool {
        self.tokens.error = message.into();
        self.emit(TokenKind::Error);
        false
    }
}

#[inline]
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

fn is_alphanumeric(char: char) -> bool {
    if char.is_ascii() {
        return char == '_' || char.is_ascii_alphanumeric();
    }
    unicode::is_letter(char) || unicode::is_digit(char)
}

/// Where two bytes stand next to each other.
fn find_pair(bytes: &[u8], from: usize, [first, second]: [u8; 2]) -> Option<usize> {
    let mut found = memchr::memchr_iter(first, &bytes[from..]).map(|at| from + at);
    found.find(|at| bytes.get(at + 1) == Some(&second))
}

fn has_left_trim_marker(bytes: &[u8]) -> bool {
    matches!(bytes, [b'-', space, ..] if is_space(*space))
}

/// Where what stands before `end` ends without its space.
fn trim_end(bytes: &[u8], start: usize, mut end: usize) -> usize {
    while end > start && is_space(bytes[end - 1]) {
        end -= 1;
    }
    end
}

/// Where the space that begins at a place ends.
#[inline]
fn skip_space(bytes: &[u8], at: usize) -> usize {
    // Mostly there is one blank or none.
    match bytes.get(at) {
        Some(b' ') if bytes.get(at + 1).is_some_and(|&byte| byte > b' ') => at + 1,
        Some(&byte) if is_space(byte) => {
            at + bytes[at..].iter().take_while(|&&byte| is_space(byte)).count()
        }
        _ => at,
    }
}
