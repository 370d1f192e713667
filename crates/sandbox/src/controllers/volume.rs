//! Claims are bound to volumes made for them.

use serde_json::{Value, json};

use super::create;
use crate::cluster::Cluster;
use crate::object::{self, Name, text};

/// Lays out the class claims get by default.
pub(super) fn bootstrap_class(cluster: &mut Cluster) {
    let class = json!({"metadata": {"name": "standard",
        "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}},
        "provisioner": "sandbox.windrose.dev/volume"});
    create(cluster, "storageclasses.storage.k8s.io", "", class);
}

/// Binds a claim to its volume, made where the claim names none.
pub(super) fn reconcile(cluster: &mut Cluster, name: &Name, live: &Value) {
    if object::is_deleting(live) || text(live, "/status/phase") == "Bound" {
        return;
    }
    let mut volume = text(live, "/spec/volumeName").to_owned();
    if volume.is_empty() {
        volume = format!("pvc-{}", object::uid(live));
        let spec = json!({"capacity": live["spec"]["resources"]["requests"],
            "accessModes": live["spec"]["accessModes"], "volumeMode": live["spec"]["volumeMode"],
            "persistentVolumeReclaimPolicy": "Delete",
            "storageClassName": text(live, "/spec/storageClassName"),
            "claimRef": {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "namespace": name.0,
                "name": name.1, "uid": object::uid(live)},
            "hostPath": {"path": format!("/sandbox/{volume}")}});
        create(
            cluster,
            "persistentvolumes",
            "",
            json!({"metadata": {"name": volume}, "spec": spec}),
        );
    }
    let key = (String::new(), volume.clone());
    let Some(bound) = cluster.get("persistentvolumes", &key) else { return };
    cluster.set_status("persistentvolumes", &key, |volume| {
        volume["status"]["phase"] = json!("Bound");
    });
    cluster.rewrite("persistentvolumeclaims", name, "", |claim| {
        claim["spec"]["volumeName"] = json!(volume);
        claim["metadata"]["annotations"]["pv.kubernetes.io/bind-completed"] = json!("yes");
        claim["metadata"]["annotations"]["pv.kubernetes.io/bound-by-controller"] = json!("yes");
    });
    cluster.set_status("persistentvolumeclaims", name, |claim| {
        claim["status"]["phase"] = json!("Bound");
        claim["status"]["capacity"] = bound["spec"]["capacity"].clone();
        claim["status"]["accessModes"] = bound["spec"]["accessModes"].clone();
    });
}

/// Removes or releases the volume of a claim that is gone.
pub(super) fn reclaim(cluster: &mut Cluster, claim: &Value) {
    let key = (String::new(), text(claim, "/spec/volumeName").to_owned());
    let Some(volume) = cluster.get("persistentvolumes", &key) else { return };
    if text(&volume, "/spec/persistentVolumeReclaimPolicy") == "Delete" {
        cluster.store.remove("persistentvolumes", &key);
    } else {
        cluster.set_status("persistentvolumes", &key, |volume| {
            volume["status"]["phase"] = json!("Released");
        });
    }
}
