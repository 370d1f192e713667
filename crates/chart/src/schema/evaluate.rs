//! Evaluating a schema over values, keyword by keyword, in the order of the library that Helm uses.
use std::collections::BTreeSet;

use serde_json::{Map as JsonMap, Value as Json};
use yaml::Value;

use super::decimal::Decimal;
use super::document::{Document, Draft, Part, ROOT};
use super::failure::{Failure, Kind, count, float, quote, quote_all, show, show_value};
use super::format;

mod combine;
mod containers;

/// Checks values against one document.
pub(super) struct Evaluator<'d> {
    document: &'d Document<'d>,
    /// The way to the value at hand.
    path: Vec<String>,
    /// The schemas being applied to the value at hand, to notice references in a circle.
    applied: Vec<(*const Json, usize)>,
    values_entered: usize,
}

/// The keys and indices that no keyword has looked at yet.
#[derive(Debug, Clone, Default)]
struct Unevaluated {
    keys: BTreeSet<String>,
    items: BTreeSet<usize>,
}

impl Unevaluated {
    fn keep_common(&mut self, other: &Self) {
        self.keys.retain(|key| other.keys.contains(key));
        self.items.retain(|item| other.items.contains(item));
    }
}

type Checked = Result<Unevaluated, Failure>;
type Object = JsonMap<String, Json>;

/// What one schema has found so far.
struct State<'d> {
    part: Part<'d>,
    schema: &'d Object,
    failures: Vec<Failure>,
    unevaluated: Unevaluated,
}

/// More schemas in each other than any chart has, applied to one value.
const MAX_APPLIED: usize = 400;

impl<'d> Evaluator<'d> {
    pub(super) fn new(document: &'d Document<'d>) -> Self {
        Self { document, path: Vec::new(), applied: Vec::new(), values_entered: 0 }
    }

    /// All failures, the outermost ones.
    pub(super) fn run(mut self, values: &Value) -> Result<(), Vec<Failure>> {
        self.apply(self.document.whole(), values).map(drop).map_err(Failure::flat)
    }

    /// Applies a schema to the value at hand.
    fn apply(&mut self, part: Part<'d>, value: &Value) -> Checked {
        let schema = match part.schema {
            Json::Object(schema) => schema,
            Json::Bool(false) => return Err(self.said("false schema")),
            _ => return Ok(Unevaluated::default()),
        };
        let here = (std::ptr::from_ref(part.schema), self.values_entered);
        if self.applied.contains(&here) || self.applied.len() > MAX_APPLIED {
            return Err(self.said(format!("references of {ROOT:?} lead in a circle")));
        }
        self.applied.push(here);
        let result = self.keywords(part, schema, value);
        self.applied.pop();
        result
    }

    fn keywords(&mut self, part: Part<'d>, schema: &'d Object, value: &Value) -> Checked {
        let unevaluated = self.unevaluated(schema, value);
        let mut state = State { part, schema, failures: Vec::new(), unevaluated };
        let draft = self.document.draft;
        if let Some(Json::String(reference)) = schema.get("$ref") {
            if draft < Draft::D2019 {
                // In these drafts nothing else counts beside a reference, but for a slip of the
                // library, which compiles the keywords that draft 6 added.
                self.constant(schema, value)?;
                return self.reference(&state, reference, value).map(|_| state.unevaluated);
            }
            self.single_checks(schema, value)?;
            match self.reference(&state, reference, value) {
                Ok(inner) => state.unevaluated.keep_common(&inner),
                Err(failure) => state.failures.push(failure),
            }
        } else {
            self.single_checks(schema, value)?;
        }
        match value {
            Value::Map(map) => self.object(&mut state, map),
            Value::List(items) => self.list(&mut state, items),
            Value::String(text) => self.text(&mut state, text),
            Value::Int(_) | Value::Uint(_) | Value::Float(_) => self.number(&mut state, value),
            Value::Null | Value::Bool(_) => {}
        }
        if draft >= Draft::D2019 {
            for keyword in ["$recursiveRef", "$dynamicRef"] {
                if let Some(Json::String(reference)) = schema.get(keyword) {
                    match self.reference(&state, reference, value) {
                        Ok(inner) => state.unevaluated.keep_common(&inner),
                        Err(failure) => state.failures.push(failure),
                    }
                }
            }
        }
        self.combinations(&mut state, value);
        if draft >= Draft::D2019 {
            self.leftovers(&mut state, value);
        }
        match state.failures.len() {
            0 => Ok(state.unevaluated),
            1 => Err(state.failures.remove(0)),
            _ => Err(Failure { at: self.path.clone(), kind: Kind::Group, causes: state.failures }),
        }
    }

