//! Printing by pushing: any tree prints itself through an [`Emitter`] without being copied into a
//! [`Value`] first.
//!
//! Invariant: an emitter that met an error swallows what follows; the error comes out at the end.
//! Not here: which values a program prints, and Go's struct tags; the tree gives its keys in the
//! order it wants.

use crate::decimal::Decimal;
use crate::{Error, Numbers, Problem, Value, from_str, json};

mod ascii;
mod order;
mod restyle;
mod scalar;
mod writer;

pub(crate) use restyle::print as restyled;
use writer::Writer;

/// Something that can print itself.
pub trait Emit {
    /// Pushes exactly one value.
    fn emit(&self, to: &mut Emitter<'_>);
}

/// Where a tree pushes itself: YAML 1.1 as go-yaml 2 prints it, YAML as go-yaml 3 prints it, or
/// JSON.
///
/// Calls nest: `begin_map`, then for each entry `key` and one value, then `end_map`.
pub struct Emitter<'a> {
    pub(crate) target: Target<'a>,
}

pub(crate) enum Target<'a> {
    Json(&'a mut json::Writer),
    Yaml(&'a mut Writer),
}

/// Which go-yaml prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flavor {
    V2,
    V3,
}

/// How an output names and orders the fields of a Go struct.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fields {
    /// By their JSON tags, as declared: `encoding/json`.
    Tagged,
    /// By their JSON tags, sorted as a map: `sigs.k8s.io/yaml`.
    Sorted,
    /// In lower case, as declared: go-yaml 3.
    Lowercase,
}

/// What `sigs.k8s.io/yaml` prints for a value (Helm's `toYaml`, with a line break at the end);
/// empty if it has no JSON form.
pub fn v2(value: &(impl Emit + ?Sized)) -> String {
    try_v2(value).unwrap_or_default()
}

/// As [`v2`], but says why a value has no JSON form.
///
/// `sigs.k8s.io/yaml` prints JSON, reads that as YAML and prints it again. Only few values change
/// on that way; where one might, we go it too.
pub fn try_v2(value: &(impl Emit + ?Sized)) -> Result<String, Error> {
    if let Some(text) = print(value, Flavor::V2)? {
        return Ok(text);
    }
    let json = json::try_to_string(value, json::Escape::Html)?;
    let read =
        from_str(&json, Numbers::Exact).map_err(|error| Error::Print(error.problem().clone()))?;
    let mut writer = Writer::new(Flavor::V2);
    writer.read_from_json();
    read.emit(&mut Emitter { target: Target::Yaml(&mut writer) });
    Ok(writer.finish()?.unwrap_or_default())
}

/// What go-yaml 3 prints for a value with an indent of 2 (Helm's `toYamlPretty`), with a line break
/// at the end; empty if it cannot be printed.
pub fn v3_indent2(value: &(impl Emit + ?Sized)) -> String {
    try_v3_indent2(value).unwrap_or_default()
}

/// As [`v3_indent2`], but says why a value cannot be printed.
pub fn try_v3_indent2(value: &(impl Emit + ?Sized)) -> Result<String, Error> {
    Ok(print(value, Flavor::V3)?.unwrap_or_default())
}

fn print(value: &(impl Emit + ?Sized), flavor: Flavor) -> Result<Option<String>, Error> {
    let mut writer = Writer::new(flavor);
    value.emit(&mut Emitter { target: Target::Yaml(&mut writer) });
    writer.finish()
}

