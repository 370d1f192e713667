//! Where a release's values were written, for errors of its chart: the file of the stack or layer.
//!
//! **Invariant**: what won comes first, then what it won over, newest first.

use std::ops::Range;
use std::sync::Arc;

use chart::values::{Answer, Key, Provenance, Said, Says, Spot, What};

use super::Values;
use crate::place::Place;
use crate::tree::{Tree, TreeKind};

impl Provenance for Values {
    fn ask(&self, path: &[Key]) -> Vec<Answer> {
        let Some(mut tree) = self.tree.as_ref() else { return vec![] };
        let mut spot = spot(&tree.place, tree.place.span.start);
        for (depth, key) in path.iter().enumerate() {
            let next = match (key, &tree.kind) {
                (Key::Name(name), TreeKind::Map(map)) => {
                    map.get(name).map(|e| (key_spot(&e.key, &e.value), &e.value))
                }
                (Key::Index(at), TreeKind::List(items)) => {
                    items.get(*at).map(|t| (self::spot(&t.place, t.place.span.start), t))
                }
                (
                    _,
                    TreeKind::Scalar(_) | TreeKind::Text(_) | TreeKind::Map(_) | TreeKind::List(_),
                ) => {
                    let said = Said { what: What::of(&tree.to_value()), spot };
                    return vec![answer(tree, Says::Covers { depth, said })];
                }
            };
            let Some((at, next)) = next else {
                let nearest = (depth > 0).then_some((depth, spot));
                return vec![answer(tree, Says::Nothing { nearest })];
            };
            (spot, tree) = (at, next);
        }
        let said = Said { what: What::of(&tree.to_value()), spot };
        let won_over = tree.replaced.iter().rev().map(|place| {
            let spot = self::spot(place, place.span.start);
            let from = place.source.name.clone();
            Answer { from, says: Says::Sets(Said { what: written(place), spot }) }
        });
        std::iter::once(answer(tree, Says::Sets(said))).chain(won_over).collect()
    }
}

/// The file that says it, and the inputs that its expression reads.
fn answer(tree: &Tree, says: Says) -> Answer {
    let mut from = tree.place.source.name.clone();
    for read in &tree.read {
        from = format!("{from}, reading {read},");
    }
    Answer { from, says }
}

/// What stands at a place that was won over.
fn written(place: &Place) -> What {
    let text = place.source.text.get(place.span.clone()).unwrap_or_default().trim();
    match text {
        "" | "~" | "null" | "Null" | "NULL" => What::Null,
        text if text.contains('\n') || text.starts_with('{') => What::Table,
        text if text.starts_with('[') => What::List,
        text => What::Scalar(text.to_owned()),
    }
}

/// From an entry's key on, where the value stands in the same file.
fn key_spot(key: &Place, value: &Tree) -> Spot {
    if Arc::ptr_eq(&key.source, &value.place.source) && key.span.start < value.place.span.start {
        spot(&value.place, key.span.start)
    } else {
        spot(&value.place, value.place.span.start)
    }
}

/// The first line of a place.
fn spot(place: &Place, start: usize) -> Spot {
    let span: Range<usize> = start..place.span.end.max(start);
    let line = place.source.text.get(span).and_then(|t| t.lines().next()).unwrap_or_default();
    (Arc::clone(&place.source), start..start + line.trim_end().len())
}
