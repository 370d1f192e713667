//! The stack file as a whole, and what only the whole shows: names that lead nowhere, cycles.

use std::collections::BTreeMap;
use std::sync::Arc;

use diagnostic::{Diagnostic, Source};
use yaml::node::{Kind, Node};

use super::fields::{Fields, Keys};
use super::release::Part;
use super::{Reader, document};
use crate::expression::Variables;
use crate::graph;
use crate::model::{ChartPath, ChartUse, Defaults, FailurePolicy, Orphans, Policy, Stack};
use crate::place::Spanned;

const STACK: Keys = Keys {
    of: "a stack",
    known: &[
        "apiVersion",
        "name",
        "inputs",
        "environments",
        "charts",
        "defaults",
        "policy",
        "releases",
    ],
    later: &["images", "include", "secrets", "jobs", "modules"],
};
const DEFAULTS: Keys = Keys {
    of: "`defaults`",
    known: &["namespace", "wait", "timeout", "onFailure", "labels"],
    later: &["values", "chart"],
};
const POLICY: Keys =
    Keys { of: "`policy`", known: &["concurrency", "failure", "orphans"], later: &["lease"] };

/// The only version of the format.
const API_VERSION: &str = "stack/v1";
/// Top-level names of a layer that are no inputs.
pub(super) const RESERVED: [&str; 10] = [
    "inputs",
    "releases",
    "charts",
    "images",
    "include",
    "defaults",
    "policy",
    "environments",
    "secrets",
    "values",
];

/// What a choice of `policy.orphans` means today.
#[derive(Clone, Copy)]
enum OrphanWord {
    Known(Orphans),
    Prune,
}

/// Reads a stack file.
pub(crate) fn read_stack(source: &Arc<Source>) -> Result<Stack, Vec<Diagnostic>> {
    let mut errors = vec![];
    let Some(node) = document(source, &mut errors) else { return Err(errors) };
    let mut reader = Reader::new(source, Variables::default());
    let stack = reader.stack(&node);
    match stack {
        Some(stack) if reader.errors.is_empty() => Ok(stack),
        _ => Err(reader.errors),
    }
}

impl Reader {
    fn stack(&mut self, node: &Node) -> Option<Stack> {
        if matches!(node.kind, Kind::Null) {
            self.error_with_hint(
                node,
                "the stack file is empty",
                "begin with `apiVersion: stack/v1`",
            );
            return None;
        }
        let fields = self.fields(node, &STACK)?;
        self.api_version(&fields);
        let name = self.stack_name(&fields);
        let mut inputs = BTreeMap::new();
        for (key, node) in self.optional_entries(&fields, "inputs") {
            if RESERVED.contains(&key.name.as_str()) {
                let place = self.key_place(key);
                self.errors
                    .push(place.error(format!("an input cannot be called `{}`", key.name), ""));
            }
            inputs.extend(self.input(node).map(|input| (key.name.clone(), input)));
        }
        let names: Vec<&str> = self.optional_names(&fields, "inputs");
        self.known = Variables::default()
            .with("inputs", names)
            .with("env", ["name"])
            .with("stack", ["name"]);
        let environments =
            fields.get("environments").map(|n| self.environments(n)).unwrap_or_default();
        let mut charts = BTreeMap::new();
        for (key, node) in self.optional_entries(&fields, "charts") {
            charts.extend(self.chart(node).map(|chart| (key.name.clone(), chart)));
        }
        let defaults = fields.get("defaults").and_then(|n| self.defaults(n)).unwrap_or_default();
        let policy = fields.get("policy").and_then(|n| self.policy(n)).unwrap_or_default();
        let mut releases = vec![];
        for (key, node) in self.optional_entries(&fields, "releases") {
            releases.extend(self.release(key, node, Part::Whole));
        }
        let stack = Stack {
            source: Arc::clone(&self.source),
            name: name?,
            inputs,
            environments,
            charts,
            defaults,
            policy,
            releases,
        };
        let charts = self.optional_names(&fields, "charts");
        let releases = self.optional_names(&fields, "releases");
        self.check_names(&stack, &charts, &releases);
        Some(stack)
    }

    fn api_version(&mut self, fields: &Fields<'_>) {
        if let Some((_, node)) = fields.entry("apiVersion") {
            if let Some(version) = self.string(node)
                && version.value != API_VERSION
            {
                let message = format!("`{}` is not a version of the stack file", version.value);
                self.error_with_hint(node, message, format!("write `{API_VERSION}`"));
            }
        } else {
            let start = Node { span: 0..0, kind: Kind::Null };
            let hint = format!("begin the file with `apiVersion: {API_VERSION}`");
            self.error_with_hint(&start, "`apiVersion` is missing", hint);
        }
    }

