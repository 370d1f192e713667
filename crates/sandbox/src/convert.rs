//! One kind at two versions: how an object of one reads at the other.
//!
//! Built-in pairs: HorizontalPodAutoscaler `autoscaling/v1` and `v2`, Event `v1` and
//! `events.k8s.io/v1`. Everything else differs in nothing but its `apiVersion`.

use serde_json::{Map, Value, json};

use crate::kinds::Kind;
use crate::object::text;

/// An object as a kind's version shows it.
pub(crate) fn convert(object: &Value, kind: &Kind) -> Value {
    let wanted = kind.api_version();
    let mut out = object.clone();
    if text(object, "/apiVersion") == wanted {
        return out;
    }
    if kind.is("horizontalpodautoscalers.autoscaling") {
        match kind.version.as_str() {
            "v1" => autoscaler_down(&mut out),
            _ => autoscaler_up(&mut out),
        }
    }
    if kind.is("events") {
        rename(
            &mut out,
            if kind.group.is_empty() { Direction::ToCore } else { Direction::ToEvents },
        );
    }
    out["apiVersion"] = json!(wanted);
    out["kind"] = json!(kind.kind);
    out
}

#[derive(Clone, Copy)]
enum Direction {
    ToCore,
    ToEvents,
}

const EVENT_FIELDS: [(&str, &str); 6] = [
    ("involvedObject", "regarding"),
    ("message", "note"),
    ("source", "deprecatedSource"),
    ("firstTimestamp", "deprecatedFirstTimestamp"),
    ("lastTimestamp", "deprecatedLastTimestamp"),
    ("count", "deprecatedCount"),
];

fn rename(event: &mut Value, direction: Direction) {
    let Some(map) = event.as_object_mut() else { return };
    for (core, events) in EVENT_FIELDS {
        let (from, to) = match direction {
            Direction::ToCore => (events, core),
            Direction::ToEvents => (core, events),
        };
        if let Some(value) = map.remove(from) {
            map.insert(to.to_owned(), value);
        }
    }
    let (from, to) = match direction {
        Direction::ToCore => ("reportingController", "reportingComponent"),
        Direction::ToEvents => ("reportingComponent", "reportingController"),
    };
    if let Some(value) = map.remove(from) {
        map.insert(to.to_owned(), value);
    }
}

const CPU: &str = "targetCPUUtilizationPercentage";

fn autoscaler_up(object: &mut Value) {
    let Some(Value::Object(spec)) = object.get_mut("spec") else { return };
    if let Some(percent) = spec.remove(CPU) {
        let metric = json!({"type": "Resource", "resource": {"name": "cpu",
            "target": {"type": "Utilization", "averageUtilization": percent}}});
        let metrics = spec.entry("metrics").or_insert_with(|| json!([]));
        if let Some(list) = metrics.as_array_mut() {
            list.insert(0, metric);
        }
    }
    if let Some(status) = object.get_mut("status").and_then(Value::as_object_mut) {
        status.remove("currentCPUUtilizationPercentage");
        status.entry("desiredReplicas").or_insert_with(|| json!(0));
        status.entry("currentMetrics").or_insert(Value::Null);
    }
}

fn autoscaler_down(object: &mut Value) {
    let Some(Value::Object(spec)) = object.get_mut("spec") else { return };
    let metrics = spec.remove("metrics");
    let percent =
        metrics.as_ref().and_then(Value::as_array).into_iter().flatten().find_map(|metric| {
            (metric.pointer("/resource/name")? == "cpu")
                .then(|| metric.pointer("/resource/target/averageUtilization").cloned())?
        });
    if let Some(percent) = percent {
        spec.insert(CPU.to_owned(), percent);
    }
    spec.remove("behavior");
    if let Some(status) = object.get_mut("status").and_then(Value::as_object_mut) {
        let kept: Map<String, Value> = std::mem::take(status)
            .into_iter()
            .filter(|(key, _)| !matches!(key.as_str(), "currentMetrics" | "conditions"))
            .collect();
        *status = kept;
        status.entry("currentReplicas").or_insert_with(|| json!(0));
    }
}
