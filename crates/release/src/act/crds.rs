//! Definitions below `crds/`, brought before anything is rendered, as Helm's install does.
//!
//! Applied on the server they are brought up to date, too; created by us they stay as they are.

use std::time::Duration;

use kubernetes::wait::{self, Until, WaitOptions};
use kubernetes::{ApplyOptions, CancellationToken, Client, DryRun, Force, ObjectRef, WriteOptions};
use serde_json::Value;

use super::objects::describe;
use crate::desired::{Conflicts, Crd, Method};
use crate::error::Error;
use crate::manifest;
use crate::storage::MANAGER;

/// Helm's patience with the server.
const PATIENCE: Duration = Duration::from_mins(1);

/// Brings definitions to the cluster and waits until it serves their kinds.
pub async fn bring_crds(
    client: &Client,
    crds: &[Crd],
    (method, conflicts): (Method, Conflicts),
    cancel: &CancellationToken,
) -> Result<(), Error> {
    let mut brought = Vec::new();
    for crd in crds {
        let failed =
            |why: String| Error::Apply(format!("failed to install CRD {}: {why}", crd.source));
        let items = manifest::parse(&crd.text, &crd.source);
        let items = items.map_err(|error| failed(error.to_string()))?;
        if items.is_empty() {
            return Err(failed("resources are empty".to_owned()));
        }
        for item in items {
            if cancel.is_cancelled() {
                return Err(Error::Cancelled);
            }
            let Some(object) = ObjectRef::of(&item.value) else { continue };
            match bring(client, &item.value, method, conflicts).await {
                Ok(()) => brought.push(object),
                Err(kubernetes::Error::AlreadyExists { .. }) => {}
                Err(error) if method == Method::ClientSide => {
                    return Err(failed(error.to_string()));
                }
                Err(error) => return Err(failed(describe(&object, &error))),
            }
        }
    }
    if brought.is_empty() {
        return Ok(());
    }
    let options = WaitOptions::new(Until::Current, PATIENCE, cancel);
    wait::ready(client, &brought, &options, &|_| ()).await.map_err(super::not_ready)?;
    client.forget_discovery();
    Ok(())
}

async fn bring(
    client: &Client,
    definition: &Value,
    method: Method,
    conflicts: Conflicts,
) -> Result<(), kubernetes::Error> {
    let manager = MANAGER.to_owned();
    if method == Method::ClientSide {
        let options = WriteOptions { manager, dry_run: DryRun::No };
        return client.create(definition, &options).await.map(drop);
    }
    let force = match conflicts {
        Conflicts::Refuse => Force::Refuse,
        Conflicts::Force => Force::Take,
    };
    let options = ApplyOptions { manager, force, dry_run: DryRun::No };
    client.apply(definition, &options).await.map(drop)
}
