//! Pods: scheduled on the one node and run at once, as their annotation says.

use serde_json::{Value, json};

use super::{NODE, OUTCOME};
use crate::cluster::Cluster;
use crate::object::{self, Name, list, text};

/// How a pod fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Ready,
    Unready,
    /// Restarted again and again.
    Crashing,
    /// Waiting for an image that does not come.
    Pulling,
    Succeeded,
    Failed,
}

/// Lays out the node pods run on.
pub(super) fn bootstrap_node(cluster: &mut Cluster) {
    let now = cluster.now();
    let capacity =
        json!({"cpu": "64", "memory": "256Gi", "pods": "1k", "ephemeral-storage": "1Ti"});
    let node = json!({"metadata": {"name": NODE, "labels": {
        "kubernetes.io/hostname": NODE, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"}},
        "spec": {}});
    super::create(cluster, "nodes", "", node);
    cluster.set_status("nodes", &(String::new(), NODE.to_owned()), |node| {
        node["status"]["capacity"] = capacity.clone();
        node["status"]["allocatable"] = capacity;
        node["status"]["conditions"] = json!([{"type": "Ready", "status": "True",
            "reason": "KubeletReady", "message": "kubelet is posting ready status",
            "lastHeartbeatTime": now, "lastTransitionTime": now}]);
        node["status"]["addresses"] = json!([{"type": "InternalIP", "address": "10.0.0.2"},
            {"type": "Hostname", "address": NODE}]);
    });
}

/// Schedules, runs and ends a pod.
pub(super) fn reconcile(cluster: &mut Cluster, name: &Name, live: &Value) {
    if object::is_deleting(live) {
        if list(live, "/metadata/finalizers").is_empty() {
            cluster.store.remove("pods", name);
        }
        return;
    }
    if !list(live, "/spec/schedulingGates").is_empty() {
        return;
    }
    if text(live, "/spec/nodeName").is_empty() {
        cluster.rewrite("pods", name, "", |pod| pod["spec"]["nodeName"] = json!(NODE));
        return;
    }
    if matches!(text(live, "/status/phase"), "Succeeded" | "Failed") {
        return;
    }
    let (fate, now) = (fate(live), cluster.now());
    let started = match text(live, "/status/startTime") {
        "" => now.clone(),
        time => time.to_owned(),
    };
    let mut conditions = live["status"]["conditions"].clone();
    for condition in conditions_of(fate) {
        cluster.condition(&mut conditions, &condition);
    }
    let generation = live["metadata"]["generation"].clone();
    cluster.set_status("pods", name, |pod| {
        let address = address(pod);
        let containers = containers(pod, fate, &started);
        let status = &mut pod["status"];
        status["phase"] = json!(match fate {
            Fate::Ready | Fate::Unready | Fate::Crashing => "Running",
            Fate::Pulling => "Pending",
            Fate::Succeeded => "Succeeded",
            Fate::Failed => "Failed",
        });
        status["conditions"] = conditions;
        status["observedGeneration"] = generation;
        status["hostIP"] = json!("10.0.0.2");
        status["hostIPs"] = json!([{"ip": "10.0.0.2"}]);
        status["podIP"] = json!(address);
        status["podIPs"] = json!([{"ip": address}]);
        status["startTime"] = json!(started);
        status["containerStatuses"] = containers;
        let starters = starters(pod, &started);
        if starters != json!([]) {
            pod["status"]["initContainerStatuses"] = starters;
        }
    });
}

fn fate(pod: &Value) -> Fate {
    let ends = matches!(text(pod, "/spec/restartPolicy"), "Never" | "OnFailure");
    // A controller would replace a failed pod that restarts always, for ever.
    let replaced = !ends && object::controller(pod).is_some();
    match object::annotation(pod, OUTCOME) {
        Some("fail") if replaced => Fate::Crashing,
        Some("fail") => Fate::Failed,
        Some("never-ready") => Fate::Unready,
        Some("crash") => Fate::Crashing,
        Some("image-pull") => Fate::Pulling,
        Some(_) | None if ends => Fate::Succeeded,
        Some(_) | None => Fate::Ready,
    }
}

fn conditions_of(fate: Fate) -> Vec<Value> {
    let ready = match fate {
        Fate::Ready => json!({"status": "True"}),
        Fate::Succeeded => json!({"status": "False", "reason": "PodCompleted"}),
        Fate::Failed => json!({"status": "False", "reason": "PodFailed"}),
        Fate::Unready | Fate::Crashing | Fate::Pulling => {
            json!({"status": "False", "reason": "ContainersNotReady",
            "message": "containers with unready status"})
        }
    };
    let with = |kind: &str, mut condition: Value| {
        condition["type"] = json!(kind);
        condition
    };
    vec![
        with("PodScheduled", json!({"status": "True"})),
        with("Initialized", json!({"status": "True"})),
        with("ContainersReady", ready.clone()),
        with("Ready", ready),
    ]
}

fn containers(pod: &Value, fate: Fate, started: &str) -> Value {
    let ended = |code: i64, reason: &str| {
        json!({"terminated": {"exitCode": code, "reason": reason, "startedAt": started,
            "finishedAt": started}})
    };
    let waiting =
        |reason: &str, message: &str| json!({"waiting": {"reason": reason, "message": message}});
    let statuses = list(pod, "/spec/containers").iter().map(|container| {
        let state = match fate {
            Fate::Ready | Fate::Unready => json!({"running": {"startedAt": started}}),
            Fate::Succeeded => ended(0, "Completed"),
            Fate::Failed => ended(1, "Error"),
            Fate::Crashing => waiting("CrashLoopBackOff", "back-off restarting failed container"),
            Fate::Pulling => {
                let image = text(container, "/image");
                waiting("ImagePullBackOff", &format!("Back-off pulling image {image:?}"))
            }
        };
        let (restarts, last) =
            if fate == Fate::Crashing { (3, ended(1, "Error")) } else { (0, json!({})) };
        json!({"name": container["name"], "image": container["image"], "imageID": "",
            "ready": fate == Fate::Ready, "started": matches!(fate, Fate::Ready | Fate::Unready),
            "restartCount": restarts, "state": state, "lastState": last})
    });
    statuses.collect()
}

fn starters(pod: &Value, started: &str) -> Value {
    let statuses = list(pod, "/spec/initContainers").iter().map(|container| {
        let sidecar = container["restartPolicy"] == "Always";
        let state = if sidecar {
            json!({"running": {"startedAt": started}})
        } else {
            json!({"terminated": {"exitCode": 0, "reason": "Completed", "startedAt": started,
                "finishedAt": started}})
        };
        json!({"name": container["name"], "image": container["image"], "imageID": "",
            "ready": true, "started": sidecar, "restartCount": 0, "state": state, "lastState": {}})
    });
    statuses.collect()
}

/// An address of the pod's own, made of its uid.
fn address(pod: &Value) -> String {
    let tail = object::uid(pod).rsplit('-').next().unwrap_or_default();
    let number = u64::from_str_radix(tail, 16).unwrap_or(0);
    format!("10.244.{}.{}", number >> 8 & 0xff, number & 0xff)
}
