//! The manifests of every release, as a first revision would have them.

use std::sync::Arc;

use futures::{StreamExt, stream};
use release::Stage;
use render::Operation;

use super::cluster::asking;
use super::desired::{Run, Unrendered};
use super::{Error, RenderedRelease, Session, charts};
use crate::event::Failure;
use crate::resolved::Release;

/// Renders at once where the stack does not say.
const PARALLEL: usize = 8;

impl Session {
    /// The manifests of every release, rendered in parallel.
    pub async fn render(&self) -> Result<Vec<RenderedRelease>, Error> {
        let run = self.start().await?;
        let releases: Vec<Arc<Release>> = self.stack.in_order().cloned().collect();
        let rendered = stream::iter(releases).map(|release| {
            let run = run.clone();
            async move {
                let result = run.render(&release, 1, Operation::Install).await;
                RenderedRelease {
                    key: release.key.clone(),
                    name: release.name.clone(),
                    namespace: release.namespace.clone(),
                    result: result.map(Arc::new).map_err(|e| match e {
                        Unrendered::Failed(failure) => failure,
                        Unrendered::Missing(path) => Failure::diagnostics(vec![path.place.error(
                            format!("there is no file `{}`", path.value),
                            "a job writes it before the release is applied",
                        )]),
                    }),
                }
            }
        });
        Ok(rendered.buffered(self.parallel()).collect().await)
    }

    /// What a run needs before its first release.
    pub(super) async fn start(&self) -> Result<Run, Error> {
        let (charts, stage) = tokio::join!(charts::load(self), Stage::of(&self.client));
        let stage = stage.map_err(asking("its version and APIs"))?;
        Ok(Run { session: self.clone(), charts, stage })
    }

    /// How many releases are worked on at once.
    pub(super) fn parallel(&self) -> usize {
        let wanted = self.concurrency.unwrap_or(self.stack.policy.concurrency);
        if wanted == 0 { PARALLEL } else { wanted }
    }
}
