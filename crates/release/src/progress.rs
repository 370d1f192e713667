//! What happens while a plan is carried out: typed events, no printing.

use std::sync::Arc;

use kubernetes::{ObjectRef, wait::WaitingFor};

use crate::record::HookEvent;

/// Part of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Waiting for somebody else's operation to end or to prove dead.
    Lock,
    /// Definitions below `crds/`.
    Crds,
    /// Hooks of an event.
    Hooks(HookEvent),
    /// Objects are applied.
    Apply,
    /// Objects become ready.
    Wait,
    /// Objects that left are deleted.
    Delete,
    /// The outcome is recorded.
    Record,
    /// A failed revision is rolled back.
    Rollback,
}

/// What was done to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectState {
    /// Created.
    Created,
    /// Changed.
    Updated,
    /// Deleted and created again.
    Replaced,
    /// Found as it should be.
    Unchanged,
    /// Deleted.
    Deleted,
    /// Kept on purpose.
    Kept,
}

/// Where a hook is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HookState {
    /// Created, running.
    Started,
    /// Completed.
    Succeeded,
    /// Failed, with the reason.
    Failed(String),
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A part begins.
    Phase(Phase),
    /// An object reached a state.
    Object {
        /// The object.
        object: ObjectRef,
        /// The state.
        state: ObjectState,
    },
    /// What is still waited for; sent when it changes.
    Waiting {
        /// Objects that are ready.
        ready: usize,
        /// Objects in all.
        total: usize,
        /// The others, with reasons.
        waiting: Vec<WaitingFor>,
    },
    /// A hook moved on.
    Hook {
        /// When it runs.
        event: HookEvent,
        /// The object.
        object: ObjectRef,
        /// Where it is.
        state: HookState,
    },
    /// Logs of a hook's container, where its output policy asks for them.
    HookLog {
        /// The pod.
        pod: String,
        /// The container.
        container: String,
        /// The text.
        text: String,
    },
    /// A revision left behind was marked failed.
    Repaired {
        /// The revision.
        revision: i64,
    },
    /// Something worth a line.
    Warning(String),
}

/// Where events go; clones share the sink.
#[derive(Clone)]
pub struct Progress(Arc<dyn Fn(Event) + Send + Sync>);

impl Progress {
    /// Calls `sink` for every event, from the task that acts; it must not block.
    pub fn new(sink: impl Fn(Event) + Send + Sync + 'static) -> Self {
        Self(Arc::new(sink))
    }

    /// Nobody listens.
    pub fn silent() -> Self {
        Self::new(|_| ())
    }

    pub(crate) fn send(&self, event: Event) {
        (self.0)(event);
    }
}

impl std::fmt::Debug for Progress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Progress")
    }
}
