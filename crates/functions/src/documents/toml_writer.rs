//! Printing TOML as BurntSushi/toml 1.6 does: plain keys first, then tables, each sorted, tables
//! indented by two spaces. Invariant: nil entries are left out; the errors are its texts.

use template::{IntKind, Kind, Str, Value, format};

/// Prints a value; the error is the library's text.
pub(super) fn write(value: &Value) -> Result<Vec<u8>, String> {
    if value.kind() == Kind::Complex128 {
        return Err(format!("unsupported type for key '': {}", value.type_name()));
    }
    let mut writer = Writer { out: Vec::new() };
    writer.encode(&[], value)?;
    Ok(writer.out)
}

const NO_KEY: &str = "toml: top-level values must be Go maps or structs";
const NIL_ELEMENT: &str = "toml: cannot encode array with nil element";

struct Writer {
    out: Vec<u8>,
}

/// What TOML calls a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Nil,
    Plain,
    Table,
    Tables,
}

impl Writer {
    fn encode(&mut self, key: &[Str], value: &Value) -> Result<(), String> {
        match shape(value)? {
            // On its own a nil slice is an empty one; under a key it is left out.
            Shape::Nil if key.is_empty() && value.as_list().is_some() => {
                self.out.extend_from_slice(b"[]");
                Ok(())
            }
            Shape::Nil => Ok(()),
            Shape::Plain => self.key_value(key, value, Place::Block),
            Shape::Table => self.table(key, value),
            Shape::Tables => self.tables(key, value),
        }
    }

    fn key_value(&mut self, key: &[Str], value: &Value, place: Place) -> Result<(), String> {
        // A value that is no table prints as it is.
        let Some(last) = key.last() else { return self.element(value) };
        if place == Place::Block {
            self.indent(key);
        }
        self.key(last);
        self.out.extend_from_slice(b" = ");
        self.element(value)?;
        if place == Place::Block {
            self.out.push(b'\n');
        }
        Ok(())
    }

    fn tables(&mut self, key: &[Str], value: &Value) -> Result<(), String> {
        if key.is_empty() {
            return Err(NO_KEY.to_owned());
        }
        for item in value.as_list().into_iter().flatten() {
            if item.is_nil() {
                continue;
            }
            self.newline();
            self.header(key, (b"[[", b"]]"));
            self.newline();
            self.entries(key, entries_of(item), Place::Block)?;
        }
        Ok(())
    }

    fn table(&mut self, key: &[Str], value: &Value) -> Result<(), String> {
        if key.len() == 1 {
            self.newline();
        }
        if !key.is_empty() {
            self.header(key, (b"[", b"]"));
            self.newline();
        }
        self.entries(key, entries_of(value), Place::Block)
    }

    fn entries(
        &mut self,
        key: &[Str],
        entries: Vec<(Str, Value)>,
        place: Place,
    ) -> Result<(), String> {
        let (mut plain, mut tables) = (Vec::new(), Vec::new());
        for (name, value) in entries {
            match shape(&value)? {
                Shape::Table | Shape::Tables => tables.push((name, value)),
                Shape::Nil | Shape::Plain => plain.push((name, value)),
            }
        }
        if place == Place::Inline {
            self.out.push(b'{');
        }
        let more = !tables.is_empty();
        for (group, trailing) in [(plain, more), (tables, false)] {
            let last = group.len().saturating_sub(1);
            for (at, (name, value)) in group.into_iter().enumerate() {
                if value.is_nil() {
                    continue;
                }
                if place == Place::Block {
                    self.encode(&[key, &[name]].concat(), &value)?;
                    continue;
                }
                self.key_value(&[name], &value, Place::Inline)?;
                if trailing || at != last {
                    self.out.extend_from_slice(b", ");
                }
            }
        }
        if place == Place::Inline {
            self.out.push(b'}');
        }
        Ok(())
    }

