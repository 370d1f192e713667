//! The JSON reader: one pass, no recursion, errors in the words of Go's scanner.
//!
//! Invariant: open lists and maps lie on a stack, at most [`MAX_DEPTH`] of them.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::lossy;
use crate::composer::MAX_DEPTH;
use crate::{Build, Numbers, Problem, Value};

/// Reads exactly one value.
pub(super) fn read<B: Build>(text: &[u8], numbers: Numbers) -> Result<B, Problem> {
    match read_filling(text, numbers)? {
        (_, Some(problem)) => Err(problem),
        (value, None) => Ok(value),
    }
}

/// As [`read`], but numbers beyond a float's range leave null where they stand; the first is told.
pub(super) fn read_filling<B: Build>(
    text: &[u8],
    numbers: Numbers,
) -> Result<(B, Option<Problem>), Problem> {
    let mut reader = Reader::new(text, std::str::from_utf8(text).ok(), numbers);
    let value = reader.value()?;
    reader.skip_space();
    if reader.pos < text.len() {
        return Err(reader.invalid("after top-level value"));
    }
    Ok((value, reader.too_large))
}

/// Reads one value and says where it ends; nothing where the text has none.
pub(super) fn first(text: &[u8], numbers: Numbers) -> Result<Option<(Value, usize)>, Problem> {
    // Whoever reads a stream comes again: what follows the value is not looked at.
    let mut reader = Reader::new(text, None, numbers);
    reader.skip_space();
    if reader.pos == text.len() {
        return Ok(None);
    }
    let value = reader.value()?;
    match reader.too_large {
        Some(problem) => Err(problem),
        None => Ok(Some((value, reader.pos))),
    }
}

struct Reader<'t, B: Build> {
    text: &'t [u8],
    /// The same, if it is known to be UTF-8.
    utf8: Option<&'t str>,
    pos: usize,
    numbers: Numbers,
    open: Vec<Open<'t, B>>,
    /// A number beyond a float's range; Go goes on checking the syntax first.
    too_large: Option<Problem>,
}

/// A collection that is not closed yet; a map waits with the key of its next value.
enum Open<'t, B: Build> {
    List(Vec<B>),
    Map(B::Entries, Cow<'t, str>),
}

impl<'t, B: Build> Reader<'t, B> {
    fn new(text: &'t [u8], utf8: Option<&'t str>, numbers: Numbers) -> Self {
        Self { text, utf8, pos: 0, numbers, open: Vec::new(), too_large: None }
    }

