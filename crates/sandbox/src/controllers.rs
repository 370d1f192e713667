//! What objects cause: the controllers of a cluster, run to a fixed point.
//!
//! Each controller takes a key, reads the cluster and writes what is missing; it keeps no state of
//! its own and is run again for every change of its object or of what the object owns. Invariant:
//! [`settle`] ends, since a controller that finds nothing to change writes nothing. No time passes
//! here: a pod is ready as soon as it is seen, unless an annotation says otherwise.

mod daemonset;
mod definition;
mod deployment;
mod garbage;
mod job;
mod namespace;
mod pod;
mod replicaset;
mod service;
mod statefulset;
mod volume;

use std::collections::VecDeque;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::cluster::{Cluster, DEFINITIONS, WriteOptions, suffix};
use crate::object::{self, Name, text};
use crate::store::Change;

/// Says on a pod template how its pods fare: `fail`, `never-ready`, `crash` or `image-pull`.
pub const OUTCOME: &str = "windrose.dev/test-outcome";

/// The one node of the sandbox.
pub(crate) const NODE: &str = "sandbox";

/// Far more steps than any real chart needs; what is left then waits for the next write.
const STEPS: usize = 200_000;

type Key = (Arc<str>, Name);

/// Runs the controllers until nothing is left to do.
pub(crate) fn settle(cluster: &mut Cluster) {
    let mut queue: VecDeque<Key> = VecDeque::new();
    for _ in 0..STEPS {
        while let Some(change) = cluster.store.next_unseen() {
            note(cluster, &mut queue, &change);
        }
        let Some((storage, name)) = queue.pop_front() else { return };
        reconcile(cluster, &storage, &name);
    }
}

/// Lays out what every cluster starts with.
pub(crate) fn bootstrap(cluster: &mut Cluster) {
    namespace::bootstrap(cluster);
    pod::bootstrap_node(cluster);
    volume::bootstrap_class(cluster);
    settle(cluster);
}

fn note(cluster: &mut Cluster, queue: &mut VecDeque<Key>, change: &Change) {
    let name = (object::namespace(&change.new).to_owned(), object::name(&change.new).to_owned());
    push(queue, (change.storage.clone(), name.clone()));
    for owner in object::list(&change.new, "/metadata/ownerReferences") {
        let (version, kind) = (text(owner, "/apiVersion"), text(owner, "/kind"));
        if let Some(kind) = cluster.registry.by_kind(version, kind) {
            let namespace = if kind.namespaced { name.0.clone() } else { String::new() };
            let owner = (namespace, text(owner, "/name").to_owned());
            push(queue, (Arc::from(kind.storage.as_str()), owner));
        }
    }
    if change.deleted {
        if &*change.storage == DEFINITIONS {
            definition::withdraw(cluster, &change.new);
        }
        if &*change.storage == "persistentvolumeclaims" {
            volume::reclaim(cluster, &change.new);
        }
        for claim in volume::claims_of(&change.new) {
            push(queue, (Arc::from("persistentvolumeclaims"), claim));
        }
        garbage::collect(cluster, object::uid(&change.new));
        // A namespace that is going away waits for the last of its objects.
        push(queue, (Arc::from("namespaces"), (String::new(), name.0)));
    }
}

fn push(queue: &mut VecDeque<Key>, key: Key) {
    if !queue.contains(&key) {
        queue.push_back(key);
    }
}

fn reconcile(cluster: &mut Cluster, storage: &str, name: &Name) {
    let Some(live) = cluster.get(storage, name) else { return };
    if garbage::finish(cluster, storage, name, &live) {
        return;
    }
    match storage {
        "namespaces" => namespace::reconcile(cluster, name, &live),
        "pods" => pod::reconcile(cluster, name, &live),
        "services" => service::reconcile(cluster, name, &live),
        "persistentvolumeclaims" => volume::reconcile(cluster, name, &live),
        "persistentvolumes" => volume::reconcile_volume(cluster, name, &live),
        "deployments.apps" => deployment::reconcile(cluster, name, &live),
        "replicasets.apps" | "replicationcontrollers" => {
            replicaset::reconcile(cluster, storage, name, &live);
        }
        "statefulsets.apps" => statefulset::reconcile(cluster, name, &live),
        "daemonsets.apps" => daemonset::reconcile(cluster, name, &live),
        "jobs.batch" => job::reconcile(cluster, name, &live),
        "apiservices.apiregistration.k8s.io" => service::reconcile_api(cluster, name),
        DEFINITIONS => definition::reconcile(cluster, name, &live),
        _ => {}
    }
}

