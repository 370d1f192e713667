//! Stateful sets: numbered pods with claims of their own, replaced one by one from the last.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{create, delete, is_active, is_ready, name_of, pod_from, pods_of, template_hash};
use crate::cluster::Cluster;
use crate::object::{self, Name, list, text};

const HASH: &str = "controller-revision-hash";

/// Makes, replaces and removes pods in order, and counts them.
pub(super) fn reconcile(cluster: &mut Cluster, name: &Name, live: &Value) {
    if object::is_deleting(live) {
        return;
    }
    let revision = format!("{}-{}", name.1, template_hash(&live["spec"]["template"]));
    record_revision(cluster, live, &revision);
    let first = object::integer(live, "/spec/ordinals/start").unwrap_or(0);
    let wanted = object::integer(live, "/spec/replicas").unwrap_or(1);
    let pods = pods_of(cluster, live);
    let at = |ordinal: i64| -> Option<Arc<Value>> {
        let wanted = format!("{}-{ordinal}", name.1);
        pods.iter().find(|pod| object::name(pod) == wanted).cloned()
    };
    let ordered = text(live, "/spec/podManagementPolicy") != "Parallel";
    for ordinal in first..first + wanted {
        match at(ordinal) {
            Some(pod) if !is_active(&pod) => delete(cluster, "pods", &name_of(&pod)),
            Some(pod) if is_ready(&pod) || !ordered => continue,
            Some(_) => {}
            None => create_pod(cluster, live, ordinal, &revision),
        }
        if ordered {
            break;
        }
    }
    shrink(cluster, &pods, (first, wanted), ordered);
    update(cluster, live, (first, wanted), &revision);
    report(cluster, name, live, &revision);
}

fn record_revision(cluster: &mut Cluster, live: &Value, revision: &str) {
    let namespace = object::namespace(live);
    let key = (namespace.to_owned(), revision.to_owned());
    if cluster.get("controllerrevisions.apps", &key).is_some() {
        return;
    }
    let number = super::owned(cluster, "controllerrevisions.apps", live).len() + 1;
    let hash = revision.rsplit('-').next().unwrap_or_default();
    let mut labels = live["spec"]["selector"]["matchLabels"].clone();
    labels[HASH] = json!(hash);
    let mut template = live["spec"]["template"].clone();
    template["$patch"] = json!("replace");
    let object = json!({"apiVersion": "apps/v1", "kind": "ControllerRevision", "revision": number,
        "metadata": {"name": revision, "labels": labels,
            "ownerReferences": [object::owner_reference(live)]},
        "data": {"spec": {"template": template}}});
    create(cluster, "controllerrevisions.apps", namespace, object);
}

fn create_pod(cluster: &mut Cluster, live: &Value, ordinal: i64, revision: &str) {
    let (namespace, set) = (object::namespace(live).to_owned(), object::name(live));
    let name = format!("{set}-{ordinal}");
    let mut pod = pod_from(&live["spec"]["template"], live);
    pod["metadata"]["name"] = json!(name);
    pod["metadata"]["generateName"] = json!(format!("{set}-"));
    pod["metadata"]["labels"][HASH] = json!(revision);
    pod["metadata"]["labels"]["statefulset.kubernetes.io/pod-name"] = json!(name);
    pod["metadata"]["labels"]["apps.kubernetes.io/pod-index"] = json!(ordinal.to_string());
    pod["spec"]["hostname"] = json!(name);
    pod["spec"]["subdomain"] = live["spec"]["serviceName"].clone();
    for template in list(live, "/spec/volumeClaimTemplates") {
        let volume = object::name(template);
        let claim = format!("{volume}-{name}");
        if cluster.get("persistentvolumeclaims", &(namespace.clone(), claim.clone())).is_none() {
            let mut object = json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim",
                "metadata": {"name": claim, "labels": live["spec"]["selector"]["matchLabels"]},
                "spec": template["spec"]});
            for (key, value) in template["metadata"]["labels"].as_object().into_iter().flatten() {
                object["metadata"]["labels"][key] = value.clone();
            }
            if let Some(annotations) = template["metadata"].get("annotations") {
                object["metadata"]["annotations"] = annotations.clone();
            }
            create(cluster, "persistentvolumeclaims", &namespace, object);
        }
        let source = json!({"name": volume, "persistentVolumeClaim": {"claimName": claim}});
        if !pod["spec"]["volumes"].is_array() {
            pod["spec"]["volumes"] = json!([]);
        }
        if let Some(volumes) = pod["spec"]["volumes"].as_array_mut() {
            volumes.retain(|other| other["name"] != volume);
            volumes.push(source);
        }
    }
    create(cluster, "pods", &namespace, pod);
}

