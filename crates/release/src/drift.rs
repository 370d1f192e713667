//! What differs between a release's last good revision and the cluster, and who changed it.
//!
//! The revision's objects are tried on the server as if they were applied again: what that would change
//! is drift. Fields that a revision does not set are nobody's drift. Who changed a field is read from
//! the object's managed fields, which name the last writer only; a removed field has none.

use kubernetes::{CancellationToken, Client, ObjectRef};
use serde::Serialize;

use crate::decide::decide;
use crate::desired::{Conflicts, Desired, Hooks, Intent, Options};
use crate::diff::FieldChange;
use crate::error::Error;
use crate::managed_fields::{self, Writer};
use crate::observe::{ObserveOptions, Observed, current, observe};
use crate::plan::{Change, ChangeKind, Plan};
use crate::progress::Progress;
use crate::storage::Storage;

/// How the cluster differs from a revision.
#[derive(Clone, Debug, Serialize)]
pub struct Drift {
    /// The release.
    pub release: String,
    /// Its namespace.
    pub namespace: String,
    /// The revision compared with: the deployed one, else the last.
    pub revision: i64,
    /// The objects that differ, in the order in which they are applied.
    pub objects: Vec<Drifted>,
    #[serde(skip)]
    pub(crate) plan: Plan,
}

/// One object that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Drifted {
    /// The object.
    pub object: ObjectRef,
    /// The template it comes from; empty for one that the revision does not have.
    pub source: String,
    /// How.
    #[serde(flatten)]
    pub how: Difference,
}

/// How an object differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "difference")]
pub enum Difference {
    /// It is gone.
    Missing,
    /// Some fields are not what the revision says.
    Changed {
        /// Which.
        fields: Vec<DriftedField>,
    },
    /// It is there but not of the revision: left by one that failed.
    Extra,
    /// The server would not take the revision's object any more.
    Irreparable {
        /// Its sentence.
        message: String,
    },
}

/// One field that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DriftedField {
    /// From the live value to the revision's.
    #[serde(flatten)]
    pub change: FieldChange,
    /// Who wrote the live value.
    pub writers: Vec<Writer>,
}

impl Drift {
    /// Whether the cluster is as the revision says.
    pub fn is_none(&self) -> bool {
        self.objects.is_empty()
    }

    /// The plan that [`crate::mend`] carries out.
    pub(crate) fn plan(&self) -> &Plan {
        &self.plan
    }
}

/// Compares the last good revision with the cluster; writes nothing.
///
/// Errors: the release is not there, somebody is at work on it, or the cluster does not answer.
pub async fn drift(
    client: &Client,
    namespace: &str,
    name: &str,
    cancel: &CancellationToken,
) -> Result<Drift, Error> {
    let history = Storage::new(client, namespace).history(name).await?;
    let missing = || Error::NotFound { name: name.to_owned() };
    let revision = current(&history).ok_or_else(missing)?.version;
    let desired = Desired {
        name: name.to_owned(),
        namespace: namespace.to_owned(),
        intent: Intent::Rollback { to: Some(revision) },
        content: None,
        options: Options { conflicts: Conflicts::Force, hooks: Hooks::Skip, ..Options::default() },
    };
    let options = ObserveOptions { cancel: cancel.clone(), ..ObserveOptions::default() };
    let observed = observe(client, &desired, &options, &Progress::silent()).await?;
    let mut plan = decide(&desired, &observed)?;
    let objects = plan.changes.iter().filter_map(|change| drifted(change, &observed)).collect();
    plan.changes
        .retain(|change| !matches!(change.kind, ChangeKind::Unchanged | ChangeKind::Refused(_)));
    let (release, namespace) = (name.to_owned(), namespace.to_owned());
    Ok(Drift { release, namespace, revision, objects, plan })
}

fn drifted(change: &Change, observed: &Observed) -> Option<Drifted> {
    let how = match &change.kind {
        ChangeKind::Unchanged | ChangeKind::Keep { .. } => return None,
        ChangeKind::Create { .. } => Difference::Missing,
        ChangeKind::Delete => Difference::Extra,
        ChangeKind::Refused(refusal) => Difference::Irreparable { message: refusal.to_string() },
        ChangeKind::Update { diff } | ChangeKind::Replace { diff, .. } => {
            let seen = observed.objects.iter().find(|seen| seen.object.is_same(&change.object));
            let live = seen.and_then(|seen| seen.live.as_ref());
            let field = |change: &FieldChange| DriftedField {
                change: change.clone(),
                writers: live
                    .map(|live| managed_fields::writers(live, &change.path))
                    .unwrap_or_default(),
            };
            Difference::Changed { fields: diff.fields.iter().map(field).collect() }
        }
    };
    Some(Drifted { object: change.object.clone(), source: change.source.clone(), how })
}
