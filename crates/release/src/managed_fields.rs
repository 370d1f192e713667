//! Objects that Helm once wrote by client-side apply, and what server-side apply owes them.
//!
//! Client-side writes are recorded under manager `helm`, operation `Update`. As long as that entry
//! stands, server-side apply by `helm` can neither change those fields without a conflict nor
//! remove them. Helm 4 folds the entry into its `Apply` entry (client-go's `csaupgrade`); so do
//! we, and a plan foresees what that removes.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::storage::MANAGER;

/// Whether an object still has an entry of a client-side Helm.
pub(crate) fn is_client_side(live: &Value) -> bool {
    entries(live).iter().any(|entry| is_ours(entry, "Update"))
}

/// Whether server-side apply by Helm owns fields already.
pub(crate) fn is_server_side(live: &Value) -> bool {
    entries(live).iter().any(|entry| is_ours(entry, "Apply"))
}

/// The JSON patch that folds client-side entries into the server-side one; none if there are none.
pub(crate) fn upgrade_patch(live: &Value) -> Option<Value> {
    if !is_client_side(live) {
        return None;
    }
    let mut all = entries(live).to_vec();
    let target = all
        .iter()
        .position(|entry| is_ours(entry, "Apply"))
        .or_else(|| all.iter().position(|entry| is_ours(entry, "Update")))?;
    let version = all[target]["apiVersion"].clone();
    let fold = all
        .iter()
        .find(|entry| is_ours(entry, "Update") && entry["apiVersion"] == version)
        .map(|entry| entry["fieldsV1"].clone());
    all[target]["operation"] = json!("Apply");
    if let Some(fields) = fold {
        unite(&mut all[target]["fieldsV1"], &fields);
    }
    all.retain(|entry| !is_ours(entry, "Update"));
    Some(json!([
        { "op": "replace", "path": "/metadata/managedFields", "value": all },
        {
            "op": "replace",
            "path": "/metadata/resourceVersion",
            "value": live["metadata"]["resourceVersion"],
        },
    ]))
}

/// Removes from `object` what client-side Helm owned, nobody else owns and `manifest` no longer
/// says.
pub(crate) fn remove_left(object: &mut Value, live: &Value, manifest: &Value) {
    let entries = entries(live);
    let mut owned = json!({});
    let mut others = json!({});
    for entry in entries {
        let ours = is_ours(entry, "Update") || is_ours(entry, "Apply");
        unite(if ours { &mut owned } else { &mut others }, &entry["fieldsV1"]);
    }
    remove(object, &owned, &others, manifest);
}

/// Who wrote a field, as its object's managed fields say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Writer {
    /// The manager's name, such as `kubectl-edit`.
    pub manager: String,
    /// The subresource it wrote by, such as `scale`; empty for the object itself.
    pub subresource: String,
    /// When it last wrote this object: RFC 3339, to a second; empty where the server does not say.
    pub time: String,
}

/// The writers of a field by its path in a [`crate::Diff`]; others before ourselves, and ourselves only
/// where there are no others.
pub(crate) fn writers(live: &Value, path: &str) -> Vec<Writer> {
    let steps = steps(path);
    let owners = entries(live).iter().filter(|entry| owns(&entry["fieldsV1"], live, &steps));
    let (own, others): (Vec<&Value>, Vec<&Value>) = owners.partition(|e| e["manager"] == MANAGER);
    let chosen = if others.is_empty() { own } else { others };
    let text = |entry: &Value, key: &str| entry[key].as_str().unwrap_or_default().to_owned();
    let writer = |entry: &Value| Writer {
        manager: text(entry, "manager"),
        subresource: text(entry, "subresource"),
        time: text(entry, "time"),
    };
    chosen.into_iter().map(writer).collect()
}

/// `a.b[c].d` in steps; what stands in brackets is a key with odd letters, an item's name or its index.
fn steps(path: &str) -> Vec<&str> {
    let mut steps = vec![];
    let mut rest = path;
    while !rest.is_empty() {
        let (step, after) = match rest.strip_prefix('[') {
            Some(inner) => inner.split_once(']').unwrap_or((inner, "")),
            None => rest.split_at(rest.find(['.', '[']).unwrap_or(rest.len())),
        };
        steps.push(step);
        rest = after.strip_prefix('.').unwrap_or(after);
    }
    steps
}

