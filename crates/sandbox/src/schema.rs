//! Shapes: what a field of an object is, and how two values of it merge.
//!
//! Built-in kinds come from `schema/types.txt`, which `crates/sandbox/schema` (Go) prints from one
//! Kubernetes release; custom kinds come from their own schema (see `crd`). Invariant: a shape is
//! all that merging, encoding and field ownership may ask; none of them knows a kind by name.
//!
//! Grammar of a line: `type field<mark><merge><number>=<shape> …`. Mark: `?` Go drops the zero value, `+`
//! Go always writes it, `-` Go writes null for it. Merge: `^key` strategic merge by key, `^^key` the same with retained keys.
//! Number: `#1.2` the field's protobuf number, after those of the inlined messages it lies in.
//! Shape: `s i n b y q t m x *` scalars; `@T` struct; `[S` atomic list, `[~S` set, `[(a,b:D)S`
//! list keyed by fields (with defaults); `{S` map; a leading `!` makes it atomic.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock};

use serde_json::Value;

/// What a value is.
#[derive(Debug, Clone)]
pub(crate) enum Shape {
    /// A leaf.
    Scalar(Scalar),
    /// Anything: objects merge key by key, lists are replaced.
    Any,
    /// Declared fields.
    Struct {
        /// The declaration.
        of: Declared,
        /// Owned and replaced as one value.
        atomic: bool,
    },
    /// Free keys, one shape.
    Map {
        /// Shape of each value.
        value: Box<Shape>,
        /// Owned and replaced as one value.
        atomic: bool,
    },
    /// A list.
    List {
        /// Shape of each item.
        item: Box<Shape>,
        /// How items are told apart.
        topology: Topology,
    },
}

/// Kinds of leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scalar {
    Text,
    Integer,
    Number,
    Boolean,
    Bytes,
    Quantity,
    Time,
    MicroTime,
    IntOrString,
}

/// Where a struct's fields are declared.
#[derive(Debug, Clone)]
pub(crate) enum Declared {
    /// In the embedded table, by name (types may refer to themselves).
    Table(&'static str),
    /// In a custom resource definition.
    Inline(Arc<Struct>),
}

/// Fields of an object.
#[derive(Debug, Default)]
pub(crate) struct Struct {
    /// Declared fields.
    pub(crate) fields: BTreeMap<String, Field>,
    /// Shape of undeclared fields, where they are kept at all.
    pub(crate) rest: Option<Shape>,
}

/// One declared field.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) shape: Shape,
    pub(crate) zero: Zero,
    pub(crate) merge: Merge,
    /// Protobuf numbers, outermost first; empty where the field has none.
    pub(crate) number: Vec<u64>,
}

/// What encoding does with a zero value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Zero {
    /// Keep what was written.
    Keep,
    /// Leave the field out.
    Drop,
    /// Write the field even when it was absent.
    Write,
    /// Write null when it was absent.
    Null,
}

/// How a strategic merge patch treats a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Merge {
    /// Lists are replaced, objects merged.
    Plain,
    /// Lists merge by key (an empty key: as a set of scalars).
    ByKey(String),
    /// As `ByKey`; `$retainKeys` is obeyed.
    RetainKeys(String),
}

/// How the items of a list are told apart.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Topology {
    Atomic,
    Set,
    Keyed(Vec<Key>),
}

/// A field that tells list items apart.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Key {
    pub(crate) name: String,
    pub(crate) default: Option<String>,
}

/// How merging sees a value.
pub(crate) enum Atom<'a> {
    Leaf,
    List { item: &'a Shape, topology: &'a Topology },
    Object { atomic: bool },
}

static ANY: Shape = Shape::Any;
static ATOMIC: Topology = Topology::Atomic;
static TYPES: LazyLock<HashMap<&'static str, Struct>> =
    LazyLock::new(|| include_str!("schema/types.txt").lines().map(parse_type).collect());

impl Shape {
    /// The shape of a type in the embedded table; `Any` for a name it does not have.
    pub(crate) fn named(name: &str) -> Self {
        TYPES.get_key_value(name).map_or(Self::Any, |(name, _)| Self::Struct {
            of: Declared::Table(name),
            atomic: false,
        })
    }

    /// The declaration behind a struct.
    pub(crate) fn declared(&self) -> Option<&Struct> {
        match self {
            Self::Struct { of: Declared::Table(name), .. } => TYPES.get(name),
            Self::Struct { of: Declared::Inline(of), .. } => Some(of),
            Self::Scalar(_) | Self::Any | Self::Map { .. } | Self::List { .. } => None,
        }
    }

    /// Whether `key` is a declared field.
    pub(crate) fn declares(&self, key: &str) -> bool {
        self.declared().is_some_and(|of| of.fields.contains_key(key))
    }

    /// The shape under `key`; `None` where the schema has no place for it.
    pub(crate) fn member(&self, key: &str) -> Option<&Shape> {
        match self {
            Self::Struct { .. } => {
                let of = self.declared()?;
                of.fields.get(key).map(|field| &field.shape).or(of.rest.as_ref())
            }
            Self::Map { value, .. } => Some(value),
            Self::Any => Some(&ANY),
            Self::Scalar(_) | Self::List { .. } => None,
        }
    }

