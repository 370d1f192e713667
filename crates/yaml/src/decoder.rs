//! A document's tree to values, as go-yaml 2 decodes it into an `interface{}` and
//! `sigs.k8s.io/yaml` turns that into JSON.
//!
//! Invariant: what aliases expand to is bounded as go-yaml bounds it, and so is the depth of what
//! comes out. A later key wins over an earlier one, and a merge (`<<`) counts where it stands.

mod decoded;

pub(crate) use decoded::Decoded;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::composer::{Children, Item, ItemKind, MAX_DEPTH, Tree};
use crate::descend::descend;
use crate::node::Style;
use crate::resolver::{self, Resolved};
use crate::{Error, Map, Numbers, Problem, Value, gosyntax, json, quote};

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical),
);

/// Whether a key may be given twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Duplicates {
    /// The last one counts: `yaml.Unmarshal`.
    LastWins,
    /// They are an error: `yaml.UnmarshalStrict`.
    Refused,
}

/// What a reader wants of a value; the rest is checked as if it were wanted, but not built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted<'w> {
    /// The value with all that is in it.
    All,
    /// Of a map the entries with these keys, ASCII letters in either case, and what is wanted of
    /// each; another value with all that is in it.
    Entries(&'w [(&'w str, Wanted<'w>)]),
    /// Nothing: it becomes null, or an empty map.
    Nothing,
}

impl Wanted<'_> {
    /// What is wanted of an entry.
    pub(crate) fn below(self, key: &str) -> Self {
        match self {
            Self::All | Self::Nothing => self,
            Self::Entries(entries) => entries
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(key))
                .map_or(Self::Nothing, |(_, wanted)| *wanted),
        }
    }
}

/// Decodes one document.
pub(crate) fn decode(
    tree: &Tree<'_>,
    numbers: Numbers,
    duplicates: Duplicates,
) -> Result<Value, Error> {
    decode_parts(tree, numbers, duplicates, Wanted::All)
}

/// Decodes what is wanted of a document.
pub(crate) fn decode_parts(
    tree: &Tree<'_>,
    numbers: Numbers,
    duplicates: Duplicates,
    wanted: Wanted<'_>,
) -> Result<Value, Error> {
    let mut decoder = Decoder {
        tree,
        numbers,
        duplicates,
        wanted,
        expanding: Vec::new(),
        // go-yaml counts the document itself.
        decoded: 1,
        from_aliases: 0,
        depth: 0,
        repeated: Vec::new(),
        given: BTreeSet::new(),
        nameless: Vec::new(),
        number_problems: Vec::new(),
    };
    let value = if tree.items.is_empty() {
        Value::Null
    } else {
        decoder.value(0).map_err(|p| Error::Parse(*p))?
    };
    if !decoder.repeated.is_empty() {
        let mut problem = Problem::new("unmarshal errors:");
        for repeated in &decoder.repeated {
            problem.message.push_str("\n  ");
            problem.message.push_str(&repeated.message);
        }
        let first = decoder.repeated.swap_remove(0);
        return Err(Error::Parse(Problem { message: problem.message, ..first }));
    }
    let problems = !decoder.number_problems.is_empty() || !decoder.nameless.is_empty();
    if wanted != Wanted::All && problems {
        // Which one counts depends on all that was read.
        decode_parts(tree, numbers, duplicates, Wanted::All)?;
        return Ok(value);
    }
    let problem = decoder.key_problem().map_err(|p| Error::Parse(*p))?;
    match problem.or_else(|| not_finite(&value, decoder.number_problems)) {
        Some(problem) => Err(Error::Convert(problem)),
        None => Ok(value),
    }
}

/// Boxed, for a decoder's frames to stay small: it recurses.
type Failed = Box<Problem>;

struct Decoder<'a, 't> {
    tree: &'a Tree<'t>,
    numbers: Numbers,
    duplicates: Duplicates,
    /// What is wanted of the value at hand.
    wanted: Wanted<'a>,
    /// The aliases we are inside of.
    expanding: Vec<usize>,
    decoded: usize,
    from_aliases: usize,
    depth: usize,
    repeated: Vec<Problem>,
    /// The keys of the map at hand by type and value, where none may be given again: keys of two types
    /// may have one name.
    given: BTreeSet<(u8, String)>,
    /// Keys that have no name in JSON, and their values; those that were given again are gone.
    nameless: Vec<Option<(usize, usize, Value)>>,
    /// One for each number that JSON does not know, in the order in which they stand.
    number_problems: Vec<Problem>,
}

impl<'a, 't> Decoder<'a, 't> {
    fn item(&self, id: usize) -> &'a Item<'t> {
        &self.tree.items[id]
    }

