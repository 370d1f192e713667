//! Scalars without quotes.

use std::borrow::Cow;

use memchr::memchr3;

use super::Scanner;
use crate::Problem;
use crate::cursor::Cursor;
use crate::node::Style;
use crate::token::TokenKind;

impl<'t> Scanner<'t> {
    pub(super) fn scan_plain(&mut self) -> Result<(), Problem> {
        let indent = self.indent + 1;
        let inside = if self.flow_level > 0 { Inside::Flow } else { Inside::Block };
        let start = self.cursor.mark;
        let mut end = start;
        let mut value = Cow::Borrowed("");
        let mut fold = Fold::default();
        loop {
            if self.cursor.at_document_indicator() || self.cursor.peek(0) == b'#' {
                break;
            }
            let from = self.cursor.mark.pos;
            self.cursor.skip_words(inside);
            if self.cursor.mark.pos > from {
                fold.extend(&mut value, self.cursor.since(start.pos), self.cursor.since(from));
                end = self.cursor.mark;
            }
            if !(self.cursor.is_blank(0) || self.cursor.is_break(0)) {
                break;
            }
            self.skip_blanks_and_breaks(&mut fold, indent)?;
            if self.flow_level == 0 && (self.cursor.mark.column as isize) < indent {
                break;
            }
        }
        self.push(TokenKind::Scalar { value, style: Style::Plain }, start, end);
        if fold.broken {
            self.simple_key_allowed = true;
        }
        Ok(())
    }

    fn skip_blanks_and_breaks(
        &mut self,
        fold: &mut Fold<'t>,
        indent: isize,
    ) -> Result<(), Problem> {
        loop {
            self.cursor.skip_spaces();
            if self.cursor.is_break(0) {
                fold.line_break(&mut self.cursor);
            } else if self.cursor.peek(0) == b'\t' {
                if fold.broken && (self.cursor.mark.column as isize) < indent {
                    return Err(self.problem("found a tab character that violates indentation"));
                }
                self.cursor.skip_ascii(1);
            } else {
                return Ok(());
            }
        }
    }
}

/// What encloses a plain scalar.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Inside {
    Block,
    Flow,
}

impl Cursor<'_> {
    /// Goes over words and the blanks between them, as far as the line goes, and stops before blanks
    /// that end it; says where the indicator or the line break is that ends the words.
    pub(super) fn skip_words(&mut self, inside: Inside) -> usize {
        let bytes = self.text.as_bytes();
        let from = self.mark.pos;
        let mut end = from;
        if inside == Inside::Flow || !self.has_one_break() {
            while end < bytes.len() && !self.ends_words(end, inside) {
                end += 1;
            }
        } else {
            loop {
                let rest = bytes.get(end..).unwrap_or_default();
                end = memchr3(b'\n', b':', b'#', rest).map_or(bytes.len(), |found| end + found);
                if self.ends_words(end, inside) {
                    break;
                }
                end += 1;
            }
        }
        let line = bytes.get(from..end).unwrap_or_default();
        let blanks = line.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        self.skip_to(end - blanks);
        end
    }

    /// Whether the words that begin here end before the byte at `at`.
    #[inline]
    fn ends_words(&self, at: usize, inside: Inside) -> bool {
        let ahead = at - self.mark.pos;
        match self.peek(ahead) {
            0 | b'\n' | b'\r' => true,
            b':' => self.is_blankz(ahead + 1),
            b'#' => ahead > 0 && matches!(self.text.as_bytes()[at - 1], b' ' | b'\t'),
            b',' | b'?' | b'[' | b']' | b'{' | b'}' => inside == Inside::Flow,
            0xc2 | 0xe2 => self.is_break(ahead),
            _ => false,
        }
    }
}

/// Line breaks inside a flow scalar, which become a space or fewer line breaks.
#[derive(Default)]
pub(super) struct Fold<'t> {
    /// Whether a line break was met since the last word.
    pub(super) broken: bool,
    first: &'t str,
    more: String,
}

impl<'t> Fold<'t> {
    /// Takes the line break at the cursor.
    pub(super) fn line_break(&mut self, cursor: &mut Cursor<'t>) {
        let read = cursor.read_break();
        if self.broken {
            self.more.push_str(read);
        } else {
            self.broken = true;
            self.first = read;
        }
    }

    /// Pushes what the breaks become; says whether there were any.
    pub(super) fn finish(&mut self, value: &mut String) -> bool {
        let broken = std::mem::take(&mut self.broken);
        if broken {
            let first = std::mem::take(&mut self.first);
            if first != "\n" {
                value.push_str(first);
            } else if self.more.is_empty() {
                value.push(' ');
            }
            value.push_str(&self.more);
            self.more.clear();
        }
        broken
    }

    /// Puts the next words behind a value, `all` being the whole of it if it is in one piece.
    fn extend(&mut self, value: &mut Cow<'t, str>, all: &'t str, words: &'t str) {
        match value {
            Cow::Borrowed(borrowed) if !self.broken => *borrowed = all,
            Cow::Borrowed(borrowed) => {
                let mut owned = String::with_capacity(2 * (borrowed.len() + words.len()));
                owned.push_str(borrowed);
                self.finish(&mut owned);
                owned.push_str(words);
                *value = Cow::Owned(owned);
            }
            Cow::Owned(owned) => {
                self.finish(owned);
                owned.push_str(words);
            }
        }
    }
}
