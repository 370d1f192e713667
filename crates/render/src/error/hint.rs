//! What may have been meant: the nearest key where a template asked for one that is not there.
use diagnostic::nearest;
use template::{ExecError, Map, Value};

/// Hints for a failure, from the values that the failing template ran with.
pub(super) fn hints(error: &ExecError, scope: &Map) -> Vec<String> {
    let innermost = error.chain().filter_map(ExecError::frame).last();
    let Some(frame) = innermost else { return Vec::new() };
    // The node is a path, or a call with paths among its arguments.
    let words = frame.context.split([' ', '(', ')']);
    words.filter_map(|word| missing_key(&path_in(word)?, scope)).collect()
}

/// The keys of `.Values.a.b` or `$.Values.a.b`, the first being `Values`.
fn path_in(node: &str) -> Option<Vec<&str>> {
    let path = node.strip_prefix('$').unwrap_or(node).strip_prefix('.')?;
    let keys: Vec<&str> = path.split('.').collect();
    let plain = |key: &&str| key.chars().all(|c| c.is_alphanumeric() || c == '_');
    (keys.first() == Some(&"Values") && keys.iter().all(plain)).then_some(keys)
}

fn missing_key(path: &[&str], scope: &Map) -> Option<String> {
    let mut map = scope.clone();
    let mut known = String::new();
    for key in path {
        match map.get(key) {
            Some(Value::Map(inner)) => map = inner,
            Some(_) => return None,
            None => {
                let keys: Vec<String> =
                    map.keys().iter().map(|k| k.to_str_lossy().into_owned()).collect();
                let found = nearest(key, keys.iter().map(String::as_str));
                let missing = format!("there is no `{known}.{key}`");
                return Some(match found {
                    Some(found) => format!("{missing}; did you mean `{known}.{found}`?"),
                    None => missing,
                });
            }
        }
        known = format!("{known}.{key}");
    }
    None
}
