//! Strategic merge patch: objects merge, lists merge by the key their type declares.
//!
//! Directives: `$patch: replace|delete|merge`, `$retainKeys`, `$deleteFromPrimitiveList/<field>`,
//! `$setElementOrder/<field>` (rule: apimachinery `util/strategicpatch`).

use serde_json::{Map, Value};

use crate::schema::{Merge, Shape};

const ORDER: &str = "$setElementOrder/";
const DELETE: &str = "$deleteFromPrimitiveList/";

/// Lays a patch over an object of a built-in kind.
pub(crate) fn apply(target: &mut Value, patch: &Value, shape: &Shape) {
    let (Value::Object(patch), true) = (patch, target.is_object()) else {
        *target = patch.clone();
        return;
    };
    if let Some(target) = target.as_object_mut() {
        merge_objects(target, patch, shape);
    }
}

fn merge_objects(target: &mut Map<String, Value>, patch: &Map<String, Value>, shape: &Shape) {
    match patch.get("$patch").and_then(Value::as_str) {
        Some("replace") => {
            target.clone_from(patch);
            target.remove("$patch");
            return;
        }
        Some("delete") => return target.clear(),
        Some(_) | None => {}
    }
    if let Some(kept) = patch.get("$retainKeys").and_then(Value::as_array) {
        target.retain(|key, _| kept.iter().any(|name| name == key));
    }
    for (key, value) in patch {
        if let Some(field) = key.strip_prefix(DELETE) {
            let gone = value.as_array();
            if let (Some(Value::Array(items)), Some(gone)) = (target.get_mut(field), gone) {
                items.retain(|item| !gone.contains(item));
            }
        } else if let Some(field) = key.strip_prefix(ORDER) {
            if !patch.contains_key(field)
                && let (Some(Value::Array(items)), Some(order)) =
                    (target.get_mut(field), value.as_array())
            {
                let before = items.clone();
                reorder(items, order, &before, &merge_rule(shape, field));
            }
        } else if value.is_null() {
            target.remove(key);
        } else if !key.starts_with('$') {
            let order = patch.get(&format!("{ORDER}{key}")).and_then(Value::as_array);
            merge_field(target, (key, value), order, shape);
        }
    }
}

fn merge_field(
    target: &mut Map<String, Value>,
    (key, value): (&String, &Value),
    order: Option<&Vec<Value>>,
    shape: &Shape,
) {
    let member = shape.member(key).cloned().unwrap_or(Shape::Any);
    match (target.get_mut(key), value) {
        (Some(Value::Object(old)), Value::Object(new)) => merge_objects(old, new, &member),
        (Some(Value::Array(old)), Value::Array(new)) => {
            let rule = merge_rule(shape, key);
            let before = old.clone();
            match &rule {
                Merge::Plain => old.clone_from(new),
                Merge::ByKey(by) | Merge::RetainKeys(by) => {
                    merge_lists(old, new, by, &member);
                    reorder(old, order.unwrap_or(new), &before, &rule);
                }
            }
        }
        (_, value) => {
            target.insert(key.clone(), without_directives(value));
        }
    }
}

fn merge_rule(shape: &Shape, field: &str) -> Merge {
    shape
        .declared()
        .and_then(|of| of.fields.get(field))
        .map_or(Merge::Plain, |field| field.merge.clone())
}

fn merge_lists(old: &mut Vec<Value>, new: &[Value], by: &str, shape: &Shape) {
    if by.is_empty() {
        for item in new {
            if !old.contains(item) {
                old.push(item.clone());
            }
        }
        return;
    }
    let item_shape = match shape {
        Shape::List { item, .. } => item.as_ref(),
        Shape::Scalar(_) | Shape::Any | Shape::Struct { .. } | Shape::Map { .. } => &Shape::Any,
    };
    if new.iter().any(|item| item["$patch"] == "replace") {
        *old = new.iter().filter(|item| item["$patch"] != "replace").cloned().collect();
        return;
    }
    for item in new {
        let same = |other: &Value| !item[by].is_null() && other[by] == item[by];
        if item["$patch"] == "delete" {
            old.retain(|other| !same(other));
        } else if let Some(found) = old.iter_mut().find(|other| same(other)) {
            apply(found, item, item_shape);
        } else {
            old.push(without_directives(item));
        }
    }
}

/// Sorts items as the patch lists them; those it does not list stand where they stood before,
/// after new ones.
fn reorder(items: &mut Vec<Value>, order: &[Value], before: &[Value], rule: &Merge) {
    let by = match rule {
        Merge::ByKey(by) | Merge::RetainKeys(by) => by.as_str(),
        Merge::Plain => return,
    };
    let same = |a: &Value, b: &Value| if by.is_empty() { a == b } else { a[by] == b[by] };
    let place = |list: &[Value], item: &Value| list.iter().position(|other| same(other, item));
    let (mut listed, mut rest): (Vec<Value>, Vec<Value>) =
        std::mem::take(items).into_iter().partition(|item| place(order, item).is_some());
    listed.sort_by_key(|item| place(order, item));
    rest.sort_by_key(|item| place(before, item));
    let (mut listed, mut rest) = (listed.into_iter().peekable(), rest.into_iter().peekable());
    while let (Some(ours), Some(theirs)) = (listed.peek(), rest.peek()) {
        let earlier = match (place(before, theirs), place(before, ours)) {
            (Some(theirs), Some(ours)) => theirs < ours,
            (Some(_) | None, _) => false,
        };
        items.extend(if earlier { rest.next() } else { listed.next() });
    }
    items.extend(listed);
    items.extend(rest);
}

fn without_directives(value: &Value) -> Value {
    match value {
        Value::Object(map) => Value::Object(
            map.iter()
                .filter(|(key, value)| !key.starts_with('$') && !value.is_null())
                .map(|(key, value)| (key.clone(), without_directives(value)))
                .collect(),
        ),
        Value::Array(items) => Value::Array(
            items.iter().filter(|i| i["$patch"] != "delete").map(without_directives).collect(),
        ),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn patched(target: &Value, patch: &Value) -> Value {
        let mut target = target.clone();
        apply(&mut target, patch, &Shape::named("core.v1.Pod"));
        target
    }

    #[test]
    fn lists_merge_by_their_key() {
        let pod = json!({"spec": {"containers": [{"name": "a", "image": "a:1", "args": ["x"]}, {"name": "b"}]}});
        let patch = json!({"spec": {"containers": [{"name": "a", "args": ["y"]}, {"name": "b", "$patch": "delete"}, {"name": "c"}],
            "$setElementOrder/containers": [{"name": "c"}, {"name": "a"}]}});
        assert_eq!(
            patched(&pod, &patch),
            json!({"spec": {"containers": [{"name": "c"}, {"name": "a", "image": "a:1", "args": ["y"]}]}})
        );
    }

    #[test]
    fn directives_replace_retain_and_delete() {
        let pod = json!({"metadata": {"labels": {"a": "1"}, "finalizers": ["x/a", "x/b"]},
            "spec": {"volumes": [{"name": "v", "emptyDir": {}}]}});
        let patch = json!({"metadata": {"labels": {"$patch": "replace", "b": "2"},
            "$deleteFromPrimitiveList/finalizers": ["x/a"]},
            "spec": {"volumes": [{"name": "v", "$retainKeys": ["name", "secret"], "secret": {"secretName": "s"}}]}});
        assert_eq!(
            patched(&pod, &patch),
            json!({"metadata": {"labels": {"b": "2"}, "finalizers": ["x/b"]},
                "spec": {"volumes": [{"name": "v", "secret": {"secretName": "s"}}]}})
        );
    }
}
