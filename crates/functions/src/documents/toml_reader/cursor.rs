//! Walking through the text one character at a time, with the line that an error would name.
//!
//! **Invariant**: characters that TOML never allows (controls, a lone carriage return, bytes that are
//! no UTF-8) are refused where they are met first, also while looking ahead.

/// Why reading ended.
#[derive(Debug)]
pub(super) enum Fault {
    Problem(Problem),
    /// The library's own panic.
    Bug(String),
}

/// What is wrong, and the line that is told.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) line: i64,
    pub(super) message: String,
}

impl Problem {
    pub(super) fn fault(line: i64, message: impl Into<String>) -> Fault {
        Fault::Problem(Self { line, message: message.into() })
    }
}

pub(super) struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
    line: i64,
    /// The end was read, and not yet put back.
    past_end: bool,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0, line: 1, past_end: false }
    }

    /// The next character; none at the end.
    pub(super) fn next(&mut self) -> Result<Option<char>, Fault> {
        let rest = &self.text[self.at..];
        let Some(&first) = rest.first() else {
            self.past_end = true;
            return Ok(None);
        };
        if first == b'\n' {
            self.line += 1;
        }
        let control = first == b'\r' && rest.get(1) != Some(&b'\n');
        if control || first == 0x7f || (first < b' ' && !matches!(first, b'\t' | b'\r' | b'\n')) {
            let words = format!("TOML files cannot contain control characters: '0x{first:02x}'");
            return Err(Problem::fault(self.line, words));
        }
        let letter = if first.is_ascii() { Some(char::from(first)) } else { decode(rest) };
        let Some(letter) = letter else {
            return Err(Problem::fault(self.line, format!("invalid UTF-8 byte: 0x{first:02x}")));
        };
        self.at += letter.len_utf8();
        Ok(Some(letter))
    }

    /// Puts the last character back, or the end.
    pub(super) fn back(&mut self) {
        if std::mem::take(&mut self.past_end) {
            return;
        }
        self.at -= 1;
        while self.text[self.at] & 0xc0 == 0x80 {
            self.at -= 1;
        }
        if self.text[self.at] == b'\n' {
            self.line -= 1;
        }
    }

    pub(super) fn peek(&mut self) -> Result<Option<char>, Fault> {
        let letter = self.next()?;
        self.back();
        Ok(letter)
    }

    /// Takes the next character where it is this one.
    pub(super) fn accept(&mut self, wanted: char) -> Result<bool, Fault> {
        let found = self.next()? == Some(wanted);
        if !found {
            self.back();
        }
        Ok(found)
    }

    pub(super) fn skip_blanks(&mut self) -> Result<(), Fault> {
        while matches!(self.next()?, Some(' ' | '\t')) {}
        self.back();
        Ok(())
    }

    /// Skips a comment up to the end of its line.
    pub(super) fn comment(&mut self) -> Result<(), Fault> {
        while !matches!(self.next()?, None | Some('\n' | '\r')) {}
        self.back();
        Ok(())
    }

    pub(super) fn position(&self) -> usize {
        self.at
    }

    pub(super) fn line(&self) -> i64 {
        self.line
    }

    /// What was read since a position.
    pub(super) fn since(&self, from: usize) -> String {
        String::from_utf8_lossy(&self.text[from..self.at]).into_owned()
    }

    /// An error here; where the end was read behind a line's end, on that line.
    pub(super) fn fault(&self, message: impl Into<String>) -> Fault {
        let ended = self.past_end && self.text[..self.at].last() == Some(&b'\n');
        Problem::fault(self.line - i64::from(ended), message)
    }

    /// An error on the line before, of which this one is the end.
    pub(super) fn fault_before(&self, message: impl Into<String>) -> Fault {
        Problem::fault(self.line - 1, message)
    }

    /// An error here; where the end was read, on the line before.
    pub(super) fn fault_at_end_before(&self, message: impl Into<String>) -> Fault {
        Problem::fault(self.line - i64::from(self.past_end), message)
    }
}

/// The first character of a text.
fn decode(text: &[u8]) -> Option<char> {
    let text = &text[..text.len().min(4)];
    let valid = text.utf8_chunks().next()?.valid();
    valid.chars().next()
}
