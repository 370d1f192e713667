//! Sets of fields: who owns what, in the `FieldsV1` form of managed fields.
//!
//! A set is a tree: at each node the owned elements (`members`) and what is owned below them
//! (`children`). Owning `a.b` does not own `a`. The rules of union, intersection and difference
//! are those of structured-merge-diff v6.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::{Map, Value};

use crate::schema::{Atom, Shape};

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    /// A field of an object (`f:`).
    Field(String),
    /// An item told apart by key fields (`k:`); the value is canonical JSON.
    Key(BTreeMap<String, Scalar>),
    /// An item of a set (`v:`).
    Item(Scalar),
    /// An item by position (`i:`).
    Index(u64),
}

/// A JSON scalar with a total order, as its canonical JSON text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Scalar(String);

/// A set of paths.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Set {
    members: BTreeSet<Step>,
    children: BTreeMap<Step, Set>,
}

impl Scalar {
    /// Wraps any JSON value.
    pub(crate) fn new(value: &Value) -> Self {
        Self(value.to_string())
    }
}

impl Step {
    /// A field step.
    pub(crate) fn field(name: &str) -> Self {
        Self::Field(name.to_owned())
    }

    fn parse(text: &str) -> Option<Self> {
        let (tag, rest) = text.split_once(':')?;
        match tag {
            "f" => Some(Self::Field(rest.to_owned())),
            "i" => rest.parse().ok().map(Self::Index),
            "v" => {
                serde_json::from_str(rest).ok().map(|value: Value| Self::Item(Scalar::new(&value)))
            }
            "k" => {
                let keys: BTreeMap<String, Value> = serde_json::from_str(rest).ok()?;
                Some(Self::Key(keys.iter().map(|(k, v)| (k.clone(), Scalar::new(v))).collect()))
            }
            _ => None,
        }
    }

    fn encode(&self) -> String {
        match self {
            Self::Field(name) => format!("f:{name}"),
            Self::Index(index) => format!("i:{index}"),
            Self::Item(value) => format!("v:{}", value.0),
            Self::Key(keys) => {
                let pairs: Vec<String> = keys
                    .iter()
                    .map(|(name, value)| format!("{}:{}", Value::from(name.as_str()), value.0))
                    .collect();
                format!("k:{{{}}}", pairs.join(","))
            }
        }
    }
}

/// Writes a path as conflict messages show it: `.spec.ports[port=80,protocol="TCP"]`.
pub(crate) fn path_text(path: &[Step]) -> String {
    let mut out = String::new();
    for step in path {
        // Writing to a String cannot fail.
        let _ = match step {
            Step::Field(name) => write!(out, ".{name}"),
            Step::Index(index) => write!(out, "[{index}]"),
            Step::Item(value) => write!(out, "[={}]", value.0),
            Step::Key(keys) => {
                let pairs: Vec<String> =
                    keys.iter().map(|(name, value)| format!("{name}={}", value.0)).collect();
                write!(out, "[{}]", pairs.join(","))
            }
        };
    }
    out
}

impl Set {
    /// A set of the given paths of plain fields.
    pub(crate) fn of_fields(paths: &[&[&str]]) -> Self {
        let mut set = Self::default();
        for path in paths {
            let path: Vec<Step> = path.iter().map(|name| Step::field(name)).collect();
            set.insert(&path);
        }
        set
    }

    /// Reads the `FieldsV1` form; unknown steps are ignored.
    pub(crate) fn decode(value: &Value) -> Self {
        let mut set = Self::default();
        for (text, below) in value.as_object().into_iter().flatten() {
            let Some(step) = Step::parse(text) else { continue };
            let below_map = below.as_object();
            let own = below_map.is_none_or(|map| map.is_empty() || map.contains_key("."));
            if own {
                set.members.insert(step.clone());
            }
            let child = Self::decode(below);
            if !child.is_empty() {
                set.children.insert(step, child);
            }
        }
        set
    }

    /// Writes the `FieldsV1` form.
    pub(crate) fn encode(&self) -> Value {
        let mut out = Map::new();
        for step in &self.members {
            out.insert(step.encode(), Value::Object(Map::new()));
        }
        for (step, child) in &self.children {
            let mut below = child.encode();
            if self.members.contains(step)
                && let Some(below) = below.as_object_mut()
            {
                below.insert(".".to_owned(), Value::Object(Map::new()));
            }
            out.insert(step.encode(), below);
        }
        Value::Object(out)
    }

    /// Adds one path; the empty path is no path.
    pub(crate) fn insert(&mut self, path: &[Step]) {
        match path {
            [] => {}
            [last] => {
                self.members.insert(last.clone());
            }
            [first, rest @ ..] => self.children.entry(first.clone()).or_default().insert(rest),
        }
    }

    /// Whether no path is in the set.
    pub(crate) fn is_empty(&self) -> bool {
        self.members.is_empty() && self.children.values().all(Self::is_empty)
    }

    /// Whether the one-step path is in the set.
    pub(crate) fn has(&self, step: &Step) -> bool {
        self.members.contains(step)
    }

    /// What the set holds below a step.
    pub(crate) fn below(&self, step: &Step) -> Option<&Self> {
        self.children.get(step)
    }

    /// Paths in either.
    pub(crate) fn union(&self, other: &Self) -> Self {
        let mut out = self.clone();
        out.members.extend(other.members.iter().cloned());
        for (step, child) in &other.children {
            let merged = out.children.get(step).map_or_else(|| child.clone(), |c| c.union(child));
            out.children.insert(step.clone(), merged);
        }
        out
    }

