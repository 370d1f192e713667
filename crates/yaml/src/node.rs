//! A YAML document with its places: what stack files are checked against, so that every error can
//! point.
//!
//! Invariant: spans are byte ranges of the text that was read; keys keep their order; a key is
//! never given twice; aliases are resolved (the node carries the span of the alias, what is inside
//! keeps its own) and merges (`<<`) applied.
//! Not here: decoding as Go does it (see [`from_str`](crate::from_str)).

use std::ops::Range;

use crate::composer::Composer;
use crate::source::Source;
use crate::{Error, Map, Value};

mod builder;

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Byte range of the value: from its first to after its last character (indicators and quotes
    /// included, anchors and tags not). Empty where a value was left out.
    pub span: Range<usize>,
    /// What it is.
    pub kind: Kind,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Null, or nothing at all.
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A whole number above `i64::MAX`.
    Uint(u64),
    /// A float.
    Float(f64),
    /// A string.
    String {
        /// The text after escapes and folding.
        value: String,
        /// How it was written.
        style: Style,
    },
    /// A list.
    List(Vec<Node>),
    /// A map in the order of the file.
    Map(Vec<(Key, Node)>),
}

/// How a string was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

/// A key of a map and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The key as a string; numbers and booleans as Go's JSON conversion names them.
    pub name: String,
    /// Byte range of the key.
    pub span: Range<usize>,
}

/// All documents of a text, each with its places; none for a text of comments.
///
/// Scalars mean what they mean to Go's YAML. Unlike there, a key that is given twice is an error.
pub fn parse(text: &str) -> Result<Vec<Node>, Error> {
    let source = Source::from_str(text);
    let mut composer = Composer::new(&source);
    let mut documents = Vec::new();
    while let Some(tree) = composer.next().map_err(Error::Parse)? {
        documents.push(builder::build(text, &tree).map_err(Error::Parse)?);
    }
    Ok(documents)
}

impl Node {
    /// The entry of a map.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|(_, node)| node)
    }

    /// The entry of a map with its key.
    pub fn entry(&self, key: &str) -> Option<(&Key, &Node)> {
        let Kind::Map(entries) = &self.kind else { return None };
        entries.iter().find(|(k, _)| k.name == key).map(|(k, n)| (k, n))
    }

    /// The string, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        if let Kind::String { value, .. } = &self.kind { Some(value) } else { None }
    }

    /// The list, if it is one.
    pub fn as_list(&self) -> Option<&[Node]> {
        if let Kind::List(list) = &self.kind { Some(list) } else { None }
    }

    /// The entries of the map, if it is one.
    pub fn as_map(&self) -> Option<&[(Key, Node)]> {
        if let Kind::Map(entries) = &self.kind { Some(entries) } else { None }
    }

    /// The value without its places; whole numbers stay whole.
    pub fn to_value(&self) -> Value {
        match &self.kind {
            Kind::Null => Value::Null,
            Kind::Bool(b) => Value::Bool(*b),
            Kind::Int(n) => Value::Int(*n),
            Kind::Uint(n) => Value::Uint(*n),
            Kind::Float(f) => Value::Float(*f),
            Kind::String { value, .. } => Value::String(value.clone()),
            Kind::List(list) => Value::List(list.iter().map(Node::to_value).collect()),
            Kind::Map(entries) => Value::Map(
                entries.iter().map(|(k, n)| (k.name.clone(), n.to_value())).collect::<Map>(),
            ),
        }
    }
}
