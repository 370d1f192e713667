//! Brings the cluster to the stack: each release as soon as its own needs are there.
//!
//! One release: before-jobs → values are final → render → observe, decide, act → after-jobs. Before-jobs run on every
//! apply, because only then the values are known; one that shall run only for a change says
//! `when: ${{ release.changed }}`, and is then judged by the values as they are before it runs. After-jobs run after
//! success, those with `always` after failure too.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use release::{
    ActOptions, Action, ChangeKind, Event as Happened, HookState, Intent, ObserveOptions, Phase,
    Progress, Upcoming, WaitMode,
};

use super::desired::{Run, Unrendered};
use super::plan::missing;
use super::walk::{Applied, Limits, walk};
use super::{Error, Report, Session};
use crate::event::{Event, Failure, JobEvent, Outcome, Step};
use crate::job::{Ended, Surroundings};
use crate::model::{JobRuns, OnFailure, Upgrade, Wait};
use crate::resolved::{Job, Release};

/// How long somebody else's operation on the release is waited for.
const LOCK_WAIT: Duration = Duration::from_mins(1);
/// Lines of a failed hook's log that are quoted.
const QUOTED: usize = 20;

/// A run that changes the cluster.
#[derive(Clone)]
struct Apply {
    run: Run,
    /// Objects that may still be deleted.
    deletes: Option<Arc<AtomicUsize>>,
}

impl Session {
    /// Brings the cluster to the stack, each release as soon as its own needs are there.
    pub async fn apply(&self) -> Result<Report, Error> {
        self.check_cluster().await?;
        let run = self.start().await?;
        let deletes = self.stack.protect.max_deletes.map(|n| Arc::new(AtomicUsize::new(n)));
        let apply = Apply { run, deletes };
        let outcomes = walk(&self.stack.graph, &self.limits(), &self.events, |key, applied| {
            let apply = apply.clone();
            async move {
                match apply.run.session.stack.releases.get(&key).map(Arc::clone) {
                    Some(release) => apply.release(&release, applied).await,
                    None => Outcome::Absent,
                }
            }
        })
        .await;
        // What was done matters more than a list that could not be had.
        let orphans = self.orphans().await.unwrap_or_default();
        Ok(Report { outcomes, orphans, left: vec![] })
    }

    pub(super) fn limits(&self) -> Limits {
        Limits {
            concurrency: self.parallel(),
            failure: self.stack.policy.failure,
            cancel: self.cancel.clone(),
        }
    }
}

impl Apply {
    async fn release(&self, release: &Arc<Release>, applied: Applied) -> Outcome {
        let upcoming = match self.upcoming(release).await {
            Ok(upcoming) => upcoming,
            Err(error) => return failed(&error),
        };
        if release.upgrade == Upgrade::Never
            && let Some(deployed) = &upcoming.deployed
        {
            return Outcome::Unchanged { revision: deployed.version };
        }
        let outcome = match self.before(release, &upcoming).await {
            Ok(()) => self.act(release, &upcoming, applied).await.unwrap_or_else(|o| o),
            Err(outcome) => outcome,
        };
        self.after(release, outcome).await
    }

    async fn upcoming(&self, release: &Release) -> Result<Upcoming, release::Error> {
        let client = &self.run.session.client;
        release::upcoming(client, &release.namespace, &release.name, &Intent::Apply).await
    }

    async fn before(&self, release: &Arc<Release>, upcoming: &Upcoming) -> Result<(), Outcome> {
        let asks = |job: &Job| {
            let texts = job.when.iter().chain(&job.run).chain(job.env.iter().map(|(_, t)| t));
            texts.chain(&job.workdir).any(|t| t.value.reads("release", "changed"))
        };
        let changed = if release.before.iter().any(asks) {
            self.would_change(release, upcoming).await?
        } else {
            false
        };
        for job in &release.before {
            self.job(release, job, changed).await?;
        }
        Ok(())
    }

