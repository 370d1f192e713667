//! What is in the cluster now, release by release and object by object.

use futures::{StreamExt, TryStreamExt, stream};
use kubernetes::Client;
use release::Storage;

use super::cluster::asking;
use super::{Error, Installed, ObjectState, ReleaseStatus, Session};
use crate::resolved::Release;

impl Session {
    /// What is in the cluster now, in the order of the graph.
    pub async fn status(&self) -> Result<Vec<ReleaseStatus>, Error> {
        self.check_cluster().await?;
        stream::iter(self.stack.in_order().cloned().collect::<Vec<_>>())
            .map(|release| async move { status(&self.client, &release).await })
            .buffered(self.parallel())
            .try_collect()
            .await
            .map_err(asking("the status of the releases"))
    }
}

async fn status(client: &Client, release: &Release) -> Result<ReleaseStatus, release::Error> {
    let storage = Storage::new(client, &release.namespace);
    let installed = match storage.get(&release.name, None).await {
        Ok(stored) => Some(Installed {
            objects: release::health(client, &stored)
                .await?
                .into_iter()
                .map(|h| ObjectState { object: h.object, status: h.status })
                .collect(),
            revision: stored.version,
            status: stored.info.status.as_str().to_owned(),
            chart: format!("{}-{}", stored.chart_name(), stored.chart_version()),
            app_version: stored.app_version().to_owned(),
            updated: stored.info.last_deployed.map(|t| t.to_string()).unwrap_or_default(),
        }),
        Err(release::Error::NotFound { .. }) => None,
        Err(error) => return Err(error),
    };
    Ok(ReleaseStatus {
        key: release.key.clone(),
        name: release.name.clone(),
        namespace: release.namespace.clone(),
        installed,
    })
}

/// The documents of a stored manifest as JSON.
pub(super) fn parsed(manifest: &str) -> Vec<serde_json::Value> {
    yaml::documents(manifest)
        .filter_map(|text| yaml::from_str(text.ok()?, yaml::Numbers::Exact).ok())
        .map(|value| value.to_json())
        .collect()
}
