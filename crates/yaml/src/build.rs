//! What a reader makes: [`Value`]s, or at once the tree that another room wants.
//!
//! Invariant: a tree is built from its leaves up, and of equal keys the last one counts.

use std::borrow::Cow;

use crate::descend::descend;
use crate::{Map, Value};

/// A tree that readers can make.
pub trait Build: Sized {
    /// The entries of a map while they are read.
    type Entries: Default;

    /// Null.
    fn null() -> Self;
    /// A boolean.
    fn bool(value: bool) -> Self;
    /// A whole number.
    fn int(value: i64) -> Self;
    /// A whole number above `i64::MAX`.
    fn uint(value: u64) -> Self;
    /// A float.
    fn float(value: f64) -> Self;
    /// A string.
    fn string(text: Cow<'_, str>) -> Self;
    /// A list of these items.
    fn list(items: Vec<Self>) -> Self;
    /// Adds an entry to a map.
    fn insert(map: &mut Self::Entries, key: Cow<'_, str>, value: Self);
    /// A map of these entries.
    fn map(map: Self::Entries) -> Self;
}

impl Build for Value {
    type Entries = Map;

    #[inline]
    fn null() -> Self {
        Self::Null
    }

    #[inline]
    fn bool(value: bool) -> Self {
        Self::Bool(value)
    }

    #[inline]
    fn int(value: i64) -> Self {
        Self::Int(value)
    }

    #[inline]
    fn uint(value: u64) -> Self {
        Self::Uint(value)
    }

    #[inline]
    fn float(value: f64) -> Self {
        Self::Float(value)
    }

    #[inline]
    fn string(text: Cow<'_, str>) -> Self {
        Self::String(text.into_owned())
    }

    #[inline]
    fn list(items: Vec<Self>) -> Self {
        Self::List(items)
    }

    #[inline]
    fn insert(map: &mut Map, key: Cow<'_, str>, value: Self) {
        map.insert(key.into_owned(), value);
    }

    #[inline]
    fn map(map: Map) -> Self {
        Self::Map(map)
    }
}

/// The same tree of another kind.
pub(crate) fn rebuild<B: Build>(value: Value) -> B {
    match value {
        Value::Null => B::null(),
        Value::Bool(value) => B::bool(value),
        Value::Int(value) => B::int(value),
        Value::Uint(value) => B::uint(value),
        Value::Float(value) => B::float(value),
        Value::String(text) => B::string(Cow::Owned(text)),
        Value::List(items) => B::list(descend(|| items.into_iter().map(rebuild).collect())),
        Value::Map(map) => descend(|| {
            let mut built = B::Entries::default();
            for (key, value) in map {
                B::insert(&mut built, Cow::Owned(key), rebuild(value));
            }
            B::map(built)
        }),
    }
}
