//! The state of a cluster as one JSON document.
//!
//! Objects stand in the order of their stores and names, their members sorted, so that equal states
//! are equal bytes. Running watches and the log of changes are not kept.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cluster::Cluster;
use crate::sandbox::Error;

/// The version of the format.
pub(crate) const FORMAT: u64 = 1;

#[derive(Serialize, Deserialize)]
struct Document {
    format: u64,
    revision: u64,
    minted: u64,
    objects: Vec<(String, Value)>,
}

#[derive(Deserialize)]
struct Head {
    format: u64,
}

/// Writes a cluster's state.
pub(crate) fn take(cluster: &Cluster) -> Vec<u8> {
    let objects = cluster
        .store
        .everything()
        .map(|(storage, object)| (storage.to_string(), sorted(object)))
        .collect();
    let document = Document {
        format: FORMAT,
        revision: cluster.store.revision(),
        minted: cluster.minted(),
        objects,
    };
    // JSON values with string keys always serialize.
    serde_json::to_vec(&document).unwrap_or_default()
}

/// Fills an empty cluster with a state.
pub(crate) fn load(cluster: &mut Cluster, state: &[u8]) -> Result<(), Error> {
    let head: Head = serde_json::from_slice(state).map_err(Error::Snapshot)?;
    if head.format != FORMAT {
        return Err(Error::Format { found: head.format });
    }
    let document: Document = serde_json::from_slice(state).map_err(Error::Snapshot)?;
    cluster.restore((document.revision, document.minted), document.objects);
    Ok(())
}

/// A value with the members of every object in order, whatever map keeps them.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut pairs: Vec<(&String, &Value)> = map.iter().collect();
            pairs.sort_by_key(|(key, _)| *key);
            Value::Object(
                pairs.into_iter().map(|(key, value)| (key.clone(), sorted(value))).collect(),
            )
        }
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}
