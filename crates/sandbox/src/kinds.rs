//! Which kinds the API serves: the built-in table, and what custom resource definitions add.
//!
//! Invariant: versions of one kind share a store; `storage` names it.

use std::sync::Arc;

use crate::crd::CustomSchema;
use crate::schema::Shape;

/// One kind at one version.
#[derive(Debug)]
#[expect(clippy::struct_field_names, reason = "the API calls them kind and listKind")]
pub(crate) struct Kind {
    pub(crate) group: String,
    pub(crate) version: String,
    pub(crate) plural: String,
    pub(crate) singular: String,
    pub(crate) kind: String,
    pub(crate) list_kind: String,
    pub(crate) namespaced: bool,
    pub(crate) verbs: Vec<String>,
    pub(crate) short_names: Vec<String>,
    pub(crate) categories: Vec<String>,
    pub(crate) shape: Shape,
    pub(crate) subresources: Vec<Subresource>,
    /// Where objects of this kind are kept, as `plural.group`.
    pub(crate) storage: String,
    /// Schema of a custom kind.
    pub(crate) custom: Option<Arc<CustomSchema>>,
}

/// A subresource as discovery shows it.
#[derive(Debug)]
pub(crate) struct Subresource {
    pub(crate) name: String,
    /// Group, version and kind where they differ from the parent's.
    pub(crate) group: String,
    pub(crate) version: String,
    pub(crate) kind: String,
    pub(crate) verbs: Vec<String>,
}

/// Every kind that is served now.
#[derive(Debug, Clone)]
pub(crate) struct Registry {
    kinds: Vec<Arc<Kind>>,
}

impl Kind {
    /// `group/version`, or the version alone for the core group.
    pub(crate) fn api_version(&self) -> String {
        join_version(&self.group, &self.version)
    }

    /// `plural.group`, or the plural alone for the core group.
    pub(crate) fn group_resource(&self) -> String {
        if self.group.is_empty() {
            self.plural.clone()
        } else {
            format!("{}.{}", self.plural, self.group)
        }
    }

    /// Whether the kind serves a subresource.
    pub(crate) fn serves(&self, subresource: &str) -> bool {
        self.subresources.iter().any(|sub| sub.name == subresource)
    }

    /// Whether the kind serves a verb.
    pub(crate) fn allows(&self, verb: &str) -> bool {
        self.verbs.iter().any(|known| known == verb)
    }

    /// Whether this is a built-in kind of the given storage.
    pub(crate) fn is(&self, storage: &str) -> bool {
        self.custom.is_none() && self.storage == storage
    }
}

impl Registry {
    /// The built-in kinds.
    pub(crate) fn builtin() -> Self {
        let lines = include_str!("schema/kinds.txt").lines();
        Self { kinds: lines.filter_map(parse).map(Arc::new).collect() }
    }

    /// All kinds, in discovery order.
    pub(crate) fn all(&self) -> &[Arc<Kind>] {
        &self.kinds
    }

    /// Whether a group is served at a version.
    pub(crate) fn serves(&self, group: &str, version: &str) -> bool {
        self.kinds.iter().any(|kind| kind.group == group && kind.version == version)
    }

    /// The kind behind a URL.
    pub(crate) fn by_resource(
        &self,
        group: &str,
        version: &str,
        plural: &str,
    ) -> Option<Arc<Kind>> {
        self.kinds
            .iter()
            .find(|k| k.plural == plural && k.group == group && k.version == version)
            .cloned()
    }

    /// The kind an object says it is of.
    pub(crate) fn by_kind(&self, api_version: &str, kind: &str) -> Option<Arc<Kind>> {
        let (group, version) = split_version(api_version);
        self.kinds
            .iter()
            .find(|k| k.kind == kind && k.group == group && k.version == version)
            .cloned()
    }

    /// The version an object of a store is kept at: the first one listed.
    pub(crate) fn by_storage(&self, storage: &str) -> Option<Arc<Kind>> {
        self.kinds.iter().find(|kind| kind.storage == storage && kind.stores()).cloned()
    }

    /// Replaces the kinds of a custom store.
    pub(crate) fn replace_custom(&mut self, storage: &str, kinds: Vec<Kind>) {
        self.kinds.retain(|kind| kind.custom.is_none() || kind.storage != storage);
        self.kinds.extend(kinds.into_iter().map(Arc::new));
    }
}

impl Kind {
    fn stores(&self) -> bool {
        match &self.custom {
            Some(custom) => custom.stored,
            None => !matches!(
                (self.group.as_str(), self.version.as_str(), self.plural.as_str()),
                ("autoscaling", "v1", _) | ("events.k8s.io", ..)
            ),
        }
    }
}

/// `group/version` as one word.
pub(crate) fn join_version(group: &str, version: &str) -> String {
    if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") }
}

/// Group and version of an `apiVersion`.
pub(crate) fn split_version(api_version: &str) -> (&str, &str) {
    api_version.split_once('/').unwrap_or(("", api_version))
}

fn parse(line: &str) -> Option<Kind> {
    let words: Vec<&str> = line.split(' ').map(|w| if w == "-" { "" } else { w }).collect();
    let [group, version, plural, singular, kind, scope, verbs, short, categories, shape, subs] =
        words.as_slice()
    else {
        return None;
    };
    let list = |text: &str, by: char| -> Vec<String> {
        text.split(by).filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    let storage = match (*plural, *group) {
        ("events", _) | (_, "") => (*plural).to_owned(),
        (plural, group) => format!("{plural}.{group}"),
    };
    let subresources = list(subs, ',')
        .iter()
        .filter_map(|sub| {
            let (name, rest) = sub.split_once('=')?;
            let (gvk, verbs) = rest.split_once('=')?;
            let gvk: Vec<&str> = gvk.split('/').collect();
            let [group, version, kind] = gvk.as_slice() else { return None };
            Some(Subresource {
                name: name.to_owned(),
                group: (*group).to_owned(),
                version: (*version).to_owned(),
                kind: (*kind).to_owned(),
                verbs: list(verbs, '+'),
            })
        })
        .collect();
    Some(Kind {
        group: (*group).to_owned(),
        version: (*version).to_owned(),
        plural: (*plural).to_owned(),
        singular: (*singular).to_owned(),
        kind: (*kind).to_owned(),
        list_kind: format!("{kind}List"),
        namespaced: *scope == "N",
        verbs: list(verbs, ','),
        short_names: list(short, ','),
        categories: list(categories, ','),
        shape: Shape::named(shape),
        subresources,
        storage,
        custom: None,
    })
}
