//! Scalars without quotes.

use std::borrow::Cow;

use memchr::memchr3;

use super::Reader;
use crate::Value;
use crate::decoder::Wanted;

/// What may end words outside brackets.
const STOPS: [u8; 3] = [b'\n', b':', b'#'];
/// After this many bytes without a stop a line is long enough for a search that costs more to begin.
const SHORT: usize = 32;

impl<'t> Reader<'t> {
    /// Whether words without quotes begin here, outside brackets.
    #[inline]
    pub(super) fn begins_plain(&self) -> bool {
        match self.peek(0) {
            b'-' | b'?' | b':' => !self.is_blankz(self.pos + 1),
            byte => !is_indicator(byte),
        }
    }

    /// Words that may go on in the following lines, as far as these are indented deeper.
    pub(super) fn plain(&mut self, indent: isize, wanted: Wanted<'_>) -> Option<Value> {
        let first = self.line_of_words()?;
        if self.column <= indent || self.commented {
            return self.scalar(first, wanted);
        }
        // Words that go on are a string, whatever they are.
        let mut value = Cow::Borrowed(first);
        while self.column > indent && !self.commented {
            let breaks = self.breaks;
            let words = self.line_of_words()?;
            if wanted == Wanted::Nothing {
                continue;
            }
            let value = value.to_mut();
            if breaks == 1 {
                value.push(' ');
            } else {
                value.extend(std::iter::repeat_n('\n', breaks - 1));
            }
            value.push_str(words);
        }
        Some(Self::string(value, wanted))
    }

    /// The words up to the end of the line or a comment; nothing if a colon makes them a key.
    #[inline]
    fn line_of_words(&mut self) -> Option<&'t str> {
        let from = self.pos;
        let stop = self.words(from);
        if stop == from || matches!(self.bytes.get(stop), Some(b':')) || self.peek(0) == b'\t' {
            return None;
        }
        let words = self.trimmed(from, stop)?;
        self.pos = stop;
        self.next_line()?;
        Some(words)
    }

    /// A part of the text without the blanks at its end.
    #[inline]
    pub(super) fn trimmed(&self, from: usize, to: usize) -> Option<&'t str> {
        let part = self.bytes.get(from..to)?;
        let blanks = part.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        self.text.get(from..to - blanks)
    }

    /// Where words end: before a line break, before a comment, or at the colon behind a key.
    #[inline]
    pub(super) fn words(&self, from: usize) -> usize {
        let mut at = from;
        loop {
            at = self.next_stop(at);
            match self.bytes.get(at) {
                Some(b':') if !self.is_blankz(at + 1) => {}
                Some(b'#') if !self.blank_before(at) => {}
                _ => return at,
            }
            at += 1;
        }
    }

    #[inline]
    pub(super) fn blank_before(&self, at: usize) -> bool {
        at > 0 && matches!(self.bytes.get(at - 1), Some(b' ' | b'\t'))
    }

    #[inline]
    fn next_stop(&self, from: usize) -> usize {
        let rest = self.bytes.get(from..).unwrap_or_default();
        let (words, _) = rest.as_chunks::<8>();
        let mut at = from;
        for word in words.iter().take(SHORT / 8) {
            let word = u64::from_le_bytes(*word);
            let found = STOPS.iter().fold(0, |found, stop| found | zeros(word ^ splat(*stop)));
            if found != 0 {
                return at + found.trailing_zeros() as usize / 8;
            }
            at += 8;
        }
        let rest = self.bytes.get(at..).unwrap_or_default();
        memchr3(STOPS[0], STOPS[1], STOPS[2], rest).map_or(self.bytes.len(), |found| at + found)
    }
}

/// Whether no words without quotes can begin with a character, whatever follows it.
#[inline]
pub(super) fn is_indicator(byte: u8) -> bool {
    matches!(
        byte,
        b'[' | b']'
            | b'{'
            | b'}'
            | b','
            | b'#'
            | b'&'
            | b'*'
            | b'!'
            | b'|'
            | b'>'
            | b'\''
            | b'"'
            | b'%'
            | b'@'
            | b'`'
            | b' '
            | b'\t'
            | b'\n'
            | 0
    )
}

const fn splat(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// The high bit of the first byte that is zero; bits of later bytes mean nothing.
#[inline]
const fn zeros(word: u64) -> u64 {
    word.wrapping_sub(splat(1)) & !word & splat(0x80)
}
