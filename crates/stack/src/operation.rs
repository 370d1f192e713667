//! What one can do with a resolved stack: render, plan, apply, status, destroy.
//!
//! **Invariant**: nothing here prints or reads the process environment; what happens goes to the [`Sink`], what came out
//! is the returned value. A run that returns `Ok` has an outcome for every release.

mod act;
mod charts;
mod cluster;
mod desired;
mod destroy;
mod plan;
mod rendering;
mod status;
mod walk;

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::event::{Failure, Outcome, Sink};
use crate::files::Files;
use crate::resolved::Resolved;

/// What operations work with. Clones share everything.
#[derive(Clone)]
pub struct Session {
    /// The stack and its environment.
    pub stack: Arc<Resolved>,
    /// Its files.
    pub files: Arc<dyn Files>,
    /// The cluster.
    pub client: kubernetes::Client,
    /// Where events go.
    pub events: Sink,
    /// Cancelled when nothing new may start.
    pub cancel: CancellationToken,
    /// How many releases at once, instead of the stack's policy.
    pub concurrency: Option<usize>,
    /// The IANA name of the zone that templates call local.
    pub time_zone: String,
    /// Variables that every job gets (`PATH`, `HOME` …); jobs see no others but their own.
    pub environment: BTreeMap<String, String>,
}

/// Why an operation did not begin.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The environment is pinned to another cluster.
    #[error("environment `{environment}` is pinned to cluster {expected}, but this is {actual}")]
    WrongCluster {
        /// The environment.
        environment: String,
        /// The pin.
        expected: String,
        /// UID of the cluster's `kube-system` namespace.
        actual: String,
    },
    /// The cluster could not be asked.
    #[error("the cluster cannot be asked for {what}")]
    Cluster {
        /// For what.
        what: &'static str,
        /// Why.
        source: Box<release::Error>,
    },
}

/// What a run did: the outcome of each release by key.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// By key.
    pub outcomes: BTreeMap<String, Outcome>,
    /// Releases of this stack and environment that left the file.
    pub orphans: Vec<Orphan>,
    /// Objects that a destroy left behind: kept by policy, or claims of a StatefulSet.
    pub left: Vec<kubernetes::ObjectRef>,
}

/// A release in the cluster that the stack no longer has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orphan {
    /// Its key when it was in the stack.
    pub key: String,
    /// Name of the Helm release.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
}

impl Report {
    /// Whether every release is as the stack wants it.
    pub fn is_success(&self) -> bool {
        self.outcomes.values().all(Outcome::is_success)
    }
}

/// The manifests of one release.
#[derive(Clone, Debug)]
pub struct RenderedRelease {
    /// Its key.
    pub key: String,
    /// Name of the Helm release.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// Manifests, hooks, notes; or what is wrong.
    pub result: Result<Arc<render::Rendered>, Failure>,
}

/// What an apply would do now.
#[derive(Clone, Debug)]
pub struct StackPlan {
    /// In the order in which they may run.
    pub releases: Vec<ReleasePlan>,
    /// Releases of this stack and environment that left the file.
    pub orphans: Vec<Orphan>,
}

/// What an apply would do to one release.
#[derive(Clone, Debug)]
pub struct ReleasePlan {
    /// Its key.
    pub key: String,
    /// Name of the Helm release.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// Jobs that would run before it.
    pub before: Vec<String>,
    /// Jobs that would run after it.
    pub after: Vec<String>,
    /// Objects and hooks.
    pub action: Planned,
}

/// The plan of one release's objects.
#[derive(Clone, Debug)]
pub enum Planned {
    /// Compared with the cluster, object by object.
    Known(Box<release::Plan>),
    /// `upgrade: never`, and it is installed.
    Kept,
    /// It cannot be known before this job has run: the job writes one of its values files.
    AfterJob {
        /// The job's name.
        job: String,
        /// The file that is missing.
        file: String,
    },
    /// It cannot be planned.
    Failed(Failure),
}

/// What a release is in the cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct ReleaseStatus {
    /// Its key.
    pub key: String,
    /// Name of the Helm release.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// Its newest revision, if it is installed.
    pub installed: Option<Installed>,
}

/// The newest revision of a release.
#[derive(Clone, Debug, PartialEq)]
pub struct Installed {
    /// The revision.
    pub revision: i64,
    /// Helm's status: `deployed`, `failed`, `pending-upgrade` …
    pub status: String,
    /// Chart with version: `web-0.1.0`.
    pub chart: String,
    /// The chart's `appVersion`.
    pub app_version: String,
    /// When it was deployed last, RFC 3339.
    pub updated: String,
    /// Its objects and how they are.
    pub objects: Vec<ObjectState>,
}

/// One object of a release.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectState {
    /// The object.
    pub object: kubernetes::ObjectRef,
    /// Whether it is as it should be.
    pub status: kubernetes::status::Status,
}
