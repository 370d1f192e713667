//! Looks at the cluster: history, live objects, and what the server would make of the new ones.
//!
//! **Invariant:** nothing is written; every apply here is a dry run.

use std::sync::Arc;
use std::time::Duration;

use kubernetes::{CancellationToken, Client, FieldConflict, ObjectRef};
use serde_json::Value;

mod look;
mod rights;

use look::Look;
pub(crate) use look::ran_hooks;

use crate::decide::{content, settle};
use crate::desired::{Desired, Intent};
use crate::error::Error;
use crate::lock::{self, Lock};
use crate::plan::Action;
use crate::progress::{Event, Phase, Progress};
use crate::record::{Release, Status};
use crate::storage::{Storage, Stored};

const LOCK_INTERVAL: Duration = Duration::from_secs(1);

/// What rendering must know before anything can be observed.
#[derive(Clone, Debug)]
pub struct Upcoming {
    /// What the intent comes to, or why it cannot be.
    pub action: Result<Action, Error>,
    /// The revision the operation will write.
    pub revision: i64,
    /// Whether templates see `.Release.IsInstall` (else `.Release.IsUpgrade`).
    pub is_install: bool,
    /// The latest revision there is.
    pub latest: Option<Release>,
    /// The deployed revision, whose values an upgrade may reuse.
    pub deployed: Option<Release>,
}

/// How to observe.
#[derive(Clone, Debug, Default)]
pub struct ObserveOptions {
    /// How long to wait for somebody else's pending operation to end or prove dead; zero (for
    /// plans) does not wait.
    pub lock_wait: Duration,
    /// Stops observing.
    pub cancel: CancellationToken,
}

/// What is there.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// All revisions, oldest first.
    pub history: Arc<Vec<Release>>,
    /// Whether somebody is, or was, at work on the release.
    pub lock: Lock,
    /// Whether the release's namespace is there.
    pub namespace_exists: bool,
    /// Definitions below `crds/`.
    pub crds: Vec<SeenCrd>,
    /// The new objects, in order.
    pub objects: Vec<SeenObject>,
    /// Objects of earlier revisions that the new one no longer has and that are there.
    pub leaving: Vec<SeenLeaving>,
    /// What else is worth a line.
    pub warnings: Vec<String>,
}

/// A definition below `crds/`.
#[derive(Clone, Debug, PartialEq)]
pub struct SeenCrd {
    /// The file.
    pub source: String,
    /// The definition.
    pub value: Value,
    /// Whether it is there.
    pub exists: bool,
}

/// A new object, the live one, and a trial.
#[derive(Clone, Debug, PartialEq)]
pub struct SeenObject {
    /// Its name, with the namespace settled.
    pub object: ObjectRef,
    /// The template.
    pub source: String,
    /// What would be applied, with owner labels.
    pub manifest: Value,
    /// The object now.
    pub live: Option<Value>,
    /// What the current revision says of it.
    pub original: Option<Value>,
    /// What the server says to it.
    pub trial: Trial,
}

/// What the server says to a dry run.
#[derive(Clone, Debug, PartialEq)]
pub enum Trial {
    /// The object as it would be.
    Applied(Value),
    /// Other managers own fields that would change.
    Conflict {
        /// Managers and fields.
        conflicts: Vec<FieldConflict>,
    },
    /// Validation refuses it.
    Invalid {
        /// The server's sentence.
        message: String,
        /// The fields it names.
        fields: Vec<String>,
        /// Whether the same object would be valid as a new one: then only the change is not.
        valid_as_new: bool,
    },
    /// It cannot be tried before this is there.
    After(ObjectRef),
    /// The server refuses it for another reason.
    Refused {
        /// The server's sentence.
        message: String,
    },
    /// The server cannot try it (a webhook without dry runs).
    Unsupported {
        /// The server's sentence.
        message: String,
    },
    /// It was not tried, because it is somebody else's.
    NotTried,
    /// It was not tried, because nobody asked for it.
    Skipped,
}

/// An object that leaves.
#[derive(Clone, Debug, PartialEq)]
pub struct SeenLeaving {
    /// Its name.
    pub object: ObjectRef,
    /// The object now.
    pub live: Value,
    /// Whether the recorded manifest asks to keep it.
    pub kept: bool,
    /// Whether it is a hook's, which carries no owner labels.
    pub hook: bool,
}

