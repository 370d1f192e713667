//! Scalars in single and double quotes.

use std::borrow::Cow;

use memchr::memchr3;

use super::Scanner;
use super::plain::Fold;
use crate::Problem;
use crate::node::Style;
use crate::token::{Mark, TokenKind};

impl<'t> Scanner<'t> {
    pub(super) fn scan_single_quoted(&mut self) -> Result<(), Problem> {
        let start = self.cursor.mark;
        self.cursor.skip();
        if let Some(end) = self.plain_run(b'\'', start) {
            self.push_borrowed(Style::SingleQuoted, start, end);
            return Ok(());
        }
        let mut value = String::new();
        loop {
            self.check_quoted()?;
            while !self.cursor.is_blankz(0) {
                match (self.cursor.peek(0), self.cursor.peek(1)) {
                    (b'\'', b'\'') => {
                        value.push('\'');
                        self.cursor.skip();
                        self.cursor.skip();
                    }
                    (b'\'', _) => break,
                    _ => self.copy(&mut value),
                }
            }
            if self.cursor.peek(0) == b'\'' {
                break;
            }
            self.fold_blanks(&mut value, Fold::default());
        }
        self.finish_quoted(value, Style::SingleQuoted, start);
        Ok(())
    }

    pub(super) fn scan_double_quoted(&mut self) -> Result<(), Problem> {
        let start = self.cursor.mark;
        self.cursor.skip();
        if let Some(end) = self.plain_run(b'"', start) {
            self.push_borrowed(Style::DoubleQuoted, start, end);
            return Ok(());
        }
        let mut value = String::new();
        loop {
            self.check_quoted()?;
            let mut fold = Fold::default();
            while !self.cursor.is_blankz(0) {
                match self.cursor.peek(0) {
                    b'"' => break,
                    b'\\' if self.cursor.is_break(1) => {
                        // An escaped line break joins the lines; blanks that follow are dropped.
                        self.cursor.skip();
                        self.cursor.read_break();
                        fold.broken = true;
                        break;
                    }
                    b'\\' => self.read_escape(&mut value)?,
                    _ => self.copy(&mut value),
                }
            }
            if self.cursor.peek(0) == b'"' {
                break;
            }
            self.fold_blanks(&mut value, fold);
        }
        self.finish_quoted(value, Style::DoubleQuoted, start);
        Ok(())
    }

    /// Where the closing quote stands, if nothing before it needs a second look.
    fn plain_run(&self, quote: u8, start: Mark) -> Option<usize> {
        let from = start.pos + 1;
        let bytes = self.cursor.text.as_bytes().get(from..)?;
        let at = if self.cursor.has_one_break() {
            memchr3(quote, b'\\', b'\n', bytes)?
        } else {
            bytes
                .iter()
                .position(|&b| b == quote || matches!(b, b'\\' | b'\n' | b'\r' | 0xc2 | 0xe2))?
        };
        (bytes[at] == quote && !(quote == b'\'' && bytes.get(at + 1) == Some(&quote)))
            .then_some(from + at)
    }

    fn push_borrowed(&mut self, style: Style, start: Mark, end: usize) {
        self.cursor.skip_to(end);
        let value = Cow::Borrowed(self.cursor.since(start.pos + 1));
        self.cursor.skip();
        self.push(TokenKind::Scalar { value, style }, start, self.cursor.mark);
    }

    fn finish_quoted(&mut self, value: String, style: Style, start: Mark) {
        self.cursor.skip();
        self.push(TokenKind::Scalar { value: Cow::Owned(value), style }, start, self.cursor.mark);
    }

    fn check_quoted(&self) -> Result<(), Problem> {
        self.check_fault(3)?;
        if self.cursor.at_document_indicator() {
            return Err(self.problem("found unexpected document indicator"));
        }
        if self.cursor.at_end() {
            return Err(self.problem("found unexpected end of stream"));
        }
        Ok(())
    }

    /// Copies one character and the ordinary ones that follow it.
    fn copy(&mut self, value: &mut String) {
        let from = self.cursor.mark.pos;
        self.cursor.skip();
        let rest = self.cursor.text.as_bytes().get(self.cursor.mark.pos..).unwrap_or_default();
        let ordinary = rest.iter().take_while(|byte| {
            !matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\'' | b'"' | b'\\' | 0xc2 | 0xe2)
        });
        self.cursor.skip_to(self.cursor.mark.pos + ordinary.count());
        value.push_str(self.cursor.since(from));
    }

    /// Blanks stay as they are within a line and fold across lines; an escaped break before them
    /// leaves nothing.
    fn fold_blanks(&mut self, value: &mut String, mut fold: Fold<'t>) {
        let from = self.cursor.mark.pos;
        loop {
            self.cursor.skip_spaces();
            if self.cursor.is_break(0) {
                fold.line_break(&mut self.cursor);
            } else if self.cursor.peek(0) == b'\t' {
                self.cursor.skip_ascii(1);
            } else {
                break;
            }
        }
        if !fold.finish(value) {
            value.push_str(self.cursor.since(from));
        }
    }

    fn read_escape(&mut self, value: &mut String) -> Result<(), Problem> {
        self.check_fault(1)?;
        let (text, digits) = match self.cursor.peek(1) {
            b'0' => ("\0", 0),
            b'a' => ("\x07", 0),
            b'b' => ("\x08", 0),
            b't' | b'\t' => ("\t", 0),
            b'n' => ("\n", 0),
            b'v' => ("\x0b", 0),
            b'f' => ("\x0c", 0),
            b'r' => ("\r", 0),
            b'e' => ("\x1b", 0),
            b' ' => (" ", 0),
            b'"' => ("\"", 0),
            b'\'' => ("'", 0),
            b'\\' => ("\\", 0),
            b'N' => ("\u{85}", 0),
            b'_' => ("\u{a0}", 0),
            b'L' => ("\u{2028}", 0),
            b'P' => ("\u{2029}", 0),
            b'x' => ("", 2),
            b'u' => ("", 4),
            b'U' => ("", 8),
            _ => return Err(self.problem("found unknown escape character")),
        };
        value.push_str(text);
        self.cursor.skip();
        self.cursor.skip();
        self.check_fault(digits)?;
        let mut code = 0u32;
        for ahead in 0..digits {
            let Some(digit) = char::from(self.cursor.peek(ahead)).to_digit(16) else {
                return Err(self.problem("did not find expected hexdecimal number"));
            };
            code = code.wrapping_shl(4) | digit;
        }
        if digits > 0 {
            let Some(c) = char::from_u32(code) else {
                return Err(self.problem("found invalid Unicode character escape code"));
            };
            value.push(c);
            for _ in 0..digits {
                self.cursor.skip();
            }
        }
        Ok(())
    }
}