    /// Counts one decoded node, as go-yaml does to stop documents that are mostly aliases.
    fn count(&mut self) -> Result<(), Failed> {
        self.decoded += 1;
        if !self.expanding.is_empty() {
            self.from_aliases += 1;
        }
        if self.from_aliases > 100 && self.decoded > 1000 {
            let share = self.from_aliases as f64 / self.decoded as f64;
            if share > allowed_share(self.decoded) {
                return Err(Problem::new("document contains excessive aliasing").into());
            }
        }
        Ok(())
    }

    /// Comes to a node.
    fn visit(&mut self, id: usize) -> Result<(), Failed> {
        self.count()?;
        if self.depth > MAX_DEPTH {
            return Err(place(self.item(id), format!("exceeded max depth of {MAX_DEPTH}")).into());
        }
        Ok(())
    }

    fn value(&mut self, id: usize) -> Result<Value, Failed> {
        self.visit(id)?;
        self.depth += 1;
        let item = self.item(id);
        let value = match &item.kind {
            ItemKind::Scalar { value, style } if self.wanted == Wanted::Nothing => {
                if !cannot_fail(item, value) {
                    self.scalar(item, value, *style)?;
                }
                Value::Null
            }
            ItemKind::Scalar { value, style } => self.scalar(item, value, *style)?,
            ItemKind::List(children) => descend(|| self.list(id, *children))?,
            ItemKind::Map(children) => {
                let mut map = Map::new();
                let outer = std::mem::take(&mut self.given);
                descend(|| self.entries(id, *children, &mut map))?;
                self.given = outer;
                Value::Map(map)
            }
            ItemKind::Alias { name, target } => {
                self.enter_alias(id, name)?;
                let value = descend(|| self.value(*target))?;
                self.expanding.pop();
                value
            }
        };
        self.depth -= 1;
        Ok(value)
    }

    fn list(&mut self, id: usize, children: Children) -> Result<Value, Failed> {
        let mut nodes = self.tree.children(id, children);
        if self.wanted == Wanted::Nothing {
            nodes.try_for_each(|child| self.value(child).map(drop))?;
            return Ok(Value::Null);
        }
        let wanted = std::mem::replace(&mut self.wanted, Wanted::All);
        let mut list = Vec::with_capacity(children.count);
        for child in nodes {
            list.push(self.value(child)?);
        }
        self.wanted = wanted;
        Ok(Value::List(list))
    }

    fn enter_alias(&mut self, id: usize, name: &str) -> Result<(), Failed> {
        if self.expanding.contains(&id) {
            return Err(
                place(self.item(id), format!("anchor '{name}' value contains itself")).into()
            );
        }
        self.expanding.push(id);
        Ok(())
    }

    fn scalar(&mut self, item: &Item<'_>, text: &str, style: Style) -> Result<Value, Failed> {
        let resolved = match &item.tag {
            Some(tag) => resolver::resolve(tag, text).map_err(|message| place(item, message))?,
            None if style == Style::Plain => resolver::plain(text),
            None => Resolved::String,
        };
        Ok(match resolved {
            Resolved::Null => Value::Null,
            Resolved::Bool(b) => Value::Bool(b),
            Resolved::Int(n) if self.numbers == Numbers::Exact => Value::Int(n),
            Resolved::Int(n) => Value::Float(n as f64),
            Resolved::Uint(n) if self.numbers == Numbers::Exact => Value::Uint(n),
            Resolved::Uint(n) => Value::Float(n as f64),
            Resolved::Float(f) => {
                if !f.is_finite() {
                    self.number_problems.push(place(item, json::unsupported(f)));
                }
                Value::Float(f)
            }
            Resolved::Timestamp | Resolved::String => Value::String(text.to_owned()),
            Resolved::Binary => {
                let bytes = binary(text).ok_or_else(|| place(item, BAD_BINARY.to_owned()))?;
                Value::String(json::lossy(&bytes).into_owned())
            }
        })
    }

