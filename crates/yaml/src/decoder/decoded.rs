//! A value as go-yaml 2 decodes it before it becomes JSON: keys keep their types, and bytes that are
//! no text stay. Only errors print it, so it is made once more, from a document that was decoded.

use std::cmp::Ordering;

use super::{Decoder, Failed, binary, is_merge};
use crate::composer::{Children, ItemKind};
use crate::descend::descend;
use crate::resolver::{self, Resolved};
use crate::{Numbers, Value};

/// A node with keys of any type.
#[derive(Debug, Clone)]
pub(crate) enum Decoded {
    /// Nothing that holds others.
    Scalar(Value),
    /// `!!binary` that is no UTF-8.
    Bytes(Vec<u8>),
    List(Vec<Decoded>),
    /// In Go's order of printing.
    Map(Vec<(Decoded, Decoded)>),
}

impl Decoder<'_, '_> {
    /// A node that was decoded before; this time it counts for nothing.
    pub(super) fn decoded(&mut self, id: usize) -> Result<Decoded, Failed> {
        let numbers = std::mem::replace(&mut self.numbers, Numbers::Exact);
        let problems = self.number_problems.len();
        let decoded = self.decoded_node(id);
        self.numbers = numbers;
        self.number_problems.truncate(problems);
        decoded
    }

    fn decoded_node(&mut self, id: usize) -> Result<Decoded, Failed> {
        let item = self.item(id);
        match &item.kind {
            ItemKind::Scalar { value: text, style } => {
                let tag = item.tag.as_deref();
                let packed = tag.is_some_and(|tag| {
                    matches!(resolver::resolve(tag, text), Ok(Resolved::Binary))
                });
                match binary(text).filter(|_| packed) {
                    Some(bytes) => Ok(match String::from_utf8(bytes) {
                        Ok(text) => Decoded::Scalar(Value::String(text)),
                        Err(error) => Decoded::Bytes(error.into_bytes()),
                    }),
                    None => Ok(Decoded::Scalar(self.scalar(item, text, *style)?)),
                }
            }
            ItemKind::Alias { target, .. } => descend(|| self.decoded_node(*target)),
            ItemKind::List(children) => {
                let children: Vec<usize> = self.tree.children(id, *children).collect();
                let items = children.into_iter().map(|child| descend(|| self.decoded_node(child)));
                items.collect::<Result<_, _>>().map(Decoded::List)
            }
            ItemKind::Map(children) => {
                let mut entries = Vec::new();
                descend(|| self.decoded_entries(id, *children, &mut entries))?;
                entries.sort_by(|(one, _), (other, _)| order(one, other));
                // A key that is given again has the later value.
                entries.dedup_by(|later, earlier| {
                    let again = is_same(&earlier.0, &later.0);
                    if again {
                        std::mem::swap(&mut earlier.1, &mut later.1);
                    }
                    again
                });
                Ok(Decoded::Map(entries))
            }
        }
    }

    /// All entries in their order, also those whose key is given again.
    fn decoded_entries(
        &mut self,
        id: usize,
        children: Children,
        entries: &mut Vec<(Decoded, Decoded)>,
    ) -> Result<(), Failed> {
        for (key, value) in self.tree.entries(id, children) {
            if is_merge(self.item(key)) {
                self.decoded_merge(value, entries)?;
                continue;
            }
            let (key, value) = (self.decoded_node(key)?, self.decoded_node(value)?);
            entries.push((key, value));
        }
        Ok(())
    }

    fn decoded_merge(
        &mut self,
        id: usize,
        entries: &mut Vec<(Decoded, Decoded)>,
    ) -> Result<(), Failed> {
        match &self.item(id).kind {
            ItemKind::Map(children) => self.decoded_entries(id, *children, entries),
            ItemKind::Alias { target, .. } => descend(|| self.decoded_merge(*target, entries)),
            ItemKind::List(children) => {
                let children: Vec<usize> = self.tree.children(id, *children).collect();
                children.into_iter().rev().try_for_each(|child| self.decoded_merge(child, entries))
            }
            ItemKind::Scalar { .. } => Ok(()),
        }
    }
}

/// Whether Go takes two keys for one: the same type and value.
fn is_same(one: &Decoded, other: &Decoded) -> bool {
    let nan = |key: &Decoded| matches!(key, Decoded::Scalar(Value::Float(f)) if f.is_nan());
    order(one, other) == Ordering::Equal && !nan(one)
}

/// How Go prints a map: nil first, then by type, as its types lie in memory, then by value.
fn order(one: &Decoded, other: &Decoded) -> Ordering {
    rank(one).cmp(&rank(other)).then_with(|| match (one, other) {
        (Decoded::Scalar(Value::Uint(a)), Decoded::Scalar(Value::Uint(b))) => a.cmp(b),
        (Decoded::Scalar(Value::Int(a)), Decoded::Scalar(Value::Int(b))) => a.cmp(b),
        (Decoded::Scalar(Value::Bool(a)), Decoded::Scalar(Value::Bool(b))) => a.cmp(b),
        (Decoded::Scalar(Value::Float(a)), Decoded::Scalar(Value::Float(b))) => {
            a.partial_cmp(b).unwrap_or_else(|| b.is_nan().cmp(&a.is_nan()))
        }
        _ => bytes(one).cmp(bytes(other)),
    })
}

fn rank(key: &Decoded) -> u8 {
    match key {
        Decoded::Scalar(Value::Null) => 0,
        Decoded::Scalar(Value::String(_)) | Decoded::Bytes(_) => 1,
        Decoded::Scalar(Value::Uint(_)) => 2,
        Decoded::Scalar(Value::Int(_)) => 3,
        Decoded::Scalar(Value::Float(_)) => 4,
        Decoded::Scalar(Value::Bool(_)) => 5,
        Decoded::Scalar(Value::List(_) | Value::Map(_)) | Decoded::List(_) | Decoded::Map(_) => 6,
    }
}

fn bytes(key: &Decoded) -> &[u8] {
    match key {
        Decoded::Scalar(Value::String(text)) => text.as_bytes(),
        Decoded::Bytes(bytes) => bytes,
        Decoded::Scalar(_) | Decoded::List(_) | Decoded::Map(_) => &[],
    }
}
