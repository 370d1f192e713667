//! Managed fields: who set which field, updated on every write.
//!
//! Two doors: [`track_update`] for create, update and plain patches, and [`apply`] for server-side
//! apply. Rules are those of structured-merge-diff v6 and apimachinery's `managedfields` 0.36.
//! Deliberately not here: conversion between versions; every entry is read at the shape of the
//! version that is being written.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::fields::{Set, path_text};
use crate::schema::Shape;
use crate::status::Status;
use crate::typed;

/// How a write presents itself.
#[derive(Debug, Clone)]
pub(crate) struct Writer {
    /// The field manager, or the program name of the user agent.
    pub(crate) manager: String,
    /// `group/version` the object was written at.
    pub(crate) api_version: String,
    /// The subresource written to, or empty.
    pub(crate) subresource: String,
    /// The time of the write, RFC 3339.
    pub(crate) now: String,
}

/// Whether an apply may take fields from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Conflicts {
    /// Answer with a conflict.
    Refuse,
    /// Take the fields.
    Force,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Owner {
    operation: String,
    manager: String,
    /// Empty for appliers: one apply entry a manager, whatever the version.
    api_version: String,
    subresource: String,
}

#[derive(Debug, Clone, PartialEq)]
struct Entry {
    api_version: String,
    time: Option<String>,
    fields: Set,
}

type Owners = BTreeMap<Owner, Entry>;

/// Most `Update` entries an object keeps; older ones are folded into one.
const UPDATE_ENTRIES: usize = 10;

/// Records in `new` what a create, update or patch changed against `live`.
pub(crate) fn track_update(
    live: &Value,
    new: &mut Value,
    shape: &Shape,
    writer: &Writer,
    reset: &Set,
) {
    let mut owners = match new.pointer("/metadata/managedFields") {
        Some(Value::Array(list)) if list.is_empty() => Owners::new(),
        Some(written @ Value::Array(_)) => decode(Some(written)),
        Some(_) | None => decode(live.pointer("/metadata/managedFields")),
    };
    let (live, bare) = (without_managed(live), without_managed(new));
    let changes = typed::compare(&live, &bare, shape);
    let touched = changes.modified.union(&changes.added).outside(reset);
    let removed = changes.removed.outside(reset);
    let me = Owner {
        operation: "Update".to_owned(),
        manager: writer.manager_name(),
        api_version: writer.api_version.clone(),
        subresource: writer.subresource.clone(),
    };
    for entry in owners.values_mut() {
        entry.fields = entry.fields.difference(&touched).difference(&removed);
    }
    let mine = touched.difference(&stripped());
    if !mine.is_empty() {
        let entry = owners.entry(me).or_insert_with(|| Entry {
            api_version: writer.api_version.clone(),
            time: None,
            fields: Set::default(),
        });
        entry.fields = entry.fields.union(&mine);
        entry.time = Some(writer.now.clone());
    }
    owners.retain(|_, entry| !entry.fields.is_empty());
    cap(&mut owners);
    store(new, &owners);
}

/// Lays `config` over `live` for one manager; the answer carries the new managed fields.
pub(crate) fn apply(
    live: &Value,
    config: &Value,
    shape: &Shape,
    writer: &Writer,
    (conflicts, reset): (Conflicts, &Set),
) -> Result<Value, Status> {
    let mut owners = decode(live.pointer("/metadata/managedFields"));
    let exists = live.pointer("/metadata/uid").is_some();
    let bare = without_managed(live);
    if owners.is_empty() && exists {
        adopt_existing(&mut owners, &bare, shape, writer);
    }
    let me = Owner {
        operation: "Apply".to_owned(),
        manager: writer.manager_name(),
        api_version: String::new(),
        subresource: writer.subresource.clone(),
    };
    let last = owners.get(&me).map(|entry| entry.fields.clone());
    let merged = typed::merge(Some(&bare), Some(config), shape).unwrap_or_else(|| json!({}));
    let set = typed::field_set(config, shape).outside(reset);
    let time = owners.get(&me).and_then(|entry| entry.time.clone());
    owners.insert(me.clone(), Entry { api_version: writer.api_version.clone(), time, fields: set });
    let merged = match last {
        Some(last) if !last.is_empty() => prune(&merged, &last, &owners, shape),
        Some(_) | None => merged,
    };
    let changes = typed::compare(&bare, &merged, shape);
    let touched = changes.modified.union(&changes.added).outside(reset);
    if conflicts == Conflicts::Refuse {
        refuse_conflicts(&owners, &me, &touched)?;
    }
    for (owner, entry) in &mut owners {
        if *owner != me {
            entry.fields = entry.fields.difference(&touched).difference(&changes.removed);
        }
    }
    if let Some(mine) = owners.get_mut(&me) {
        mine.fields = mine.fields.difference(&stripped());
        if merged != bare {
            mine.time = Some(writer.now.clone());
        }
    }
    owners.retain(|_, entry| !entry.fields.is_empty());
    let mut merged = merged;
    store(&mut merged, &owners);
    Ok(merged)
}

