//! The text that is scanned: bytes decoded as go-yaml's reader does it, with a cursor that knows
//! line and column.
//!
//! Invariant: a character that go-yaml's reader refuses is reported once the scanner comes to the
//! block of [`BLOCK`] bytes that holds it, not before: what stands earlier may fail for another
//! reason or end the document.

use std::borrow::Cow;

use crate::Problem;
use crate::token::Mark;

/// go-yaml decodes its input in blocks of this many bytes.
const BLOCK: usize = 512;

/// Text and what is wrong with it.
pub(crate) struct Source<'t> {
    pub(crate) text: Cow<'t, str>,
    pub(crate) fault: Option<Fault>,
}

/// A character that may not stand in a YAML text.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    /// From this byte on go-yaml does not see the text.
    pub(crate) from: usize,
    pub(crate) problem: Problem,
}

impl<'t> Source<'t> {
    /// A text without its byte order mark.
    pub(crate) fn from_str(text: &'t str) -> Self {
        let bom = if text.starts_with('\u{feff}') { 3 } else { 0 };
        Self::checked(Cow::Borrowed(text), bom)
    }

    /// Bytes in UTF-8, or in UTF-16 with a byte order mark.
    pub(crate) fn from_bytes(bytes: &'t [u8]) -> Self {
        match bytes {
            [0xff, 0xfe, rest @ ..] => Self::from_utf16(rest, u16::from_le_bytes),
            [0xfe, 0xff, rest @ ..] => Self::from_utf16(rest, u16::from_be_bytes),
            _ => match std::str::from_utf8(bytes) {
                Ok(text) => Self::from_str(text),
                Err(error) => Self::broken(bytes, error.valid_up_to()),
            },
        }
    }

    fn from_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Self {
        let (pairs, rest) = bytes.as_chunks::<2>();
        let mut text = String::with_capacity(bytes.len());
        let mut message = None;
        for c in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
            match c {
                Ok(c) => text.push(c),
                Err(error) if (0xdc00..0xe000).contains(&error.unpaired_surrogate()) => {
                    message = Some("unexpected low surrogate area");
                    break;
                }
                Err(_) => {
                    message = Some("expected low surrogate area");
                    break;
                }
            }
        }
        if message.is_none() && !rest.is_empty() {
            message = Some("incomplete UTF-16 character");
        }
        let at = text.len();
        let mut source = Self::checked(Cow::Owned(text), 0);
        if let (None, Some(message)) = (&source.fault, message) {
            source.fault = Some(Fault::new(&source.text, at, message));
        }
        source
    }

    fn broken(bytes: &'t [u8], at: usize) -> Self {
        let valid = bytes.get(..at).and_then(|b| std::str::from_utf8(b).ok()).unwrap_or_default();
        let mut source = Self::from_str(valid);
        if source.fault.is_none() {
            let message = utf8_message(bytes.get(at..).unwrap_or_default());
            let at = source.text.len();
            source.fault = Some(Fault::new(&source.text, at, message));
        }
        source
    }

    fn checked(text: Cow<'t, str>, bom: usize) -> Self {
        let fault = text
            .get(bom..)
            .and_then(forbidden)
            .map(|at| Fault::new(&text, bom + at, "control characters are not allowed"));
        Self { text, fault }
    }
}

impl Fault {
    fn new(text: &str, at: usize, message: &str) -> Self {
        let before = text.get(..at).unwrap_or_default();
        let width = text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        let line_start = before.rfind('\n').map_or(0, |n| n + 1);
        let problem = Problem {
            message: message.to_owned(),
            line: Some(before.matches('\n').count() + 1),
            column: Some(before.get(line_start..).unwrap_or_default().chars().count() + 1),
            span: Some(at..at + width),
        };
        Self { from: block_start(text, at), problem }
    }
}

/// Where the block begins that holds the byte `at`; a character that a block's end would cut
/// belongs to the next.
fn block_start(text: &str, at: usize) -> usize {
    let mut start = 0;
    loop {
        let mut end = (start + BLOCK).min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        if at < end || end >= text.len() {
            return start;
        }
        start = end;
    }
}

/// The first character that YAML forbids.
fn forbidden(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    bytes.iter().enumerate().find_map(|(at, &byte)| {
        let bad = match byte {
            b'\t' | b'\n' | b'\r' => false,
            0..0x20 | 0x7f => true,
            0xc2 => bytes.get(at + 1).is_some_and(|&b| b < 0xa0 && b != 0x85),
            0xef => {
                bytes.get(at + 1) == Some(&0xbf) && bytes.get(at + 2).is_some_and(|&b| b >= 0xbe)
            }
            _ => false,
        };
        bad.then_some(at)
    })
}

