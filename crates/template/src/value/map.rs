//! A Go map with string keys: it has identity, changes for everyone who holds it, and is ranged in
//! key order.
//!
//! Invariant: entries are sorted by key bytes. A map that a template changed may hold itself; the
//! session of the render remembers those and empties them at its end ([`Cycles`]), so that nothing
//! leaks.

use std::cell::{OnceCell, Ref, RefCell};
use std::rc::{Rc, Weak};

use super::string::prefix;
use super::{Str, Value};
use crate::Function;

/// A map with its Go type; clones share one map, and so do conversions to another type.
#[derive(Clone, Debug)]
pub struct Map(Rc<Inner>, &'static NamedMap);

#[derive(Debug)]
struct Inner {
    nil: bool,
    entries: OnceCell<RefCell<Vec<(Str, Value)>>>,
    /// Where the entries come from when they are first asked for.
    origin: Option<Rc<dyn Entries>>,
}

/// Entries that are made only if a template looks at the map: most of a chart's values never are.
pub trait Entries: std::fmt::Debug {
    /// All entries, sorted by the bytes of their keys, none twice.
    fn entries(&self) -> Vec<(Str, Value)>;
}

/// The Go type of a map.
#[derive(Clone, Copy, Debug)]
pub enum MapType {
    /// `map[string]interface {}`.
    Any,
    /// `map[string]string`.
    String,
    /// `map[string][]uint8`.
    Bytes,
    /// A type with a name, and perhaps methods.
    Named(&'static NamedMap),
}

/// A named map type, such as `common.Values`.
#[derive(Debug)]
pub struct NamedMap {
    /// Go's name of the type.
    pub name: &'static str,
    /// What it is made of.
    pub underlying: MapType,
    /// Its methods; the receiver is their first argument.
    pub methods: &'static [Function],
}

/// An entry was to be set in a nil map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("assignment to entry in nil map")]
pub struct NilMap;

impl Map {
    /// An empty map of this type.
    pub fn new(map_type: MapType) -> Self {
        Self::build(map_type, Vec::new())
    }

    /// A nil map: empty, not to be written, null in JSON.
    pub fn nil(map_type: MapType) -> Self {
        let inner = Inner { nil: true, entries: OnceCell::default(), origin: None };
        Self(Rc::new(inner), map_type.name_of())
    }

    /// A map of this type with these entries; of equal keys the last one stays.
    pub fn from_entries(map_type: MapType, entries: Vec<(Str, Value)>) -> Self {
        if entries.is_sorted_by(|a, b| a.0 < b.0) {
            return Self::build(map_type, entries);
        }
        let sorted: std::collections::BTreeMap<Str, Value> = entries.into_iter().collect();
        Self::build(map_type, sorted.into_iter().collect())
    }

    /// A map of this type whose entries are made when they are first asked for.
    pub fn lazy(map_type: MapType, origin: Rc<dyn Entries>) -> Self {
        let inner = Inner { nil: false, entries: OnceCell::new(), origin: Some(origin) };
        Self(Rc::new(inner), map_type.name_of())
    }

    /// Its Go type.
    pub fn map_type(&self) -> MapType {
        MapType::by_name(self.1)
    }

    /// Whether it is a nil map.
    pub fn is_nil(&self) -> bool {
        self.0.nil
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.0.cell().borrow().len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of a key.
    pub fn get(&self, key: impl AsRef<[u8]>) -> Option<Value> {
        let entries = self.0.cell().borrow();
        find(&entries, key.as_ref()).ok().map(|at| entries[at].1.clone())
    }

    /// Whether there is such a key.
    pub fn contains(&self, key: impl AsRef<[u8]>) -> bool {
        find(&self.0.cell().borrow(), key.as_ref()).is_ok()
    }

    /// Sets an entry while a tree is being built. Templates' functions use
    /// [`Context::set`](crate::Context::set), which also sees to cycles.
    pub fn insert(&self, key: impl Into<Str>, value: Value) -> Result<(), NilMap> {
        if self.0.nil {
            return Err(NilMap);
        }
        let key = key.into();
        let mut entries = self.0.cell().borrow_mut();
        let old = match find(&entries, key.as_bytes()) {
            Ok(at) => Some(std::mem::replace(&mut entries[at].1, value)),
            Err(at) => {
                entries.insert(at, (key, value));
                None
            }
        };
        // The old value may hold this very map: let go of the borrow before it is dropped.
        drop(entries);
        drop(old);
        Ok(())
    }

    /// Removes an entry and returns its value.
    pub fn remove(&self, key: impl AsRef<[u8]>) -> Option<Value> {
        let mut entries = self.0.cell().borrow_mut();
        let at = find(&entries, key.as_ref()).ok()?;
        Some(entries.remove(at).1)
    }

    /// The entries in key order, as they are now. Must not be held while the map is changed.
    pub fn entries(&self) -> Ref<'_, [(Str, Value)]> {
        Ref::map(self.0.cell().borrow(), Vec::as_slice)
    }

    /// The entries in key order, copied out, so that the map may change meanwhile.
    pub fn to_vec(&self) -> Vec<(Str, Value)> {
        self.0.cell().borrow().clone()
    }

    /// The keys in order.
    pub fn keys(&self) -> Vec<Str> {
        self.0.cell().borrow().iter().map(|(key, _)| key.clone()).collect()
    }

    /// A number that tells this map from every other that is alive.
    pub(crate) fn identity(&self) -> usize {
        Rc::as_ptr(&self.0).addr()
    }

    /// Whether both are the same map in memory.
    pub fn ptr_eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    /// A new map of the same type with the same values.
    #[must_use]
    pub fn copy(&self) -> Self {
        Self::build(self.map_type(), self.to_vec())
    }

    /// A deep copy of a map that nobody has looked into yet: it costs nothing.
    pub fn copy_unread(&self) -> Option<Self> {
        let origin = self.0.origin.as_ref().filter(|_| self.0.entries.get().is_none())?;
        Some(Self::lazy(self.map_type(), Rc::clone(origin)))
    }

    /// A new map of the same type with these values made into others.
    pub fn try_map<E>(&self, change: impl FnMut(&Value) -> Result<Value, E>) -> Result<Self, E> {
        let mut change = change;
        let entries = self.entries();
        // As many as there are: such maps live long.
        let mut made = Vec::with_capacity(entries.len());
        for (key, value) in entries.iter() {
            made.push((key.clone(), change(value)?));
        }
        Ok(Self::build(self.map_type(), made))
    }

    /// The same map under another type, as a Go conversion: what is set in one is in both.
    #[must_use]
    pub fn with_type(&self, map_type: MapType) -> Self {
        Self(Rc::clone(&self.0), map_type.name_of())
    }

    fn build(map_type: MapType, entries: Vec<(Str, Value)>) -> Self {
        let entries = OnceCell::from(RefCell::new(entries));
        let inner = Inner { nil: false, entries, origin: None };
        Self(Rc::new(inner), map_type.name_of())
    }

    /// The entries of a map that nobody else holds.
    fn take(self) -> Option<Vec<(Str, Value)>> {
        let mut inner = Rc::into_inner(self.0)?;
        inner.entries.get_mut().map(|entries| std::mem::take(entries.get_mut()))
    }
}

impl Inner {
    fn cell(&self) -> &RefCell<Vec<(Str, Value)>> {
        self.entries.get_or_init(|| {
            RefCell::new(self.origin.as_ref().map(|origin| origin.entries()).unwrap_or_default())
        })
    }
}

static ANY: NamedMap = unnamed("map[string]interface {}", MapType::Any);
static STRING: NamedMap = unnamed("map[string]string", MapType::String);
static BYTES: NamedMap = unnamed("map[string][]uint8", MapType::Bytes);

const fn unnamed(name: &'static str, underlying: MapType) -> NamedMap {
    NamedMap { name, underlying, methods: &[] }
}

impl MapType {
    /// The form in which a map keeps it: one word.
    fn name_of(self) -> &'static NamedMap {
        match self {
            Self::Any => &ANY,
            Self::String => &STRING,
            Self::Bytes => &BYTES,
            Self::Named(named) => named,
        }
    }

    fn by_name(named: &'static NamedMap) -> Self {
        if std::ptr::eq(named, &raw const ANY) {
            Self::Any
        } else if std::ptr::eq(named, &raw const STRING) {
            Self::String
        } else if std::ptr::eq(named, &raw const BYTES) {
            Self::Bytes
        } else {
            Self::Named(named)
        }
    }

    /// Go's name of the type.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Any => ANY.name,
            Self::String => STRING.name,
            Self::Bytes => BYTES.name,
            Self::Named(named) => named.name,
        }
    }

    /// Whether its values are `interface {}`.
    pub const fn holds_any(self) -> bool {
        matches!(self.underlying(), Self::Any)
    }

    /// What a missing key reads as in Go: the zero value of the element type.
    pub fn zero(self) -> Value {
        match self.underlying() {
            Self::String => Value::Str(Str::empty()),
            Self::Bytes => Value::bytes(Str::empty()),
            Self::Any | Self::Named(_) => Value::Nil,
        }
    }

    /// Its methods, if it is a named type that has some.
    pub const fn methods(self) -> &'static [Function] {
        match self {
            Self::Named(named) => named.methods,
            Self::Any | Self::String | Self::Bytes => &[],
        }
    }

    /// The type without its name.
    #[must_use]
    pub const fn underlying(self) -> Self {
        match self {
            Self::Any | Self::String | Self::Bytes => self,
            Self::Named(named) => named.underlying.underlying(),
        }
    }
}

