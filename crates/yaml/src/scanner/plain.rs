//! Scalars without quotes.

use std::borrow::Cow;

use super::Scanner;
use crate::Problem;
use crate::node::Style;
use crate::source::Cursor;
use crate::token::TokenKind;

impl Scanner<'_> {
    pub(super) fn scan_plain(&mut self) -> Result<(), Problem> {
        let indent = self.indent + 1;
        let start = self.cursor.mark;
        let mut end = start;
        let mut value = Cow::Borrowed("");
        let mut fold = Fold::default();
        loop {
            if self.cursor.at_document_indicator() || self.cursor.peek(0) == b'#' {
                break;
            }
            let from = self.cursor.mark.pos;
            self.skip_word();
            if self.cursor.mark.pos > from {
                match (&mut value, fold.finish()) {
                    (Cow::Borrowed(borrowed), None) => *borrowed = self.cursor.since(start.pos),
                    (Cow::Borrowed(borrowed), Some(folded)) => {
                        value = Cow::Owned(
                            [borrowed, folded.as_str(), self.cursor.since(from)].concat(),
                        );
                    }
                    (Cow::Owned(owned), None) => owned.push_str(self.cursor.since(end.pos)),
                    (Cow::Owned(owned), Some(folded)) => {
                        owned.push_str(&folded);
                        owned.push_str(self.cursor.since(from));
                    }
                }
                end = self.cursor.mark;
            }
            if !(self.cursor.is_blank(0) || self.cursor.is_break(0)) {
                break;
            }
            while self.cursor.is_blank(0) || self.cursor.is_break(0) {
                if self.cursor.is_break(0) {
                    fold.line_break(&mut self.cursor);
                    continue;
                }
                let column = self.cursor.mark.column as isize;
                if fold.broken && column < indent && self.cursor.peek(0) == b'\t' {
                    return Err(self.problem("found a tab character that violates indentation"));
                }
                self.cursor.skip();
            }
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

    /// Goes to the next blank, or to an indicator that ends the scalar.
    fn skip_word(&mut self) {
        let flow = self.flow_level > 0;
        let mut ahead = 0;
        loop {
            let ends = match self.cursor.peek(ahead) {
                0 | b' ' | b'\t' | b'\n' | b'\r' => true,
                b':' => self.cursor.is_blankz(ahead + 1),
                b',' | b'?' | b'[' | b']' | b'{' | b'}' => flow,
                0xc2 | 0xe2 => self.cursor.is_break(ahead),
                _ => false,
            };
            if ends {
                break;
            }
            ahead += 1;
        }
        self.cursor.skip_to(self.cursor.mark.pos + ahead);
    }
}

/// Line breaks inside a flow scalar, which become a space or fewer line breaks.
#[derive(Default)]
pub(super) struct Fold {
    /// Whether a line break was met since the last word.
    pub(super) broken: bool,
    first: String,
    more: String,
}

impl Fold {
    /// Takes the line break at the cursor.
    pub(super) fn line_break(&mut self, cursor: &mut Cursor<'_>) {
        let read = cursor.read_break();
        if self.broken {
            self.more.push_str(read);
        } else {
            self.broken = true;
            self.first.push_str(read);
        }
    }

    /// What the breaks become; nothing if there were none.
    pub(super) fn finish(&mut self) -> Option<String> {
        if !std::mem::take(&mut self.broken) {
            return None;
        }
        let first = std::mem::take(&mut self.first);
        let more = std::mem::take(&mut self.more);
        Some(match (first.starts_with('\n'), more.is_empty()) {
            (true, true) => " ".to_owned(),
            (true, false) => more,
            (false, _) => first + &more,
        })
    }
}