impl Emitter<'_> {
    /// Sorts keys as this output orders a Go map: naturally for YAML, by bytes for JSON.
    pub fn sort<K: AsRef<[u8]>>(&self, keys: &mut [K]) {
        match &self.target {
            Target::Json(_) => keys.sort_by(|a, b| a.as_ref().cmp(b.as_ref())),
            Target::Yaml(w) => order::sort(keys, w.flavor()),
        }
    }

    /// Whether keys that stand in the order of their bytes stand in this output's, too.
    pub fn are_sorted<'k>(&self, keys: impl Iterator<Item = &'k [u8]>) -> bool {
        match &self.target {
            Target::Json(_) => true,
            Target::Yaml(w) => order::are_sorted(keys, w.flavor()),
        }
    }

    /// How this output prints the fields of a struct.
    pub fn fields(&self) -> Fields {
        match &self.target {
            Target::Json(_) => Fields::Tagged,
            Target::Yaml(w) => match w.flavor() {
                Flavor::V2 => Fields::Sorted,
                Flavor::V3 => Fields::Lowercase,
            },
        }
    }

    /// Whether an error was met, so that a deep tree may stop early.
    pub fn failed(&self) -> bool {
        match &self.target {
            Target::Json(w) => w.failed(),
            Target::Yaml(w) => w.failed(),
        }
    }

    /// Reports that this tree cannot be printed, with Go's message (e.g. `json: unsupported type:
    /// func()`).
    pub fn fail(&mut self, message: impl Into<String>) {
        match &mut self.target {
            Target::Json(w) => w.fail(Problem::new(message)),
            Target::Yaml(w) => w.fail(Problem::new(message)),
        }
    }

    /// Prints null.
    pub fn null(&mut self) {
        match &mut self.target {
            Target::Json(w) => w.word(b"null"),
            Target::Yaml(w) => w.word(b"null"),
        }
    }

    /// Prints a boolean.
    pub fn bool(&mut self, value: bool) {
        let word: &[u8] = if value { b"true" } else { b"false" };
        match &mut self.target {
            Target::Json(w) => w.word(word),
            Target::Yaml(w) => w.word(word),
        }
    }

    /// Prints a signed integer.
    pub fn int(&mut self, value: i64) {
        let decimal = Decimal::signed(value);
        match &mut self.target {
            Target::Json(w) => w.word(decimal.as_bytes()),
            Target::Yaml(w) => w.word(decimal.as_bytes()),
        }
    }

    /// Prints an unsigned integer.
    pub fn uint(&mut self, value: u64) {
        let decimal = Decimal::unsigned(value);
        match &mut self.target {
            Target::Json(w) => w.word(decimal.as_bytes()),
            Target::Yaml(w) => w.word(decimal.as_bytes()),
        }
    }

    /// Prints a float.
    pub fn float(&mut self, value: f64) {
        match &mut self.target {
            Target::Json(w) => w.float(value),
            Target::Yaml(w) => w.float(value),
        }
    }

    /// Prints a scalar without quotes in YAML, whatever it reads as; in JSON a string.
    pub fn plain(&mut self, value: &str) {
        match &mut self.target {
            Target::Json(w) => w.string(value.as_bytes()),
            Target::Yaml(w) => w.raw(value),
        }
    }

    /// Prints a string.
    pub fn str(&mut self, value: &str) {
        self.bytes(value.as_bytes());
    }

    /// Prints a Go string, which may hold invalid UTF-8.
    pub fn bytes(&mut self, value: &[u8]) {
        match &mut self.target {
            Target::Json(w) => w.string(value),
            Target::Yaml(w) => w.string(value),
        }
    }

    /// Opens a map of `len` entries; whoever prints a tree should stop descending once
    /// [`failed`](Self::failed).
    pub fn begin_map(&mut self, _len: usize) {
        match &mut self.target {
            Target::Json(w) => w.begin(b'{'),
            Target::Yaml(w) => w.begin_map(),
        }
    }

    /// The key of the next entry.
    pub fn key(&mut self, key: &str) {
        self.key_bytes(key.as_bytes());
    }

    /// The key of the next entry as a Go string, which may hold invalid UTF-8.
    pub fn key_bytes(&mut self, key: &[u8]) {
        match &mut self.target {
            Target::Json(w) => w.key(key),
            Target::Yaml(w) => w.key(key),
        }
    }

    /// Closes the map.
    pub fn end_map(&mut self) {
        match &mut self.target {
            Target::Json(w) => w.end(b'}'),
            Target::Yaml(w) => w.end(),
        }
    }

    /// Opens a list of `len` values.
    pub fn begin_list(&mut self, _len: usize) {
        match &mut self.target {
            Target::Json(w) => w.begin(b'['),
            Target::Yaml(w) => w.begin_list(),
        }
    }

    /// Closes the list.
    pub fn end_list(&mut self) {
        match &mut self.target {
            Target::Json(w) => w.end(b']'),
            Target::Yaml(w) => w.end(),
        }
    }
}

impl Emit for Value {
    fn emit(&self, to: &mut Emitter<'_>) {
        if to.failed() {
            return;
        }
        match self {
            Self::Null => to.null(),
            Self::Bool(b) => to.bool(*b),
            Self::Int(n) => to.int(*n),
            Self::Uint(n) => to.uint(*n),
            Self::Float(f) => to.float(*f),
            Self::String(s) => to.str(s),
            Self::List(list) => {
                to.begin_list(list.len());
                for item in list {
                    item.emit(to);
                }
                to.end_list();
            }
            Self::Map(map) => map.emit(to),
        }
    }
}

impl Emit for crate::Map {
    fn emit(&self, to: &mut Emitter<'_>) {
        to.begin_map(self.len());
        if to.are_sorted(self.keys().map(String::as_bytes)) {
            for (key, value) in self {
                to.key(key);
                value.emit(to);
            }
        } else {
            let mut keys: Vec<&String> = self.keys().collect();
            to.sort(&mut keys);
            for key in keys {
                to.key(key);
                if let Some(value) = self.get(key) {
                    value.emit(to);
                }
            }
        }
        to.end_map();
    }
}
