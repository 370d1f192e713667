//! Values with their places: what layers, values files and inline maps are before they become one map.
//!
//! **Invariant**: every node knows the file and the bytes it came from; a value that replaced others keeps their places,
//! so that one can explain why a value is what it is.

use std::collections::BTreeMap;
use std::sync::Arc;

use diagnostic::{Diagnostic, Source};
use yaml::Value;
use yaml::node::{Kind, Node};

use crate::expression::{Scope, Text, Variables};
use crate::merge;
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

impl std::fmt::Display for Read {
    /// `inputs.replicas from env/staging.yaml:3:11`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.place {
            Some(place) => write!(f, "{} from {place}", self.name),
            None => write!(f, "{} from the command line", self.name),
        }
    }
}

impl Tree {
    /// A node of a file. Strings with expressions are compiled and checked; everything wrong goes to `errors`.
    pub(crate) fn from_node(
        node: &Node,
        source: &Arc<Source>,
        known: &Variables,
        errors: &mut Vec<Diagnostic>,
    ) -> Self {
        let place = Place::new(source, node.span.clone());
        let kind = match &node.kind {
            Kind::String { value, .. } if value.contains("${{") => {
                match Text::parse(value, &place) {
                    Ok(text) => {
                        errors.extend(text.check(known));
                        TreeKind::Text(Arc::new(text))
                    }
                    Err(more) => {
                        errors.extend(more);
                        TreeKind::Scalar(Value::Null)
                    }
                }
            }
            Kind::List(items) => {
                let items = items.iter().map(|n| Self::from_node(n, source, known, errors));
                TreeKind::List(items.collect())
            }
            Kind::Map(entries) => {
                let mut map = BTreeMap::new();
                for (key, value) in entries {
                    let at = Place::new(source, key.span.clone());
                    errors.extend(merge::check_key(&key.name, &at));
                    let value = Self::from_node(value, source, known, errors);
                    map.insert(key.name.clone(), Entry { key: at, value });
                }
                let map = TreeKind::Map(map);
                errors.extend(merge::check_operator(&map));
                map
            }
            Kind::Null
            | Kind::Bool(_)
            | Kind::Int(_)
            | Kind::Uint(_)
            | Kind::Float(_)
            | Kind::String { .. } => TreeKind::Scalar(node.to_value()),
        };
        Self::new(place, kind)
    }

    /// A value that an expression gave; all of it stands where the expression does.
    pub(crate) fn from_value(value: Value, place: &Place) -> Self {
        let kind = match value {
            Value::List(items) => {
                TreeKind::List(items.into_iter().map(|v| Self::from_value(v, place)).collect())
            }
            Value::Map(map) => TreeKind::Map(
                map.into_iter()
                    .map(|(k, v)| {
                        (k, Entry { key: place.clone(), value: Self::from_value(v, place) })
                    })
                    .collect(),
            ),
            scalar @ (Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Uint(_)
            | Value::Float(_)
            | Value::String(_)) => TreeKind::Scalar(scalar),
        };
        Self::new(place.clone(), kind)
    }

    /// A node that replaced nothing and read nothing.
    pub(crate) fn new(place: Place, kind: TreeKind) -> Self {
        Self { place, kind, replaced: vec![], read: vec![] }
    }

    /// The same tree with every expression replaced by its value.
    pub(crate) fn evaluate(&self, scope: &Scope, errors: &mut Vec<Diagnostic>) -> Self {
        let kind = match &self.kind {
            TreeKind::Scalar(value) => TreeKind::Scalar(value.clone()),
            TreeKind::Text(text) => match text.evaluate(scope) {
                Ok(value) => {
                    let mut tree = Self::from_value(value, &self.place);
                    tree.note_reads(&text.inputs_read(scope));
                    return tree;
                }
                Err(error) => {
                    errors.push(*error);
                    TreeKind::Scalar(Value::Null)
                }
            },
            TreeKind::List(items) => {
                TreeKind::List(items.iter().map(|t| t.evaluate(scope, errors)).collect())
            }
            TreeKind::Map(map) => TreeKind::Map(
                map.iter()
                    .map(|(name, entry)| {
                        let value = entry.value.evaluate(scope, errors);
                        (name.clone(), Entry { key: entry.key.clone(), value })
                    })
                    .collect(),
            ),
        };
        Self::new(self.place.clone(), kind)
    }

    /// The value without its places; whole numbers stay whole. Expressions that were not evaluated become null.
    pub fn to_value(&self) -> Value {
        match &self.kind {
            TreeKind::Scalar(value) => value.clone(),
            TreeKind::Text(_) => Value::Null,
            TreeKind::List(items) => Value::List(items.iter().map(Self::to_value).collect()),
            TreeKind::Map(map) => {
                Value::Map(map.iter().map(|(k, e)| (k.clone(), e.value.to_value())).collect())
            }
        }
    }

    fn note_reads(&mut self, read: &[Read]) {
        self.read = read.to_vec();
        match &mut self.kind {
            TreeKind::Scalar(_) | TreeKind::Text(_) => {}
            TreeKind::List(items) => items.iter_mut().for_each(|t| t.note_reads(read)),
            TreeKind::Map(map) => map.values_mut().for_each(|e| e.value.note_reads(read)),
        }
    }
}
