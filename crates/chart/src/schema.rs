//! `values.schema.json`: the check of values against it, with Helm's messages.
//!
//! Helm checks with santhosh-tekuri/jsonschema 6.0.3 and prints its tree of failures. The evaluator
//! here follows the steps of that library, so that the same failures come in the same order with
//! the same nesting; keys are visited by name where Go's order is random. Drafts 4, 6, 7, 2019-09
//! and 2020-12 are known; whether a schema is one at all is asked of the metaschema of its draft.
//! Nothing is fetched: a reference to another document is refused by name, unless it leads to a
//! metaschema.
use std::collections::BTreeSet;
use std::fmt::Write as _;

use yaml::{Map, Value};

use crate::values::{Entry, Table, Tree};
use crate::{Chart, Error, Violation, Warning};

mod compile;
mod decimal;
mod draft;
mod evaluate;
mod failure;
mod format;
mod keywords;
mod library;
mod location;
mod metaschema;
mod node;
mod number;
mod pattern;

use compile::{Formats, compile};
use evaluate::Evaluator;
use failure::Failure;

/// The name that Helm gives a schema.
const ROOT: &str = "file:///values.schema.json";

/// Checks coalesced `values` against the schema of `chart` and of each of its dependencies.
///
/// The warnings name references that could not be followed and were taken for granted.
pub fn validate(chart: &Chart, values: &Tree) -> Result<Vec<Warning>, Error> {
    if has_schema(chart) { validate_table(chart, &values.to_table()) } else { Ok(vec![]) }
}

/// The same for values that other threads may see, too.
pub fn validate_table(chart: &Chart, values: &Table) -> Result<Vec<Warning>, Error> {
    let mut found = Found::default();
    collect(chart, Given::Table(values), &[], &mut found);
    let Found { text, violations, urns } = found;
    if !text.is_empty() {
        return Err(Error::Schema { text, violations });
    }
    let ignored = "unresolved URN reference ignored; using permissive schema";
    Ok(urns.into_iter().map(|urn| Warning::new(ignored).with("urn", urn)).collect())
}

/// Checks values against one schema, whatever chart it is of; the message is Helm's.
pub fn validate_single(schema: &[u8], values: &Map) -> Result<(), String> {
    let checked = check(schema, &Value::Map(values.clone()));
    checked.map(|_| ()).map_err(|broken| broken.text())
}

/// What was found so far, in Helm's text and one by one.
#[derive(Default)]
struct Found {
    text: String,
    violations: Vec<Violation>,
    urns: BTreeSet<String>,
}

/// Why a check failed.
enum Broken {
    /// The schema is none.
    Schema(String),
    /// The values do not fit.
    Values(Vec<Failure>),
}

impl Broken {
    /// Helm's text; it ends in a line break where the values do not fit.
    fn text(&self) -> String {
        match self {
            Self::Schema(text) => text.clone(),
            Self::Values(failures) => failures.iter().map(Failure::text).collect(),
        }
    }

    fn told(&self) -> Vec<(Vec<String>, String)> {
        match self {
            Self::Schema(text) => vec![(Vec::new(), text.clone())],
            Self::Values(failures) => failures.iter().map(Failure::told).collect(),
        }
    }
}

/// Bytes of the schemas of a chart and its dependencies: how much work a check is.
pub fn size(chart: &Chart) -> usize {
    let own = chart.schema.as_ref().map_or(0, |schema| schema.data.len());
    own + chart.dependencies.iter().map(size).sum::<usize>()
}

fn has_schema(chart: &Chart) -> bool {
    chart.schema.is_some() || chart.dependencies.iter().any(has_schema)
}

