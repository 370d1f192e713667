//! Maps and lists in lines.
//!
//! Invariant: every function here begins at a token and ends at the next one that is the first of
//! its line, or at the end of the document.

use std::borrow::Cow;

use super::{Key, MAX_KEY, Reader};
use crate::decoder::Wanted;
use crate::{Map, Value};

impl<'t> Reader<'t> {
    /// The node that begins here, inside a collection at the column `indent`.
    pub(super) fn block_node(&mut self, indent: isize, wanted: Wanted<'_>) -> Option<Value> {
        let start = self.pos;
        match self.peek(0) {
            b'-' if self.is_blankz(start + 1) => {
                let column = self.column;
                let list = self.list(wanted)?;
                (self.column < column).then_some(list)
            }
            b'\'' | b'"' => {
                let text = self.quoted()?;
                if self.at_colon() {
                    let key = self.quoted_key(text, start)?;
                    return self.map(key, wanted);
                }
                self.next_line()?;
                Some(Self::string(text, wanted))
            }
            _ => {
                if self.begins_plain() {
                    let stop = self.words(start);
                    if self.bytes.get(stop) == Some(&b':') {
                        let key = self.plain_key(stop)?;
                        return self.map(key, wanted);
                    }
                }
                self.value(indent, wanted)
            }
        }
    }

    /// A value that is no collection in lines.
    fn value(&mut self, indent: isize, wanted: Wanted<'_>) -> Option<Value> {
        match self.peek(0) {
            b'\'' | b'"' => {
                let text = self.quoted()?;
                self.next_line()?;
                Some(Self::string(text, wanted))
            }
            b'|' | b'>' => self.literal(indent, wanted),
            b'[' | b'{' => {
                let value = self.flow_node(wanted)?;
                self.next_line()?;
                Some(value)
            }
            _ if indent >= 0 && self.begins_plain() => self.plain(indent, wanted),
            _ => None,
        }
    }

    /// The map at this column; its first key was read.
    fn map(&mut self, first: Key<'t>, wanted: Wanted<'_>) -> Option<Value> {
        self.descend()?;
        let column = self.column;
        let mut map = Map::new();
        let mut key = first;
        loop {
            let name = Self::name(key)?;
            let below = wanted.below(&name);
            let value = self.entry(column, below)?;
            self.insert(&mut map, name, value, below)?;
            if self.column != column {
                break;
            }
            key = self.key()?;
        }
        self.depth -= 1;
        (self.column < column).then_some(Value::Map(map))
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
    fn entry(&mut self, column: isize, wanted: Wanted<'_>) -> Option<Value> {
        self.skip_spaces();
        if !matches!(self.peek(0), b'\n' | b'#' | 0) {
            return self.value(column, wanted);
        }
        self.next_line()?;
        if self.column > column {
            return self.block_node(column, wanted);
        }
        // A list may stand at the indentation of the map that holds it.
        if self.column == column && self.peek(0) == b'-' && self.is_blankz(self.pos + 1) {
            return self.list(wanted);
        }
        Some(Value::Null)
    }

    /// The list at this column, as far as there are dashes.
    fn list(&mut self, wanted: Wanted<'_>) -> Option<Value> {
        self.descend()?;
        let column = self.column;
        let below = if wanted == Wanted::Nothing { wanted } else { Wanted::All };
        let mut list = Vec::new();
        while self.column == column && self.peek(0) == b'-' && self.is_blankz(self.pos + 1) {
            self.pos += 1;
            let item = self.item(column, below)?;
            if below == Wanted::All {
                list.push(item);
            }
        }
        self.depth -= 1;
        if self.column > column {
            return None;
        }
        Some(if below == Wanted::All { Value::List(list) } else { Value::Null })
    }

    /// An item of the list at `column`, from behind the dash.
    fn item(&mut self, column: isize, wanted: Wanted<'_>) -> Option<Value> {
        self.skip_spaces();
        if matches!(self.peek(0), b'\n' | b'#' | 0) {
            self.next_line()?;
            if self.column <= column {
                return Some(Value::Null);
            }
        } else {
            self.column = (self.pos - self.line_start) as isize;
        }
        self.block_node(column, wanted)
    }
}
