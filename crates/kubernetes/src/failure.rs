//! From a broken connection or an answer that is no success to an [`Error`] with a name.
//!
//! Kinds of I/O errors come from the chain of sources; only DNS and TLS failures, which no library
//! below gives a type, are known by their words.

use std::error::Error as StdError;
use std::io::ErrorKind;

use http::StatusCode;
use serde_json::Value;

use crate::error::{Cause, Error, FieldConflict, Unreachable};
use crate::object::ObjectRef;
use crate::transport::Ask;

/// Names a failure below HTTP.
pub(crate) fn from_connection(server: &str, error: &(dyn StdError + 'static)) -> Error {
    let mut reason = Unreachable::Other;
    let mut detail = error.to_string();
    let mut link = Some(error);
    while let Some(current) = link {
        detail = current.to_string();
        if current.is::<kube::client::AuthError>() {
            reason = Unreachable::Credentials;
            break;
        }
        match classify(current) {
            Some(found) if reason == Unreachable::Other => reason = found,
            Some(_) | None => {}
        }
        link = current.source();
    }
    Error::Unreachable { server: server.to_owned(), reason, detail }
}

fn classify(error: &(dyn StdError + 'static)) -> Option<Unreachable> {
    let words = error.to_string().to_lowercase();
    if words.contains("dns error") || words.contains("failed to lookup address") {
        return Some(Unreachable::Dns);
    }
    if words.contains("certificate") || words.contains("handshake") || words.contains("tls ") {
        return Some(Unreachable::Tls);
    }
    let kind = error.downcast_ref::<std::io::Error>()?.kind();
    match kind {
        ErrorKind::ConnectionRefused => Some(Unreachable::Refused),
        ErrorKind::TimedOut => Some(Unreachable::ConnectTimeout),
        ErrorKind::InvalidData => Some(Unreachable::Tls),
        ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::BrokenPipe
        | ErrorKind::UnexpectedEof => Some(Unreachable::Reset),
        _ => None,
    }
}

/// Names an answer that is no success.
pub(crate) fn from_answer(server: &str, ask: &Ask, status: StatusCode, body: &[u8]) -> Error {
    let answer: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let text = |pointer: &str| answer.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let reason = text("/reason").to_owned();
    let mut message = text("/message").to_owned();
    if message.is_empty() {
        let body = String::from_utf8_lossy(body);
        let body = body.trim().chars().take(300).collect::<String>();
        message = if body.is_empty() {
            format!("{}: {status}", ask.name())
        } else {
            format!("{}: {status}: {body}", ask.name())
        };
    }
    match (status.as_u16(), reason.as_str()) {
        (401, _) => Error::Unauthorized { server: server.to_owned(), message },
        (403, _) => Error::Forbidden { message },
        (404, _) => Error::NotFound { message },
        (409, "AlreadyExists") => Error::AlreadyExists { message },
        (409, _) => match conflicts(&answer) {
            conflicts if conflicts.is_empty() => Error::Stale { message },
            conflicts => Error::Conflict { object: Box::new(object(&answer)), conflicts, message },
        },
        (422, _) => {
            Error::Invalid { object: Box::new(object(&answer)), causes: causes(&answer), message }
        }
        (code, _) => Error::Api { code, reason, message },
    }
}

fn object(answer: &Value) -> ObjectRef {
    let text = |pointer: &str| answer.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    ObjectRef::new(text("/details/group"), text("/details/kind"), None, text("/details/name"))
}

fn causes(answer: &Value) -> Vec<Cause> {
    let list = answer.pointer("/details/causes").and_then(Value::as_array);
    let text = |cause: &Value, key: &str| {
        cause.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    list.into_iter()
        .flatten()
        .map(|cause| Cause {
            field: text(cause, "field"),
            reason: text(cause, "reason"),
            message: text(cause, "message"),
        })
        .collect()
}

fn conflicts(answer: &Value) -> Vec<FieldConflict> {
    causes(answer)
        .into_iter()
        .filter(|cause| cause.reason == "FieldManagerConflict")
        .map(|cause| FieldConflict {
            // `conflict with "kubectl-edit" using apps/v1`: the API has no field for the name.
            manager: cause.message.split('"').nth(1).unwrap_or_default().to_owned(),
            field: cause.field,
            message: cause.message,
        })
        .collect()
}
