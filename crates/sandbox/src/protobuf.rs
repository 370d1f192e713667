//! Bodies in Kubernetes' protobuf form, read into JSON by the shape of their kind.
//!
//! Go clients of built-in kinds write it (Helm its release Secrets). Answers are always JSON, which
//! those clients take as well. Only reading is here.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::schema::{Scalar, Shape, Struct};

/// What opens every body.
const MAGIC: &[u8] = b"k8s\0";

/// One field on the wire.
enum Wire<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

/// Reads a body; `None` where it is no such body.
pub(crate) fn decode(body: &[u8], shape: &Shape) -> Option<Value> {
    let mut rest = body.strip_prefix(MAGIC)?;
    let (mut about, mut raw): (&[u8], &[u8]) = (&[], &[]);
    while !rest.is_empty() {
        match next(&mut rest)? {
            (1, Wire::Bytes(bytes)) => about = bytes,
            (2, Wire::Bytes(bytes)) => raw = bytes,
            _ => {}
        }
    }
    let mut object = Map::new();
    message(raw, shape.declared()?, &[], &mut object)?;
    while !about.is_empty() {
        let name = match next(&mut about)? {
            (1, Wire::Bytes(bytes)) => Some(("apiVersion", bytes)),
            (2, Wire::Bytes(bytes)) => Some(("kind", bytes)),
            _ => None,
        };
        if let Some((name, bytes)) = name {
            object.insert(name.to_owned(), json!(std::str::from_utf8(bytes).ok()?));
        }
    }
    Some(Value::Object(object))
}

/// Reads the fields of a message; `within` are the numbers of the inlined messages around it.
fn message(
    mut rest: &[u8],
    of: &Struct,
    within: &[u64],
    out: &mut Map<String, Value>,
) -> Option<()> {
    while !rest.is_empty() {
        let (number, wire) = next(&mut rest)?;
        let path: Vec<u64> = within.iter().copied().chain([number]).collect();
        if let Some((name, field)) = of.fields.iter().find(|(_, field)| field.number == path) {
            field_value(name, &field.shape, &wire, out)?;
        } else if let Wire::Bytes(bytes) = wire
            && of.fields.values().any(|field| field.number.starts_with(&path))
        {
            message(bytes, of, &path, out)?;
        }
    }
    Some(())
}

fn field_value(
    name: &str,
    shape: &Shape,
    wire: &Wire<'_>,
    out: &mut Map<String, Value>,
) -> Option<()> {
    match shape {
        Shape::List { item, .. } => {
            let list = out.entry(name.to_owned()).or_insert_with(|| json!([]));
            list.as_array_mut()?.push(value(item, wire)?);
        }
        Shape::Map { value: member, .. } => {
            let Wire::Bytes(bytes) = wire else { return None };
            let mut rest = *bytes;
            let (mut key, mut found) = (String::new(), empty(member));
            while !rest.is_empty() {
                match next(&mut rest)? {
                    (1, Wire::Bytes(bytes)) => key = String::from_utf8(bytes.to_vec()).ok()?,
                    (2, wire) => found = value(member, &wire)?,
                    _ => {}
                }
            }
            let map = out.entry(name.to_owned()).or_insert_with(|| json!({}));
            map.as_object_mut()?.insert(key, found);
        }
        Shape::Scalar(_) | Shape::Any | Shape::Struct { .. } => {
            out.insert(name.to_owned(), value(shape, wire)?);
        }
    }
    Some(())
}

/// A map's value that was left out because it is zero.
fn empty(shape: &Shape) -> Value {
    match shape {
        Shape::Scalar(_) => json!(""),
        Shape::List { .. } => json!([]),
        Shape::Any | Shape::Map { .. } | Shape::Struct { .. } => json!({}),
    }
}

