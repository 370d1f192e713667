//! From line to line: indentation, comments, empty lines, the end of the document.

use memchr::memchr;

use super::Reader;

/// Deep lines are common.
const INDENTATION: &[u8; 16] = &[b' '; 16];
const SPACES: u64 = u64::from_le_bytes([b' '; 8]);

impl Reader<'_> {
    /// Goes over the rest of a line, which holds a comment at most, and to the next token.
    #[inline]
    pub(super) fn next_line(&mut self) -> Option<()> {
        self.commented = false;
        self.breaks = 0;
        self.skip_spaces();
        match self.peek(0) {
            b'\n' | b'#' | 0 => {
                self.end_line();
                Some(())
            }
            _ => None,
        }
    }

    /// As [`next_line`](Self::next_line), from the beginning of a line.
    pub(super) fn begin_line(&mut self) {
        self.commented = false;
        self.breaks = 0;
        self.line_start = self.pos;
        self.skip_spaces();
        if matches!(self.peek(0), b'\n' | b'#' | 0) {
            self.end_line();
        } else {
            self.arrive();
        }
    }

    #[inline]
    pub(super) fn skip_spaces(&mut self) {
        if self.peek(0) == b' ' {
            self.pos = self.past_spaces(self.pos + 1);
        }
    }

    /// The byte after the spaces that begin at a byte.
    #[inline]
    pub(super) fn past_spaces(&self, from: usize) -> usize {
        let mut at = from;
        while self.bytes.get(at..).and_then(<[u8]>::first_chunk) == Some(INDENTATION) {
            at += INDENTATION.len();
        }
        while let Some(eight) = self.bytes.get(at..).and_then(<[u8]>::first_chunk) {
            let others = u64::from_le_bytes(*eight) ^ SPACES;
            if others != 0 {
                return at + others.trailing_zeros() as usize / 8;
            }
            at += 8;
        }
        while self.bytes.get(at) == Some(&b' ') {
            at += 1;
        }
        at
    }

    /// Where the line ends that has a byte.
    #[inline]
    pub(super) fn line_end(&self, at: usize) -> usize {
        let rest = self.bytes.get(at..).unwrap_or_default();
        memchr(b'\n', rest).map_or(self.bytes.len(), |end| at + end)
    }

    /// Goes to the next token from a line break, a comment or the end.
    fn end_line(&mut self) {
        let mut at = self.pos;
        loop {
            match self.bytes.get(at) {
                Some(b'\n') => {
                    self.breaks += 1;
                    self.line_start = at + 1;
                    at = self.past_spaces(at + 1);
                }
                Some(b'#') => {
                    self.commented = true;
                    at = self.line_end(at);
                }
                Some(_) => {
                    self.pos = at;
                    return self.arrive();
                }
                None => {
                    self.pos = at;
                    self.column = -1;
                    return;
                }
            }
        }
    }

    /// Notes that a token begins here, the first of its line.
    #[inline]
    fn arrive(&mut self) {
        self.column = (self.pos - self.line_start) as isize;
        if self.column == 0 && self.at_mark() {
            self.column = -1;
        }
    }

    /// Whether `---` or `...` stands here.
    #[inline]
    pub(super) fn at_mark(&self) -> bool {
        matches!(self.bytes.get(self.pos..self.pos + 3), Some(b"---" | b"..."))
            && self.is_blankz(self.pos + 3)
    }
}
