//! From a request's JSON to the form the server stores: as if Go had decoded and encoded it.
//!
//! Undeclared fields fall away and are reported, nulls are absent, zero values appear or vanish by
//! the Go type's tags, quantities take their canonical form. Custom kinds have no tags: only
//! undeclared fields fall away.

use base64::engine::general_purpose::STANDARD;
use base64::{DecodeError, Engine as _};
use serde_json::{Map, Value, json};

use crate::quantity;
use crate::schema::{Declared, Field, Scalar, Shape, Struct, Zero};

/// An encoded object and what was not understood in it.
#[derive(Debug)]
pub(crate) struct Encoded {
    pub(crate) value: Value,
    /// Paths of fields that were dropped, as `spec.foo`.
    pub(crate) unknown: Vec<String>,
}

/// Encodes a value; the error is the text Go's decoder would give.
pub(crate) fn encode(value: &Value, shape: &Shape) -> Result<Encoded, String> {
    let mut unknown = vec![];
    let value = encode_at(value, shape, &At::root(), &mut unknown)?;
    Ok(Encoded { value, unknown })
}

/// Where a value is: for reports of unknown fields, and in the words of Go's decoder.
struct At<'a> {
    path: String,
    /// The path without positions and map keys.
    field: String,
    /// The Go type that declares the field.
    owner: &'a str,
}

impl<'a> At<'a> {
    fn root() -> Self {
        Self { path: String::new(), field: String::new(), owner: "" }
    }

    fn member(&self, name: &str, owner: &'a str) -> Self {
        Self { path: join(&self.path, name), field: join(&self.field, name), owner }
    }

    fn item(&self, index: usize) -> Self {
        Self {
            path: format!("{}[{index}]", self.path),
            field: self.field.clone(),
            owner: self.owner,
        }
    }

    fn entry(&self, key: &str) -> Self {
        Self { path: join(&self.path, key), field: self.field.clone(), owner: self.owner }
    }
}

/// What an empty object of a type looks like.
pub(crate) fn empty(shape: &Shape) -> Value {
    shape.declared().map_or(Value::Null, |of| Value::Object(encode_absent(of)))
}

fn encode_absent(of: &Struct) -> Map<String, Value> {
    let mut out = Map::new();
    for (name, field) in &of.fields {
        if let Some(absent) = absent(field) {
            out.insert(name.clone(), absent);
        }
    }
    out
}

/// What is written for a field that was not.
fn absent(field: &Field) -> Option<Value> {
    match field.zero {
        Zero::Write => Some(zero(&field.shape)),
        Zero::Null => Some(Value::Null),
        Zero::Keep | Zero::Drop => None,
    }
}

fn zero(shape: &Shape) -> Value {
    match shape {
        Shape::Scalar(scalar) => match scalar {
            Scalar::Text => json!(""),
            Scalar::Integer | Scalar::Number | Scalar::IntOrString => json!(0),
            Scalar::Boolean => json!(false),
            Scalar::Quantity => json!("0"),
            Scalar::Bytes | Scalar::Time | Scalar::MicroTime => Value::Null,
        },
        Shape::Struct { .. } => empty(shape),
        Shape::Any | Shape::Map { .. } | Shape::List { .. } => Value::Null,
    }
}

fn is_zero(value: &Value, shape: &Shape) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Number(value) => value.as_f64() == Some(0.0),
        Value::String(value) => value.is_empty(),
        Value::Array(value) => value.is_empty(),
        Value::Object(value) => value.is_empty() || *value == empty_map(shape),
    }
}

fn empty_map(shape: &Shape) -> Map<String, Value> {
    shape.declared().map(encode_absent).unwrap_or_default()
}

fn encode_at(
    value: &Value,
    shape: &Shape,
    at: &At<'_>,
    unknown: &mut Vec<String>,
) -> Result<Value, String> {
    match shape {
        Shape::Any => Ok(value.clone()),
        Shape::Scalar(scalar) => encode_scalar(value, *scalar, at),
        Shape::List { item, .. } => {
            let Value::Array(list) = value else {
                return Err(mismatch(value, at, "[]interface {}"));
            };
            let items = list.iter().enumerate().map(|(index, child)| {
                let at = at.item(index);
                if child.is_null() { Ok(zero(item)) } else { encode_at(child, item, &at, unknown) }
            });
            Ok(Value::Array(items.collect::<Result<_, _>>()?))
        }
        Shape::Map { value: member, .. } => {
            let Value::Object(map) = value else {
                return Err(mismatch(value, at, "map[string]string"));
            };
            let mut out = Map::new();
            for (key, child) in map {
                let at = at.entry(key);
                let child = if child.is_null() {
                    zero(member)
                } else {
                    encode_at(child, member, &at, unknown)?
                };
                out.insert(key.clone(), child);
            }
            Ok(Value::Object(out))
        }
        Shape::Struct { .. } => {
            let Some(of) = shape.declared() else { return Ok(value.clone()) };
            let Value::Object(map) = value else { return Err(mismatch(value, at, "struct")) };
            encode_struct(map, (of, go_name(shape)), at, unknown).map(Value::Object)
        }
    }
}

