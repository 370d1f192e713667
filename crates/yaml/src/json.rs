//! JSON exactly as Go's `encoding/json` reads and writes it.

use crate::emit::{Emit, Emitter, Target};
use crate::{Error, Map, Numbers, Problem, Value};

mod number;
mod writer;

pub(crate) use writer::Writer;

/// Which characters are written as `\u` escapes beyond what JSON demands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Escape {
    /// `<`, `>` and `&` too: `json.Marshal`.
    Html,
    /// Nothing more: an encoder with `SetEscapeHTML(false)`.
    Plain,
}

/// A JSON text as `json.Unmarshal` decodes it into an `interface{}`.
pub fn from_str(text: &str, numbers: Numbers) -> Result<Value, Error> {
    from_slice(text.as_bytes(), numbers)
}

/// As [`from_str`], from bytes; invalid UTF-8 in strings becomes U+FFFD.
pub fn from_slice(_text: &[u8], _numbers: Numbers) -> Result<Value, Error> {
    Err(Error::Json(Problem::new("not read yet")))
}

/// A JSON text as `json.Unmarshal` decodes it into a `map[string]interface{}`; null is an empty map.
pub fn map_from_str(text: &str, numbers: Numbers) -> Result<Map, Error> {
    match from_str(text, numbers)? {
        Value::Null => Ok(Map::new()),
        Value::Map(map) => Ok(map),
        other => Err(Error::Json(Problem::new(format!(
            "json: cannot unmarshal {} into Go value of type map[string]interface {{}}",
            other.json_type()
        )))),
    }
}

/// A JSON text as `json.Unmarshal` decodes it into a `[]interface{}`; null is an empty list.
pub fn list_from_str(text: &str, numbers: Numbers) -> Result<Vec<Value>, Error> {
    match from_str(text, numbers)? {
        Value::Null => Ok(Vec::new()),
        Value::List(list) => Ok(list),
        other => Err(Error::Json(Problem::new(format!(
            "json: cannot unmarshal {} into Go value of type []interface {{}}",
            other.json_type()
        )))),
    }
}

/// What `json.Marshal` prints (no line break at the end); empty if the value has no JSON form.
pub fn to_string(value: &(impl Emit + ?Sized)) -> String {
    try_to_string(value, Escape::Html).unwrap_or_default()
}

/// As [`to_string`], but `<`, `>` and `&` stay as they are (Helm's and Sprig's `toRawJson`).
pub fn to_string_raw(value: &(impl Emit + ?Sized)) -> String {
    try_to_string(value, Escape::Plain).unwrap_or_default()
}

/// What `json.MarshalIndent(value, "", indent)` prints; empty if the value has no JSON form.
pub fn to_string_pretty(value: &(impl Emit + ?Sized), indent: &str) -> String {
    try_to_string_pretty(value, indent).unwrap_or_default()
}

/// As [`to_string`] or [`to_string_raw`], but says why a value has no JSON form.
pub fn try_to_string(value: &(impl Emit + ?Sized), escape: Escape) -> Result<String, Error> {
    write(value, Writer::new(escape, None))
}

/// As [`to_string_pretty`], but says why a value has no JSON form.
pub fn try_to_string_pretty(value: &(impl Emit + ?Sized), indent: &str) -> Result<String, Error> {
    write(value, Writer::new(Escape::Html, Some(indent)))
}

fn write(value: &(impl Emit + ?Sized), mut writer: Writer) -> Result<String, Error> {
    value.emit(&mut Emitter { target: Target::Json(&mut writer) });
    writer.finish()
}