    fn value(&mut self) -> Result<B, Problem> {
        'next: loop {
            let Some(mut value) = self.begin()? else { continue };
            // A finished value goes into what is open, which may finish too.
            while !self.open.is_empty() {
                match self.add(value)? {
                    Some(finished) => value = finished,
                    None => continue 'next,
                }
            }
            return Ok(value);
        }
    }

    /// Reads a scalar or an empty collection, or opens a collection.
    fn begin(&mut self) -> Result<Option<B>, Problem> {
        self.skip_space();
        match self.peek() {
            Some(b'[') => {
                self.pos += 1;
                self.check_depth()?;
                self.skip_space();
                if self.peek() == Some(b']') {
                    self.pos += 1;
                    return Ok(Some(B::list(Vec::new())));
                }
                self.open.push(Open::List(Vec::new()));
                Ok(None)
            }
            Some(b'{') => {
                self.pos += 1;
                self.check_depth()?;
                self.skip_space();
                if self.peek() == Some(b'}') {
                    self.pos += 1;
                    return Ok(Some(B::map(B::Entries::default())));
                }
                let key = self.key("looking for beginning of object key string")?;
                self.open.push(Open::Map(B::Entries::default(), key));
                Ok(None)
            }
            Some(b'"') => self.string().map(|s| Some(B::string(s))),
            Some(b'-' | b'0'..=b'9') => self.number().map(Some),
            Some(b't') => self.literal("true", B::bool(true)).map(Some),
            Some(b'f') => self.literal("false", B::bool(false)).map(Some),
            Some(b'n') => self.literal("null", B::null()).map(Some),
            Some(_) | None => Err(self.invalid("looking for beginning of value")),
        }
    }

    /// Puts a value into the innermost open collection; gives that back if it is finished.
    fn add(&mut self, value: B) -> Result<Option<B>, Problem> {
        self.skip_space();
        let (end, context) = match self.open.last_mut() {
            Some(Open::Map(map, key)) => {
                B::insert(map, std::mem::take(key), value);
                (b'}', "after object key:value pair")
            }
            Some(Open::List(list)) => {
                list.push(value);
                (b']', "after array element")
            }
            None => return Ok(Some(value)),
        };
        match self.peek() {
            Some(b',') => {
                self.pos += 1;
                if end == b'}' {
                    self.skip_space();
                    let next = self.key("looking for beginning of object key string")?;
                    if let Some(Open::Map(_, key)) = self.open.last_mut() {
                        *key = next;
                    }
                }
                Ok(None)
            }
            Some(byte) if byte == end => {
                self.pos += 1;
                Ok(self.open.pop().map(|open| match open {
                    Open::List(list) => B::list(list),
                    Open::Map(map, _) => B::map(map),
                }))
            }
            Some(_) | None => Err(self.invalid(context)),
        }
    }

    fn key(&mut self, context: &str) -> Result<Cow<'t, str>, Problem> {
        if self.peek() != Some(b'"') {
            return Err(self.invalid(context));
        }
        let key = self.string()?;
        self.skip_space();
        if self.peek() != Some(b':') {
            return Err(self.invalid("after object key"));
        }
        self.pos += 1;
        Ok(key)
    }

    fn check_depth(&self) -> Result<(), Problem> {
        if self.open.len() >= MAX_DEPTH {
            return Err(self.problem("exceeded max depth".to_owned()));
        }
        Ok(())
    }

    fn literal(&mut self, word: &str, value: B) -> Result<B, Problem> {
        for expected in word.bytes() {
            if self.peek() != Some(expected) {
                let expected = char::from(expected);
                return Err(self.unfinished(&format!("in literal {word} (expecting '{expected}')")));
            }
            self.pos += 1;
        }
        Ok(value)
    }

    fn number(&mut self) -> Result<B, Problem> {
        let start = self.pos;
        if self.peek() == Some(b'-') {
            self.pos += 1;
        }
        match self.peek() {
            Some(b'0') => self.pos += 1,
            Some(b'1'..=b'9') => self.digits(),
            Some(_) | None => return Err(self.unfinished("in numeric literal")),
        }
        if self.peek() == Some(b'.') {
            self.pos += 1;
            if !self.peek().is_some_and(|b| b.is_ascii_digit()) {
                return Err(self.unfinished("after decimal point in numeric literal"));
            }
            self.digits();
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.pos += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.pos += 1;
            }
            if !self.peek().is_some_and(|b| b.is_ascii_digit()) {
                return Err(self.unfinished("in exponent of numeric literal"));
            }
            self.digits();
        }
        Ok(self.convert(start))
    }

    fn digits(&mut self) {
        while self.peek().is_some_and(|b| b.is_ascii_digit()) {
            self.pos += 1;
        }
    }

    fn convert(&mut self, start: usize) -> B {
        if let Some(whole) = short_number(&self.text[start..self.pos]) {
            let exact = self.numbers == Numbers::Exact;
            return if exact { B::int(whole) } else { B::float(whole as f64) };
        }
        let text = std::str::from_utf8(&self.text[start..self.pos]).unwrap_or_default();
        if self.numbers == Numbers::Exact {
            if let Ok(n) = text.parse::<i64>() {
                return B::int(n);
            }
            if let Ok(n) = text.parse::<u64>() {
                return B::uint(n);
            }
        }
        let value = text.parse::<f64>().unwrap_or(f64::NAN);
        if value.is_finite() {
            return B::float(value);
        }
        if self.too_large.is_none() {
            let message =
                format!("json: cannot unmarshal number {text} into Go value of type float64");
            self.too_large = Some(Problem { span: Some(start..self.pos), ..Problem::new(message) });
        }
        // One that is alone stays, because where a map or list is expected its type is what counts.
        if self.open.is_empty() { B::float(value) } else { B::null() }
    }

    fn string(&mut self) -> Result<Cow<'t, str>, Problem> {
        self.pos += 1;
        let first = self.run();
        if self.peek() == Some(b'"') {
            self.pos += 1;
            return Ok(first);
        }
        let mut out = first.into_owned();
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.pos += 1;
                    return Ok(Cow::Owned(out));
                }
                Some(b'\\') => {
                    self.pos += 1;
                    out.push(self.escape()?);
                }
                Some(_) | None => return Err(self.invalid("in string literal")),
            }
            out.push_str(&self.run());
        }
    }

    /// Goes over characters of a string that mean themselves.
    fn run(&mut self) -> Cow<'t, str> {
        let from = self.pos;
        let rest = self.text.get(from..).unwrap_or_default();
        let len = rest.iter().position(|byte| ENDS_RUN[usize::from(*byte)]);
        self.pos += len.unwrap_or(rest.len());
        match self.utf8.and_then(|text| text.get(from..self.pos)) {
            Some(run) => Cow::Borrowed(run),
            None => lossy(&self.text[from..self.pos]),
        }
    }

    /// What follows a backslash; a lone surrogate is U+FFFD.
    fn escape(&mut self) -> Result<char, Problem> {
        let c = match self.peek() {
            Some(b'b') => '\x08',
            Some(b'f') => '\x0c',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'"') => '"',
            Some(b'u') => {
                self.pos += 1;
                return self.unicode();
            }
            Some(_) | None => return Err(self.unfinished("in string escape code")),
        };
        self.pos += 1;
        Ok(c)
    }

    fn unicode(&mut self) -> Result<char, Problem> {
        let unit = self.hex()?;
        if !(0xd800..0xdc00).contains(&unit) {
            return Ok(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        let before = self.pos;
        if self.text.get(self.pos..self.pos + 2) == Some(b"\\u") {
            self.pos += 2;
            let low = self.hex()?;
            if (0xdc00..0xe000).contains(&low) {
                let code = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.pos = before;
        }
        Ok(char::REPLACEMENT_CHARACTER)
    }

    fn hex(&mut self) -> Result<u32, Problem> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|b| char::from(b).to_digit(16));
            let Some(digit) = digit else {
                return Err(self.unfinished("in \\u hexadecimal character escape"));
            };
            code = code * 16 + digit;
            self.pos += 1;
        }
        Ok(code)
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.pos).copied()
    }

    fn skip_space(&mut self) {
        let rest = self.text.get(self.pos..).unwrap_or_default();
        let space = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
        self.pos += space.count();
    }

    /// Go's message for the byte at hand, or for the end of the text.
    fn invalid(&self, context: &str) -> Problem {
        match self.peek() {
            None => self.problem("unexpected end of JSON input".to_owned()),
            Some(byte) => self.problem(format!("invalid character {} {context}", quote_byte(byte))),
        }
    }

    /// As [`invalid`](Self::invalid), inside a word: Go ends the text with a space and finds that.
    fn unfinished(&self, context: &str) -> Problem {
        match self.peek() {
            None => self.problem(format!("invalid character ' ' {context}")),
            Some(_) => self.invalid(context),
        }
    }

    fn problem(&self, message: String) -> Problem {
        let before = self.text.get(..self.pos).unwrap_or_default();
        let line_start = before.iter().rposition(|b| *b == b'\n').map_or(0, |n| n + 1);
        Problem {
            message,
            line: Some(before.split(|b| *b == b'\n').count()),
            column: Some(lossy(&before[line_start..]).chars().count() + 1),
            span: Some(self.pos..(self.pos + 1).min(self.text.len())),
        }
    }
}

