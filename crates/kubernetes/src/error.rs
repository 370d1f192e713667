//! What can go wrong at the door: one variant per failed operation, with the server or the object.
//!
//! Conflicts keep managers and fields, invalid answers keep their causes, so that a plan can speak
//! of them; nothing here parses prose except where Kubernetes gives nothing else.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::object::ObjectRef;

/// A field another manager owns (server-side apply conflict).
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct FieldConflict {
    /// Who owns it, as `managedFields` names it.
    pub manager: String,
    /// The field's path (`.spec.replicas`).
    pub field: String,
    /// The server's sentence.
    pub message: String,
}

/// One cause of an `Invalid` answer.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Cause {
    /// Field path (`spec.selector`).
    pub field: String,
    /// Machine reason (`FieldValueInvalid`).
    pub reason: String,
    /// The server's sentence.
    pub message: String,
}

/// Why no answer came from the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreachable {
    /// The host name does not resolve.
    Dns,
    /// Nothing listens there.
    Refused,
    /// No connection within the connect timeout.
    ConnectTimeout,
    /// No answer within the request timeout.
    RequestTimeout,
    /// The TLS handshake failed: certificate, name or protocol.
    Tls,
    /// The connection broke while in use.
    Reset,
    /// Credentials could not be obtained (exec plugin, token file).
    Credentials,
    /// Anything else below HTTP.
    Other,
}

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dns => "host name does not resolve",
            Self::Refused => "connection refused",
            Self::ConnectTimeout => "no connection in time",
            Self::RequestTimeout => "no answer in time",
            Self::Tls => "TLS handshake failed",
            Self::Reset => "connection was cut",
            Self::Credentials => "credentials could not be obtained",
            Self::Other => "request failed",
        })
    }
}

/// A failed operation on a Kubernetes API.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The kubeconfig, context or in-cluster configuration cannot be used.
    #[error("kubernetes configuration cannot be used: {detail}")]
    Config {
        /// What is wrong with it.
        detail: String,
    },
    /// There is no kubeconfig, and no cluster around this process.
    #[error("kubernetes configuration cannot be used: there is no kubeconfig at {}", path.display())]
    NoKubeconfig {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The server gave no answer.
    #[error("kubernetes API {server} is unreachable: {reason}{}", show_detail(detail))]
    Unreachable {
        /// The server's address.
        server: String,
        /// The kind of failure.
        reason: Unreachable,
        /// The lowest-level message; may be empty.
        detail: String,
    },
    /// The server does not know who asks (401).
    #[error("kubernetes API {server} refuses the credentials: {message}")]
    Unauthorized {
        /// The server's address.
        server: String,
        /// The server's sentence.
        message: String,
    },
    /// The server knows who asks and says no (403).
    #[error("{message}")]
    Forbidden {
        /// The server's sentence: user, verb, resource.
        message: String,
    },
    /// No such object, or no such namespace (404).
    #[error("{message}")]
    NotFound {
        /// The server's sentence.
        message: String,
    },
    /// The server serves no such kind.
    #[error("no matches for kind {kind:?} in version {api_version:?}")]
    UnknownKind {
        /// Group and version asked for.
        api_version: String,
        /// Kind asked for.
        kind: String,
    },
    /// Another manager owns fields that this apply would change (409).
    #[error("{message}")]
    Conflict {
        /// The object.
        object: Box<ObjectRef>,
        /// Managers and fields.
        conflicts: Vec<FieldConflict>,
        /// The server's sentence.
        message: String,
    },
    /// The object changed since it was read (409 with a resource version).
    #[error("{message}")]
    Stale {
        /// The server's sentence.
        message: String,
    },
    /// The object is there already (409 on create).
    #[error("{message}")]
    AlreadyExists {
        /// The server's sentence.
        message: String,
    },
    /// The object is refused by validation (422).
    #[error("{message}")]
    Invalid {
        /// The object.
        object: Box<ObjectRef>,
        /// Field by field.
        causes: Vec<Cause>,
        /// The server's sentence.
        message: String,
    },
    /// Any other answer that is no success.
    #[error("{message}")]
    Api {
        /// HTTP status code.
        code: u16,
        /// Machine reason; may be empty.
        reason: String,
        /// The server's sentence.
        message: String,
    },
    /// The answer is larger than the read limit.
    #[error("answer to {request} is larger than {limit} bytes")]
    TooLarge {
        /// Method and path.
        request: String,
        /// The limit.
        limit: usize,
    },
    /// The answer is not what the API promises.
    #[error("answer to {request} cannot be read: {detail}")]
    Decode {
        /// Method and path.
        request: String,
        /// What is wrong.
        detail: String,
    },
    /// An object lacks `apiVersion`, `kind` or `metadata.name`.
    #[error("object lacks apiVersion, kind or metadata.name")]
    Unnamed,
    /// The wait ended before the objects were ready.
    #[error("timed out after {}s waiting for {waiting}", after.as_secs())]
    WaitTimeout {
        /// How long it waited.
        after: Duration,
        /// What it still waited for, with reasons.
        waiting: String,
        /// The same as Helm says it.
        helm: String,
    },
    /// An object failed for good while being waited for.
    #[error("{object} failed: {reason}")]
    Failed {
        /// The object.
        object: Box<ObjectRef>,
        /// Why.
        reason: String,
        /// The same as Helm says it.
        helm: String,
    },
    /// The caller cancelled.
    #[error("cancelled")]
    Cancelled,
}

impl Error {
    /// Whether the object (or its namespace) is simply not there.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::NotFound { .. })
    }

    /// What Helm says of it; our own words where it has no other.
    pub fn helm_text(&self) -> String {
        match self {
            Self::WaitTimeout { helm, .. } | Self::Failed { helm, .. } => helm.clone(),
            other => other.to_string(),
        }
    }

    /// Whether asking again later may help.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable { reason, .. } => !matches!(reason, Unreachable::Tls),
            Self::Api { code, .. } => *code == 429 || *code >= 500,
            Self::Stale { .. } => true,
            _ => false,
        }
    }
}

fn show_detail(detail: &str) -> String {
    if detail.is_empty() { String::new() } else { format!(" ({detail})") }
}
