//! What an operation would do, object by object; and after approval, what it does.
//!
//! **Invariant:** a plan holds everything [`crate::act`] needs: acting decides nothing.

use std::fmt;
use std::sync::Arc;

use kubernetes::{FieldConflict, ObjectRef};
use serde::Serialize;
use serde_json::Value;

use crate::desired::Options;
use crate::diff::Diff;
use crate::record::{HookEvent, Release};
use crate::three_way::PatchKind;

/// The operation, settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Everything is as it should be: no new revision.
    Nothing,
    /// A first revision, or a fresh start.
    Install,
    /// A further revision.
    Upgrade,
    /// A further revision with an old one's content.
    Rollback {
        /// The restored revision.
        to: i64,
    },
    /// Everything goes.
    Uninstall,
}

/// What an operation would do.
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    /// The operation.
    pub action: Action,
    /// The release.
    pub release: String,
    /// Its namespace.
    pub namespace: String,
    /// The revision this plan writes; for `Nothing` and uninstall the latest one there is.
    pub revision: i64,
    /// The revision in the cluster now.
    pub previous: Option<i64>,
    /// The namespace is created first.
    pub creates_namespace: bool,
    /// Left behind by a killed client and repaired on the way.
    pub repair: Option<Repair>,
    /// Definitions below `crds/`, handled first.
    pub crds: Vec<CrdChange>,
    /// Hooks that will run, in order.
    pub hooks: Vec<PlannedHook>,
    /// Objects in the order in which they are handled: applied ones, then deleted ones.
    pub changes: Vec<Change>,
    /// What else is worth a line.
    pub warnings: Vec<String>,
    #[serde(skip)]
    pub(crate) work: Work,
}

/// What acting needs beside what is shown.
#[derive(Clone, Debug)]
pub(crate) struct Work {
    /// The record to write; for an uninstall the latest one; none for `Nothing` without history.
    pub(crate) record: Option<Release>,
    /// All revisions there are, oldest first.
    pub(crate) history: Arc<Vec<Release>>,
    /// How to go about it.
    pub(crate) options: Options,
    /// Definitions to create.
    pub(crate) crds: Vec<Value>,
    /// The record that gives its name to a new installation.
    pub(crate) replaced: Option<Release>,
    /// What happens when objects cannot be written.
    pub(crate) stumble: Stumble,
    /// Why objects cannot be written at all: options that exclude each other.
    pub(crate) contradiction: Option<&'static str>,
}

impl Plan {
    /// Whether nothing would be written.
    pub fn is_nothing(&self) -> bool {
        self.action == Action::Nothing
    }

    /// The revision that would be written, as far as it is known before: without times.
    pub fn record(&self) -> Option<&Release> {
        self.work.record.as_ref()
    }

    /// Why the plan may not be carried out; empty if it may.
    pub fn refusals(&self) -> Vec<&Refusal> {
        self.changes
            .iter()
            .filter_map(|change| match &change.kind {
                ChangeKind::Refused(refusal) => Some(refusal),
                ChangeKind::Create { .. }
                | ChangeKind::Update { .. }
                | ChangeKind::Replace { .. }
                | ChangeKind::Unchanged
                | ChangeKind::Delete
                | ChangeKind::Keep { .. } => None,
            })
            .collect()
    }

    /// The objects that will be deleted, in the order in which they go.
    pub(crate) fn leaving(&self) -> Vec<ObjectRef> {
        let deleted = self.changes.iter().filter(|c| matches!(c.kind, ChangeKind::Delete));
        deleted.map(|change| change.object.clone()).collect()
    }

    /// The objects that stay although the release lets go of them.
    pub fn kept(&self) -> Vec<(ObjectRef, KeepReason)> {
        let kept = self.changes.iter().filter_map(|change| match &change.kind {
            ChangeKind::Keep { reason } => Some((change.object.clone(), reason.clone())),
            _ => None,
        });
        kept.collect()
    }

    /// Changes of objects, without those that stay as they are.
    pub fn effective(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| {
            !matches!(change.kind, ChangeKind::Unchanged | ChangeKind::Keep { .. })
        })
    }
}

/// A release left in the middle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Repair {
    /// The revision found pending.
    pub revision: i64,
    /// How it is known to be left behind.
    pub why: String,
}

