//! Text to tokens, as go-yaml 2's scanner (libyaml's) cuts it.
//!
//! Invariant: every token is scanned once; a possible simple key holds back at most 1024 characters
//! of tokens, so the queue stays short and the time linear. Nesting is limited to [`MAX_LEVELS`].
//! Not here: which token may follow which (see `parser`).

use std::borrow::Cow;
use std::collections::VecDeque;

use crate::Problem;
use crate::cursor::Cursor;
use crate::source::{BLOCK, Fault, Source};
use crate::token::{Mark, Token, TokenKind};

mod block;
mod directive;
mod fetch;
mod plain;
mod quoted;

/// go-yaml's limit for indentation levels and for flow levels.
const MAX_LEVELS: usize = 10_000;
/// A key without `?` ends after this many characters at most.
const MAX_SIMPLE_KEY: u32 = 1024;

pub(crate) struct Scanner<'t> {
    cursor: Cursor<'t>,
    fault: Option<Fault>,
    tokens: VecDeque<Token<'t>>,
    /// How many tokens were taken: the number of the queue's first token.
    taken: usize,
    started: bool,
    /// The text goes on with a byte order mark behind its own one.
    second_bom: bool,
    ended: bool,
    /// Column of the block collection we are in; -1 outside.
    indent: isize,
    indents: Vec<isize>,
    flow_level: usize,
    simple_key_allowed: bool,
    /// One per flow level: the token that turns out to be a key if a `:` follows.
    simple_keys: Vec<SimpleKey>,
    /// The line of what is scanned, where that failed.
    around: Option<u32>,
}

#[derive(Clone, Copy, Default)]
struct SimpleKey {
    possible: bool,
    required: bool,
    /// Number of the token; inner levels never have a smaller one.
    token: usize,
    /// Whether the token is held back until it is clear what it is.
    held: bool,
    mark: Mark,
}

impl<'t> Scanner<'t> {
    pub(crate) fn new(source: &'t Source<'_>) -> Self {
        Self {
            cursor: Cursor::new(source),
            fault: source.fault.clone(),
            tokens: VecDeque::new(),
            taken: 0,
            started: false,
            second_bom: source.text.starts_with("\u{feff}\u{feff}"),
            ended: false,
            indent: -1,
            indents: Vec::new(),
            flow_level: 0,
            simple_key_allowed: true,
            simple_keys: Vec::new(),
            around: None,
        }
    }

    /// The scalar whose opening quote stands at a byte of the text, and where it ends; nothing if it
    /// is broken.
    pub(crate) fn quoted_at(source: &'t Source<'_>, pos: usize) -> Option<(Cow<'t, str>, usize)> {
        let mut scanner = Self::new(source);
        // Anywhere but where a document could end.
        scanner.cursor.mark = Mark { pos, column: 1, ..Mark::default() };
        if scanner.cursor.peek(0) == b'"' {
            scanner.scan_double_quoted().ok()?;
        } else {
            scanner.scan_single_quoted().ok()?;
        }
        match scanner.tokens.pop_front()?.kind {
            TokenKind::Scalar { value, .. } => Some((value, scanner.cursor.mark.pos)),
            _ => None,
        }
    }

    /// The line that go-yaml 3 names where scanning failed, if that is another than go-yaml 2's: the
    /// one on which a key or a quoted text begins.
    pub(crate) fn line_around(&self) -> Option<u32> {
        self.around.filter(|line| *line > 0).map(|line| line + 1)
    }

