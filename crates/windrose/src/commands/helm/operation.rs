//! One operation on a release, from what is wanted to what came of it.

use std::sync::Arc;
use std::time::Duration;

use chart::Warning;
use kubernetes::{CancellationToken, Client};
use release::{
    ActOptions, Conflicts, Desired, Event, Lock, Method, ObserveOptions, Observed, OnFailure, Plan,
    Progress, Replace, WaitMode, Wording,
};

use super::template::flags::{ForceFlags, tell_old_wait, wait};
use crate::context::Context;
use crate::duration;
use crate::failure::{ErrorForm, Exit, Failure, Outcome};
use crate::output::log;

/// What Helm's watcher takes for no time at all.
const LEAST_PATIENCE: Duration = Duration::from_secs(30);

/// Flags of every operation that changes a cluster.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct OperationFlags {
    /// Time to wait for any single operation, such as a hook
    #[arg(long, value_name = "DURATION", default_value = "5m0s", value_parser = timeout)]
    timeout: Duration,
    /// Wait until everything is ready: watcher (the default with --wait), hookOnly or legacy
    #[arg(long, value_name = "STRATEGY", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "watcher", value_parser = wait)]
    wait: Option<String>,
    /// With --wait: also wait until all Jobs have completed
    #[arg(long)]
    wait_for_jobs: bool,
    /// Do not run hooks
    #[arg(long)]
    pub(crate) no_hooks: bool,
    /// Description of the revision
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
}

fn timeout(text: &str) -> Result<Duration, String> {
    duration::check_go(text)?;
    match duration::parse(text.trim_start_matches('+')) {
        Ok(Duration::ZERO) | Err(_) => Ok(LEAST_PATIENCE),
        Ok(given) => Ok(given),
    }
}

impl OperationFlags {
    /// What [`release::act`] takes.
    pub(crate) fn act_options(
        &self,
        context: &Context,
        on_failure: OnFailure,
        cancel: CancellationToken,
    ) -> ActOptions {
        let waits = match self.wait.as_deref() {
            Some("watcher" | "legacy" | "true") => true,
            Some(_) | None => on_failure == OnFailure::Rollback,
        };
        let wait = match (waits, self.wait_for_jobs) {
            (false, _) => WaitMode::Hooks,
            (true, false) => WaitMode::Ready,
            (true, true) => WaitMode::ReadyAndJobs,
        };
        ActOptions {
            timeout: self.timeout,
            wait,
            on_failure,
            wording: wording(context),
            cancel,
            ..ActOptions::default()
        }
    }

    /// The description, if it says anything.
    pub(crate) fn description(&self) -> Option<String> {
        self.description.clone().filter(|text| !text.is_empty())
    }

    /// Tells of words that have a new name.
    pub(crate) fn tell_deprecated(&self, context: &Context) -> Outcome {
        tell_old_wait(context, self.wait.as_deref())
    }
}

/// In whose words failures are recorded: as they are told.
pub(crate) fn wording(context: &Context) -> Wording {
    match context.errors {
        ErrorForm::Helm => Wording::Helm,
        ErrorForm::Caret | ErrorForm::Json => Wording::Own,
    }
}

/// Tells of flags that have a new name.
pub(crate) fn tell_deprecated(context: &Context, force: &ForceFlags, atomic: bool) -> Outcome {
    let mut known = [
        (force.force.is_some(), "force", "use --force-replace instead"),
        (atomic, "atomic", "use --rollback-on-failure instead"),
    ];
    let words = &context.environment.words;
    let is = |word: &str, name: &str| {
        let flag = word.strip_prefix("--").unwrap_or_default();
        flag.split('=').next() == Some(name)
    };
    // In the order in which they were given.
    known.sort_by_key(|(_, name, _)| words.iter().position(|word| is(word, name)));
    for (given, name, advice) in known {
        if given {
            context.say(&format!("Flag --{name} has been deprecated, {advice}\n"))?;
        }
    }
    Ok(())
}

/// What `--force-replace` and `--force-conflicts` ask for.
pub(crate) fn forced(force: &ForceFlags) -> (Replace, Conflicts) {
    let replace = force.force_replace.or(force.force) == Some(true);
    let conflicts = force.force_conflicts == Some(true);
    (
        if replace { Replace::Overwrite } else { Replace::Refuse },
        if conflicts { Conflicts::Force } else { Conflicts::Refuse },
    )
}

/// `--server-side` of upgrade and rollback.
pub(crate) fn method(word: &str) -> Outcome<Method> {
    match word {
        "auto" => Ok(Method::AsBefore),
        "true" => Ok(Method::ServerSide),
        "false" => Ok(Method::ClientSide),
        other => Err(Failure::message(format!(
            "invalid/unknown release server-side apply method: {other}"
        ))),
    }
}

/// `--history-max`, else what the environment says, else Helm's number.
pub(crate) fn history_max(context: &Context, given: Option<i64>) -> usize {
    let known = context.environment.all.get("HELM_MAX_HISTORY").and_then(|n| n.parse().ok());
    // As in Helm, a negative number keeps all.
    usize::try_from(given.or(known).unwrap_or(10)).unwrap_or(0)
}

/// What is there.
pub(crate) async fn look(
    client: &Client,
    desired: &Desired,
    lock_wait: Duration,
    cancel: &CancellationToken,
) -> Result<Observed, release::Error> {
    let options = ObserveOptions { lock_wait, cancel: cancel.clone() };
    release::observe(client, desired, &options, &progress()).await
}

/// Looks and decides; a plan that may not be carried out is an error.
pub(crate) async fn plan(
    client: &Client,
    desired: &Desired,
    lock_wait: Duration,
    cancel: &CancellationToken,
) -> Result<Plan, release::Error> {
    let observed = look(client, desired, lock_wait, cancel).await?;
    checked(release::decide(desired, &observed)?)
}

/// As [`plan`], as if the release had no history: Helm pretends to install any name.
pub(crate) async fn plan_first(
    client: &Client,
    desired: &Desired,
    cancel: &CancellationToken,
) -> Result<Plan, release::Error> {
    let mut observed = look(client, desired, Duration::ZERO, cancel).await?;
    observed.history = Arc::default();
    observed.lock = Lock::Free;
    checked(release::decide(desired, &observed)?)
}

fn checked(plan: Plan) -> Result<Plan, release::Error> {
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
    Failure::from_error(error).in_helms_words(error.helm_text())
}

/// Puts Helm's words for what failed before the failure.
pub(crate) fn prefixed(prefix: &str, failure: Failure) -> Failure {
    match failure {
        Failure::Told(exit) => Failure::Told(exit),
        other => {
            let text = format!("{prefix}{}", other.helm_text());
            match other {
                Failure::Helm { shown, .. } => Failure::Helm { text, shown },
                other => other.in_helms_words(text),
            }
        }
    }
}

/// Whether the revision was begun before it failed.
pub(crate) fn was_begun(error: &release::Error) -> bool {
    use release::Error;
    matches!(
        error,
        Error::Apply(_) | Error::Hook { .. } | Error::NotReady(_) | Error::RolledBack { .. }
    )
}

/// Says what Helm logs before it fails with the same words.
pub(crate) fn log_error(context: &Context, message: &str, error: &str) -> Outcome {
    log::say_as_helm(context, &Warning::error(message).with("error", error))
}
