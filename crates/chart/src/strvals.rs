//! The `--set` family: `a.b[0]=x,c={1,2}` into values, with Helm's messages.
//!
//! **Invariant**: what is already in the values stays unless the text names it. The parser reads
//! left to right and keeps what it set before an error, as Helm does; callers drop it then.
use yaml::{Map, Value};

use crate::Error;
use yaml::quote::quote as go_quote;

use crate::values::ReadFile;

mod reader;

use reader::{Reader, Stop, fail};

/// How the value after `=` is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `--set`: bools, null and integers are recognised.
    Typed,
    /// `--set-string`: always a string.
    String,
    /// `--set-json`: a JSON value.
    Json,
    /// `--set-literal`: everything after `=`, commas and backslashes too.
    Literal,
}

/// Parses `text` into `values`, in place.
pub fn parse_into(text: &str, kind: Kind, values: &mut Map) -> Result<(), Error> {
    let convert = match kind {
        Kind::Typed => Convert::Typed,
        Kind::String => Convert::Text,
        Kind::Json => Convert::Json,
        Kind::Literal => Convert::Literal,
    };
    Parser { reader: Reader::new(text), convert }.run(values)
}

/// As [`parse_into`], each value being the name of a file whose contents count (`--set-file`).
pub fn parse_files_into(text: &str, read: &ReadFile<'_>, values: &mut Map) -> Result<(), Error> {
    Parser { reader: Reader::new(text), convert: Convert::File(read) }.run(values)
}

const MAX_INDEX: i64 = 65536;
const MAX_LEVEL: usize = 30;

#[derive(Clone, Copy)]
enum Convert<'a> {
    Typed,
    Text,
    Json,
    Literal,
    File(&'a ReadFile<'a>),
}

struct Parser<'a> {
    reader: Reader<'a>,
    convert: Convert<'a>,
}

type Step<T = ()> = Result<T, Stop>;

