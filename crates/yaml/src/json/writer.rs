//! The JSON printer behind [`Emitter`](crate::emit::Emitter): compact or indented, with Go's
//! escapes and numbers.

use std::io::Write as _;

use super::Escape;
use crate::composer::MAX_DEPTH;
use crate::decimal::Decimal;
use crate::{Error, Problem};

pub(crate) struct Writer {
    /// UTF-8.
    out: Vec<u8>,
    escape: Escape,
    indent: Option<String>,
    /// For each open list or map, whether it already holds an entry.
    open: Vec<bool>,
    after_key: bool,
    problem: Option<Problem>,
}

impl Writer {
    pub(crate) fn new(escape: Escape, indent: Option<&str>) -> Self {
        Self {
            out: Vec::new(),
            escape,
            indent: indent.map(str::to_owned),
            open: Vec::new(),
            after_key: false,
            problem: None,
        }
    }

    pub(crate) fn failed(&self) -> bool {
        self.problem.is_some()
    }

    pub(crate) fn fail(&mut self, problem: Problem) {
        self.problem.get_or_insert(problem);
    }

    pub(crate) fn finish(self) -> Result<String, Error> {
        match self.problem {
            Some(problem) => Err(Error::Marshal(problem)),
            // Never lossy, because only texts are written.
            None => Ok(String::from_utf8(self.out).unwrap_or_default()),
        }
    }

    /// A value that needs no quotes.
    pub(crate) fn raw(&mut self, text: &str) {
        self.word(text.as_bytes());
    }

    /// As [`raw`](Self::raw), in ASCII.
    pub(crate) fn word(&mut self, word: &[u8]) {
        self.before_value();
        self.out.extend_from_slice(word);
    }

    pub(crate) fn float(&mut self, value: f64) {
        if let Some(whole) = super::whole(value) {
            self.word(Decimal::signed(whole).as_bytes());
        } else if value.is_finite() {
            self.raw(&super::number_text(value));
        } else {
            self.fail(Problem::new(super::unsupported(value)));
        }
    }

    pub(crate) fn string(&mut self, value: &[u8]) {
        self.before_value();
        self.quote(value);
    }

    pub(crate) fn key(&mut self, key: &[u8]) {
        self.before_value();
        self.quote(key);
        self.out.push(b':');
        if self.indent.is_some() {
            self.out.push(b' ');
        }
        self.after_key = true;
    }

    pub(crate) fn begin(&mut self, bracket: u8) {
        self.before_value();
        self.out.push(bracket);
        self.open.push(false);
        if self.open.len() > MAX_DEPTH {
            self.fail(Problem::new("json: unsupported value: encountered a cycle"));
        }
    }

    pub(crate) fn end(&mut self, bracket: u8) {
        if self.open.pop() == Some(true) {
            self.line();
        }
        self.out.push(bracket);
    }

    /// The comma and the line break that stand before an entry.
    fn before_value(&mut self) {
        if std::mem::take(&mut self.after_key) {
            return;
        }
        if let Some(filled) = self.open.last_mut() {
            if std::mem::replace(filled, true) {
                self.out.push(b',');
            }
            self.line();
        }
    }

    fn line(&mut self) {
        if let Some(indent) = &self.indent {
            self.out.push(b'\n');
            for _ in 0..self.open.len() {
                self.out.extend_from_slice(indent.as_bytes());
            }
        }
    }

    fn quote(&mut self, bytes: &[u8]) {
        self.out.push(b'"');
        let seen = bytes.iter().fold(0, |seen, byte| seen | CLASSES[usize::from(*byte)]);
        if seen & (SPECIAL | if self.escape == Escape::Html { HTML } else { 0 }) == 0 {
            self.out.extend_from_slice(bytes);
        } else {
            self.quote_special(bytes);
        }
        self.out.push(b'"');
    }

    /// A string of which some characters must be looked at.
    fn quote_special(&mut self, bytes: &[u8]) {
        for chunk in bytes.utf8_chunks() {
            self.quote_valid(chunk.valid());
            // Go writes one replacement for each bad byte, as an escape.
            for _ in chunk.invalid() {
                self.out.extend_from_slice(b"\\ufffd");
            }
        }
    }

    fn quote_valid(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let escaped = if self.escape == Escape::Html { SPECIAL | HTML } else { SPECIAL };
        let mut from = 0;
        for (at, byte) in bytes.iter().enumerate() {
            if CLASSES[usize::from(*byte)] & escaped == 0 {
                continue;
            }
            let (text, len): (&[u8], usize) = match (*byte, bytes.get(at + 1..at + 3)) {
                (b'"', _) => (b"\\\"", 1),
                (b'\\', _) => (b"\\\\", 1),
                (b'\n', _) => (b"\\n", 1),
                (b'\r', _) => (b"\\r", 1),
                (b'\t', _) => (b"\\t", 1),
                (0x08, _) => (b"\\b", 1),
                (0x0c, _) => (b"\\f", 1),
                (b'<', _) => (b"\\u003c", 1),
                (b'>', _) => (b"\\u003e", 1),
                (b'&', _) => (b"\\u0026", 1),
                (0xe2, Some([0x80, 0xa8])) => (b"\\u2028", 3),
                (0xe2, Some([0x80, 0xa9])) => (b"\\u2029", 3),
                (..b' ', _) => (b"", 1),
                _ => continue,
            };
            self.out.extend_from_slice(&bytes[from..at]);
            if text.is_empty() {
                let written = write!(self.out, "\\u{byte:04x}");
                debug_assert!(written.is_ok(), "memory takes any text");
            }
            self.out.extend_from_slice(text);
            from = at + len;
        }
        self.out.extend_from_slice(&bytes[from..]);
    }
}

/// Escaped by all, or not ASCII.
const SPECIAL: u8 = 1;
/// Escaped for HTML.
const HTML: u8 = 2;

const CLASSES: [u8; 256] = {
    let mut classes = [SPECIAL; 256];
    let mut byte = b' ';
    while byte <= 0x7f {
        classes[byte as usize] = 0;
        byte += 1;
    }
    classes[b'"' as usize] = SPECIAL;
    classes[b'\\' as usize] = SPECIAL;
    classes[b'<' as usize] = HTML;
    classes[b'>' as usize] = HTML;
    classes[b'&' as usize] = HTML;
    classes
};
