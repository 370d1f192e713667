//! A stack for one environment: names, conditions, needs and values decided.
//!
//! **Invariant**: a [`Resolved`] names only releases that exist and its needs have no cycle. Values that a before-job
//! writes are read when that job has run, not here (see [`Release::values`]).

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use diagnostic::Diagnostic;
use yaml::Value;

use crate::expression::{Scope, Text};
use crate::files::Files;
use crate::graph::Graph;
use crate::model::{
    Cluster, JobFailure, JobRuns, NeedMode, OnFailure, Policy, Protect, Upgrade, ValuesEntry, Wait,
};
use crate::place::{Place, Spanned};
use crate::values::{Gap, Values};

/// A stack for one environment.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// Name of the stack.
    pub stack: String,
    /// Name of the environment.
    pub environment: String,
    /// The cluster that it is for; nothing means whatever the caller is connected to.
    pub cluster: Option<Cluster>,
    /// Limits.
    pub protect: Protect,
    /// How the graph is run.
    pub policy: Policy,
    /// Values of the inputs, with where each comes from.
    pub inputs: BTreeMap<String, InputValue>,
    /// The releases of this environment by key.
    pub releases: BTreeMap<String, Arc<Release>>,
    /// Releases that `when` switched off here, by key.
    pub disabled: BTreeMap<String, Disabled>,
    /// Who needs whom.
    pub graph: Graph,
    /// What is probably not meant.
    pub warnings: Vec<Diagnostic>,
}

/// An input's value.
#[derive(Clone, Debug, PartialEq)]
pub struct InputValue {
    /// The value, of the declared type.
    pub value: Value,
    /// Where it was said; nothing for a flag of the command line.
    pub place: Option<Place>,
}

/// A release that `when` switched off.
#[derive(Clone, Debug, PartialEq)]
pub struct Disabled {
    /// The condition as written.
    pub condition: String,
    /// Where.
    pub place: Place,
}

/// A release of one environment.
#[derive(Clone, Debug)]
pub struct Release {
    /// Its key in the stack; instances of `forEach` have the name of the instance.
    pub key: String,
    /// Name of the Helm release.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// The chart's directory or archive, relative to the stack file.
    pub chart: Spanned<PathBuf>,
    /// Who must be how far before this one starts; only enabled releases.
    pub needs: BTreeMap<String, NeedMode>,
    /// Needed releases that are switched off here, and therefore satisfied.
    pub satisfied: Vec<String>,
    /// The user's labels.
    pub labels: BTreeMap<String, String>,
    /// When it counts as done.
    pub wait: Wait,
    /// How long the release may take, its jobs not counted.
    pub timeout: Duration,
    /// What becomes of it when it fails.
    pub on_failure: OnFailure,
    /// Whether an installed release is touched again.
    pub upgrade: Upgrade,
    /// Jobs that run before its values are final.
    pub before: Vec<Job>,
    /// Jobs that run when it is done.
    pub after: Vec<Job>,
    /// Where its values come from, lowest first.
    pub(crate) sources: Vec<ValuesEntry>,
    /// What its expressions see.
    pub(crate) scope: Scope,
    /// The folder of the stack file, as it is named to people.
    pub(crate) base: PathBuf,
}

/// A job of a release. What its expressions see of the release's outcome is known only when it is its turn.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its name, unique within `before` or `after`.
    pub name: String,
    /// Program and arguments.
    pub run: Vec<Spanned<Text>>,
    /// Runs only where this is true.
    pub when: Option<Spanned<Text>>,
    /// Variables.
    pub env: Vec<(String, Spanned<Text>)>,
    /// Working directory, relative to the stack file.
    pub workdir: Option<Spanned<Text>>,
    /// How long one try may take.
    pub timeout: Duration,
    /// Further tries after a failed one.
    pub retries: u32,
    /// What its failure does.
    pub on_error: JobFailure,
    /// When it runs.
    pub runs: JobRuns,
}

impl Resolved {
    /// The releases, each after all that it needs.
    pub fn in_order(&self) -> impl Iterator<Item = &Arc<Release>> {
        self.graph.order().iter().filter_map(|key| self.releases.get(key))
    }
}

impl Release {
    /// Reads the values files and merges them with the inline values; expressions become values.
    ///
    /// Call it again when a before-job has run: the job may have written one of the files.
    pub fn values(&self, files: &dyn Files) -> Result<Values, Vec<Diagnostic>> {
        crate::values::gather(self, files).map_err(Gap::into_diagnostics)
    }
}
