//! `inputs`: the subset of JSON Schema that they may use.

use regex::RegexBuilder;
use yaml::Value;
use yaml::node::Node;

use super::Reader;
use super::fields::{Fields, Keys};
use crate::input::{Input, Kind, Others, Schema, Unique};

const SCHEMA: Keys = Keys {
    of: "an input",
    known: &[
        "type",
        "default",
        "description",
        "title",
        "examples",
        "enum",
        "const",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minLength",
        "maxLength",
        "pattern",
        "items",
        "minItems",
        "maxItems",
        "uniqueItems",
        "properties",
        "required",
        "additionalProperties",
        "minProperties",
        "maxProperties",
    ],
    later: &[
        "format",
        "allOf",
        "anyOf",
        "oneOf",
        "not",
        "if",
        "then",
        "else",
        "$ref",
        "$defs",
        "secret",
        "patternProperties",
        "prefixItems",
        "contains",
        "dependentRequired",
        "propertyNames",
    ],
};

/// Patterns may not compile to more than this.
const LARGEST_PATTERN: usize = 1 << 20;

impl Reader {
    /// One declared input.
    pub(super) fn input(&mut self, node: &Node) -> Option<Input> {
        let fields = self.fields(node, &SCHEMA)?;
        let before = self.errors.len();
        if fields.get("type").is_none()
            && fields.get("enum").is_none()
            && fields.get("const").is_none()
        {
            self.error_with_hint(node, "an input needs a type", "add `type: string`");
        }
        let schema = self.schema_of(&fields);
        let default = node.get("default").map(|n| (n.to_value(), self.place(n)));
        if self.errors.len() == before
            && let Some((value, place)) = &default
        {
            for misfit in schema.check(value) {
                let message = format!("the default does not fit: {}", misfit.message);
                self.errors.push(place.error(message, misfit.path));
            }
        }
        Some(Input { place: self.place(node), schema, default })
    }

    fn schema(&mut self, node: &Node) -> Option<Schema> {
        let fields = self.fields(node, &SCHEMA)?;
        Some(self.schema_of(&fields))
    }

    fn schema_of(&mut self, fields: &Fields<'_>) -> Schema {
        let count = |r: &mut Self, names: [&str; 3]| {
            names.iter().find_map(|n| fields.get(n)).and_then(|n| r.count(n))
        };
        let shortest = count(self, ["minLength", "minItems", "minProperties"]);
        let longest = count(self, ["maxLength", "maxItems", "maxProperties"]);
        let number = |r: &mut Self, name: &str| fields.get(name).and_then(|n| r.number(n));
        Schema {
            kind: fields.get("type").and_then(|n| self.choice(n, &Kind::NAMES)),
            description: fields.get("description").and_then(|n| self.string(n)).map(|s| s.value),
            one_of: self.allowed(fields),
            minimum: number(self, "minimum"),
            maximum: number(self, "maximum"),
            above: number(self, "exclusiveMinimum"),
            below: number(self, "exclusiveMaximum"),
            multiple_of: number(self, "multipleOf"),
            shortest,
            longest,
            pattern: fields.get("pattern").and_then(|n| self.pattern(n)),
            items: fields.get("items").and_then(|n| self.schema(n)).map(Box::new),
            unique: match fields.get("uniqueItems").and_then(|n| self.boolean(n)) {
                Some(true) => Unique::Yes,
                Some(false) | None => Unique::No,
            },
            properties: fields
                .get("properties")
                .and_then(|n| self.entries(n, "`properties`"))
                .unwrap_or_default()
                .iter()
                .filter_map(|(key, n)| Some((key.name.clone(), self.schema(n)?)))
                .collect(),
            required: fields
                .get("required")
                .and_then(|n| self.items(n, "`required`"))
                .unwrap_or_default()
                .iter()
                .filter_map(|n| self.string(n))
                .map(|s| s.value)
                .collect(),
            others: self.others(fields),
        }
    }

    fn allowed(&mut self, fields: &Fields<'_>) -> Option<Vec<Value>> {
        if let Some(node) = fields.get("const") {
            return Some(vec![node.to_value()]);
        }
        let node = fields.get("enum")?;
        let items = self.items(node, "`enum`")?;
        if items.is_empty() {
            self.error(node, "`enum` allows nothing");
            return None;
        }
        Some(items.iter().map(Node::to_value).collect())
    }

    fn pattern(&mut self, node: &Node) -> Option<regex::Regex> {
        let text = self.string(node)?.value;
        match RegexBuilder::new(&text).size_limit(LARGEST_PATTERN).build() {
            Ok(pattern) => Some(pattern),
            Err(error) => {
                let cause = error.to_string();
                let cause = cause.lines().last().unwrap_or_default().trim_start_matches("error: ");
                self.error(node, format!("the pattern cannot be used: {cause}"));
                None
            }
        }
    }

    fn others(&mut self, fields: &Fields<'_>) -> Others {
        let Some(node) = fields.get("additionalProperties") else { return Others::Any };
        match node.kind {
            yaml::node::Kind::Bool(true) => Others::Any,
            yaml::node::Kind::Bool(false) => Others::None,
            _ => self.schema(node).map_or(Others::Any, |s| Others::Fitting(Box::new(s))),
        }
    }
}