impl Parser<'_> {
    fn run(mut self, values: &mut Map) -> Result<(), Error> {
        loop {
            match self.key(values, 0) {
                Ok(()) => {}
                Err(Stop::End) => return Ok(()),
                Err(Stop::Failed(why)) => return Err(Error::Values(why)),
                Err(Stop::WrongType(why)) => {
                    return Err(Error::Values(format!("unable to parse key: {why}")));
                }
            }
        }
    }

    fn is_literal(&self) -> bool {
        matches!(self.convert, Convert::Literal)
    }

    fn until(&mut self, stops: &[char]) -> (String, Option<char>) {
        if self.is_literal() { self.reader.until_raw(stops) } else { self.reader.until(stops) }
    }

    fn key(&mut self, data: &mut Map, level: usize) -> Step {
        let stops: &[char] =
            if self.is_literal() { &['=', '[', '.'] } else { &['=', '[', ',', '.'] };
        let (key, last) = self.until(stops);
        match last {
            None if key.is_empty() => Err(Stop::End),
            None => fail(format!("key {} has no value", go_quote(&key))),
            Some('[') => self.indexed(data, key, level),
            Some('=') => self.assigned(data, &key),
            Some(',') => {
                let message = format!("key {} has no value (cannot end with ,)", go_quote(&key));
                set(data, &key, Value::from(""));
                fail(message)
            }
            Some(_) => self.inner(data, &key, level + 1),
        }
    }

    fn indexed(&mut self, data: &mut Map, key: String, level: usize) -> Step {
        let index = self.index()?;
        let mut list = match data.get_mut(&key) {
            None => Vec::new(),
            Some(Value::List(list)) => std::mem::take(list),
            Some(other) => return Err(wrong_type(other, "[]interface {}")),
        };
        let done = self.item(&mut list, index, level);
        if !key.is_empty() {
            data.insert(key, Value::List(list));
        }
        done
    }

    fn assigned(&mut self, data: &mut Map, key: &str) -> Step {
        match self.convert {
            Convert::Literal => set(data, key, Value::String(self.reader.rest())),
            Convert::Json => {
                let value = self.json()?;
                set(data, key, value);
            }
            Convert::Typed | Convert::Text | Convert::File(_) => match self.list() {
                Ok(Some(list)) => set(data, key, Value::List(list)),
                Ok(None) => {
                    let value = self.value()?;
                    set(data, key, value);
                }
                Err(Stop::End) => {
                    set(data, key, Value::from(""));
                    return Err(Stop::End);
                }
                Err(stop) => return Err(stop),
            },
        }
        Ok(())
    }

    fn inner(&mut self, data: &mut Map, key: &str, level: usize) -> Step {
        if level > MAX_LEVEL {
            return fail(format!(
                "value name nested level is greater than maximum supported nested level of \
                 {MAX_LEVEL}"
            ));
        }
        let (existed, mut inner) = match data.get_mut(key) {
            None => (false, Map::new()),
            Some(Value::Map(map)) => (true, std::mem::take(map)),
            Some(other) => return Err(wrong_type(other, "map[string]interface {}")),
        };
        let done = self.key(&mut inner, level);
        if done.is_ok() && inner.is_empty() {
            return fail(format!("key map {} has no value", go_quote(key)));
        }
        if existed || !inner.is_empty() {
            set(data, key, Value::Map(inner));
        }
        done
    }

    /// What follows an index: a value, a further index, or a key.
    fn item(&mut self, list: &mut Vec<Value>, index: i64, level: usize) -> Step {
        if index < 0 {
            return fail(format!("negative {index} index not allowed"));
        }
        let (rest, last) = self.until(&['[', '.', '=']);
        if !rest.is_empty() {
            let quoted: Vec<String> = rest.chars().map(quote_char).collect();
            let quoted = quoted.join(" ");
            return fail(format!("unexpected data at end of array index: [{quoted}]"));
        }
        let at = usize::try_from(index).unwrap_or(usize::MAX);
        match last {
            None => Err(Stop::End),
            Some('=') => {
                let value = match self.convert {
                    Convert::Literal => Value::String(self.reader.rest()),
                    Convert::Json => self.json()?,
                    Convert::Typed | Convert::Text | Convert::File(_) => match self.list() {
                        Ok(Some(list)) => Value::List(list),
                        Ok(None) => self.value()?,
                        Err(Stop::End) => Value::from(""),
                        Err(stop) => return Err(stop),
                    },
                };
                set_index(list, index, value)
            }
            Some('[') => {
                let next = self.index()?;
                let mut nested = match list.get_mut(at) {
                    None | Some(Value::Null) => Vec::new(),
                    Some(Value::List(nested)) => nested.clone(),
                    Some(other) => return Err(wrong_type(other, "[]interface {}")),
                };
                self.item(&mut nested, next, level)?;
                set_index(list, index, Value::List(nested))
            }
            Some(_) => {
                let Some(present) = list.get_mut(at) else {
                    let mut inner = Map::new();
                    self.key(&mut inner, level)?;
                    return set_index(list, index, Value::Map(inner));
                };
                if present.as_map().is_none() {
                    *present = Value::Map(Map::new());
                }
                present.as_map_mut().map_or(Ok(()), |inner| self.key(inner, level))?;
                if index > MAX_INDEX { set_index(list, index, Value::Null) } else { Ok(()) }
            }
        }
    }

    fn index(&mut self) -> Step<i64> {
        let (text, last) = self.until(&[']']);
        if last.is_none() {
            return Err(Stop::End);
        }
        text.parse::<i64>().map_err(|e| {
            let why = match e.kind() {
                std::num::IntErrorKind::PosOverflow | std::num::IntErrorKind::NegOverflow => {
                    "value out of range"
                }
                _ => "invalid syntax",
            };
            let text = go_quote(&text);
            Stop::Failed(format!("error parsing index: strconv.Atoi: parsing {text}: {why}"))
        })
    }

    /// The list in braces, or nothing where the value is none.
    fn list(&mut self) -> Step<Option<Vec<Value>>> {
        match self.reader.peek() {
            None => return Err(Stop::End),
            Some('{') => self.reader.skip(),
            Some(_) => return Ok(None),
        }
        let mut list = Vec::new();
        loop {
            let (text, last) = self.reader.until(&[',', '}']);
            match last {
                None => return fail("list must terminate with '}'".to_owned()),
                Some('}') => {
                    if self.reader.peek() == Some(',') {
                        self.reader.skip();
                    }
                    list.push(self.converted(text)?);
                    return Ok(Some(list));
                }
                Some(_) => list.push(self.converted(text)?),
            }
        }
    }

    fn value(&mut self) -> Step<Value> {
        let (text, _) = self.reader.until(&[',']);
        self.converted(text)
    }

    fn json(&mut self) -> Step<Value> {
        if self.reader.blank_up_to_comma() {
            return Ok(Value::Null);
        }
        let (text, end) = (self.reader.remaining(), scalar_end(self.reader.remaining()));
        let mut stream = serde_json::Deserializer::from_str(&text[..end.unwrap_or(text.len())])
            .into_iter::<serde_json::Value>();
        let Some(Ok(value)) = stream.next() else { return fail("invalid JSON".to_owned()) };
        let read = stream.byte_offset();
        self.reader.advance(read);
        self.reader.blank_up_to_comma();
        Ok(floats(Value::from_json(&value)))
    }

    fn converted(&self, text: String) -> Step<Value> {
        match self.convert {
            Convert::Typed => Ok(typed(text)),
            Convert::Text | Convert::Json | Convert::Literal => Ok(Value::String(text)),
            Convert::File(read) => match read(&text) {
                // Replacing bytes would change what a template encodes without a word.
                Ok(data) => String::from_utf8(data).map(Value::String).or_else(|error| {
                    let at = error.utf8_error().valid_up_to();
                    fail(format!("{text} is not UTF-8 at byte {at}, which is not supported yet"))
                }),
                Err(why) => fail(why),
            },
        }
    }
}

