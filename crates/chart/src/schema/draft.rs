//! The drafts of JSON Schema: their addresses, and where each of them has schemas in schemas.
use yaml::{Map, Value};

use super::location::split;

/// A version of JSON Schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Draft {
    D4,
    D6,
    D7,
    D2019,
    D2020,
}

/// What a keyword holds.
enum Holds {
    Nothing,
    One,
    /// A schema or a list of them.
    OneOrMany,
    Many,
    Named,
}

impl Draft {
    /// What a schema is that names no draft.
    pub(super) const LATEST: Self = Self::D2020;

    /// The draft whose metaschema has this address.
    pub(super) fn from_url(url: &str) -> Option<Self> {
        let (url, fragment) = split(url);
        let bare = url.strip_prefix("http://");
        let bare = bare.or_else(|| url.strip_prefix("https://")).unwrap_or(url);
        match bare {
            _ if !fragment.is_empty() => None,
            "json-schema.org/schema" => Some(Self::LATEST),
            "json-schema.org/draft/2020-12/schema" => Some(Self::D2020),
            "json-schema.org/draft/2019-09/schema" => Some(Self::D2019),
            "json-schema.org/draft-07/schema" => Some(Self::D7),
            "json-schema.org/draft-06/schema" => Some(Self::D6),
            "json-schema.org/draft-04/schema" => Some(Self::D4),
            _ => None,
        }
    }

    /// The address of its metaschema.
    pub(super) fn url(self) -> &'static str {
        match self {
            Self::D4 => "http://json-schema.org/draft-04/schema",
            Self::D6 => "http://json-schema.org/draft-06/schema",
            Self::D7 => "http://json-schema.org/draft-07/schema",
            Self::D2019 => "https://json-schema.org/draft/2019-09/schema",
            Self::D2020 => "https://json-schema.org/draft/2020-12/schema",
        }
    }

    /// The identifier of a schema without its fragment.
    pub(super) fn id(self, schema: &Map) -> Option<&str> {
        if self < Self::D2019 && schema.contains_key("$ref") {
            return None;
        }
        let id = schema.get(self.id_key())?.as_str()?;
        Some(split(id).0).filter(|id| !id.is_empty())
    }

    pub(super) fn id_key(self) -> &'static str {
        if self == Self::D4 { "id" } else { "$id" }
    }

    /// Calls `visit` with each value directly inside that is to be a schema, and the way to it.
    pub(super) fn inner<'s, E>(
        self,
        schema: &'s Map,
        mut visit: impl FnMut(&'s Value, &[&str]) -> Result<(), E>,
    ) -> Result<(), E> {
        for (key, value) in schema {
            let holds = self.holds(key);
            match (&holds, value) {
                (Holds::One | Holds::OneOrMany, Value::Map(_) | Value::Bool(_)) => {
                    visit(value, &[key])?;
                }
                (Holds::OneOrMany | Holds::Many, Value::List(items)) => {
                    for (at, item) in items.iter().enumerate() {
                        visit(item, &[key, &at.to_string()])?;
                    }
                }
                (Holds::Named, Value::Map(named)) => {
                    for (name, value) in named {
                        visit(value, &[key, name])?;
                    }
                }
                (
                    Holds::Nothing | Holds::One | Holds::OneOrMany | Holds::Many | Holds::Named,
                    _,
                ) => {}
            }
        }
        Ok(())
    }

    fn holds(self, keyword: &str) -> Holds {
        let (since, holds) = match keyword {
            "definitions" | "properties" | "patternProperties" | "dependencies" => {
                (Self::D4, Holds::Named)
            }
            "not" | "additionalProperties" | "additionalItems" => (Self::D4, Holds::One),
            "items" => (Self::D4, Holds::OneOrMany),
            "allOf" | "anyOf" | "oneOf" => (Self::D4, Holds::Many),
            "propertyNames" | "contains" => (Self::D6, Holds::One),
            "if" | "then" | "else" => (Self::D7, Holds::One),
            "$defs" | "dependentSchemas" => (Self::D2019, Holds::Named),
            "unevaluatedProperties" | "unevaluatedItems" | "contentSchema" => {
                (Self::D2019, Holds::One)
            }
            "prefixItems" => (Self::D2020, Holds::Many),
            _ => (Self::D4, Holds::Nothing),
        };
        if self < since { Holds::Nothing } else { holds }
    }
}