fn utf8_message(bytes: &[u8]) -> &'static str {
    let first = bytes.first().copied().unwrap_or_default();
    let width = match first {
        0xc0..0xe0 => 2,
        0xe0..0xf0 => 3,
        0xf0..0xf8 => 4,
        _ => return "invalid leading UTF-8 octet",
    };
    if bytes.len() < width {
        return "incomplete UTF-8 octet sequence";
    }
    if bytes[1..width].iter().any(|b| b & 0xc0 != 0x80) {
        return "invalid trailing UTF-8 octet";
    }
    let bits = if width == 2 {
        0x1f
    } else if width == 3 {
        0x0f
    } else {
        0x07
    };
    let value =
        bytes[1..width].iter().fold(u32::from(first & bits), |v, b| (v << 6) | u32::from(b & 0x3f));
    let least = [0x80, 0x800, 0x10000][width - 2];
    if value < least { "invalid length of a UTF-8 sequence" } else { "invalid Unicode character" }
}

/// A place in a text, and what stands there.
///
/// Past the end every byte is 0, which no YAML text holds.
#[derive(Clone, Copy)]
pub(crate) struct Cursor<'t> {
    pub(crate) text: &'t str,
    pub(crate) mark: Mark,
}

impl<'t> Cursor<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        let pos = if text.starts_with('\u{feff}') { 3 } else { 0 };
        Self { text, mark: Mark { pos, ..Mark::default() } }
    }

    /// The byte `ahead` bytes on.
    pub(crate) fn peek(&self, ahead: usize) -> u8 {
        self.text.as_bytes().get(self.mark.pos + ahead).copied().unwrap_or(0)
    }

    pub(crate) fn at_end(&self) -> bool {
        self.mark.pos >= self.text.len()
    }

    /// How many bytes the line break `ahead` bytes on has; 0 if there is none.
    pub(crate) fn break_len(&self, ahead: usize) -> usize {
        match self.peek(ahead) {
            b'\r' if self.peek(ahead + 1) == b'\n' => 2,
            b'\r' | b'\n' => 1,
            0xc2 if self.peek(ahead + 1) == 0x85 => 2,
            0xe2 if self.peek(ahead + 1) == 0x80 && matches!(self.peek(ahead + 2), 0xa8 | 0xa9) => {
                3
            }
            _ => 0,
        }
    }

    pub(crate) fn is_break(&self, ahead: usize) -> bool {
        self.break_len(ahead) > 0
    }

    pub(crate) fn is_breakz(&self, ahead: usize) -> bool {
        self.peek(ahead) == 0 || self.is_break(ahead)
    }

    pub(crate) fn is_blank(&self, ahead: usize) -> bool {
        matches!(self.peek(ahead), b' ' | b'\t')
    }

    pub(crate) fn is_blankz(&self, ahead: usize) -> bool {
        self.is_blank(ahead) || self.is_breakz(ahead)
    }

    /// Whether a line begins here with `---` or `...`.
    pub(crate) fn at_document_indicator(&self) -> bool {
        self.mark.column == 0
            && matches!(
                (self.peek(0), self.peek(1), self.peek(2)),
                (b'-', b'-', b'-') | (b'.', b'.', b'.')
            )
            && self.is_blankz(3)
    }

    /// Goes over one character.
    pub(crate) fn skip(&mut self) {
        let width = match self.peek(0) {
            0..0x80 => 1,
            0x80..0xe0 => 2,
            0xe0..0xf0 => 3,
            0xf0.. => 4,
        };
        self.mark.pos = (self.mark.pos + width).min(self.text.len());
        self.mark.index += 1;
        self.mark.column += 1;
    }

    /// Goes to a byte on the same line.
    pub(crate) fn skip_to(&mut self, pos: usize) {
        let passed = self.text.as_bytes().get(self.mark.pos..pos).unwrap_or_default();
        let count = passed.iter().filter(|b| **b & 0xc0 != 0x80).count();
        self.mark.pos = pos;
        self.mark.index += count;
        self.mark.column += count;
    }

    /// Goes to the end of the line.
    pub(crate) fn skip_line_rest(&mut self) {
        self.skip_to(self.line_end());
    }

    /// Where the line ends.
    pub(crate) fn line_end(&self) -> usize {
        let bytes = self.text.as_bytes();
        let mut pos = self.mark.pos;
        while let Some(byte) = bytes.get(pos) {
            let found = match byte {
                b'\n' | b'\r' => true,
                0xc2 => bytes.get(pos + 1) == Some(&0x85),
                0xe2 => {
                    bytes.get(pos + 1) == Some(&0x80)
                        && matches!(bytes.get(pos + 2), Some(0xa8 | 0xa9))
                }
                _ => false,
            };
            if found {
                break;
            }
            pos += 1;
        }
        pos
    }

    /// Goes over a line break, if there is one, and gives it as YAML reads it: `\n`, or the Unicode
    /// separators themselves.
    pub(crate) fn read_break(&mut self) -> &'t str {
        let len = self.break_len(0);
        if len == 0 {
            return "";
        }
        let read = if len == 3 {
            self.text.get(self.mark.pos..self.mark.pos + 3).unwrap_or_default()
        } else {
            "\n"
        };
        self.mark.index += if self.peek(0) == b'\r' { len } else { 1 };
        self.mark.pos += len;
        self.mark.column = 0;
        self.mark.line += 1;
        read
    }

    /// The text from a byte to here.
    pub(crate) fn since(&self, pos: usize) -> &'t str {
        self.text.get(pos..self.mark.pos).unwrap_or_default()
    }
}
