//! Judgements as a table: object, expected word.

use serde_json::{Value, json};

use super::*;

fn word(status: Status) -> String {
    match status {
        Status::Current => "current".to_owned(),
        Status::InProgress { reason, .. } => reason,
        Status::Failed { reason, .. } => format!("failed: {reason}"),
        Status::Terminating => "terminating".to_owned(),
        Status::NotFound => "not found".to_owned(),
    }
}

fn object(kind: &str, spec: &Value, status: &Value) -> Value {
    let api_version = match kind {
        "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" => "apps/v1",
        "Job" | "CronJob" => "batch/v1",
        "CustomResourceDefinition" => "apiextensions.k8s.io/v1",
        "PodDisruptionBudget" => "policy/v1",
        "Widget" => "example.com/v1",
        _ => "v1",
    };
    json!({
        "apiVersion": api_version, "kind": kind, "metadata": {"name": "x", "generation": 2},
        "spec": spec, "status": status,
    })
}

fn condition(kind: &str, status: &str, reason: &str) -> Value {
    json!({"type": kind, "status": status, "reason": reason, "message": "m"})
}

fn check(table: &[(&str, Value, Value, &str)]) {
    for (kind, spec, status, expected) in table {
        let object = object(kind, spec, status);
        assert_eq!(word(judge(&object)), *expected, "{object}");
    }
}

#[test]
fn deployments() {
    let up = condition("Available", "True", "");
    let rolled = condition("Progressing", "True", "NewReplicaSetAvailable");
    let full = |all, updated, available, ready| {
        json!({
            "replicas": all, "updatedReplicas": updated, "availableReplicas": available,
            "readyReplicas": ready, "conditions": [up, rolled], "observedGeneration": 2,
        })
    };
    let three = json!({"replicas": 3, "progressDeadlineSeconds": 600});
    let stale = json!({"observedGeneration": 1});
    let late =
        json!({"conditions": [condition("Progressing", "False", "ProgressDeadlineExceeded")]});
    let unavailable =
        json!({"replicas": 1, "updatedReplicas": 1, "availableReplicas": 1, "readyReplicas": 1});
    check(&[
        ("Deployment", three.clone(), full(3, 3, 3, 3), "current"),
        ("Deployment", three.clone(), full(2, 2, 2, 2), "2 of 3 replicas created"),
        ("Deployment", three.clone(), full(3, 1, 3, 3), "1 of 3 replicas updated"),
        ("Deployment", three.clone(), full(4, 3, 3, 3), "1 old replicas terminating"),
        ("Deployment", three.clone(), full(3, 3, 2, 2), "2 of 3 replicas available"),
        ("Deployment", three.clone(), full(3, 3, 3, 2), "2 of 3 replicas ready"),
        ("Deployment", three.clone(), stale, "generation 2 not observed yet"),
        ("Deployment", three, late, "failed: progress deadline exceeded"),
        ("Deployment", json!({}), unavailable, "deployment is not available yet"),
        ("Deployment", json!({"replicas": 0}), json!({"conditions": [up]}), "current"),
    ]);
}

#[test]
fn other_workloads() {
    let set = |all, ready, current, revision: &str| {
        json!({
            "replicas": all, "readyReplicas": ready, "currentReplicas": current,
            "updatedReplicas": current, "currentRevision": "a", "updateRevision": revision,
        })
    };
    let daemon = |wanted, ready| {
        json!({
            "observedGeneration": 2, "desiredNumberScheduled": wanted,
            "currentNumberScheduled": wanted, "updatedNumberScheduled": wanted,
            "numberAvailable": ready, "numberReady": ready,
        })
    };
    let two = json!({"replicas": 2});
    let by_hand = json!({"replicas": 2, "updateStrategy": {"type": "OnDelete"}});
    let parted = json!({"replicas": 3, "updateStrategy": {"rollingUpdate": {"partition": 1}}});
    let labelled = json!({"replicas": 1, "fullyLabeledReplicas": 1, "availableReplicas": 1, "readyReplicas": 0});
    let refused = json!({"conditions": [condition("ReplicaFailure", "True", "")]});
    check(&[
        ("StatefulSet", two.clone(), set(2, 2, 2, "a"), "current"),
        ("StatefulSet", two.clone(), set(1, 1, 1, "a"), "1 of 2 replicas created"),
        ("StatefulSet", two.clone(), set(2, 1, 2, "a"), "1 of 2 replicas ready"),
        ("StatefulSet", two.clone(), set(3, 2, 2, "a"), "1 replicas terminating"),
        ("StatefulSet", two.clone(), set(2, 2, 1, "a"), "1 of 2 replicas current"),
        ("StatefulSet", two, set(2, 2, 2, "b"), "rollout of the updated revision not finished"),
        ("StatefulSet", by_hand, json!({}), "current"),
        ("StatefulSet", parted.clone(), set(3, 3, 1, "b"), "1 of 2 replicas updated"),
        ("StatefulSet", parted, set(3, 3, 2, "b"), "current"),
        ("DaemonSet", json!({}), json!({}), "not observed yet"),
        ("DaemonSet", json!({}), json!({"observedGeneration": 2}), "not scheduled yet"),
        ("DaemonSet", json!({}), daemon(3, 2), "2 of 3 pods available"),
        ("DaemonSet", json!({}), daemon(0, 0), "current"),
        ("ReplicaSet", json!({}), labelled, "0 of 1 replicas ready"),
        ("ReplicaSet", json!({}), refused, "replicas cannot be created"),
    ]);
}

