//! Scalars without quotes.

use std::borrow::Cow;

use memchr::memchr3;

use super::Reader;
use super::making::Making;

/// What may end words outside brackets.
const STOPS: [u8; 3] = [b'\n', b':', b'#'];

impl<'t> Reader<'t> {
    /// Whether words without quotes begin here, outside brackets.
    #[inline]
    pub(super) fn begins_plain(&self) -> bool {
        match beginning(self.peek(0)) {
            Beginning::Words => true,
            Beginning::Before => !self.is_blankz(self.pos + 1),
            Beginning::Other => false,
        }
    }

    /// Words that may go on in the following lines, as far as these are indented deeper than
    /// `indent`; those on the first line end at `stop`.
    pub(super) fn plain<M: Making<'t>>(&mut self, stop: usize, indent: isize) -> Option<M::Made> {
        let first = self.line_of_words(stop)?;
        if self.column <= indent || self.commented {
            return M::words(self, first);
        }
        // Words that go on are a string, whatever they are.
        let mut value = Cow::Borrowed(first);
        while self.column > indent && !self.commented {
            if self.peek(0) == b'\t' {
                return None;
            }
            let breaks = self.breaks;
            let words = self.line_of_words(self.words(self.pos))?;
            if !M::KEEPS {
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
        Some(M::string(value))
    }

    /// The words up to `stop`, which is the end of the line or a comment; nothing if it is a colon
    /// that makes them a key.
    #[inline]
    fn line_of_words(&mut self, stop: usize) -> Option<&'t str> {
        let from = self.pos;
        if stop == from || self.bytes.get(stop) == Some(&b':') {
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
        let mut to = to;
        while to > from && self.blank_before(to) {
            to -= 1;
        }
        self.text.get(from..to)
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

    /// The next byte of [`STOPS`], looked for among the next few before a search that costs more to
    /// begin.
    #[inline]
    fn next_stop(&self, from: usize) -> usize {
        let rest = self.bytes.get(from..).unwrap_or_default();
        if let Some(eight) = rest.first_chunk() {
            let word = u64::from_le_bytes(*eight);
            let found = zeros(word ^ splat(STOPS[0]))
                | zeros(word ^ splat(STOPS[1]))
                | zeros(word ^ splat(STOPS[2]));
            if found != 0 {
                return from + found.trailing_zeros() as usize / 8;
            }
        }
        memchr3(STOPS[0], STOPS[1], STOPS[2], rest).map_or(self.bytes.len(), |found| from + found)
    }
}

/// What may begin with a character.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Beginning {
    /// Words without quotes.
    Words,
    /// Words, if no blank follows.
    Before,
    /// Something else, or nothing.
    Other,
}

#[inline]
pub(super) fn beginning(byte: u8) -> Beginning {
    BEGINNINGS[usize::from(byte)]
}

const BEGINNINGS: [Beginning; 256] = {
    let mut table = [Beginning::Words; 256];
    let others = b"[]{},#&*!|>'\"%@` \t\n\0";
    let mut at = 0;
    while at < others.len() {
        table[others[at] as usize] = Beginning::Other;
        at += 1;
    }
    table[b'-' as usize] = Beginning::Before;
    table[b'?' as usize] = Beginning::Before;
    table[b':' as usize] = Beginning::Before;
    table
};

const fn splat(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// The high bit of the first byte that is zero; bits of later bytes mean nothing.
#[inline]
const fn zeros(word: u64) -> u64 {
    word.wrapping_sub(splat(1)) & !word & splat(0x80)
}
