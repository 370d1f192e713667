//! `Status`: what the API answers when it does not answer with an object.
//!
//! Reasons, codes, details and wording are those of apimachinery's `api/errors` 0.36; clients
//! branch on them, and Helm shows the messages to its users.

use serde_json::{Map, Value, json};

use crate::kinds::Kind;

/// A failure, ready to be sent.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Status {
    pub(crate) code: u16,
    pub(crate) reason: &'static str,
    pub(crate) message: String,
    pub(crate) details: Value,
}

/// One refused field.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Refusal {
    reason: &'static str,
    field: String,
    body: String,
}

impl Refusal {
    /// A value the field may not have.
    pub(crate) fn invalid(field: impl Into<String>, value: &Value, why: &str) -> Self {
        let body = format!("Invalid value: {}: {why}", shown(value));
        Self { reason: "FieldValueInvalid", field: field.into(), body }
    }

    /// A field that must be there; `why` may be empty.
    pub(crate) fn required(field: impl Into<String>, why: &str) -> Self {
        let body = if why.is_empty() {
            "Required value".to_owned()
        } else {
            format!("Required value: {why}")
        };
        Self { reason: "FieldValueRequired", field: field.into(), body }
    }

    /// A field that may not be set or changed.
    pub(crate) fn forbidden(field: impl Into<String>, why: &str) -> Self {
        Self {
            reason: "FieldValueForbidden",
            field: field.into(),
            body: format!("Forbidden: {why}"),
        }
    }

    /// A second use of a value that must be unique.
    pub(crate) fn duplicate(field: impl Into<String>, value: &Value) -> Self {
        let body = format!("Duplicate value: {}", shown(value));
        Self { reason: "FieldValueDuplicate", field: field.into(), body }
    }

    /// A reference to what is not there.
    pub(crate) fn not_found(field: impl Into<String>, value: &Value) -> Self {
        let body = format!("Not found: {}", shown(value));
        Self { reason: "FieldValueNotFound", field: field.into(), body }
    }

    /// A value outside a closed set.
    pub(crate) fn unsupported(field: impl Into<String>, value: &Value, known: &[String]) -> Self {
        let known: Vec<String> = known.iter().map(|value| format!("{value:?}")).collect();
        let body =
            format!("Unsupported value: {}: supported values: {}", shown(value), known.join(", "));
        Self { reason: "FieldValueNotSupported", field: field.into(), body }
    }

    /// A value of the wrong type in a custom resource.
    pub(crate) fn type_invalid(field: impl Into<String>, got: &str, body: &str) -> Self {
        let body = format!("Invalid value: {got:?}: {body}");
        Self { reason: "FieldValueTypeInvalid", field: field.into(), body }
    }

    /// Field and body in one line.
    pub(crate) fn text(&self) -> String {
        format!("{}: {}", self.field, self.body)
    }

    fn cause(&self) -> Value {
        json!({"reason": self.reason, "message": self.body, "field": self.field})
    }
}

impl Status {
    /// 404 for an object.
    pub(crate) fn not_found(kind: &Kind, name: &str) -> Self {
        Self::about(kind, name, (404, "NotFound"), "not found")
    }

    /// 409 for a name that is taken.
    pub(crate) fn already_exists(kind: &Kind, name: &str) -> Self {
        Self::about(kind, name, (409, "AlreadyExists"), "already exists")
    }

    /// 409 for a lost race.
    pub(crate) fn conflict(kind: &Kind, name: &str, why: &str) -> Self {
        Self {
            code: 409,
            reason: "Conflict",
            message: format!(
                "Operation cannot be fulfilled on {} \"{name}\": {why}",
                kind.group_resource()
            ),
            details: details(name, &kind.group, &kind.plural, None),
        }
    }

    /// 409 of server-side apply, one cause a field.
    pub(crate) fn apply_conflict(message: String, found: &[(String, String)]) -> Self {
        let causes: Vec<Value> = found
            .iter()
            .map(|(manager, path)| {
                json!({"reason": "FieldManagerConflict", "field": path,
                    "message": format!("conflict with {manager}")})
            })
            .collect();
        Self { code: 409, reason: "Conflict", message, details: json!({"causes": causes}) }
    }

