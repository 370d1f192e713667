//! How to connect, and the options of each request.

use std::path::PathBuf;
use std::time::Duration;

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
            request_timeout: Duration::from_mins(1),
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

impl Credentials {
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl Propagation {
    /// As the API writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Background => "Background",
            Self::Foreground => "Foreground",
            Self::Orphan => "Orphan",
        }
    }
}
