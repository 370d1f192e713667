//! Is an object ready? The rules of kstatus, pure.
//!
//! Rule by rule what `cli-utils` (kstatus, as Helm 4.3.1 uses it) decides for the built-in kinds
//! and for everything with the conditions `Ready`, `Reconciling` and `Stalled`. One difference: a
//! pod that cannot be scheduled stays in progress here, for this room has no clock to give it 15
//! seconds by.

use serde_json::Value;

use crate::object::ObjectRef;

#[cfg(test)]
mod tests;

/// The verdict on one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// As its spec says.
    Current,
    /// On its way; the reason names what is missing.
    InProgress {
        /// What is missing (`1 of 3 replicas ready`).
        reason: String,
        /// The same in kstatus' words (`Ready: 1/3`).
        kstatus: String,
    },
    /// It will not get there by itself.
    Failed {
        /// Why.
        reason: String,
        /// The same in kstatus' words.
        kstatus: String,
    },
    /// Being deleted.
    Terminating,
    /// Not there.
    NotFound,
}

/// Judges one live object.
pub fn judge(object: &Value) -> Status {
    if let Some(status) = generic(object) {
        return status;
    }
    let Some(name) = ObjectRef::of(object) else { return Status::Current };
    match (name.group(), name.kind.as_str()) {
        ("apps" | "extensions", "Deployment") => deployment(object),
        ("apps" | "extensions", "ReplicaSet") => replica_set(object),
        ("apps" | "extensions", "DaemonSet") => daemon_set(object),
        ("apps", "StatefulSet") => stateful_set(object),
        ("batch", "Job") => job(object, Completion::NotAwaited),
        ("", "Pod") => pod(object),
        ("", "PersistentVolumeClaim") => claim(object),
        ("", "Service") => service(object),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => definition(object),
        ("", "Secret" | "ConfigMap") | ("batch", "CronJob") | ("policy", "PodDisruptionBudget") => {
            Status::Current
        }
        _ => ready_condition(object),
    }
}

