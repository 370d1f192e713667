//! `releases`: one chart each, with needs, values and jobs.

use yaml::node::{Key, Kind, Node};

use super::fields::{Fields, Keys};
use super::job::Turn;
use super::{Reader, noun};
use crate::model::{
    ChartPath, ChartUse, ForEach, Need, NeedMode, OnFailure, ReleaseSpec, Upgrade, ValuesEntry,
    Wait,
};
use crate::place::Spanned;
use crate::tree::Tree;

const RELEASE: Keys = Keys {
    of: "a release",
    known: &[
        "chart",
        "name",
        "namespace",
        "needs",
        "when",
        "values",
        "labels",
        "wait",
        "timeout",
        "onFailure",
        "upgrade",
        "jobs",
        "forEach",
    ],
    later: &["manifests", "generate", "kustomize", "jsonnet", "diff", "images", "version"],
};
/// What a layer may say about a release.
const LAYERED: Keys = Keys {
    of: "a release in a layer",
    known: &[
        "chart",
        "namespace",
        "needs",
        "when",
        "values",
        "labels",
        "wait",
        "timeout",
        "onFailure",
        "upgrade",
    ],
    later: &["jobs", "forEach", "name"],
};
const JOBS: Keys = Keys { of: "`jobs`", known: &["before", "after"], later: &[] };
const FOR_EACH: Keys = Keys { of: "`forEach`", known: &["in", "as", "name"], later: &[] };
const CHART: Keys = Keys {
    of: "a chart",
    known: &["path"],
    later: &["oci", "repo", "version", "name", "git", "ref"],
};

/// Names that expressions know already.
const TAKEN: [&str; 8] = ["inputs", "env", "stack", "release", "jobs", "images", "true", "false"];

/// Where a release is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// In the stack file: all of it.
    Whole,
    /// In a layer: what is different.
    Layer,
}

impl Reader {
    /// One release.
    pub(super) fn release(&mut self, key: &Key, node: &Node, part: Part) -> Option<ReleaseSpec> {
        let key = Spanned::new(key.name.clone(), self.key_place(key));
        self.check_name(&key, "a release")?;
        let keys = if part == Part::Whole { &RELEASE } else { &LAYERED };
        let fields = self.fields(node, keys)?;
        let outer = self.known.clone();
        let for_each = fields.get("forEach").and_then(|n| self.for_each(n));
        if let Some(each) = &for_each {
            self.known = self.known.clone().with_any(&each.variable.value);
        }
        let name = fields.get("name").and_then(|n| self.text(n));
        if let (Some(name), Some(each)) = (&name, &for_each) {
            let error = name.place.error("`name` is given by `forEach` already", "").context(
                &each.name.place.source,
                each.name.place.span.clone(),
                "here",
            );
            self.errors.push(error);
        }
        let spec = ReleaseSpec {
            chart: fields.get("chart").and_then(|n| self.chart_use(n)),
            name,
            namespace: fields.get("namespace").and_then(|n| self.text(n)),
            when: fields.get("when").and_then(|n| self.condition(n)),
            needs: fields.get("needs").map(|n| self.needs(n)),
            ..self.rest_of_release(key, &fields)
        };
        if part == Part::Whole && fields.get("chart").is_none() {
            let message = format!("release `{}` has no chart", spec.key.value);
            self.errors.push(spec.key.place.error(message, "").hint("add `chart:`"));
        }
        self.known = outer;
        Some(ReleaseSpec { for_each, ..spec })
    }

    fn rest_of_release(&mut self, key: Spanned<String>, fields: &Fields<'_>) -> ReleaseSpec {
        self.known = self.known.clone().with("release", ["key", "name", "namespace"]);
        let values = fields.get("values").map(|n| self.values(n)).unwrap_or_default();
        let labels = fields.get("labels").map(|n| self.labels(n)).unwrap_or_default();
        self.known = self.known.clone().with("release", ["key", "name", "namespace", "changed"]);
        let jobs = fields.get("jobs").and_then(|n| self.fields(n, &JOBS));
        let list = |r: &mut Self, name: &str, turn| {
            let node = jobs.as_ref().and_then(|f| f.get(name));
            node.map(|n| r.jobs(n, turn)).unwrap_or_default()
        };
        ReleaseSpec {
            key,
            values,
            labels,
            before: list(self, "before", Turn::Before),
            after: list(self, "after", Turn::After),
            wait: fields.get("wait").and_then(|n| self.wait(n)),
            timeout: fields.get("timeout").and_then(|n| self.duration(n)),
            on_failure: fields.get("onFailure").and_then(|n| self.on_failure(n)),
            upgrade: fields.get("upgrade").and_then(|n| {
                self.choice(n, &[("always", Upgrade::Always), ("never", Upgrade::Never)])
            }),
            chart: None,
            name: None,
            namespace: None,
            needs: None,
            when: None,
            for_each: None,
        }
    }

    /// `wait`, also of `defaults`.
    pub(super) fn wait(&mut self, node: &Node) -> Option<Wait> {
        self.choice(node, &[("ready", Wait::Ready), ("applied", Wait::Applied)])
    }

    /// `onFailure`, also of `defaults`.
    pub(super) fn on_failure(&mut self, node: &Node) -> Option<OnFailure> {
        self.choice(node, &[("rollback", OnFailure::Rollback), ("keep", OnFailure::Keep)])
    }