    /// The keywords of which the first that fails ends the check.
    fn single_checks(&self, schema: &Object, value: &Value) -> Result<(), Failure> {
        if let Some(wanted) = schema.get("type") {
            let wanted: Vec<&str> = match wanted {
                Json::String(one) => vec![one],
                Json::Array(all) => all.iter().filter_map(Json::as_str).collect(),
                _ => Vec::new(),
            };
            let found = type_of(value);
            let fits = |name: &&str| *name == found || (*name == "integer" && is_whole(value));
            if !wanted.is_empty() && !wanted.iter().any(fits) {
                let wanted = in_order(&wanted).join(" or ");
                return Err(self.said(format!("got {found}, want {wanted}")));
            }
        }
        self.constant(schema, value)?;
        if let Some(Json::Array(wanted)) = schema.get("enum")
            && !wanted.iter().any(|w| equal(value, w))
        {
            return Err(self.said(enum_words(wanted)));
        }
        if let Some(Json::String(name)) = schema.get("format")
            && self.document.draft < Draft::D2019
            && let Value::String(text) = value
            && let Err(why) = format::check(name, text)
        {
            return Err(self.said(format!("{} is not valid {name}: {why}", show_value(value))));
        }
        Ok(())
    }

    fn constant(&self, schema: &Object, value: &Value) -> Result<(), Failure> {
        if let Some(wanted) = schema.get("const").filter(|_| self.document.draft >= Draft::D6)
            && !equal(value, wanted)
        {
            let plain = !wanted.is_array() && !wanted.is_object();
            let words = if plain {
                format!("value must be {}", show(wanted))
            } else {
                "'const' failed".to_owned()
            };
            return Err(self.said(words));
        }
        Ok(())
    }

    fn reference(&mut self, state: &State<'d>, reference: &str, value: &Value) -> Checked {
        let target = match self.document.resolve(state.part.base, reference) {
            Ok(target) => target,
            Err(why) => return Err(self.said(why)),
        };
        self.apply(target, value).map_err(|failure| Failure {
            at: self.path.clone(),
            kind: Kind::Reference,
            causes: failure.flat(),
        })
    }

    fn text(&self, state: &mut State<'d>, text: &str) {
        let length = text.chars().count() as u64;
        if let Some(wanted) = whole(state.schema, "minLength").filter(|w| length < *w) {
            self.fail(state, format!("minLength: got {}, want {}", count(length), count(wanted)));
        }
        if let Some(wanted) = whole(state.schema, "maxLength").filter(|w| length > *w) {
            self.fail(state, format!("maxLength: got {}, want {}", count(length), count(wanted)));
        }
        if let Some(Json::String(pattern)) = state.schema.get("pattern")
            && !self.document.matches(pattern, text)
        {
            let words = format!("{} does not match pattern {}", quote(text), quote(pattern));
            self.fail(state, words);
        }
    }

    fn number(&self, state: &mut State<'d>, value: &Value) {
        use std::cmp::Ordering::{Equal, Greater, Less};
        let old = self.document.draft == Draft::D4;
        let flag = |name: &str| state.schema.get(name) == Some(&Json::Bool(true));
        let (low, high) = (flag("exclusiveMinimum"), flag("exclusiveMaximum"));
        let mut limits = vec![
            ("minimum", if low { "exclusiveMinimum" } else { "minimum" }),
            ("maximum", if high { "exclusiveMaximum" } else { "maximum" }),
        ];
        if !old {
            limits.push(("exclusiveMinimum", "exclusiveMinimum"));
            limits.push(("exclusiveMaximum", "exclusiveMaximum"));
        }
        for (key, meaning) in limits {
            let Some(Json::Number(limit)) = state.schema.get(key) else { continue };
            let order = compare(value, &Json::Number(limit.clone()));
            let broken = match meaning {
                "minimum" => order == Some(Less),
                "maximum" => order == Some(Greater),
                "exclusiveMinimum" => matches!(order, Some(Less | Equal)),
                _ => matches!(order, Some(Greater | Equal)),
            };
            if broken {
                self.fail_number(state, meaning, value, limit);
            }
        }
        if let Some(Json::Number(of)) = state.schema.get("multipleOf") {
            let (value_of, unit) = (decimal(value), Decimal::parse(&of.to_string()));
            let exact = value_of.zip(unit).and_then(|(v, u)| v.is_multiple_of(u));
            if exact == Some(false) {
                self.fail_number(state, "multipleOf", value, of);
            }
        }
    }

