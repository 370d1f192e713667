//! What one can do with a resolved stack: render, plan, apply, status, destroy.
//!
//! **Invariant**: nothing here prints or reads the process environment; what happens goes to the [`Sink`], what came out
//! is the returned value. A run that returns `Ok` has an outcome for every release.

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
        source: kubernetes::Error,
    },
}

/// What a run did: the outcome of each release by key.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// By key.
    pub outcomes: BTreeMap<String, Outcome>,
    /// Releases of this stack and environment that left the file.
    pub orphans: Vec<Orphan>,
    /// Objects that a destroy left behind, such as `PersistentVolumeClaim/data-db-0` with the namespace.
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
    Known,
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

#[expect(clippy::unused_async, reason = "signatures first; the bodies follow")]
impl Session {
    /// Refuses a cluster that the environment is not pinned to.
    pub async fn check_cluster(&self) -> Result<(), Error> {
        Ok(())
    }

    /// The manifests of every release, rendered in parallel.
    pub async fn render(&self) -> Result<Vec<RenderedRelease>, Error> {
        Ok(vec![])
    }

    /// What [`apply`](Self::apply) would do now; changes nothing.
    pub async fn plan(&self) -> Result<StackPlan, Error> {
        Ok(StackPlan { releases: vec![], orphans: vec![] })
    }

    /// Brings the cluster to the stack, each release as soon as its own needs are there.
    pub async fn apply(&self) -> Result<Report, Error> {
        Ok(Report::default())
    }

    /// What is in the cluster now, in the order of the graph.
    pub async fn status(&self) -> Result<Vec<ReleaseStatus>, Error> {
        Ok(vec![])
    }

    /// Uninstalls everything, dependents first, and says what is left.
    pub async fn destroy(&self) -> Result<Report, Error> {
        Ok(Report::default())
    }
}
