//! Replica sets and replication controllers: so many pods of one template.

use serde_json::{Value, json};

use super::{create, delete, is_active, is_ready, name_of, pod_from, pods_of};
use crate::cluster::Cluster;
use crate::object::{self, Name};

/// Makes or removes pods, and counts them.
pub(super) fn reconcile(cluster: &mut Cluster, storage: &str, name: &Name, live: &Value) {
    if object::is_deleting(live) {
        return;
    }
    let wanted = usize::try_from(object::integer(live, "/spec/replicas").unwrap_or(1)).unwrap_or(0);
    let mut pods = pods_of(cluster, live);
    pods.retain(|pod| is_active(pod));
    // The least ready and the youngest go first.
    pods.sort_by_key(|pod| (!is_ready(pod), std::cmp::Reverse(object::uid(pod).to_owned())));
    for pod in pods.iter().skip(wanted) {
        delete(cluster, "pods", &name_of(pod));
    }
    for _ in pods.len()..wanted {
        let mut pod = pod_from(&live["spec"]["template"], live);
        pod["metadata"]["generateName"] = json!(format!("{}-", name.1));
        create(cluster, "pods", &name.0, pod);
    }
    let mut pods = pods_of(cluster, live);
    pods.retain(|pod| is_active(pod));
    let ready = pods.iter().filter(|pod| is_ready(pod)).count();
    let generation = live["metadata"]["generation"].clone();
    cluster.set_status(storage, name, |set| {
        let status = &mut set["status"];
        status["replicas"] = json!(pods.len());
        status["fullyLabeledReplicas"] = json!(pods.len());
        status["readyReplicas"] = json!(ready);
        status["availableReplicas"] = json!(ready);
        status["observedGeneration"] = generation;
    });
}
