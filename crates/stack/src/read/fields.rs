//! A map whose keys are known: each is taken once, what is left over is refused.

use std::collections::BTreeSet;

use diagnostic::Diagnostic;
use yaml::node::{Key, Kind, Node};

use super::{Reader, noun};
use crate::place::Place;

/// The keys that a map may have.
pub(super) struct Keys {
    /// What the map is, in messages: `a release`.
    pub(super) of: &'static str,
    /// Keys that are read.
    pub(super) known: &'static [&'static str],
    /// Keys of the format that this version refuses by name.
    pub(super) later: &'static [&'static str],
}

impl Reader {
    /// A map with known keys; nothing, and an error, if it is no map.
    pub(super) fn fields<'a>(&mut self, node: &'a Node, keys: &Keys) -> Option<Fields<'a>> {
        let entries = self.entries(node, keys.of)?;
        for (key, _) in entries {
            if !keys.known.contains(&key.name.as_str()) {
                let error = self.unknown(key, keys);
                self.errors.push(error);
            }
        }
        Some(Fields { entries })
    }

    /// A map with keys of the user's choice.
    pub(super) fn entries<'a>(&mut self, node: &'a Node, of: &str) -> Option<&'a [(Key, Node)]> {
        let Kind::Map(entries) = &node.kind else {
            self.error(node, format!("{of} must be a map, not {}", noun(node)));
            return None;
        };
        let mut seen = BTreeSet::new();
        for (key, _) in entries {
            if !seen.insert(&key.name) {
                let error =
                    self.key_place(key).error(format!("`{}` stands here twice", key.name), "");
                self.errors.push(error);
            }
            let place = self.key_place(key);
            let written = place.source.text.get(key.span.clone()).unwrap_or_default();
            if matches!(key.name.as_str(), "true" | "false") && written != key.name {
                let message = format!("YAML reads the key `{written}` as `{}`", key.name);
                self.errors.push(place.error(message, "").hint(format!("quote it: \"{written}\"")));
            }
        }
        Some(entries)
    }

    /// The items of a list.
    pub(super) fn items<'a>(&mut self, node: &'a Node, of: &str) -> Option<&'a [Node]> {
        let Kind::List(items) = &node.kind else {
            self.error(node, format!("{of} must be a list, not {}", noun(node)));
            return None;
        };
        Some(items)
    }

    pub(super) fn key_place(&self, key: &Key) -> Place {
        Place::new(&self.source, key.span.clone())
    }

    /// Says that a part of the format is not there yet.
    pub(super) fn not_supported(&mut self, place: &Place, what: &str) {
        let message = format!("{what} is not supported yet");
        self.errors.push(place.error(message, "").code("not-supported"));
    }

    fn unknown(&self, key: &Key, keys: &Keys) -> Diagnostic {
        let place = self.key_place(key);
        if keys.later.contains(&key.name.as_str()) {
            let message = format!("`{}` of {} is not supported yet", key.name, keys.of);
            return place.error(message, "").code("not-supported");
        }
        let error = place
            .error(format!("unknown key `{}`", key.name), format!("not a key of {}", keys.of))
            .code("unknown-key");
        if diagnostic::nearest(&key.name, keys.known.iter().copied()).is_some() {
            error.suggest(&key.name, keys.known.iter().copied())
        } else {
            error.note(format!("keys of {}: {}", keys.of, keys.known.join(", ")))
        }
    }
}

/// The entries of a map whose keys were checked.
pub(super) struct Fields<'a> {
    entries: &'a [(Key, Node)],
}

impl<'a> Fields<'a> {
    /// The value of a key, unless it is left out or empty.
    pub(super) fn get(&self, name: &str) -> Option<&'a Node> {
        self.entry(name).map(|(_, node)| node)
    }

    /// The same with the key.
    pub(super) fn entry(&self, name: &str) -> Option<(&'a Key, &'a Node)> {
        let (key, node) = self.entries.iter().find(|(k, _)| k.name == name)?;
        (!matches!(node.kind, Kind::Null)).then_some((key, node))
    }
}
