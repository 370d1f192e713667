//! What is known of a value without running a template: where in the values it comes from.
use std::collections::{BTreeMap, BTreeSet};

use super::family::{Family, Member, Place};

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Shape {
    /// From nowhere in the values, or it does not matter any more.
    Opaque,
    /// `.` of a member.
    Scope(Member),
    /// `.Subcharts` of a member.
    Subcharts(Member),
    /// A place in the values.
    Values(Place),
    /// A text; what is not known of it are gaps.
    Text(Vec<Piece>),
    /// A map that a template made.
    Dict(BTreeMap<String, Shape>),
    /// One of these, or all of them in one.
    Union(BTreeSet<Shape>),
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Piece {
    /// As it is.
    Known(String),
    /// Anything.
    Gap,
}

impl Shape {
    pub(super) fn text(text: &str) -> Self {
        Self::Text(vec![Piece::Known(text.to_owned())])
    }

    /// The text, if all of it is known.
    pub(super) fn known_text(&self) -> Option<String> {
        let Self::Text(pieces) = self else { return None };
        let known = pieces.iter().map(|piece| match piece {
            Piece::Known(text) => Some(text.as_str()),
            Piece::Gap => None,
        });
        known.collect()
    }

    /// One of several.
    pub(super) fn union(shapes: impl IntoIterator<Item = Self>) -> Self {
        let mut all = BTreeSet::new();
        for shape in shapes {
            match shape {
                Self::Union(inner) => all.extend(inner),
                shape => {
                    all.insert(shape);
                }
            }
        }
        if all.len() == 1 { all.pop_first().unwrap_or(Self::Opaque) } else { Self::Union(all) }
    }

    /// The value at a key.
    pub(super) fn field(&self, family: &Family<'_>, name: &str) -> Self {
        match self {
            Self::Opaque | Self::Text(_) => Self::Opaque,
            Self::Scope(member) => match name {
                "Values" => Self::Values(Place { member: *member, keys: Vec::new() }),
                "Subcharts" => Self::Subcharts(*member),
                _ => Self::Opaque,
            },
            Self::Subcharts(member) => {
                let children = &family.members[*member].children;
                let child = children.iter().find(|(key, _)| key == name);
                child.map_or(Self::Opaque, |(_, child)| Self::Scope(*child))
            }
            Self::Values(place) => Self::Values(family.below(place, name)),
            Self::Dict(entries) => entries.get(name).cloned().unwrap_or(Self::Opaque),
            Self::Union(all) => Self::union(all.iter().map(|shape| shape.field(family, name))),
        }
    }

    /// How many shapes this is made of: a bound for those that grow with every call.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Opaque | Self::Scope(_) | Self::Subcharts(_) | Self::Text(_) => 1,
            Self::Values(place) => 1 + place.keys.len(),
            Self::Dict(entries) => 1 + entries.values().map(Self::size).sum::<usize>(),
            Self::Union(all) => 1 + all.iter().map(Self::size).sum::<usize>(),
        }
    }
}

/// Whether a name may be a text with gaps.
pub(super) fn may_be(pieces: &[Piece], name: &str) -> bool {
    match pieces.split_first() {
        None => name.is_empty(),
        Some((Piece::Known(text), rest)) => {
            name.strip_prefix(text.as_str()).is_some_and(|name| may_be(rest, name))
        }
        Some((Piece::Gap, rest)) => {
            name.char_indices().any(|(at, _)| may_be(rest, &name[at..])) || may_be(rest, "")
        }
    }
}
