//! What the cluster can do, as `.Capabilities` tells it.

/// A cluster's version and the APIs it serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
    /// The Kubernetes version.
    pub kube_version: KubeVersion,
    /// `group/version` and `group/version/Kind` names that are served.
    pub api_versions: Vec<String>,
    /// The Helm version whose behaviour this is, `v4.3.1`.
    pub helm_version: String,
}

/// A Kubernetes version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KubeVersion {
    /// As the server gives it, `v1.33.4-gke.1245000`.
    pub version: String,
    /// `1`.
    pub major: String,
    /// `33`.
    pub minor: String,
}

impl Default for Capabilities {
    /// What Helm 4.3.1 assumes without a cluster.
    fn default() -> Self {
        Self {
            kube_version: KubeVersion {
                version: "v1.36.0".to_owned(),
                major: "1".to_owned(),
                minor: "36".to_owned(),
            },
            api_versions: vec!["v1".to_owned()],
            helm_version: "v4.3.1".to_owned(),
        }
    }
}
