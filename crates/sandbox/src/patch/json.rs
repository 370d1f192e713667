//! JSON patch, RFC 6902, with the messages of the library the server uses.

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
            .map_err(|message| Status::plain(422, "Invalid", message))?;
    }
    Ok(())
}

fn step(
    target: &mut Value,
    operation: &Value,
    (op, path, from): (&str, &str, &str),
) -> Result<(), String> {
    let value = || operation.get("value").cloned().unwrap_or_default();
    let missing = |what: &str, path: &str| {
        format!("{what} operation does not apply: doc is missing path: {path:?}: missing value")
    };
    match op {
        "add" => add(target, path, value()),
        "remove" => remove(target, path).map(drop).ok_or_else(|| missing("remove", path)),
        "replace" => {
            let slot = target.pointer_mut(path).ok_or_else(|| {
                format!(
                    "replace operation does not apply: doc is missing key: {path}: missing value"
                )
            })?;
            *slot = value();
            Ok(())
        }
        "move" => {
            let moved = remove(target, from).ok_or_else(|| missing("move", from))?;
            add(target, path, moved)
        }
        "copy" => {
            let copied = target.pointer(from).cloned().ok_or_else(|| missing("copy", from))?;
            add(target, path, copied)
        }
        "test" => {
            let found = target.pointer(path).cloned().unwrap_or_default();
            if found == value() {
                Ok(())
            } else {
                Err(format!("testing value {path} failed: test failed"))
            }
        }
        other => Err(format!("Unexpected kind: {other}")),
    }
}

fn add(target: &mut Value, path: &str, value: Value) -> Result<(), String> {
    let Some((parent, key)) = path.rsplit_once('/') else {
        *target = value;
        return Ok(());
    };
    let refuse =
        || format!("add operation does not apply: doc is missing path: {path:?}: missing value");
    match target.pointer_mut(parent).ok_or_else(refuse)? {
        Value::Object(map) => {
            map.insert(unescaped(key), value);
            Ok(())
        }
        Value::Array(items) => {
            let at = if key == "-" { items.len() } else { key.parse().map_err(|_| refuse())? };
            if at > items.len() {
                return Err(refuse());
            }
            items.insert(at, value);
            Ok(())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Err(refuse()),
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
    fn operations_apply_in_order_and_a_missing_path_is_named() {
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
        assert_eq!(refused.code, 422);
        assert!(refused.message.contains("\"/x\""), "{}", refused.message);
    }
}
