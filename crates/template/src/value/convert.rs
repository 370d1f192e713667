//! Values from and to `yaml`'s trees, and printing as YAML and JSON without a copy.

use yaml::emit::{Emit, Emitter};

use super::{IntKind, List, ListType, Map, MapType, Str, UintKind, Value};

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

    /// To a plain tree, by the rules of [`Emit`]; what has no plain form becomes null.
    pub fn to_yaml(&self) -> yaml::Value {
        match self {
            Self::Missing | Self::Nil => yaml::Value::Null,
            Self::Bool(value) => yaml::Value::Bool(*value),
            Self::Int(value, _) => yaml::Value::Int(*value),
            Self::Uint(value, _) => yaml::Value::from(*value),
            Self::Float(value, _) => yaml::Value::Float(*value),
            Self::Str(value) => yaml::Value::String(value.to_str_lossy().into_owned()),
            Self::Bytes(value) => yaml::Value::String(base64(value.as_bytes())),
            Self::List(value) if value.is_nil() => yaml::Value::Null,
            Self::List(value) => yaml::Value::List(value.iter().map(Self::to_yaml).collect()),
            Self::Map(value) if value.is_nil() => yaml::Value::Null,
            Self::Map(value) => yaml::Value::Map(value.to_yaml()),
            Self::Object(value) => value.marshal().to_yaml(),
        }
    }
}

impl Map {
    /// A `map[string]interface {}` from a decoded document.
    pub fn from_yaml(map: &yaml::Map) -> Self {
        map.iter().map(|(key, value)| (Str::from(key), Value::from_yaml(value))).collect()
    }

    /// To a plain tree.
    pub fn to_yaml(&self) -> yaml::Map {
        self.entries()
            .iter()
            .map(|(key, value)| (key.to_str_lossy().into_owned(), value.to_yaml()))
            .collect()
    }
}

impl Emit for Value {
    fn emit(&self, to: &mut Emitter<'_>) {
        match self {
            Self::Missing | Self::Nil => to.null(),
            Self::Bool(value) => to.bool(*value),
            Self::Int(value, _) => to.int(*value),
            Self::Uint(value, _) => to.uint(*value),
            Self::Float(value, _) => to.float(*value),
            Self::Str(value) => to.bytes(value.as_bytes()),
            Self::Bytes(value) => to.str(&base64(value.as_bytes())),
            Self::List(value) => value.emit(to),
            Self::Map(value) => value.emit(to),
            Self::Object(value) => value.marshal().emit(to),
        }
    }
}

impl Emit for List {
    fn emit(&self, to: &mut Emitter<'_>) {
        if self.is_nil() {
            return to.null();
        }
        to.begin_list(self.len());
        for item in self {
            item.emit(to);
            if to.failed() {
                return;
            }
        }
        to.end_list();
    }
}

impl Emit for Map {
    fn emit(&self, to: &mut Emitter<'_>) {
        if self.is_nil() {
            return to.null();
        }
        let entries = self.entries();
        let mut keys: Vec<&Str> = entries.iter().map(|(key, _)| key).collect();
        to.sort(&mut keys);
        to.begin_map(entries.len());
        for key in keys {
            to.key_bytes(key.as_bytes());
            if let Ok(at) = entries.binary_search_by(|(entry, _)| entry.cmp(key)) {
                entries[at].1.emit(to);
            }
            if to.failed() {
                return;
            }
        }
        to.end_map();
    }
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