impl FromIterator<(Str, Value)> for Map {
    fn from_iter<I: IntoIterator<Item = (Str, Value)>>(entries: I) -> Self {
        Self::from_entries(MapType::Any, entries.into_iter().collect())
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(entries) = self.entries.get_mut() {
            let entries = std::mem::take(entries.get_mut());
            dismantle(entries.into_iter().map(|(_, value)| value).collect());
        }
    }
}

/// Maps into which a template put containers: where a cycle can be.
#[derive(Debug, Default)]
pub(crate) struct Cycles(Vec<Weak<Inner>>);

impl Cycles {
    /// Remembers a map that was changed to hold `value`.
    pub(crate) fn track(&mut self, map: &Map, value: &Value) {
        match value {
            Value::List(_) | Value::Map(_) | Value::Object(_) => self.0.push(Rc::downgrade(&map.0)),
            Value::Missing
            | Value::Nil
            | Value::Bool(_)
            | Value::Int(..)
            | Value::Uint(..)
            | Value::Float(..)
            | Value::Str(_)
            | Value::Bytes(_) => {}
        }
    }
}

impl Drop for Cycles {
    fn drop(&mut self) {
        let maps: Vec<Rc<Inner>> = self.0.iter().filter_map(Weak::upgrade).collect();
        for map in &maps {
            let entries = std::mem::take(&mut *map.cell().borrow_mut());
            drop(entries);
        }
    }
}

