//! The client: one API server, its requests.

use std::path::PathBuf;
use std::time::Duration;

use http::{Request, Response};
use kube::client::Body;
use serde_json::Value;
use tower::{BoxError, Service};

use crate::discovery::{Resource, ServerVersion};
use crate::error::Error;
use crate::object::ObjectRef;

/// How to reach an API server. The default is what `kubectl` would take.
#[derive(Clone, Debug)]
pub struct ConnectOptions {
    /// Kubeconfig file; none: `KUBECONFIG`, `~/.kube/config`, then in-cluster.
    pub kubeconfig: Option<PathBuf>,
    /// Context in it; none: the current one.
    pub context: Option<String>,
    /// Server address instead of the kubeconfig's.
    pub server: Option<String>,
    /// Bearer token instead of the kubeconfig's credentials.
    pub token: Option<Credentials>,
    /// CA bundle instead of the kubeconfig's.
    pub certificate_authority: Option<PathBuf>,
    /// TLS name instead of the host's.
    pub tls_server_name: Option<String>,
    /// Whether to accept any certificate.
    pub insecure_skip_tls_verify: bool,
    /// Act as this user.
    pub impersonate_user: Option<String>,
    /// Act as member of these groups.
    pub impersonate_groups: Vec<String>,
    /// Give up connecting after this long.
    pub connect_timeout: Duration,
    /// Give up one request after this long.
    pub request_timeout: Duration,
}

impl Default for ConnectOptions {
    fn default() -> Self {
        Self {
            kubeconfig: None,
            context: None,
            server: None,
            token: None,
            certificate_authority: None,
            tls_server_name: None,
            insecure_skip_tls_verify: false,
            impersonate_user: None,
            impersonate_groups: Vec::new(),
            connect_timeout: Duration::from_secs(5),
            request_timeout: Duration::from_secs(60),
        }
    }
}

/// A secret text whose `Debug` prints `***`.
#[derive(Clone)]
pub struct Credentials(String);

impl Credentials {
    /// Wraps a bearer token.
    pub fn token(token: impl Into<String>) -> Self {
        Self(token.into())
    }
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// Whether a request changes anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DryRun {
    /// It does.
    #[default]
    No,
    /// The server computes the result and throws it away.
    Yes,
}

/// What happens to fields another manager owns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Force {
    /// A conflict is an error.
    #[default]
    Refuse,
    /// Take them.
    Take,
}

/// Options of a server-side apply.
#[derive(Clone, Debug)]
pub struct ApplyOptions {
    /// The field manager (`helm`).
    pub manager: String,
    /// Conflicts.
    pub force: Force,
    /// Dry run.
    pub dry_run: DryRun,
}

/// Options of create, update and patches.
#[derive(Clone, Debug)]
pub struct WriteOptions {
    /// The field manager.
    pub manager: String,
    /// Dry run.
    pub dry_run: DryRun,
}

/// What happens to dependents of a deleted object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Propagation {
    /// Deleted afterwards.
    #[default]
    Background,
    /// Deleted first.
    Foreground,
    /// Left behind.
    Orphan,
}

/// Options of a delete.
#[derive(Clone, Debug, Default)]
pub struct DeleteOptions {
    /// Dependents.
    pub propagation: Propagation,
    /// Only if the object still has this uid.
    pub uid: Option<String>,
    /// Dry run.
    pub dry_run: DryRun,
}

/// What to list.
#[derive(Clone, Debug, Default)]
pub struct ListOptions {
    /// One namespace; none: all.
    pub namespace: Option<String>,
    /// Label selector (`owner=helm,name=web`).
    pub labels: Option<String>,
    /// Field selector.
    pub fields: Option<String>,
}

/// Which log lines.
#[derive(Clone, Debug, Default)]
pub struct LogOptions {
    /// The container; none: the only one.
    pub container: Option<String>,
    /// Only the last lines.
    pub tail_lines: Option<u32>,
    /// Of the previous run of the container.
    pub previous: bool,
}

