//! Namespaces: what each holds from the start, and how it is emptied at the end.

use serde_json::{Value, json};

use super::{create, delete};
use crate::cluster::Cluster;
use crate::object::{self, Name, text};

/// `kube-system`'s uid, which clients take for the cluster's identity.
const CLUSTER_UID: &str = "73616e64-626f-4078-8000-77696e64726f";

/// Lays out the namespaces of an empty cluster.
pub(super) fn bootstrap(cluster: &mut Cluster) {
    for name in ["default", "kube-node-lease", "kube-public", "kube-system"] {
        create(cluster, "namespaces", "", json!({"metadata": {"name": name}}));
    }
    cluster.rewrite("namespaces", &(String::new(), "kube-system".to_owned()), "", |namespace| {
        namespace["metadata"]["uid"] = json!(CLUSTER_UID);
    });
}

/// Fills a new namespace, empties and ends one that is going away.
pub(super) fn reconcile(cluster: &mut Cluster, name: &Name, live: &Value) {
    let namespace = name.1.as_str();
    if text(live, "/status/phase") != "Terminating" {
        let account = (namespace.to_owned(), "default".to_owned());
        if cluster.get("serviceaccounts", &account).is_none() {
            create(cluster, "serviceaccounts", namespace, json!({"metadata": {"name": "default"}}));
        }
        let root = (namespace.to_owned(), "kube-root-ca.crt".to_owned());
        if cluster.get("configmaps", &root).is_none() {
            let object = json!({"metadata": {"name": root.1, "annotations": {
                "kubernetes.io/description": "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters."}},
                "data": {"ca.crt": ""}});
            create(cluster, "configmaps", namespace, object);
        }
        return;
    }
    let mut left = false;
    for storage in cluster.store.storages() {
        for object in cluster.list(&storage, namespace) {
            left = true;
            if !object::is_deleting(&object) {
                delete(cluster, &storage, &super::name_of(&object));
            }
        }
    }
    if !left && object::list(live, "/metadata/finalizers").is_empty() {
        cluster.store.remove("namespaces", name);
    }
}
