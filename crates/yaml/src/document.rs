//! Whole documents: text to values and back, as `sigs.k8s.io/yaml` does it.

use crate::{Error, Map, Problem, Value, emit};

/// How numbers are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbers {
    /// Every number is a float, as Go decodes JSON without being told otherwise (chart values).
    Float64,
    /// Whole numbers stay whole.
    Exact,
}

/// The first document of a text, as `yaml.Unmarshal` decodes it into an `interface{}`.
pub fn from_str(_text: &str, _numbers: Numbers) -> Result<Value, Error> {
    Err(Error::Parse(Problem::new("not read yet")))
}

/// The first document of a text as a map, as `yaml.Unmarshal` decodes it into a `map[string]interface{}`; null is an empty map.
pub fn map_from_str(text: &str, numbers: Numbers) -> Result<Map, Error> {
    match from_str(text, numbers)? {
        Value::Null => Ok(Map::new()),
        Value::Map(map) => Ok(map),
        other => Err(Error::Decode(Problem::new(format!(
            "json: cannot unmarshal {} into Go value of type map[string]interface {{}}",
            other.json_type()
        )))),
    }
}

/// The first document of a text as a list, as `yaml.Unmarshal` decodes it into a `[]interface{}`; null is an empty list.
pub fn list_from_str(text: &str, numbers: Numbers) -> Result<Vec<Value>, Error> {
    match from_str(text, numbers)? {
        Value::Null => Ok(Vec::new()),
        Value::List(list) => Ok(list),
        other => Err(Error::Decode(Problem::new(format!(
            "json: cannot unmarshal {} into Go value of type []interface {{}}",
            other.json_type()
        )))),
    }
}

/// The documents of a values file, cut where Kubernetes' YAML reader cuts them: at lines that begin with `---`.
pub fn documents(text: &str) -> Vec<&str> {
    vec![text]
}

/// A value as `yaml.Marshal` prints it, with a line break at the end; empty if it has no JSON form (see [`emit::try_v2`]).
pub fn to_string(value: &Value) -> String {
    emit::v2(value)
}