    fn entries(&mut self, id: usize, children: Children, map: &mut Map) -> Result<(), Failed> {
        let wanted = self.wanted;
        // Where in `nameless` this map's own keys stand, by their number: one that is given again has
        // the later value.
        let mut own: BTreeMap<Option<u64>, usize> = BTreeMap::new();
        // Where in `nameless` the keys stand that are in a value.
        let mut held: BTreeMap<String, Range<usize>> = BTreeMap::new();
        for (key_id, value_id) in self.tree.entries(id, children) {
            if is_merge(self.item(key_id)) {
                self.merge(value_id, map)?;
                continue;
            }
            // The text of a key that is none may need the text of its value.
            let known = if wanted == Wanted::All { None } else { string_key(self.item(key_id)) };
            let below = known.map_or(Wanted::All, |name| wanted.below(name));
            if below == Wanted::Nothing {
                self.visit(key_id)?;
                self.wanted = below;
                self.value(value_id)?;
                self.wanted = wanted;
                continue;
            }
            self.wanted = Wanted::All;
            let key = self.key(key_id)?;
            self.wanted = below;
            let found = self.nameless.len();
            let value = self.value(value_id)?;
            let named = !matches!(key, Value::Null | Value::Uint(_));
            let zero = matches!(key, Value::Float(0.0));
            let again = (zero || self.duplicates == Duplicates::Refused) && self.is_given(&key);
            let printed = match &key {
                Value::String(_) => None,
                other => Some(gosyntax::print(other)),
            };
            let name = match key {
                Value::String(name) => name,
                other => self.key_name((key_id, value_id), &other, &mut own),
            };
            self.wanted = wanted;
            if wanted.below(&name) == Wanted::Nothing {
                continue;
            }
            if again && self.duplicates == Duplicates::Refused {
                let line = self.tree.first_line(value_id) + 1;
                let key = printed.unwrap_or_else(|| quote::quote(&name));
                let message = format!("line {line}: key {key} already set in map");
                self.repeated.push(place(self.item(key_id), message));
                continue;
            }
            if again && zero {
                // Zeros of both signs are one key, whose name is the later one's.
                map.remove(if name == "0" { "-0" } else { "0" });
            }
            if !held.is_empty() {
                let again = held.remove(&name).unwrap_or_default();
                self.nameless[again].fill(None);
            }
            if found < self.nameless.len() && named {
                held.insert(name.clone(), found..self.nameless.len());
            }
            map.insert(name, value);
        }
        Ok(())
    }

    /// Whether the map at hand has the key, of the same type; from now on it has.
    fn is_given(&mut self, key: &Value) -> bool {
        let kind = match key {
            Value::Null => 0,
            Value::Bool(_) => 1,
            Value::Int(_) => 2,
            Value::Uint(_) => 3,
            // Not even itself.
            Value::Float(f) if f.is_nan() => return false,
            Value::Float(_) => 4,
            Value::String(_) | Value::List(_) | Value::Map(_) => 5,
        };
        let text = match key {
            Value::String(text) => text.clone(),
            // Zeros of both signs are one.
            Value::Float(0.0) => "0".to_owned(),
            other => gosyntax::print(other),
        };
        !self.given.insert((kind, text))
    }

    /// A key keeps its own number type until it is named.
    fn key(&mut self, id: usize) -> Result<Value, Failed> {
        let numbers = std::mem::replace(&mut self.numbers, Numbers::Exact);
        let problems = self.number_problems.len();
        let key = self.value(id)?;
        self.numbers = numbers;
        self.number_problems.truncate(problems);
        match key {
            Value::List(_) | Value::Map(_) => {
                let key = gosyntax::print_decoded(&self.decoded(id)?);
                Err(place(self.item(id), format!("invalid map key: {key}")).into())
            }
            Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Uint(_)
            | Value::Float(_)
            | Value::String(_) => Ok(key),
        }
    }

    /// The string that a key without quotes becomes; `own` are its map's keys without a name, null and
    /// large numbers.
    fn key_name(
        &mut self,
        entry: (usize, usize),
        key: &Value,
        own: &mut BTreeMap<Option<u64>, usize>,
    ) -> String {
        match key {
            Value::Bool(b) => b.to_string(),
            Value::Int(n) => n.to_string(),
            Value::Float(f) => json::key_of_float(*f),
            Value::String(_) | Value::Null | Value::Uint(_) | Value::List(_) | Value::Map(_) => {
                let number = if let Value::Uint(number) = key { Some(*number) } else { None };
                let before = own.get(&number).and_then(|at| self.nameless.get_mut(*at));
                if let Some(Some((_, value, _))) = before {
                    *value = entry.1;
                } else {
                    own.insert(number, self.nameless.len());
                    self.nameless.push(Some((entry.0, entry.1, key.clone())));
                }
                String::new()
            }
        }
    }

    /// What is said of the first key that has no name: a map's own keys come before those in it.
    fn key_problem(&mut self) -> Result<Option<Problem>, Failed> {
        let first = self.nameless.iter().flatten().min_by_key(|(id, ..)| *id).cloned();
        let Some((id, value, key)) = first else { return Ok(None) };
        let value = self.decoded(value)?;
        let kind = if key.is_null() { "%!s(<nil>)" } else { "uint64" };
        let message = format!(
            "unsupported map key of type: {kind}, key: {}, value: {}",
            gosyntax::print(&key),
            gosyntax::print_decoded(&value)
        );
        Ok(Some(place(self.item(id), message)))
    }

