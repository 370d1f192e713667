//! A decoded document: what Go holds as `interface{}` after YAML or JSON was read.
//!
//! Invariant: a map has no duplicate keys and is ranged in byte order of its keys, as Go's
//! templates range it.
//! Not here: locations (see `node`) and how it is printed (see `emit` and `json`).

use std::collections::BTreeMap;

/// A map with string keys, ranged in key order.
pub type Map = BTreeMap<String, Value>;

/// Any YAML or JSON value.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// `null`, `~` or nothing at all.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number (only where [`Numbers::Exact`](crate::Numbers::Exact) was asked for, or built
    /// by a program).
    Int(i64),
    /// A whole number above `i64::MAX`.
    Uint(u64),
    /// A float; every number of a document read with [`Numbers::Float64`](crate::Numbers::Float64).
    Float(f64),
    /// A string.
    String(String),
    /// A list.
    List(Vec<Value>),
    /// A map.
    Map(Map),
}

impl Value {
    /// Whether this is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The string, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(s) = self { Some(s) } else { None }
    }

    /// The boolean, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(b) = self { Some(*b) } else { None }
    }

    /// The number as a signed integer, if it is a whole number that fits.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Int(n) => Some(*n),
            Self::Uint(n) => i64::try_from(*n).ok(),
            Self::Float(f) if f.fract() == 0.0 && f.abs() < 9_223_372_036_854_775_807.0 => {
                Some(*f as i64)
            }
            Self::Null
            | Self::Bool(_)
            | Self::Float(_)
            | Self::String(_)
            | Self::List(_)
            | Self::Map(_) => None,
        }
    }

    /// The number as a float, if it is one.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Int(n) => Some(*n as f64),
            Self::Uint(n) => Some(*n as f64),
            Self::Float(f) => Some(*f),
            Self::Null | Self::Bool(_) | Self::String(_) | Self::List(_) | Self::Map(_) => None,
        }
    }

    /// The list, if it is one.
    pub fn as_list(&self) -> Option<&[Value]> {
        if let Self::List(l) = self { Some(l) } else { None }
    }

    /// The map, if it is one.
    pub fn as_map(&self) -> Option<&Map> {
        if let Self::Map(m) = self { Some(m) } else { None }
    }

    /// The map to change, if it is one.
    pub fn as_map_mut(&mut self) -> Option<&mut Map> {
        if let Self::Map(m) = self { Some(m) } else { None }
    }

    /// The map itself, or the value back.
    pub fn into_map(self) -> Result<Map, Self> {
        if let Self::Map(m) = self { Ok(m) } else { Err(self) }
    }

    /// The entry of a map; nothing for other values.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_map()?.get(key)
    }

    /// The entry of a map to change; nothing for other values.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        self.as_map_mut()?.get_mut(key)
    }

    /// The value at a path of map keys.
    pub fn lookup(&self, path: &[&str]) -> Option<&Value> {
        path.iter().try_fold(self, |value, key| value.get(key))
    }

    /// What JSON calls this kind: `null`, `bool`, `number`, `string`, `array` or `object`.
    pub fn json_type(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "bool",
            Self::Int(_) | Self::Uint(_) | Self::Float(_) => "number",
            Self::String(_) => "string",
            Self::List(_) => "array",
            Self::Map(_) => "object",
        }
    }

    /// What Go calls this kind where it prints a type: `<nil>`, `bool`, `int64`, `uint64`, `float64`,
    /// `string`, `[]interface {}` or `map[string]interface {}`.
    pub fn go_type(&self) -> &'static str {
        match self {
            Self::Null => "<nil>",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int64",
            Self::Uint(_) => "uint64",
            Self::Float(_) => "float64",
            Self::String(_) => "string",
            Self::List(_) => "[]interface {}",
            Self::Map(_) => "map[string]interface {}",
        }
    }

    /// The string that `sigs.k8s.io/yaml` makes of a scalar where a Go field is a string, e.g. the
    /// version `1.10` becomes `1.1`; nothing for null, lists and maps.
    ///
    /// Read the document with [`Numbers::Exact`](crate::Numbers::Exact) for this.
    pub fn to_text(&self) -> Option<String> {
        match self {
            Self::String(s) => Some(s.clone()),
            Self::Bool(b) => Some(b.to_string()),
            Self::Int(n) => Some(n.to_string()),
            Self::Uint(n) => Some(n.to_string()),
            Self::Float(f) => Some(crate::json::text_of_float(*f)),
            Self::Null | Self::List(_) | Self::Map(_) => None,
        }
    }

    /// From `serde_json`; whole numbers stay whole.
    pub fn from_json(value: &serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(b) => Self::Bool(*b),
            serde_json::Value::Number(n) => n
                .as_i64()
                .map(Self::Int)
                .or_else(|| n.as_u64().map(Self::Uint))
                .or_else(|| n.as_f64().map(Self::Float))
                .unwrap_or_default(),
            serde_json::Value::String(s) => Self::String(s.clone()),
            serde_json::Value::Array(l) => Self::List(l.iter().map(Self::from_json).collect()),
            serde_json::Value::Object(m) => {
                Self::Map(m.iter().map(|(k, v)| (k.clone(), Self::from_json(v))).collect())
            }
        }
    }

    /// To `serde_json`. Floats without a fraction become whole numbers, as Go's JSON prints them;
    /// infinite floats and not-a-number become null.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(b) => serde_json::Value::Bool(*b),
            Self::Int(n) => serde_json::Value::from(*n),
            Self::Uint(n) => serde_json::Value::from(*n),
            Self::Float(f) => match self.as_i64() {
                Some(n) => serde_json::Value::from(n),
                None => serde_json::Number::from_f64(*f)
                    .map_or(serde_json::Value::Null, serde_json::Value::Number),
            },
            Self::String(s) => serde_json::Value::String(s.clone()),
            Self::List(l) => serde_json::Value::Array(l.iter().map(Self::to_json).collect()),
            Self::Map(m) => {
                serde_json::Value::Object(m.iter().map(|(k, v)| (k.clone(), v.to_json())).collect())
            }
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i32> for Value {
    fn from(value: i32) -> Self {
        Self::Int(i64::from(value))
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<u64> for Value {
    fn from(value: u64) -> Self {
        i64::try_from(value).map_or(Self::Uint(value), Self::Int)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::String(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::String(value)
    }
}

impl From<Map> for Value {
    fn from(value: Map) -> Self {
        Self::Map(value)
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(value: Vec<T>) -> Self {
        Self::List(value.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl<K: Into<String>, V: Into<Value>> FromIterator<(K, V)> for Value {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        Self::Map(entries.into_iter().map(|(k, v)| (k.into(), v.into())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::Value;

    #[test]
    fn texts_of_scalars() {
        for (value, text) in [
            (Value::Float(1.10), "1.1"),
            (Value::Float(1e6), "1e+06"),
            (Value::Float(1.234_567_890_12), "1.2345679"),
            (Value::Int(7), "7"),
            (Value::Bool(true), "true"),
        ] {
            assert_eq!(value.to_text().as_deref(), Some(text));
        }
        assert_eq!(Value::Null.to_text(), None);
    }
}
