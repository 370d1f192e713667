//! Deployments: one replica set a template, rolled from the old to the new one.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Round, create, delete, name_of, owned, resolve, template_hash};
use crate::cluster::Cluster;
use crate::object::{self, Name, text};

const SETS: &str = "replicasets.apps";
const HASH: &str = "pod-template-hash";
const REVISION: &str = "deployment.kubernetes.io/revision";

/// Rolls out the template and tells how far it got.
pub(super) fn reconcile(cluster: &mut Cluster, name: &Name, live: &Value) {
    if object::is_deleting(live) {
        return;
    }
    let paused = live["spec"]["paused"] == json!(true);
    let sets = owned(cluster, SETS, live);
    let current = sets.iter().find(|set| same_template(set, live)).cloned();
    let Some(current) = current else {
        if !paused {
            create_set(cluster, live, &sets);
        }
        return report(cluster, name, live, &sets);
    };
    let old: Vec<Arc<Value>> =
        sets.iter().filter(|set| object::uid(set) != object::uid(&current)).cloned().collect();
    let revision = revise(cluster, &current, &old);
    if annotation_differs(live, &revision) {
        cluster.rewrite("deployments.apps", name, "", |deployment| {
            deployment["metadata"]["annotations"][REVISION] = json!(revision);
        });
    }
    if !paused || old.iter().all(|set| replicas(set) == 0) {
        roll(cluster, live, &current, &old);
    }
    let sets = owned(cluster, SETS, live);
    report(cluster, name, live, &sets);
    prune(cluster, live, &current);
}

fn annotation_differs(live: &Value, revision: &str) -> bool {
    object::annotation(live, REVISION) != Some(revision)
}

fn same_template(set: &Value, deployment: &Value) -> bool {
    let mut template = set["spec"]["template"].clone();
    if let Some(labels) = template.pointer_mut("/metadata/labels").and_then(Value::as_object_mut) {
        labels.remove(HASH);
    }
    template == deployment["spec"]["template"]
}

fn create_set(cluster: &mut Cluster, live: &Value, sets: &[Arc<Value>]) {
    let hash = template_hash(&live["spec"]["template"]);
    let mut template = live["spec"]["template"].clone();
    template["metadata"]["labels"][HASH] = json!(hash);
    let mut selector = live["spec"]["selector"].clone();
    selector["matchLabels"][HASH] = json!(hash);
    let recreate = text(live, "/spec/strategy/type") == "Recreate";
    let total: i64 = sets.iter().map(|set| replicas(set)).sum();
    let (wanted, surge, _) = bounds(live);
    let first = if recreate && total > 0 { 0 } else { (wanted + surge - total).clamp(0, wanted) };
    let mut annotations = live["metadata"]["annotations"].clone();
    if !annotations.is_object() {
        annotations = json!({});
    }
    if let Some(map) = annotations.as_object_mut() {
        map.remove("kubectl.kubernetes.io/last-applied-configuration");
    }
    annotations[REVISION] = json!((latest_revision(sets) + 1).to_string());
    annotations["deployment.kubernetes.io/desired-replicas"] = json!(wanted.to_string());
    annotations["deployment.kubernetes.io/max-replicas"] = json!((wanted + surge).to_string());
    let set = json!({"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {
        "name": format!("{}-{hash}", object::name(live)), "annotations": annotations,
        "labels": template["metadata"]["labels"], "ownerReferences": [object::owner_reference(live)]},
        "spec": {"replicas": first, "selector": selector, "template": template,
            "minReadySeconds": live["spec"]["minReadySeconds"]}});
    create(cluster, SETS, object::namespace(live), set);
}

fn latest_revision(sets: &[Arc<Value>]) -> i64 {
    sets.iter()
        .filter_map(|set| object::annotation(set, REVISION)?.parse::<i64>().ok())
        .max()
        .unwrap_or(0)
}

/// Makes the current set's revision the newest, as a rollback does to an old set.
fn revise(cluster: &mut Cluster, current: &Value, old: &[Arc<Value>]) -> String {
    let own =
        object::annotation(current, REVISION).and_then(|r| r.parse::<i64>().ok()).unwrap_or(0);
    let newest = latest_revision(old);
    if own > newest {
        return own.to_string();
    }
    let revision = (newest + 1).to_string();
    cluster.rewrite(SETS, &name_of(current), "", |set| {
        set["metadata"]["annotations"][REVISION] = json!(revision);
    });
    revision
}

/// Wanted replicas, how many more may exist, and how many may be missing.
fn bounds(live: &Value) -> (i64, i64, i64) {
    let wanted = object::integer(live, "/spec/replicas").unwrap_or(1);
    if text(live, "/spec/strategy/type") == "Recreate" {
        return (wanted, 0, wanted);
    }
    let rolling = &live["spec"]["strategy"]["rollingUpdate"];
    let surge = resolve(&rolling["maxSurge"], wanted, Round::Up);
    let mut missing = resolve(&rolling["maxUnavailable"], wanted, Round::Down).min(wanted);
    if surge == 0 && missing == 0 {
        missing = 1;
    }
    (wanted, surge, missing)
}

