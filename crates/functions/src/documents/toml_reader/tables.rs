//! What is defined so far: the tables, and which of them were made only on the way to another.
//!
//! **Invariant**: a table stays one and the same map, also where it is an item of an array.

use std::collections::{HashMap, HashSet};

use template::{List, ListType, Map, MapType, Str, Value};

use super::cursor::{Fault, Problem};

/// The document's tables, and where in them the reader is.
pub(super) struct Tables {
    root: Map,
    /// The table that keys go into.
    pub(super) context: Vec<String>,
    /// The key whose value is read.
    pub(super) key: String,
    /// Where the last name began.
    line: i64,
    implicit: HashSet<String>,
    /// Whether what has a name is a list between brackets.
    arrays: HashMap<String, bool>,
}

impl Default for Tables {
    fn default() -> Self {
        Self {
            root: Map::new(MapType::Any),
            context: Vec::new(),
            key: String::new(),
            line: 0,
            implicit: HashSet::new(),
            arrays: HashMap::new(),
        }
    }
}

impl Tables {
    pub(super) fn into_root(self) -> Map {
        self.root
    }

    /// Remembers where a name began; errors about it are told there.
    pub(super) fn at(&mut self, line: i64) {
        self.line = line;
    }

    pub(super) fn fault(&self, message: impl Into<String>) -> Fault {
        Problem::fault(self.line, message)
    }

    /// The key that an error names.
    pub(super) fn current(&self) -> String {
        match (self.key.as_str(), self.context.is_empty()) {
            ("", _) => dotted(&self.context),
            (key, true) => key.to_owned(),
            (key, false) => format!("{}.{key}", dotted(&self.context)),
        }
    }

    /// Makes all but the last part of a dotted key the context; the answer is the last part.
    pub(super) fn enter_parents(&mut self, key: &[String]) -> Result<String, Fault> {
        let (last, parents) = key.split_last().unwrap_or((const { &String::new() }, &[]));
        self.key.clone_from(last);
        for part in parents {
            let mut path = self.context.clone();
            path.push(part.clone());
            self.enter_implicit(&path, false)?;
        }
        Ok(last.clone())
    }

    /// Enters a table that no header names.
    pub(super) fn enter_implicit(&mut self, path: &[String], array: bool) -> Result<(), Fault> {
        self.implicit.insert(dotted(path));
        self.enter(path, array)
    }

    /// Makes a table, or one more of an array of tables, and enters it.
    pub(super) fn enter(&mut self, path: &[String], array: bool) -> Result<(), Fault> {
        let (last, parents) = path.split_last().unwrap_or((const { &String::new() }, &[]));
        let mut table = self.root.clone();
        for (at, part) in parents.iter().enumerate() {
            let so_far = &parents[..=at];
            if !table.contains(part) {
                self.implicit.insert(dotted(so_far));
                insert(&table, part, Value::Map(Map::new(MapType::Any)));
            }
            table = table.get(part).and_then(|value| inside(&value)).ok_or_else(|| {
                self.fault(format!("Key '{}' was already created as a hash.", dotted(so_far)))
            })?;
        }
        self.context = parents.to_vec();
        if array {
            let next = Value::Map(Map::new(MapType::Any));
            let items = match table.get(last) {
                None => vec![next],
                Some(Value::List(list)) if matches!(list.list_type(), ListType::Maps) => {
                    list.as_slice().iter().cloned().chain([next]).collect()
                }
                Some(_) => {
                    return Err(self.fault(format!(
                        "Key '{}' was already created and cannot be used as an array.",
                        dotted(path)
                    )));
                }
            };
            insert(&table, last, Value::List(List::new(ListType::Maps, items)));
        } else {
            self.set(last, Value::Map(Map::new(MapType::Any)))?;
        }
        self.context.push(last.clone());
        Ok(())
    }

    /// Gives a key of the context its value.
    pub(super) fn set(&mut self, key: &str, value: Value) -> Result<(), Fault> {
        let mut table = self.root.clone();
        for (at, part) in self.context.iter().enumerate() {
            let so_far = dotted(&self.context[..=at]);
            let Some(value) = table.get(part) else {
                return Err(Fault::Bug(format!(
                    "Context for key '{so_far}' has not been established."
                )));
            };
            table = inside(&value).ok_or_else(|| self.taken(&so_far))?;
        }
        let mut path = self.context.clone();
        path.push(key.to_owned());
        let path = dotted(&path);
        if table.contains(key) {
            let array = self.arrays.get(&path).copied().unwrap_or(false);
            let implicit = self.implicit.remove(&path);
            return match (implicit, array) {
                (false, _) => Err(self.taken(&path)),
                (true, true) => {
                    insert(&table, key, value);
                    Ok(())
                }
                // It was made on the way to another table, and is now meant.
                (true, false) => Ok(()),
            };
        }
        insert(&table, key, value);
        Ok(())
    }

    /// Notes what a key of the context, or the context itself, holds.
    pub(super) fn set_array(&mut self, key: &str, array: bool) {
        let mut path = self.context.clone();
        if !key.is_empty() || path.is_empty() {
            path.push(key.to_owned());
        }
        self.arrays.insert(dotted(&path), array);
    }

    fn taken(&self, path: &str) -> Fault {
        self.fault(format!("Key '{path}' has already been defined."))
    }
}

/// The table to go on in: a table, or the last one of an array of tables.
fn inside(value: &Value) -> Option<Map> {
    match value {
        Value::Map(map) => Some(map.clone()),
        Value::List(list) if matches!(list.list_type(), ListType::Maps) => {
            list.as_slice().last().and_then(inside)
        }
        _ => None,
    }
}

/// Into a map that is none of Go's nil maps, which alone refuse.
pub(super) fn insert(map: &Map, key: &str, value: Value) {
    let _ = map.insert(Str::from(key), value);
}

/// A name with its parts quoted where that is needed.
pub(super) fn dotted(parts: &[String]) -> String {
    let mut out = String::new();
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            out.push('.');
        }
        if !part.is_empty() && part.chars().all(super::is_bare) {
            out.push_str(part);
            continue;
        }
        out.push('"');
        for letter in part.chars() {
            match letter {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\u{8}' => out.push_str("\\b"),
                '\t' => out.push_str("\\t"),
                '\n' => out.push_str("\\n"),
                '\u{c}' => out.push_str("\\f"),
                '\r' => out.push_str("\\r"),
                '\0'..='\u{1f}' | '\u{7f}' => {
                    let code = format!("\\u{:04x}", u32::from(letter));
                    out.push_str(&code);
                }
                other => out.push(other),
            }
        }
        out.push('"');
    }
    out
}
