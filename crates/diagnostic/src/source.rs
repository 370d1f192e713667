//! A named text that labels point into, and the line and column of a byte in it.

use std::ops::Range;
use std::sync::Arc;

/// A text with the name that a user knows it by, such as a path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Source {
    /// A path or another name, as shown before `:line:column`.
    pub name: String,
    /// The whole text.
    pub text: Arc<str>,
}

/// A place in a text as editors show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
}

impl Source {
    /// A shared source, ready to be labelled.
    pub fn new(name: impl Into<String>, text: impl Into<Arc<str>>) -> Arc<Self> {
        Arc::new(Self { name: name.into(), text: text.into() })
    }

    /// Line and column of a byte offset; an offset past the end counts as the end.
    pub fn position(&self, offset: usize) -> Position {
        let before = &self.text[..self.boundary(offset)];
        let start = before.rfind('\n').map_or(0, |n| n + 1);
        let line = before.bytes().filter(|&b| b == b'\n').count() + 1;
        Position { line, column: before[start..].chars().count() + 1 }
    }

    /// The bytes of a line counted from 1, without its line break; the end of the text if there is
    /// no such line.
    pub fn line(&self, number: usize) -> Range<usize> {
        let mut start = 0;
        for (n, line) in self.text.split('\n').enumerate() {
            if n + 1 == number {
                return start..start + line.trim_end_matches('\r').len();
            }
            start += line.len() + 1;
        }
        self.text.len()..self.text.len()
    }

    /// The span moved inside the text and onto character boundaries.
    pub(crate) fn clamp(&self, span: Range<usize>) -> Range<usize> {
        let start = self.boundary(span.start);
        start..self.boundary(span.end.max(start))
    }

    fn boundary(&self, offset: usize) -> usize {
        self.text.floor_char_boundary(offset.min(self.text.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_from_one() {
        let text = Source::new("t", "ab\nä€x\n");
        let at = |offset| {
            let p = text.position(offset);
            (p.line, p.column)
        };
        assert_eq!(at(0), (1, 1));
        assert_eq!(at(3), (2, 1));
        assert_eq!(at(8), (2, 3));
        assert_eq!(at(6), (2, 2), "inside a character counts as its start");
        assert_eq!(at(999), (3, 1));
    }

    #[test]
    fn lines_leave_their_breaks_out() {
        let text = Source::new("t", "ab\r\ncd");
        assert_eq!(text.line(1), 0..2);
        assert_eq!(text.line(2), 4..6);
        assert_eq!(text.line(9), 6..6);
    }
}
