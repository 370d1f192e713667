//! Strings: between one quote or three, with escapes or literal.
//!
//! **Invariant**: each gives its text and the line on which it ended.

use super::cursor::{Fault, Problem};
use super::{Reader, quoted};

impl Reader<'_> {
    /// A string with escapes, behind its quote.
    pub(super) fn basic_string(&mut self) -> Result<(String, i64), Fault> {
        let from = self.cursor.position();
        loop {
            match self.cursor.next()? {
                None => return Err(self.cursor.fault("unexpected EOF; expected '\"'")),
                Some('\n' | '\r') => return Err(self.line_end()),
                Some('\\') => self.escape(from)?,
                Some('"') => {
                    self.cursor.back();
                    let (text, line) = (self.cursor.since(from), self.cursor.line());
                    self.cursor.next()?;
                    return Ok((unescape(&text, line)?, line));
                }
                Some(_) => {}
            }
        }
    }

    /// A literal string, behind its quote.
    pub(super) fn literal_string(&mut self) -> Result<(String, i64), Fault> {
        let from = self.cursor.position();
        loop {
            match self.cursor.next()? {
                None => return Err(self.cursor.fault("unexpected EOF; expected \"'\"")),
                Some('\n' | '\r') => return Err(self.line_end()),
                Some('\'') => {
                    self.cursor.back();
                    let found = (self.cursor.since(from), self.cursor.line());
                    self.cursor.next()?;
                    return Ok(found);
                }
                Some(_) => {}
            }
        }
    }

    fn line_end(&self) -> Fault {
        self.cursor.fault_before("strings cannot contain newlines")
    }

    /// A string of several lines with escapes, behind its quotes.
    pub(super) fn long_basic_string(&mut self) -> Result<String, Fault> {
        let from = self.cursor.position();
        loop {
            match self.cursor.next()? {
                None => return Err(self.cursor.fault("unexpected EOF; expected '\"\"\"'")),
                Some('\\') => {
                    if !matches!(self.cursor.next()?, Some('\n' | '\r')) {
                        self.cursor.back();
                        self.escape(from)?;
                    }
                }
                Some('"') => {
                    if let Some((text, line)) = self.long_end(from, '"')? {
                        let text = without_escaped_lines(without_first_line_end(&text));
                        return unescape(&text, line);
                    }
                }
                Some(_) => {}
            }
        }
    }

    /// A literal string of several lines, behind its quotes.
    pub(super) fn long_literal_string(&mut self) -> Result<String, Fault> {
        let from = self.cursor.position();
        loop {
            match self.cursor.next()? {
                None => return Err(self.cursor.fault("unexpected EOF; expected \"'''\"")),
                Some('\'') => {
                    if let Some((text, _)) = self.long_end(from, '\'')? {
                        return Ok(without_first_line_end(&text).to_owned());
                    }
                }
                Some(_) => {}
            }
        }
    }

    /// Behind one quote: the text before the three that end it, if these are they. Up to two more
    /// may belong to the text.
    fn long_end(&mut self, from: usize, quote: char) -> Result<Option<(String, i64)>, Fault> {
        if !self.cursor.accept(quote)? {
            return Ok(None);
        }
        if !self.cursor.accept(quote)? {
            self.cursor.back();
            return Ok(None);
        }
        if self.cursor.peek()? == Some(quote) {
            let text = self.cursor.since(from);
            let five: String = std::iter::repeat_n(quote, 5).collect();
            let escaped = quote == '"' && text.ends_with("\\\"\"\"\"\"");
            if text.ends_with(&five) && !escaped {
                let around = if quote == '"' { '\'' } else { '"' };
                let words = format!("unexpected {around}{five}{quote}{around}");
                return Err(self.cursor.fault(words));
            }
            self.cursor.back();
            self.cursor.back();
            return Ok(None);
        }
        let mut text = self.cursor.since(from);
        text.truncate(text.len() - 3);
        Ok(Some((text, self.cursor.line())))
    }

    /// What may follow a backslash.
    fn escape(&mut self, from: usize) -> Result<(), Fault> {
        let letter = self.cursor.next()?;
        let (count, words) = match letter {
            Some('e' | 'b' | 't' | 'n' | 'f' | 'r' | '"' | ' ' | '\t' | '\\') => return Ok(()),
            Some('x') => (2, "two hexadecimal digits after '\\x'"),
            Some('u') => (4, "four hexadecimal digits after '\\u'"),
            Some('U') => (8, "eight hexadecimal digits after '\\U'"),
            other => {
                let words = format!("invalid escape in string '\\{}'", other.unwrap_or('\0'));
                return Err(self.cursor.fault_at_end_before(words));
            }
        };
        for _ in 0..count {
            if !self.cursor.next()?.is_some_and(|letter| letter.is_ascii_hexdigit()) {
                let read = quoted(self.cursor.since(from).as_bytes());
                return Err(self.cursor.fault(format!("expected {words}, but got {read} instead")));
            }
        }
        Ok(())
    }
}

fn without_first_line_end(text: &str) -> &str {
    text.strip_prefix('\n').or_else(|| text.strip_prefix("\r\n")).unwrap_or(text)
}

/// Without each backslash at the end of a line and the white space behind it.
fn without_escaped_lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut from = 0;
    while let Some(at) = rest[from..].find('\\').map(|at| from + at) {
        let behind = &rest[at + 1..];
        if behind.starts_with('\\') {
            from = at + 2;
            continue;
        }
        let next = behind.trim_start_matches([' ', '\t', '\r', '\n']);
        if !behind[..behind.len() - next.len()].contains('\n') {
            from = at + 1;
            continue;
        }
        out.push_str(&rest[..at]);
        (rest, from) = (next, 0);
    }
    out.push_str(rest);
    out
}

fn unescape(text: &str, line: i64) -> Result<String, Fault> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('\\') {
        out.push_str(before);
        let mut letters = behind.chars();
        let letter = letters.next().unwrap_or_default();
        rest = letters.as_str();
        let digits = match letter {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => {
                let meant = plain_escape(letter)
                    .ok_or_else(|| Problem::fault(line, format!("invalid escape: '\\{letter}'")))?;
                out.push(meant);
                continue;
            }
        };
        let (hex, behind) = rest.split_at(digits.min(rest.len()));
        let meant = u32::from_str_radix(hex, 16).ok().and_then(char::from_u32);
        out.push(meant.ok_or_else(|| {
            Problem::fault(line, format!("Escaped character '\\u{hex}' is not valid UTF-8."))
        })?);
        rest = behind;
    }
    out.push_str(rest);
    Ok(out)
}

/// What a letter behind a backslash means.
fn plain_escape(letter: char) -> Option<char> {
    Some(match letter {
        'b' => '\u{8}',
        't' => '\t',
        'n' => '\n',
        'f' => '\u{c}',
        'r' => '\r',
        'e' => '\u{1b}',
        '"' | '\\' => letter,
        _ => return None,
    })
}
