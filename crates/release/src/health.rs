//! How the objects of a recorded revision are now.

use futures::{StreamExt, stream};
use kubernetes::status::{self, Status};
use kubernetes::{Client, ObjectRef, Scope};

use crate::error::Error;
use crate::manifest;
use crate::record::Release;

/// Requests in flight at once.
const PARALLEL: usize = 8;

/// One object of a release and how it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// The object.
    pub object: ObjectRef,
    /// The template it came from.
    pub source: String,
    /// Whether it is as it should be.
    pub status: Status,
}

/// Asks for every object of a revision and judges it; in the manifest's order.
pub async fn health(client: &Client, release: &Release) -> Result<Vec<Health>, Error> {
    let items = manifest::parse(&release.manifest, "release manifest")?;
    let named = items.into_iter().filter_map(|item| {
        Some((ObjectRef::of(&item.value)?, item.source, release.namespace.clone()))
    });
    let asked = stream::iter(named)
        .map(|(object, source, home)| async move {
            let (object, status) = look(client, object, home).await?;
            Ok::<_, Error>(Health { object, source, status })
        })
        .buffered(PARALLEL)
        .collect::<Vec<_>>()
        .await;
    asked.into_iter().collect()
}

async fn look(
    client: &Client,
    mut object: ObjectRef,
    home: String,
) -> Result<(ObjectRef, Status), Error> {
    let scope = match client.resource(&object.api_version, &object.kind).await {
        Ok(resource) => resource.scope,
        // The kind went with its definition, and its objects with it.
        Err(kubernetes::Error::UnknownKind { .. }) => return Ok((object, Status::NotFound)),
        Err(error) => return Err(error.into()),
    };
    match scope {
        Scope::Namespaced => {
            object.namespace.get_or_insert(home);
        }
        Scope::Cluster => object.namespace = None,
    }
    let live = client.get(&object).await?;
    Ok((object, live.map_or(Status::NotFound, |live| status::judge(&live))))
}
