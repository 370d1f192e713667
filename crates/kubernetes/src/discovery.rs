//! Which kinds a server serves, at which paths: aggregated discovery, cached per client.

use serde::{Deserialize, Serialize};

/// Where objects of a kind live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Scope {
    /// In a namespace.
    Namespaced,
    /// In the cluster as a whole.
    Cluster,
}

/// One served kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// Group and version (`apps/v1`).
    pub api_version: String,
    /// The kind (`Deployment`).
    pub kind: String,
    /// The path segment (`deployments`).
    pub plural: String,
    /// Namespaced or not.
    pub scope: Scope,
    /// Verbs it serves.
    pub verbs: Vec<String>,
}

/// What the server says it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServerVersion {
    /// `v1.36.3`.
    pub git_version: String,
    /// `1`.
    pub major: String,
    /// `36`.
    pub minor: String,
}
