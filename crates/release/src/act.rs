//! Carries out a plan and records it.
//!
//! The sequence of a revision: what was left behind is marked failed; namespace; definitions;
//! the pending record, which is also the lock; hooks; objects; deletions; readiness; hooks; the
//! record is `deployed`, and only then are older revisions superseded. Cut anywhere, the next
//! operation finds a pending or failed revision whose objects it knows.

mod crds;
mod deploy;
mod hooks;
mod objects;
mod uninstall;

pub use hooks::{TestFilter, Tests};

use std::time::Duration;

pub use crds::bring_crds;

use kubernetes::wait::{Until, WaitOptions, WaitingFor};
use kubernetes::{CancellationToken, Client, ObjectRef};
use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;

use crate::desired::{Desired, Intent, Rehearsal};
use crate::drift::Drift;
use crate::error::Error;
use crate::lock::RENEWAL;
use crate::observe::{ObserveOptions, observe};
use crate::plan::{Action, KeepReason, Plan};
use crate::progress::{Event, Phase, Progress};
use crate::record::{Release, Status};
use crate::storage::{Held, Storage};

/// How long, and for what, to wait.
#[derive(Clone, Debug)]
pub struct ActOptions {
    /// For each wait (objects, each hook).
    pub timeout: Duration,
    /// What is waited for.
    pub wait: WaitMode,
    /// After a failure.
    pub on_failure: OnFailure,
    /// Who acts, for others to read (`ci-job-7@runner`).
    pub holder: String,
    /// In whose words a failure is recorded.
    pub wording: Wording,
    /// Stops after the current request; the release is left repairable.
    pub cancel: CancellationToken,
}

impl Default for ActOptions {
    fn default() -> Self {
        Self {
            timeout: Duration::from_mins(5),
            wait: WaitMode::Ready,
            on_failure: OnFailure::Keep,
            holder: "windrose".to_owned(),
            wording: Wording::Own,
            cancel: CancellationToken::new(),
        }
    }
}

/// What is waited for; hooks are always waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WaitMode {
    /// Only hooks; not that deleted objects are gone, either.
    Hooks,
    /// All objects are ready.
    Ready,
    /// All objects are ready and Jobs complete.
    ReadyAndJobs,
}

/// After a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OnFailure {
    /// The failed revision stays for a look.
    Keep,
    /// Back to the last good revision; a failed install is uninstalled.
    Rollback,
}

/// In whose words a failure is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wording {
    /// In ours, which say what the cluster's events and containers say.
    Own,
    /// In Helm's.
    Helm,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The record as stored; after an uninstall as it was last.
    pub release: Option<Release>,
    /// Objects kept although the release let go of them.
    pub kept: Vec<(ObjectRef, KeepReason)>,
}

/// Carries out a plan: CRDs, record, hooks, objects, readiness, hooks, record. A plan with
/// refusals writes nothing.
pub async fn act(
    client: &Client,
    plan: &Plan,
    options: &ActOptions,
    progress: &Progress,
) -> Result<Outcome, Error> {
    let reasons: Vec<_> = plan.refusals().into_iter().cloned().collect();
    if !reasons.is_empty() {
        return Err(Error::Refused { reasons });
    }
    if options.cancel.is_cancelled() {
        return Err(Error::Cancelled);
    }
    let storage = Storage::new(client, &plan.namespace);
    let actor = Actor { client, storage, plan, options, progress, holder: unique(&options.holder) };
    match plan.action {
        Action::Nothing => actor.nothing().await,
        Action::Uninstall => actor.uninstall().await,
        Action::Install | Action::Upgrade | Action::Rollback { .. } => match actor.deploy().await {
            Err(error) if options.on_failure == OnFailure::Rollback => actor.roll_back(error).await,
            outcome => outcome,
        },
    }
}

/// Sets back what drifted, and nothing else: no revision is written and no hook runs.
///
/// What the server would not take stays as it is.
pub async fn mend(
    client: &Client,
    drift: &Drift,
    options: &ActOptions,
    progress: &Progress,
) -> Result<(), Error> {
    let plan = drift.plan();
    let storage = Storage::new(client, &plan.namespace);
    let actor = Actor { client, storage, plan, options, progress, holder: unique(&options.holder) };
    actor.apply_objects().await?;
    actor.delete_objects().await?;
    actor.wait_for_objects().await
}

/// One operation under way.
struct Actor<'a> {
    client: &'a Client,
    storage: Storage,
    plan: &'a Plan,
    options: &'a ActOptions,
    progress: &'a Progress,
    /// Who holds the revision: the caller's name and something no other operation has.
    holder: String,
}

/// Says every few seconds that the holder lives, until dropped.
struct Heartbeat(JoinHandle<()>);