/// Whether a field set has the field, or a field as a whole that it is part of.
fn owns(fields: &Value, live: &Value, steps: &[&str]) -> bool {
    let Some(fields) = fields.as_object() else { return false };
    let Some((step, deeper)) = steps.split_first() else { return true };
    if fields.is_empty() {
        return true;
    }
    match live {
        Value::Array(list) => {
            let by_name = list.iter().find(|item| item["name"].as_str() == Some(step));
            let Some(item) = by_name.or_else(|| list.get(step.parse::<usize>().ok()?)) else {
                return false;
            };
            fields.iter().any(|(key, below)| {
                if let Some(value) = key.strip_prefix("v:") {
                    serde_json::from_str::<Value>(value).is_ok_and(|value| value == *item)
                } else if let Some(key) = key.strip_prefix("k:") {
                    let key = serde_json::from_str::<Value>(key);
                    key.is_ok_and(|key| has_key(item, &key)) && owns(below, item, deeper)
                } else {
                    false
                }
            })
        }
        live => {
            let below = live.get(step).unwrap_or(&Value::Null);
            fields.get(&format!("f:{step}")).is_some_and(|fields| owns(fields, below, deeper))
        }
    }
}

fn entries(live: &Value) -> &[Value] {
    let list = live.pointer("/metadata/managedFields").and_then(Value::as_array);
    list.map_or(&[], Vec::as_slice)
}

fn is_ours(entry: &Value, operation: &str) -> bool {
    let sub = entry.get("subresource").and_then(Value::as_str).unwrap_or_default();
    entry["manager"] == MANAGER && entry["operation"] == operation && sub.is_empty()
}

/// Field sets are trees of maps; their union is the merge of the trees.
fn unite(into: &mut Value, from: &Value) {
    let Some(from) = from.as_object() else { return };
    if !into.is_object() {
        *into = Value::Object(Map::new());
    }
    for (key, sub) in from {
        unite(&mut into[key.as_str()], sub);
    }
}

fn remove(object: &mut Value, owned: &Value, others: &Value, manifest: &Value) {
    let Some(owned) = owned.as_object() else { return };
    for (key, below) in owned {
        let theirs = others.get(key).unwrap_or(&Value::Null);
        if let Some(field) = key.strip_prefix("f:") {
            let Some(fields) = object.as_object_mut() else { continue };
            match (manifest.get(field), theirs) {
                (None, Value::Null) => {
                    fields.remove(field);
                }
                (wanted, _) => {
                    let wanted = wanted.unwrap_or(&Value::Null);
                    if let Some(value) = fields.get_mut(field) {
                        remove(value, below, theirs, wanted);
                    }
                }
            }
        } else if let Some(key) = key.strip_prefix("k:") {
            let Ok(key) = serde_json::from_str::<Value>(key) else { continue };
            let Some(list) = object.as_array_mut() else { continue };
            let wanted = manifest.as_array().into_iter().flatten().find(|i| has_key(i, &key));
            match (wanted, theirs) {
                (None, Value::Null) => list.retain(|item| !has_key(item, &key)),
                (wanted, _) => {
                    let wanted = wanted.unwrap_or(&Value::Null);
                    if let Some(item) = list.iter_mut().find(|item| has_key(item, &key)) {
                        remove(item, below, theirs, wanted);
                    }
                }
            }
        } else if let Some(value) = key.strip_prefix("v:") {
            let Ok(value) = serde_json::from_str::<Value>(value) else { continue };
            let wanted = manifest.as_array().is_some_and(|list| list.contains(&value));
            if let (Some(list), false, Value::Null) = (object.as_array_mut(), wanted, theirs) {
                list.retain(|item| *item != value);
            }
        }
    }
}