fn ordinal(pod: &Value) -> i64 {
    object::name(pod).rsplit('-').next().and_then(|n| n.parse().ok()).unwrap_or(-1)
}

fn shrink(cluster: &mut Cluster, pods: &[Arc<Value>], (first, wanted): (i64, i64), ordered: bool) {
    let mut surplus: Vec<&Arc<Value>> = pods
        .iter()
        .filter(|pod| !(first..first + wanted).contains(&ordinal(pod)) && !object::is_deleting(pod))
        .collect();
    surplus.sort_by_key(|pod| std::cmp::Reverse(ordinal(pod)));
    let count = if ordered { 1 } else { surplus.len() };
    for pod in surplus.into_iter().take(count) {
        delete(cluster, "pods", &name_of(pod));
    }
}

/// Takes down the last pod of an old revision, once all the others are ready.
fn update(cluster: &mut Cluster, live: &Value, (first, wanted): (i64, i64), revision: &str) {
    if text(live, "/spec/updateStrategy/type") == "OnDelete" {
        return;
    }
    let partition =
        object::integer(live, "/spec/updateStrategy/rollingUpdate/partition").unwrap_or(0);
    let mut pods = pods_of(cluster, live);
    pods.retain(|pod| (first..first + wanted).contains(&ordinal(pod)));
    pods.sort_by_key(|pod| std::cmp::Reverse(ordinal(pod)));
    for pod in pods.iter().filter(|pod| ordinal(pod) >= partition) {
        let current = pod["metadata"]["labels"][HASH] == revision;
        if !current {
            if !object::is_deleting(pod) {
                delete(cluster, "pods", &name_of(pod));
            }
            return;
        }
        if !is_ready(pod) {
            return;
        }
    }
}

fn report(cluster: &mut Cluster, name: &Name, live: &Value, revision: &str) {
    let pods = pods_of(cluster, live);
    let count = |of: &dyn Fn(&Value) -> bool| pods.iter().filter(|pod| of(pod)).count();
    let ready = count(&is_ready);
    let updated = count(&|pod| pod["metadata"]["labels"][HASH] == revision);
    let wanted = usize::try_from(object::integer(live, "/spec/replicas").unwrap_or(1)).unwrap_or(0);
    let before = text(live, "/status/currentRevision").to_owned();
    let finished = updated == wanted && pods.len() == wanted && ready == wanted;
    let current = if finished || before.is_empty() { revision.to_owned() } else { before };
    let on_current = count(&|pod| pod["metadata"]["labels"][HASH] == current.as_str());
    let generation = live["metadata"]["generation"].clone();
    cluster.set_status("statefulsets.apps", name, |set| {
        let status = &mut set["status"];
        status["observedGeneration"] = generation;
        status["replicas"] = json!(pods.len());
        status["readyReplicas"] = json!(ready);
        status["availableReplicas"] = json!(ready);
        status["currentReplicas"] = json!(on_current);
        status["updatedReplicas"] = json!(updated);
        status["currentRevision"] = json!(current);
        status["updateRevision"] = json!(revision);
        status["collisionCount"] = json!(0);
    });
}
