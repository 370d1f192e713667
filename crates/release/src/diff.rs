//! Which fields of an object change, as data and as plain lines.
//!
//! What the server keeps for itself (status, resource version, managed fields …) is no change.
//! Values of Secrets never get into a [`Diff`].

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::{Value, json};

/// The fields that change, in path order.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Diff {
    /// One entry a field.
    pub fields: Vec<FieldChange>,
}

/// One field.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FieldChange {
    /// `spec.template.spec.containers[web].image`.
    pub path: String,
    /// The value now; none if it is added.
    pub before: Option<Value>,
    /// The value then; none if it is removed.
    pub after: Option<Value>,
    /// Whether the values were masked.
    pub sensitive: bool,
}

/// How a line of a printed diff is meant; the binary gives it a colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Mark {
    /// Only then.
    Added,
    /// Only now.
    Removed,
    /// Now and then, differently.
    Changed,
}

/// One line of a printed diff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// How it is meant.
    pub mark: Mark,
    /// The text, without the mark's sign.
    pub text: String,
}

/// A masked value.
const MASK: &str = "(sensitive)";
/// A masked value that differs from the one now.
const MASK_CHANGED: &str = "(sensitive, changed)";
/// Values longer than this are cut in lines.
const WIDTH: usize = 120;

impl Diff {
    /// What changes between two states of one object.
    pub fn between(before: &Value, after: &Value) -> Self {
        let is_secret = after.get("kind").or(before.get("kind")).is_some_and(|k| k == "Secret");
        let mut diff = Self::default();
        diff.compare("", Some(&without_noise(before)), Some(&without_noise(after)));
        if is_secret {
            diff.mask();
        }
        diff
    }

