//! The JSON reader: one pass, no recursion, errors in the words of Go's scanner.
//!
//! Invariant: open lists and maps lie on a stack, at most [`MAX_DEPTH`] of them.

use std::fmt::Write as _;

use super::lossy;
use crate::composer::MAX_DEPTH;
use crate::{Map, Numbers, Problem, Value};

/// Reads exactly one value.
pub(super) fn read(text: &[u8], numbers: Numbers) -> Result<Value, Problem> {
    match read_filling(text, numbers)? {
        (_, Some(problem)) => Err(problem),
        (value, None) => Ok(value),
    }
}

/// As [`read`], but numbers beyond a float's range leave null where they stand; the first is told.
pub(super) fn read_filling(
    text: &[u8],
    numbers: Numbers,
) -> Result<(Value, Option<Problem>), Problem> {
    let mut reader = Reader { text, pos: 0, numbers, open: Vec::new(), too_large: None };
    let value = reader.value()?;
    reader.skip_space();
    if reader.pos < text.len() {
        return Err(reader.invalid("after top-level value"));
    }
    Ok((value, reader.too_large))
}

/// Reads one value and says where it ends; nothing where the text has none.
pub(super) fn first(text: &[u8], numbers: Numbers) -> Result<Option<(Value, usize)>, Problem> {
    let mut reader = Reader { text, pos: 0, numbers, open: Vec::new(), too_large: None };
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

struct Reader<'t> {
    text: &'t [u8],
    pos: usize,
    numbers: Numbers,
    open: Vec<Open>,
    /// A number beyond a float's range; Go goes on checking the syntax first.
    too_large: Option<Problem>,
}

/// A collection that is not closed yet; a map waits with the key of its next value.
enum Open {
    List(Vec<Value>),
    Map(Map, String),
}

impl Reader<'_> {
    fn value(&mut self) -> Result<Value, Problem> {
        loop {
            let Some(mut value) = self.begin()? else { continue };
            // A finished value goes into what is open, which may finish too.
            loop {
                let Some(open) = self.open.pop() else { return Ok(value) };
                match self.add(open, value)? {
                    Some(finished) => value = finished,
                    None => break,
                }
            }
        }
    }

    /// Reads a scalar or an empty collection, or opens a collection.
    fn begin(&mut self) -> Result<Option<Value>, Problem> {
        self.skip_space();
        match self.peek() {
            Some(b'[') => {
                self.pos += 1;
                self.check_depth()?;
                self.skip_space();
                if self.peek() == Some(b']') {
                    self.pos += 1;
                    return Ok(Some(Value::List(Vec::new())));
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
                    return Ok(Some(Value::Map(Map::new())));
                }
                let key = self.key("looking for beginning of object key string")?;
                self.open.push(Open::Map(Map::new(), key));
                Ok(None)
            }
            Some(b'"') => self.string().map(|s| Some(Value::String(s))),
            Some(b'-' | b'0'..=b'9') => self.number().map(Some),
            Some(b't') => self.literal("true", Value::Bool(true)).map(Some),
            Some(b'f') => self.literal("false", Value::Bool(false)).map(Some),
            Some(b'n') => self.literal("null", Value::Null).map(Some),
            Some(_) | None => Err(self.invalid("looking for beginning of value")),
        }
    }

    /// Puts a value into an open collection; gives the collection back if it is finished.
    fn add(&mut self, mut open: Open, value: Value) -> Result<Option<Value>, Problem> {
        self.skip_space();
        let (end, context) = match &mut open {
            Open::List(list) => {
                list.push(value);
                (b']', "after array element")
            }
            Open::Map(map, key) => {
                map.insert(std::mem::take(key), value);
                (b'}', "after object key:value pair")
            }
        };
        match self.peek() {
            Some(b',') => {
                self.pos += 1;
                if let Open::Map(_, key) = &mut open {
                    self.skip_space();
                    *key = self.key("looking for beginning of object key string")?;
                }
                self.open.push(open);
                Ok(None)
            }
            Some(byte) if byte == end => {
                self.pos += 1;
                Ok(Some(match open {
                    Open::List(list) => Value::List(list),
                    Open::Map(map, _) => Value::Map(map),
                }))
            }
            Some(_) | None => Err(self.invalid(context)),
        }
    }

    fn key(&mut self, context: &str) -> Result<String, Problem> {
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

    fn literal(&mut self, word: &str, value: Value) -> Result<Value, Problem> {
        for expected in word.bytes() {
            if self.peek() != Some(expected) {
                let expected = char::from(expected);
                return Err(self.unfinished(&format!("in literal {word} (expecting '{expected}')")));
            }
            self.pos += 1;
        }
        Ok(value)
    }

    fn number(&mut self) -> Result<Value, Problem> {
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

    fn convert(&mut self, start: usize) -> Value {
        let text = std::str::from_utf8(&self.text[start..self.pos]).unwrap_or_default();
        if self.numbers == Numbers::Exact {
            if let Ok(n) = text.parse::<i64>() {
                return Value::Int(n);
            }
            if let Ok(n) = text.parse::<u64>() {
                return Value::Uint(n);
            }
        }
        let value = text.parse::<f64>().unwrap_or(f64::NAN);
        if value.is_finite() {
            return Value::Float(value);
        }
        if self.too_large.is_none() {
            let message =
                format!("json: cannot unmarshal number {text} into Go value of type float64");
            self.too_large = Some(Problem { span: Some(start..self.pos), ..Problem::new(message) });
        }
        // One that is alone stays, because where a map or list is expected its type is what counts.
        if self.open.is_empty() { Value::Float(value) } else { Value::Null }
    }

    fn string(&mut self) -> Result<String, Problem> {
        self.pos += 1;
        let mut out: Option<String> = None;
        let mut from = self.pos;
        loop {
            match self.peek() {
                Some(b'"') => {
                    let rest = lossy(&self.text[from..self.pos]);
                    self.pos += 1;
                    return Ok(match out {
                        Some(out) => out + &rest,
                        None => rest.into_owned(),
                    });
                }
                Some(b'\\') => {
                    let text = out.get_or_insert_default();
                    text.push_str(&lossy(&self.text[from..self.pos]));
                    self.pos += 1;
                    let c = self.escape()?;
                    text.push(c);
                    from = self.pos;
                }
                Some(0x20..) => self.pos += 1,
                Some(_) | None => return Err(self.invalid("in string literal")),
            }
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
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.pos += 1;
        }
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
