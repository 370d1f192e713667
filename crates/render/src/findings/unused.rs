//! Values of `values.yaml` that nothing reads.
use std::collections::HashSet;

use diagnostic::{Diagnostic, Source, nearest};
use yaml::node::{Key, Kind, Node};

use super::family::{Place, values_source};
use super::uses::Use;
use super::walk::Walk;
use super::{Code, Finding};

pub(super) fn find(walk: &Walk<'_, '_>) -> Vec<Finding> {
    let Some(source) = values_source(walk.family.members[0].chart) else { return Vec::new() };
    let Ok(documents) = yaml::node::parse(&source.text) else { return Vec::new() };
    let mut search = Search { walk, source: &source, told: HashSet::new(), found: Vec::new() };
    for document in &documents {
        search.table(document, &Place { member: 0, keys: Vec::new() });
    }
    search.found
}

struct Search<'w, 'f, 'c> {
    walk: &'w Walk<'f, 'c>,
    source: &'w std::sync::Arc<Source>,
    told: HashSet<usize>,
    found: Vec<Finding>,
}

impl Search<'_, '_, '_> {
    fn table(&mut self, node: &Node, place: &Place) {
        for (key, value) in node.as_map().unwrap_or_default() {
            let below = self.walk.family.below(place, &key.name);
            if self.is_for_yaml(key, value) {
                continue;
            }
            if below.keys.is_empty() {
                // The table of a dependency, or the one for all.
                self.table(value, &below);
                continue;
            }
            match self.walk.uses.of(self.walk.family, &below) {
                Use::Whole => {}
                Use::Below => self.table(value, &below),
                Use::Never if self.walk.known.in_schema(&below) => {}
                Use::Never => self.tell(key, value, place, &below),
            }
        }
    }

    /// A value that other values are made of: an anchor, or a key for that purpose.
    fn is_for_yaml(&self, key: &Key, value: &Node) -> bool {
        let between = self.source.text.get(key.span.end..value.span.start).unwrap_or_default();
        between.contains('&') || key.name.starts_with("x-")
    }

    fn tell(&mut self, key: &Key, value: &Node, parent: &Place, place: &Place) {
        // An alias shows a value in more than one place.
        if !self.told.insert(key.span.start) {
            return;
        }
        let family = self.walk.family;
        let shown = family.shown(place);
        let nothing = match &value.kind {
            Kind::Map(entries) if !entries.is_empty() => "no template reads it or anything in it",
            _ => "no template reads it",
        };
        let mut diagnostic = Diagnostic::warning(format!("the value `{shown}` is never read"))
            .code(Code::UnusedValue.as_str())
            .label(self.source, key.span.clone(), nothing);
        let names = self.walk.uses.keys_read(parent).filter(|name| {
            let read = family.below(parent, name);
            matches!(self.walk.known.find(&read), super::known::Found::Missing(_))
        });
        if let Some(name) = nearest(&key.name, names) {
            let read = family.shown(&family.below(parent, name));
            diagnostic = diagnostic.hint(format!("templates read `{read}`, which is not there"));
        }
        self.found.push(Finding { code: Code::UnusedValue, diagnostic });
    }
}
