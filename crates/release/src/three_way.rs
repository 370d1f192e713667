//! Client-side apply: the patch that makes a live object what a revision says.
//!
//! Three texts meet: what the last revision said, what the new one says, and what is there. Fields
//! that the new one says differently are set; fields that only the last one said are removed;
//! fields of nobody are left alone. Built-in kinds are patched strategically (lists by the key that
//! their type declares: the rules of `k8s.io/api`'s struct tags), others by a JSON merge patch from
//! the last revision to the new one, blind to what is there. Both as Helm does it.

use serde_json::{Map, Value, json};

use crate::content::is_same;

/// How the server reads a patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PatchKind {
    /// Strategic merge patch.
    Strategic,
    /// JSON merge patch (RFC 7386).
    Merge,
}

/// Whether objects of kinds that are not built in are compared with what is there, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Baseline {
    /// They are not.
    LastRevision,
    /// They are.
    Live,
}

/// The patch, an empty object if nothing is to be changed.
pub(crate) fn patch(
    original: &Value,
    modified: &Value,
    live: &Value,
    baseline: Baseline,
) -> (PatchKind, Value) {
    let version = modified["apiVersion"].as_str().unwrap_or_default();
    let group = version.split_once('/').map_or("", |(group, _)| group);
    let (kind, current) = match (BUILT_IN.contains(&group), baseline) {
        (true, _) => (PatchKind::Strategic, live),
        (false, Baseline::Live) => (PatchKind::Merge, live),
        (false, Baseline::LastRevision) => (PatchKind::Merge, original),
    };
    (kind, Value::Object(objects(kind, "", [original, modified, current])))
}

/// Groups whose types Helm's client knows.
const BUILT_IN: [&str; 21] = [
    "",
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "apps",
    "authentication.k8s.io",
    "authorization.k8s.io",
    "autoscaling",
    "batch",
    "certificates.k8s.io",
    "coordination.k8s.io",
    "discovery.k8s.io",
    "events.k8s.io",
    "extensions",
    "flowcontrol.apiserver.k8s.io",
    "networking.k8s.io",
    "node.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "resource.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
];