    fn merge(&mut self, id: usize, map: &mut Map) -> Result<(), Failed> {
        let item = self.item(id);
        match &item.kind {
            ItemKind::List(children) => {
                // Earlier maps win over later ones.
                let children: Vec<usize> = self.tree.children(id, *children).collect();
                children.into_iter().rev().try_for_each(|child| self.merge_one(child, map))
            }
            ItemKind::Map(_) | ItemKind::Alias { .. } => self.merge_one(id, map),
            ItemKind::Scalar { .. } => Err(not_a_map(item).into()),
        }
    }

    fn merge_one(&mut self, id: usize, map: &mut Map) -> Result<(), Failed> {
        let item = self.item(id);
        match &item.kind {
            ItemKind::Map(children) => {
                self.count()?;
                self.nested(id, *children, map)
            }
            ItemKind::Alias { name, target } => {
                let ItemKind::Map(children) = &self.item(*target).kind else {
                    return Err(not_a_map(item).into());
                };
                self.count()?;
                self.enter_alias(id, name)?;
                self.count()?;
                self.nested(*target, *children, map)?;
                self.expanding.pop();
                Ok(())
            }
            ItemKind::Scalar { .. } | ItemKind::List(_) => Err(not_a_map(item).into()),
        }
    }

    /// Entries one level deeper, so that merges of merges are bounded too.
    fn nested(&mut self, id: usize, children: Children, map: &mut Map) -> Result<(), Failed> {
        if self.depth > MAX_DEPTH {
            return Err(Problem::new(format!("exceeded max depth of {MAX_DEPTH}")).into());
        }
        self.depth += 1;
        self.entries(id, children, map)?;
        self.depth -= 1;
        Ok(())
    }
}

/// What `json.Marshal` complains about: the first number in the order of keys that is not finite.
/// One under a key that was given again later is gone by then.
fn not_finite(value: &Value, problems: Vec<Problem>) -> Option<Problem> {
    if problems.is_empty() {
        return None;
    }
    let message = json::unsupported(first_not_finite(value)?);
    problems.into_iter().find(|problem| problem.message == message)
}

fn first_not_finite(value: &Value) -> Option<f64> {
    match value {
        Value::Float(number) => (!number.is_finite()).then_some(*number),
        Value::List(list) => list.iter().find_map(first_not_finite),
        Value::Map(map) => map.values().find_map(first_not_finite),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Uint(_) | Value::String(_) => None,
    }
}

pub(crate) const BAD_BINARY: &str = "!!binary value contains invalid base64 data";

/// The bytes of a `!!binary` scalar.
pub(crate) fn binary(text: &str) -> Option<Vec<u8>> {
    let packed: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    BASE64.decode(packed).ok()
}

/// Whether a key is the merge key.
pub(crate) fn is_merge(item: &Item<'_>) -> bool {
    let ItemKind::Scalar { value, style } = &item.kind else { return false };
    value == "<<"
        && match item.tag.as_deref() {
            Some(tag) => matches!(tag, "!" | "tag:yaml.org,2002:merge"),
            None => *style == Style::Plain,
        }
}

/// Whether a scalar can be decoded whatever it is: it has no tag, and is no float without a number.
fn cannot_fail(item: &Item<'_>, text: &str) -> bool {
    item.tag.is_none() && !text.starts_with(['.', '+', '-'])
}

/// A key that is a string without more ado.
fn string_key<'a>(item: &'a Item<'_>) -> Option<&'a str> {
    match &item.kind {
        ItemKind::Scalar { value, style } if item.tag.is_none() => {
            let string = *style != Style::Plain || resolver::plain(value) == Resolved::String;
            string.then_some(value)
        }
        ItemKind::Scalar { .. } | ItemKind::List(_) | ItemKind::Map(_) | ItemKind::Alias { .. } => {
            None
        }
    }
}

fn not_a_map(item: &Item<'_>) -> Problem {
    place(item, "map merge requires map or sequence of maps as the value".to_owned())
}

pub(crate) fn place(item: &Item<'_>, message: String) -> Problem {
    Problem {
        message,
        line: Some(item.start.line as usize + 1),
        column: Some(item.start.column as usize + 1),
        span: Some(item.start.pos..item.end.pos.max(item.start.pos)),
    }
}

/// go-yaml lets 99 % of a small document come from aliases, and 10 % of a large one.
fn allowed_share(decoded: usize) -> f64 {
    const LOW: usize = 400_000;
    const HIGH: usize = 4_000_000;
    if decoded <= LOW {
        0.99
    } else if decoded >= HIGH {
        0.10
    } else {
        0.99 - 0.89 * ((decoded - LOW) as f64 / (HIGH - LOW) as f64)
    }
}