    /// How merging treats a value of this shape; `sample` decides where the shape is `Any`.
    pub(crate) fn atom(&self, sample: Option<&Value>) -> Atom<'_> {
        match self {
            Self::Scalar(_) => Atom::Leaf,
            Self::Struct { atomic, .. } | Self::Map { atomic, .. } => {
                Atom::Object { atomic: *atomic }
            }
            Self::List { item, topology } => Atom::List { item, topology },
            Self::Any => match sample {
                Some(Value::Object(_)) => Atom::Object { atomic: false },
                Some(Value::Array(_)) => Atom::List { item: &ANY, topology: &ATOMIC },
                Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) | None => {
                    Atom::Leaf
                }
            },
        }
    }
}

fn parse_type(line: &'static str) -> (&'static str, Struct) {
    let mut words = line.split(' ');
    let name = words.next().unwrap_or_default();
    let fields = words.filter_map(parse_field).collect();
    (name, Struct { fields, rest: None })
}

fn parse_field(word: &'static str) -> Option<(String, Field)> {
    let (head, shape) = word.split_once('=')?;
    let (head, number) = head.split_once('#').unwrap_or((head, ""));
    let number = number.split('.').filter_map(|part| part.parse().ok()).collect();
    let (head, merge) = match head.split_once('^') {
        None => (head, Merge::Plain),
        Some((head, key)) => match key.strip_prefix('^') {
            Some(key) => (head, Merge::RetainKeys(key.to_owned())),
            None => (head, Merge::ByKey(key.to_owned())),
        },
    };
    let (name, zero) = if let Some(name) = head.strip_suffix('?') {
        (name, Zero::Drop)
    } else if let Some(name) = head.strip_suffix('+') {
        (name, Zero::Write)
    } else if let Some(name) = head.strip_suffix('-') {
        (name, Zero::Null)
    } else {
        (head, Zero::Keep)
    };
    Some((name.to_owned(), Field { shape: parse_shape(shape), zero, merge, number }))
}

fn parse_shape(text: &'static str) -> Shape {
    let (text, atomic) = text.strip_prefix('!').map_or((text, false), |rest| (rest, true));
    if let Some(name) = text.strip_prefix('@') {
        return Shape::Struct { of: Declared::Table(name), atomic };
    }
    if let Some(value) = text.strip_prefix('{') {
        return Shape::Map { value: Box::new(parse_shape(value)), atomic };
    }
    if let Some(item) = text.strip_prefix('[') {
        let (topology, item) = parse_topology(item);
        return Shape::List { item: Box::new(parse_shape(item)), topology };
    }
    match text {
        "s" => Shape::Scalar(Scalar::Text),
        "i" => Shape::Scalar(Scalar::Integer),
        "n" => Shape::Scalar(Scalar::Number),
        "b" => Shape::Scalar(Scalar::Boolean),
        "y" => Shape::Scalar(Scalar::Bytes),
        "q" => Shape::Scalar(Scalar::Quantity),
        "t" => Shape::Scalar(Scalar::Time),
        "m" => Shape::Scalar(Scalar::MicroTime),
        "x" => Shape::Scalar(Scalar::IntOrString),
        _ => Shape::Any,
    }
}

fn parse_topology(text: &'static str) -> (Topology, &'static str) {
    if let Some(item) = text.strip_prefix('~') {
        return (Topology::Set, item);
    }
    let Some((keys, item)) = text.strip_prefix('(').and_then(|rest| rest.split_once(')')) else {
        return (Topology::Atomic, text);
    };
    let keys = keys
        .split(',')
        .map(|key| match key.split_once(':') {
            Some((name, default)) => {
                Key { name: name.to_owned(), default: Some(default.to_owned()) }
            }
            None => Key { name: key.to_owned(), default: None },
        })
        .collect();
    (Topology::Keyed(keys), item)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_named_in_the_table_is_declared_there() {
        fn walk(shape: &Shape, missing: &mut Vec<&'static str>) {
            match shape {
                Shape::Struct { of: Declared::Table(name), .. } if !TYPES.contains_key(name) => {
                    missing.push(name);
                }
                Shape::Map { value: inner, .. } | Shape::List { item: inner, .. } => {
                    walk(inner, missing);
                }
                Shape::Struct { .. } | Shape::Scalar(_) | Shape::Any => {}
            }
        }
        let mut missing = vec![];
        for field in TYPES.values().flat_map(|of| of.fields.values()) {
            walk(&field.shape, &mut missing);
        }
        assert_eq!(missing, Vec::<&str>::new());
    }

    #[test]
    fn ports_are_keyed_with_a_default_protocol() {
        let container = Shape::named("core.v1.Container");
        let Some(Shape::List { topology: Topology::Keyed(keys), .. }) = container.member("ports")
        else {
            panic!("ports of a container are a keyed list");
        };
        assert_eq!(keys[1], Key { name: "protocol".into(), default: Some("TCP".into()) });
    }
}
