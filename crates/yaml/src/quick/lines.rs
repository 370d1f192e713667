//! From line to line: indentation, comments, empty lines, the end of the document.

use memchr::memchr;

use super::Reader;

const SPACES: u64 = u64::from_le_bytes([b' '; 8]);

impl Reader<'_> {
    /// Goes over the rest of a line, which holds a comment at most, and to the next token.
    #[inline]
    pub(super) fn next_line(&mut self) -> Option<()> {
        self.commented = false;
        self.breaks = 0;
        self.skip_spaces();
        self.end_line()
    }

    /// As [`next_line`](Self::next_line), from the beginning of a line.
    pub(super) fn begin_line(&mut self) -> Option<()> {
        self.commented = false;
        self.breaks = 0;
        self.line_start = self.pos;
        self.skip_spaces();
        if matches!(self.peek(0), b'\n' | b'#' | 0) {
            return self.end_line();
        }
        self.arrive();
        Some(())
    }

    #[inline]
    pub(super) fn skip_spaces(&mut self) {
        self.pos += self.spaces();
    }

    /// How many spaces follow.
    #[inline]
    pub(super) fn spaces(&self) -> usize {
        let mut rest = self.bytes.get(self.pos..).unwrap_or_default();
        let mut count = 0;
        while let Some((eight, after)) = rest.split_first_chunk() {
            let others = u64::from_le_bytes(*eight) ^ SPACES;
            if others != 0 {
                return count + others.trailing_zeros() as usize / 8;
            }
            count += eight.len();
            rest = after;
        }
        count + rest.iter().take_while(|byte| **byte == b' ').count()
    }

    /// Where the line ends.
    #[inline]
    pub(super) fn line_end(&self) -> usize {
        let rest = self.bytes.get(self.pos..).unwrap_or_default();
        memchr(b'\n', rest).map_or(self.bytes.len(), |at| self.pos + at)
    }

    fn end_line(&mut self) -> Option<()> {
        loop {
            match self.peek(0) {
                b'\n' => {}
                b'#' => {
                    self.commented = true;
                    self.pos = self.line_end();
                    continue;
                }
                0 => {
                    self.column = -1;
                    return Some(());
                }
                _ => return None,
            }
            self.breaks += 1;
            self.pos += 1;
            self.line_start = self.pos;
            self.skip_spaces();
            if !matches!(self.peek(0), b'\n' | b'#' | 0) {
                self.arrive();
                return Some(());
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
        matches!(
            (self.peek(0), self.peek(1), self.peek(2)),
            (b'-', b'-', b'-') | (b'.', b'.', b'.')
        ) && self.is_blankz(self.pos + 3)
    }
}