fn value(shape: &Shape, wire: &Wire<'_>) -> Option<Value> {
    match (shape, wire) {
        (Shape::Scalar(Scalar::Boolean), Wire::Number(number)) => Some(json!(*number != 0)),
        (Shape::Scalar(Scalar::Number), Wire::Number(number)) => {
            Some(json!(f64::from_bits(*number)))
        }
        (Shape::Scalar(_), Wire::Number(number)) => Some(json!(number.cast_signed())),
        (Shape::Scalar(scalar), Wire::Bytes(bytes)) => text(*scalar, bytes),
        (Shape::Struct { .. }, Wire::Bytes(bytes)) => {
            let mut out = Map::new();
            message(bytes, shape.declared()?, &[], &mut out)?;
            Some(Value::Object(out))
        }
        // Free-form values travel as JSON in the first field of a message.
        (Shape::Any, Wire::Bytes(bytes)) => {
            let mut rest = *bytes;
            if rest.is_empty() {
                return Some(Value::Null);
            }
            let (1, Wire::Bytes(raw)) = next(&mut rest)? else { return None };
            serde_json::from_slice(raw).ok()
        }
        // A list of lists or of maps is a message with the items as its first field.
        (Shape::List { .. } | Shape::Map { .. }, Wire::Bytes(bytes)) => {
            let (mut rest, mut out) = (*bytes, Map::new());
            while !rest.is_empty() {
                let (_, wire) = next(&mut rest)?;
                field_value("", shape, &wire, &mut out)?;
            }
            Some(out.remove("").unwrap_or_else(|| empty(shape)))
        }
        (
            Shape::Any | Shape::Struct { .. } | Shape::List { .. } | Shape::Map { .. },
            Wire::Number(_),
        ) => None,
    }
}

fn text(scalar: Scalar, bytes: &[u8]) -> Option<Value> {
    match scalar {
        Scalar::Text => Some(json!(std::str::from_utf8(bytes).ok()?)),
        Scalar::Bytes => Some(json!(STANDARD.encode(bytes))),
        Scalar::Quantity | Scalar::Time | Scalar::MicroTime | Scalar::IntOrString => {
            let (mut numbers, mut word, mut rest) = ([0_u64; 3], "", bytes);
            while !rest.is_empty() {
                match next(&mut rest)? {
                    (at @ 1..=2, Wire::Number(number)) => numbers[at as usize] = number,
                    (_, Wire::Bytes(bytes)) => word = std::str::from_utf8(bytes).ok()?,
                    (_, Wire::Number(_)) => {}
                }
            }
            match scalar {
                Scalar::Quantity => Some(json!(word)),
                Scalar::IntOrString if numbers[1] == 1 => Some(json!(word)),
                Scalar::IntOrString => Some(json!(numbers[2].cast_signed())),
                Scalar::MicroTime => time(numbers, "%Y-%m-%dT%H:%M:%S.%6fZ"),
                Scalar::Text
                | Scalar::Integer
                | Scalar::Number
                | Scalar::Boolean
                | Scalar::Bytes
                | Scalar::Time => time(numbers, "%Y-%m-%dT%H:%M:%SZ"),
            }
        }
        Scalar::Integer | Scalar::Number | Scalar::Boolean => None,
    }
}

fn time([_, seconds, nanos]: [u64; 3], format: &str) -> Option<Value> {
    let time = Timestamp::new(seconds.cast_signed(), i32::try_from(nanos).ok()?).ok()?;
    Some(json!(time.strftime(format).to_string()))
}

fn next<'a>(rest: &mut &'a [u8]) -> Option<(u64, Wire<'a>)> {
    let tag = varint(rest)?;
    let wire = match tag & 7 {
        0 => Wire::Number(varint(rest)?),
        1 => {
            let (bytes, left) = rest.split_first_chunk::<8>()?;
            *rest = left;
            Wire::Number(u64::from_le_bytes(*bytes))
        }
        2 => {
            let length = usize::try_from(varint(rest)?).ok()?;
            let (bytes, left) = rest.split_at_checked(length)?;
            *rest = left;
            Wire::Bytes(bytes)
        }
        _ => return None,
    };
    Some((tag >> 3, wire))
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut out = 0_u64;
    for shift in (0..70).step_by(7) {
        let (byte, left) = rest.split_first()?;
        *rest = left;
        out |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(out);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_as_a_go_client_writes_it() {
        let mut body = b"k8s\0\x0a\x0c\x0a\x02v1\x12\x06Secret\x12\x19".to_vec();
        body.extend(b"\x0a\x03\x0a\x01s\x12\x0a\x0a\x01k\x12\x05hello\x1a\x06Opaque");
        let found = decode(&body, &Shape::named("core.v1.Secret")).unwrap();
        assert_eq!(
            found,
            json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"},
                "data": {"k": "aGVsbG8="}, "type": "Opaque"})
        );
        assert_eq!(decode(&body[..20], &Shape::named("core.v1.Secret")), None);
    }
}
