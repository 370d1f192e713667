//! Collections in brackets, and what is in them.
//!
//! Invariant: every function here ends right behind what it has read.

use std::borrow::Cow;

use super::making::{Making, ReadValue};
use super::{Key, MAX_KEY, Reader};

/// The value of an entry of a map in brackets.
struct FlowValue;

impl<'t> ReadValue<'t> for FlowValue {
    #[inline]
    fn read<M: Making<'t>>(self, reader: &mut Reader<'t>, making: M) -> Option<M::Made> {
        match reader.peek(0) {
            b',' | b'}' => Some(M::null()),
            _ => reader.flow_node(making),
        }
    }
}

impl<'t> Reader<'t> {
    pub(super) fn flow_node<M: Making<'t>>(&mut self, making: M) -> Option<M::Made> {
        match self.peek(0) {
            b'[' => self.flow_list(making),
            b'{' => self.flow_map(making),
            b'\'' | b'"' => self.quoted().map(M::string),
            _ => {
                let words = self.flow_words()?;
                M::words(self, words)
            }
        }
    }

    fn flow_list<M: Making<'t>>(&mut self, making: M) -> Option<M::Made> {
        self.enter()?;
        self.pos += 1;
        let mut list = Vec::new();
        loop {
            self.flow_space()?;
            if self.peek(0) == b']' {
                break;
            }
            list.push(self.flow_node(making.item())?);
            if self.ends_entries(b']')? {
                break;
            }
        }
        self.pos += 1;
        self.depth -= 1;
        Some(M::list(list))
    }

    fn flow_map<M: Making<'t>>(&mut self, making: M) -> Option<M::Made> {
        self.enter()?;
        self.pos += 1;
        let mut map = M::Map::default();
        loop {
            self.flow_space()?;
            if self.peek(0) == b'}' {
                break;
            }
            let name = Self::name(self.flow_key()?)?;
            self.flow_space()?;
            making.entry(self, name, &mut map, FlowValue)?;
            if self.ends_entries(b'}')? {
                break;
            }
        }
        self.pos += 1;
        self.depth -= 1;
        Some(M::map(map))
    }

    /// A key and its colon, which must stand on one line.
    fn flow_key(&mut self) -> Option<Key<'t>> {
        let start = self.pos;
        let plain = !matches!(self.peek(0), b'\'' | b'"');
        let text = if plain { Cow::Borrowed(self.flow_words()?) } else { self.quoted()? };
        while matches!(self.peek(0), b' ' | b'\t') {
            self.pos += 1;
        }
        let written = self.bytes.get(start..self.pos)?;
        if self.peek(0) != b':' || written.len() > MAX_KEY || written.contains(&b'\n') {
            return None;
        }
        self.pos += 1;
        Some(Key { text, plain })
    }

    /// Goes over the comma behind an entry; whether the bracket stands here instead.
    fn ends_entries(&mut self, bracket: u8) -> Option<bool> {
        self.flow_space()?;
        match self.peek(0) {
            b',' => {
                self.pos += 1;
                Some(false)
            }
            byte => (byte == bracket).then_some(true),
        }
    }

    /// Words without quotes, on one line.
    fn flow_words(&mut self) -> Option<&'t str> {
        let from = self.pos;
        if matches!(self.peek(0), b'?' | b':') || !self.begins_plain() {
            return None;
        }
        let mut at = from;
        let ended = loop {
            match self.bytes.get(at) {
                None | Some(b'\n' | b',' | b'?' | b'[' | b']' | b'{' | b'}') => break at,
                Some(b':') if self.is_blankz(at + 1) => break at,
                Some(b'#') if self.blank_before(at) => break at,
                Some(_) => at += 1,
            }
        };
        self.pos = ended;
        // What stands on the next line might belong to the words, too.
        if self.peek(0) == b'\n' {
            self.flow_space()?;
            if !matches!(self.peek(0), b',' | b']' | b'}') {
                return None;
            }
        }
        self.trimmed(from, ended)
    }

    /// Goes over blanks, line breaks and comments.
    fn flow_space(&mut self) -> Option<()> {
        loop {
            match self.peek(0) {
                b' ' | b'\t' => self.pos += 1,
                b'#' => self.pos = self.line_end(self.pos),
                b'\n' => {
                    self.pos += 1;
                    if self.at_mark() {
                        return None;
                    }
                }
                _ => return Some(()),
            }
        }
    }
}
