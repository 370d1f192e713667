//! JSON exactly as Go's `encoding/json` reads and writes it.

use std::borrow::Cow;

use crate::emit::{Emit, Emitter, Target};
use crate::{Build, Error, Map, Numbers, Problem, Value};

mod number;
mod reader;
mod writer;

pub(crate) use number::{
    format as number_text, general, key_of_float, text_of_float, whole, yaml as yaml_float,
};
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
pub fn from_slice(text: &[u8], numbers: Numbers) -> Result<Value, Error> {
    reader::read(text, numbers).map_err(Error::Json)
}

/// As [`from_slice`], but makes a tree of another kind.
pub fn build_from_slice<B: Build>(text: &[u8], numbers: Numbers) -> Result<B, Error> {
    reader::read(text, numbers).map_err(Error::Json)
}

/// The first value of a stream of JSON values and the bytes it takes, as Go's `json.Decoder` reads
/// it; nothing where only white space is left.
pub fn first_value(text: &[u8], numbers: Numbers) -> Result<Option<(Value, usize)>, Error> {
    reader::first(text, numbers).map_err(Error::Json)
}

/// A JSON text as `json.Unmarshal` decodes it into a `map[string]interface{}`; null is an empty
/// map.
pub fn map_from_str(text: &str, numbers: Numbers) -> Result<Map, Error> {
    into_map(from_str(text, numbers)?, Error::Json)
}

/// As [`map_from_str`], from bytes, with what Go has put into the map where it fails: after a
/// number beyond a float's range that is everything else.
pub fn filled_map(text: &[u8], numbers: Numbers) -> (Map, Option<Error>) {
    let filled = reader::read_filling(text, numbers).map_err(Error::Json);
    match filled.and_then(|(value, problem)| Ok((into_map(value, Error::Json)?, problem))) {
        Ok((map, problem)) => (map, problem.map(Error::Json)),
        Err(error) => (Map::new(), Some(error)),
    }
}

/// A JSON text as `json.Unmarshal` decodes it into a `[]interface{}`; null is an empty list.
pub fn list_from_slice(text: &[u8], numbers: Numbers) -> Result<Vec<Value>, Error> {
    let (value, problem) = reader::read_filling(text, numbers).map_err(Error::Json)?;
    let list = into_list(value, Error::Json)?;
    problem.map_or(Ok(list), |problem| Err(Error::Json(problem)))
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

/// A Go string as JSON keeps it: each byte that is no UTF-8 becomes one U+FFFD.
pub fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        out.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    Cow::Owned(out)
}

/// A key of at most this many bytes is short enough for YAML in JSON too, whatever its escapes.
pub(crate) const SHORT_KEY: usize = 160;

/// Whether a character stands in JSON as it is, but not in YAML: control characters, and a line
/// break of YAML 1.1.
pub(crate) fn differs_in_yaml(c: char) -> bool {
    matches!(c, '\x7f'..='\u{9f}' | '\u{fffe}' | '\u{ffff}')
}

/// What `json.Marshal` says about a float that JSON cannot hold.
pub(crate) fn unsupported(value: f64) -> String {
    format!("json: unsupported value: {}", general(value))
}

/// The value as a `map[string]interface{}`.
pub(crate) fn into_map(value: Value, error: fn(Problem) -> Error) -> Result<Map, Error> {
    match value {
        Value::Null => Ok(Map::new()),
        Value::Map(map) => Ok(map),
        Value::Bool(_)
        | Value::Int(_)
        | Value::Uint(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::List(_) => Err(error(mismatch(&value, "map[string]interface {}"))),
    }
}

/// The value as a `[]interface{}`.
pub(crate) fn into_list(value: Value, error: fn(Problem) -> Error) -> Result<Vec<Value>, Error> {
    match value {
        Value::Null => Ok(Vec::new()),
        Value::List(list) => Ok(list),
        Value::Bool(_)
        | Value::Int(_)
        | Value::Uint(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::Map(_) => Err(error(mismatch(&value, "[]interface {}"))),
    }
}

fn mismatch(value: &Value, target: &str) -> Problem {
    let kind = value.json_type();
    Problem::new(format!("json: cannot unmarshal {kind} into Go value of type {target}"))
}
