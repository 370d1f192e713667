//! What is in the cluster now, release by release and object by object.

use futures::{StreamExt, TryStreamExt, stream};
use kubernetes::status::{Status, judge};
use kubernetes::{Client, ObjectRef, Scope};
use release::Storage;

use super::cluster::asking;
use super::{Error, Installed, ObjectState, ReleaseStatus, Session};
use crate::resolved::Release;

/// Requests of one release at once.
const PARALLEL: usize = 4;

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
            revision: stored.version,
            status: stored.info.status.as_str().to_owned(),
            chart: format!("{}-{}", stored.chart_name(), stored.chart_version()),
            app_version: stored.app_version().to_owned(),
            updated: stored.info.last_deployed.map(|t| t.to_string()).unwrap_or_default(),
            objects: objects(client, &stored.manifest, &stored.namespace).await?,
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

async fn objects(
    client: &Client,
    manifest: &str,
    namespace: &str,
) -> Result<Vec<ObjectState>, release::Error> {
    stream::iter(references(manifest))
        .map(|object| state(client, object, namespace))
        .buffered(PARALLEL)
        .try_collect()
        .await
}

async fn state(
    client: &Client,
    mut object: ObjectRef,
    namespace: &str,
) -> Result<ObjectState, release::Error> {
    let served = client.resource(&object.api_version, &object.kind).await;
    if let Err(kubernetes::Error::UnknownKind { .. }) = served {
        return Ok(ObjectState { object, status: Status::NotFound });
    }
    match served?.scope {
        Scope::Namespaced if object.namespace.is_none() => {
            object.namespace = Some(namespace.to_owned());
        }
        Scope::Cluster => object.namespace = None,
        Scope::Namespaced => {}
    }
    let live = client.get(&object).await?;
    let status = live.as_ref().map_or(Status::NotFound, judge);
    Ok(ObjectState { object, status })
}

/// The objects of a stored manifest; what cannot be read is left out.
pub(super) fn references(manifest: &str) -> Vec<ObjectRef> {
    parsed(manifest).iter().filter_map(ObjectRef::of).collect()
}

/// The documents of a stored manifest as JSON.
pub(super) fn parsed(manifest: &str) -> Vec<serde_json::Value> {
    yaml::documents(manifest)
        .filter_map(|text| yaml::from_str(text.ok()?, yaml::Numbers::Exact).ok())
        .map(|value| value.to_json())
        .collect()
}
