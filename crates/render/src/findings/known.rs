//! What the values hold: the chart's, its dependencies' and the user's, and what schemas name.
use std::collections::BTreeSet;

use diagnostic::nearest;
use yaml::{Map, Numbers, Value};

use super::family::{Family, GLOBAL, Member, Place};

/// What is at a place.
#[derive(Debug, Clone, Copy)]
pub(super) enum Found<'v> {
    /// A value.
    Value(&'v Value),
    /// Nothing; so many of its keys are there.
    Missing(usize),
    /// It cannot be told.
    Unknown,
}

/// The values as they are rendered with.
pub(super) struct Known<'v> {
    /// Each member's own table; nothing for those that do not take part.
    tables: Vec<Option<&'v Map>>,
    /// Places that schemas name.
    schemas: BTreeSet<Place>,
}

impl<'v> Known<'v> {
    /// `values` are the root's, coalesced.
    pub(super) fn new(
        family: &Family<'_>,
        values: &'v Map,
        taking_part: &BTreeSet<Vec<String>>,
    ) -> Self {
        let tables = family.members.iter().map(|relative| {
            let present = relative.keys.is_empty() || taking_part.contains(&relative.keys);
            let mut keys = relative.keys.iter();
            let table = keys.try_fold(values, |table, key| table.get(key)?.as_map());
            table.filter(|_| present)
        });
        let mut schemas = BTreeSet::new();
        for (member, relative) in family.members.iter().enumerate() {
            let schema = relative.chart.schema.as_ref();
            let schema =
                schema.and_then(|file| yaml::json::from_slice(&file.data, Numbers::Exact).ok());
            if let Some(schema) = schema {
                let place = Place { member, keys: Vec::new() };
                properties(family, &schema, &place, &mut schemas, 0);
            }
        }
        Self { tables: tables.collect(), schemas }
    }

    /// Whether a member's templates run.
    pub(super) fn runs(&self, member: Member) -> bool {
        self.tables.get(member).is_some_and(Option::is_some)
    }

    /// Whether a schema names a place, or one that it is in.
    pub(super) fn in_schema(&self, place: &Place) -> bool {
        self.schemas.contains(place)
    }

    /// What is at a place.
    pub(super) fn find(&self, place: &Place) -> Found<'_> {
        // Globals of a dependency are its own where the root has none.
        if place.member == GLOBAL {
            let mut missing = Found::Unknown;
            for table in self.tables.iter().flatten() {
                let Some(Value::Map(table)) = table.get("global") else { continue };
                match self.find_in(table, place) {
                    Found::Missing(depth) => {
                        missing = match missing {
                            Found::Missing(other) => Found::Missing(other.max(depth)),
                            _ => Found::Missing(depth),
                        };
                    }
                    found => return found,
                }
            }
            return missing;
        }
        match self.tables.get(place.member) {
            Some(Some(table)) => self.find_in(table, place),
            Some(None) | None => Found::Unknown,
        }
    }

    fn find_in<'m>(&self, table: &'m Map, place: &Place) -> Found<'m> {
        let mut table = table;
        for (depth, key) in place.keys.iter().enumerate() {
            let last = depth + 1 == place.keys.len();
            match table.get(key) {
                Some(value) if last => return Found::Value(value),
                Some(Value::Map(inner)) => table = inner,
                Some(Value::Null) => return Found::Missing(depth + 1),
                Some(_) => return Found::Unknown,
                None => {
                    let named = Place { member: place.member, keys: place.keys[..=depth].to_vec() };
                    return if self.schemas.contains(&named) {
                        Found::Unknown
                    } else {
                        Found::Missing(depth)
                    };
                }
            }
        }
        Found::Unknown
    }

    /// The known key that is nearest to the one that is missing.
    pub(super) fn nearest(
        &self,
        family: &Family<'_>,
        place: &Place,
        depth: usize,
    ) -> Option<Place> {
        let parent = Place { member: place.member, keys: place.keys[..depth].to_vec() };
        let table = match self.find(&parent) {
            Found::Value(Value::Map(table)) => Some(table),
            _ if parent.keys.is_empty() => self.tables.get(place.member).copied().flatten(),
            _ => None,
        }?;
        let wanted = place.keys.get(depth)?;
        let found = nearest(wanted, table.keys().map(String::as_str))?;
        Some(family.below(&parent, found))
    }
}

fn properties(
    family: &Family<'_>,
    schema: &Value,
    place: &Place,
    into: &mut BTreeSet<Place>,
    depth: usize,
) {
    const DEEPEST: usize = 40;
    if depth > DEEPEST {
        return;
    }
    for branch in ["allOf", "anyOf", "oneOf"] {
        let schemas = schema.get(branch).and_then(Value::as_list).into_iter().flatten();
        schemas.for_each(|schema| properties(family, schema, place, into, depth + 1));
    }
    for (key, inner) in schema.get("properties").and_then(Value::as_map).into_iter().flatten() {
        let below = family.below(place, key);
        into.insert(below.clone());
        properties(family, inner, &below, into, depth + 1);
    }
}
