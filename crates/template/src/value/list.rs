//! A Go slice: ordered, shared, never changed after it was made (Go's `append` copies).
//!
//! Invariant: dropping a list of any depth takes constant stack.

use std::ops::Deref;
use std::rc::Rc;

use super::map::dismantle;
use super::{Str, Value};
use crate::Function;

/// A slice with its Go type.
#[derive(Clone, Debug)]
pub struct List(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    list_type: ListType,
    nil: bool,
    items: Vec<Value>,
}

/// The Go type of a list.
#[derive(Clone, Copy, Debug)]
pub enum ListType {
    /// `[]interface {}`.
    Any,
    /// `[]string`.
    String,
    /// `[]int`.
    Int,
    /// `[][]interface {}`.
    Lists,
    /// `[]map[string]interface {}`.
    Maps,
    /// A type with a name, and perhaps methods.
    Named(&'static NamedList),
}

/// A named slice type, such as `common.VersionSet`.
#[derive(Debug)]
pub struct NamedList {
    /// Go's name of the type.
    pub name: &'static str,
    /// What it is made of.
    pub underlying: ListType,
    /// Its methods; the receiver is their first argument.
    pub methods: &'static [Function],
}

impl List {
    /// A list of this type.
    pub fn new(list_type: ListType, items: Vec<Value>) -> Self {
        Self(Rc::new(Inner { list_type, nil: false, items }))
    }

    /// A nil slice: empty, but null in JSON.
    pub fn nil(list_type: ListType) -> Self {
        Self(Rc::new(Inner { list_type, nil: true, items: Vec::new() }))
    }

    /// A `[]string`.
    pub fn strings<S: Into<Str>>(items: impl IntoIterator<Item = S>) -> Self {
        Self::new(ListType::String, items.into_iter().map(|item| Value::Str(item.into())).collect())
    }

    /// Its Go type.
    pub fn list_type(&self) -> ListType {
        self.0.list_type
    }

    /// Whether it is a nil slice.
    pub fn is_nil(&self) -> bool {
        self.0.nil
    }

    /// The items.
    pub fn as_slice(&self) -> &[Value] {
        &self.0.items
    }

    /// Whether both are the same list in memory.
    pub fn ptr_eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    /// A number that tells this list from every other that is alive.
    pub(crate) fn identity(&self) -> usize {
        Rc::as_ptr(&self.0).addr()
    }

    /// The items of a list that nobody else holds.
    pub(super) fn take(self) -> Option<Vec<Value>> {
        let mut inner = Rc::into_inner(self.0)?;
        Some(std::mem::take(&mut inner.items))
    }
}

impl ListType {
    /// Go's name of the type.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Any => "[]interface {}",
            Self::String => "[]string",
            Self::Int => "[]int",
            Self::Lists => "[][]interface {}",
            Self::Maps => "[]map[string]interface {}",
            Self::Named(named) => named.name,
        }
    }

    /// Whether its items are `interface {}`.
    pub const fn holds_any(self) -> bool {
        matches!(self.underlying(), Self::Any)
    }

    /// Its methods, if it is a named type that has some.
    pub const fn methods(self) -> &'static [Function] {
        match self {
            Self::Named(named) => named.methods,
            Self::Any | Self::String | Self::Int | Self::Lists | Self::Maps => &[],
        }
    }

    /// The type without its name.
    #[must_use]
    pub const fn underlying(self) -> Self {
        match self {
            Self::Any | Self::String | Self::Int | Self::Lists | Self::Maps => self,
            Self::Named(named) => named.underlying.underlying(),
        }
    }
}

impl Deref for List {
    type Target = [Value];

    fn deref(&self) -> &[Value] {
        &self.0.items
    }
}

impl<'a> IntoIterator for &'a List {
    type Item = &'a Value;
    type IntoIter = std::slice::Iter<'a, Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.items.iter()
    }
}

impl FromIterator<Value> for List {
    fn from_iter<I: IntoIterator<Item = Value>>(items: I) -> Self {
        Self::new(ListType::Any, items.into_iter().collect())
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        dismantle(std::mem::take(&mut self.items));
    }
}
