//! The JSON printer behind [`Emitter`](crate::emit::Emitter): compact or indented, with Go's
//! escapes and numbers.

use std::fmt::Write as _;

use super::Escape;
use crate::composer::MAX_DEPTH;
use crate::{Error, Problem};

pub(crate) struct Writer {
    out: String,
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
            out: String::new(),
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
            None => Ok(self.out),
        }
    }

    /// A value that needs no quotes.
    pub(crate) fn raw(&mut self, text: &str) {
        self.before_value();
        self.out.push_str(text);
    }

    pub(crate) fn float(&mut self, value: f64) {
        if value.is_finite() {
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
        self.out.push(':');
        if self.indent.is_some() {
            self.out.push(' ');
        }
        self.after_key = true;
    }

    pub(crate) fn begin(&mut self, bracket: u8) {
        self.before_value();
        self.out.push(char::from(bracket));
        self.open.push(false);
        if self.open.len() > MAX_DEPTH {
            self.fail(Problem::new("json: unsupported value: encountered a cycle"));
        }
    }

    pub(crate) fn end(&mut self, bracket: u8) {
        if self.open.pop() == Some(true) {
            self.line();
        }
        self.out.push(char::from(bracket));
    }

    /// The comma and the line break that stand before an entry.
    fn before_value(&mut self) {
        if std::mem::take(&mut self.after_key) {
            return;
        }
        if let Some(filled) = self.open.last_mut() {
            if std::mem::replace(filled, true) {
                self.out.push(',');
            }
            self.line();
        }
    }

    fn line(&mut self) {
        if let Some(indent) = &self.indent {
            self.out.push('\n');
            for _ in 0..self.open.len() {
                self.out.push_str(indent);
            }
        }
    }

    fn quote(&mut self, bytes: &[u8]) {
        self.out.push('"');
        for chunk in bytes.utf8_chunks() {
            self.quote_valid(chunk.valid());
            // Go writes one replacement for each bad byte, as an escape.
            for _ in chunk.invalid() {
                self.out.push_str("\\ufffd");
            }
        }
        self.out.push('"');
    }

    fn quote_valid(&mut self, text: &str) {
        let mut start = 0;
        for (at, c) in text.char_indices() {
            let escaped = match c {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\u{8}' => "\\b",
                '\u{c}' => "\\f",
                '\u{2028}' => "\\u2028",
                '\u{2029}' => "\\u2029",
                '<' if self.escape == Escape::Html => "\\u003c",
                '>' if self.escape == Escape::Html => "\\u003e",
                '&' if self.escape == Escape::Html => "\\u0026",
                c if c < ' ' => "",
                _ => continue,
            };
            self.out.push_str(&text[start..at]);
            if escaped.is_empty() {
                let _ = write!(self.out, "\\u{:04x}", u32::from(c));
            } else {
                self.out.push_str(escaped);
            }
            start = at + c.len_utf8();
        }
        self.out.push_str(&text[start..]);
    }
}
