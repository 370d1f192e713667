//! Values whose tables have identity, as Go's maps have.
//!
//! Helm's coalescing copies globals shallowly: a table deep inside `global` of a dependency *is* its
//! parent's table, and what is merged into one shows in the other. A plain tree cannot say that.
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use yaml::{Map, Value};

/// A table of values; clones are the same table.
#[derive(Debug, Clone, Default)]
pub struct Tree(Rc<RefCell<BTreeMap<String, Node>>>);

/// An entry of a table.
#[derive(Debug, Clone)]
pub enum Node {
    /// Anything but a map.
    Leaf(Value),
    /// A table, perhaps shared.
    Table(Tree),
}

impl Tree {
    /// A deep copy of a map.
    pub fn from_map(map: &Map) -> Self {
        let entries = map.iter().map(|(key, value)| (key.clone(), Node::from_value(value)));
        Self(Rc::new(RefCell::new(entries.collect())))
    }

    /// A deep copy as a map, sharing lost.
    pub fn to_map(&self) -> Map {
        self.0.borrow().iter().map(|(key, node)| (key.clone(), node.to_value())).collect()
    }

    /// The entry at `key`.
    pub fn get(&self, key: &str) -> Option<Node> {
        self.0.borrow().get(key).cloned()
    }

    /// The entries at this moment, in key order.
    pub fn entries(&self) -> Vec<(String, Node)> {
        self.0.borrow().iter().map(|(key, node)| (key.clone(), node.clone())).collect()
    }

    /// The table at a dotted path.
    pub fn table(&self, path: &str) -> Option<Self> {
        path.split('.').try_fold(self.clone(), |table, key| match table.get(key) {
            Some(Node::Table(inner)) => Some(inner),
            Some(Node::Leaf(_)) | None => None,
        })
    }

    /// A number that tells this table from every other that is alive.
    pub fn identity(&self) -> usize {
        Rc::as_ptr(&self.0).addr()
    }

    pub(crate) fn set(&self, key: &str, node: Node) {
        self.0.borrow_mut().insert(key.to_owned(), node);
    }

    pub(crate) fn remove(&self, key: &str) {
        self.0.borrow_mut().remove(key);
    }

    pub(crate) fn deep_copy(&self) -> Self {
        let entries = self.0.borrow();
        let copies = entries.iter().map(|(key, node)| (key.clone(), node.deep_copy()));
        Self(Rc::new(RefCell::new(copies.collect())))
    }

    /// A table of its own with the same entries: tables inside stay shared.
    #[must_use]
    pub fn shallow_copy(&self) -> Self {
        Self(Rc::new(RefCell::new(self.0.borrow().clone())))
    }
}

impl Node {
    /// A deep copy of a value.
    pub fn from_value(value: &Value) -> Self {
        match value {
            Value::Map(map) => Self::Table(Tree::from_map(map)),
            other => Self::Leaf(other.clone()),
        }
    }

    /// A deep copy as a value.
    pub fn to_value(&self) -> Value {
        match self {
            Self::Leaf(value) => value.clone(),
            Self::Table(table) => Value::Map(table.to_map()),
        }
    }

    /// Whether this is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Leaf(Value::Null))
    }

    fn deep_copy(&self) -> Self {
        match self {
            Self::Leaf(value) => Self::Leaf(value.clone()),
            Self::Table(table) => Self::Table(table.deep_copy()),
        }
    }
}
