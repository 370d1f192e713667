//! Names of objects, and the few fields of an object that every room needs.
//!
//! An [`ObjectRef`] orders and hashes, so plans and wait sets can be keyed by it. Parsing of
//! manifests is not here.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What an object is called: `apps/v1` + `Deployment` + namespace + name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ObjectRef {
    /// Group and version as written in the manifest (`v1`, `apps/v1`).
    pub api_version: String,
    /// The kind (`Deployment`).
    pub kind: String,
    /// The namespace; none for cluster-scoped objects.
    pub namespace: Option<String>,
    /// The name.
    pub name: String,
}

impl ObjectRef {
    /// A reference from its four parts.
    pub fn new(api_version: &str, kind: &str, namespace: Option<&str>, name: &str) -> Self {
        Self {
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
            namespace: namespace.map(str::to_owned),
            name: name.to_owned(),
        }
    }

    /// The reference of an object; none if it lacks `apiVersion`, `kind` or `metadata.name`.
    pub fn of(object: &Value) -> Option<Self> {
        let text = |pointer: &str| object.pointer(pointer)?.as_str().filter(|s| !s.is_empty());
        Some(Self::new(
            text("/apiVersion")?,
            text("/kind")?,
            text("/metadata/namespace"),
            text("/metadata/name")?,
        ))
    }

    /// The API group (`apps`, empty for the core group).
    pub fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }

    /// The version without its group (`v1`).
    pub fn version(&self) -> &str {
        self.api_version.split_once('/').map_or(self.api_version.as_str(), |(_, version)| version)
    }

    /// Whether both name the same object, whatever version they are written in.
    pub fn is_same(&self, other: &Self) -> bool {
        self.group() == other.group()
            && self.kind == other.kind
            && self.namespace == other.namespace
            && self.name == other.name
    }

    /// `apps/v1, Kind=Deployment`, as Go's client prints a kind.
    pub fn gvk(&self) -> String {
        format!("{}, Kind={}", self.api_version, self.kind)
    }
}

/// `Deployment/web`; the namespace is left to the caller, who knows whether it says anything.
impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.name)
    }
}