/// Drops a tree without recursion: containers that nobody else holds are emptied into one work
/// list.
pub(super) fn dismantle(mut work: Vec<Value>) {
    while let Some(value) = work.pop() {
        match value {
            Value::List(list) => work.extend(list.take().unwrap_or_default()),
            Value::Map(map) => {
                work.extend(map.take().unwrap_or_default().into_iter().map(|(_, value)| value));
            }
            Value::Missing
            | Value::Nil
            | Value::Bool(_)
            | Value::Int(..)
            | Value::Uint(..)
            | Value::Float(..)
            | Value::Str(_)
            | Value::Bytes(_)
            | Value::Object(_) => {}
        }
    }
}

fn find(entries: &[(Str, Value)], key: &[u8]) -> Result<usize, usize> {
    let prefix = prefix(key);
    entries.binary_search_by(|(entry, _)| {
        entry.prefix().cmp(&prefix).then_with(|| entry.as_bytes().cmp(key))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deep_trees_drop_without_recursion() {
        let mut value = Value::Nil;
        for _ in 0..1_000_000 {
            value = Value::map([("a", Value::list([value]))]);
        }
        drop(value);
    }

    #[test]
    fn cycles_end_with_the_session() {
        let map = Map::new(MapType::Any);
        let weak = Rc::downgrade(&map.0);
        let mut cycles = Cycles::default();
        let inner = Value::list([Value::Map(map.clone())]);
        cycles.track(&map, &inner);
        map.insert("self", inner).unwrap();
        drop(map);
        assert!(weak.upgrade().is_some());
        drop(cycles);
        assert!(weak.upgrade().is_none());
    }

    #[test]
    fn a_converted_map_is_the_same_map() {
        static NAMED: NamedMap = unnamed("pkg.Named", MapType::Any);
        let map = Map::new(MapType::Named(&NAMED));
        let plain = map.with_type(MapType::Any);
        plain.insert("a", Value::int(1)).unwrap();
        assert!(map.contains("a") && map.ptr_eq(&plain));
        assert_eq!(map.map_type().name(), "pkg.Named");
        assert_eq!(plain.map_type().name(), "map[string]interface {}");
    }

    #[test]
    fn the_last_of_equal_keys_stays() {
        let entries = [("b", 1), ("a", 2), ("b", 3)].map(|(k, v)| (Str::from(k), Value::int(v)));
        let map = Map::from_entries(MapType::Any, entries.to_vec());
        assert_eq!(map.keys(), ["a", "b"]);
        assert!(matches!(map.get("b"), Some(Value::Int(3, _))));
    }
}