/// Whether two objects differ in nothing but the times of their managed fields.
pub(crate) fn same_but_times(old: &Value, new: &Value) -> bool {
    let bare = |value: &Value| {
        let mut value = value.clone();
        if let Some(Value::Array(entries)) = value.pointer_mut("/metadata/managedFields") {
            for entry in entries.iter_mut().filter_map(Value::as_object_mut) {
                entry.remove("time");
            }
            entries.sort_by_key(ToString::to_string);
        }
        value
    };
    bare(old) == bare(new)
}

impl Writer {
    fn manager_name(&self) -> String {
        if self.manager.is_empty() { "unknown".to_owned() } else { self.manager.clone() }
    }
}

fn stripped() -> Set {
    Set::of_fields(&[
        &["apiVersion"],
        &["kind"],
        &["metadata"],
        &["metadata", "name"],
        &["metadata", "namespace"],
        &["metadata", "creationTimestamp"],
        &["metadata", "selfLink"],
        &["metadata", "uid"],
        &["metadata", "clusterName"],
        &["metadata", "generation"],
        &["metadata", "managedFields"],
        &["metadata", "resourceVersion"],
    ])
}

/// Gives the fields of an object nobody ever tracked to `before-first-apply`.
fn adopt_existing(owners: &mut Owners, live: &Value, shape: &Shape, writer: &Writer) {
    let changes = typed::compare(&json!({}), live, shape);
    let owner = Owner {
        operation: "Update".to_owned(),
        manager: "before-first-apply".to_owned(),
        api_version: writer.api_version.clone(),
        subresource: String::new(),
    };
    let entry = Entry {
        api_version: writer.api_version.clone(),
        time: Some(writer.now.clone()),
        fields: changes.added.difference(&stripped()),
    };
    owners.insert(owner, entry);
}

/// Removes what the manager applied before and nobody claims now.
fn prune(merged: &Value, last: &Set, owners: &Owners, shape: &Shape) -> Value {
    let named = |set: &Set| set.with_named_fields(Some(shape));
    let remove = |set: &Set| typed::remove(merged, set, shape).unwrap_or_else(|| json!({}));
    let all = named(&typed::field_set(merged, shape));
    let left = |value: &Value| named(&typed::field_set(value, shape));

    let pruned = remove(&named(last));
    let claimed = owners.values().fold(Set::default(), |all, entry| all.union(&entry.fields));
    let pruned = remove(&all.difference(&left(&pruned).union(&named(&claimed))));
    remove(&all.difference(&left(&pruned)).intersection(&named(last)))
}

fn refuse_conflicts(owners: &Owners, me: &Owner, touched: &Set) -> Result<(), Status> {
    let mut found: Vec<(String, String)> = vec![];
    for (owner, entry) in owners.iter().filter(|(owner, _)| *owner != me) {
        for path in entry.fields.intersection(touched).paths() {
            found.push((owner.printed(entry), path_text(&path)));
        }
    }
    if found.is_empty() {
        return Ok(());
    }
    let message = if let [(manager, path)] = found.as_slice() {
        format!("Apply failed with 1 conflict: conflict with {manager}: {path}")
    } else {
        let mut lines = vec![];
        let mut managers: Vec<&String> = found.iter().map(|(manager, _)| manager).collect();
        managers.sort();
        managers.dedup();
        for manager in managers {
            lines.push(format!("conflicts with {manager}:"));
            lines.extend(
                found.iter().filter(|(of, _)| of == manager).map(|(_, path)| format!("- {path}")),
            );
        }
        format!("Apply failed with {} conflicts: {}", found.len(), lines.join("\n"))
    };
    Err(Status::apply_conflict(message, &found))
}

impl Owner {
    fn printed(&self, entry: &Entry) -> String {
        let mut text = format!("{:?}", self.manager);
        if !self.subresource.is_empty() {
            text = format!("{text} with subresource {:?}", self.subresource);
        }
        if self.operation == "Update" {
            // The identifier an entry is found by never holds its time.
            text = format!("{text} using {}", entry.api_version);
        }
        text
    }
}

fn cap(owners: &mut Owners) {
    let mut updates: Vec<(Option<String>, Owner)> = owners
        .iter()
        .filter(|(owner, _)| owner.operation == "Update")
        .map(|(owner, entry)| (entry.time.clone(), owner.clone()))
        .collect();
    if updates.len() <= UPDATE_ENTRIES {
        return;
    }
    updates.sort();
    let surplus = updates.len() - UPDATE_ENTRIES + 1;
    for (time, owner) in updates.into_iter().take(surplus) {
        let Some(entry) = owners.remove(&owner) else { continue };
        let bucket =
            Owner { manager: "ancient-changes".to_owned(), subresource: String::new(), ..owner };
        let old = owners.entry(bucket).or_insert_with(|| Entry {
            fields: Set::default(),
            time: time.clone(),
            api_version: entry.api_version.clone(),
        });
        old.fields = old.fields.union(&entry.fields);
        old.time = time;
    }
}