    fn element(&mut self, value: &Value) -> Result<(), String> {
        match value {
            Value::Str(text) => self.quoted(text.as_bytes()),
            Value::Bool(value) => self.out.extend_from_slice(value.to_string().as_bytes()),
            Value::Int(_, IntKind::Duration) => {
                self.quoted(&format::sprint(std::slice::from_ref(value)));
            }
            Value::Int(value, _) => self.out.extend_from_slice(value.to_string().as_bytes()),
            Value::Uint(value, _) => self.out.extend_from_slice(value.to_string().as_bytes()),
            Value::Float(value, _) => self.float(*value),
            Value::List(_) | Value::Bytes(_) => {
                self.out.push(b'[');
                let items = crate::arguments::items(value).unwrap_or_default();
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        self.out.extend_from_slice(b", ");
                    }
                    self.element(item)?;
                }
                self.out.push(b']');
            }
            Value::Map(map) => self.entries(&[], map.to_vec(), Place::Inline)?,
            Value::Object(object) => {
                match (crate::dates::to_toml(value), object.marshal().and_then(Result::ok)) {
                    (Some(time), _) => self.out.extend(time),
                    (None, Some(Value::Str(text))) => self.quoted(text.as_bytes()),
                    (None, _) => self.entries(&[], entries_of(value), Place::Inline)?,
                }
            }
            Value::Nil | Value::Missing => return Err(NIL_ELEMENT.to_owned()),
        }
        Ok(())
    }

    fn float(&mut self, value: f64) {
        let text = match (value.is_nan(), value.is_infinite(), value.is_sign_negative()) {
            (true, _, false) => "nan".to_owned(),
            (true, _, true) => "-nan".to_owned(),
            (_, true, false) => "inf".to_owned(),
            (_, true, true) => "-inf".to_owned(),
            (false, false, _) => {
                let text = format::sprintf(b"%v", &[Value::float(value)]);
                let text = String::from_utf8_lossy(&text).into_owned();
                if text.contains(['e', '.']) { text } else { format!("{text}.0") }
            }
        };
        self.out.extend_from_slice(text.as_bytes());
    }

    fn quoted(&mut self, text: &[u8]) {
        self.out.push(b'"');
        for &byte in text {
            match byte {
                b'"' => self.out.extend_from_slice(br#"\""#),
                b'\\' => self.out.extend_from_slice(br"\\"),
                0x08 => self.out.extend_from_slice(br"\b"),
                b'\t' => self.out.extend_from_slice(br"\t"),
                b'\n' => self.out.extend_from_slice(br"\n"),
                0x0c => self.out.extend_from_slice(br"\f"),
                b'\r' => self.out.extend_from_slice(br"\r"),
                0..0x20 | 0x7f => {
                    self.out.extend_from_slice(format!("\\u{byte:04x}").as_bytes());
                }
                byte => self.out.push(byte),
            }
        }
        self.out.push(b'"');
    }

    fn header(&mut self, key: &[Str], (open, close): (&[u8], &[u8])) {
        self.indent(key);
        self.out.extend_from_slice(open);
        for (at, part) in key.iter().enumerate() {
            if at > 0 {
                self.out.push(b'.');
            }
            self.key(part);
        }
        self.out.extend_from_slice(close);
    }

    fn key(&mut self, key: &Str) {
        let bare = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
        if !key.is_empty() && key.as_bytes().iter().all(bare) {
            self.out.extend_from_slice(key.as_bytes());
        } else {
            self.quoted(key.as_bytes());
        }
    }

    fn indent(&mut self, key: &[Str]) {
        self.out.resize(self.out.len() + 2 * key.len().saturating_sub(1), b' ');
    }

    fn newline(&mut self) {
        if !self.out.is_empty() {
            self.out.push(b'\n');
        }
    }
}

/// Where an entry stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// On its own line, under a header.
    Block,
    /// Between braces.
    Inline,
}

fn shape(value: &Value) -> Result<Shape, String> {
    Ok(match value {
        _ if value.is_nil() => Shape::Nil,
        Value::Map(_) => Shape::Table,
        Value::Object(object) if object.kind() == Kind::Complex128 => {
            return Err(format!("unsupported type: {}", object.type_name()));
        }
        Value::Object(_) if crate::dates::to_toml(value).is_some() => Shape::Plain,
        Value::Object(object) => match object.marshal().and_then(Result::ok) {
            None => Shape::Table,
            Some(_) => Shape::Plain,
        },
        Value::List(list) if !list.is_empty() => {
            let mut tables = true;
            for item in list {
                match shape(item)? {
                    Shape::Nil => return Err(NIL_ELEMENT.to_owned()),
                    Shape::Table => {}
                    Shape::Plain | Shape::Tables => tables = false,
                }
            }
            if tables { Shape::Tables } else { Shape::Plain }
        }
        _ => Shape::Plain,
    })
}

/// The entries of a table: a map's sorted, a struct's as declared.
fn entries_of(value: &Value) -> Vec<(Str, Value)> {
    match value {
        Value::Map(map) => map.to_vec(),
        Value::Object(object) => {
            object.fields().into_iter().map(|(name, value)| (Str::from(name), value)).collect()
        }
        _ => Vec::new(),
    }
}
