//! What is signed: the chart's metadata, a line `...`, and the sums of files.
//!
//! The sums are read as Go reads them into a structure: keys in any case, numbers as text.

use yaml::{Numbers, Value};

use crate::Error;

const BETWEEN: &[u8] = b"\n...\n";

/// The sum that the message holds for a file.
pub(crate) fn of_file(text: &[u8], file_name: &str) -> Result<Option<String>, Error> {
    let find = |data: &[u8]| data.windows(BETWEEN.len()).position(|window| window == BETWEEN);
    let second = &text[find(text).ok_or(Error::OnePart)? + BETWEEN.len()..];
    let second = find(second).map_or(second, |end| &second[..end]);
    let sums = yaml::from_slice(second, Numbers::Exact).map_err(Error::Sums)?;
    let mut found = None;
    match &sums {
        Value::Null => {}
        Value::Map(fields) => {
            for (name, field) in fields {
                if name.eq_ignore_ascii_case("files") {
                    found = entry("files", field, file_name)?.or(found);
                } else if name.eq_ignore_ascii_case("images") {
                    entry("images", field, "")?;
                }
            }
        }
        other => {
            let kind = kind(other);
            return Err(unfit(&format!("{kind} into Go value of type provenance.SumCollection")));
        }
    }
    Ok(found)
}

/// One entry of a map of texts; every one is looked at.
fn entry(name: &str, field: &Value, wanted: &str) -> Result<Option<String>, Error> {
    let into = |value: &Value, type_name: &str| {
        let kind = kind(value);
        unfit(&format!("{kind} into Go struct field SumCollection.{name} of type {type_name}"))
    };
    let entries = match field {
        Value::Null => return Ok(None),
        Value::Map(entries) => entries,
        other => return Err(into(other, "map[string]string")),
    };
    let mut found = None;
    for (name, value) in entries {
        let text = match value {
            Value::List(_) | Value::Map(_) => return Err(into(value, "string")),
            Value::Null => String::new(),
            value => value.to_text().unwrap_or_default(),
        };
        if name == wanted {
            found = Some(text);
        }
    }
    Ok(found)
}

fn unfit(what: &str) -> Error {
    let within = "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal";
    Error::Other(format!("{within} {what}"))
}

/// What Go's JSON calls a value.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::List(_) => "array",
        Value::Map(_) => "object",
        Value::String(_) => "string",
        Value::Int(_) | Value::Uint(_) | Value::Float(_) => "number",
    }
}