    /// A chart by its place; charts from elsewhere are refused by name.
    pub(super) fn chart(&mut self, node: &Node) -> Option<ChartPath> {
        let fields = self.fields(node, &CHART)?;
        if let Some(path) = fields.get("path") {
            Some(ChartPath { path: self.path(path)? })
        } else {
            let later = CHART.later.iter().any(|name| node.get(name).is_some());
            if !later {
                self.error_with_hint(node, "a chart needs a path", "add `path: ./charts/…`");
            }
            None
        }
    }

    fn chart_use(&mut self, node: &Node) -> Option<ChartUse> {
        if let Kind::Map(_) = &node.kind {
            self.chart(node).map(ChartUse::Own)
        } else {
            let name = self.string(node)?;
            if name.value.starts_with("./") || name.value.starts_with("../") {
                return Some(ChartUse::Own(ChartPath { path: name }));
            }
            Some(ChartUse::Named(name))
        }
    }

    fn needs(&mut self, node: &Node) -> Vec<Need> {
        let modes = [
            ("ready", NeedMode::Ready),
            ("applied", NeedMode::Applied),
            ("optional", NeedMode::Optional),
        ];
        match &node.kind {
            Kind::List(items) => items
                .iter()
                .filter_map(|n| self.string(n))
                .map(|key| Need { key, mode: NeedMode::Ready })
                .collect(),
            Kind::Map(entries) => entries
                .iter()
                .filter_map(|(key, n)| {
                    let mode = self.choice(n, &modes)?;
                    let key = Spanned::new(key.name.clone(), self.key_place(key));
                    Some(Need { key, mode })
                })
                .collect(),
            _ => {
                let message = format!("`needs` must be a list or a map, not {}", noun(node));
                self.error_with_hint(node, message, "write `[db, cache]` or `{db: ready}`");
                vec![]
            }
        }
    }

    fn values(&mut self, node: &Node) -> Vec<ValuesEntry> {
        match &node.kind {
            Kind::List(items) => items.iter().filter_map(|n| self.values_entry(n)).collect(),
            _ => self.values_entry(node).into_iter().collect(),
        }
    }

    fn values_entry(&mut self, node: &Node) -> Option<ValuesEntry> {
        match &node.kind {
            Kind::Map(_) => {
                let known = self.known.clone();
                let tree = Tree::from_node(node, &self.source, &known, &mut self.errors);
                Some(ValuesEntry::Inline(tree))
            }
            Kind::String { value, .. } if has_extension(value, "gotmpl") => {
                let place = self.place(node);
                self.not_supported(&place, "a `.gotmpl` values file");
                None
            }
            Kind::String { .. } => self.path(node).map(ValuesEntry::File),
            _ => {
                self.error(node, format!("values are a file or a map, not {}", noun(node)));
                None
            }
        }
    }

    /// Labels whose keys Helm or this program use themselves are refused.
    pub(super) fn labels(
        &mut self,
        node: &Node,
    ) -> Vec<(String, Spanned<crate::expression::Text>)> {
        for (key, _) in self.entries(node, "`labels`").unwrap_or_default() {
            let reserved = ["name", "owner", "status", "version", "createdAt", "modifiedAt"];
            if reserved.contains(&key.name.as_str()) || key.name.starts_with("windrose.dev/") {
                let place = self.key_place(key);
                self.errors.push(place.error(format!("the label `{}` is taken", key.name), ""));
            } else if !is_label(&key.name) {
                let place = self.key_place(key);
                let note = "a label is letters, digits, `-`, `_` and `.`, at most 63 of them, \
                            and may have a domain and `/` before";
                let message = format!("`{}` cannot be a label", key.name);
                self.errors.push(place.error(message, "").note(note));
            }
        }
        self.texts(node, "`labels`")
    }

    fn for_each(&mut self, node: &Node) -> Option<ForEach> {
        let fields = self.fields(node, &FOR_EACH)?;
        for name in FOR_EACH.known {
            if fields.get(name).is_none() {
                self.error(node, format!("`forEach` needs `{name}`"));
            }
        }
        let items = fields.get("in").and_then(|n| self.text(n))?;
        if items.value.whole().is_none() {
            let message = "`in` must be one expression that gives a list";
            self.errors
                .push(items.place.error(message, "").hint("such as `${{ inputs.tenants }}`"));
        }
        let variable = fields.get("as").and_then(|n| self.string(n))?;
        let name = &variable.value;
        let good = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && !TAKEN.contains(&name.as_str());
        if !good {
            self.errors.push(variable.place.error(format!("`{name}` cannot name the item"), ""));
            return None;
        }
        let outer = self.known.clone();
        self.known = outer.clone().with_any(name);
        let name = fields.get("name").and_then(|n| self.text(n));
        self.known = outer;
        let name = name?;
        if name.value.literal().is_some() {
            let message = "every item would have this name";
            let hint = format!("use the item: `${{{{ {} }}}}`", variable.value);
            self.errors.push(name.place.error(message, "").hint(hint));
        }
        Some(ForEach { items, variable, name })
    }
}

/// Kubernetes' rule of a label's key.
fn is_label(key: &str) -> bool {
    match key.split_once('/') {
        Some((domain, name)) => {
            let good = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b);
            !domain.is_empty() && domain.len() <= 253 && domain.bytes().all(good) && is_word(name)
        }
        None => is_word(key),
    }
}

/// A label's name, or a value of it that is not empty.
pub(crate) fn is_word(word: &str) -> bool {
    let inner = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    let ends = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_alphanumeric());
    word.len() <= 63
        && word.bytes().all(inner)
        && ends(word.bytes().next())
        && ends(word.bytes().last())
}

fn has_extension(path: &str, extension: &str) -> bool {
    std::path::Path::new(path).extension().is_some_and(|e| e == extension)
}
