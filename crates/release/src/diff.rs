//! Which fields of an object change, as data and as plain lines.

use serde::Serialize;
use serde_json::Value;

/// The fields that change, in path order.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Diff {
    /// One entry a field.
    pub fields: Vec<FieldChange>,
}

/// One field.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FieldChange {
    /// `spec.template.spec.containers[web].image`.
    pub path: String,
    /// The value now; none if it is added.
    pub before: Option<Value>,
    /// The value then; none if it is removed.
    pub after: Option<Value>,
    /// Whether the values were masked.
    pub sensitive: bool,
}
