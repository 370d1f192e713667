//! What an expression can see.
//!
//! **Invariant**: a scope is data; looking something up in it has no effect.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use cel::Value as Cel;
use yaml::Value;

use crate::place::Place;

/// Variables by name, and where inputs got their values.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    pub(super) variables: BTreeMap<String, Cel>,
    pub(super) origins: Arc<BTreeMap<String, Option<Place>>>,
}

/// The names that an expression may use at some place of the file, known without any environment.
///
/// A name whose fields are not known is given without fields.
#[derive(Clone, Debug, Default)]
pub struct Variables {
    pub(super) names: BTreeMap<String, Option<Vec<String>>>,
}

impl Scope {
    /// With a variable more.
    #[must_use]
    pub fn with(mut self, name: &str, value: &Value) -> Self {
        self.variables.insert(name.to_owned(), to_cel(value));
        self
    }

    /// With `inputs`, and the places that gave them their values.
    #[must_use]
    pub fn with_inputs<'a>(
        mut self,
        inputs: impl Iterator<Item = (&'a str, &'a Value, Option<&'a Place>)>,
    ) -> Self {
        let mut values: HashMap<cel::objects::Key, Cel> = HashMap::new();
        let mut origins = BTreeMap::new();
        for (name, value, place) in inputs {
            values.insert(name.into(), to_cel(value));
            origins.insert(name.to_owned(), place.cloned());
        }
        self.variables.insert("inputs".to_owned(), values.into());
        self.origins = Arc::new(origins);
        self
    }
}

impl Scope {
    /// The names in this scope, for checks before anything is evaluated.
    pub(crate) fn names(&self) -> Variables {
        let fields = |value: &Cel| match value {
            Cel::Map(map) => Some(map.map.keys().map(ToString::to_string).collect()),
            _ => None,
        };
        Variables { names: self.variables.iter().map(|(n, v)| (n.clone(), fields(v))).collect() }
    }
}

impl Variables {
    /// With a variable whose fields are all known.
    #[must_use]
    pub fn with<'a>(mut self, name: &str, fields: impl IntoIterator<Item = &'a str>) -> Self {
        let fields = fields.into_iter().map(str::to_owned).collect();
        self.names.insert(name.to_owned(), Some(fields));
        self
    }

    /// With a variable of any shape.
    #[must_use]
    pub fn with_any(mut self, name: &str) -> Self {
        self.names.insert(name.to_owned(), None);
        self
    }
}

fn to_cel(value: &Value) -> Cel {
    match value {
        Value::Null => Cel::Null,
        Value::Bool(b) => Cel::Bool(*b),
        Value::Int(n) => Cel::Int(*n),
        Value::Uint(n) => Cel::UInt(*n),
        Value::Float(f) => Cel::Float(*f),
        Value::String(s) => Cel::String(Arc::new(s.clone())),
        Value::List(list) => Cel::List(Arc::new(list.iter().map(to_cel).collect())),
        Value::Map(map) => {
            let entries: HashMap<cel::objects::Key, Cel> =
                map.iter().map(|(k, v)| (k.as_str().into(), to_cel(v))).collect();
            entries.into()
        }
    }
}