impl Drop for Heartbeat {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Actor<'_> {
    async fn nothing(&self) -> Result<Outcome, Error> {
        self.supersede(self.plan.revision).await?;
        Ok(Outcome { release: self.plan.work.record.clone(), kept: Vec::new() })
    }

    /// Marks every other revision that is still `deployed` as superseded; as in Helm, the one that
    /// was upgraded, even if it had failed.
    async fn supersede(&self, except: i64) -> Result<(), Error> {
        let upgrades = self.plan.action == Action::Upgrade
            && self.plan.work.options.rehearsal == Rehearsal::Skipped;
        for older in self.plan.work.history.iter() {
            let upgraded = upgrades && self.plan.previous == Some(older.version);
            let counts = upgraded || older.info.status == Status::Deployed;
            if counts && older.version != except {
                let mut older = older.clone();
                older.info.status = Status::Superseded;
                match self.storage.update(&older, Held::Nobody).await {
                    // Pruned in this very operation.
                    Ok(()) | Err(Error::Overtaken { .. }) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    }

    fn heartbeat(&self, revision: i64) -> Heartbeat {
        let storage = self.storage.clone();
        let name = self.plan.release.clone();
        Heartbeat(tokio::spawn(async move {
            loop {
                tokio::time::sleep(RENEWAL).await;
                if let Err(Error::Kubernetes(error)) = storage.renew(&name, revision).await
                    && error.is_not_found()
                {
                    return;
                }
            }
        }))
    }

    async fn roll_back(&self, cause: Error) -> Result<Outcome, Error> {
        let nothing_written = matches!(cause, Error::InProgress { .. } | Error::Overtaken { .. });
        if nothing_written {
            return Err(cause);
        }
        let good =
            self.plan.work.history.iter().rfind(|release| {
                matches!(release.info.status, Status::Deployed | Status::Superseded)
            });
        let to = good.map(|good| good.version);
        let intent = match good {
            Some(good) => Intent::Rollback { to: Some(good.version) },
            None => Intent::Uninstall,
        };
        self.progress.send(Event::Phase(Phase::Rollback));
        let desired = Desired {
            name: self.plan.release.clone(),
            namespace: self.plan.namespace.clone(),
            intent,
            content: None,
            options: self.plan.work.options.clone(),
        };
        let options = ActOptions {
            on_failure: OnFailure::Keep,
            cancel: CancellationToken::new(),
            ..self.options.clone()
        };
        let back = async {
            let look = ObserveOptions::default();
            let observed = observe(self.client, &desired, &look, self.progress).await?;
            let plan = crate::decide(&desired, &observed)?;
            Box::pin(act(self.client, &plan, &options, self.progress)).await
        };
        match back.await {
            Ok(_) => {
                let name = self.plan.release.clone();
                Err(Error::RolledBack { name, to, cause: Box::new(cause) })
            }
            Err(second) => {
                self.progress.send(Event::Warning(format!("rolling back failed: {second}")));
                Err(cause)
            }
        }
    }

    fn check_cancelled(&self) -> Result<(), Error> {
        if self.options.cancel.is_cancelled() { Err(Error::Cancelled) } else { Ok(()) }
    }

    async fn wait_ready(&self, objects: &[ObjectRef], until: Until) -> Result<(), Error> {
        let mut options = WaitOptions::new(until, self.options.timeout, &self.options.cancel);
        let changes = self.plan.changes.iter();
        let fleeting = changes.filter(|change| kubernetes::wait::is_fleeting(&change.manifest));
        options.fleeting = fleeting.map(|change| change.object.clone()).collect();
        let report = self.report(objects.len());
        kubernetes::wait::ready(self.client, objects, &options, &report).await.map_err(not_ready)
    }

    async fn wait_gone(&self, objects: &[ObjectRef]) -> Result<(), Error> {
        let options = WaitOptions::new(Until::Current, self.options.timeout, &self.options.cancel);
        let report = self.report(objects.len());
        kubernetes::wait::gone(self.client, objects, &options, &report).await.map_err(not_ready)
    }

    fn report(&self, total: usize) -> impl Fn(&[WaitingFor]) + Send + Sync {
        let progress = self.progress.clone();
        move |waiting: &[WaitingFor]| {
            progress.send(Event::Waiting {
                ready: total - waiting.len(),
                total,
                waiting: waiting.to_vec(),
            });
        }
    }
}

/// The hasher's random keys are source enough for a name.
fn unique(holder: &str) -> String {
    use std::hash::{BuildHasher, RandomState};
    format!("{holder}/{:016x}", RandomState::new().hash_one(holder))
}

fn not_ready(error: kubernetes::Error) -> Error {
    match error {
        kubernetes::Error::Cancelled => Error::Cancelled,
        error @ (kubernetes::Error::WaitTimeout { .. } | kubernetes::Error::Failed { .. }) => {
            Error::NotReady(error)
        }
        error => Error::Kubernetes(error),
    }
}
