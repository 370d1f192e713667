//! Defaults: what the server fills in before it stores an object.
//!
//! One file a family, each a table from a kind's storage name to a function on the encoded object.
//! Invariant: applying defaults twice changes nothing, so a dry run of what is stored is quiet.
//! Not here: values the server allocates (see `strategy`), and custom kinds (see `crd`).

mod cluster;
mod networking;
mod pods;
mod workloads;

use serde_json::{Map, Value};

use crate::crd;
use crate::kinds::Kind;
use crate::object::default_to;

pub(crate) use pods::pod_priority;
pub(crate) use workloads::TEMPLATE_GENERATION;

/// Fills in the defaults of an object's kind.
pub(crate) fn apply(kind: &Kind, object: &mut Value) {
    if let Some(custom) = &kind.custom {
        return crd::default(object, &custom.schema);
    }
    let Some(root) = object.as_object_mut() else { return };
    match kind.storage.as_str() {
        "pods" => pods::pod(root),
        "podtemplates" => at(root, &["template"], pods::template),
        "replicationcontrollers" => workloads::replication_controller(root),
        "deployments.apps" => workloads::deployment(root),
        "replicasets.apps" => workloads::replica_set(root),
        "statefulsets.apps" => workloads::stateful_set(root),
        "daemonsets.apps" => workloads::daemon_set(root),
        "jobs.batch" => workloads::job(root),
        "cronjobs.batch" => workloads::cron_job(root),
        "services" => networking::service(root),
        "endpoints" => networking::endpoints(root),
        "endpointslices.discovery.k8s.io" => networking::endpoint_slice(root),
        "networkpolicies.networking.k8s.io" => networking::network_policy(root),
        "ingressclasses.networking.k8s.io" => networking::ingress_class(root),
        "horizontalpodautoscalers.autoscaling" => workloads::autoscaler(root, &kind.version),
        _ => cluster::apply(&kind.storage, root),
    }
}

/// Runs `fill` on the object at a path, where there is one.
fn at(root: &mut Map<String, Value>, path: &[&str], fill: impl FnOnce(&mut Map<String, Value>)) {
    match path {
        [] => fill(root),
        [first, rest @ ..] => {
            if let Some(Value::Object(child)) = root.get_mut(*first) {
                at(child, rest, fill);
            }
        }
    }
}

/// Runs `fill` on each object of the list at a path.
fn each(
    root: &mut Map<String, Value>,
    path: &[&str],
    mut fill: impl FnMut(&mut Map<String, Value>),
) {
    let [parents @ .., last] = path else { return };
    at(root, parents, |parent| {
        if let Some(Value::Array(items)) = parent.get_mut(*last) {
            items.iter_mut().filter_map(Value::as_object_mut).for_each(&mut fill);
        }
    });
}

/// Sets every absent field of a table.
fn fill(map: &mut Map<String, Value>, defaults: &[(&str, Value)]) {
    for (key, value) in defaults {
        default_to(map, key, value.clone());
    }
}
