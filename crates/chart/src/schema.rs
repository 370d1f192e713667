//! `values.schema.json`: the check of values against it, with Helm's messages.
//!
//! Helm checks with santhosh-tekuri/jsonschema 6.0.3 and prints its tree of failures. The evaluator
//! here follows the steps of that library, so that the same failures come in the same order with
//! the same nesting; keys are visited by name where Go's order is random. Drafts 4, 6, 7, 2019-09
//! and 2020-12 are known. Whether the schema is one at all is asked of the `jsonschema` crate.
//! Nothing is fetched: a reference to another document is refused by name.
use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::values::Tree;
use crate::{Chart, Error, Violation, Warning};

mod decimal;
mod document;
mod evaluate;
mod failure;
mod format;
mod reach;

use document::Document;
use evaluate::Evaluator;
use failure::Failure;

/// Checks coalesced `values` against the schema of `chart` and of each of its dependencies.
///
/// The warnings name references that could not be followed and were taken for granted.
pub fn validate(chart: &Chart, values: &Tree) -> Result<Vec<Warning>, Error> {
    if !has_schema(chart) {
        return Ok(vec![]);
    }
    let mut found = Found::default();
    collect(chart, &yaml::Value::Map(values.to_map()), &[], &mut found);
    let Found { text, violations, urns } = found;
    if !text.is_empty() {
        return Err(Error::Schema { text, violations });
    }
    let ignored = "unresolved URN reference ignored; using permissive schema";
    Ok(urns.into_iter().map(|urn| Warning::new(ignored).with("urn", urn)).collect())
}

/// Checks values against one schema, whatever chart it is of; the message is Helm's.
pub fn validate_single(schema: &[u8], values: &yaml::Map) -> Result<(), String> {
    let checked = check(schema, &yaml::Value::Map(values.clone()));
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
            Self::Values(failures) => {
                let mut text = String::new();
                for failure in failures {
                    failure.print(1, &mut text);
                }
                text
            }
        }
    }

    fn told(&self) -> Vec<(Vec<String>, String)> {
        match self {
            Self::Schema(text) => vec![(Vec::new(), text.clone())],
            Self::Values(failures) => failures.iter().map(Failure::told).collect(),
        }
    }
}

fn has_schema(chart: &Chart) -> bool {
    chart.schema.is_some() || chart.dependencies.iter().any(has_schema)
}

fn collect(chart: &Chart, values: &yaml::Value, path: &[String], found: &mut Found) {
    let violation = |path: &[String], at, message| Violation { chart: path.to_vec(), at, message };
    match chart.schema.as_ref().map(|schema| check(&schema.data, values)) {
        None => {}
        Some(Ok(urns)) => found.urns.extend(urns),
        Some(Err(broken)) => {
            let _ = write!(found.text, "{}:\n{}", chart.name(), broken.text());
            let told = broken.told().into_iter();
            found.violations.extend(told.map(|(at, message)| violation(path, at, message)));
        }
    }
    for dependency in &chart.dependencies {
        let name = dependency.name();
        let below: Vec<String> = path.iter().cloned().chain([name.to_owned()]).collect();
        match values.get(name) {
            None | Some(yaml::Value::Null) => {}
            Some(inner @ yaml::Value::Map(_)) => collect(dependency, inner, &below, found),
            Some(other) => {
                let kind = match other {
                    yaml::Value::Bool(_) => "bool",
                    yaml::Value::Int(_) => "int64",
                    yaml::Value::Uint(_) => "uint64",
                    yaml::Value::Float(_) => "float64",
                    yaml::Value::String(_) => "string",
                    yaml::Value::List(_) => "[]interface {}",
                    yaml::Value::Null | yaml::Value::Map(_) => "<nil>",
                };
                let message = format!("invalid type for values: expected object (map), got {kind}");
                let _ = writeln!(found.text, "{name}:\n{message}");
                found.violations.push(violation(path, vec![name.to_owned()], message));
            }
        }
    }
}

/// Checks values against one schema; gives the URNs that were taken for granted.
fn check(schema: &[u8], values: &yaml::Value) -> Result<BTreeSet<String>, Broken> {
    well_formed(schema).map_err(Broken::Schema)?;
    let root: serde_json::Value = serde_json::from_slice(schema)
        .map_err(|e| Broken::Schema(format!("invalid JSON schema: {e}")))?;
    let document = Document::new(&root).map_err(Broken::Schema)?;
    let urns = document.follow_references().map_err(Broken::Schema)?;
    Evaluator::new(&document).run(values).map_err(Broken::Values)?;
    Ok(urns)
}

/// Whether a schema is one JSON value; the error in the words of Go's decoder.
fn well_formed(schema: &[u8]) -> Result<(), String> {
    match yaml::json::first_value(schema, yaml::Numbers::Exact) {
        Ok(None) => Err("EOF".to_owned()),
        Ok(Some((_, length))) if schema[length..].iter().all(u8::is_ascii_whitespace) => Ok(()),
        Ok(Some(_)) => Err("invalid character after top-level value".to_owned()),
        Err(error) if error.span().is_none_or(|span| span.start >= schema.len()) => {
            Err("unexpected EOF".to_owned())
        }
        Err(error) => Err(error.problem().message.clone()),
    }
}
