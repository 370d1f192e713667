//! What the caller wants of a release.

use std::collections::BTreeMap;
use std::time::Duration;

use kubernetes::Propagation;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::record::Hook;

/// Which operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Intent {
    /// Refused if the name is in use.
    Install,
    /// Install of a name that was uninstalled, or whose last revision failed.
    Replace,
    /// Refused if there is nothing to upgrade.
    Upgrade,
    /// Install if absent (or never deployed), upgrade otherwise: what stacks want.
    Apply,
    /// Back to a revision; none: the one before the last.
    Rollback {
        /// The revision to restore.
        to: Option<i64>,
    },
    /// Take everything out of the cluster.
    Uninstall,
}

/// What one revision is made of.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Content {
    /// The chart as Helm stores it.
    pub chart: Value,
    /// What the user gave.
    pub config: Map<String, Value>,
    /// All objects, as Helm stores them.
    pub manifest: String,
    /// The hooks.
    pub hooks: Vec<Hook>,
    /// The files below `crds/`.
    pub crds: Vec<Crd>,
    /// The notes.
    pub notes: String,
}

/// One file below `crds/`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crd {
    /// Its path in the chart.
    pub source: String,
    /// Its text, one document or several.
    pub text: String,
}

/// Everything [`crate::observe`] and [`crate::decide`] need to know of the caller's wish.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Desired {
    /// The release's name.
    pub name: String,
    /// The release's namespace.
    pub namespace: String,
    /// The operation.
    pub intent: Intent,
    /// The new revision's content; none for rollback and uninstall.
    pub content: Option<Content>,
    /// How.
    pub options: Options,
}

/// How an operation goes about it; the default is what stacks want.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Options {
    /// A missing namespace.
    pub namespaces: Namespaces,
    /// Objects that exist and belong to nobody or somebody else.
    pub ownership: Ownership,
    /// Fields that another manager owns.
    pub conflicts: Conflicts,
    /// Changes of immutable fields.
    pub replace: Replace,
    /// Who merges the new objects with the live ones.
    pub method: Method,
    /// Whether the server is asked about every object before anything is written.
    pub rehearsal: Rehearsal,
    /// Objects that a failed operation had created.
    pub created: Created,
    /// Hooks.
    pub hooks: Hooks,
    /// Objects that hooks leave behind, on uninstall.
    pub hook_leftovers: HookLeftovers,
    /// Files below `crds/`.
    pub crds: CrdPolicy,
    /// Definitions that others will have brought by then: a plan does not miss their kinds.
    pub definitions: Vec<Value>,
    /// When a revision is written.
    pub revisions: Revisions,
    /// Revisions to keep; 0 keeps all.
    pub history_max: usize,
    /// Instead of `Install complete` and the like.
    pub description: Option<String>,
    /// Labels on the stored Secret.
    pub labels: BTreeMap<String, String>,
    /// Uninstall: keep the history with status `uninstalled`.
    pub keep_history: bool,
    /// Uninstall: what happens to dependents.
    pub propagation: Propagation,
    /// A pending revision without a holder's sign of life (written by `helm`) counts as left
    /// behind after this long.
    pub abandoned_after: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            namespaces: Namespaces::MustExist,
            ownership: Ownership::Required,
            conflicts: Conflicts::Refuse,
            replace: Replace::Refuse,
            method: Method::ServerSide,
            rehearsal: Rehearsal::OnServer,
            created: Created::Keep,
            hooks: Hooks::Run,
            hook_leftovers: HookLeftovers::Delete,
            crds: CrdPolicy::Create,
            definitions: Vec::new(),
            revisions: Revisions::OnChange,
            history_max: 10,
            description: None,
            labels: BTreeMap::new(),
            keep_history: false,
            propagation: Propagation::Background,
            abandoned_after: Duration::from_mins(10),
        }
    }
}

/// What to do about a missing namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Namespaces {
    /// It must be there.
    MustExist,
    /// Create it.
    Create,
}

/// What to do about objects that exist without our owner labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ownership {
    /// Refuse, in Helm's words.
    Required,
    /// Take them over.
    Take,
}

/// What to do about fields that another manager owns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Conflicts {
    /// Refuse, naming managers and fields.
    Refuse,
    /// Take them over.
    Force,
}

/// What to do about changes of immutable fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Replace {
    /// Refuse, naming the fields.
    Refuse,
    /// Delete the object and create it again.
    Allow,
    /// Every object is overwritten as a whole, as Helm's `--force-replace` does.
    Overwrite,
}

/// Who merges the new objects with the live ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Method {
    /// The server (server-side apply).
    ServerSide,
    /// We do, with what the last revision said: what Helm 3 does.
    ClientSide,
    /// As the last revision was applied; for a rollback, the one to restore.
    AsBefore,
}

/// Whether the server is asked about every object before anything is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rehearsal {
    /// By a dry run of each: what it would refuse is known beforehand.
    OnServer,
    /// It is not, as in Helm: what it refuses fails the revision.
    Skipped,
}

/// What to do about objects that a failed operation had created.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Created {
    /// They stay.
    Keep,
    /// They are deleted.
    Delete,
}

/// Whether hooks run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Hooks {
    /// They do.
    Run,
    /// They do not.
    Skip,
}

/// What an uninstall does about objects that the release's hooks left in the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HookLeftovers {
    /// They go, unless `helm.sh/resource-policy: keep` says otherwise.
    Delete,
    /// They stay, as Helm leaves them.
    Keep,
}

/// What to do about files below `crds/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CrdPolicy {
    /// Nothing.
    Skip,
    /// Create missing ones on install only, as Helm does.
    CreateOnInstall,
    /// Create missing ones on install and upgrade.
    Create,
}

/// When a revision is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Revisions {
    /// Only when something changes.
    OnChange,
    /// Always, as Helm does.
    Always,
}