fn set(data: &mut Map, key: &str, value: Value) {
    if !key.is_empty() {
        data.insert(key.to_owned(), value);
    }
}

fn set_index(list: &mut Vec<Value>, index: i64, value: Value) -> Step {
    if index > MAX_INDEX {
        return fail(format!(
            "index of {index} is greater than maximum supported index of {MAX_INDEX}"
        ));
    }
    let at = usize::try_from(index).unwrap_or_default();
    if list.len() <= at {
        list.resize(at + 1, Value::Null);
    }
    list[at] = value;
    Ok(())
}

fn wrong_type(found: &Value, wanted: &str) -> Stop {
    let found = if found.is_null() { "nil" } else { found.go_type() };
    Stop::WrongType(format!("interface conversion: interface {{}} is {found}, not {wanted}"))
}

/// A character in Go's single quotes.
fn quote_char(c: char) -> String {
    match c {
        '\'' => r"'\''".to_owned(),
        '"' => "'\"'".to_owned(),
        other => {
            let quoted = go_quote(other.encode_utf8(&mut [0; 4]));
            format!("'{}'", &quoted[1..quoted.len() - 1])
        }
    }
}

/// Where a number or word at the start of a text ends for Go, which asks nothing of what follows:
/// `007` is the number 0 and a rest. Nothing for texts that begin otherwise.
fn scalar_end(text: &str) -> Option<usize> {
    let words = ["null", "true", "false"];
    if let Some(word) = words.iter().find(|word| text.starts_with(**word)) {
        return Some(word.len());
    }
    let bytes = text.as_bytes();
    let digits =
        |from: usize| from + bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    let start = usize::from(bytes.first() == Some(&b'-'));
    let mut end = match bytes.get(start)? {
        b'0' => start + 1,
        b'1'..=b'9' => digits(start),
        _ => return None,
    };
    if bytes.get(end) == Some(&b'.') {
        end = digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        end = digits(end + 1 + sign);
    }
    Some(end)
}

fn typed(text: String) -> Value {
    let is = |word: &str| text.eq_ignore_ascii_case(word);
    if is("true") {
        return Value::Bool(true);
    }
    if is("false") {
        return Value::Bool(false);
    }
    if is("null") {
        return Value::Null;
    }
    if text == "0" {
        return Value::Int(0);
    }
    if !text.starts_with('0')
        && let Ok(number) = text.parse::<i64>()
    {
        return Value::Int(number);
    }
    Value::String(text)
}

/// Go decodes every JSON number as a float.
fn floats(value: Value) -> Value {
    match value {
        Value::Int(n) => Value::Float(n as f64),
        Value::Uint(n) => Value::Float(n as f64),
        Value::List(items) => Value::List(items.into_iter().map(floats).collect()),
        Value::Map(map) => Value::Map(map.into_iter().map(|(k, v)| (k, floats(v))).collect()),
        other @ (Value::Null | Value::Bool(_) | Value::Float(_) | Value::String(_)) => other,
    }
}

#[cfg(test)]
mod tests;
