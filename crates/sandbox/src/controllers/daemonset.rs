//! Daemon sets: one pod a node, and there is one node.

use serde_json::{Value, json};

use super::{NODE, create, delete, is_active, is_ready, name_of, pod_from, pods_of, template_hash};
use crate::cluster::Cluster;
use crate::object::{self, Name, text};

const HASH: &str = "controller-revision-hash";

/// Makes or replaces the pod, and counts it.
pub(super) fn reconcile(cluster: &mut Cluster, name: &Name, live: &Value) {
    if object::is_deleting(live) {
        return;
    }
    let hash = template_hash(&live["spec"]["template"]);
    let pods = pods_of(cluster, live);
    let rolling = text(live, "/spec/updateStrategy/type") != "OnDelete";
    for pod in &pods {
        let outdated = rolling && pod["metadata"]["labels"][HASH] != hash.as_str();
        if (outdated || !is_active(pod)) && !object::is_deleting(pod) {
            delete(cluster, "pods", &name_of(pod));
        }
    }
    if pods.is_empty() {
        let mut pod = pod_from(&live["spec"]["template"], live);
        pod["metadata"]["generateName"] = json!(format!("{}-", name.1));
        pod["metadata"]["labels"][HASH] = json!(hash);
        pod["spec"]["nodeName"] = json!(NODE);
        create(cluster, "pods", &name.0, pod);
    }
    let pods = pods_of(cluster, live);
    let ready = pods.iter().filter(|pod| is_ready(pod)).count();
    let updated =
        pods.iter().filter(|pod| pod["metadata"]["labels"][HASH] == hash.as_str()).count();
    let generation = live["metadata"]["generation"].clone();
    cluster.set_status("daemonsets.apps", name, |set| {
        let status = &mut set["status"];
        status["observedGeneration"] = generation;
        status["desiredNumberScheduled"] = json!(1);
        status["currentNumberScheduled"] = json!(pods.len());
        status["updatedNumberScheduled"] = json!(updated);
        status["numberReady"] = json!(ready);
        status["numberAvailable"] = json!(ready);
        status["numberUnavailable"] = json!(1 - ready.min(1));
        status["numberMisscheduled"] = json!(0);
    });
}
