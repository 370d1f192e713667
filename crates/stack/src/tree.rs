//! Values with their places: what layers, values files and inline maps are before they become one map.
//!
//! **Invariant**: every node knows the file and the bytes it came from; a value that replaced others keeps their places,
//! so that one can explain why a value is what it is.

use std::collections::BTreeMap;
use std::sync::Arc;

use yaml::Value;

use crate::expression::Text;
use crate::place::Place;

/// A value, its place and what it replaced.
#[derive(Clone, Debug)]
pub struct Tree {
    /// Where it was written.
    pub place: Place,
    /// What it is.
    pub kind: TreeKind,
    /// Places of the values that this one won over, lowest first.
    pub replaced: Vec<Place>,
    /// Where the inputs that its expression read got their values.
    pub read: Vec<Read>,
}

/// An input that an expression read.
#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    /// The expression as written, such as `inputs.replicas`.
    pub name: String,
    /// Where its value comes from; nothing for a flag of the command line.
    pub place: Option<Place>,
}

/// What a node of a [`Tree`] is.
#[derive(Clone, Debug)]
pub enum TreeKind {
    /// Null, a boolean, a number, or a string without expressions.
    Scalar(Value),
    /// A string with expressions, not evaluated yet.
    Text(Arc<Text>),
    /// A list.
    List(Vec<Tree>),
    /// A map; each entry with the place of its key.
    Map(BTreeMap<String, Entry>),
}

/// An entry of a map.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Where its key stands.
    pub key: Place,
    /// Its value.
    pub value: Tree,
}
