//! `inputs`: what an environment may say, as a subset of JSON Schema, and the check of what it does say.
//!
//! **Invariant**: a value that passed has the declared type, all the way down. Patterns run in linear time.

use std::collections::BTreeMap;

use regex::Regex;
use yaml::Value;

use crate::expression::{kind, show};
use crate::place::Place;

/// A declared input.
#[derive(Clone, Debug)]
pub struct Input {
    /// Where it is declared.
    pub place: Place,
    /// What its value must be.
    pub schema: Schema,
    /// Its value where an environment says nothing; without it, an environment must say something.
    pub default: Option<(Value, Place)>,
}

/// What a value must be.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// `type`
    pub kind: Option<Kind>,
    /// `description`
    pub description: Option<String>,
    /// `enum`
    pub one_of: Option<Vec<Value>>,
    /// `minimum`
    pub minimum: Option<f64>,
    /// `maximum`
    pub maximum: Option<f64>,
    /// `exclusiveMinimum`
    pub above: Option<f64>,
    /// `exclusiveMaximum`
    pub below: Option<f64>,
    /// `multipleOf`
    pub multiple_of: Option<f64>,
    /// `minLength`, `minItems` or `minProperties`
    pub shortest: Option<usize>,
    /// `maxLength`, `maxItems` or `maxProperties`
    pub longest: Option<usize>,
    /// `pattern`
    pub pattern: Option<Regex>,
    /// `items`
    pub items: Option<Box<Schema>>,
    /// `uniqueItems`
    pub unique: Unique,
    /// `properties`
    pub properties: BTreeMap<String, Schema>,
    /// `required`
    pub required: Vec<String>,
    /// `additionalProperties`
    pub others: Others,
}

/// `type`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `string`
    String,
    /// `integer`
    Integer,
    /// `number`
    Number,
    /// `boolean`
    Boolean,
    /// `array`
    Array,
    /// `object`
    Object,
    /// `null`
    Null,
}

/// `uniqueItems`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unique {
    /// Items may repeat.
    #[default]
    No,
    /// They may not.
    Yes,
}

/// `additionalProperties`
#[derive(Clone, Debug, Default)]
pub enum Others {
    /// Any.
    #[default]
    Any,
    /// `false`: none.
    None,
    /// Those that fit.
    Fitting(Box<Schema>),
}

/// One thing that is wrong with a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// Where in the value: `[0].host`, or nothing for the value itself.
    pub path: String,
    /// What is wrong.
    pub message: String,
}

impl Kind {
    /// All types by name.
    pub const NAMES: [(&'static str, Kind); 7] = [
        ("string", Kind::String),
        ("integer", Kind::Integer),
        ("number", Kind::Number),
        ("boolean", Kind::Boolean),
        ("array", Kind::Array),
        ("object", Kind::Object),
        ("null", Kind::Null),
    ];

    /// The name with its article.
    pub fn noun(self) -> &'static str {
        match self {
            Self::String => "a string",
            Self::Integer => "an integer",
            Self::Number => "a number",
            Self::Boolean => "a boolean",
            Self::Array => "a list",
            Self::Object => "a map",
            Self::Null => "null",
        }
    }

    fn fits(self, value: &Value) -> bool {
        match self {
            Self::String => matches!(value, Value::String(_)),
            Self::Integer => match value {
                Value::Int(_) | Value::Uint(_) => true,
                Value::Float(f) => f.fract() == 0.0,
                Value::Null
                | Value::Bool(_)
                | Value::String(_)
                | Value::List(_)
                | Value::Map(_) => false,
            },
            Self::Number => value.as_f64().is_some(),
            Self::Boolean => matches!(value, Value::Bool(_)),
            Self::Array => matches!(value, Value::List(_)),
            Self::Object => matches!(value, Value::Map(_)),
            Self::Null => value.is_null(),
        }
    }
}

impl Schema {
    /// Everything that is wrong with a value; nothing if it fits.
    pub fn check(&self, value: &Value) -> Vec<Misfit> {
        let mut misfits = vec![];
        self.check_at("", value, &mut misfits);
        misfits
    }

    /// A value from a command line: text for a string, else YAML.
    pub fn read(&self, text: &str) -> Result<Value, String> {
        if self.kind == Some(Kind::String) {
            return Ok(Value::String(text.to_owned()));
        }
        yaml::from_str(text, yaml::Numbers::Exact).map_err(|e| e.to_string())
    }

