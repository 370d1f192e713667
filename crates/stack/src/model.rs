//! A stack file after it was read: every key typed, every value with its place.
//!
//! **Invariant**: a [`Stack`] was read without an error, so names and expressions in it are sound as far as one
//! file can tell. What depends on an environment is not decided here (see `resolved`).

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use diagnostic::Source;

use crate::expression::Text;
use crate::input::Input;
use crate::place::Spanned;
use crate::tree::Tree;

/// One stack file.
#[derive(Clone, Debug)]
pub struct Stack {
    /// The file itself.
    pub source: Arc<Source>,
    /// `name`: what the stack is called, also in the labels of its releases.
    pub name: String,
    /// `inputs`: what each environment must or may say.
    pub inputs: BTreeMap<String, Input>,
    /// `environments` by name, abstract ones too.
    pub environments: BTreeMap<String, Environment>,
    /// `charts` by name.
    pub charts: BTreeMap<String, ChartPath>,
    /// `defaults`: for every release that does not say otherwise.
    pub defaults: Defaults,
    /// `policy`: how the whole graph is run.
    pub policy: Policy,
    /// `releases` by key, in the order of the file.
    pub releases: Vec<ReleaseSpec>,
}

/// An entry of `environments`.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Its key.
    pub name: Spanned<String>,
    /// `abstract: true`: only to be extended.
    pub is_abstract: bool,
    /// `extends`: the environment whose layers come first.
    pub extends: Option<Spanned<String>>,
    /// `layers`: files, later ones win.
    pub layers: Vec<Spanned<String>>,
    /// `cluster`: the only cluster this environment may touch.
    pub cluster: Option<Cluster>,
    /// `protect`: what an apply may not do.
    pub protect: Protect,
}

/// `cluster`: a kube context and a pin.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Cluster {
    /// `context`: the kubeconfig context to use.
    pub context: Option<String>,
    /// `uid`: UID of the `kube-system` namespace, or its first characters (four at least).
    pub uid: Option<String>,
}

/// `protect`: limits of an environment.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Protect {
    /// `maxDeletes`: how many objects one apply may delete.
    pub max_deletes: Option<usize>,
}

/// A chart in a directory or an archive.
#[derive(Clone, Debug, PartialEq)]
pub struct ChartPath {
    /// `path`, relative to the stack file.
    pub path: Spanned<String>,
}

/// `defaults`.
#[derive(Clone, Debug, Default)]
pub struct Defaults {
    /// `namespace`; `default` where nothing is said.
    pub namespace: Option<Spanned<Text>>,
    /// `wait`; ready where nothing is said.
    pub wait: Option<Wait>,
    /// `timeout`; five minutes where nothing is said.
    pub timeout: Option<Duration>,
    /// `onFailure`; keep where nothing is said.
    pub on_failure: Option<OnFailure>,
    /// `labels` of every release.
    pub labels: Vec<(String, Spanned<Text>)>,
}

/// `policy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// `concurrency`: how many releases are worked on at once.
    pub concurrency: usize,
    /// `failure`: what a failed release stops.
    pub failure: FailurePolicy,
    /// `orphans`: what happens to releases that left the file.
    pub orphans: Orphans,
}

/// `policy.failure`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailurePolicy {
    /// `finish-independent`: only its dependents.
    FinishIndependent,
    /// `stop`: nothing new starts.
    Stop,
}

/// `policy.orphans`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Orphans {
    /// `list`: they are shown.
    List,
    /// `ignore`: nobody looks for them.
    Ignore,
}

/// `wait`: when a release counts as done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// `ready`: its workloads run.
    Ready,
    /// `applied`: the API server has its objects.
    Applied,
}

/// `onFailure`: what becomes of a release that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnFailure {
    /// `rollback`: back to the revision before; a failed first install is removed.
    Rollback,
    /// `keep`: it stays as it is, to be looked at and repaired by the next apply.
    Keep,
}

/// `upgrade`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upgrade {
    /// `always`: whenever something changed.
    Always,
    /// `never`: installed once, then left alone.
    Never,
}

/// How far a needed release must be before its dependent starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NeedMode {
    /// `ready`: it is done, with everything it waits for.
    Ready,
    /// `applied`: the API server has its objects.
    Applied,
    /// `optional`: it is done or has failed.
    Optional,
}

