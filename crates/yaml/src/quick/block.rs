//! Maps and lists in lines.
//!
//! Invariant: every function here begins at a token and ends at the next one that is the first of
//! its line, or at the end of the document.

use std::borrow::Cow;

use super::making::{Making, ReadValue};
use super::{Key, MAX_KEY, Reader};

/// The value of an entry of the map at `column`, from behind the colon.
struct BlockValue {
    column: isize,
}

impl<'t> ReadValue<'t> for BlockValue {
    #[inline]
    fn read<M: Making<'t>>(self, reader: &mut Reader<'t>, making: M) -> Option<M::Made> {
        reader.entry(self.column, making)
    }
}

impl<'t> Reader<'t> {
    /// The node that begins here, inside a collection at the column `indent`.
    pub(super) fn block_node<M: Making<'t>>(
        &mut self,
        indent: isize,
        making: M,
    ) -> Option<M::Made> {
        let start = self.pos;
        match self.peek(0) {
            b'-' if self.is_blankz(start + 1) => {
                let column = self.column;
                let list = self.list(making)?;
                (self.column < column).then_some(list)
            }
            b'\'' | b'"' => {
                let text = self.quoted()?;
                if self.at_colon() {
                    let key = self.quoted_key(text, start)?;
                    return self.map(key, making);
                }
                self.next_line()?;
                Some(M::string(text))
            }
            _ if self.begins_plain() => {
                let stop = self.words(start);
                if self.bytes.get(stop) == Some(&b':') {
                    let key = self.plain_key(stop)?;
                    return self.map(key, making);
                }
                if indent < 0 {
                    return None;
                }
                self.plain::<M>(stop, indent)
            }
            _ => self.value(indent, making),
        }
    }

    /// A value that is no collection in lines.
    fn value<M: Making<'t>>(&mut self, indent: isize, making: M) -> Option<M::Made> {
        match self.peek(0) {
            b'\'' | b'"' => {
                let text = self.quoted()?;
                self.next_line()?;
                Some(M::string(text))
            }
            b'|' | b'>' => self.literal::<M>(indent),
            b'[' | b'{' => {
                let value = self.flow_node(making)?;
                self.next_line()?;
                Some(value)
            }
            _ if self.begins_plain() => self.plain::<M>(self.words(self.pos), indent),
            _ => None,
        }
    }

    /// The map at this column; its first key was read.
    fn map<M: Making<'t>>(&mut self, first: Key<'t>, making: M) -> Option<M::Made> {
        self.enter()?;
        let column = self.column;
        let mut map = M::Map::default();
        let mut key = first;
        loop {
            let name = Self::name(key)?;
            making.entry(self, name, &mut map, BlockValue { column })?;
            if self.column != column {
                break;
            }
            key = self.key()?;
        }
        self.depth -= 1;
        (self.column < column).then(|| M::map(map))
    }

    fn key(&mut self) -> Option<Key<'t>> {
        let start = self.pos;
        if matches!(self.peek(0), b'\'' | b'"') {
            let text = self.quoted()?;
            return if self.at_colon() { self.quoted_key(text, start) } else { None };
        }
        if !self.begins_plain() {
            return None;
        }
        let stop = self.words(start);
        if self.bytes.get(stop) == Some(&b':') { self.plain_key(stop) } else { None }
    }

    fn plain_key(&mut self, colon: usize) -> Option<Key<'t>> {
        let text = self.trimmed(self.pos, colon)?;
        if colon - self.pos > MAX_KEY {
            return None;
        }
        self.pos = colon + 1;
        Some(Key { text: Cow::Borrowed(text), plain: true })
    }

    /// Whether a colon ends a key here; blanks before it are gone over.
    fn at_colon(&mut self) -> bool {
        self.skip_spaces();
        self.peek(0) == b':' && self.is_blankz(self.pos + 1)
    }

    fn quoted_key(&mut self, text: Cow<'t, str>, start: usize) -> Option<Key<'t>> {
        let written = self.bytes.get(start..self.pos)?;
        if written.len() > MAX_KEY || written.contains(&b'\n') {
            return None;
        }
        self.pos += 1;
        Some(Key { text, plain: false })
    }

    /// The value of an entry of the map at `column`, from behind the colon.
    fn entry<M: Making<'t>>(&mut self, column: isize, making: M) -> Option<M::Made> {
        self.skip_spaces();
        if !matches!(self.peek(0), b'\n' | b'#' | 0) {
            return self.value(column, making);
        }
        self.next_line()?;
        if self.column > column {
            return self.block_node(column, making);
        }
        // A list may stand at the indentation of the map that holds it.
        if self.column == column && self.peek(0) == b'-' && self.is_blankz(self.pos + 1) {
            return self.list(making);
        }
        Some(M::null())
    }

    /// The list at this column, as far as there are dashes.
    fn list<M: Making<'t>>(&mut self, making: M) -> Option<M::Made> {
        self.enter()?;
        let column = self.column;
        let mut list = Vec::new();
        while self.column == column && self.peek(0) == b'-' && self.is_blankz(self.pos + 1) {
            self.pos += 1;
            list.push(self.item(column, making.item())?);
        }
        self.depth -= 1;
        (self.column <= column).then(|| M::list(list))
    }

    /// An item of the list at `column`, from behind the dash.
    fn item<M: Making<'t>>(&mut self, column: isize, making: M) -> Option<M::Made> {
        self.skip_spaces();
        if matches!(self.peek(0), b'\n' | b'#' | 0) {
            self.next_line()?;
            if self.column <= column {
                return Some(M::null());
            }
        } else {
            self.column = (self.pos - self.line_start) as isize;
        }
        self.block_node(column, making)
    }
}