#[test]
fn jobs_run_and_complete() {
    let started = json!({"startTime": "2026-01-01T00:00:00Z", "succeeded": 1});
    let complete = json!({"conditions": [condition("Complete", "True", "")]});
    let failed =
        json!({"failed": 1, "conditions": [condition("Failed", "True", "BackoffLimitExceeded")]});
    let why = "failed: job failed (1 of 3 pods failed): BackoffLimitExceeded: m";
    let table = [
        (json!({}), "job not started", "0 of 3 completed"),
        (started, "current", "1 of 3 completed"),
        (complete, "current", "current"),
        (failed, why, why),
    ];
    for (status, running, completing) in table {
        let job = object("Job", &json!({"completions": 3}), &status);
        assert_eq!(word(judge(&job)), running);
        assert_eq!(word(judge_completion(&job)), completing);
    }
}

#[test]
fn pods() {
    let waiting = |reason: &str| {
        json!({
            "phase": "Running",
            "containerStatuses": [{"name": "web", "state": {"waiting": {"reason": reason}}}],
        })
    };
    let unscheduled = json!({
        "phase": "Pending",
        "conditions": [{"type": "PodScheduled", "status": "False", "message": "no node fits"}],
    });
    let ready = json!({"phase": "Running", "conditions": [condition("Ready", "True", "")]});
    check(&[
        ("Pod", json!({}), json!({}), "pod not observed yet"),
        ("Pod", json!({}), ready, "current"),
        ("Pod", json!({}), json!({"phase": "Succeeded"}), "current"),
        ("Pod", json!({}), json!({"phase": "Failed"}), "current"),
        ("Pod", json!({}), waiting("CrashLoopBackOff"), "failed: CrashLoopBackOff: web"),
        ("Pod", json!({}), waiting("ImagePullBackOff"), "web: ImagePullBackOff"),
        ("Pod", json!({}), waiting("ContainerCreating"), "pod is not ready"),
        ("Pod", json!({}), unscheduled, "cannot be scheduled: no node fits"),
    ]);
    let done = |phase: &str| object("Pod", &json!({}), &json!({"phase": phase}));
    assert_eq!(judge_completion(&done("Succeeded")), Status::Current);
    assert!(matches!(judge_completion(&done("Failed")), Status::Failed { .. }));
    assert!(matches!(judge_completion(&done("Running")), Status::InProgress { .. }));
}

#[test]
fn containers_that_are_not_ready_are_named() {
    let pod = |phase: &str, ready: bool| {
        let containers = json!([
            {"name": "web", "ready": ready},
            {"name": "proxy", "ready": true},
        ]);
        object("Pod", &json!({}), &json!({"phase": phase, "containerStatuses": containers}))
    };
    let told = Some("web: running but not ready".to_owned());
    assert_eq!(unready(&pod("Running", false)), told);
    assert_eq!(unready(&pod("Running", true)), None);
    assert_eq!(unready(&pod("Succeeded", false)), None);
}

#[test]
fn everything_else() {
    let established = json!({"conditions": [condition("Established", "True", "")]});
    let installing = json!({"conditions": [condition("Established", "False", "Installing")]});
    let taken = json!({"conditions": [condition("NamesAccepted", "False", "Taken")]});
    let conditions =
        |kind: &str, status: &str| json!({"conditions": [condition(kind, status, "R")]});
    let balanced = json!({"type": "LoadBalancer"});
    let addressed = json!({"type": "LoadBalancer", "clusterIP": "10.0.0.1"});
    check(&[
        ("CustomResourceDefinition", json!({}), established, "current"),
        ("CustomResourceDefinition", json!({}), installing, "not established yet"),
        ("CustomResourceDefinition", json!({}), taken, "failed: Taken: m"),
        ("PersistentVolumeClaim", json!({}), json!({"phase": "Bound"}), "current"),
        (
            "PersistentVolumeClaim",
            json!({}),
            json!({"phase": "Pending"}),
            "claim is not bound: Pending",
        ),
        ("Service", json!({}), json!({}), "current"),
        ("Service", balanced, json!({}), "no cluster address assigned"),
        ("Service", addressed, json!({}), "current"),
        ("ConfigMap", json!({}), json!({}), "current"),
        (
            "PodDisruptionBudget",
            json!({}),
            json!({"observedGeneration": 1}),
            "generation 2 not observed yet",
        ),
        ("PodDisruptionBudget", json!({}), json!({"observedGeneration": 2}), "current"),
        ("Widget", json!({}), json!({}), "current"),
        ("Widget", json!({}), conditions("Ready", "True"), "current"),
        ("Widget", json!({}), conditions("Ready", "False"), "R: m"),
        ("Widget", json!({}), conditions("Ready", "Unknown"), "R: m"),
        ("Widget", json!({}), conditions("Reconciling", "True"), "R: m"),
        ("Widget", json!({}), conditions("Stalled", "True"), "failed: R: m"),
        ("Widget", json!({}), json!({"observedGeneration": 1}), "generation 2 not observed yet"),
    ]);
    let mut leaving = object("Widget", &json!({}), &json!({}));
    leaving["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
    assert_eq!(judge(&leaving), Status::Terminating);
    assert_eq!(judge(&json!({"kind": 1, "metadata": []})), Status::Current);
}