    fn check_at(&self, path: &str, value: &Value, out: &mut Vec<Misfit>) {
        let mut say = |message: String| out.push(Misfit { path: path.to_owned(), message });
        if let Some(kind) = self.kind
            && !kind.fits(value)
        {
            say(format!("must be {}, not {}", kind.noun(), show_kind(value)));
            return;
        }
        if let Some(allowed) = &self.one_of
            && !allowed.iter().any(|a| same(a, value))
        {
            let allowed: Vec<String> = allowed.iter().map(show).collect();
            say(format!("{} is not one of {}", show(value), allowed.join(", ")));
        }
        if let Some(number) = value.as_f64() {
            self.check_number(number).into_iter().for_each(&mut say);
        }
        match value {
            Value::String(text) => {
                self.check_length(text.chars().count(), "characters")
                    .into_iter()
                    .for_each(&mut say);
                if let Some(pattern) = &self.pattern
                    && !pattern.is_match(text)
                {
                    say(format!("`{text}` does not match the pattern `{pattern}`"));
                }
            }
            Value::List(items) => {
                self.check_length(items.len(), "items").into_iter().for_each(&mut say);
                self.check_items(path, items, out);
            }
            Value::Map(map) => {
                self.check_length(map.len(), "entries").into_iter().for_each(&mut say);
                self.check_properties(path, map, out);
            }
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Uint(_) | Value::Float(_) => {}
        }
    }

    fn check_number(&self, number: f64) -> Option<String> {
        let outside = |limit: Option<f64>, bad: fn(f64, f64) -> bool, words: &str| {
            limit.filter(|l| bad(number, *l)).map(|l| format!("{number} is {words} {l}"))
        };
        outside(self.minimum, |n, l| n < l, "less than the minimum of")
            .or_else(|| outside(self.maximum, |n, l| n > l, "more than the maximum of"))
            .or_else(|| outside(self.above, |n, l| n <= l, "not above"))
            .or_else(|| outside(self.below, |n, l| n >= l, "not below"))
            .or_else(|| outside(self.multiple_of, |n, l| n % l != 0.0, "not a multiple of"))
    }

    fn check_length(&self, length: usize, unit: &str) -> Option<String> {
        let short = self.shortest.filter(|l| length < *l);
        let long = self.longest.filter(|l| length > *l);
        short
            .map(|l| format!("has {length} {unit}, fewer than {l}"))
            .or_else(|| long.map(|l| format!("has {length} {unit}, more than {l}")))
    }

    fn check_items(&self, path: &str, items: &[Value], out: &mut Vec<Misfit>) {
        if self.unique == Unique::Yes {
            for (at, item) in items.iter().enumerate() {
                if items[..at].iter().any(|before| same(before, item)) {
                    let message = format!("{} stands in the list twice", show(item));
                    out.push(Misfit { path: format!("{path}[{at}]"), message });
                }
            }
        }
        if let Some(schema) = &self.items {
            for (at, item) in items.iter().enumerate() {
                schema.check_at(&format!("{path}[{at}]"), item, out);
            }
        }
    }

    fn check_properties(&self, path: &str, map: &yaml::Map, out: &mut Vec<Misfit>) {
        for name in self.required.iter().filter(|n| !map.contains_key(*n)) {
            out.push(Misfit { path: path.to_owned(), message: format!("`{name}` is missing") });
        }
        for (name, value) in map {
            let path = format!("{path}.{name}");
            match (self.properties.get(name), &self.others) {
                (Some(schema), _) => schema.check_at(&path, value, out),
                (None, Others::Fitting(schema)) => schema.check_at(&path, value, out),
                (None, Others::None) => {
                    let near =
                        diagnostic::nearest(name, self.properties.keys().map(String::as_str));
                    let near = near.map(|n| format!(", did you mean `{n}`?")).unwrap_or_default();
                    out.push(Misfit { path, message: format!("is not allowed{near}") });
                }
                (None, Others::Any) => {}
            }
        }
    }
}

/// Equal as JSON Schema means it: numbers by value.
fn same(a: &Value, b: &Value) -> bool {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    }
}

fn show_kind(value: &Value) -> String {
    match value {
        Value::List(_) | Value::Map(_) | Value::Null => kind(value).to_owned(),
        scalar => format!("{} {}", kind(scalar), show(scalar)),
    }
}
