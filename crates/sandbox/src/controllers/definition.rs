//! Custom resource definitions: established at once, their objects gone with them.

use serde_json::{Value, json};

use crate::cluster::{Cluster, DEFINITIONS};
use crate::crd;
use crate::object::Name;

/// Accepts a definition's names and serves its kinds.
pub(super) fn reconcile(cluster: &mut Cluster, name: &Name, live: &Value) {
    let mut conditions = live["status"]["conditions"].clone();
    for (kind, reason, message) in [
        ("NamesAccepted", "NoConflicts", "no conflicts found"),
        ("Established", "InitialNamesAccepted", "the initial names have been accepted"),
    ] {
        let condition =
            json!({"type": kind, "status": "True", "reason": reason, "message": message});
        cluster.condition(&mut conditions, &condition);
    }
    cluster.set_status(DEFINITIONS, name, |definition| {
        definition["status"]["conditions"] = conditions;
        definition["status"]["acceptedNames"] = definition["spec"]["names"].clone();
    });
    if let Some(definition) = cluster.get(DEFINITIONS, name) {
        cluster.serve_definition(&definition);
    }
}

/// Takes back the kinds of a definition that is gone, with all their objects.
pub(super) fn withdraw(cluster: &mut Cluster, definition: &Value) {
    let storage = crd::storage(definition);
    for object in cluster.list(&storage, "") {
        cluster.store.remove(&storage, &super::name_of(&object));
    }
    cluster.registry.replace_custom(&storage, vec![]);
}