fn replicas(set: &Value) -> i64 {
    object::integer(set, "/spec/replicas").unwrap_or(0)
}

fn available(set: &Value) -> i64 {
    object::integer(set, "/status/availableReplicas").unwrap_or(0)
}

fn roll(cluster: &mut Cluster, live: &Value, current: &Value, old: &[Arc<Value>]) {
    let (wanted, surge, missing) = bounds(live);
    let old_total: i64 = old.iter().map(|set| replicas(set)).sum();
    let now = replicas(current);
    if text(live, "/spec/strategy/type") == "Recreate" {
        for set in old {
            scale(cluster, set, 0);
        }
        let running: i64 =
            old.iter().map(|set| object::integer(set, "/status/replicas").unwrap_or(0)).sum();
        if running == 0 {
            scale(cluster, current, wanted);
        }
        return;
    }
    if old_total == 0 || now > wanted {
        scale(cluster, current, wanted);
    } else if now < wanted {
        scale(cluster, current, (now + (wanted + surge - now - old_total).max(0)).min(wanted));
    }
    let waiting = now - available(current).min(now);
    let mut spare = (now + old_total - (wanted - missing) - waiting).max(0);
    // What is not available anyway goes first, whatever is spare.
    for set in old {
        let broken = (replicas(set) - available(set)).max(0).min(spare);
        let left = replicas(set) - broken;
        spare -= broken;
        let total_available: i64 =
            old.iter().map(|s| available(s)).sum::<i64>() + available(current);
        let healthy = left.min(spare).min((total_available - (wanted - missing)).max(0));
        spare -= healthy;
        scale(cluster, set, left - healthy);
    }
}

fn scale(cluster: &mut Cluster, set: &Value, replicas: i64) {
    if self::replicas(set) == replicas {
        return;
    }
    cluster.rewrite(SETS, &name_of(set), "", |set| {
        set["spec"]["replicas"] = json!(replicas);
        let generation = object::integer(set, "/metadata/generation").unwrap_or(0) + 1;
        set["metadata"]["generation"] = json!(generation);
    });
}

fn report(cluster: &mut Cluster, name: &Name, live: &Value, sets: &[Arc<Value>]) {
    let sum = |field: &str| -> i64 {
        sets.iter().map(|set| object::integer(set, &format!("/status/{field}")).unwrap_or(0)).sum()
    };
    let current = sets.iter().find(|set| same_template(set, live));
    let updated = current.map_or(0, |set| object::integer(set, "/status/replicas").unwrap_or(0));
    let (wanted, _, missing) = bounds(live);
    let (total, ready, available) =
        (sum("replicas"), sum("readyReplicas"), sum("availableReplicas"));
    let set = current.map(|set| object::name(set).to_owned()).unwrap_or_default();
    let complete = updated == wanted && total == wanted && available == wanted;
    let mut conditions = live["status"]["conditions"].clone();
    let enough = available >= wanted - missing;
    let condition = |kind: &str, status: bool, reason: &str, message: String| {
        json!({"type": kind, "status": if status { "True" } else { "False" }, "reason": reason,
            "message": message, "lastUpdateTime": ""})
    };
    let (reason, message) = if enough {
        ("MinimumReplicasAvailable", "Deployment has minimum availability.")
    } else {
        ("MinimumReplicasUnavailable", "Deployment does not have minimum availability.")
    };
    cluster.condition(&mut conditions, &condition("Available", enough, reason, message.to_owned()));
    let (reason, message) = if complete {
        ("NewReplicaSetAvailable", format!("ReplicaSet \"{set}\" has successfully progressed."))
    } else {
        ("ReplicaSetUpdated", format!("ReplicaSet \"{set}\" is progressing."))
    };
    cluster.condition(&mut conditions, &condition("Progressing", true, reason, message));
    let generation = live["metadata"]["generation"].clone();
    cluster.set_status("deployments.apps", name, |deployment| {
        let status = &mut deployment["status"];
        status["observedGeneration"] = generation;
        status["replicas"] = json!(total);
        status["updatedReplicas"] = json!(updated);
        status["readyReplicas"] = json!(ready);
        status["availableReplicas"] = json!(available);
        status["unavailableReplicas"] = json!((wanted - available).max(0));
        status["terminatingReplicas"] = json!(0);
        status["conditions"] = conditions;
    });
}

/// Forgets sets beyond the history limit.
fn prune(cluster: &mut Cluster, live: &Value, current: &Value) {
    let limit = object::integer(live, "/spec/revisionHistoryLimit").unwrap_or(10);
    let mut old = owned(cluster, SETS, live);
    old.retain(|set| {
        object::uid(set) != object::uid(current)
            && replicas(set) == 0
            && object::integer(set, "/status/replicas").unwrap_or(0) == 0
    });
    old.sort_by_key(|set| latest_revision(std::slice::from_ref(set)));
    let surplus = old.len().saturating_sub(usize::try_from(limit).unwrap_or(0));
    for set in old.iter().take(surplus) {
        delete(cluster, SETS, &name_of(set));
    }
}
