//! A stack file as a typed graph: check it, plan it, show it, run it.
//!
//! A stack is a team's whole platform: releases with `needs`, jobs around them, and many broadly similar environments.
//! [`load`] reads the file and gathers everything that is wrong with it; [`resolve`] decides it for one environment;
//! a [`Session`] renders, plans, applies, shows or destroys the result.
//!
//! **Invariant**: an error found by [`load`] or [`resolve`] is a [`Diagnostic`] with a place, and nothing has touched a
//! cluster before both have passed. Nothing here prints, reads the process environment or holds a command line.
//!
//! ```
//! use std::collections::BTreeMap;
//!
//! let files = stack::Memory::from_iter([
//!     ("env/staging.yaml", "replicas: 2"),
//!     ("web/Chart.yaml", "{apiVersion: v2, name: web, version: 0.1.0}"),
//! ]);
//! let source = stack::Source::new(
//!     "stack.yaml",
//!     "
//! apiVersion: stack/v1
//! name: shop
//! inputs: {replicas: {type: integer, minimum: 1}}
//! environments: {staging: {layers: [env/staging.yaml]}}
//! releases:
//!   web:
//!     chart: {path: web}
//!     values: {replicas: '${{ inputs.replicas }}'}
//! ",
//! );
//! let stack = stack::load(&source).unwrap();
//! let staging = stack::resolve(&stack, Some("staging"), &BTreeMap::new(), &files).unwrap();
//! let values = staging.releases["web"].values(&files).unwrap();
//! assert_eq!(values.to_map()["replicas"].as_i64(), Some(2));
//! ```

mod event;
mod expression;
mod files;
mod graph;
mod input;
mod job;
mod merge;
mod model;
mod operation;
mod place;
mod read;
mod resolve;
mod resolved;
mod tree;
mod values;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use diagnostic::{Diagnostic, Source};
pub use event::{Event, Failure, JobEvent, JobResult, Outcome, Sink, Step, Stream};
pub use expression::{Scope, Text, Variables};
pub use files::{Directory, Files, Memory};
pub use graph::{Cycle, Graph};
pub use input::{Input, Kind, Misfit, Others, Schema, Unique};
pub use model::{
    ChartPath, ChartUse, Cluster, Defaults, Environment, FailurePolicy, ForEach, JobFailure,
    JobRuns, JobSpec, Need, NeedMode, OnFailure, Orphans, Policy, Protect, ReleaseSpec, Stack,
    Upgrade, ValuesEntry, Wait,
};
pub use operation::{
    Error, Installed, ObjectState, Orphan, Planned, ReleasePlan, ReleaseStatus, RenderedRelease,
    Report, Session, StackPlan,
};
pub use place::{Place, Spanned};
pub use resolved::{Disabled, InputValue, Job, Release, Resolved};
pub use tree::{Entry, Read, Tree, TreeKind};
pub use values::{Explanation, Values};

/// Reads a stack file. All that is wrong with it is returned at once.
pub fn load(source: &Arc<Source>) -> Result<Stack, Vec<Diagnostic>> {
    read::read_stack(source)
}

/// Decides a stack for one environment: layers, inputs, conditions, needs, and all values that can be read already.
///
/// `environment` may be left out where the stack has exactly one that is not abstract. `inputs` are those of the command
/// line, which win over every layer: text, read by the declared type.
pub fn resolve(
    stack: &Stack,
    environment: Option<&str>,
    inputs: &BTreeMap<String, String>,
    files: &dyn Files,
) -> Result<Resolved, Vec<Diagnostic>> {
    resolve::resolve(stack, environment, inputs, files)
}