/// One event of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectEvent {
    /// `Warning` or `Normal`.
    pub kind: String,
    /// `FailedScheduling`.
    pub reason: String,
    /// The sentence.
    pub message: String,
    /// When it was last seen, RFC 3339; may be empty.
    pub last_seen: String,
}

/// A connection to one API server; clones share it and its discovery cache.
#[derive(Clone)]
pub struct Client {
    kube: kube::Client,
}

fn unfinished<T>() -> Result<T, Error> {
    Err(Error::Config { detail: "not built yet".to_owned() })
}

#[expect(clippy::unused_async, reason = "signatures first; the bodies follow")]
impl Client {
    /// Connects by kubeconfig or from inside a cluster, and asks the server for its version.
    pub async fn connect(_options: ConnectOptions) -> Result<Self, Error> {
        unfinished()
    }

    /// Speaks to a service in this process (the sandbox) instead of a server.
    pub fn from_service<S, B>(service: S, default_namespace: &str) -> Self
    where
        S: Service<Request<Body>, Response = Response<B>> + Send + 'static,
        S::Future: Send + 'static,
        S::Error: Into<BoxError>,
        B: http_body::Body<Data = bytes::Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        Self { kube: kube::Client::new(service, default_namespace) }
    }

    /// The namespace of the context.
    pub fn default_namespace(&self) -> &str {
        self.kube.default_namespace()
    }

    /// The server's address, for messages.
    pub fn server(&self) -> &str {
        ""
    }

    /// The server's version.
    pub async fn server_version(&self) -> Result<ServerVersion, Error> {
        unfinished()
    }

    /// What `.Capabilities.APIVersions` holds: `group/version` and `group/version/Kind`.
    pub async fn api_versions(&self) -> Result<Vec<String>, Error> {
        unfinished()
    }

    /// The served kind; discovery is refreshed once if it is unknown.
    pub async fn resource(&self, _api_version: &str, _kind: &str) -> Result<Resource, Error> {
        unfinished()
    }

    /// One object; none if it is not there.
    pub async fn get(&self, _object: &ObjectRef) -> Result<Option<Value>, Error> {
        unfinished()
    }

    /// All objects of a kind that the options select.
    pub async fn list(
        &self,
        _api_version: &str,
        _kind: &str,
        _options: &ListOptions,
    ) -> Result<Vec<Value>, Error> {
        unfinished()
    }

    /// Server-side apply; the object as the server made it.
    pub async fn apply(&self, _object: &Value, _options: &ApplyOptions) -> Result<Value, Error> {
        unfinished()
    }

    /// Creates; `AlreadyExists` if it is there.
    pub async fn create(&self, _object: &Value, _options: &WriteOptions) -> Result<Value, Error> {
        unfinished()
    }

    /// Replaces; with `metadata.resourceVersion` set only if unchanged (`Stale` otherwise).
    pub async fn update(&self, _object: &Value, _options: &WriteOptions) -> Result<Value, Error> {
        unfinished()
    }

    /// JSON merge patch.
    pub async fn merge_patch(
        &self,
        _object: &ObjectRef,
        _patch: &Value,
        _options: &WriteOptions,
    ) -> Result<Value, Error> {
        unfinished()
    }

    /// Deletes; false if it was not there.
    pub async fn delete(
        &self,
        _object: &ObjectRef,
        _options: &DeleteOptions,
    ) -> Result<bool, Error> {
        unfinished()
    }

    /// Events of an object, oldest first.
    pub async fn events(&self, _object: &ObjectRef) -> Result<Vec<ObjectEvent>, Error> {
        unfinished()
    }

    /// Log text of a pod's container, up to the read limit.
    pub async fn logs(
        &self,
        _namespace: &str,
        _pod: &str,
        _options: &LogOptions,
    ) -> Result<String, Error> {
        unfinished()
    }
}