    fn stack_name(&mut self, fields: &Fields<'_>) -> Option<String> {
        let Some(node) = fields.get("name") else {
            let start = Node { span: 0..0, kind: Kind::Null };
            self.error_with_hint(&start, "the stack has no name", "add `name:`");
            return None;
        };
        let name = self.string(node)?;
        self.check_name(&name, "a stack")?;
        Some(name.value)
    }

    fn optional_entries<'a>(
        &mut self,
        fields: &Fields<'a>,
        name: &'static str,
    ) -> &'a [(yaml::node::Key, Node)] {
        fields.get(name).and_then(|n| self.entries(n, &format!("`{name}`"))).unwrap_or_default()
    }

    #[expect(clippy::unused_self, reason = "reads beside `optional_entries`")]
    fn optional_names<'a>(&self, fields: &Fields<'a>, name: &str) -> Vec<&'a str> {
        match fields.get(name).map(|n| &n.kind) {
            Some(Kind::Map(entries)) => entries.iter().map(|(k, _)| k.name.as_str()).collect(),
            _ => vec![],
        }
    }

    fn defaults(&mut self, node: &Node) -> Option<Defaults> {
        let fields = self.fields(node, &DEFAULTS)?;
        Some(Defaults {
            namespace: fields.get("namespace").and_then(|n| self.text(n)),
            wait: fields.get("wait").and_then(|n| self.wait(n)),
            timeout: fields.get("timeout").and_then(|n| self.duration(n)),
            on_failure: fields.get("onFailure").and_then(|n| self.on_failure(n)),
            labels: fields.get("labels").map(|n| self.labels(n)).unwrap_or_default(),
        })
    }

    fn policy(&mut self, node: &Node) -> Option<Policy> {
        let fields = self.fields(node, &POLICY)?;
        let mut policy = Policy::default();
        if let Some(node) = fields.get("concurrency")
            && let Some(count) = self.count(node)
        {
            if count == 0 {
                self.error(node, "with a concurrency of 0 nothing would ever start");
            }
            policy.concurrency = count;
        }
        let failures = [
            ("finish-independent", FailurePolicy::FinishIndependent),
            ("stop", FailurePolicy::Stop),
        ];
        if let Some(failure) = fields.get("failure").and_then(|n| self.choice(n, &failures)) {
            policy.failure = failure;
        }
        let orphans = [
            ("list", OrphanWord::Known(Orphans::List)),
            ("ignore", OrphanWord::Known(Orphans::Ignore)),
            ("prune", OrphanWord::Prune),
        ];
        if let Some(node) = fields.get("orphans") {
            match self.choice(node, &orphans) {
                Some(OrphanWord::Known(orphans)) => policy.orphans = orphans,
                Some(OrphanWord::Prune) => {
                    let place = self.place(node);
                    self.not_supported(&place, "`orphans: prune`");
                }
                None => {}
            }
        }
        Some(policy)
    }

    /// Charts, needs and cycles; what a whole file shows without any environment. The names are those of the file, also
    /// of entries that could not be read.
    fn check_names(&mut self, stack: &Stack, charts: &[&str], releases: &[&str]) {
        for release in &stack.releases {
            if let Some(ChartUse::Named(name)) = &release.chart {
                self.errors.extend(unknown_chart(name, charts));
            }
            for need in release.needs.iter().flatten() {
                if !releases.contains(&need.key.value.as_str()) {
                    let message = format!("there is no release `{}`", need.key.value);
                    let error =
                        need.key.place.error(message, "needed here").code("unknown-release");
                    let names = releases.iter().copied().filter(|n| *n != release.key.value);
                    self.errors.push(error.suggest(&need.key.value, names));
                }
            }
        }
        self.errors.extend(graph::check_specs(&stack.releases));
    }
}

/// A chart's name that `charts` does not have.
pub(crate) fn unknown_chart(name: &Spanned<String>, charts: &[&str]) -> Option<Diagnostic> {
    if charts.contains(&name.value.as_str()) {
        return None;
    }
    let message = format!("there is no chart `{}`", name.value);
    let error = name.place.error(message, "").suggest(&name.value, charts.iter().copied());
    let hint = "name it under `charts`, or write `{path: …}` here";
    Some(if error.hints.is_empty() { error.hint(hint) } else { error })
}

impl Stack {
    /// The path of a named chart.
    pub(crate) fn chart(&self, name: &str) -> Option<&ChartPath> {
        self.charts.get(name)
    }
}
