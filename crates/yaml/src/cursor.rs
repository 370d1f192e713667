//! A place in a text that knows line and column.
//!
//! Invariant: what stands between two places is counted once, and in one go where the text's
//! [`Alphabet`] allows it.

use memchr::memchr;

use crate::source::{Alphabet, Source};
use crate::token::Mark;

/// A place in a text, and what stands there.
///
/// Past the end every byte is 0, which no YAML text holds.
#[derive(Clone, Copy)]
pub(crate) struct Cursor<'t> {
    pub(crate) text: &'t str,
    pub(crate) mark: Mark,
    alphabet: Alphabet,
}

impl<'t> Cursor<'t> {
    /// At the beginning, after a byte order mark; what a fault hides is cut off.
    pub(crate) fn new(source: &'t Source<'_>) -> Self {
        let text: &str = &source.text;
        let seen = source.fault.as_ref().map_or(text.len(), |fault| fault.from);
        let text = text.get(..seen).unwrap_or(text);
        let pos = if text.starts_with('\u{feff}') { 3 } else { 0 };
        Self { text, mark: Mark { pos, ..Mark::default() }, alphabet: source.alphabet }
    }

    /// The byte `ahead` bytes on.
    #[inline]
    pub(crate) fn peek(&self, ahead: usize) -> u8 {
        self.text.as_bytes().get(self.mark.pos + ahead).copied().unwrap_or(0)
    }

    pub(crate) fn at_end(&self) -> bool {
        self.mark.pos >= self.text.len()
    }

    /// Whether `\n` is the only line break in this text.
    pub(crate) fn has_one_break(&self) -> bool {
        self.alphabet < Alphabet::Any
    }

    /// How many bytes the line break `ahead` bytes on has; 0 if there is none.
    #[inline]
    pub(crate) fn break_len(&self, ahead: usize) -> usize {
        match self.peek(ahead) {
            b'\n' => 1,
            b'\r' | 0xc2 | 0xe2 => self.rare_break_len(ahead),
            _ => 0,
        }
    }

    fn rare_break_len(&self, ahead: usize) -> usize {
        match (self.peek(ahead), self.peek(ahead + 1), self.peek(ahead + 2)) {
            (b'\r', b'\n', _) | (0xc2, 0x85, _) => 2,
            (b'\r', ..) => 1,
            (0xe2, 0x80, 0xa8 | 0xa9) => 3,
            _ => 0,
        }
    }

    #[inline]
    pub(crate) fn is_break(&self, ahead: usize) -> bool {
        self.break_len(ahead) > 0
    }

    #[inline]
    pub(crate) fn is_breakz(&self, ahead: usize) -> bool {
        self.peek(ahead) == 0 || self.is_break(ahead)
    }

    #[inline]
    pub(crate) fn is_blank(&self, ahead: usize) -> bool {
        matches!(self.peek(ahead), b' ' | b'\t')
    }

    #[inline]
    pub(crate) fn is_blankz(&self, ahead: usize) -> bool {
        self.is_blank(ahead) || self.is_breakz(ahead)
    }

    /// Whether a line begins here with `---` or `...`.
    #[inline]
    pub(crate) fn at_document_indicator(&self) -> bool {
        self.mark.column == 0
            && matches!(
                (self.peek(0), self.peek(1), self.peek(2)),
                (b'-', b'-', b'-') | (b'.', b'.', b'.')
            )
            && self.is_blankz(3)
    }

    /// Goes over one character.
    #[inline]
    pub(crate) fn skip(&mut self) {
        let width = match self.peek(0) {
            0..0x80 => 1,
            0x80..0xe0 => 2,
            0xe0..0xf0 => 3,
            0xf0.. => 4,
        };
        self.mark.pos = (self.mark.pos + width).min(self.text.len());
        self.mark.column += 1;
    }

    /// Goes over this many ASCII characters.
    #[inline]
    pub(crate) fn skip_ascii(&mut self, count: usize) {
        self.mark.pos += count;
        self.mark.column += count as u32;
    }

    /// Goes over spaces.
    #[inline]
    pub(crate) fn skip_spaces(&mut self) {
        self.skip_ascii(self.spaces(usize::MAX));
    }

    /// How many spaces follow; `most` if there are more.
    #[inline]
    pub(crate) fn spaces(&self, most: usize) -> usize {
        const SPACES: u64 = u64::from_le_bytes([b' '; 8]);
        let mut rest = self.text.as_bytes().get(self.mark.pos..).unwrap_or_default();
        let mut count = 0;
        while count < most
            && let Some((eight, after)) = rest.split_first_chunk()
        {
            let others = u64::from_le_bytes(*eight) ^ SPACES;
            if others != 0 {
                return (count + others.trailing_zeros() as usize / 8).min(most);
            }
            count += eight.len();
            rest = after;
        }
        (count + rest.iter().take_while(|byte| **byte == b' ').count()).min(most)
    }

    /// Goes to a byte on the same line.
    #[inline]
    pub(crate) fn skip_to(&mut self, pos: usize) {
        let passed = if self.alphabet == Alphabet::Ascii {
            pos.saturating_sub(self.mark.pos)
        } else {
            self.text.get(self.mark.pos..pos).unwrap_or_default().chars().count()
        };
        self.mark.pos = pos;
        self.mark.column += passed as u32;
    }

    /// Goes to the end of the line.
    pub(crate) fn skip_line_rest(&mut self) {
        self.skip_to(self.line_end());
    }

    /// Where the line ends.
    pub(crate) fn line_end(&self) -> usize {
        let bytes = self.text.as_bytes();
        let rest = bytes.get(self.mark.pos..).unwrap_or_default();
        if self.has_one_break() {
            return memchr(b'\n', rest).map_or(bytes.len(), |at| self.mark.pos + at);
        }
        let mut ahead = 0;
        while ahead < rest.len() && !self.is_break(ahead) {
            ahead += 1;
        }
        self.mark.pos + ahead
    }

    /// Goes over a line break, if there is one, and gives it as YAML reads it: `\n`, or the Unicode
    /// separators themselves.
    #[inline]
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
        self.mark.pos += len;
        self.mark.column = 0;
        self.mark.line += 1;
        read
    }

    /// The text from a byte to here.
    #[inline]
    pub(crate) fn since(&self, pos: usize) -> &'t str {
        self.text.get(pos..self.mark.pos).unwrap_or_default()
    }
}
