//! The only door to a Kubernetes API: discovery, server-side apply, dry run, readiness.
//!
//! A [`Client`] speaks to one API server, real or in memory ([`Client::from_service`]). Objects are
//! plain JSON ([`serde_json::Value`]), named by an [`ObjectRef`]; what they mean for a release is
//! the `release` room's business.
//!
//! **Invariant:** no other room holds a `kube::Client`. Every request has a timeout, every retry a
//! bound and jitter, every read a size limit.
//!
//! ```
//! use kubernetes::{ObjectRef, status};
//!
//! let object = serde_json::json!({
//!     "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "web", "namespace": "shop"},
//! });
//! assert_eq!(ObjectRef::of(&object).unwrap().to_string(), "ConfigMap/web");
//! assert_eq!(status::judge(&object), status::Status::Current);
//! ```

mod access;
mod client;
mod connect;
mod discovery;
mod error;
mod failure;
mod object;
mod options;
pub mod status;
mod transport;
pub mod wait;

pub use access::{Access, Rules};
pub use client::Client;
pub use connect::configured_namespace;
pub use discovery::{Resource, Scope, ServerVersion};
pub use error::{Cause, Error, FieldConflict, Unreachable};
pub use object::ObjectRef;
pub use options::{
    ApplyOptions, ConnectOptions, Credentials, DeleteOptions, DryRun, Force, ListOptions,
    LogOptions, ObjectEvent, Propagation, WriteOptions,
};
pub use tokio_util::sync::CancellationToken;
