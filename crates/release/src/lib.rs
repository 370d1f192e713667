//! Decides and performs install, upgrade, rollback and uninstall; keeps history that Helm can read.
//!
//! `observe` looks at the cluster, [`decide`] is a pure function from what is wanted and what is
//! there to a [`Plan`], [`act`] performs the plan and records it as Helm's release Secrets.
//!
//! **Invariant:** every sequence of writes may be cut at any point; what is left is a state that
//! the next operation on the release recognises and repairs. A plan that changes nothing writes
//! nothing.
//!
//! Not here: how templates run (the `render` room), printing, and anything that knows of stacks.

mod act;
mod codec;
mod content;
mod decide;
mod desired;
pub mod diff;
mod drift;
mod error;
mod health;
mod left_out;
mod live;
mod lock;
mod managed_fields;
mod manifest;
mod observe;
mod plan;
mod progress;
mod record;
mod rendering;
mod saved;
mod storage;
mod three_way;
mod trial;

pub use act::{
    ActOptions, OnFailure, Outcome, TestFilter, Tests, WaitMode, Wording, act, bring_crds, mend,
};
pub use content::chart_metadata;
pub use decide::decide;
pub use desired::{
    Conflicts, Content, Crd, CrdPolicy, Created, Desired, HookLeftovers, Hooks, Intent, Method,
    Namespaces, Options, Ownership, Rehearsal, Replace, Revisions,
};
pub use diff::{Diff, FieldChange, Line, Mark};
pub use drift::{Difference, Drift, Drifted, DriftedField, drift};
pub use error::Error;
pub use health::{Health, health};
pub use live::{Live, View, live};
pub use lock::Lock;
pub use managed_fields::Writer;
pub use observe::{ObserveOptions, Observed, Upcoming, observe, upcoming};
pub use plan::{
    Action, Change, ChangeKind, CrdChange, KeepReason, Plan, PlannedHook, Refusal, Repair,
};
pub use progress::{Event, HookState, ObjectState, Phase, Progress};
pub use record::{ApplyMethod, Hook, HookEvent, HookRun, Info, Release, Status};
pub use rendering::{RenderError, Rendering, Stage, Tell};
pub use saved::Saved;
pub use storage::{Filter, Found, Storage};
pub use trial::{Trial, TrialError, try_manifests};