/// How a list of a built-in type is merged.
enum List {
    /// As a whole.
    Whole,
    /// Item by item, by this field; only the fields that are said stay in an item of a union.
    By(&'static str, Union),
    /// As a set.
    Set,
}

#[derive(Clone, Copy, PartialEq)]
enum Union {
    Yes,
    No,
}

/// The rule for a list `field` of the object that is called `owner`, whose fields are `fields`.
fn rule(kind: PatchKind, owner: &str, field: &str) -> List {
    if kind == PatchKind::Merge {
        return List::Whole;
    }
    match (owner, field) {
        ("metadata", "finalizers") => List::Set,
        ("metadata", "ownerReferences") => List::By("uid", Union::No),
        ("containers" | "initContainers" | "ephemeralContainers", "ports") => {
            List::By("containerPort", Union::No)
        }
        ("spec", "ports") => List::By("port", Union::No),
        (_, "volumes") => List::By("name", Union::Yes),
        ("spec", "resourceClaims") => List::By("name", Union::Yes),
        (
            "spec",
            "containers"
            | "initContainers"
            | "ephemeralContainers"
            | "imagePullSecrets"
            | "schedulingGates"
            | "variables"
            | "matchConditions",
        )
        | ("containers" | "initContainers" | "ephemeralContainers", "env")
        | ("", "secrets" | "webhooks")
        | ("webhooks", "matchConditions") => List::By("name", Union::No),
        (_, "volumeMounts") => List::By("mountPath", Union::No),
        (_, "volumeDevices") => List::By("devicePath", Union::No),
        ("spec", "hostAliases") => List::By("ip", Union::No),
        ("spec", "topologySpreadConstraints") => List::By("topologyKey", Union::No),
        _ => List::Whole,
    }
}

/// The patch of an object; the three are what was said, what is said, and what is there.
fn objects(
    kind: PatchKind,
    owner: &str,
    [original, modified, current]: [&Value; 3],
) -> Map<String, Value> {
    let mut patch = Map::new();
    for (key, wanted) in modified.as_object().into_iter().flatten() {
        let Some(there) = current.get(key) else {
            patch.insert(key.clone(), wanted.clone());
            continue;
        };
        let said = original.get(key).unwrap_or(&Value::Null);
        match (wanted, there) {
            (Value::Object(_), Value::Object(_)) => {
                let mut below = objects(kind, key, [said, wanted, there]);
                // A Deployment's strategy is a union: what is not said must go.
                if !below.is_empty() && kind == PatchKind::Strategic && key == "strategy" {
                    retain(&mut below, wanted);
                }
                if !below.is_empty() {
                    patch.insert(key.clone(), Value::Object(below));
                }
            }
            (Value::Array(_), Value::Array(_)) => {
                lists(&mut patch, kind, (owner, key), [said, wanted, there]);
            }
            _ if is_same_scalar(wanted, there) => {}
            _ => {
                patch.insert(key.clone(), wanted.clone());
            }
        }
    }
    for (key, _) in original.as_object().into_iter().flatten() {
        if modified.get(key).is_none() && current.get(key).is_some() {
            patch.insert(key.clone(), Value::Null);
        }
    }
    patch
}

fn lists(
    patch: &mut Map<String, Value>,
    kind: PatchKind,
    (owner, key): (&str, &str),
    [said, wanted, there]: [&Value; 3],
) {
    let items = |list: &Value| list.as_array().cloned().unwrap_or_default();
    let (said_items, wanted_items, there_items) = (items(said), items(wanted), items(there));
    match rule(kind, owner, key) {
        List::Whole => {
            if wanted != there {
                patch.insert(key.to_owned(), wanted.clone());
            }
        }
        List::Set => {
            let lacks = |list: &[Value], item: &&Value| !list.contains(item);
            let added: Vec<_> = wanted_items.iter().filter(|i| lacks(&there_items, i)).collect();
            let gone: Vec<_> = said_items.iter().filter(|i| lacks(&wanted_items, i)).collect();
            if !added.is_empty() {
                patch.insert(key.to_owned(), json!(added));
            }
            if !gone.is_empty() {
                patch.insert(format!("$deleteFromPrimitiveList/{key}"), json!(gone));
            }
        }
        List::By(by, union) => {
            let find = |list: &[Value], item: &Value| {
                list.iter().find(|other| is_same(&other[by], &item[by])).cloned()
            };
            let mut changed = Vec::new();
            for item in &wanted_items {
                let Some(there) = find(&there_items, item) else {
                    changed.push(item.clone());
                    continue;
                };
                let said = find(&said_items, item).unwrap_or_default();
                let mut below = objects(kind, key, [&said, item, &there]);
                if below.is_empty() {
                    continue;
                }
                below.insert(by.to_owned(), item[by].clone());
                if union == Union::Yes {
                    retain(&mut below, item);
                }
                changed.push(Value::Object(below));
            }
            for item in &said_items {
                if find(&wanted_items, item).is_none() && find(&there_items, item).is_some() {
                    changed.push(json!({ by: item[by], "$patch": "delete" }));
                }
            }
            if !changed.is_empty() {
                let order = wanted_items.iter().map(|item| json!({ by: item[by] }));
                patch.insert(format!("$setElementOrder/{key}"), order.collect());
                patch.insert(key.to_owned(), Value::Array(changed));
            }
        }
    }
}

/// Of a union's fields, only those that are said stay.
fn retain(patch: &mut Map<String, Value>, wanted: &Value) {
    let keys = wanted.as_object().into_iter().flatten().map(|(key, _)| json!(key));
    patch.insert("$retainKeys".to_owned(), keys.collect());
}

/// Whether nothing changes between two values that are not both maps or both lists.
fn is_same_scalar(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(_), Value::Number(_)) => is_same(a, b),
        (a, b) => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deployment(spec: &Value) -> Value {
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"template": {"spec": spec}}})
    }

    #[test]
    fn containers_are_merged_by_name() {
        let original = deployment(&json!({
            "containers": [{"name": "a", "image": "a:1", "env": [{"name": "X", "value": "1"}]}, {"name": "b"}],
        }));
        let modified = deployment(&json!({"containers": [{"name": "a", "image": "a:2"}]}));
        let live = deployment(&json!({
            "containers": [
                {"name": "a", "image": "a:1", "env": [{"name": "X", "value": "1"}], "terminationMessagePath": "/dev"},
                {"name": "b"}, {"name": "sidecar"},
            ],
            "dnsPolicy": "ClusterFirst",
        }));
        let (kind, patch) = patch(&original, &modified, &live, Baseline::LastRevision);
        assert_eq!(kind, PatchKind::Strategic);
        let expected = json!({"spec": {"template": {"spec": {
            "$setElementOrder/containers": [{"name": "a"}],
            "containers": [
                {"name": "a", "image": "a:2", "env": null},
                {"name": "b", "$patch": "delete"},
            ],
        }}}});
        assert_eq!(patch, expected);
    }

    #[test]
    fn what_is_as_said_needs_no_patch() {
        let said = deployment(&json!({"containers": [{"name": "a"}], "replicas": 1}));
        let live = deployment(&json!({"containers": [{"name": "a", "x": 1}], "replicas": 1.0}));
        assert_eq!(patch(&said, &said, &live, Baseline::LastRevision).1, json!({}));
    }

    #[test]
    fn unions_keep_only_what_is_said() {
        let spec = |strategy: &Value| json!({"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"strategy": strategy}});
        let live = spec(&json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}));
        let modified = spec(&json!({"type": "Recreate"}));
        let (_, patch) = patch(&spec(&json!({})), &modified, &live, Baseline::LastRevision);
        let expected = json!({"spec": {"strategy": {"type": "Recreate", "$retainKeys": ["type"]}}});
        assert_eq!(patch, expected);
    }

    #[test]
    fn other_kinds_are_compared_with_the_last_revision_alone() {
        let widget =
            |spec: &Value| json!({"apiVersion": "example.com/v1", "kind": "Widget", "spec": spec});
        let original = widget(&json!({"a": 1, "b": 2, "list": [1]}));
        let modified = widget(&json!({"a": 1, "list": [1, 2]}));
        let live = widget(&json!({"a": 5, "b": 2, "list": [1]}));
        let (kind, blind) = patch(&original, &modified, &live, Baseline::LastRevision);
        assert_eq!(kind, PatchKind::Merge);
        assert_eq!(blind, json!({"spec": {"b": null, "list": [1, 2]}}));
        let (_, seeing) = patch(&original, &modified, &live, Baseline::Live);
        assert_eq!(seeing, json!({"spec": {"a": 1, "b": null, "list": [1, 2]}}));
    }
}
