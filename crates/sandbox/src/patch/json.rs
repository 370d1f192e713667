//! JSON patch, RFC 6902, as the server's library reads it.

use serde_json::Value;

use crate::status::Status;

/// Applies the operations in order; the first that fails refuses the patch.
pub(crate) fn apply(target: &mut Value, patch: &Value) -> Result<(), Status> {
    let Some(operations) = patch.as_array() else {
        return Err(Status::bad_request(
            "json: cannot unmarshal object into Go value of type jsonpatch.Patch",
        ));
    };
    if operations.len() > 10_000 {
        let message = format!(
            "The allowed maximum operations in a JSON patch is 10000, got {}",
            operations.len()
        );
        return Err(Status::plain(413, "RequestEntityTooLarge", message));
    }
    for operation in operations {
        let text = |key: &str| operation[key].as_str().unwrap_or_default();
        step(target, operation, (text("op"), text("path"), text("from")))
            .ok_or_else(Status::unworkable_patch)?;
    }
    Ok(())
}

fn step(target: &mut Value, operation: &Value, (op, path, from): (&str, &str, &str)) -> Option<()> {
    let value = || operation.get("value").cloned().unwrap_or_default();
    match op {
        "add" => add(target, path, value()),
        "remove" => remove(target, path).map(drop),
        "replace" => target.pointer_mut(path).map(|slot| *slot = value()),
        "move" => {
            let moved = remove(target, from)?;
            add(target, path, moved)
        }
        "copy" => {
            let copied = target.pointer(from).cloned()?;
            add(target, path, copied)
        }
        "test" => (target.pointer(path).cloned().unwrap_or_default() == value()).then_some(()),
        _ => None,
    }
}

fn add(target: &mut Value, path: &str, value: Value) -> Option<()> {
    let Some((parent, key)) = path.rsplit_once('/') else {
        *target = value;
        return Some(());
    };
    match target.pointer_mut(parent)? {
        Value::Object(map) => {
            map.insert(unescaped(key), value);
            Some(())
        }
        Value::Array(items) => {
            let at = if key == "-" { items.len() } else { key.parse().ok()? };
            (at <= items.len()).then(|| items.insert(at, value))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

fn remove(target: &mut Value, path: &str) -> Option<Value> {
    let (parent, key) = path.rsplit_once('/')?;
    match target.pointer_mut(parent)? {
        Value::Object(map) => map.remove(&unescaped(key)),
        Value::Array(items) => {
            let at: usize = key.parse().ok()?;
            (at < items.len()).then(|| items.remove(at))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

fn unescaped(key: &str) -> String {
    key.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn operations_apply_in_order_and_a_missing_path_refuses() {
        let mut value = json!({"a": {"b/c": 1}, "l": [1, 2]});
        let patch = json!([
            {"op": "add", "path": "/l/1", "value": 9},
            {"op": "add", "path": "/l/-", "value": 3},
            {"op": "remove", "path": "/a/b~1c"},
            {"op": "move", "from": "/l/0", "path": "/first"},
            {"op": "test", "path": "/first", "value": 1}
        ]);
        apply(&mut value, &patch).unwrap();
        assert_eq!(value, json!({"a": {}, "l": [9, 2, 3], "first": 1}));
        let refused = apply(&mut value, &json!([{"op": "remove", "path": "/x"}])).unwrap_err();
        assert_eq!(refused, Status::unworkable_patch());
    }
}