    /// Paths in both.
    pub(crate) fn intersection(&self, other: &Self) -> Self {
        let members = self.members.intersection(&other.members).cloned().collect();
        let children = self
            .children
            .iter()
            .filter_map(|(step, child)| {
                let both = child.intersection(other.children.get(step)?);
                (!both.is_empty()).then(|| (step.clone(), both))
            })
            .collect();
        Self { members, children }
    }

    /// Paths of `self` that are not in `other`.
    pub(crate) fn difference(&self, other: &Self) -> Self {
        let members = self.members.difference(&other.members).cloned().collect();
        let children = self
            .children
            .iter()
            .filter_map(|(step, child)| {
                let left =
                    other.children.get(step).map_or_else(|| child.clone(), |c| child.difference(c));
                (!left.is_empty()).then(|| (step.clone(), left))
            })
            .collect();
        Self { members, children }
    }

    /// Paths of `self` that are neither in `other` nor below one of its paths.
    pub(crate) fn outside(&self, other: &Self) -> Self {
        let members = self.members.difference(&other.members).cloned().collect();
        let children = self
            .children
            .iter()
            .filter(|(step, _)| !other.members.contains(step))
            .filter_map(|(step, child)| {
                let left =
                    other.children.get(step).map_or_else(|| child.clone(), |c| child.outside(c));
                (!left.is_empty()).then(|| (step.clone(), left))
            })
            .collect();
        Self { members, children }
    }

    /// Adds every declared field on the way to a path.
    pub(crate) fn with_named_fields(&self, shape: Option<&Shape>) -> Self {
        let mut out = Self { members: self.members.clone(), children: BTreeMap::new() };
        for (step, child) in &self.children {
            let inner = match (step, shape) {
                (Step::Field(name), Some(shape)) => {
                    if shape.declares(name) {
                        out.members.insert(step.clone());
                    }
                    shape.member(name)
                }
                (Step::Key(_), Some(shape)) => match shape.atom(None) {
                    Atom::List { item, .. } => Some(item),
                    Atom::Leaf | Atom::Object { .. } => None,
                },
                (Step::Field(_) | Step::Key(_) | Step::Item(_) | Step::Index(_), _) => None,
            };
            out.children.insert(step.clone(), child.with_named_fields(inner));
        }
        out
    }

    /// Every path, members before what lies below them.
    pub(crate) fn paths(&self) -> Vec<Vec<Step>> {
        let mut out = vec![];
        self.collect(&mut vec![], &mut out);
        out
    }

    fn collect(&self, prefix: &mut Vec<Step>, out: &mut Vec<Vec<Step>>) {
        for step in &self.members {
            let mut path = prefix.clone();
            path.push(step.clone());
            out.push(path);
        }
        for (step, child) in &self.children {
            prefix.push(step.clone());
            child.collect(prefix, out);
            prefix.pop();
        }
    }
}

/// The step that names an item of a keyed list or a set; an error names the missing key.
pub(crate) fn item_step(
    topology: &crate::schema::Topology,
    index: usize,
    item: &Value,
) -> Result<Step, String> {
    use crate::schema::Topology;
    match topology {
        Topology::Atomic => Ok(Step::Index(index as u64)),
        Topology::Set => match item {
            Value::Object(_) | Value::Array(_) | Value::Null => {
                Err("invalid set item: only scalars are allowed".to_owned())
            }
            Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                Ok(Step::Item(Scalar::new(item)))
            }
        },
        Topology::Keyed(keys) => {
            let Some(object) = item.as_object() else {
                return Err("associative list with keys may not have non-map elements".to_owned());
            };
            let mut found = BTreeMap::new();
            for key in keys {
                match (object.get(&key.name), &key.default) {
                    (Some(value), _) if !value.is_null() => {
                        found.insert(key.name.clone(), Scalar::new(value));
                    }
                    (_, Some(default)) => {
                        found.insert(key.name.clone(), Scalar::new(&Value::from(default.as_str())));
                    }
                    (_, None) => {}
                }
            }
            if found.is_empty() {
                let names: Vec<&str> = keys.iter().map(|key| key.name.as_str()).collect();
                return Err(format!(
                    "associative list with keys has an element that omits all key fields {names:?} (and doesn't have default values for any key fields)"
                ));
            }
            Ok(Step::Key(found))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_v1_reads_back_what_it_wrote() {
        let text = json!({"f:spec": {"f:replicas": {}, "f:ports": {".": {},
            "k:{\"containerPort\":80,\"protocol\":\"TCP\"}": {".": {}, "f:name": {}}}},
            "f:metadata": {"f:finalizers": {"v:\"a/b\"": {}}}});
        let set = Set::decode(&text);
        assert_eq!(set.encode(), text);
        let paths: Vec<String> = set.paths().iter().map(|path| path_text(path)).collect();
        assert!(paths.contains(&r#".spec.ports[containerPort=80,protocol="TCP"].name"#.to_owned()));
        assert!(paths.contains(&r#".metadata.finalizers[="a/b"]"#.to_owned()));
    }

    #[test]
    fn difference_leaves_what_lies_below_and_outside_does_not() {
        let all = Set::decode(&json!({"f:spec": {".": {}, "f:a": {}, "f:b": {}}}));
        let spec = Set::decode(&json!({"f:spec": {}}));
        assert_eq!(all.difference(&spec).encode(), json!({"f:spec": {"f:a": {}, "f:b": {}}}));
        assert_eq!(all.outside(&spec).encode(), json!({}));
    }
}
