//! The quick way through a document that is written as nearly all are: blocks of keys and dashes,
//! scalars of every style, brackets, comments.
//!
//! One pass over the text makes the value, without tokens, events, a tree, or places. Whatever is
//! not of that simple shape (anchors, tags, complex keys, directives, tabs that indent) or wrong in
//! any way is left to the full reader, which also words the errors.
//!
//! Invariant: what is read here is what the full reader makes of the same text (see `scanner`,
//! `parser`, `composer`, `decoder` for why); in doubt nothing is read.
//! Not here: errors, and documents after the first.

use std::borrow::Cow;

use crate::decoder::{Duplicates, Wanted};
use crate::descend::descend_few;
use crate::resolver::{self, Resolved};
use crate::source::Source;
use crate::{Build, Numbers, Value};

mod block;
mod flow;
mod lines;
mod literal;
mod making;
mod plain;
mod quoted;

use making::{Making, Parts, Whole};

/// Deeper documents are left to the full reader, so that few levels are all that need stack here.
const MAX_DEPTH: u32 = 64;
/// Whether a key is longer in characters than the scanner allows need not be asked below this many
/// bytes.
const MAX_KEY: usize = 1000;

/// What is wanted of the first document of a text; nothing if the full reader must read it.
pub(crate) fn read(
    source: &Source<'_>,
    numbers: Numbers,
    duplicates: Duplicates,
    wanted: Wanted<'_>,
) -> Option<Value> {
    match (wanted, duplicates) {
        (Wanted::All, Duplicates::LastWins) => build(source, numbers),
        (Wanted::All | Wanted::Entries(_), _) => {
            let mut reader = Reader::new(source, numbers)?;
            descend_few(|| reader.document(Parts { wanted, duplicates }))
        }
        (Wanted::Nothing, _) => None,
    }
}

/// The first document of a text as a tree of any kind; nothing if the full reader must read it.
pub(crate) fn build<B: Build>(source: &Source<'_>, numbers: Numbers) -> Option<B> {
    let mut reader = Reader::new(source, numbers)?;
    descend_few(|| reader.document(Whole::new()))
}

struct Reader<'t> {
    source: &'t Source<'t>,
    text: &'t str,
    bytes: &'t [u8],
    pos: usize,
    /// Where the line begins; known where a token begins outside brackets.
    line_start: usize,
    /// Column of the block token at `pos`; -1 at the end of the document.
    column: isize,
    /// How many line breaks, and whether a comment, stand before that token.
    breaks: usize,
    commented: bool,
    depth: u32,
    numbers: Numbers,
}

/// A key: its text, and whether it was written without quotes.
struct Key<'t> {
    text: Cow<'t, str>,
    plain: bool,
}

impl<'t> Reader<'t> {
    /// At the beginning of a text; nothing if its characters are not simple.
    fn new(source: &'t Source<'_>, numbers: Numbers) -> Option<Self> {
        let simple = source.fault.is_none()
            && source.has_one_break()
            && !source.text.starts_with('\u{feff}');
        let text: &str = &source.text;
        simple.then_some(Self {
            source,
            text,
            bytes: text.as_bytes(),
            pos: 0,
            line_start: 0,
            column: 0,
            breaks: 0,
            commented: false,
            depth: 0,
            numbers,
        })
    }

    fn document<M: Making<'t>>(&mut self, making: M) -> Option<M::Made> {
        self.begin_line();
        if self.column < 0 && self.peek(0) == b'-' {
            self.pos += 3;
            self.next_line()?;
        }
        if self.column < 0 {
            return (self.peek(0) != b'.').then(M::null);
        }
        let made = self.block_node(-1, making)?;
        (self.column < 0).then_some(made)
    }

    /// The byte `ahead` bytes on; 0, which no text holds, past the end.
    #[inline]
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.pos + ahead).copied().unwrap_or(0)
    }

    /// Whether a blank, a line break or the end is at this byte.
    #[inline]
    fn is_blankz(&self, at: usize) -> bool {
        matches!(self.bytes.get(at), None | Some(b' ' | b'\t' | b'\n'))
    }

    /// Counts one level more, as far as there may be.
    fn enter(&mut self) -> Option<()> {
        self.depth += 1;
        (self.depth <= MAX_DEPTH).then_some(())
    }

    /// The name that a key has in JSON.
    fn name(key: Key<'t>) -> Option<Cow<'t, str>> {
        if !key.plain || resolver::is_string(key.text.as_bytes()) {
            return Some(key.text);
        }
        match resolver::plain(&key.text) {
            Resolved::String if key.text == "<<" => None,
            Resolved::String | Resolved::Timestamp => Some(key.text),
            Resolved::Bool(b) => Some(Cow::Owned(b.to_string())),
            Resolved::Int(n) => Some(Cow::Owned(n.to_string())),
            Resolved::Null | Resolved::Uint(_) | Resolved::Float(_) | Resolved::Binary => None,
        }
    }
}

#[cfg(test)]
mod tests;
