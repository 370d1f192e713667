//! What an apply would do now, release by release; nothing is changed.

use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt, stream};
use kubernetes::CancellationToken;
use release::{Intent, ObserveOptions, Progress};

use super::desired::{Run, Unrendered};
use super::{Error, Planned, ReleasePlan, Session, StackPlan};
use crate::event::Failure;
use crate::model::Upgrade;
use crate::resolved::{Job, Release};
use diagnostic::Diagnostic;
use yaml::Value;

/// Whether something will happen to the release, as far as a plan can say.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expected {
    Change,
    Nothing,
    NoJobs,
}

impl Session {
    /// What [`apply`](Self::apply) would do now; changes nothing.
    pub async fn plan(&self) -> Result<StackPlan, Error> {
        self.check_cluster().await?;
        let (run, orphans) = tokio::join!(self.start(), self.orphans());
        let (run, orphans) = (run?, orphans?);
        let keys = self.stack.graph.order().to_vec();
        let plans = stream::iter(keys).map(|key| {
            let run = run.clone();
            async move {
                let release = run.session.stack.releases.get(&key)?;
                Some(run.plan(release).await)
            }
        });
        let plans: Vec<Option<ReleasePlan>> = plans.buffered(self.parallel()).collect().await;
        Ok(StackPlan { releases: plans.into_iter().flatten().collect(), orphans })
    }
}

impl Run {
    async fn plan(&self, release: &Arc<Release>) -> ReleasePlan {
        let action = self.planned(release).await.unwrap_or_else(Planned::Failed);
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

    async fn planned(&self, release: &Arc<Release>) -> Result<Planned, Failure> {
        let client = &self.session.client;
        let upcoming = release::upcoming(client, &release.namespace, &release.name, &Intent::Apply)
            .await
            .map_err(|e| Failure::error(&e))?;
        if release.upgrade == Upgrade::Never && upcoming.deployed.is_some() {
            return Ok(Planned::Kept);
        }
        let desired = match self.desired(release, &upcoming).await {
            Ok(desired) => desired,
            Err(Unrendered::Failed(failure)) => return Err(failure),
            Err(Unrendered::Missing(path)) => {
                return Ok(match release.before.last() {
                    Some(job) => Planned::AfterJob { job: job.name.clone(), file: path.value },
                    None => Planned::Failed(missing(&path)),
                });
            }
        };
        let options =
            ObserveOptions { lock_wait: Duration::ZERO, cancel: CancellationToken::new() };
        let observed = release::observe(client, &desired, &options, &Progress::silent())
            .await
            .map_err(|e| Failure::error(&e))?;
        let plan = release::decide(&desired, &observed).map_err(|e| Failure::error(&e))?;
        Ok(Planned::Known(Box::new(plan)))
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
