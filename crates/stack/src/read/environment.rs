//! `environments`: layers, the cluster, limits.

use std::collections::BTreeMap;

use yaml::node::{Key, Kind, Node};

use super::Reader;
use super::fields::Keys;
use crate::model::{Cluster, Environment, Protect};
use crate::place::Spanned;

const ENVIRONMENT: Keys = Keys {
    of: "an environment",
    known: &["abstract", "extends", "layers", "cluster", "protect"],
    later: &["with", "inputs"],
};
const CLUSTER: Keys = Keys { of: "a cluster", known: &["context", "uid"], later: &[] };
const PROTECT: Keys =
    Keys { of: "`protect`", known: &["requirePlan", "maxDeletes"], later: &["approval"] };

/// A pin shorter than this says too little.
const SHORTEST_UID: usize = 4;

impl Reader {
    /// All environments, with their `extends` checked.
    pub(super) fn environments(&mut self, node: &Node) -> BTreeMap<String, Environment> {
        let mut all = BTreeMap::new();
        for (key, node) in self.entries(node, "`environments`").unwrap_or_default() {
            if let Some(environment) = self.environment(key, node) {
                all.insert(key.name.clone(), environment);
            }
        }
        self.check_extends(&all);
        all
    }

    fn environment(&mut self, key: &Key, node: &Node) -> Option<Environment> {
        let name = Spanned::new(key.name.clone(), self.key_place(key));
        self.check_name(&name, "an environment")?;
        let mut environment = Environment {
            name,
            is_abstract: false,
            extends: None,
            layers: vec![],
            cluster: None,
            protect: Protect::default(),
        };
        if matches!(node.kind, Kind::Null) {
            return Some(environment);
        }
        let fields = self.fields(node, &ENVIRONMENT)?;
        environment.is_abstract =
            fields.get("abstract").and_then(|n| self.boolean(n)).unwrap_or(false);
        environment.extends = fields.get("extends").and_then(|n| self.string(n));
        let layers = fields.get("layers").and_then(|n| self.items(n, "`layers`"));
        for layer in layers.unwrap_or_default() {
            if let Kind::Map(entries) = &layer.kind {
                let what = match entries.first() {
                    Some((key, _)) if key.name == "sops" => "a `sops` layer",
                    _ => "a layer that is not a file",
                };
                let place = self.place(layer);
                self.not_supported(&place, what);
            } else {
                environment.layers.extend(self.path(layer));
            }
        }
        environment.cluster = fields.get("cluster").and_then(|n| self.cluster(n));
        if let Some(node) = fields.get("protect") {
            environment.protect = self.protect(node).unwrap_or_default();
        }
        Some(environment)
    }

    fn cluster(&mut self, node: &Node) -> Option<Cluster> {
        let fields = self.fields(node, &CLUSTER)?;
        let uid = fields.get("uid").and_then(|n| {
            let uid = self.string(n)?.value;
            let good = uid.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
            if !good || uid.len() < SHORTEST_UID {
                self.error_with_hint(
                    n,
                    format!("`{uid}` is not a UID"),
                    "take it from `kubectl get namespace kube-system -o jsonpath={.metadata.uid}`; \
                     its first four characters are enough",
                );
                return None;
            }
            Some(uid)
        });
        let context = fields.get("context").and_then(|n| self.string(n)).map(|s| s.value);
        Some(Cluster { context, uid })
    }

    fn protect(&mut self, node: &Node) -> Option<Protect> {
        let fields = self.fields(node, &PROTECT)?;
        if let Some((key, node)) = fields.entry("requirePlan")
            && self.boolean(node) == Some(true)
        {
            let place = self.key_place(key);
            self.not_supported(&place, "`requirePlan`");
        }
        Some(Protect { max_deletes: fields.get("maxDeletes").and_then(|n| self.count(n)) })
    }

    fn check_extends(&mut self, all: &BTreeMap<String, Environment>) {
        for environment in all.values() {
            let Some(extends) = &environment.extends else { continue };
            if !all.contains_key(&extends.value) {
                let names = all.keys().map(String::as_str);
                let message = format!("there is no environment `{}`", extends.value);
                self.errors.push(extends.place.error(message, "").suggest(&extends.value, names));
                continue;
            }
            let mut chain = vec![environment.name.value.as_str()];
            let mut next = Some(extends);
            while let Some(name) = next {
                if name.value == environment.name.value {
                    if chain.iter().any(|other| *other < name.value.as_str()) {
                        // Said once, for the first of them by name.
                        break;
                    }
                    chain.push(&name.value);
                    let message = format!("environments extend each other: {}", chain.join(" → "));
                    self.errors.push(extends.place.error(message, ""));
                    break;
                }
                if chain.contains(&name.value.as_str()) {
                    break;
                }
                chain.push(&name.value);
                next = all.get(&name.value).and_then(|e| e.extends.as_ref());
            }
        }
    }
}
