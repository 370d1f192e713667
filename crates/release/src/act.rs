//! Carries out a plan and records it.

use std::time::Duration;

use kubernetes::{CancellationToken, Client};

use crate::error::Error;
use crate::plan::Plan;
use crate::progress::Progress;
use crate::record::Release;

/// How long, and for what, to wait.
#[derive(Clone, Debug)]
pub struct ActOptions {
    /// For each wait (objects, each hook).
    pub timeout: Duration,
    /// What is waited for.
    pub wait: WaitMode,
    /// After a failure.
    pub on_failure: OnFailure,
    /// Who acts, for others to read (`ci-job-7@runner`); any text.
    pub holder: String,
    /// Stops after the current request; the release is left repairable.
    pub cancel: CancellationToken,
}

impl Default for ActOptions {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(300),
            wait: WaitMode::Ready,
            on_failure: OnFailure::Keep,
            holder: "windrose".to_owned(),
            cancel: CancellationToken::new(),
        }
    }
}

/// What is waited for; hooks are always waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitMode {
    /// Only hooks.
    Hooks,
    /// All objects are ready.
    Ready,
    /// All objects are ready and Jobs complete.
    ReadyAndJobs,
}

/// After a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnFailure {
    /// The failed revision stays for a look.
    Keep,
    /// Back to the last good revision; a failed install is uninstalled.
    Rollback,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The record as stored; none after an uninstall without history and for `Nothing` without any.
    pub release: Option<Release>,
    /// Objects kept, as Helm's uninstall tells it; empty otherwise.
    pub kept: Vec<kubernetes::ObjectRef>,
}

/// Carries out a plan: CRDs, record, hooks, objects, readiness, hooks, record.
#[expect(clippy::unused_async, reason = "signatures first; the bodies follow")]
pub async fn act(
    _client: &Client,
    _plan: &Plan,
    _options: &ActOptions,
    _progress: &Progress,
) -> Result<Outcome, Error> {
    Err(Error::Cancelled)
}
