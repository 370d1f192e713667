//! Which places of the values are read.
use std::collections::BTreeSet;
use std::ops::Bound;

use super::family::{Family, GLOBAL, Place};

/// Places that are read.
#[derive(Debug, Default)]
pub(super) struct Uses {
    /// With everything below them.
    whole: BTreeSet<Place>,
    /// Themselves.
    touched: BTreeSet<Place>,
}

/// What is read of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// All of it.
    Whole,
    /// Something below it.
    Below,
    /// Nothing.
    Never,
}

impl Uses {
    /// Everything at and below a place is read.
    pub(super) fn whole(&mut self, place: Place) {
        self.whole.insert(place);
    }

    /// A place itself is read.
    pub(super) fn touch(&mut self, place: Place) {
        self.touched.insert(place);
    }

    /// The keys of a table that are read by name.
    pub(super) fn keys_read<'u>(&'u self, table: &'u Place) -> impl Iterator<Item = &'u str> {
        let start = (Bound::Excluded(table), Bound::Unbounded);
        let inside = move |place: &&Place| {
            place.member == table.member && place.keys.starts_with(&table.keys)
        };
        let places = self.touched.range::<Place, _>(start).take_while(inside);
        places.filter_map(|place| place.keys.get(table.keys.len())).map(String::as_str)
    }

    /// What is read of a place that is no member's root.
    pub(super) fn of(&self, family: &Family<'_>, place: &Place) -> Use {
        if self.covered(family, place) {
            return Use::Whole;
        }
        if below(&self.whole, place) || below(&self.touched, place) {
            return Use::Below;
        }
        // Asking whether a table is empty asks for everything in it.
        if self.touched.contains(place) { Use::Whole } else { Use::Never }
    }

    fn covered(&self, family: &Family<'_>, place: &Place) -> bool {
        let prefix = |length| Place { member: place.member, keys: place.keys[..length].to_vec() };
        if (0..=place.keys.len()).any(|length| self.whole.contains(&prefix(length))) {
            return true;
        }
        // A parent that hands all of its values on hands on those of its children.
        let parents = family.members.iter().enumerate();
        parents.into_iter().any(|(parent, relative)| {
            let inside = place.member == GLOBAL
                || relative.children.iter().any(|(_, child)| *child == place.member);
            inside && self.covers_children(family, parent)
        })
    }

    fn covers_children(&self, family: &Family<'_>, parent: usize) -> bool {
        let root = Place { member: parent, keys: Vec::new() };
        self.whole.contains(&root)
            || family.members.iter().enumerate().any(|(other, relative)| {
                relative.children.iter().any(|(_, child)| *child == parent)
                    && self.covers_children(family, other)
            })
    }
}

/// Whether a set has a place strictly below another.
fn below(set: &BTreeSet<Place>, place: &Place) -> bool {
    let start = (Bound::Excluded(place.clone()), Bound::Unbounded);
    set.range(start)
        .next()
        .is_some_and(|next| next.member == place.member && next.keys.starts_with(&place.keys))
}
