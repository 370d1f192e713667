//! From a release of the stack to what the `release` room is asked for: values, rendering, options.

use std::sync::Arc;

use chart::values::Given;
use release::{
    Conflicts, Content, Desired, Intent, Namespaces, RenderError, Rendering, Stage, Upcoming,
};
use render::{Operation, Rendered};

use super::Session;
use super::charts::Charts;
use super::cluster::{ENVIRONMENT, RELEASE, STACK};
use crate::event::Failure;
use crate::place::Spanned;
use crate::resolved::Release;
use crate::values::gather;

/// What one run shares.
#[derive(Clone)]
pub(super) struct Run {
    pub(super) session: Session,
    pub(super) charts: Charts,
    pub(super) stage: Stage,
}

/// Why there is no rendering.
pub(super) enum Unrendered {
    /// A values file is missing, and a before-job may write it.
    Missing(Spanned<String>),
    /// It cannot be rendered.
    Failed(Failure),
}

impl Run {
    /// Renders a release for the revision that comes next.
    pub(super) async fn render(
        &self,
        release: &Arc<Release>,
        revision: i64,
        operation: Operation,
    ) -> Result<Rendered, Unrendered> {
        let chart = match self.charts.get(&release.chart.value) {
            Some(Ok(chart)) => Arc::clone(chart),
            Some(Err(why)) => return Err(Unrendered::Failed(chart_failure(release, why))),
            None => return Err(Unrendered::Failed(chart_failure(release, "it was not loaded"))),
        };
        let (of, files) = (Arc::clone(release), Arc::clone(&self.session.files));
        let gathered = tokio::task::spawn_blocking(move || gather(&of, files.as_ref())).await;
        let values = match gathered {
            Ok(Ok(values)) => values,
            Ok(Err(gap)) => {
                return Err(match gap.only_missing() {
                    Some(path) => Unrendered::Missing(path.clone()),
                    None => Unrendered::Failed(Failure::diagnostics(gap.into_diagnostics())),
                });
            }
            Err(error) => return Err(Unrendered::Failed(Failure::error(&error))),
        };
        let rendering = Rendering {
            chart,
            values: values.to_chart(),
            name: release.name.clone(),
            namespace: release.namespace.clone(),
            revision,
            operation,
            options: render::Options {
                time_zone: Some(self.session.time_zone.clone()),
                given: Given::by(values),
                ..render::Options::default()
            },
            now: jiff::Timestamp::now(),
            entropy,
        };
        self.stage.render(rendering).await.map_err(|error| {
            Unrendered::Failed(match error {
                RenderError::Chart(error) => Failure {
                    message: error.helm_text(),
                    diagnostics: error.to_diagnostics(),
                    output: vec![],
                },
                RenderError::Thread(_) | RenderError::Stopped { .. } => Failure::error(&error),
            })
        })
    }

    /// What a release shall be, ready to be observed and decided.
    pub(super) async fn desired(
        &self,
        release: &Arc<Release>,
        upcoming: &Upcoming,
    ) -> Result<Desired, Unrendered> {
        self.refuse_foreign(upcoming).map_err(Unrendered::Failed)?;
        let operation = if upcoming.is_install { Operation::Install } else { Operation::Upgrade };
        let rendered = self.render(release, upcoming.revision, operation).await?;
        let mut labels = release.labels.clone();
        let stack = &self.session.stack;
        let own =
            [(STACK, &stack.stack), (ENVIRONMENT, &stack.environment), (RELEASE, &release.key)];
        labels.extend(own.map(|(k, v)| (k.to_owned(), v.clone())));
        Ok(Desired {
            name: release.name.clone(),
            namespace: release.namespace.clone(),
            intent: Intent::Apply,
            content: Some(Content::from_rendered(&rendered)),
            options: release::Options {
                namespaces: Namespaces::Create,
                labels,
                // The plan shows such fields; what the stack says of them is what shall be.
                conflicts: Conflicts::Force,
                ..release::Options::default()
            },
        })
    }

    /// A release that another stack or environment owns is left alone.
    fn refuse_foreign(&self, upcoming: &Upcoming) -> Result<(), Failure> {
        let Some(latest) = &upcoming.latest else { return Ok(()) };
        let (Some(stack), Some(environment)) =
            (latest.labels.get(STACK), latest.labels.get(ENVIRONMENT))
        else {
            return Ok(());
        };
        let ours = &self.session.stack;
        if *stack == ours.stack && *environment == ours.environment {
            return Ok(());
        }
        Err(Failure::message(format!(
            "release `{}` in namespace `{}` belongs to stack `{stack}`, environment `{environment}`",
            latest.name, latest.namespace
        )))
    }
}

fn chart_failure(release: &Release, why: &str) -> Failure {
    let path = release.chart.value.display();
    let error = release.chart.place.error(format!("chart `{path}` cannot be loaded: {why}"), "");
    Failure::diagnostics(vec![error])
}

/// The operating system's random bytes.
fn entropy(buffer: &mut [u8]) {
    // Without a random source there is nothing safe to make keys or passwords from.
    getrandom::fill(buffer).expect("the operating system gives random bytes");
}
