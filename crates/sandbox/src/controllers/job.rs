//! Jobs: pods that end, until enough have succeeded or too many have failed.

use serde_json::{Value, json};

use super::{create, delete, is_active, pod_from, pods_of};
use crate::cluster::Cluster;
use crate::object::{self, Name, list, text};

/// Runs a job's pods and tells how it ended.
pub(super) fn reconcile(cluster: &mut Cluster, name: &Name, live: &Value) {
    if object::is_deleting(live) {
        return;
    }
    if is_finished(live) {
        if object::integer(live, "/spec/ttlSecondsAfterFinished") == Some(0) {
            delete(cluster, "jobs.batch", name);
        }
        return;
    }
    let pods = pods_of(cluster, live);
    let phase = |wanted: &str| {
        pods.iter().filter(|pod| text(pod, "/status/phase") == wanted).count() as i64
    };
    let (succeeded, failed) = (phase("Succeeded"), phase("Failed"));
    let active: Vec<_> = pods.iter().filter(|pod| is_active(pod)).cloned().collect();
    let parallel = object::integer(live, "/spec/parallelism").unwrap_or(1);
    let wanted = object::integer(live, "/spec/completions").unwrap_or(parallel);
    let limit = object::integer(live, "/spec/backoffLimit").unwrap_or(6);
    if live["spec"]["suspend"] == json!(true) {
        return suspend(cluster, name, live);
    }
    let outcome = if succeeded >= wanted {
        Some(Outcome::Complete)
    } else if failed > limit {
        Some(Outcome::Failed)
    } else {
        None
    };
    if outcome.is_none() {
        let missing = (wanted - succeeded).min(parallel) - active.len() as i64;
        for _ in 0..missing.max(0) {
            let mut pod = pod_from(&live["spec"]["template"], live);
            pod["metadata"]["generateName"] = json!(format!("{}-", name.1));
            create(cluster, "pods", &name.0, pod);
        }
    }
    let running = pods_of(cluster, live).iter().filter(|pod| is_active(pod)).count();
    report(cluster, name, live, (running, succeeded, failed, outcome));
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Complete,
    Failed,
}

fn is_finished(job: &Value) -> bool {
    list(job, "/status/conditions").iter().any(|condition| {
        condition["status"] == "True"
            && (condition["type"] == "Complete" || condition["type"] == "Failed")
    })
}

fn suspend(cluster: &mut Cluster, name: &Name, live: &Value) {
    let mut conditions = live["status"]["conditions"].clone();
    let suspended = json!({"type": "Suspended", "status": "True", "reason": "JobSuspended",
        "message": "Job suspended", "lastProbeTime": cluster.now()});
    if list(live, "/status/conditions").iter().all(|c| c["type"] != "Suspended") {
        cluster.condition(&mut conditions, &suspended);
    }
    cluster.set_status("jobs.batch", name, |job| {
        job["status"]["conditions"] = conditions;
    });
}

fn report(
    cluster: &mut Cluster,
    name: &Name,
    live: &Value,
    (running, succeeded, failed, outcome): (usize, i64, i64, Option<Outcome>),
) {
    let now = cluster.now();
    let ends: &[(&str, &str, &str)] = match outcome {
        None => &[],
        Some(Outcome::Complete) => &[
            (
                "SuccessCriteriaMet",
                "CompletionsReached",
                "Reached expected number of succeeded pods",
            ),
            ("Complete", "CompletionsReached", "Reached expected number of succeeded pods"),
        ],
        Some(Outcome::Failed) => &[
            (
                "FailureTarget",
                "BackoffLimitExceeded",
                "Job has reached the specified backoff limit",
            ),
            ("Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit"),
        ],
    };
    let mut conditions = live["status"]["conditions"].clone();
    for (kind, reason, message) in ends {
        let condition = json!({"type": kind, "status": "True", "reason": reason, "message": message,
            "lastProbeTime": now});
        cluster.condition(&mut conditions, &condition);
    }
    cluster.set_status("jobs.batch", name, |job| {
        let status = &mut job["status"];
        if status["startTime"].is_null() {
            status["startTime"] = json!(now);
        }
        status["active"] = json!(running);
        status["ready"] = json!(running);
        status["terminating"] = json!(0);
        status["succeeded"] = json!(succeeded);
        status["failed"] = json!(failed);
        status["uncountedTerminatedPods"] = json!({});
        if !conditions.is_null() {
            status["conditions"] = conditions;
        }
        if outcome == Some(Outcome::Complete) {
            status["completionTime"] = json!(now);
        }
    });
}