    fn fail_number(
        &self,
        state: &mut State<'d>,
        keyword: &str,
        value: &Value,
        limit: &serde_json::Number,
    ) {
        let got = float(value.as_f64().unwrap_or_default());
        let want = float(limit.as_f64().unwrap_or_default());
        self.fail(state, format!("{keyword}: got {got}, want {want}"));
    }

    fn said(&self, words: impl Into<String>) -> Failure {
        Failure { at: self.path.clone(), kind: Kind::Said(words.into()), causes: Vec::new() }
    }

    fn fail(&self, state: &mut State<'d>, words: impl Into<String>) {
        state.failures.push(self.said(words));
    }

    fn fail_with(&self, state: &mut State<'d>, words: &str, causes: Vec<Failure>) {
        state.failures.push(Failure { causes, ..self.said(words) });
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Int(_) | Value::Uint(_) | Value::Float(_) => "number",
        Value::String(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
    }
}

/// Types in the library's own order, each once.
fn in_order<'a>(names: &[&'a str]) -> Vec<&'a str> {
    const ORDER: [&str; 7] = ["null", "boolean", "number", "integer", "string", "array", "object"];
    ORDER.iter().filter_map(|o| names.iter().find(|n| *n == o).copied()).collect()
}

fn decimal(value: &Value) -> Option<Decimal> {
    match value {
        Value::Int(n) => Decimal::parse(&n.to_string()),
        Value::Uint(n) => Decimal::parse(&n.to_string()),
        Value::Float(f) => Decimal::parse(&crate::values::go_float(*f)),
        Value::Null | Value::Bool(_) | Value::String(_) | Value::List(_) | Value::Map(_) => None,
    }
}

fn is_whole(value: &Value) -> bool {
    decimal(value)
        .map_or_else(|| value.as_f64().is_some_and(|f| f.fract() == 0.0), Decimal::is_whole)
}

fn compare(value: &Value, limit: &Json) -> Option<std::cmp::Ordering> {
    let exact =
        decimal(value).zip(Decimal::parse(&limit.to_string())).and_then(|(a, b)| a.compare(b));
    exact.or_else(|| value.as_f64()?.partial_cmp(&limit.as_f64()?))
}

fn equal(value: &Value, wanted: &Json) -> bool {
    match (value, wanted) {
        (Value::Null, Json::Null) => true,
        (Value::Bool(a), Json::Bool(b)) => a == b,
        (Value::String(a), Json::String(b)) => a == b,
        (Value::Int(_) | Value::Uint(_) | Value::Float(_), Json::Number(_)) => {
            compare(value, wanted) == Some(std::cmp::Ordering::Equal)
        }
        (Value::List(a), Json::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b))
        }
        (Value::Map(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(k, v)| b.get(k).is_some_and(|b| equal(v, b)))
        }
        _ => false,
    }
}

fn enum_words(wanted: &[Json]) -> String {
    if wanted.iter().any(|w| w.is_array() || w.is_object()) {
        return "'enum' failed".to_owned();
    }
    match wanted {
        [one] => format!("value must be {}", show(one)),
        all => {
            let all: Vec<String> = all.iter().map(show).collect();
            format!("value must be one of {}", all.join(", "))
        }
    }
}

fn whole(schema: &Object, keyword: &str) -> Option<u64> {
    let number = schema.get(keyword)?;
    number.as_u64().or_else(|| number.as_f64().filter(|f| *f >= 0.0).map(|f| f as u64))
}

fn missing<'s>(map: &yaml::Map, required: &'s Json) -> Vec<&'s str> {
    let names = required.as_array().into_iter().flatten().filter_map(Json::as_str);
    names.filter(|name| !map.contains_key(*name)).collect()
}

fn quoted(names: &[&str]) -> String {
    quote_all(names.iter().copied())
}
