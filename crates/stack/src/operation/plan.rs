//! What an apply would do now, release by release; nothing is changed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt, stream};
use kubernetes::CancellationToken;
use release::{Desired, Intent, ObserveOptions, Progress};

use super::desired::{Run, Unrendered};
use super::status::parsed;
use super::{Error, Planned, ReleasePlan, Session, StackPlan};
use crate::event::Failure;
use crate::model::Upgrade;
use crate::resolved::{Job, Release};
use diagnostic::Diagnostic;
use yaml::Value;

const DEFINITION: &str = "CustomResourceDefinition";

/// Whether something will happen to the release, as far as a plan can say.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expected {
    Change,
    Nothing,
    NoJobs,
}

impl Session {
    /// What [`apply`](Self::apply) would do now; changes nothing.
    ///
    /// Kinds that a needed release defines are known to a plan although the cluster does not serve them yet.
    pub async fn plan(&self) -> Result<StackPlan, Error> {
        self.check_cluster().await?;
        let (run, orphans) = tokio::join!(self.start(), self.orphans());
        let (run, orphans) = (run?, orphans?);
        let releases: Vec<Arc<Release>> = self.stack.in_order().cloned().collect();
        let drafts = stream::iter(releases.clone())
            .map(|release| {
                let run = run.clone();
                async move { run.draft(&release).await.map(Box::new) }
            })
            .buffered(self.parallel())
            .collect::<Vec<Result<Box<Desired>, Planned>>>()
            .await;
        let mut brought = Brought::default();
        let mut drafted = vec![];
        for (release, draft) in releases.into_iter().zip(drafts) {
            let definitions = brought.before(&release, draft.as_deref().ok());
            drafted.push((release, draft, definitions));
        }
        let plans = stream::iter(drafted).map(|(release, draft, definitions)| {
            let run = run.clone();
            async move {
                let action = match draft {
                    Ok(mut desired) => {
                        desired.options.definitions = definitions;
                        run.compare(&desired).await.unwrap_or_else(Planned::Failed)
                    }
                    Err(planned) => planned,
                };
                release_plan(&release, action)
            }
        });
        Ok(StackPlan { releases: plans.buffered(self.parallel()).collect().await, orphans })
    }
}

impl Run {
    /// What the release shall be, or why nothing has to be compared.
    async fn draft(&self, release: &Arc<Release>) -> Result<Desired, Planned> {
        let client = &self.session.client;
        let upcoming = release::upcoming(client, &release.namespace, &release.name, &Intent::Apply)
            .await
            .map_err(|e| Planned::Failed(Failure::error(&e)))?;
        if release.upgrade == Upgrade::Never && upcoming.deployed.is_some() {
            return Err(Planned::Kept);
        }
        self.desired(release, &upcoming).await.map_err(|e| match e {
            Unrendered::Failed(failure) => Planned::Failed(failure),
            Unrendered::Missing(path) => match release.before.last() {
                Some(job) => Planned::AfterJob { job: job.name.clone(), file: path.value },
                None => Planned::Failed(missing(&path)),
            },
        })
    }

    async fn compare(&self, desired: &Desired) -> Result<Planned, Failure> {
        let options =
            ObserveOptions { lock_wait: Duration::ZERO, cancel: CancellationToken::new() };
        let client = &self.session.client;
        let observed = release::observe(client, desired, &options, &Progress::silent())
            .await
            .map_err(|e| Failure::error(&e))?;
        let plan = release::decide(desired, &observed).map_err(|e| Failure::error(&e))?;
        Ok(Planned::Known(Box::new(plan)))
    }
}

/// Definitions that releases bring to those that need them, directly or not.
#[derive(Default)]
struct Brought {
    own: BTreeMap<String, Vec<serde_json::Value>>,
    providers: BTreeMap<String, BTreeSet<String>>,
}

impl Brought {
    /// What is there before a release, which is noted with what it brings itself. Call it in the graph's order.
    fn before(&mut self, release: &Release, desired: Option<&Desired>) -> Vec<serde_json::Value> {
        let mut providers: BTreeSet<String> = BTreeSet::new();
        for need in release.needs.keys() {
            providers.extend(self.providers.get(need).into_iter().flatten().cloned());
        }
        let own = desired.map(definitions).unwrap_or_default();
        let before = providers.iter().flat_map(|p| &self.own[p]).cloned().collect();
        if !own.is_empty() {
            providers.insert(release.key.clone());
            self.own.insert(release.key.clone(), own);
        }
        self.providers.insert(release.key.clone(), providers);
        before
    }
}

/// The custom resource definitions of a release.
fn definitions(desired: &Desired) -> Vec<serde_json::Value> {
    let Some(content) = &desired.content else { return vec![] };
    let crds = content.crds.iter().map(|crd| crd.text.as_str());
    crds.chain([content.manifest.as_str()])
        .filter(|text| text.contains(DEFINITION))
        .flat_map(parsed)
        .filter(|object| object["kind"] == DEFINITION)
        .collect()
}

fn release_plan(release: &Release, action: Planned) -> ReleasePlan {
    let expected = match &action {
        Planned::Known(plan) if plan.is_nothing() => Expected::Nothing,
        Planned::Known(_) | Planned::AfterJob { .. } => Expected::Change,
        Planned::Kept | Planned::Failed(_) => Expected::NoJobs,
    };
    ReleasePlan {
        key: release.key.clone(),
        name: release.name.clone(),
        namespace: release.namespace.clone(),
        before: expected_jobs(release, &release.before, expected),
        after: expected_jobs(release, &release.after, expected),
        action,
    }
}

/// Jobs that would run; one whose condition cannot be evaluated yet is named, so that nobody is surprised.
fn expected_jobs(release: &Release, jobs: &[Job], expected: Expected) -> Vec<String> {
    if expected == Expected::NoJobs {
        return vec![];
    }
    let scope = release.job_scope(expected == Expected::Change);
    let runs = |job: &&Job| {
        job.when.as_ref().is_none_or(|w| w.value.evaluate_bool(&scope).unwrap_or(true))
    };
    jobs.iter().filter(runs).map(|job| job.name.clone()).collect()
}

pub(super) fn missing(path: &crate::place::Spanned<String>) -> Failure {
    let error: Diagnostic = path.place.error(format!("there is no file `{}`", path.value), "");
    Failure::diagnostics(vec![error.code("no-such-file")])
}

impl Release {
    /// What the expressions of its jobs see.
    pub(crate) fn job_scope(&self, changed: bool) -> crate::expression::Scope {
        let own = Value::from_iter([
            ("key", Value::from(self.key.as_str())),
            ("name", Value::from(self.name.as_str())),
            ("namespace", Value::from(self.namespace.as_str())),
            ("changed", Value::Bool(changed)),
        ]);
        self.scope.clone().with("release", &own)
    }
}
