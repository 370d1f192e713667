//! Owner references: dependents go after, before, or not at all with their owner.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{delete, name_of};
use crate::cluster::Cluster;
use crate::object::{self, Name, list, text};

/// Deletes what only the gone object owned, and lets go of the rest.
pub(super) fn collect(cluster: &mut Cluster, uid: &str) {
    for (storage, dependent) in dependents(cluster, uid) {
        let others = list(&dependent, "/metadata/ownerReferences").iter().any(|owner| {
            owner["uid"] != uid && owner_exists(cluster, object::namespace(&dependent), owner)
        });
        if others {
            release(cluster, &storage, &dependent, uid);
        } else if !object::is_deleting(&dependent) {
            delete(cluster, &storage, &name_of(&dependent));
        }
    }
}

/// Carries on the deletion of an object; true when there is nothing else to do with it.
pub(super) fn finish(cluster: &mut Cluster, storage: &str, name: &Name, live: &Value) -> bool {
    if !object::is_deleting(live) {
        return false;
    }
    let held =
        |finalizer: &str| list(live, "/metadata/finalizers").iter().any(|name| name == finalizer);
    if held("orphan") {
        for (storage, dependent) in dependents(cluster, object::uid(live)) {
            release(cluster, &storage, &dependent, object::uid(live));
        }
        drop_finalizer(cluster, storage, name, "orphan");
        return true;
    }
    if held("foregroundDeletion") {
        let dependents = dependents(cluster, object::uid(live));
        let blocked = dependents.iter().any(|(_, dependent)| {
            list(dependent, "/metadata/ownerReferences").iter().any(|owner| {
                owner["uid"] == object::uid(live) && owner["blockOwnerDeletion"] == json!(true)
            })
        });
        for (storage, dependent) in dependents {
            if !object::is_deleting(&dependent) {
                delete(cluster, &storage, &name_of(&dependent));
            }
        }
        if !blocked {
            drop_finalizer(cluster, storage, name, "foregroundDeletion");
        }
        return true;
    }
    false
}

fn dependents(cluster: &Cluster, uid: &str) -> Vec<(Arc<str>, Arc<Value>)> {
    cluster
        .store
        .everything()
        .filter(|(_, object)| {
            list(object, "/metadata/ownerReferences").iter().any(|owner| owner["uid"] == uid)
        })
        .map(|(storage, object)| (storage.clone(), object.clone()))
        .collect()
}

fn owner_exists(cluster: &Cluster, namespace: &str, owner: &Value) -> bool {
    let Some(kind) = cluster.registry.by_kind(text(owner, "/apiVersion"), text(owner, "/kind"))
    else {
        return false;
    };
    let namespace = if kind.namespaced { namespace } else { "" };
    let key = (namespace.to_owned(), text(owner, "/name").to_owned());
    cluster.get(&kind.storage, &key).is_some_and(|found| object::uid(&found) == owner["uid"])
}

fn release(cluster: &mut Cluster, storage: &str, dependent: &Value, uid: &str) {
    cluster.rewrite(storage, &name_of(dependent), "", |dependent| {
        if let Some(Value::Array(owners)) = dependent.pointer_mut("/metadata/ownerReferences") {
            owners.retain(|owner| owner["uid"] != uid);
        }
    });
}

/// Takes a finalizer off, and the object out when it was the last one.
pub(super) fn drop_finalizer(cluster: &mut Cluster, storage: &str, name: &Name, finalizer: &str) {
    cluster.rewrite(storage, name, "", |object| {
        if let Some(Value::Array(names)) = object.pointer_mut("/metadata/finalizers") {
            names.retain(|name| name != finalizer);
        }
    });
    let left = cluster
        .get(storage, name)
        .is_some_and(|object| list(&object, "/metadata/finalizers").is_empty());
    // Namespaces and pods have endings of their own.
    if left && storage != "namespaces" && storage != "pods" {
        cluster.store.remove(storage, name);
    }
}
