//! Collections in brackets, and what is in them.
//!
//! Invariant: every function here ends right behind what it has read.

use std::borrow::Cow;

use super::plain::is_indicator;
use super::{Key, MAX_KEY, Reader};
use crate::decoder::Wanted;
use crate::{Map, Value};

impl<'t> Reader<'t> {
    pub(super) fn flow_node(&mut self, wanted: Wanted<'_>) -> Option<Value> {
        match self.peek(0) {
            b'[' => self.flow_list(wanted),
            b'{' => self.flow_map(wanted),
            b'\'' | b'"' => Some(Self::string(self.quoted()?, wanted)),
            _ => {
                let words = self.flow_words()?;
                self.scalar(words, wanted)
            }
        }
    }

    fn flow_list(&mut self, wanted: Wanted<'_>) -> Option<Value> {
        self.descend()?;
        self.pos += 1;
        let below = if wanted == Wanted::Nothing { wanted } else { Wanted::All };
        let mut list = Vec::new();
        loop {
            self.flow_space()?;
            if self.peek(0) == b']' {
                break;
            }
            let item = self.flow_node(below)?;
            if below == Wanted::All {
                list.push(item);
            }
            if self.ends_entries(b']')? {
                break;
            }
        }
        self.pos += 1;
        self.depth -= 1;
        Some(if below == Wanted::All { Value::List(list) } else { Value::Null })
    }

    fn flow_map(&mut self, wanted: Wanted<'_>) -> Option<Value> {
        self.descend()?;
        self.pos += 1;
        let mut map = Map::new();
        loop {
            self.flow_space()?;
            if self.peek(0) == b'}' {
                break;
            }
            let name = Self::name(self.flow_key()?)?;
            let below = wanted.below(&name);
            self.flow_space()?;
            let value = if matches!(self.peek(0), b',' | b'}') {
                Value::Null
            } else {
                self.flow_node(below)?
            };
            self.insert(&mut map, name, value, below)?;
            if self.ends_entries(b'}')? {
                break;
            }
        }
        self.pos += 1;
        self.depth -= 1;
        Some(Value::Map(map))
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
        match self.peek(0) {
            b'?' | b':' => return None,
            b'-' if self.is_blankz(from + 1) => return None,
            byte if is_indicator(byte) => return None,
            _ => {}
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
                b'#' => self.pos = self.line_end(),
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