fn encode_struct(
    map: &Map<String, Value>,
    (of, owner): (&Struct, &str),
    at: &At<'_>,
    unknown: &mut Vec<String>,
) -> Result<Map<String, Value>, String> {
    let mut out = Map::new();
    for (key, child) in map {
        let at = at.member(key, owner);
        let Some(field) = of.fields.get(key) else {
            match &of.rest {
                Some(rest) => {
                    out.insert(key.clone(), encode_at(child, rest, &at, unknown)?);
                }
                None => unknown.push(at.path),
            }
            continue;
        };
        if child.is_null() {
            continue;
        }
        let child = encode_at(child, &field.shape, &at, unknown)?;
        if field.zero == Zero::Drop && is_zero(&child, &field.shape) {
            continue;
        }
        // The store's own encoding knows no empty lists and maps.
        let hollow = field.zero == Zero::Write
            && matches!(field.shape, Shape::List { .. } | Shape::Map { .. })
            && is_zero(&child, &field.shape);
        out.insert(key.clone(), if hollow { Value::Null } else { child });
    }
    for (name, field) in &of.fields {
        if let Some(absent) = absent(field)
            && !out.contains_key(name)
        {
            out.insert(name.clone(), absent);
        }
    }
    Ok(out)
}

fn encode_scalar(value: &Value, scalar: Scalar, at: &At<'_>) -> Result<Value, String> {
    let fits = match scalar {
        Scalar::Bytes if value.is_string() => {
            check_base64(value.as_str().unwrap_or_default())?;
            true
        }
        Scalar::Text | Scalar::Bytes | Scalar::Time | Scalar::MicroTime => value.is_string(),
        Scalar::Boolean => value.is_boolean(),
        Scalar::Number => value.is_number(),
        Scalar::IntOrString => value.is_string() || value.is_i64(),
        Scalar::Integer => {
            return match value {
                Value::Number(number) if number.is_f64() => number
                    .as_f64()
                    .filter(|float| float.fract() == 0.0)
                    .map(|float| json!(float as i64))
                    .ok_or_else(|| mismatch(value, at, "int64")),
                Value::Number(_) => Ok(value.clone()),
                Value::Null
                | Value::Bool(_)
                | Value::String(_)
                | Value::Array(_)
                | Value::Object(_) => Err(mismatch(value, at, "int32")),
            };
        }
        Scalar::Quantity => {
            let text = match value {
                Value::String(text) => text.clone(),
                Value::Number(number) => number.to_string(),
                Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                    return Err(mismatch(value, at, "resource.Quantity"));
                }
            };
            return quantity::canonical(&text).map(Value::String).ok_or_else(|| {
                "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'".to_owned()
            });
        }
    };
    if fits { Ok(value.clone()) } else { Err(mismatch(value, at, go_type(scalar))) }
}

/// Go's decoder names the first byte it cannot use, or the start of an unfinished group.
fn check_base64(text: &str) -> Result<(), String> {
    let at = match STANDARD.decode(text) {
        Ok(_) => return Ok(()),
        Err(DecodeError::InvalidByte(at, _) | DecodeError::InvalidLastSymbol(at, _)) => at,
        Err(DecodeError::InvalidLength(_) | DecodeError::InvalidPadding) => text.len() / 4 * 4,
    };
    Err(format!("illegal base64 data at input byte {at}"))
}

fn go_type(scalar: Scalar) -> &'static str {
    match scalar {
        Scalar::Text => "string",
        Scalar::Integer => "int32",
        Scalar::Number => "float64",
        Scalar::Boolean => "bool",
        Scalar::Bytes => "[]uint8",
        Scalar::Quantity => "resource.Quantity",
        Scalar::Time | Scalar::MicroTime => "v1.Time",
        Scalar::IntOrString => "intstr.IntOrString",
    }
}

fn mismatch(value: &Value, at: &At<'_>, wanted: &str) -> String {
    let got = match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    format!(
        "json: cannot unmarshal {got} into Go struct field {}.{} of type {wanted}",
        at.owner, at.field
    )
}

/// The name of the Go type behind a shape.
fn go_name(shape: &Shape) -> &str {
    match shape {
        Shape::Struct { of: Declared::Table(name), .. } => name.rsplit('.').next().unwrap_or(name),
        Shape::Struct { .. }
        | Shape::Scalar(_)
        | Shape::Any
        | Shape::Map { .. }
        | Shape::List { .. } => "",
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_values_follow_the_go_tags() {
        let shape = Shape::named("apps.v1.Deployment");
        let given = json!({"metadata": {"name": "a", "labels": {}, "annotations": null}, "spec": {
            "paused": false, "nonsense": 1, "replicas": 0, "template": {"spec": {"containers": [
                {"name": "c", "resources": {"limits": {"cpu": "1000m", "memory": 1024}}}]}}}});
        let encoded = encode(&given, &shape).unwrap();
        assert_eq!(encoded.unknown, ["spec.nonsense"]);
        assert_eq!(
            encoded.value,
            json!({"metadata": {"name": "a"}, "status": {}, "spec": {"replicas": 0, "selector": null,
                "strategy": {}, "template": {"metadata": {}, "spec": {"containers": [
                    {"name": "c", "resources": {"limits": {"cpu": "1", "memory": "1024"}}}]}}}})
        );
    }

    #[test]
    fn a_wrong_type_is_named_as_go_names_it() {
        let shape = Shape::named("apps.v1.Deployment");
        let error = encode(&json!({"spec": {"replicas": "two"}}), &shape).unwrap_err();
        assert_eq!(
            error,
            "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32"
        );
    }
}
