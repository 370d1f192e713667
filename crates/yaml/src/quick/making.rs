//! What is made of what is read: all of it, nothing, or some entries of maps.
//!
//! Invariant: what is read over is checked as if it were made.

use std::borrow::Cow;

use super::Reader;
use crate::decoder::{Duplicates, Wanted};
use crate::resolver::{self, Resolved};
use crate::{Map, Numbers, Value};

/// How a node is made.
pub(super) trait Making<'t>: Copy {
    /// Whether strings are kept.
    const KEEPS: bool;
    /// What a node becomes.
    type Made;
    /// The entries of a map so far.
    type Map: Default;
    /// How items of lists are made.
    type Item: Making<'t>;

    fn item(self) -> Self::Item;
    fn null() -> Self::Made;
    /// A string that was written in quotes or as a block.
    fn string(text: Cow<'t, str>) -> Self::Made;
    /// What words without quotes mean.
    fn words(reader: &Reader<'t>, text: &'t str) -> Option<Self::Made>;
    fn map(map: Self::Map) -> Self::Made;
    fn list(list: Vec<<Self::Item as Making<'t>>::Made>) -> Self::Made;
    /// Reads the value behind a key and puts both into the map.
    fn entry<R: ReadValue<'t>>(
        self,
        reader: &mut Reader<'t>,
        name: Cow<'t, str>,
        map: &mut Self::Map,
        value: R,
    ) -> Option<()>;
}

/// Reads the value of an entry.
pub(super) trait ReadValue<'t> {
    fn read<M: Making<'t>>(self, reader: &mut Reader<'t>, making: M) -> Option<M::Made>;
}

/// Makes all.
#[derive(Clone, Copy)]
pub(super) struct Whole;

/// Makes nothing.
#[derive(Clone, Copy)]
pub(super) struct Skipped;

/// Makes these entries of maps, and all of what is no map.
#[derive(Clone, Copy)]
pub(super) struct Parts<'w>(pub(super) Wanted<'w>);

impl<'t> Making<'t> for Whole {
    const KEEPS: bool = true;
    type Made = Value;
    type Map = Map;
    type Item = Self;

    #[inline]
    fn item(self) -> Self {
        self
    }

    #[inline]
    fn null() -> Value {
        Value::Null
    }

    #[inline]
    fn string(text: Cow<'t, str>) -> Value {
        Value::String(text.into_owned())
    }

    #[inline]
    fn words(reader: &Reader<'t>, text: &'t str) -> Option<Value> {
        if resolver::is_string(text.as_bytes()) {
            return Some(Value::String(text.to_owned()));
        }
        meaning(text, reader.numbers)
    }

    #[inline]
    fn map(map: Map) -> Value {
        Value::Map(map)
    }

    #[inline]
    fn list(list: Vec<Value>) -> Value {
        Value::List(list)
    }

    #[inline]
    fn entry<R: ReadValue<'t>>(
        self,
        reader: &mut Reader<'t>,
        name: Cow<'t, str>,
        map: &mut Map,
        value: R,
    ) -> Option<()> {
        let value = value.read(reader, self)?;
        insert(reader.duplicates, map, name, value)
    }
}

impl<'t> Making<'t> for Skipped {
    const KEEPS: bool = false;
    type Made = ();
    type Map = ();
    type Item = Self;

    fn item(self) -> Self {
        self
    }

    fn null() {}

    fn string(_: Cow<'t, str>) {}

    #[inline]
    fn words(reader: &Reader<'t>, text: &'t str) -> Option<()> {
        // Nothing else may be what cannot be.
        match text.as_bytes() {
            [b'.' | b'+' | b'-', ..] => meaning(text, reader.numbers).map(drop),
            _ => Some(()),
        }
    }

    fn map((): ()) {}

    fn list(_: Vec<()>) {}

    #[inline]
    fn entry<R: ReadValue<'t>>(
        self,
        reader: &mut Reader<'t>,
        _: Cow<'t, str>,
        (): &mut (),
        value: R,
    ) -> Option<()> {
        value.read(reader, self)
    }
}

impl<'t> Making<'t> for Parts<'_> {
    const KEEPS: bool = true;
    type Made = Value;
    type Map = Map;
    type Item = Whole;

    fn item(self) -> Whole {
        Whole
    }

    fn null() -> Value {
        Value::Null
    }

    fn string(text: Cow<'t, str>) -> Value {
        Whole::string(text)
    }

    fn words(reader: &Reader<'t>, text: &'t str) -> Option<Value> {
        Whole::words(reader, text)
    }

    fn map(map: Map) -> Value {
        Value::Map(map)
    }

    fn list(list: Vec<Value>) -> Value {
        Value::List(list)
    }

    fn entry<R: ReadValue<'t>>(
        self,
        reader: &mut Reader<'t>,
        name: Cow<'t, str>,
        map: &mut Map,
        value: R,
    ) -> Option<()> {
        let value = match self.0.below(&name) {
            Wanted::Nothing => return value.read(reader, Skipped),
            Wanted::All => value.read(reader, Whole)?,
            entries @ Wanted::Entries(_) => value.read(reader, Parts(entries))?,
        };
        insert(reader.duplicates, map, name, value)
    }
}

#[inline]
fn insert(duplicates: Duplicates, map: &mut Map, name: Cow<'_, str>, value: Value) -> Option<()> {
    let before = map.insert(name.into_owned(), value);
    (before.is_none() || duplicates == Duplicates::LastWins).then_some(())
}

/// What words without quotes mean, if JSON knows it.
fn meaning(text: &str, numbers: Numbers) -> Option<Value> {
    Some(match resolver::plain(text) {
        Resolved::String | Resolved::Timestamp => Value::String(text.to_owned()),
        Resolved::Null => Value::Null,
        Resolved::Bool(b) => Value::Bool(b),
        Resolved::Int(n) if numbers == Numbers::Exact => Value::Int(n),
        Resolved::Int(n) => Value::Float(n as f64),
        Resolved::Uint(n) if numbers == Numbers::Exact => Value::Uint(n),
        Resolved::Uint(n) => Value::Float(n as f64),
        Resolved::Float(f) if f.is_finite() => Value::Float(f),
        Resolved::Float(_) | Resolved::Binary => return None,
    })
}
