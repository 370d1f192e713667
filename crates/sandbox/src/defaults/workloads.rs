//! Defaults of what runs pods, and of autoscalers.

use serde_json::{Map, Value, json};

use super::{at, each, fill, pods};
use crate::object::default_to;

type Object = Map<String, Value>;

/// Where a daemon set counts the changes of its template.
pub(crate) const TEMPLATE_GENERATION: &str = "deprecated.daemonset.template.generation";

/// `apps/v1` Deployment.
pub(super) fn deployment(root: &mut Object) {
    at(root, &["spec"], |spec| {
        fill(
            spec,
            &[
                ("replicas", json!(1)),
                ("revisionHistoryLimit", json!(10)),
                ("progressDeadlineSeconds", json!(600)),
                ("strategy", json!({})),
            ],
        );
        at(spec, &["strategy"], |strategy| {
            default_to(strategy, "type", json!("RollingUpdate"));
            if strategy["type"] == json!("RollingUpdate") {
                default_to(strategy, "rollingUpdate", json!({}));
                at(strategy, &["rollingUpdate"], |rolling| {
                    fill(rolling, &[("maxUnavailable", json!("25%")), ("maxSurge", json!("25%"))]);
                });
            }
        });
        at(spec, &["template"], pods::template);
    });
}

/// `apps/v1` ReplicaSet.
pub(super) fn replica_set(root: &mut Object) {
    labels_from_template(root);
    at(root, &["spec"], |spec| {
        default_to(spec, "replicas", json!(1));
        at(spec, &["template"], pods::template);
    });
}

/// `v1` ReplicationController.
pub(super) fn replication_controller(root: &mut Object) {
    labels_from_template(root);
    at(root, &["spec"], |spec| {
        default_to(spec, "replicas", json!(1));
        if let Some(labels) =
            spec.get("template").and_then(|t| t.pointer("/metadata/labels")).cloned()
        {
            default_to(spec, "selector", labels);
        }
        at(spec, &["template"], pods::template);
    });
}

/// `apps/v1` StatefulSet.
pub(super) fn stateful_set(root: &mut Object) {
    at(root, &["spec"], |spec| {
        fill(
            spec,
            &[
                ("replicas", json!(1)),
                ("revisionHistoryLimit", json!(10)),
                ("podManagementPolicy", json!("OrderedReady")),
                ("updateStrategy", json!({})),
                ("persistentVolumeClaimRetentionPolicy", json!({})),
            ],
        );
        at(spec, &["updateStrategy"], |strategy| {
            if !strategy.contains_key("type") {
                strategy.insert("type".to_owned(), json!("RollingUpdate"));
                default_to(strategy, "rollingUpdate", json!({}));
            }
            if strategy["type"] == json!("RollingUpdate") {
                at(strategy, &["rollingUpdate"], |of| default_to(of, "partition", json!(0)));
            }
        });
        at(spec, &["persistentVolumeClaimRetentionPolicy"], |policy| {
            fill(policy, &[("whenDeleted", json!("Retain")), ("whenScaled", json!("Retain"))]);
        });
        at(spec, &["template"], pods::template);
        each(spec, &["volumeClaimTemplates"], |claim| {
            fill(claim, &[("apiVersion", json!("v1")), ("kind", json!("PersistentVolumeClaim"))]);
            at(claim, &["spec"], |spec| default_to(spec, "volumeMode", json!("Filesystem")));
            at(claim, &["status"], |status| default_to(status, "phase", json!("Pending")));
        });
    });
}

/// `apps/v1` DaemonSet.
pub(super) fn daemon_set(root: &mut Object) {
    at(root, &["metadata"], |metadata| {
        default_to(metadata, "annotations", json!({}));
        at(metadata, &["annotations"], |annotations| {
            default_to(annotations, TEMPLATE_GENERATION, json!("0"));
        });
    });
    at(root, &["spec"], |spec| {
        fill(spec, &[("revisionHistoryLimit", json!(10)), ("updateStrategy", json!({}))]);
        at(spec, &["updateStrategy"], |strategy| {
            default_to(strategy, "type", json!("RollingUpdate"));
            if strategy["type"] == json!("RollingUpdate") {
                default_to(strategy, "rollingUpdate", json!({}));
                at(strategy, &["rollingUpdate"], |rolling| {
                    fill(rolling, &[("maxUnavailable", json!(1)), ("maxSurge", json!(0))]);
                });
            }
        });
        at(spec, &["template"], pods::template);
    });
}

/// `batch/v1` Job.
pub(super) fn job(root: &mut Object) {
    labels_from_template(root);
    at(root, &["spec"], |spec| {
        let absent = |key: &str| spec.get(key).is_none_or(Value::is_null);
        if absent("completions") && absent("parallelism") {
            spec.insert("completions".to_owned(), json!(1));
        }
        let replacement = if spec.get("podFailurePolicy").is_some_and(|policy| !policy.is_null()) {
            "Failed"
        } else {
            "TerminatingOrFailed"
        };
        let limit = if spec.get("backoffLimitPerIndex").is_some() { i32::MAX } else { 6 };
        fill(
            spec,
            &[
                ("parallelism", json!(1)),
                ("backoffLimit", json!(limit)),
                ("completionMode", json!("NonIndexed")),
                ("suspend", json!(false)),
                ("manualSelector", json!(false)),
                ("podReplacementPolicy", json!(replacement)),
            ],
        );
        at(spec, &["template"], pods::template);
    });
}

/// `batch/v1` CronJob.
pub(super) fn cron_job(root: &mut Object) {
    at(root, &["spec"], |spec| {
        fill(
            spec,
            &[
                ("concurrencyPolicy", json!("Allow")),
                ("suspend", json!(false)),
                ("successfulJobsHistoryLimit", json!(3)),
                ("failedJobsHistoryLimit", json!(1)),
            ],
        );
        at(spec, &["jobTemplate", "spec", "template"], pods::template);
    });
}

/// HorizontalPodAutoscaler, `autoscaling/v1` and `v2`.
pub(super) fn autoscaler(root: &mut Object, version: &str) {
    at(root, &["spec"], |spec| {
        default_to(spec, "minReplicas", json!(1));
        if version == "v2" {
            let empty = spec.get("metrics").and_then(Value::as_array).is_none_or(Vec::is_empty);
            if empty {
                let metric = json!([{"type": "Resource", "resource": {"name": "cpu",
                    "target": {"type": "Utilization", "averageUtilization": 80}}}]);
                spec.insert("metrics".to_owned(), metric);
            }
            at(spec, &["behavior"], behavior);
        }
    });
}

fn behavior(behavior: &mut Object) {
    let policy =
        |kind: &str, value: i64| json!({"type": kind, "value": value, "periodSeconds": 15});
    let up = [policy("Pods", 4), policy("Percent", 100)];
    let down = [policy("Percent", 100)];
    for (direction, policies, window) in
        [("scaleUp", &up[..], Some(0)), ("scaleDown", &down[..], None)]
    {
        default_to(behavior, direction, json!({}));
        at(behavior, &[direction], |rules| {
            fill(rules, &[("selectPolicy", json!("Max")), ("policies", json!(policies))]);
            if let Some(window) = window {
                default_to(rules, "stabilizationWindowSeconds", json!(window));
            }
        });
    }
}

fn labels_from_template(root: &mut Object) {
    let labels =
        root.get("spec").and_then(|spec| spec.pointer("/template/metadata/labels")).cloned();
    if let Some(labels) = labels {
        at(root, &["metadata"], |metadata| default_to(metadata, "labels", labels));
    }
}
