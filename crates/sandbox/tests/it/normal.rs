//! What of an answer is the same on every server: no times, addresses, uids and versions; nothing
//! that controllers write on their own time.

use regex::Regex;
use serde_json::{Map, Value};

const UID: &str = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
const TIME: &str = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z";
const PORT: &str = r#""(nodePort|healthCheckNodePort)":3\d{4}"#;
const ADDRESS: &str = r"\b10\.\d+\.\d+\.\d+\b";

/// Kinds whose status belongs to controllers.
const LEFT_ALONE: [&str; 9] = [
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "ReplicaSet",
    "Job",
    "Pod",
    "PersistentVolumeClaim",
    "Service",
    "CustomResourceDefinition",
];

/// An answer with all that may differ taken out.
pub(crate) fn normal(answer: &Value, namespace: &str) -> Value {
    let mut answer = answer.clone();
    clean(&mut answer["body"]);
    let mut text = answer.to_string().replace(namespace, "NAMESPACE");
    let masks = [(UID, "UID"), (TIME, "TIME"), (ADDRESS, "ADDRESS"), (PORT, "\"$1\":30000")];
    for (pattern, word) in masks {
        text = Regex::new(pattern).unwrap().replace_all(&text, word).into_owned();
    }
    serde_json::from_str(&text).unwrap()
}

fn clean(value: &mut Value) {
    match value {
        Value::Object(map) => {
            let kind = map.get("kind").and_then(Value::as_str).unwrap_or_default();
            if LEFT_ALONE.contains(&kind) && map.contains_key("spec") {
                map.remove("status");
            }
            if let Some(Value::Object(metadata)) = map.get_mut("metadata") {
                clean_metadata(metadata);
            }
            map.remove("storageVersionHash");
            map.values_mut().for_each(clean);
        }
        Value::Array(items) => items.iter_mut().for_each(clean),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn clean_metadata(metadata: &mut Map<String, Value>) {
    if metadata.contains_key("resourceVersion") {
        metadata.insert("resourceVersion".to_owned(), Value::from("VERSION"));
    }
    if let Some(Value::Array(entries)) = metadata.get_mut("managedFields") {
        entries.retain(|entry| {
            let manager = entry["manager"].as_str().unwrap_or_default();
            !matches!(
                manager,
                "kube-controller-manager" | "kube-apiserver" | "kwok" | "kube-scheduler"
            )
        });
        // Their order is that of their times.
        entries.sort_by_key(|entry| {
            ["manager", "operation", "subresource"].map(|key| entry[key].to_string())
        });
    }
    if let Some(Value::Object(annotations)) = metadata.get_mut("annotations") {
        annotations.retain(|key, _| {
            !key.starts_with("deployment.kubernetes.io/")
                && !key.starts_with("deprecated.daemonset")
                && !key.starts_with("pv.kubernetes.io/")
                && !key.starts_with("volume.")
        });
        if annotations.is_empty() {
            metadata.remove("annotations");
        }
    }
}

/// Where two answers differ, as lines.
pub(crate) fn differences(expected: &Value, found: &Value) -> Vec<String> {
    let mut out = vec![];
    walk("", expected, found, &mut out);
    out
}

fn walk(path: &str, expected: &Value, found: &Value, out: &mut Vec<String>) {
    match (expected, found) {
        (Value::Object(a), Value::Object(b)) => {
            for key in a.keys().chain(b.keys().filter(|key| !a.contains_key(*key))) {
                let path = format!("{path}/{key}");
                walk(
                    &path,
                    a.get(key).unwrap_or(&Value::Null),
                    b.get(key).unwrap_or(&Value::Null),
                    out,
                );
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (index, (a, b)) in a.iter().zip(b).enumerate() {
                walk(&format!("{path}/{index}"), a, b, out);
            }
        }
        _ if expected == found => {}
        _ => out.push(format!("{path}: expected {expected}, found {found}")),
    }
}