    /// 422 for refused fields.
    pub(crate) fn invalid(kind: &str, group: &str, name: &str, refused: &[Refusal]) -> Self {
        let qualified = if group.is_empty() { kind.to_owned() } else { format!("{kind}.{group}") };
        let mut texts: Vec<String> = vec![];
        for refusal in refused {
            let text = refusal.text();
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        let listed = if let [one] = texts.as_slice() {
            one.clone()
        } else {
            format!("[{}]", texts.join(", "))
        };
        let causes = refused.iter().map(Refusal::cause).collect();
        Self {
            code: 422,
            reason: "Invalid",
            message: format!("{qualified} \"{name}\" is invalid: {listed}"),
            details: details(name, group, kind, Some(causes)),
        }
    }

    /// 400.
    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::plain(400, "BadRequest", message)
    }

    /// 403 for an object.
    pub(crate) fn forbidden(kind: &Kind, name: &str, why: &str) -> Self {
        Self {
            code: 403,
            reason: "Forbidden",
            message: format!("{} \"{name}\" is forbidden: {why}", kind.group_resource()),
            details: details(name, &kind.group, &kind.plural, None),
        }
    }

    /// 404 for a path below a group and version that are served.
    pub(crate) fn no_resource() -> Self {
        let message = "the server could not find the requested resource";
        Self { details: json!({}), ..Self::plain(404, "NotFound", message) }
    }

    /// 422 for a patch that cannot be carried out; the server keeps the reason to itself.
    pub(crate) fn unworkable_patch() -> Self {
        let message = "the server rejected our request due to an error in our request";
        Self { details: json!({}), ..Self::plain(422, "Invalid", message) }
    }

    /// 409 for a precondition of a delete.
    pub(crate) fn precondition(kind: &Kind, name: &str, why: &str) -> Self {
        let kind_name = if kind.group.is_empty() {
            kind.kind.clone()
        } else {
            format!("{}.{}", kind.kind, kind.group)
        };
        Self {
            code: 409,
            reason: "Conflict",
            message: format!("Operation cannot be fulfilled on {kind_name} \"{name}\": {why}"),
            details: details(name, &kind.group, &kind.kind, None),
        }
    }

    /// 405.
    pub(crate) fn method_not_allowed() -> Self {
        let message = "the server does not allow this method on the requested resource";
        Self { details: json!({}), ..Self::plain(405, "MethodNotAllowed", message) }
    }

    /// 405 for what only a real cluster can do.
    pub(crate) fn not_in_sandbox(what: &str) -> Self {
        Self::plain(405, "MethodNotAllowed", format!("the sandbox does not do {what}"))
    }

    /// 410 for a resource version that is no longer remembered.
    pub(crate) fn expired(message: impl Into<String>) -> Self {
        Self::plain(410, "Expired", message)
    }

    /// A failure without details.
    pub(crate) fn plain(code: u16, reason: &'static str, message: impl Into<String>) -> Self {
        Self { code, reason, message: message.into(), details: Value::Null }
    }

    /// The wire form.
    pub(crate) fn json(&self) -> Value {
        let mut out = Map::new();
        out.insert("kind".to_owned(), json!("Status"));
        out.insert("apiVersion".to_owned(), json!("v1"));
        out.insert("metadata".to_owned(), json!({}));
        out.insert("status".to_owned(), json!("Failure"));
        out.insert("message".to_owned(), json!(self.message));
        if !self.reason.is_empty() {
            out.insert("reason".to_owned(), json!(self.reason));
        }
        if !self.details.is_null() {
            out.insert("details".to_owned(), self.details.clone());
        }
        out.insert("code".to_owned(), json!(self.code));
        Value::Object(out)
    }

    fn about(kind: &Kind, name: &str, (code, reason): (u16, &'static str), what: &str) -> Self {
        Self {
            code,
            reason,
            message: format!("{} \"{name}\" {what}", kind.group_resource()),
            details: details(name, &kind.group, &kind.plural, None),
        }
    }
}

/// The answer to a delete that is done.
pub(crate) fn deleted(kind: &Kind, name: &str, uid: &str) -> Value {
    let mut about = details(name, &kind.group, &kind.plural, None);
    about["uid"] = json!(uid);
    json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": about})
}

fn details(name: &str, group: &str, kind: &str, causes: Option<Vec<Value>>) -> Value {
    let mut out = Map::new();
    for (key, value) in [("name", name), ("group", group), ("kind", kind)] {
        if !value.is_empty() {
            out.insert(key.to_owned(), json!(value));
        }
    }
    if let Some(causes) = causes {
        out.insert("causes".to_owned(), Value::Array(causes));
    }
    Value::Object(out)
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => format!("{text:?}"),
        Value::Null => "null".to_owned(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}