/// An entry of `needs`.
#[derive(Clone, Debug, PartialEq)]
pub struct Need {
    /// Key of the needed release.
    pub key: Spanned<String>,
    /// How far it must be.
    pub mode: NeedMode,
}

/// An entry of `releases`, or of a layer's `releases`, which says only what is different.
#[derive(Clone, Debug)]
pub struct ReleaseSpec {
    /// Its key.
    pub key: Spanned<String>,
    /// `chart`: a name of `charts`, or a path of its own.
    pub chart: Option<ChartUse>,
    /// `name` of the Helm release; the key where nothing is said.
    pub name: Option<Spanned<Text>>,
    /// `namespace`
    pub namespace: Option<Spanned<Text>>,
    /// `needs`
    pub needs: Option<Vec<Need>>,
    /// `when`: without it, always.
    pub when: Option<Spanned<Text>>,
    /// `values`, lowest first.
    pub values: Vec<ValuesEntry>,
    /// `labels`
    pub labels: Vec<(String, Spanned<Text>)>,
    /// `wait`
    pub wait: Option<Wait>,
    /// `timeout`
    pub timeout: Option<Duration>,
    /// `onFailure`
    pub on_failure: Option<OnFailure>,
    /// `upgrade`
    pub upgrade: Option<Upgrade>,
    /// `jobs.before`
    pub before: Vec<JobSpec>,
    /// `jobs.after`
    pub after: Vec<JobSpec>,
    /// `forEach`
    pub for_each: Option<ForEach>,
}

/// `chart` of a release.
#[derive(Clone, Debug, PartialEq)]
pub enum ChartUse {
    /// A name of `charts`.
    Named(Spanned<String>),
    /// A chart of its own.
    Own(ChartPath),
}

/// An entry of `values`.
#[derive(Clone, Debug)]
pub enum ValuesEntry {
    /// A file, relative to the stack file.
    File(Spanned<String>),
    /// A map in place.
    Inline(Tree),
}

/// An entry of `jobs.before` or `jobs.after`.
#[derive(Clone, Debug)]
pub struct JobSpec {
    /// `name`; `before-1`, `after-2` … where nothing is said.
    pub name: String,
    /// `run`: program and arguments; no shell reads them.
    pub run: Vec<Spanned<Text>>,
    /// `when`: without it, always.
    pub when: Option<Spanned<Text>>,
    /// `env`: variables beside the few that every job has.
    pub env: Vec<(String, Spanned<Text>)>,
    /// `workdir`, relative to the stack file, whose directory is the default.
    pub workdir: Option<Spanned<Text>>,
    /// `timeout` of one try; the release's where nothing is said.
    pub timeout: Option<Duration>,
    /// `retries` after a failed try.
    pub retries: u32,
    /// What its outcome means to others.
    pub on_error: JobFailure,
    /// When an after-job runs.
    pub runs: JobRuns,
}

/// What a job's failure does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobFailure {
    /// Fails its release.
    Fail,
    /// `ignoreFailure: true`: is reported, no more.
    Ignore,
}

/// When an after-job runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobRuns {
    /// After success.
    OnSuccess,
    /// `always: true`: after failure too.
    Always,
}

/// `forEach`: one release for each item.
#[derive(Clone, Debug)]
pub struct ForEach {
    /// `in`: an expression that gives a list.
    pub items: Spanned<Text>,
    /// `as`: the item's name in expressions.
    pub variable: Spanned<String>,
    /// `name`: key and release name of an instance.
    pub name: Spanned<Text>,
}

impl Stack {
    /// The environments that can be used, by name.
    pub fn usable_environments(&self) -> impl Iterator<Item = &str> {
        self.environments.values().filter(|e| !e.is_abstract).map(|e| e.name.value.as_str())
    }

    /// The folder of the stack file, as the file's name says it.
    pub(crate) fn base(&self) -> &Path {
        Path::new(&self.source.name).parent().unwrap_or(Path::new(""))
    }

    /// The release with this key.
    pub fn release(&self, key: &str) -> Option<&ReleaseSpec> {
        self.releases.iter().find(|r| r.key.value == key)
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self { concurrency: 8, failure: FailurePolicy::FinishIndependent, orphans: Orphans::List }
    }
}