/// Quotes, backslashes and control characters.
const ENDS_RUN: [bool; 256] = {
    let mut table = [false; 256];
    let mut control = 0;
    while control < 0x20 {
        table[control] = true;
        control += 1;
    }
    table[b'"' as usize] = true;
    table[b'\\' as usize] = true;
    table
};

/// A whole number of a few digits; zero with a sign is none.
fn short_number(text: &[u8]) -> Option<i64> {
    const FEW: usize = 15;
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    if digits.len() > FEW || negative && digits == b"0" {
        return None;
    }
    let size = digits.iter().try_fold(0, |size, byte| {
        byte.is_ascii_digit().then(|| size * 10 + i64::from(byte - b'0'))
    })?;
    Some(if negative { -size } else { size })
}

/// A byte as Go's JSON scanner quotes it.
fn quote_byte(byte: u8) -> String {
    let mut out = String::new();
    match byte {
        b'\'' => out.push_str("'\\''"),
        b'"' => out.push_str("'\"'"),
        b'\\' => out.push_str("'\\\\'"),
        0x07 => out.push_str("'\\a'"),
        0x08 => out.push_str("'\\b'"),
        0x0c => out.push_str("'\\f'"),
        b'\n' => out.push_str("'\\n'"),
        b'\r' => out.push_str("'\\r'"),
        b'\t' => out.push_str("'\\t'"),
        0x0b => out.push_str("'\\v'"),
        // Go quotes the byte as the character of that number: no-break space and soft hyphen are
        // not printable.
        0x80..=0xa0 | 0xad => {
            let _ = write!(out, "'\\u{byte:04x}'");
        }
        0x20..=0x7e | 0xa1.. => {
            let _ = write!(out, "'{}'", char::from(byte));
        }
        _ => {
            let _ = write!(out, "'\\x{byte:02x}'");
        }
    }
    out
}
