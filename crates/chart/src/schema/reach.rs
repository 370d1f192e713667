//! Which parts of a document its root reaches, and whether all their references lead somewhere.
//!
//! The library that Helm uses compiles what is reachable before it looks at a value, and fails where
//! a reference leads nowhere. URNs are taken for schemas that everything fits.
use std::collections::{BTreeSet, HashSet, VecDeque};

use serde_json::Value as Json;

use super::document::{Document, Draft, Part};

/// Keywords that hold one schema, or a list of schemas, or booleans.
const SCHEMAS: &[&str] = &[
    "not",
    "allOf",
    "anyOf",
    "oneOf",
    "additionalProperties",
    "items",
    "additionalItems",
    "propertyNames",
    "contains",
    "if",
    "then",
    "else",
    "unevaluatedProperties",
    "unevaluatedItems",
    "prefixItems",
];

/// Keywords that hold schemas by name.
const NAMED: &[&str] = &["properties", "patternProperties", "dependencies", "dependentSchemas"];

impl Document<'_> {
    /// The URNs that reachable parts refer to; the error is that of a reference to nothing.
    pub(super) fn follow_references(&self) -> Result<BTreeSet<String>, String> {
        let mut urns = BTreeSet::new();
        let mut seen = HashSet::new();
        let mut waiting = VecDeque::from([self.whole()]);
        while let Some(part) = waiting.pop_front() {
            let Json::Object(schema) = part.schema else { continue };
            if !seen.insert(std::ptr::from_ref(part.schema)) {
                continue;
            }
            if let Some(Json::String(reference)) = schema.get("$ref") {
                if reference.starts_with("urn:") {
                    urns.insert(reference.split('#').next().unwrap_or_default().to_owned());
                } else {
                    waiting.push_back(self.resolve(part.base, reference)?);
                }
                if self.draft < Draft::D2019 {
                    continue;
                }
            }
            waiting.extend(self.below(part));
        }
        Ok(urns)
    }

    fn below<'d>(&'d self, part: Part<'d>) -> Vec<Part<'d>> {
        let get = |key: &&str| part.schema.get(*key);
        let direct = SCHEMAS.iter().filter_map(get).flat_map(|inner| match inner {
            Json::Array(all) => all.iter().collect(),
            one => vec![one],
        });
        let named = NAMED.iter().filter_map(get).filter_map(Json::as_object);
        let all = direct.chain(named.flat_map(|map| map.values()));
        all.map(|schema| self.part(schema, part.base)).collect()
    }
}
