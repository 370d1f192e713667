//! What the whole run asks of the cluster: is it the right one, what does it hold of this stack.

use std::collections::{BTreeMap, BTreeSet};

use kubernetes::{Client, ListOptions};

use super::{Error, Orphan, Session};
use crate::model::Orphans;

/// Label of a release's Secrets: the stack.
pub(super) const STACK: &str = "windrose.dev/stack";
/// Label of a release's Secrets: the environment.
pub(super) const ENVIRONMENT: &str = "windrose.dev/environment";
/// Label of a release's Secrets: its key in the stack.
pub(super) const RELEASE: &str = "windrose.dev/release";

impl Session {
    /// Refuses a cluster that the environment is not pinned to.
    pub async fn check_cluster(&self) -> Result<(), Error> {
        let Some(pin) = self.stack.cluster.as_ref().and_then(|c| c.uid.as_ref()) else {
            return Ok(());
        };
        let uid = self.client.cluster_uid().await.map_err(asking("the namespace kube-system"))?;
        let uid = uid.as_deref();
        let actual = uid.unwrap_or("without a kube-system namespace");
        if uid.is_some_and(|uid| uid.to_lowercase().starts_with(&pin.to_lowercase())) {
            return Ok(());
        }
        Err(Error::WrongCluster {
            environment: self.stack.environment.clone(),
            expected: pin.clone(),
            actual: actual.to_owned(),
        })
    }

    /// Releases of this stack and environment in the cluster that are not enabled in the file.
    pub(super) async fn orphans(&self) -> Result<Vec<Orphan>, Error> {
        if self.stack.policy.orphans == Orphans::Ignore {
            return Ok(vec![]);
        }
        let releases = self.stack.releases.values();
        let wanted: BTreeSet<(&str, &str)> =
            releases.map(|r| (r.namespace.as_str(), r.name.as_str())).collect();
        let owned = self.owned().await?;
        Ok(owned
            .into_iter()
            .filter(|o| !wanted.contains(&(o.namespace.as_str(), o.name.as_str())))
            .collect())
    }

    /// Releases in the cluster that bear the labels of this stack and environment.
    pub(super) async fn owned(&self) -> Result<Vec<Orphan>, Error> {
        let (stack, environment) = (&self.stack.stack, &self.stack.environment);
        let labels =
            format!("owner=helm,status!=superseded,{STACK}={stack},{ENVIRONMENT}={environment}");
        let secrets = match list(&self.client, None, &labels).await {
            Err(kubernetes::Error::Forbidden { .. }) => {
                // Whoever may not look everywhere looks where the stack's releases are.
                let namespaces: BTreeSet<&String> =
                    self.stack.releases.values().map(|r| &r.namespace).collect();
                let mut all = vec![];
                for namespace in namespaces {
                    let found = list(&self.client, Some(namespace.clone()), &labels).await;
                    all.extend(found.map_err(asking("the releases of this stack"))?);
                }
                all
            }
            other => other.map_err(asking("the releases of this stack"))?,
        };
        let mut newest: BTreeMap<(String, String), (i64, bool, String)> = BTreeMap::new();
        for secret in &secrets {
            let text = |pointer: &str| secret.pointer(pointer)?.as_str();
            let label = |name: &str| secret.pointer("/metadata/labels")?.get(name)?.as_str();
            let (Some(namespace), Some(name)) = (text("/metadata/namespace"), label("name")) else {
                continue;
            };
            let version = label("version").and_then(|v| v.parse().ok()).unwrap_or(0);
            let installed = label("status") != Some("uninstalled");
            let key = label(RELEASE).unwrap_or(name).to_owned();
            let entry = newest.entry((namespace.to_owned(), name.to_owned()));
            let entry = entry.or_insert((version, installed, key.clone()));
            if version >= entry.0 {
                *entry = (version, installed, key);
            }
        }
        Ok(newest
            .into_iter()
            .filter(|(_, (_, installed, _))| *installed)
            .map(|((namespace, name), (_, _, key))| Orphan { key, name, namespace })
            .collect())
    }
}

async fn list(
    client: &Client,
    namespace: Option<String>,
    labels: &str,
) -> Result<Vec<serde_json::Value>, kubernetes::Error> {
    let options = ListOptions { namespace, labels: Some(labels.to_owned()), fields: None };
    client.list("v1", "Secret", &options).await
}

/// Names what could not be asked for.
pub(super) fn asking<E: Into<release::Error>>(what: &'static str) -> impl FnOnce(E) -> Error {
    move |source| Error::Cluster { what, source: Box::new(source.into()) }
}
