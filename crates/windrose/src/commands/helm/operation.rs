//! One operation on a release, from what is wanted to what came of it.

use std::time::Duration;

use kubernetes::{CancellationToken, Client};
use release::{ActOptions, Desired, Event, ObserveOptions, OnFailure, Plan, Progress, WaitMode};

use crate::duration;
use crate::failure::{Exit, Failure};

/// Flags of every operation that changes a cluster.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct OperationFlags {
    /// Time to wait for any single operation, such as a hook
    #[arg(long, value_name = "DURATION", default_value = "5m0s", value_parser = duration::parse)]
    pub(crate) timeout: Duration,
    /// Wait until everything is ready: watcher (the default with --wait), hookOnly or legacy
    #[arg(long, value_name = "STRATEGY", num_args = 0..=1, require_equals = true, default_missing_value = "watcher")]
    pub(crate) wait: Option<Wait>,
    /// With --wait: also wait until all Jobs have completed
    #[arg(long)]
    pub(crate) wait_for_jobs: bool,
    /// Do not run hooks
    #[arg(long)]
    pub(crate) no_hooks: bool,
    /// Description of the revision
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,
}

/// Helm's names for how to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
#[value(rename_all = "camelCase")]
pub(crate) enum Wait {
    /// Until every object is ready.
    #[value(alias = "true")]
    Watcher,
    /// For hooks only.
    #[value(alias = "false")]
    HookOnly,
    /// As watcher.
    Legacy,
}

impl OperationFlags {
    /// What [`release::act`] takes.
    pub(crate) fn act_options(
        &self,
        on_failure: OnFailure,
        cancel: CancellationToken,
    ) -> ActOptions {
        let waits = match self.wait {
            Some(Wait::Watcher | Wait::Legacy) => true,
            Some(Wait::HookOnly) => false,
            None => on_failure == OnFailure::Rollback,
        };
        let wait = match (waits, self.wait_for_jobs) {
            (false, _) => WaitMode::Hooks,
            (true, false) => WaitMode::Ready,
            (true, true) => WaitMode::ReadyAndJobs,
        };
        ActOptions { timeout: self.timeout, wait, on_failure, cancel, ..ActOptions::default() }
    }
}

/// Looks and decides; a plan that may not be carried out is an error.
pub(crate) async fn plan(
    client: &Client,
    desired: &Desired,
    lock_wait: Duration,
    cancel: &CancellationToken,
) -> Result<Plan, release::Error> {
    let options = ObserveOptions { lock_wait, cancel: cancel.clone() };
    let observed = release::observe(client, desired, &options, &progress()).await?;
    let plan = release::decide(desired, &observed)?;
    let reasons: Vec<_> = plan.refusals().into_iter().cloned().collect();
    if reasons.is_empty() { Ok(plan) } else { Err(release::Error::Refused { reasons }) }
}

/// Looks, decides and acts.
pub(crate) async fn perform(
    client: &Client,
    desired: &Desired,
    options: &ActOptions,
) -> Result<release::Outcome, release::Error> {
    let plan = plan(client, desired, options.timeout, &options.cancel).await?;
    release::act(client, &plan, options, &progress()).await
}

/// Warnings, repairs and hooks' logs are said; the rest is Helm's silence.
pub(crate) fn progress() -> Progress {
    Progress::new(|event| {
        let line = match event {
            Event::Warning(text) => format!("WARNING: {text}\n"),
            Event::Repaired { revision } => {
                format!("revision {revision} was left unfinished and is marked failed\n")
            }
            Event::HookLog { text, .. } => text,
            Event::Phase(_) | Event::Object { .. } | Event::Waiting { .. } | Event::Hook { .. } => {
                return;
            }
        };
        let _ = crate::context::say(&line);
    })
}

/// An operation's failure; a cancelled one ends as interrupted.
pub(crate) fn failed(error: &release::Error) -> Failure {
    if matches!(error, release::Error::Cancelled) {
        let _ = crate::context::say("stopped; the next operation on this release repairs it\n");
        return Failure::Told(Exit::Interrupted);
    }
    Failure::from_error(error)
}