/// The pods an object controls, by name.
fn pods_of(cluster: &Cluster, owner: &Value) -> Vec<Arc<Value>> {
    owned(cluster, "pods", owner)
}

/// The objects of a store an object controls, by name.
fn owned(cluster: &Cluster, storage: &str, owner: &Value) -> Vec<Arc<Value>> {
    cluster
        .list(storage, object::namespace(owner))
        .into_iter()
        .filter(|it| object::controller(it).is_some_and(|of| of["uid"] == object::uid(owner)))
        .collect()
}

/// A pod made of a template, controlled by `owner`.
fn pod_from(template: &Value, owner: &Value) -> Value {
    let mut pod = json!({"apiVersion": "v1", "kind": "Pod",
        "metadata": {"ownerReferences": [object::owner_reference(owner)]}, "spec": template["spec"]});
    for key in ["labels", "annotations", "finalizers"] {
        if let Some(value) = template["metadata"].get(key) {
            pod["metadata"][key] = value.clone();
        }
    }
    pod
}

/// Creates an object for a controller; a refused one is left out, as a real controller would retry.
fn create(cluster: &mut Cluster, storage: &str, namespace: &str, object: Value) {
    if let Some(kind) = cluster.registry.by_storage(storage) {
        let options = WriteOptions::controller(cluster, &kind);
        let _refused = cluster.create(&kind, namespace, object, &options);
    }
}

/// Deletes an object for a controller.
fn delete(cluster: &mut Cluster, storage: &str, name: &Name) {
    if let Some(kind) = cluster.registry.by_storage(storage) {
        let options = crate::cluster::DeleteOptions::background();
        let _gone = cluster.delete(&kind, name, &options);
    }
}

fn name_of(object: &Value) -> Name {
    (object::namespace(object).to_owned(), object::name(object).to_owned())
}

fn is_ready(pod: &Value) -> bool {
    object::list(pod, "/status/conditions")
        .iter()
        .any(|condition| condition["type"] == "Ready" && condition["status"] == "True")
}

fn is_active(pod: &Value) -> bool {
    !object::is_deleting(pod) && !matches!(text(pod, "/status/phase"), "Succeeded" | "Failed")
}

/// A short hash of a template, as labels and names carry it.
fn template_hash(template: &Value) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    hash_value(template, &mut hash);
    suffix(hash, 10)
}

/// FNV-1a over a value with its keys in order.
fn hash_value(value: &Value, hash: &mut u64) {
    let mut feed = |text: &str| {
        for byte in text.bytes().chain([0]) {
            *hash = (*hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    match value {
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort();
            for key in keys {
                let mut inner = 0xcbf2_9ce4_8422_2325;
                hash_value(&map[key], &mut inner);
                feed(key);
                feed(&inner.to_string());
            }
        }
        Value::Array(items) => {
            for item in items {
                let mut inner = 0xcbf2_9ce4_8422_2325;
                hash_value(item, &mut inner);
                feed(&inner.to_string());
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            feed(&value.to_string());
        }
    }
}

/// A count or percentage of `total`.
fn resolve(value: &Value, total: i64, round: Round) -> i64 {
    let Some(text) = value.as_str() else { return value.as_i64().unwrap_or(0) };
    let percent: i64 = text.trim_end_matches('%').parse().unwrap_or(0);
    match round {
        Round::Up => (total * percent + 99) / 100,
        Round::Down => total * percent / 100,
    }
}

#[derive(Clone, Copy)]
enum Round {
    Up,
    Down,
}
