//! What is made of what is read: all of it, nothing, or some entries of maps.
//!
//! Invariant: what is read over is checked as if it were made.

use std::borrow::Cow;
use std::marker::PhantomData;

use super::Reader;
use crate::decoder::{Duplicates, Wanted};
use crate::resolver::{self, Resolved};
use crate::{Build, Map, Numbers, Value};

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
pub(super) struct Whole<B>(PhantomData<B>);

/// Makes nothing.
#[derive(Clone, Copy)]
pub(super) struct Skipped;

/// Makes what is wanted of maps, and all of what is no map.
#[derive(Clone, Copy)]
pub(super) struct Parts<'w> {
    pub(super) wanted: Wanted<'w>,
    pub(super) duplicates: Duplicates,
}

impl<B> Whole<B> {
    pub(super) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<B> Clone for Whole<B> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<B> Copy for Whole<B> {}

impl<'t, B: Build> Making<'t> for Whole<B> {
    const KEEPS: bool = true;
    type Made = B;
    type Map = B::Entries;
    type Item = Self;

    #[inline]
    fn item(self) -> Self {
        self
    }

    #[inline]
    fn null() -> B {
        B::null()
    }

    #[inline]
    fn string(text: Cow<'t, str>) -> B {
        B::string(text)
    }

    #[inline]
    fn words(reader: &Reader<'t>, text: &'t str) -> Option<B> {
        if resolver::is_string(text.as_bytes()) {
            return Some(B::string(Cow::Borrowed(text)));
        }
        meaning(text, reader.numbers)
    }

    #[inline]
    fn map(map: B::Entries) -> B {
        B::map(map)
    }

    #[inline]
    fn list(list: Vec<B>) -> B {
        B::list(list)
    }

    #[inline]
    fn entry<R: ReadValue<'t>>(
        self,
        reader: &mut Reader<'t>,
        name: Cow<'t, str>,
        map: &mut B::Entries,
        value: R,
    ) -> Option<()> {
        let value = value.read(reader, self)?;
        B::insert(map, name, value);
        Some(())
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
            [b'.' | b'+' | b'-', ..] => meaning::<Value>(text, reader.numbers).map(drop),
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
    type Item = Self;

    fn item(self) -> Self {
        Self { wanted: Wanted::All, ..self }
    }

    fn null() -> Value {
        Value::Null
    }

    fn string(text: Cow<'t, str>) -> Value {
        Value::string(text)
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
        let lenient = self.duplicates == Duplicates::LastWins;
        let value = match self.wanted.below(&name) {
            Wanted::Nothing => return value.read(reader, Skipped),
            Wanted::All if lenient => value.read(reader, Whole::new())?,
            wanted => value.read(reader, Self { wanted, ..self })?,
        };
        let before = map.insert(name.into_owned(), value);
        (lenient || before.is_none()).then_some(())
    }
}

/// What words without quotes mean, if JSON knows it.
fn meaning<B: Build>(text: &str, numbers: Numbers) -> Option<B> {
    Some(match resolver::plain(text) {
        Resolved::String | Resolved::Timestamp => B::string(Cow::Borrowed(text)),
        Resolved::Null => B::null(),
        Resolved::Bool(b) => B::bool(b),
        Resolved::Int(n) if numbers == Numbers::Exact => B::int(n),
        Resolved::Int(n) => B::float(n as f64),
        Resolved::Uint(n) if numbers == Numbers::Exact => B::uint(n),
        Resolved::Uint(n) => B::float(n as f64),
        Resolved::Float(f) if f.is_finite() => B::float(f),
        Resolved::Float(_) | Resolved::Binary => return None,
    })
}