fn decode(value: Option<&Value>) -> Owners {
    let text = |entry: &Value, key: &str| entry[key].as_str().unwrap_or_default().to_owned();
    let mut owners = Owners::new();
    for entry in value.and_then(Value::as_array).into_iter().flatten() {
        let operation = text(entry, "operation");
        let api_version = text(entry, "apiVersion");
        let owner = Owner {
            api_version: if operation == "Apply" { String::new() } else { api_version.clone() },
            operation,
            manager: text(entry, "manager"),
            subresource: text(entry, "subresource"),
        };
        let time = entry["time"].as_str().map(str::to_owned);
        owners.insert(owner, Entry { api_version, time, fields: Set::decode(&entry["fieldsV1"]) });
    }
    owners
}

fn store(object: &mut Value, owners: &Owners) {
    let mut entries: Vec<(&Owner, &Entry)> = owners.iter().collect();
    entries.sort_by(|(a, x), (b, y)| {
        (&a.operation, &x.time, &a.manager, &x.api_version, &a.subresource).cmp(&(
            &b.operation,
            &y.time,
            &b.manager,
            &y.api_version,
            &b.subresource,
        ))
    });
    let list: Vec<Value> = entries.into_iter().map(|(owner, entry)| encode(owner, entry)).collect();
    let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) else { return };
    if list.is_empty() {
        metadata.remove("managedFields");
    } else {
        metadata.insert("managedFields".to_owned(), Value::Array(list));
    }
}

fn encode(owner: &Owner, entry: &Entry) -> Value {
    let mut out = Map::new();
    out.insert("manager".to_owned(), json!(owner.manager));
    out.insert("operation".to_owned(), json!(owner.operation));
    out.insert("apiVersion".to_owned(), json!(entry.api_version));
    if let Some(time) = &entry.time {
        out.insert("time".to_owned(), json!(time));
    }
    out.insert("fieldsType".to_owned(), json!("FieldsV1"));
    out.insert("fieldsV1".to_owned(), entry.fields.encode());
    if !owner.subresource.is_empty() {
        out.insert("subresource".to_owned(), json!(owner.subresource));
    }
    Value::Object(out)
}

fn without_managed(value: &Value) -> Value {
    let mut value = value.clone();
    if let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("managedFields");
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writer(manager: &str) -> Writer {
        Writer {
            manager: manager.to_owned(),
            api_version: "apps/v1".to_owned(),
            subresource: String::new(),
            now: "2026-01-01T00:00:00Z".to_owned(),
        }
    }

    fn applied(
        live: &Value,
        config: &Value,
        manager: &str,
        conflicts: Conflicts,
    ) -> Result<Value, Status> {
        let shape = Shape::named("apps.v1.Deployment");
        apply(live, config, &shape, &writer(manager), (conflicts, &Set::default()))
    }

    #[test]
    fn a_field_dropped_from_an_apply_is_removed_unless_another_owns_it() {
        let full = json!({"metadata": {"name": "a", "labels": {"x": "1", "y": "1"}}, "spec": {"replicas": 1}});
        let live = applied(&json!({}), &full, "one", Conflicts::Refuse).unwrap();
        let shared = json!({"metadata": {"name": "a", "labels": {"y": "1"}}});
        let live = applied(&live, &shared, "two", Conflicts::Refuse).unwrap();
        let less = json!({"metadata": {"name": "a"}, "spec": {"replicas": 1}});
        let live = applied(&live, &less, "one", Conflicts::Refuse).unwrap();
        assert_eq!(live["metadata"]["labels"], json!({"y": "1"}));
        assert_eq!(live["metadata"]["managedFields"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn a_conflict_names_manager_and_path_and_force_takes_over() {
        let of = |replicas: i64| json!({"metadata": {"name": "a"}, "spec": {"replicas": replicas}});
        let live = applied(&json!({}), &of(1), "one", Conflicts::Refuse).unwrap();
        let refused = applied(&live, &of(2), "two", Conflicts::Refuse).unwrap_err();
        assert_eq!(
            refused.message,
            r#"Apply failed with 1 conflict: conflict with "one": .spec.replicas"#
        );
        let live = applied(&live, &of(2), "two", Conflicts::Force).unwrap();
        let owners = live["metadata"]["managedFields"].as_array().unwrap();
        assert_eq!(owners.len(), 1);
        assert_eq!(owners[0]["manager"], "two");
    }
}