    /// The fields of an object that is not there yet.
    pub fn of_new(manifest: &Value) -> Self {
        let mut before = json!({});
        for key in ["apiVersion", "kind"] {
            before[key] = manifest.get(key).cloned().unwrap_or_default();
        }
        Self::between(&before, manifest)
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// Plain lines, one or several a field.
    pub fn lines(&self) -> Vec<Line> {
        self.fields.iter().flat_map(FieldChange::lines).collect()
    }

    fn compare(&mut self, path: &str, before: Option<&Value>, after: Option<&Value>) {
        match (before, after) {
            (Some(Value::Object(old)), Some(Value::Object(new))) => {
                let keys: std::collections::BTreeSet<_> = old.keys().chain(new.keys()).collect();
                for key in keys {
                    self.compare(&join(path, key), old.get(key), new.get(key));
                }
            }
            (Some(Value::Array(old)), Some(Value::Array(new))) => {
                self.compare_lists(path, old, new);
            }
            (None, Some(Value::Object(new))) if !new.is_empty() => {
                for (key, value) in new {
                    self.compare(&join(path, key), None, Some(value));
                }
            }
            (Some(Value::Object(old)), None) if !old.is_empty() => {
                for (key, value) in old {
                    self.compare(&join(path, key), Some(value), None);
                }
            }
            (before, after) if before == after => {}
            (Some(Value::Null), None) | (None, Some(Value::Null)) => {}
            (before, after) => self.fields.push(FieldChange {
                path: path.to_owned(),
                before: before.cloned(),
                after: after.cloned(),
                sensitive: false,
            }),
        }
    }

    fn compare_lists(&mut self, path: &str, old: &[Value], new: &[Value]) {
        if let (Some(old_names), Some(new_names)) = (names(old), names(new)) {
            for (name, before) in old_names.iter().zip(old) {
                let after = new_names.iter().position(|n| n == name).map(|i| &new[i]);
                self.compare(&format!("{path}[{name}]"), Some(before), after);
            }
            for (name, after) in new_names.iter().zip(new) {
                if !old_names.contains(name) {
                    self.compare(&format!("{path}[{name}]"), None, Some(after));
                }
            }
            let common = |names: &[&str], others: &[&str]| -> Vec<String> {
                names.iter().filter(|n| others.contains(n)).map(|n| (*n).to_owned()).collect()
            };
            let (a, b) = (common(&old_names, &new_names), common(&new_names, &old_names));
            if a != b {
                self.fields.push(FieldChange {
                    path: format!("{path} (order)"),
                    before: Some(json!(a)),
                    after: Some(json!(b)),
                    sensitive: false,
                });
            }
            return;
        }
        for index in 0..old.len().max(new.len()) {
            self.compare(&format!("{path}[{index}]"), old.get(index), new.get(index));
        }
    }

    fn mask(&mut self) {
        for field in &mut self.fields {
            let secret = ["data", "stringData"].iter().any(|top| {
                field
                    .path
                    .strip_prefix(top)
                    .is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
            });
            if secret || field.path.contains("last-applied-configuration") {
                field.sensitive = true;
                let both = field.before.is_some() && field.after.is_some();
                field.before = field.before.as_ref().map(|_| json!(MASK));
                let after = if both { MASK_CHANGED } else { MASK };
                field.after = field.after.as_ref().map(|_| json!(after));
            }
        }
    }
}

impl FieldChange {
    /// Plain lines: one, or for long texts one a line that differs.
    pub fn lines(&self) -> Vec<Line> {
        let line = |mark, text: String| Line { mark, text };
        let path = &self.path;
        match (&self.before, &self.after) {
            (Some(Value::String(old)), Some(Value::String(new)))
                if old.contains('\n') || new.contains('\n') =>
            {
                let mut lines = vec![line(Mark::Changed, format!("{path}:"))];
                lines.extend(text_lines(old, new));
                lines
            }
            (Some(old), Some(new)) => {
                vec![line(Mark::Changed, format!("{path}: {} → {}", show(old), show(new)))]
            }
            (Some(old), None) => vec![line(Mark::Removed, format!("{path}: {}", show(old)))],
            (None, Some(new)) => vec![line(Mark::Added, format!("{path}: {}", show(new)))],
            (None, None) => Vec::new(),
        }
    }
}

fn text_lines(old: &str, new: &str) -> Vec<Line> {
    let diff = similar::TextDiff::from_lines(old, new);
    diff.iter_all_changes()
        .filter_map(|change| {
            let mark = match change.tag() {
                similar::ChangeTag::Equal => return None,
                similar::ChangeTag::Delete => Mark::Removed,
                similar::ChangeTag::Insert => Mark::Added,
            };
            Some(Line { mark, text: format!("  {}", change.value().trim_end_matches('\n')) })
        })
        .collect()
}

fn show(value: &Value) -> String {
    let text = match value {
        Value::String(text) if !text.is_empty() && !text.contains('\n') => text.clone(),
        other => other.to_string(),
    };
    if text.chars().count() <= WIDTH {
        return text;
    }
    let mut cut: String = text.chars().take(WIDTH).collect();
    let _ = write!(cut, "… ({} characters)", text.chars().count());
    cut
}

fn join(path: &str, key: &str) -> String {
    if key.contains(['.', '/', '[']) {
        format!("{path}[{key}]")
    } else if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

/// The names of a list's items, if every item has one of its own.
fn names(list: &[Value]) -> Option<Vec<&str>> {
    let names: Vec<_> =
        list.iter().map(|item| item.get("name").and_then(Value::as_str)).collect::<Option<_>>()?;
    let distinct: std::collections::BTreeSet<_> = names.iter().collect();
    (distinct.len() == names.len() && !names.is_empty()).then_some(names)
}

/// An object without what the server keeps for itself.
pub(crate) fn without_noise(object: &Value) -> Value {
    let mut object = object.clone();
    if let Some(fields) = object.as_object_mut() {
        fields.remove("status");
    }
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        for key in [
            "managedFields",
            "resourceVersion",
            "generation",
            "creationTimestamp",
            "uid",
            "selfLink",
        ] {
            metadata.remove(key);
        }
    }
    object
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(before: &Value, after: &Value) -> Vec<String> {
        let lines = Diff::between(before, after).lines();
        let sign = |mark| match mark {
            Mark::Added => '+',
            Mark::Removed => '-',
            Mark::Changed => '~',
        };
        lines.into_iter().map(|line| format!("{} {}", sign(line.mark), line.text)).collect()
    }

    #[test]
    fn fields_items_and_texts() {
        let before = json!({
            "kind": "Deployment",
            "metadata": {"uid": "1", "labels": {"a.b/c": "x"}, "managedFields": []},
            "spec": {"containers": [{"name": "web", "image": "a:1"}, {"name": "old"}], "args": ["a", "b"]},
            "text": "one\ntwo\n",
            "status": {"replicas": 1},
        });
        let after = json!({
            "kind": "Deployment",
            "metadata": {"uid": "2", "labels": {"a.b/c": "y"}},
            "spec": {"containers": [{"name": "web", "image": "a:2"}], "args": ["a"], "replicas": 2},
            "text": "one\nthree\n",
        });
        assert_eq!(
            printed(&before, &after),
            [
                "~ metadata.labels[a.b/c]: x → y",
                "- spec.args[1]: b",
                "~ spec.containers[web].image: a:1 → a:2",
                "- spec.containers[old].name: old",
                "+ spec.replicas: 2",
                "~ text:",
                "-   two",
                "+   three",
            ]
        );
    }

    #[test]
    fn secrets_are_masked() {
        let before =
            json!({"kind": "Secret", "type": "Opaque", "data": {"a": "eA==", "b": "eA=="}});
        let after = json!({"kind": "Secret", "type": "x", "data": {"a": "eQ==", "c": "eA=="}});
        let diff = Diff::between(&before, &after);
        assert!(!format!("{diff:?}").contains("eQ=="));
        assert_eq!(
            printed(&before, &after),
            [
                "~ data.a: (sensitive) → (sensitive, changed)",
                "- data.b: (sensitive)",
                "+ data.c: (sensitive)",
                "~ type: Opaque → x",
            ]
        );
    }
}