    /// The next token; the end of the stream again and again once it was reached.
    #[inline]
    pub(crate) fn peek(&mut self) -> Result<&Token<'t>, Problem> {
        self.fill()?;
        self.tokens.front().ok_or_else(|| Problem::new("unknown problem parsing YAML content"))
    }

    /// Takes the next token.
    #[inline]
    pub(crate) fn take(&mut self) -> Result<Token<'t>, Problem> {
        self.fill()?;
        let token = self
            .tokens
            .pop_front()
            .ok_or_else(|| Problem::new("unknown problem parsing YAML content"))?;
        self.taken += 1;
        Ok(token)
    }

    /// Scans until the first token cannot become a key any more.
    #[inline]
    fn fill(&mut self) -> Result<(), Problem> {
        if self.tokens.is_empty() || self.held_key().is_some() { self.scan() } else { Ok(()) }
    }

    #[inline(never)]
    fn scan(&mut self) -> Result<(), Problem> {
        loop {
            if !self.tokens.is_empty() {
                let Some(key) = self.held_key() else { break };
                if !self.simple_key_is_valid(key)? {
                    break;
                }
            }
            if self.ended {
                let mark = self.cursor.mark;
                self.push(TokenKind::StreamEnd, mark, mark);
                break;
            }
            // A block that cannot be read fails before anything that was scanned up to it.
            let scanned = self.fetch_next();
            self.check_fault(0)?;
            scanned?;
        }
        Ok(())
    }

    /// The entry of `simple_keys` for which the first token is held back.
    #[inline]
    fn held_key(&self) -> Option<usize> {
        let first = |key: &SimpleKey| key.held && key.token == self.taken;
        if let [key] = self.simple_keys.as_slice() {
            return first(key).then_some(0);
        }
        let from = self.simple_keys.partition_point(|key| key.token < self.taken);
        let same = self.simple_keys.iter().skip(from).take_while(|key| key.token == self.taken);
        same.zip(from..).find(|(key, _)| key.held).map(|(_, at)| at)
    }

    /// Fails if the cursor comes within `ahead` characters of a block that cannot be read.
    #[inline]
    fn check_fault(&self, ahead: usize) -> Result<(), Problem> {
        match &self.fault {
            Some(fault) if self.cursor.mark.pos + ahead >= self.cursor.text.len() => {
                Err(fault.problem.clone())
            }
            Some(_) | None => Ok(()),
        }
    }

    fn fetch_next(&mut self) -> Result<(), Problem> {
        if !self.started {
            self.started = true;
            self.simple_keys.push(SimpleKey::default());
            let mark = self.cursor.mark;
            self.push(TokenKind::StreamStart, mark, mark);
            return Ok(());
        }
        self.skip_to_next_token();
        self.unroll_indent(self.cursor.mark.column as isize);
        self.check_fault(3)?;
        if self.cursor.at_end() {
            return self.fetch_stream_end();
        }
        if self.cursor.mark.column == 0 && self.cursor.peek(0) == b'%' {
            return self.fetch_directive();
        }
        if self.cursor.at_document_indicator() {
            let kind = if self.cursor.peek(0) == b'-' {
                TokenKind::DocumentStart
            } else {
                TokenKind::DocumentEnd
            };
            return self.fetch_document_indicator(kind);
        }
        self.fetch_content()
    }

    /// A problem at the cursor, with the line as go-yaml prints it for the scanner.
    fn problem(&self, message: &str) -> Problem {
        let mark = self.cursor.mark;
        let message = if mark.line > 0 {
            format!("line {}: {message}", mark.line + 1)
        } else {
            message.to_owned()
        };
        problem_at(self.cursor.text, mark, message)
    }

    fn push(&mut self, kind: TokenKind<'t>, start: Mark, end: Mark) {
        self.tokens.push_back(Token { kind, start, end });
    }

    /// Puts a token where the token with this number stands, or last if that one was taken.
    fn insert(&mut self, number: usize, kind: TokenKind<'t>, mark: Mark) {
        let token = Token { kind, start: mark, end: mark };
        match number.checked_sub(self.taken) {
            Some(at) if at <= self.tokens.len() => self.tokens.insert(at, token),
            Some(_) | None => self.tokens.push_back(token),
        }
    }

    /// Pushes the token for the next `width` ASCII characters.
    fn push_indicator(&mut self, kind: TokenKind<'t>, width: usize) {
        let start = self.cursor.mark;
        self.cursor.skip_ascii(width);
        self.push(kind, start, self.cursor.mark);
    }

    /// Where what it has in memory begins with a byte order mark, go-yaml takes the first character
    /// of each line for one.
    fn skip_second_bom(&mut self) {
        let in_first = self.cursor.mark.pos < BLOCK && !self.cursor.at_end();
        if self.second_bom && self.cursor.mark.column == 0 && in_first {
            self.cursor.skip();
        }
    }

    fn skip_to_next_token(&mut self) {
        loop {
            self.skip_second_bom();
            self.cursor.skip_spaces();
            if self.flow_level > 0 || !self.simple_key_allowed {
                while self.cursor.is_blank(0) {
                    self.cursor.skip_ascii(1);
                }
            }
            if self.cursor.peek(0) == b'#' {
                self.cursor.skip_line_rest();
            }
            if !self.cursor.is_break(0) {
                return;
            }
            self.cursor.read_break();
            if self.flow_level == 0 {
                self.simple_key_allowed = true;
            }
        }
    }

    // Simple keys.

    fn simple_key_is_valid(&mut self, at: usize) -> Result<bool, Problem> {
        let Some(key) = self.simple_keys.get_mut(at).filter(|key| key.possible) else {
            return Ok(false);
        };
        let mark = self.cursor.mark;
        if key.mark.line < mark.line || key.mark.column + MAX_SIMPLE_KEY < mark.column {
            if key.required {
                self.around = Some(key.mark.line);
                return Err(self.problem("could not find expected ':'"));
            }
            key.possible = false;
            return Ok(false);
        }
        Ok(true)
    }

    fn save_simple_key(&mut self) -> Result<(), Problem> {
        if self.simple_key_allowed {
            let mark = self.cursor.mark;
            let key = SimpleKey {
                possible: true,
                required: self.flow_level == 0 && self.indent == mark.column as isize,
                token: self.taken + self.tokens.len(),
                held: true,
                mark,
            };
            self.remove_simple_key()?;
            if let Some(last) = self.simple_keys.last_mut() {
                *last = key;
            }
        }
        // Whatever asked cannot be followed by a key on the same line, but brackets, which allow it
        // themselves.
        self.simple_key_allowed = false;
        Ok(())
    }

    fn remove_simple_key(&mut self) -> Result<(), Problem> {
        let Some(key) = self.simple_keys.last_mut().filter(|key| key.possible) else {
            return Ok(());
        };
        if key.required {
            self.around = Some(key.mark.line);
            return Err(self.problem("could not find expected ':'"));
        }
        key.possible = false;
        key.held = false;
        Ok(())
    }

    // Indentation.

    /// Opens a block collection if the mark lies deeper; `number` is the token it stands before.
    fn roll_indent(
        &mut self,
        mark: Mark,
        number: Option<usize>,
        kind: TokenKind<'t>,
    ) -> Result<(), Problem> {
        if self.flow_level > 0 || self.indent >= mark.column as isize {
            return Ok(());
        }
        self.indents.push(self.indent);
        self.indent = mark.column as isize;
        if self.indents.len() > MAX_LEVELS {
            return Err(self.problem(&format!("exceeded max depth of {MAX_LEVELS}")));
        }
        self.insert(number.unwrap_or(usize::MAX), kind, mark);
        Ok(())
    }

    fn unroll_indent(&mut self, column: isize) {
        if self.flow_level > 0 {
            return;
        }
        while self.indent > column {
            let mark = self.cursor.mark;
            self.push(TokenKind::BlockEnd, mark, mark);
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }
}

/// A problem at a mark, spanning the character there.
pub(crate) fn problem_at(text: &str, mark: Mark, message: String) -> Problem {
    let width = text.get(mark.pos..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    Problem {
        message,
        line: Some(mark.line as usize + 1),
        column: Some(mark.column as usize + 1),
        span: Some(mark.pos..mark.pos + width),
    }
}
