//! Values whose tables have identity, as Go's maps have.
//!
//! Helm's coalescing copies globals shallowly: a table deep inside `global` of a dependency *is* its
//! parent's table, and what is merged into one shows in the other. A plain tree cannot say that.
//!
//! A tree over a [`Table`] shares it until someone asks for a table inside: only then does that one
//! level get tables with an identity of their own.
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use yaml::{Map, Value};

use super::{Entry, Table};

/// A table of values; clones are the same table.
#[derive(Debug, Clone, Default)]
pub struct Tree(Rc<RefCell<State>>);

/// An entry of a table.
#[derive(Debug, Clone)]
pub enum Node {
    /// Anything but a map.
    Leaf(Arc<Value>),
    /// A table, perhaps shared.
    Table(Tree),
}

#[derive(Debug, Default)]
struct State {
    /// What the entries are, as long as nobody has seen an inner table.
    shared: Option<Table>,
    /// The entries where nothing is shared, sorted by key.
    own: Vec<(Arc<str>, Node)>,
}

impl Tree {
    /// A table that starts with these entries.
    pub fn new(table: Table) -> Self {
        Self(Rc::new(RefCell::new(State { shared: Some(table), own: Vec::new() })))
    }

    /// A copy as a table that never changes, sharing lost.
    pub fn to_table(&self) -> Table {
        let state = self.0.borrow();
        if let Some(table) = &state.shared {
            return table.clone();
        }
        let frozen = state.own.iter().map(|(key, node)| {
            let entry = match node {
                Node::Leaf(value) => Entry::Leaf(Arc::clone(value)),
                Node::Table(inner) => Entry::Table(inner.to_table()),
            };
            (Arc::clone(key), entry)
        });
        Table::from_sorted(frozen.collect())
    }

    /// A deep copy as a map, sharing lost.
    pub fn to_map(&self) -> Map {
        self.to_table().to_map()
    }

    /// The table that this tree is a copy of, as long as no table inside was looked at or changed.
    pub fn as_shared(&self) -> Option<Table> {
        self.0.borrow().shared.clone()
    }

    /// The entry at `key`.
    pub fn get(&self, key: &str) -> Option<Node> {
        if let Some(table) = &self.0.borrow().shared {
            match table.get(key)? {
                Entry::Leaf(value) => return Some(Node::Leaf(Arc::clone(value))),
                Entry::Table(_) => {}
            }
        }
        self.with_own(|entries| find(entries, key).ok().map(|at| entries[at].1.clone()))
    }

    /// The entries at this moment, in key order.
    pub fn entries(&self) -> Vec<(Arc<str>, Node)> {
        self.with_own(|entries| entries.clone())
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

    /// The keys whose value is null.
    pub(crate) fn null_keys(&self) -> Vec<Arc<str>> {
        if self.is_free_of_nulls() {
            return Vec::new();
        }
        self.with_own(|entries| {
            let nulls = entries.iter().filter(|(_, node)| node.is_null());
            nulls.map(|(key, _)| Arc::clone(key)).collect()
        })
    }

    /// Takes out every null at any depth.
    pub(crate) fn drop_nulls(&self) {
        if self.is_free_of_nulls() {
            return;
        }
        let inner: Vec<Tree> = self.with_own(|entries| {
            entries.retain(|(_, node)| !node.is_null());
            let tables = entries.iter().filter_map(|(_, node)| match node {
                Node::Table(table) => Some(table.clone()),
                Node::Leaf(_) => None,
            });
            tables.collect()
        });
        for table in inner {
            table.drop_nulls();
        }
    }

    pub(crate) fn set(&self, key: &Arc<str>, node: Node) {
        let replaced = self.with_own(|entries| match find(entries, key) {
            Ok(at) => Some(std::mem::replace(&mut entries[at].1, node)),
            Err(at) => {
                entries.insert(at, (Arc::clone(key), node));
                None
            }
        });
        drop(replaced);
    }

    pub(crate) fn remove(&self, key: &str) {
        self.with_own(|entries| find(entries, key).ok().map(|at| entries.remove(at)));
    }

    pub(crate) fn deep_copy(&self) -> Self {
        Self::new(self.to_table())
    }

    /// A table of its own with the same entries: tables inside stay shared.
    #[must_use]
    pub fn shallow_copy(&self) -> Self {
        Self(Rc::new(RefCell::new(State { shared: None, own: self.entries() })))
    }

    /// Whether it is known, without a look at each entry, that there is no null at any depth.
    fn is_free_of_nulls(&self) -> bool {
        self.0.borrow().shared.as_ref().is_some_and(|table| !table.has_nulls())
    }

    /// Works on the entries, which from now on are this tree's own.
    fn with_own<R>(&self, work: impl FnOnce(&mut Vec<(Arc<str>, Node)>) -> R) -> R {
        let mut state = self.0.borrow_mut();
        if let Some(table) = state.shared.take() {
            let own = table.entries().iter().map(|(key, entry)| {
                let node = match entry {
                    Entry::Leaf(value) => Node::Leaf(Arc::clone(value)),
                    Entry::Table(inner) => Node::Table(Tree::new(inner.clone())),
                };
                (Arc::clone(key), node)
            });
            state.own = own.collect();
        }
        work(&mut state.own)
    }
}

impl Node {
    /// A deep copy as a value.
    pub fn to_value(&self) -> Value {
        match self {
            Self::Leaf(value) => (**value).clone(),
            Self::Table(table) => Value::Map(table.to_map()),
        }
    }

    /// Whether this is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Leaf(value) if value.is_null())
    }

    pub(crate) fn drop_nulls(&self) {
        if let Self::Table(table) = self {
            table.drop_nulls();
        }
    }
}

fn find(entries: &[(Arc<str>, Node)], key: &str) -> Result<usize, usize> {
    entries.binary_search_by(|(entry, _)| (**entry).cmp(key))
}

#[cfg(test)]
mod tests {
    use super::{Node, Table, Tree};

    fn table(text: &str) -> Table {
        Table::from(yaml::map_from_str(text, yaml::Numbers::Float64).unwrap())
    }

    #[test]
    fn a_table_inside_is_one_table_however_it_is_reached() {
        let tree = Tree::new(table("a: {b: {c: 1}}\nd: 2\n"));
        let copy = tree.deep_copy();
        let Some(Node::Table(inner)) = tree.get("a") else { panic!("a is a table") };
        inner.remove("b");
        assert!(tree.table("a").unwrap().entries().is_empty());
        assert!(copy.table("a.b").is_some(), "a deep copy does not change");
    }

    #[test]
    fn a_tree_is_shared_until_a_table_inside_is_seen() {
        let tree = Tree::new(table("a: {b: 1}\nd: 2\n"));
        assert!(tree.get("d").is_some() && tree.as_shared().is_some());
        assert!(tree.get("a").is_some() && tree.as_shared().is_none());
        assert_eq!(tree.to_table(), table("a: {b: 1}\nd: 2\n"));
    }

    #[test]
    fn nulls_go_at_every_depth() {
        let tree = Tree::new(table("a: {b: null, c: {d: null, e: 1}}\nf: null\ng: [null]\n"));
        tree.drop_nulls();
        assert_eq!(tree.to_table(), table("a: {c: {e: 1}}\ng: [null]\n"));
    }
}
