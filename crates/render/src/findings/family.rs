//! A chart and everything below `charts/`: which values belong to whom, and which templates there are.
//!
//! Invariant: a place in the values has one name. What the root reads as `.Values.sub.x` is the place
//! `x` of the chart `sub`, and `global` is one table for all, whoever reads it.
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chart::{Chart, ImportValue, version};
use diagnostic::Source;
use template::syntax::{Definition, Node, Tree};

use super::uses::Uses;

/// A chart's number in its family; the root is 0.
pub(super) type Member = usize;

/// The table that all members share.
pub(super) const GLOBAL: Member = usize::MAX;

/// A place in the values: a member and keys.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place {
    pub(super) member: Member,
    pub(super) keys: Vec<String>,
}

pub(super) struct Relative<'c> {
    pub(super) chart: &'c Chart,
    /// The path of its templates: `root/charts/sub`.
    pub(super) path: String,
    /// The keys below the root's values that hold its own.
    pub(super) keys: Vec<String>,
    pub(super) children: Vec<(String, Member)>,
}

/// A parsed template.
pub(super) struct File {
    pub(super) path: String,
    pub(super) member: Member,
    pub(super) tree: Tree,
}

pub(super) struct Family<'c> {
    pub(super) members: Vec<Relative<'c>>,
    /// In the order in which they are parsed: what is defined later wins.
    pub(super) files: Vec<File>,
}

impl<'c> Family<'c> {
    /// Parses everything; nothing where a template is malformed, which is another rule's matter.
    pub(super) fn new(root: &'c Chart) -> Option<Self> {
        let mut family = Self { members: Vec::new(), files: Vec::new() };
        family.add(root, root.name().to_owned(), &[]);
        let library = functions::library();
        for (member, relative) in family.members.iter().enumerate() {
            for file in &relative.chart.templates {
                let partial = crate::scope::is_partial(&file.name);
                if relative.chart.is_library() && !partial {
                    continue;
                }
                let path = format!("{}/{}", relative.path, file.name);
                let source = Source::new(path.as_str(), file.text());
                let tree = Tree::parse(&source, &library).ok()?;
                family.files.push(File { path, member, tree });
            }
        }
        family.files.sort_by_cached_key(|file| {
            std::cmp::Reverse((file.path.matches('/').count(), file.path.clone()))
        });
        Some(family)
    }

    fn add(&mut self, chart: &'c Chart, path: String, keys: &[String]) -> Member {
        let member = self.members.len();
        let below = format!("{path}/charts");
        self.members.push(Relative { chart, path, keys: keys.to_vec(), children: Vec::new() });
        let declared = chart.metadata.dependencies.iter().flatten();
        let mut found: Vec<(&str, &Chart)> = Vec::new();
        let mut named = BTreeSet::new();
        for dependency in declared {
            let fits = |c: &&Chart| {
                c.name() == dependency.name
                    && version::is_compatible(&dependency.version, &c.metadata.version)
            };
            if let Some(child) = chart.dependencies.iter().find(fits) {
                named.insert(child.name());
                let alias = dependency.alias.as_str();
                found.push((if alias.is_empty() { child.name() } else { alias }, child));
            }
        }
        let others = chart.dependencies.iter().filter(|c| !named.contains(c.name()));
        found.extend(others.map(|child| (child.name(), child)));
        for (name, child) in found {
            let inner = [keys, &[name.to_owned()]].concat();
            let number = self.add(child, format!("{below}/{name}"), &inner);
            self.members[member].children.push((name.to_owned(), number));
        }
        member
    }

    /// The definition that counts for each name.
    pub(super) fn definitions(&self) -> HashMap<&str, (Node<'_>, &File)> {
        let mut known: HashMap<&str, (Node<'_>, &File)> = HashMap::new();
        for file in &self.files {
            for Definition { name, body, empty } in file.tree.definitions() {
                let name = name.unwrap_or(&file.path);
                if !(empty && known.contains_key(name)) {
                    known.insert(name, (body, file));
                }
            }
        }
        known
    }

    /// The place one key below another.
    pub(super) fn below(&self, place: &Place, key: &str) -> Place {
        if place.member != GLOBAL && place.keys.is_empty() {
            if key == "global" {
                return Place { member: GLOBAL, keys: Vec::new() };
            }
            let children = &self.members[place.member].children;
            if let Some((_, child)) = children.iter().find(|(name, _)| name == key) {
                return Place { member: *child, keys: Vec::new() };
            }
        }
        let keys = place.keys.iter().cloned().chain([key.to_owned()]).collect();
        Place { member: place.member, keys }
    }

    /// The place at keys of a member's values.
    pub(super) fn place<'k>(
        &self,
        member: Member,
        keys: impl IntoIterator<Item = &'k str>,
    ) -> Place {
        let start = Place { member, keys: Vec::new() };
        keys.into_iter().fold(start, |place, key| self.below(&place, key))
    }

    /// The place as a user writes it in the root's values.
    pub(super) fn shown(&self, place: &Place) -> String {
        let mut keys = vec![".Values".to_owned()];
        if place.member == GLOBAL {
            keys.push("global".to_owned());
        } else {
            keys.extend(self.members[place.member].keys.iter().cloned());
        }
        keys.extend(place.keys.iter().cloned());
        keys.join(".")
    }

    /// What charts read of values without a template: conditions, tags, imports.
    pub(super) fn settle(&self, uses: &mut Uses) {
        for (member, relative) in self.members.iter().enumerate() {
            uses.whole(self.place(member, ["tags"]));
            for dependency in relative.chart.metadata.dependencies.iter().flatten() {
                let conditions = dependency.condition.split(',').map(str::trim);
                for condition in conditions.filter(|c| !c.is_empty()) {
                    uses.whole(self.place(member, condition.split('.')));
                }
                let alias = dependency.alias.as_str();
                let name = if alias.is_empty() { dependency.name.as_str() } else { alias };
                let child = relative.children.iter().find(|(key, _)| key == name);
                let Some((_, child)) = child else {
                    // It is not there to be asked.
                    uses.whole(self.place(member, [name]));
                    continue;
                };
                for import in &dependency.import_values {
                    let path = match import {
                        ImportValue::Export(name) => format!("exports.{name}"),
                        ImportValue::Path { child, .. } => child.clone(),
                        ImportValue::Other(_) => continue,
                    };
                    uses.whole(self.place(*child, path.split('.')));
                }
            }
        }
    }
}

/// A text with its name, for diagnostics.
pub(super) fn values_source(chart: &Chart) -> Option<Arc<Source>> {
    let file = chart.raw_values.as_ref()?;
    Some(Source::new(format!("{}/{}", chart.name(), file.name), file.text()))
}
