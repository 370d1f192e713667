//! Values from and to `yaml`'s trees, and printing as YAML and JSON without a copy.

use std::borrow::Cow;

use yaml::Build;
use yaml::emit::{Emit, Emitter, Fields};

use super::{IntKind, Kind, List, ListType, Map, MapType, Object, Str, UintKind, Value};
use crate::{Duration, stack};

/// How deep a tree is printed; deeper ones hold themselves.
const MAX_DEPTH: usize = 10_000;
/// How deep a tree is copied: such a copy is dropped by recursion.
const MAX_PLAIN_DEPTH: usize = 1000;

impl Value {
    /// From a decoded document; whole numbers become `int64`, as `--set` gives them.
    pub fn from_yaml(value: &yaml::Value) -> Self {
        match value {
            yaml::Value::Null => Self::Nil,
            yaml::Value::Bool(value) => Self::Bool(*value),
            yaml::Value::Int(value) => Self::Int(*value, IntKind::Int64),
            yaml::Value::Uint(value) => Self::Uint(*value, UintKind::Uint64),
            yaml::Value::Float(value) => Self::float(*value),
            yaml::Value::String(value) => Self::str(value),
            yaml::Value::List(items) => Self::List(items.iter().map(Self::from_yaml).collect()),
            yaml::Value::Map(map) => Self::Map(Map::from_yaml(map)),
        }
    }

    /// To a plain tree, by the rules of [`Emit`]; what has no plain form becomes null, and so does
    /// what lies deeper than 1000 levels.
    pub fn to_yaml(&self) -> yaml::Value {
        plain(self, 0)
    }
}

impl Build for Value {
    type Entries = Vec<(Str, Self)>;

    fn null() -> Self {
        Self::Nil
    }

    fn bool(value: bool) -> Self {
        Self::Bool(value)
    }

    fn int(value: i64) -> Self {
        Self::Int(value, IntKind::Int64)
    }

    fn uint(value: u64) -> Self {
        Self::Uint(value, UintKind::Uint64)
    }

    fn float(value: f64) -> Self {
        Self::float(value)
    }

    fn string(text: Cow<'_, str>) -> Self {
        Self::Str(text.into())
    }

    fn list(items: Vec<Self>) -> Self {
        Self::List(items.into_iter().collect())
    }

    fn insert(map: &mut Self::Entries, key: Cow<'_, str>, value: Self) {
        map.push((key.into(), value));
    }

    fn map(map: Self::Entries) -> Self {
        Self::Map(Map::from_entries(MapType::Any, map))
    }
}

impl Map {
    /// A `map[string]interface {}` from a decoded document.
    pub fn from_yaml(map: &yaml::Map) -> Self {
        map.iter().map(|(key, value)| (Str::from(key), Value::from_yaml(value))).collect()
    }

    /// To a plain tree.
    pub fn to_yaml(&self) -> yaml::Map {
        plain_map(self, 0)
    }
}

impl Emit for Value {
    fn emit(&self, to: &mut Emitter<'_>) {
        emit(self, to, 0);
    }
}

impl Emit for List {
    fn emit(&self, to: &mut Emitter<'_>) {
        emit_list(self, to, 0);
    }
}

impl Emit for Map {
    fn emit(&self, to: &mut Emitter<'_>) {
        emit_map(self, to, 0);
    }
}

fn plain(value: &Value, depth: usize) -> yaml::Value {
    match value {
        Value::Missing | Value::Nil => yaml::Value::Null,
        Value::Bool(value) => yaml::Value::Bool(*value),
        Value::Int(value, _) => yaml::Value::Int(*value),
        Value::Uint(value, _) => yaml::Value::from(*value),
        Value::Float(value, _) => yaml::Value::Float(*value),
        Value::Str(value) => yaml::Value::String(value.to_str_lossy().into_owned()),
        Value::Bytes(value) => yaml::Value::String(base64(value.as_bytes())),
        _ if depth > MAX_PLAIN_DEPTH => yaml::Value::Null,
        Value::List(value) if value.is_nil() => yaml::Value::Null,
        Value::List(value) => yaml::Value::List(stack::grow(|| {
            value.iter().map(|item| plain(item, depth + 1)).collect()
        })),
        Value::Map(value) if value.is_nil() => yaml::Value::Null,
        Value::Map(value) => yaml::Value::Map(plain_map(value, depth)),
        Value::Object(value) => match value.marshal() {
            Some(value) => value.map_or(yaml::Value::Null, |value| plain(&value, depth + 1)),
            None => plain(&Value::map(value.json_fields()), depth + 1),
        },
    }
}

fn plain_map(map: &Map, depth: usize) -> yaml::Map {
    stack::grow(|| {
        let entries = map.entries();
        let plain = entries
            .iter()
            .map(|(key, value)| (key.to_str_lossy().into_owned(), plain(value, depth + 1)));
        plain.collect()
    })
}