/// Values of a chart; only what a schema looks at is made plain, and that once.
#[derive(Clone, Copy)]
enum Given<'v> {
    Table(&'v Table),
    Plain(&'v Value),
}

fn collect(chart: &Chart, values: Given<'_>, path: &[String], found: &mut Found) {
    let plain = match (&chart.schema, values) {
        (Some(_), Given::Table(table)) => Some(Value::Map(table.to_map())),
        (None, _) | (Some(_), Given::Plain(_)) => None,
    };
    let values = plain.as_ref().map_or(values, Given::Plain);
    if let (Some(schema), Given::Plain(values)) = (&chart.schema, values) {
        collect_own(chart, &schema.data, values, path, found);
    }
    for dependency in &chart.dependencies {
        let name = dependency.name();
        let below: Vec<String> = path.iter().cloned().chain([name.to_owned()]).collect();
        let (leaf, inner) = match values {
            Given::Plain(values) => match values.get(name) {
                Some(inner @ Value::Map(_)) => (None, Some(Given::Plain(inner))),
                leaf => (leaf, None),
            },
            Given::Table(table) => match table.get(name) {
                Some(Entry::Table(inner)) => (None, Some(Given::Table(inner))),
                Some(Entry::Leaf(leaf)) => (Some(&**leaf), None),
                None => (None, None),
            },
        };
        if let Some(inner) = inner {
            collect(dependency, inner, &below, found);
        } else if let Some(leaf) = leaf.filter(|leaf| !leaf.is_null()) {
            let kind = leaf.go_type();
            let message = format!("invalid type for values: expected object (map), got {kind}");
            let _ = writeln!(found.text, "{name}:\n{message}");
            let (chart, at) = (path.to_vec(), vec![name.to_owned()]);
            found.violations.push(Violation { chart, at, message });
        }
    }
}

/// Checks the values of one chart against its own schema.
fn collect_own(chart: &Chart, schema: &[u8], values: &Value, path: &[String], found: &mut Found) {
    match check(schema, values) {
        Ok(urns) => found.urns.extend(urns),
        Err(broken) => {
            let _ = write!(found.text, "{}:\n{}", chart.name(), broken.text());
            let told = broken.told().into_iter();
            found.violations.extend(told.map(|(at, message)| Violation {
                chart: path.to_vec(),
                at,
                message,
            }));
        }
    }
}

/// Checks values against one schema; gives the URNs that were taken for granted.
fn check(schema: &[u8], values: &Value) -> Result<BTreeSet<String>, Broken> {
    let root = read(schema).map_err(Broken::Schema)?;
    let schema = compile(ROOT, &root, Formats::ByDraft).map_err(Broken::Schema)?;
    Evaluator::new(&schema).run(values).map_err(Broken::Values)?;
    Ok(schema.urns)
}

/// Reads a schema, which is one JSON value; the error is in the words of Go's decoder.
fn read(schema: &[u8]) -> Result<Value, String> {
    match yaml::json::first_value(schema, yaml::Numbers::Exact) {
        Ok(None) => Err("EOF".to_owned()),
        Ok(Some((value, length))) if schema[length..].iter().all(u8::is_ascii_whitespace) => {
            Ok(value)
        }
        Ok(Some(_)) => Err("invalid character after top-level value".to_owned()),
        Err(error) if error.span().is_none_or(|span| span.start >= schema.len()) => {
            Err("unexpected EOF".to_owned())
        }
        Err(error) => Err(error.problem().message.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::validate_single;

    fn judge(schema: &str, values: &str) -> Result<(), String> {
        let values = yaml::map_from_str(values, yaml::Numbers::Float64).unwrap();
        validate_single(schema.as_bytes(), &values)
    }

    #[test]
    fn other_documents_are_refused_by_name() {
        for schema in [
            r#"{"$schema": "https://example.com/schema"}"#,
            r#"{"properties": {"a": {"$ref": "https://example.com/schema#/a"}}}"#,
            r#"{"properties": {"a": {"$ref": "other.json"}}}"#,
        ] {
            let error = judge(schema, "a: 1").unwrap_err();
            assert!(error.ends_with("schemas of other documents are not fetched"), "{error}");
        }
        let error = judge(r#"{"$schema": "https://json-schema.org/draft/2020-12/meta/core"}"#, "");
        assert!(error.unwrap_err().starts_with("schemas in the vocabulary of"));
        assert_eq!(judge(r#"{"$ref": "urn:example:a"}"#, "a: 1"), Ok(()));
    }

    #[test]
    fn deep_schemas_and_values_are_judged_or_refused() {
        let nested = |depth: usize, keyword: &str| {
            let (open, close) = (format!("{{\"{keyword}\":"), "}".to_owned());
            format!("{}{{\"type\":\"number\"}}{}", open.repeat(depth), close.repeat(depth))
        };
        for keyword in ["not", "additionalProperties", "items", "propertyNames"] {
            for draft in ["http://json-schema.org/draft-07/schema", "http://json-schema.org/schema"]
            {
                let deep = nested(121, keyword);
                let deep = deep.replacen('{', &format!("{{\"$schema\":\"{draft}\","), 1);
                assert_eq!(judge(&deep, ""), Ok(()), "{keyword}");
            }
            let error = judge(&nested(200, keyword), "").unwrap_err();
            assert_eq!(error, "the schema is nested too deeply");
        }
        let values = format!("{}1{}", "{\"a\":".repeat(200), "}".repeat(200));
        let endless = r##"{"additionalProperties": {"$ref": "#"}}"##;
        assert_eq!(judge(endless, &values), Ok(()));
    }
}