/// One definition below `crds/`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CrdChange {
    /// Its name (`backups.example.com`).
    pub name: String,
    /// The file.
    pub source: String,
    /// Whether it is created; existing ones stay as they are.
    pub creates: bool,
}

/// One hook that will run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlannedHook {
    /// When.
    pub event: HookEvent,
    /// The object.
    pub object: ObjectRef,
    /// Its weight.
    pub weight: i64,
    /// The template.
    pub path: String,
}

/// One object.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    /// The object.
    pub object: ObjectRef,
    /// The template it comes from; empty for objects that left the chart.
    pub source: String,
    /// What happens to it.
    #[serde(flatten)]
    pub kind: ChangeKind,
    /// What is applied, with owner labels; null for deletions.
    #[serde(skip)]
    pub(crate) manifest: Value,
    /// What is done besides: nothing shows, but the object must be touched.
    #[serde(skip)]
    pub(crate) touch: Touch,
    /// How it gets there.
    #[serde(skip)]
    pub(crate) write: Write,
}

/// The request that makes an object what it shall be.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Write {
    /// Server-side apply.
    #[default]
    Apply,
    /// A plain creation.
    Create,
    /// A patch; an empty one is not sent.
    Patch(PatchKind, Value),
    /// It is overwritten.
    Overwrite,
}

/// What happens when objects cannot be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Stumble {
    /// Nothing more is written once the objects of one kind are through.
    #[default]
    AfterKind,
    /// All are tried (Helm's install).
    AtEnd,
    /// A creation that fails ends it; changes that fail do so once all were tried (Helm's upgrade).
    Upgrade,
}

/// What an object needs besides the change that is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Touch {
    /// Client-side entries of Helm are folded first.
    pub(crate) fold: bool,
    /// Helm's server-side apply does not own it yet, or it could not be tried.
    pub(crate) own: bool,
    /// It is being deleted: wait until it is gone.
    pub(crate) terminating: bool,
}

/// What happens to one object.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case", tag = "change")]
pub enum ChangeKind {
    /// It is not there yet.
    Create {
        /// Its fields as the server would make them.
        diff: Diff,
        /// Not tried on the server, because this must be there first (`CustomResourceDefinition/x`,
        /// `Namespace/y`).
        validated_after: Option<ObjectRef>,
    },
    /// Some fields change.
    Update {
        /// Which.
        diff: Diff,
    },
    /// Immutable fields change: it is deleted and created again.
    Replace {
        /// Which.
        diff: Diff,
        /// The immutable fields, as the server names them.
        fields: Vec<String>,
    },
    /// It is as it should be.
    Unchanged,
    /// It left the chart, or the release goes.
    Delete,
    /// It would be deleted but stays.
    Keep {
        /// Why.
        reason: KeepReason,
    },
    /// It may not be changed so.
    Refused(Refusal),
}

/// Why an object stays although it left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeepReason {
    /// `helm.sh/resource-policy: keep`.
    ResourcePolicy,
    /// It belongs to somebody else.
    NotOwned,
}

/// Why a plan may not be carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "refusal")]
pub enum Refusal {
    /// It exists and is not ours.
    Foreign {
        /// The object; the change that is refused names it.
        #[serde(skip)]
        object: ObjectRef,
        /// Helm's sentence.
        message: String,
    },
    /// Other managers own fields that would change.
    Conflict {
        /// The object; the change that is refused names it.
        #[serde(skip)]
        object: ObjectRef,
        /// Managers and fields.
        conflicts: Vec<FieldConflict>,
    },
    /// Immutable fields would change.
    Immutable {
        /// The object; the change that is refused names it.
        #[serde(skip)]
        object: ObjectRef,
        /// The fields, as the server names them.
        fields: Vec<String>,
        /// The server's sentence.
        message: String,
    },
    /// The server does not accept it.
    Invalid {
        /// The object; the change that is refused names it.
        #[serde(skip)]
        object: ObjectRef,
        /// The server's sentence.
        message: String,
    },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Foreign { message, .. } => f.write_str(message),
            Self::Conflict { object, conflicts } => {
                write!(f, "{object} has fields that others own:")?;
                for conflict in conflicts {
                    write!(f, " {} ({})", conflict.field, conflict.manager)?;
                }
                Ok(())
            }
            Self::Immutable { object, fields, .. } => {
                write!(f, "{object} would change immutable fields: {}", fields.join(", "))
            }
            Self::Invalid { object, message } => write!(f, "{object}: {message}"),
        }
    }
}
