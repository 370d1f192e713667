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
            self.entries(key, Entries::of(item), Place::Block)?;
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
        self.entries(key, Entries::of(value), Place::Block)
    }

    fn entries(&mut self, key: &[Str], entries: Entries, place: Place) -> Result<(), String> {
        let (mut plain, mut tables) = (Vec::new(), Vec::new());
        for entry in entries.all {
            match shape(&entry.value)? {
                Shape::Table | Shape::Tables => tables.push(entry),
                Shape::Nil | Shape::Plain => plain.push(entry),
            }
        }
        if place == Place::Inline {
            self.out.push(b'{');
        }
        let more = !tables.is_empty();
        for (group, trailing) in [(plain, more), (tables, false)] {
            let last = group.len().saturating_sub(1);
            for (at, Entry { name, value, field }) in group.into_iter().enumerate() {
                if value.is_nil() {
                    continue;
                }
                if place == Place::Block {
                    self.encode(&[key, &[name]].concat(), &value)?;
                    continue;
                }
                self.key_value(&[name], &value, Place::Inline)?;
                let comma = match field {
                    Some(field) => field + 1 != entries.fields,
                    None => trailing || at != last,
                };
                if comma {
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
            Value::Map(_) => self.entries(&[], Entries::of(value), Place::Inline)?,
            Value::Object(object) => {
                match (crate::dates::to_toml(value), object.marshal().and_then(Result::ok)) {
                    (Some(time), _) => self.out.extend(time),
                    (None, Some(Value::Str(text))) => self.quoted(text.as_bytes()),
                    (None, _) => self.entries(&[], Entries::of(value), Place::Inline)?,
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
struct Entries {
    all: Vec<Entry>,
    /// The fields of a struct that can be seen.
    fields: usize,
}

struct Entry {
    name: Str,
    value: Value,
    /// Where in its struct the field is declared. The library puts a comma behind each field but the
    /// one whose place is the number of those that can be seen, wherever that one stands.
    field: Option<usize>,
}

impl Entries {
    fn of(value: &Value) -> Self {
        match value {
            Value::Map(map) => {
                let entry = |(name, value)| Entry { name, value, field: None };
                Self { all: map.to_vec().into_iter().map(entry).collect(), fields: 0 }
            }
            Value::Object(object) => {
                let declared = object.printed_fields();
                let entry = |(name, value): (&'static str, Value)| {
                    let field = declared.iter().position(|(other, _)| *other == name);
                    Entry { name: Str::from(name), value, field }
                };
                let all: Vec<Entry> = object.fields().into_iter().map(entry).collect();
                Self { fields: all.len(), all }
            }
            _ => Self { all: Vec::new(), fields: 0 },
        }
    }
}
