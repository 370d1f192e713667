//! Values that never change, shared by everyone who holds them.
//!
//! A chart's defaults are copied many times while a rendering settles which dependencies take part
//! and what their values are, as Helm copies them. Here a copy costs one reference count, and a
//! [`Tree`](super::Tree) over a table copies only the levels that are looked into.
//!
//! **Invariant**: entries are sorted by key, and no key is there twice.
use std::sync::Arc;

use yaml::{Map, Value};

/// A map of values that never changes; clones share it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table(Arc<Inner>);

/// An entry of a table.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// Anything but a map.
    Leaf(Arc<Value>),
    /// A table below.
    Table(Table),
}

#[derive(Debug, PartialEq, Default)]
struct Inner {
    entries: Vec<(Arc<str>, Entry)>,
    /// Whether there is a null at any depth, lists aside.
    nulls: bool,
}

impl Table {
    /// The entries in key order.
    pub fn entries(&self) -> &[(Arc<str>, Entry)] {
        &self.0.entries
    }

    /// The entry at `key`.
    pub fn get(&self, key: &str) -> Option<&Entry> {
        let at = self.0.entries.binary_search_by(|(entry, _)| (**entry).cmp(key)).ok()?;
        Some(&self.0.entries[at].1)
    }

    /// A plain map with the same entries.
    pub fn to_map(&self) -> Map {
        self.0.entries.iter().map(|(key, entry)| (String::from(&**key), entry.to_value())).collect()
    }

    /// Whether there is a null at any depth, lists aside.
    pub(crate) fn has_nulls(&self) -> bool {
        self.0.nulls
    }

    /// A table of entries that are sorted already.
    pub(crate) fn from_sorted(entries: Vec<(Arc<str>, Entry)>) -> Self {
        let nulls = entries.iter().any(|(_, entry)| match entry {
            Entry::Leaf(value) => value.is_null(),
            Entry::Table(table) => table.has_nulls(),
        });
        Self(Arc::new(Inner { entries, nulls }))
    }
}

impl Entry {
    /// A plain value with the same contents.
    pub fn to_value(&self) -> Value {
        match self {
            Self::Leaf(value) => (**value).clone(),
            Self::Table(table) => Value::Map(table.to_map()),
        }
    }
}

impl From<Map> for Table {
    fn from(map: Map) -> Self {
        let entries = map.into_iter().map(|(key, value)| {
            let entry = match value {
                Value::Map(inner) => Entry::Table(Self::from(inner)),
                leaf => Entry::Leaf(Arc::new(leaf)),
            };
            (Arc::from(key), entry)
        });
        Self::from_sorted(entries.collect())
    }
}

impl From<&Map> for Table {
    fn from(map: &Map) -> Self {
        Self::from(map.clone())
    }
}
