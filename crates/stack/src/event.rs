//! What happens while a stack is worked on, as data for whoever shows it.
//!
//! **Invariant**: every release of the graph gets exactly one [`Event::Finished`], also when it never started. Events of
//! one release come in order; those of different releases are mixed.

use std::sync::Arc;
use std::time::Duration;

/// Where events go. Called from any task; it must not block.
pub type Sink = Arc<dyn Fn(Event) + Send + Sync>;

/// One thing that happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// A release waits for others; said once at the start, for each that has needs.
    Waiting {
        /// The release.
        release: String,
        /// What it waits for.
        needs: Vec<String>,
    },
    /// A release's turn has come.
    Started {
        /// The release.
        release: String,
    },
    /// A release is at another step of its work.
    Step {
        /// The release.
        release: String,
        /// The step.
        step: Step,
    },
    /// A job of a release.
    Job {
        /// The release.
        release: String,
        /// The job's name.
        job: String,
        /// What it does.
        event: JobEvent,
    },
    /// A release is done with, one way or another.
    Finished {
        /// The release.
        release: String,
        /// How it ended.
        outcome: Outcome,
        /// How long it took from its start.
        elapsed: Duration,
    },
}

/// What a release is busy with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Its chart is rendered.
    Rendering,
    /// The cluster is compared with it.
    Observing,
    /// Objects are written.
    Applying,
    /// Objects are there, and it waits for them.
    WaitingFor {
        /// The object, such as `Deployment/web`.
        object: String,
        /// Why it is not ready.
        reason: String,
    },
    /// It goes back to the revision before.
    RollingBack,
    /// Its objects are deleted.
    Deleting,
}

/// What a job does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobEvent {
    /// A try begins, counted from 1.
    Started {
        /// Which try.
        attempt: u32,
        /// Program and arguments.
        command: Vec<String>,
    },
    /// A line of its output.
    Output {
        /// Where it was written.
        stream: Stream,
        /// The line without its end.
        line: String,
    },
    /// It ended.
    Finished {
        /// How.
        result: JobResult,
    },
}

/// Where a job wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// How a job ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobResult {
    /// With status 0.
    Succeeded,
    /// Its condition was false.
    Skipped,
    /// Its last try failed: what happened, such as `exit status 3` or `timed out after 5s`.
    Failed(String),
    /// It failed, and `ignoreFailure` says that this does not matter.
    Ignored(String),
}

/// How a release ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A first revision.
    Installed {
        /// The revision.
        revision: i64,
    },
    /// A further revision.
    Upgraded {
        /// The revision.
        revision: i64,
    },
    /// Nothing to do; it keeps its revision.
    Unchanged {
        /// The revision.
        revision: i64,
    },
    /// It was uninstalled.
    Uninstalled,
    /// There was nothing to uninstall.
    Absent,
    /// It failed.
    Failed(Failure),
    /// A release that it needs failed or never ran.
    Blocked {
        /// That release.
        by: String,
    },
    /// The run was stopped before it was done; the next one goes on from there.
    Cancelled,
}

/// Why a release failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// One or more lines, the cause first.
    pub message: String,
    /// Places in files of the stack or the chart, where known.
    pub diagnostics: Vec<diagnostic::Diagnostic>,
    /// Last lines of a failed job's output.
    pub output: Vec<String>,
}

impl Failure {
    /// A failure that is one message.
    pub(crate) fn message(message: impl Into<String>) -> Self {
        Self { message: message.into(), diagnostics: vec![], output: vec![] }
    }

    /// A failure that points into files; the message is that of the first.
    pub(crate) fn diagnostics(diagnostics: Vec<diagnostic::Diagnostic>) -> Self {
        let message = diagnostics.first().map(|d| d.message.clone()).unwrap_or_default();
        Self { message, diagnostics, output: vec![] }
    }

    /// An error and its causes, outermost first, each on its line unless it was said already.
    pub(crate) fn error(error: &(dyn std::error::Error + 'static)) -> Self {
        let mut lines: Vec<String> = vec![];
        let mut next = Some(error);
        while let Some(error) = next {
            let text = error.to_string();
            if lines.last().is_none_or(|last| !last.contains(&text)) {
                lines.push(text);
            }
            next = error.source();
        }
        Self::message(lines.join("\n"))
    }
}

impl Outcome {
    /// Whether the release is as the stack wants it.
    pub fn is_success(&self) -> bool {
        match self {
            Self::Installed { .. }
            | Self::Upgraded { .. }
            | Self::Unchanged { .. }
            | Self::Uninstalled
            | Self::Absent => true,
            Self::Failed(_) | Self::Blocked { .. } | Self::Cancelled => false,
        }
    }

    /// Whether the cluster was changed; what `release.changed` says to after-jobs.
    pub fn is_change(&self) -> bool {
        match self {
            Self::Installed { .. } | Self::Upgraded { .. } | Self::Uninstalled => true,
            Self::Unchanged { .. }
            | Self::Absent
            | Self::Failed(_)
            | Self::Blocked { .. }
            | Self::Cancelled => false,
        }
    }
}
