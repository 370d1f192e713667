//! Values as Go's `%#v` prints what go-yaml decoded, for error messages.

use std::fmt::Write as _;

use crate::decoder::Decoded;
use crate::descend::descend;
use crate::quote::quote;
use crate::{Value, json};

/// A value on its own.
pub(crate) fn print(value: &Value) -> String {
    let mut out = String::new();
    if value.is_null() {
        out.push_str("<nil>");
    } else {
        write(value, &mut out);
    }
    out
}

/// A value whose keys have types of their own.
pub(crate) fn print_decoded(value: &Decoded) -> String {
    let mut out = String::new();
    match value {
        Decoded::Scalar(value) => return print(value),
        other => write_decoded(other, &mut out),
    }
    out
}

fn write_decoded(value: &Decoded, out: &mut String) {
    match value {
        Decoded::Scalar(value) => write(value, out),
        Decoded::Bytes(bytes) => out.push_str(&quote(bytes)),
        Decoded::List(list) => {
            out.push_str("[]interface {}{");
            for (at, item) in list.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                descend(|| write_decoded(item, out));
            }
            out.push('}');
        }
        Decoded::Map(map) => {
            out.push_str("map[interface {}]interface {}{");
            for (at, (key, item)) in map.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                write_decoded(key, out);
                out.push(':');
                descend(|| write_decoded(item, out));
            }
            out.push('}');
        }
    }
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("interface {}(nil)"),
        Value::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Value::Int(n) => out.push_str(&n.to_string()),
        Value::Uint(n) => {
            let _ = write!(out, "{n:#x}");
        }
        Value::Float(f) => out.push_str(&json::general(*f)),
        Value::String(s) => out.push_str(&quote(s)),
        Value::List(list) => {
            out.push_str("[]interface {}{");
            for (at, item) in list.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                write(item, out);
            }
            out.push('}');
        }
        Value::Map(map) => {
            out.push_str("map[interface {}]interface {}{");
            for (at, (key, item)) in map.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                out.push_str(&quote(key));
                out.push(':');
                write(item, out);
            }
            out.push('}');
        }
    }
}