    /// Whether the release would change with the values as they are now.
    async fn would_change(
        &self,
        release: &Arc<Release>,
        upcoming: &Upcoming,
    ) -> Result<bool, Outcome> {
        let desired = match self.run.desired(release, upcoming).await {
            Ok(desired) => desired,
            Err(Unrendered::Missing(_)) => return Ok(true),
            Err(Unrendered::Failed(failure)) => return Err(Outcome::Failed(failure)),
        };
        let options =
            ObserveOptions { lock_wait: LOCK_WAIT, cancel: self.run.session.cancel.clone() };
        let client = &self.run.session.client;
        let observed = release::observe(client, &desired, &options, &Progress::silent())
            .await
            .map_err(|e| failed(&e))?;
        let plan = release::decide(&desired, &observed).map_err(|e| failed(&e))?;
        Ok(!plan.is_nothing())
    }

    async fn act(
        &self,
        release: &Arc<Release>,
        upcoming: &Upcoming,
        applied: Applied,
    ) -> Result<Outcome, Outcome> {
        let session = &self.run.session;
        let step = |step| (session.events)(Event::Step { release: release.key.clone(), step });
        step(Step::Rendering);
        let desired = self.run.desired(release, upcoming).await.map_err(|e| match e {
            Unrendered::Missing(path) => Outcome::Failed(missing(&path)),
            Unrendered::Failed(failure) => Outcome::Failed(failure),
        })?;
        step(Step::Observing);
        let log = Arc::new(Mutex::new(VecDeque::new()));
        let progress = self.progress(release, applied, &log);
        let options = ObserveOptions { lock_wait: LOCK_WAIT, cancel: session.cancel.clone() };
        let observed = release::observe(&session.client, &desired, &options, &progress)
            .await
            .map_err(|e| failed(&e))?;
        let plan = release::decide(&desired, &observed).map_err(|e| failed(&e))?;
        self.allow_deletes(&plan).map_err(Outcome::Failed)?;
        let options = ActOptions {
            timeout: release.timeout,
            wait: match release.wait {
                Wait::Ready => WaitMode::ReadyAndJobs,
                Wait::Applied => WaitMode::Hooks,
            },
            on_failure: match release.on_failure {
                OnFailure::Rollback => release::OnFailure::Rollback,
                OnFailure::Keep => release::OnFailure::Keep,
            },
            cancel: session.cancel.clone(),
            ..ActOptions::default()
        };
        let done = release::act(&session.client, &plan, &options, &progress).await;
        let done = done.map_err(|error| match failed(&error) {
            Outcome::Failed(failure) => {
                let output = log.lock().unwrap_or_else(PoisonError::into_inner);
                Outcome::Failed(Failure { output: output.iter().cloned().collect(), ..failure })
            }
            other => other,
        })?;
        let revision = done.release.map_or(plan.revision, |r| r.version);
        Ok(match plan.action {
            Action::Nothing => Outcome::Unchanged { revision },
            Action::Install => Outcome::Installed { revision },
            Action::Upgrade | Action::Rollback { .. } => Outcome::Upgraded { revision },
            Action::Uninstall => Outcome::Uninstalled,
        })
    }

