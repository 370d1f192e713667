//! Claims are bound to volumes made for them.

use serde_json::{Value, json};

use super::{create, garbage};
use crate::cluster::Cluster;
use crate::object::{self, Name, list, text};
use crate::strategy::{PROTECTED_CLAIM, PROTECTED_VOLUME};

/// Lays out the class claims get by default.
pub(super) fn bootstrap_class(cluster: &mut Cluster) {
    let class = json!({"metadata": {"name": "standard",
        "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}},
        "provisioner": "sandbox.windrose.dev/volume"});
    create(cluster, "storageclasses.storage.k8s.io", "", class);
}

/// Binds a claim to its volume, made where the claim names none.
pub(super) fn reconcile(cluster: &mut Cluster, name: &Name, live: &Value) {
    if object::is_deleting(live) {
        return release(cluster, name, live);
    }
    if text(live, "/status/phase") == "Bound" {
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
    } else if object::is_deleting(&volume) {
        garbage::drop_finalizer(cluster, "persistentvolumes", &key, PROTECTED_VOLUME);
    } else {
        cluster.set_status("persistentvolumes", &key, |volume| {
            volume["status"]["phase"] = json!("Released");
        });
    }
}

/// The claims a pod uses.
pub(super) fn claims_of(pod: &Value) -> Vec<Name> {
    let volumes = list(pod, "/spec/volumes").iter();
    let names = volumes.map(|volume| text(volume, "/persistentVolumeClaim/claimName"));
    names
        .filter(|name| !name.is_empty())
        .map(|name| (object::namespace(pod).to_owned(), name.to_owned()))
        .collect()
}

/// Lets a claim go once no pod uses it.
fn release(cluster: &mut Cluster, name: &Name, live: &Value) {
    let held = list(live, "/metadata/finalizers").iter().any(|held| held == PROTECTED_CLAIM);
    let used = cluster.list("pods", &name.0).iter().any(|pod| {
        !matches!(text(pod, "/status/phase"), "Succeeded" | "Failed")
            && claims_of(pod).contains(name)
    });
    if held && !used {
        garbage::drop_finalizer(cluster, "persistentvolumeclaims", name, PROTECTED_CLAIM);
    }
}

/// Lets a volume go once it is not bound.
pub(super) fn reconcile_volume(cluster: &mut Cluster, name: &Name, live: &Value) {
    if object::is_deleting(live) && text(live, "/status/phase") != "Bound" {
        garbage::drop_finalizer(cluster, "persistentvolumes", name, PROTECTED_VOLUME);
    }
}