fn emit(value: &Value, to: &mut Emitter<'_>, depth: usize) {
    match value {
        Value::Missing | Value::Nil => to.null(),
        Value::Bool(value) => to.bool(*value),
        // go-yaml 3 prints it as it reads it.
        Value::Int(value, IntKind::Duration) if to.fields() == Fields::Lowercase => {
            to.str(&Duration(*value).to_string());
        }
        Value::Int(value, _) => to.int(*value),
        Value::Uint(value, _) => to.uint(*value),
        Value::Float(value, _) => to.float(*value),
        Value::Str(value) => to.bytes(value.as_bytes()),
        // go-yaml 3 has no word for bytes.
        Value::Bytes(value) if to.fields() == Fields::Lowercase => {
            to.begin_list(value.len());
            value.as_bytes().iter().for_each(|byte| to.int(i64::from(*byte)));
            to.end_list();
        }
        Value::Bytes(value) => to.str(&base64(value.as_bytes())),
        Value::List(value) => stack::grow(|| emit_list(value, to, depth)),
        Value::Map(value) => stack::grow(|| emit_map(value, to, depth)),
        Value::Object(value) => emit_object(&**value, to, depth),
    }
}

fn emit_list(list: &List, to: &mut Emitter<'_>, depth: usize) {
    // go-yaml 3 prints it as an empty one.
    if list.is_nil() && to.fields() != Fields::Lowercase {
        return to.null();
    }
    if depth > MAX_DEPTH {
        return to.fail(cycle(list.list_type().name()));
    }
    to.begin_list(list.len());
    for item in list {
        emit(item, to, depth + 1);
        if to.failed() {
            return;
        }
    }
    to.end_list();
}

fn emit_map(map: &Map, to: &mut Emitter<'_>, depth: usize) {
    if map.is_nil() && to.fields() != Fields::Lowercase {
        return to.null();
    }
    if depth > MAX_DEPTH {
        return to.fail(cycle(map.map_type().name()));
    }
    let entries = map.entries();
    to.begin_map(entries.len());
    if to.are_sorted(entries.iter().map(|(key, _)| key.as_bytes())) {
        emit_entries(entries.iter(), to, depth);
    } else {
        let mut sorted: Vec<Entry<'_>> = entries.iter().map(Entry).collect();
        to.sort(&mut sorted);
        emit_entries(sorted.into_iter().map(|Entry(entry)| entry), to, depth);
    }
    to.end_map();
}

/// An entry that is sorted by its key.
struct Entry<'m>(&'m (Str, Value));

impl AsRef<[u8]> for Entry<'_> {
    fn as_ref(&self) -> &[u8] {
        self.0.0.as_bytes()
    }
}

fn emit_entries<'m>(
    entries: impl Iterator<Item = &'m (Str, Value)>,
    to: &mut Emitter<'_>,
    depth: usize,
) {
    for (key, value) in entries {
        to.key_bytes(key.as_bytes());
        emit(value, to, depth + 1);
        if to.failed() {
            return;
        }
    }
}

fn emit_object(object: &dyn Object, to: &mut Emitter<'_>, depth: usize) {
    if to.fields() == Fields::Lowercase
        && let Some(text) = object.plain_scalar()
    {
        return to.plain(&text.to_str_lossy());
    }
    if to.fields() == Fields::Lowercase && object.kind() == Kind::Complex128 {
        return to.fail(format!("cannot marshal type: {}", object.type_name()));
    }
    match object.marshal() {
        Some(Ok(value)) => emit(&value, to, depth + 1),
        Some(Err(message)) => to.fail(message),
        None => emit_struct(object, to, depth),
    }
}

/// A struct: its fields in the order of their declaration where the output keeps it.
fn emit_struct(object: &dyn Object, to: &mut Emitter<'_>, depth: usize) {
    let fields = match to.fields() {
        Fields::Tagged => object.json_fields(),
        Fields::Sorted => return emit(&Value::map(object.json_fields()), to, depth + 1),
        Fields::Lowercase => object.fields(),
    };
    let lowercase = to.fields() == Fields::Lowercase;
    to.begin_map(fields.len());
    for (name, value) in fields {
        if lowercase {
            to.key(&name.to_lowercase());
        } else {
            to.key(name);
        }
        emit(&value, to, depth + 1);
    }
    to.end_map();
}

/// Go's words for a value that holds itself.
fn cycle(type_name: &str) -> String {
    format!("json: unsupported value: encountered a cycle via {type_name}")
}

impl From<ListType> for List {
    fn from(list_type: ListType) -> Self {
        Self::new(list_type, Vec::new())
    }
}

impl From<MapType> for Map {
    fn from(map_type: MapType) -> Self {
        Self::new(map_type)
    }
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = (0..3)
            .fold(0u32, |word, at| word << 8 | u32::from(chunk.get(at).copied().unwrap_or(0)));
        for at in 0..4 {
            let symbol = ALPHABET[(word >> (18 - 6 * at) & 63) as usize];
            text.push(if at <= chunk.len() { char::from(symbol) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_print_as_base64() {
        for (bytes, text) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")]
        {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }
}
