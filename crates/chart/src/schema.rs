//! `values.schema.json`: the check of values against it, with Helm's messages.
//!
//! Helm checks with santhosh-tekuri/jsonschema 6.0.3 and prints its tree of failures. The evaluator
//! here follows the steps of that library, so that the same failures come in the same order with
//! the same nesting; keys are visited by name where Go's order is random. Drafts 4, 6, 7, 2019-09
//! and 2020-12 are known. Whether the schema is one at all is asked of the `jsonschema` crate.
//! Nothing is fetched: a reference to another document is refused by name.
use std::fmt::Write as _;

use crate::values::Tree;
use crate::{Chart, Error};

mod decimal;
mod document;
mod evaluate;
mod failure;
mod format;

use document::Document;
use evaluate::Evaluator;

/// Checks coalesced `values` against the schema of `chart` and of each of its dependencies.
pub fn validate(chart: &Chart, values: &Tree) -> Result<(), Error> {
    if !has_schema(chart) {
        return Ok(());
    }
    let mut text = String::new();
    collect(chart, &yaml::Value::Map(values.to_map()), &mut text);
    if text.is_empty() { Ok(()) } else { Err(Error::Schema(text)) }
}

/// Checks values against one schema, whatever chart it is of; the message is Helm's.
pub fn validate_single(schema: &[u8], values: &yaml::Map) -> Result<(), String> {
    check(schema, &yaml::Value::Map(values.clone()))
}

fn has_schema(chart: &Chart) -> bool {
    chart.schema.is_some() || chart.dependencies.iter().any(has_schema)
}

fn collect(chart: &Chart, values: &yaml::Value, text: &mut String) {
    if let Some(schema) = &chart.schema
        && let Err(message) = check(&schema.data, values)
    {
        let _ = write!(text, "{}:\n{message}", chart.name());
    }
    for dependency in &chart.dependencies {
        let name = dependency.name();
        match values.get(name) {
            None | Some(yaml::Value::Null) => {}
            Some(inner @ yaml::Value::Map(_)) => collect(dependency, inner, text),
            Some(other) => {
                let found = match other {
                    yaml::Value::Bool(_) => "bool",
                    yaml::Value::Int(_) => "int64",
                    yaml::Value::Uint(_) => "uint64",
                    yaml::Value::Float(_) => "float64",
                    yaml::Value::String(_) => "string",
                    yaml::Value::List(_) => "[]interface {}",
                    yaml::Value::Null | yaml::Value::Map(_) => "<nil>",
                };
                let _ = writeln!(
                    text,
                    "{name}:\ninvalid type for values: expected object (map), got {found}"
                );
            }
        }
    }
}

/// Checks values against one schema; the message ends in a line break where values broke it.
fn check(schema: &[u8], values: &yaml::Value) -> Result<(), String> {
    well_formed(schema)?;
    let root: serde_json::Value =
        serde_json::from_slice(schema).map_err(|e| format!("invalid JSON schema: {e}"))?;
    let document = Document::new(&root)?;
    Evaluator::new(&document).run(values)
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