fn has_key(item: &Value, key: &Value) -> bool {
    let Some(key) = key.as_object() else { return false };
    key.iter().all(|(name, value)| match item.get(name) {
        Some(have) => have == value,
        // `protocol: TCP` is part of a port's key even where nobody wrote it.
        None => name == "protocol" && value == "TCP",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(manager: &str, operation: &str, fields: &Value) -> Value {
        json!({"manager": manager, "operation": operation, "apiVersion": "v1", "fieldsType": "FieldsV1", "fieldsV1": fields})
    }

    fn live(entries: &[Value]) -> Value {
        json!({"metadata": {"resourceVersion": "7", "managedFields": entries}})
    }

    #[test]
    fn an_update_entry_becomes_the_apply_entry() {
        let live = live(&[
            entry("helm", "Update", &json!({"f:data": {"f:a": {}}})),
            entry("kubectl", "Update", &json!({"f:data": {"f:b": {}}})),
        ]);
        let patch = upgrade_patch(&live).unwrap();
        assert_eq!(
            patch[0]["value"],
            json!([
                entry("helm", "Apply", &json!({"f:data": {"f:a": {}}})),
                entry("kubectl", "Update", &json!({"f:data": {"f:b": {}}})),
            ])
        );
        assert_eq!(patch[1]["value"], "7");
    }

    #[test]
    fn both_entries_are_united_and_others_are_left_alone() {
        let both = live(&[
            entry("helm", "Apply", &json!({"f:data": {"f:a": {}}})),
            entry("helm", "Update", &json!({"f:data": {"f:c": {}}, "f:type": {}})),
        ]);
        let patch = upgrade_patch(&both).unwrap();
        let fields = json!({"f:data": {"f:a": {}, "f:c": {}}, "f:type": {}});
        assert_eq!(patch[0]["value"], json!([entry("helm", "Apply", &fields)]));
        let settled = live(&[entry("helm", "Apply", &json!({}))]);
        assert_eq!(upgrade_patch(&settled), None);
    }

    #[test]
    fn who_wrote_a_field() {
        let mut live = live(&[
            entry(
                "helm",
                "Apply",
                &json!({
                    "f:data": {"f:a": {}, "f:b.c": {}},
                    "f:spec": {"f:replicas": {}, "f:containers": {"k:{\"name\":\"web\"}": {".": {}, "f:image": {}}}},
                }),
            ),
            entry(
                "kubectl-edit",
                "Update",
                &json!({
                    "f:data": {"f:b.c": {}},
                    "f:spec": {"f:containers": {"k:{\"name\":\"web\"}": {"f:image": {}}}, "f:args": {}},
                }),
            ),
            entry("kubectl", "Update", &json!({"f:spec": {"f:replicas": {}}})),
        ]);
        live["metadata"]["managedFields"][2]["subresource"] = json!("scale");
        live["data"] = json!({"a": "1", "b.c": "2"});
        live["spec"] = json!({
            "replicas": 2, "containers": [{"name": "web", "image": "x"}], "args": ["y", "z"],
        });
        let names = |path: &str| {
            let all = writers(&live, path);
            let one = |w: Writer| format!("{} {}", w.manager, w.subresource).trim().to_owned();
            all.into_iter().map(one).collect::<Vec<_>>().join(", ")
        };
        assert_eq!(names("data.a"), "helm");
        assert_eq!(names("data[b.c]"), "kubectl-edit");
        assert_eq!(names("spec.replicas"), "kubectl scale");
        assert_eq!(names("spec.containers[web].image"), "kubectl-edit");
        assert_eq!(names("spec.args[1]"), "kubectl-edit");
        assert_eq!(names("spec.paused"), "");
        assert_eq!(names("spec.containers[other].image"), "");
    }

    #[test]
    fn what_left_the_manifest_is_removed_unless_others_own_it() {
        let owned = json!({
            "f:data": {".": {}, "f:a": {}, "f:b": {}, "f:c": {}},
            "f:ports": {"k:{\"port\":80}": {".": {}, "f:port": {}, "f:name": {}}, "k:{\"port\":81}": {}},
            "f:finalizers": {"v:\"x\"": {}},
        });
        let live = live(&[
            entry("helm", "Update", &owned),
            entry("kubectl", "Update", &json!({"f:data": {"f:c": {}}})),
        ]);
        let mut object = json!({
            "data": {"a": "1", "b": "2", "c": "3"},
            "ports": [{"port": 80, "name": "http"}, {"port": 81}],
            "finalizers": ["x", "y"],
        });
        remove_left(&mut object, &live, &json!({"data": {"a": "1"}, "ports": [{"port": 80}]}));
        let expected = json!({
            "data": {"a": "1", "c": "3"}, "ports": [{"port": 80}],
            "finalizers": ["x", "y"],
        });
        // `finalizers` left as a whole: the field itself is owned, so it goes with its items.
        let mut expected = expected;
        expected.as_object_mut().unwrap().remove("finalizers");
        assert_eq!(object, expected);
    }
}