    /// Takes the plan's deletions from what the environment allows in one apply.
    fn allow_deletes(&self, plan: &release::Plan) -> Result<(), Failure> {
        let Some(left) = &self.deletes else { return Ok(()) };
        let deletes = plan
            .changes
            .iter()
            .filter(|c| matches!(c.kind, ChangeKind::Delete | ChangeKind::Replace { .. }))
            .count();
        let taken =
            left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(deletes));
        taken.map(|_| ()).map_err(|left| {
            let limit = self.run.session.stack.protect.max_deletes.unwrap_or(0);
            let objects = if deletes == 1 { "object" } else { "objects" };
            Failure::message(format!(
                "it would delete {deletes} {objects}; `maxDeletes: {limit}` of this environment leaves {left}"
            ))
        })
    }

    /// Turns what happens to the release into events, and remembers the end of its hooks' logs.
    fn progress(
        &self,
        release: &Release,
        applied: Applied,
        log: &Arc<Mutex<VecDeque<String>>>,
    ) -> Progress {
        let events = Arc::clone(&self.run.session.events);
        let key = release.key.clone();
        let log = Arc::clone(log);
        Progress::new(move |happened| {
            let step = match happened {
                Happened::Phase(Phase::Apply | Phase::Crds) => Some(Step::Applying),
                Happened::Phase(Phase::Wait) => {
                    applied.tell();
                    None
                }
                Happened::Phase(Phase::Delete) => Some(Step::Deleting),
                Happened::Phase(Phase::Rollback) => Some(Step::RollingBack),
                Happened::Phase(Phase::Lock) => Some(Step::WaitingFor {
                    object: "the release".to_owned(),
                    reason: "another operation is in progress".to_owned(),
                }),
                Happened::Waiting { waiting, .. } => waiting
                    .into_iter()
                    .next()
                    .map(|w| Step::WaitingFor { object: w.object.to_string(), reason: w.reason }),
                Happened::Hook { event, object, state: HookState::Started } => {
                    Some(Step::WaitingFor {
                        object: object.to_string(),
                        reason: format!("{} hook", event.as_str()),
                    })
                }
                Happened::HookLog { text, .. } => {
                    let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
                    log.extend(text.lines().map(str::to_owned));
                    let surplus = log.len().saturating_sub(QUOTED);
                    log.drain(..surplus);
                    None
                }
                Happened::Phase(Phase::Hooks(_) | Phase::Record)
                | Happened::Hook { .. }
                | Happened::Object { .. }
                | Happened::Repaired { .. }
                | Happened::Warning(_) => None,
            };
            if let Some(step) = step {
                events(Event::Step { release: key.clone(), step });
            }
        })
    }

    /// Runs the after-jobs that fit the outcome; a failure of theirs is the release's.
    async fn after(&self, release: &Release, outcome: Outcome) -> Outcome {
        let mut result = outcome.clone();
        for job in &release.after {
            let fits = match &result {
                Outcome::Cancelled => false,
                ended => ended.is_success() || job.runs == JobRuns::Always,
            };
            if fits
                && let Err(worse) = self.job(release, job, outcome.is_change()).await
                && result.is_success()
            {
                result = worse;
            }
        }
        result
    }

    async fn job(&self, release: &Release, job: &Job, changed: bool) -> Result<(), Outcome> {
        let session = &self.run.session;
        let tell = |event: JobEvent| {
            let (release, job) = (release.key.clone(), job.name.clone());
            (session.events)(Event::Job { release, job, event });
        };
        let ended = crate::job::run(
            job,
            &Surroundings {
                root: session.files.root(),
                variables: self.variables(release),
                scope: &release.job_scope(changed),
                cancel: &session.cancel,
                tell: &tell,
            },
        )
        .await;
        match ended {
            Ended::Fine => Ok(()),
            Ended::Cancelled => Err(Outcome::Cancelled),
            Ended::Wrong(error) => Err(Outcome::Failed(Failure::diagnostics(vec![*error]))),
            Ended::Failed { why, output } => {
                let message = format!("job `{}` failed: {why}", job.name);
                Err(Outcome::Failed(Failure { message, diagnostics: vec![], output }))
            }
        }
    }

    fn variables(&self, release: &Release) -> BTreeMap<String, String> {
        let stack = &self.run.session.stack;
        let mut variables = self.run.session.environment.clone();
        variables.extend(
            [
                ("WINDROSE_STACK", &stack.stack),
                ("WINDROSE_ENVIRONMENT", &stack.environment),
                ("WINDROSE_RELEASE", &release.name),
                ("WINDROSE_NAMESPACE", &release.namespace),
            ]
            .map(|(name, value)| (name.to_owned(), value.clone())),
        );
        variables
    }
}

/// A failed operation as an outcome; a cancelled one is no failure.
pub(super) fn failed(error: &release::Error) -> Outcome {
    match error {
        release::Error::Cancelled | release::Error::Kubernetes(kubernetes::Error::Cancelled) => {
            Outcome::Cancelled
        }
        error => Outcome::Failed(Failure::error(error)),
    }
}