/// Tells what rendering needs: the next revision and whether it is an install.
pub async fn upcoming(
    client: &Client,
    namespace: &str,
    name: &str,
    intent: &Intent,
) -> Result<Upcoming, Error> {
    let history = Storage::new(client, namespace).history(name).await?;
    let revision = history.last().map_or(1, |latest| latest.version + 1);
    let action = settle(intent, name, &history, &Lock::Free);
    let is_install = match &action {
        Ok(action) => *action == Action::Install,
        Err(_) => matches!(intent, Intent::Install | Intent::Replace),
    };
    let deployed = history.iter().rfind(|r| r.info.status == Status::Deployed).cloned();
    Ok(Upcoming { action, revision, is_install, latest: history.last().cloned(), deployed })
}

/// Looks at the cluster; writes nothing.
pub async fn observe(
    client: &Client,
    desired: &Desired,
    options: &ObserveOptions,
    progress: &Progress,
) -> Result<Observed, Error> {
    let stored = history(client, desired, options, progress).await?;
    let lock = lock_of(client, &stored, desired);
    let history: Vec<Release> = stored.into_iter().map(|stored| stored.release).collect();
    let mut observed = Observed {
        history: Arc::new(history),
        lock,
        namespace_exists: true,
        ..Observed::default()
    };
    if let Lock::Held { .. } = observed.lock {
        return Ok(observed);
    }
    let namespace = ObjectRef::new("v1", "Namespace", None, &desired.namespace);
    observed.namespace_exists = match client.get(&namespace).await {
        Ok(found) => found.is_some(),
        // Who may only look into one namespace works in one that is there.
        Err(kubernetes::Error::Forbidden { .. }) => true,
        Err(error) => return Err(error.into()),
    };
    let method = crate::decide::method(desired, &observed.history);
    let look = Look { client, desired, cancel: &options.cancel, method };
    if let Some(content) = content(desired, &observed.history) {
        look.crds(&content, &mut observed).await?;
        if observed.namespace_exists {
            look.rights(Some(&content), &observed).await?;
        }
        look.objects(&content, &mut observed).await?;
    } else if observed.namespace_exists {
        look.rights(None, &observed).await?;
    }
    look.leaving(&mut observed).await?;
    Ok(observed)
}

async fn history(
    client: &Client,
    desired: &Desired,
    options: &ObserveOptions,
    progress: &Progress,
) -> Result<Vec<Stored>, Error> {
    let storage = Storage::new(client, &desired.namespace);
    let deadline = tokio::time::Instant::now() + options.lock_wait;
    let mut told = false;
    loop {
        let stored = storage.stored(&desired.name).await?;
        let Lock::Held { revision, holder } = lock_of(client, &stored, desired) else {
            return Ok(stored);
        };
        if tokio::time::Instant::now() >= deadline {
            return Ok(stored);
        }
        if !told {
            progress.send(Event::Phase(Phase::Lock));
            let who = if holder.is_empty() { "helm".to_owned() } else { holder };
            progress.send(Event::Warning(format!("revision {revision} is pending, held by {who}")));
            told = true;
        }
        tokio::select! {
            () = options.cancel.cancelled() => return Err(Error::Cancelled),
            () = tokio::time::sleep(LOCK_INTERVAL) => {}
        }
    }
}

fn lock_of(client: &Client, stored: &[Stored], desired: &Desired) -> Lock {
    let Some(latest) = stored.last() else { return Lock::Free };
    lock::judge(&latest.release, &latest.secret, client.now(), desired.options.abandoned_after)
}

/// The revision Helm would compare with: the deployed one, else the latest.
pub(crate) fn current(history: &[Release]) -> Option<&Release> {
    let deployed = history.iter().rfind(|r| r.info.status == Status::Deployed);
    deployed.or(history.last()).filter(|r| r.info.status != Status::Uninstalled)
}

/// Revisions whose objects may be in the cluster: the deployed one and everything tried since;
/// without one, everything that was tried.
pub(crate) fn in_cluster(history: &[Release]) -> impl Iterator<Item = &Release> {
    let since =
        history.iter().rfind(|r| r.info.status == Status::Deployed).map_or(0, |r| r.version);
    history.iter().filter(move |release| {
        release.version >= since
            && match release.info.status {
                Status::Superseded | Status::Uninstalled => false,
                Status::Unknown
                | Status::Deployed
                | Status::Failed
                | Status::Uninstalling
                | Status::PendingInstall
                | Status::PendingUpgrade
                | Status::PendingRollback => true,
            }
    })
}
