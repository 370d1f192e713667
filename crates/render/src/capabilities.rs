//! What the cluster can do, as `.Capabilities` tells it.
use std::str::FromStr;

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
    /// What constraints are held against, where that is not the version itself: `v1.33.4`.
    constrained: Option<String>,
}

/// A text that is no Kubernetes version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct KubeVersionError(String);

impl KubeVersion {
    /// What a server reports of itself.
    pub fn reported(version: &str, major: &str, minor: &str) -> Self {
        Self {
            version: version.to_owned(),
            major: major.to_owned(),
            minor: minor.to_owned(),
            constrained: None,
        }
    }

    /// The version without what stands behind its numbers; empty where a server reported it.
    pub(crate) fn normalized(&self) -> &str {
        self.constrained.as_deref().unwrap_or_default()
    }

    /// What a chart's `kubeVersion` is held against, and what the version prints as.
    pub fn constrained(&self) -> &str {
        self.constrained.as_deref().unwrap_or(&self.version)
    }
}

impl FromStr for KubeVersion {
    type Err = KubeVersionError;

    /// Reads `--kube-version`: two or more numbers, `v` before and a suffix behind being allowed.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let trimmed = text.trim_start();
        let digits = trimmed.strip_prefix('v').unwrap_or(trimmed);
        let end = numbers_end(digits);
        if end == 0 {
            return Err(KubeVersionError(format!("could not parse {text:?} as version")));
        }
        let numbers: Vec<&str> = digits[..end].split('.').collect();
        if numbers.len() < 2 {
            return Err(KubeVersionError(format!("illegal version string {text:?}")));
        }
        if numbers[0].starts_with('0') && numbers[0] != "0" {
            return Err(KubeVersionError(format!(
                "illegal zero-prefixed version component {:?} in {text:?}",
                numbers[0]
            )));
        }
        let mut parsed = Vec::new();
        for number in numbers {
            let value: u64 = number.parse().map_err(|_| {
                KubeVersionError(format!(
                    "illegal non-numeric version component {number:?} in {text:?}: \
                     strconv.ParseUint: parsing {number:?}: value out of range"
                ))
            })?;
            parsed.push(value.to_string());
        }
        let prefix = if text.starts_with('v') { "" } else { "v" };
        Ok(Self {
            version: format!("{prefix}{text}"),
            major: parsed[0].clone(),
            minor: parsed[1].clone(),
            constrained: Some(format!("v{}", parsed.join("."))),
        })
    }
}

/// The length of `1.2.3` at the start of a text.
fn numbers_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let run = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    let mut end = run(0);
    while end > 0 && bytes.get(end) == Some(&b'.') && run(end + 1) > 0 {
        end += 1 + run(end + 1);
    }
    end
}

impl Default for Capabilities {
    /// What Helm 4.3.1 assumes without a cluster.
    fn default() -> Self {
        Self {
            kube_version: KubeVersion {
                constrained: Some("v1.37.0".to_owned()),
                ..KubeVersion::reported("v1.37.0", "1", "37")
            },
            api_versions: API_VERSIONS.iter().map(|&v| v.to_owned()).collect(),
            helm_version: "v4.3.1".to_owned(),
        }
    }
}

/// The groups that Helm 4.3.1 is built with (client-go 0.37), in its order.
const API_VERSIONS: &[&str] = &[
    "v1",
    "admissionregistration.k8s.io/v1",
    "admissionregistration.k8s.io/v1alpha1",
    "admissionregistration.k8s.io/v1beta1",
    "internal.apiserver.k8s.io/v1alpha1",
    "apps/v1",
    "apps/v1beta1",
    "apps/v1beta2",
    "authentication.k8s.io/v1",
    "authentication.k8s.io/v1alpha1",
    "authentication.k8s.io/v1beta1",
    "authorization.k8s.io/v1",
    "authorization.k8s.io/v1beta1",
    "autoscaling/v1",
    "autoscaling/v2",
    "batch/v1",
    "batch/v1beta1",
    "certificates.k8s.io/v1",
    "certificates.k8s.io/v1beta1",
    "certificates.k8s.io/v1alpha1",
    "coordination.k8s.io/v1alpha2",
    "coordination.k8s.io/v1beta1",
    "coordination.k8s.io/v1",
    "discovery.k8s.io/v1",
    "discovery.k8s.io/v1beta1",
    "events.k8s.io/v1",
    "events.k8s.io/v1beta1",
    "extensions/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1",
    "flowcontrol.apiserver.k8s.io/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1beta2",
    "flowcontrol.apiserver.k8s.io/v1beta3",
    "lifecycle.k8s.io/v1alpha1",
    "networking.k8s.io/v1",
    "networking.k8s.io/v1beta1",
    "node.k8s.io/v1",
    "node.k8s.io/v1alpha1",
    "node.k8s.io/v1beta1",
    "policy/v1",
    "policy/v1beta1",
    "rbac.authorization.k8s.io/v1",
    "rbac.authorization.k8s.io/v1beta1",
    "rbac.authorization.k8s.io/v1alpha1",
    "resource.k8s.io/v1",
    "resource.k8s.io/v1beta2",
    "resource.k8s.io/v1beta1",
    "resource.k8s.io/v1alpha3",
    "scheduling.k8s.io/v1alpha3",
    "scheduling.k8s.io/v1beta1",
    "scheduling.k8s.io/v1",
    "storage.k8s.io/v1beta1",
    "storage.k8s.io/v1",
    "storage.k8s.io/v1alpha1",
    "storagemigration.k8s.io/v1",
    "storagemigration.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1",
];

#[cfg(test)]
mod tests {
    use super::KubeVersion;

    #[test]
    fn versions_are_read_as_in_helm() {
        for (text, version, constrained) in [
            ("1.29", "v1.29", "v1.29"),
            ("v1.33.4-gke.1245000", "v1.33.4-gke.1245000", "v1.33.4"),
            ("1.30.0+k3s1", "v1.30.0+k3s1", "v1.30.0"),
        ] {
            let parsed: KubeVersion = text.parse().unwrap();
            assert_eq!((parsed.version.as_str(), parsed.constrained()), (version, constrained));
        }
        for (text, message) in [
            ("x", "could not parse \"x\" as version"),
            ("1", "illegal version string \"1\""),
            ("01.2", "illegal zero-prefixed version component \"01\" in \"01.2\""),
        ] {
            assert_eq!(text.parse::<KubeVersion>().unwrap_err().to_string(), message);
        }
    }
}