/// Judges an object that must run to its end: Jobs and Pods must complete, others are current as
/// soon as they are there.
pub fn judge_completion(object: &Value) -> Status {
    match ObjectRef::of(object) {
        Some(name) if name.group() == "batch" && name.kind == "Job" => {
            job(object, Completion::Awaited)
        }
        Some(name) if name.group().is_empty() && name.kind == "Pod" => completed_pod(object),
        Some(_) | None => Status::Current,
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Completion {
    Awaited,
    NotAwaited,
}

/// Deletion, observed generation and the two standard conditions say more than any kind's rules.
fn generic(object: &Value) -> Option<Status> {
    if !text(object, "/metadata/deletionTimestamp").is_empty() {
        return Some(Status::Terminating);
    }
    let generation = object.pointer("/metadata/generation").and_then(Value::as_i64);
    let observed = object.pointer("/status/observedGeneration").and_then(Value::as_i64);
    if let (Some(generation), Some(observed)) = (generation, observed)
        && generation != observed
    {
        return Some(in_progress(
            format!("generation {generation} not observed yet"),
            format!(
                "{} generation is {generation}, but latest observed generation is {observed}",
                text(object, "/kind")
            ),
        ));
    }
    for condition in conditions(object) {
        let is_true = text(condition, "/status") == "True";
        match text(condition, "/type") {
            "Reconciling" if is_true => return Some(awaits(condition)),
            "Stalled" if is_true => return Some(failed_by(condition)),
            _ => {}
        }
    }
    None
}

fn deployment(object: &Value) -> Status {
    // Without a deadline the controller sets no `Progressing` condition.
    let deadline = number(object, "/spec/progressDeadlineSeconds", i64::from(i32::MAX));
    let mut progressing = deadline == i64::from(i32::MAX);
    let mut available = false;
    for condition in conditions(object) {
        let is_true = text(condition, "/status") == "True";
        match (text(condition, "/type"), text(condition, "/reason")) {
            ("Progressing", "ProgressDeadlineExceeded") => {
                return failed("progress deadline exceeded", "Progress deadline exceeded");
            }
            ("Progressing", "NewReplicaSetAvailable") if is_true => progressing = true,
            ("Available", _) if is_true => available = true,
            _ => {}
        }
    }
    let wanted = number(object, "/spec/replicas", 1);
    let all = number(object, "/status/replicas", 0);
    let updated = number(object, "/status/updatedReplicas", 0);
    let up = number(object, "/status/availableReplicas", 0);
    let ready = number(object, "/status/readyReplicas", 0);
    if wanted > all {
        in_progress(
            format!("{all} of {wanted} replicas created"),
            format!("Replicas: {all}/{wanted}"),
        )
    } else if wanted > updated {
        in_progress(
            format!("{updated} of {wanted} replicas updated"),
            format!("Updated: {updated}/{wanted}"),
        )
    } else if all > wanted {
        in_progress(
            format!("{} old replicas terminating", all - wanted),
            format!("Pending termination: {}", all - wanted),
        )
    } else if updated > up {
        in_progress(
            format!("{up} of {updated} replicas available"),
            format!("Available: {up}/{updated}"),
        )
    } else if wanted > ready {
        in_progress(
            format!("{ready} of {wanted} replicas ready"),
            format!("Ready: {ready}/{wanted}"),
        )
    } else if !progressing {
        in_progress("new replica set is not available yet", "ReplicaSet not Available")
    } else if !available {
        in_progress("deployment is not available yet", "Deployment not Available")
    } else {
        Status::Current
    }
}

fn replica_set(object: &Value) -> Status {
    let failure = conditions(object)
        .any(|c| text(c, "/type") == "ReplicaFailure" && text(c, "/status") == "True");
    if failure {
        return in_progress("replicas cannot be created", "Replica Failure condition. Check Pods");
    }
    let wanted = number(object, "/spec/replicas", 1);
    let all = number(object, "/status/replicas", 0);
    for (field, word, kstatus) in [
        ("/status/fullyLabeledReplicas", "labelled", "Labelled"),
        ("/status/availableReplicas", "available", "Available"),
        ("/status/readyReplicas", "ready", "Ready"),
    ] {
        let have = number(object, field, 0);
        if wanted > have {
            return in_progress(
                format!("{have} of {wanted} replicas {word}"),
                format!("{kstatus}: {have}/{wanted}"),
            );
        }
    }
    if all > wanted {
        return in_progress(
            format!("{} replicas terminating", all - wanted),
            format!("Pending termination: {}", all - wanted),
        );
    }
    Status::Current
}

fn daemon_set(object: &Value) -> Status {
    // The controller always sets these; before it did, nothing is known.
    let generations = ["/metadata/generation", "/status/observedGeneration"];
    if let Some(field) = generations.iter().find(|field| object.pointer(field).is_none()) {
        let kstatus = format!("DaemonSet {} not found", field[1..].replace('/', "."));
        return in_progress("not observed yet", kstatus);
    }
    let wanted = number(object, "/status/desiredNumberScheduled", -1);
    if wanted == -1 {
        return in_progress("not scheduled yet", "Missing .status.desiredNumberScheduled");
    }
    for (field, word, kstatus) in [
        ("/status/currentNumberScheduled", "scheduled", "Current"),
        ("/status/updatedNumberScheduled", "updated", "Updated"),
        ("/status/numberAvailable", "available", "Available"),
        ("/status/numberReady", "ready", "Ready"),
    ] {
        let have = number(object, field, 0);
        if wanted > have {
            return in_progress(
                format!("{have} of {wanted} pods {word}"),
                format!("{kstatus}: {have}/{wanted}"),
            );
        }
    }
    Status::Current
}

fn stateful_set(object: &Value) -> Status {
    if text(object, "/spec/updateStrategy/type") == "OnDelete" {
        return Status::Current;
    }
    let wanted = number(object, "/spec/replicas", 1);
    let all = number(object, "/status/replicas", 0);
    let ready = number(object, "/status/readyReplicas", 0);
    let updated = number(object, "/status/updatedReplicas", 0);
    let current = number(object, "/status/currentReplicas", 0);
    let partition = number(object, "/spec/updateStrategy/rollingUpdate/partition", -1);
    if wanted > all {
        return in_progress(
            format!("{all} of {wanted} replicas created"),
            format!("Replicas: {all}/{wanted}"),
        );
    }
    if wanted > ready {
        return in_progress(
            format!("{ready} of {wanted} replicas ready"),
            format!("Ready: {ready}/{wanted}"),
        );
    }
    if all > wanted {
        return in_progress(
            format!("{} replicas terminating", all - wanted),
            format!("Pending termination: {}", all - wanted),
        );
    }
    if partition != -1 {
        if updated < wanted - partition {
            return in_progress(
                format!("{updated} of {} replicas updated", wanted - partition),
                format!("updated: {updated}/{}", wanted - partition),
            );
        }
        return Status::Current;
    }
    if wanted > current {
        return in_progress(
            format!("{current} of {wanted} replicas current"),
            format!("current: {current}/{wanted}"),
        );
    }
    if text(object, "/status/currentRevision") != text(object, "/status/updateRevision") {
        return in_progress(
            "rollout of the updated revision not finished",
            "Waiting for updated revision to match current",
        );
    }
    Status::Current
}

fn job(object: &Value, completion: Completion) -> Status {
    let parallelism = number(object, "/spec/parallelism", 1);
    let completions = number(object, "/spec/completions", parallelism);
    let succeeded = number(object, "/status/succeeded", 0);
    for condition in conditions(object) {
        if text(condition, "/status") != "True" {
            continue;
        }
        match text(condition, "/type") {
            "Complete" => return Status::Current,
            "Failed" => {
                let count = number(object, "/status/failed", 0);
                let why = condition_text(condition);
                return failed(
                    format!("job failed ({count} of {completions} pods failed): {why}"),
                    format!("Job Failed. failed: {count}/{completions}"),
                );
            }
            _ => {}
        }
    }
    match completion {
        Completion::Awaited => {
            in_progress(format!("{succeeded} of {completions} completed"), "Job in progress")
        }
        Completion::NotAwaited if text(object, "/status/startTime").is_empty() => {
            in_progress("job not started", "Job not started")
        }
        Completion::NotAwaited => Status::Current,
    }
}

fn pod(object: &Value) -> Status {
    match text(object, "/status/phase") {
        "Succeeded" | "Failed" => Status::Current,
        "Running" => {
            let ready = conditions(object)
                .any(|c| text(c, "/type") == "Ready" && text(c, "/status") == "True");
            if ready {
                return Status::Current;
            }
            let crashing: Vec<_> = containers(object)
                .filter(|c| text(c, "/state/waiting/reason") == "CrashLoopBackOff")
                .map(|c| text(c, "/name"))
                .collect();
            if crashing.is_empty() {
                in_progress(
                    trouble(object).unwrap_or_else(|| "pod is not ready".to_owned()),
                    "Pod is running but is not Ready",
                )
            } else {
                failed(
                    format!("CrashLoopBackOff: {}", crashing.join(", ")),
                    format!("Containers in CrashLoop state: {}", crashing.join(",")),
                )
            }
        }
        "Pending" => in_progress(
            trouble(object).unwrap_or_else(|| "pod is pending".to_owned()),
            "Pod is in the Pending phase",
        ),
        _ => in_progress("pod not observed yet", "Pod phase not available"),
    }
}

fn completed_pod(object: &Value) -> Status {
    match text(object, "/status/phase") {
        "Succeeded" => Status::Current,
        "Failed" => failed(
            trouble(object).unwrap_or_else(|| text(object, "/status/message").to_owned()),
            format!("pod {} failed", text(object, "/metadata/name")),
        ),
        _ => in_progress(
            trouble(object).unwrap_or_else(|| "pod has not completed".to_owned()),
            "Pod in progress",
        ),
    }
}

fn claim(object: &Value) -> Status {
    match text(object, "/status/phase") {
        "Bound" => Status::Current,
        "" => in_progress("claim not observed yet", "PVC is not Bound. phase: unknown"),
        phase => in_progress(
            format!("claim is not bound: {phase}"),
            format!("PVC is not Bound. phase: {phase}"),
        ),
    }
}

fn service(object: &Value) -> Status {
    let balanced = text(object, "/spec/type") == "LoadBalancer";
    if balanced && text(object, "/spec/clusterIP").is_empty() {
        return in_progress(
            "no cluster address assigned",
            "ClusterIP not set. Service type: LoadBalancer",
        );
    }
    Status::Current
}

fn definition(object: &Value) -> Status {
    for condition in conditions(object) {
        match (text(condition, "/type"), text(condition, "/status")) {
            ("NamesAccepted", "False") => return failed_by(condition),
            ("Established", "False") if text(condition, "/reason") != "Installing" => {
                return failed_by(condition);
            }
            ("Established", "True") => return Status::Current,
            _ => {}
        }
    }
    in_progress("not established yet", "Install in progress")
}

fn ready_condition(object: &Value) -> Status {
    let ready = conditions(object).find(|c| text(c, "/type") == "Ready");
    match ready {
        Some(condition) if matches!(text(condition, "/status"), "False" | "Unknown") => {
            awaits(condition)
        }
        Some(_) | None => Status::Current,
    }
}

/// Why a pod does not come up, in the words of its containers or of the scheduler.
pub fn trouble(pod: &Value) -> Option<String> {
    for condition in conditions(pod) {
        if text(condition, "/type") == "PodScheduled" && text(condition, "/status") == "False" {
            return Some(format!("cannot be scheduled: {}", text(condition, "/message")));
        }
    }
    for container in containers(pod) {
        let name = text(container, "/name");
        for state in ["waiting", "terminated"] {
            let reason = text(container, &format!("/state/{state}/reason"));
            let message = text(container, &format!("/state/{state}/message"));
            match reason {
                "" | "ContainerCreating" | "PodInitializing" | "Completed" => {}
                reason if message.is_empty() => return Some(format!("{name}: {reason}")),
                reason => return Some(format!("{name}: {reason}: {message}")),
            }
        }
    }
    let message = text(pod, "/status/message");
    (!message.is_empty()).then(|| message.to_owned())
}

/// Which containers of a running pod are not ready; nothing for a pod that is, or does not run.
pub fn unready(pod: &Value) -> Option<String> {
    if text(pod, "/status/phase") != "Running" {
        return None;
    }
    let names: Vec<_> = pod
        .pointer("/status/containerStatuses")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter(|c| c.pointer("/ready").and_then(Value::as_bool) == Some(false))
        .map(|c| text(c, "/name"))
        .collect();
    (!names.is_empty()).then(|| format!("{}: running but not ready", names.join(", ")))
}

fn containers(pod: &Value) -> impl Iterator<Item = &Value> {
    ["/status/initContainerStatuses", "/status/containerStatuses"]
        .into_iter()
        .filter_map(|pointer| pod.pointer(pointer).and_then(Value::as_array))
        .flatten()
}

fn conditions(object: &Value) -> impl Iterator<Item = &Value> {
    object.pointer("/status/conditions").and_then(Value::as_array).into_iter().flatten()
}

fn condition_text(condition: &Value) -> String {
    match (text(condition, "/reason"), text(condition, "/message")) {
        ("", message) => message.to_owned(),
        (reason, "") => reason.to_owned(),
        (reason, message) => format!("{reason}: {message}"),
    }
}

fn in_progress(reason: impl Into<String>, kstatus: impl Into<String>) -> Status {
    Status::InProgress { reason: reason.into(), kstatus: kstatus.into() }
}

fn failed(reason: impl Into<String>, kstatus: impl Into<String>) -> Status {
    Status::Failed { reason: reason.into(), kstatus: kstatus.into() }
}

fn awaits(condition: &Value) -> Status {
    in_progress(condition_text(condition), text(condition, "/message"))
}

fn failed_by(condition: &Value) -> Status {
    failed(condition_text(condition), text(condition, "/message"))
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn number(value: &Value, pointer: &str, default: i64) -> i64 {
    value.pointer(pointer).and_then(Value::as_i64).unwrap_or(default)
}
